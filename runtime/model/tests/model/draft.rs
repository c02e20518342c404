//! A tiny bundle, complete and correct until a test spoils it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use half::f16;
use serde_json::{Value, json};
use slap_model::{Bundle, BundleError, Class, Group, PromptPack, Sha256, Task};

/// Embedding length, and bands, of every tower in the fixtures.
pub const DIM: usize = 3;

pub fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

/// A folder that goes when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = env::temp_dir().join(format!("slap-model-{}-{next}", process::id()));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn open(&self) -> Result<Bundle, BundleError> {
        Bundle::open(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A bundle in the making.
pub struct Draft {
    /// The manifest without `files`.
    pub manifest: Value,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Draft {
    /// A streaming tower with a text tower.
    pub fn stream() -> Self {
        let tower = json!({
            "input": "log_mel", "mode": "stream",
            "float32": "audio.onnx", "int8": "audio.int8.onnx",
            "input_name": "mel", "input_shape": [1, 2, DIM],
            "hop_frames": 2, "pool_chunks": 2,
            "states": [
                {"input": "sum_in", "output": "sum_out", "shape": [1, DIM]},
                {"input": "count_in", "output": "count_out", "shape": [1, DIM]},
            ],
            "outputs": [
                {"name": "embedding", "kind": "global", "shape": [1, DIM]},
                {"name": "tokens", "kind": "token", "shape": [1, 2, DIM]},
            ],
            "embedding_dim": DIM, "logit_scale": 20.0,
        });
        let mut draft = Self::with_tower(tower, "step.onnx");
        draft.files.insert("audio.int8.onnx".into(), fixture("step.int8.onnx"));
        draft
    }

    /// A streaming tower that also embeds its last chunk alone.
    pub fn recent() -> Self {
        let mut draft = Self::stream();
        let tower = &mut draft.manifest["tower"];
        tower["recent_chunks"] = 1.into();
        let recent = json!({"name": "recent", "kind": "recent", "shape": [1, DIM]});
        tower["outputs"].as_array_mut().unwrap().insert(1, recent);
        draft
    }

    pub fn window() -> Self {
        let tower = json!({
            "input": "log_mel", "mode": "window", "float32": "audio.onnx",
            "input_name": "mel", "input_shape": [1, 4, DIM], "hop_frames": 1, "states": [],
            "outputs": [{"name": "embedding", "kind": "global", "shape": [1, DIM]}],
            "embedding_dim": DIM, "logit_scale": 20.0,
        });
        Self::with_tower(tower, "window.onnx")
    }

    pub fn waveform() -> Self {
        let tower = json!({
            "input": "waveform", "mode": "window", "float32": "audio.onnx",
            "input_name": "samples", "input_shape": [1, 8], "hop_samples": 4, "states": [],
            "outputs": [{"name": "embedding", "kind": "global", "shape": [1, DIM]}],
            "embedding_dim": DIM, "logit_scale": 20.0,
        });
        Self::with_tower(tower, "waveform.onnx")
    }

    fn with_tower(tower: Value, graph: &str) -> Self {
        let graph = fixture(graph);
        let prompts = pack(Sha256::of(&graph)).write().unwrap();
        let background = tensors(
            "slap-edge-background",
            Sha256::of(&graph),
            &[("description", "three axes")],
        );
        let weight: Vec<u8> =
            [1.0f32, 0.0, 0.0, 0.0, 2.0, 0.0].iter().flat_map(|w| w.to_le_bytes()).collect();
        let projection = safetensors("{}", "weight", "F32", &[2, DIM], &weight);
        let files = [
            ("audio.onnx", graph),
            ("text.onnx", fixture("text.onnx")),
            ("tokenizer.json", fixture("tokenizer.json")),
            ("text_projection.safetensors", projection),
            ("prompts.safetensors", prompts),
            ("background.safetensors", background),
            ("golden/speech.wav", b"RIFF".to_vec()),
            ("golden/log_mel.safetensors", b"frames".to_vec()),
            ("golden/embeddings.safetensors", b"rows".to_vec()),
            ("golden/scores.json", b"{}".to_vec()),
            ("MODEL_CARD.md", b"# Tiny\n".to_vec()),
        ];
        let manifest = json!({
            "format": "slap-edge-bundle", "version": 2,
            "name": "tiny", "description": "For tests.", "licence": "Apache-2.0",
            "created": "2026-11-20",
            "front_end": {
                "sample_rate": 16000, "frame_length": 400, "hop_length": 160, "fft_length": 512,
                "framing": "snip", "window": "hann", "input_scale": 1.0, "remove_dc": false,
                "pre_emphasis": 0.0, "spectrum": "power", "mel_scale": "htk",
                "mel_norm": "none", "bands": DIM, "low_hz": 50.0, "high_hz": 8000.0,
                "log": "ln", "log_floor": 1e-6, "log_floor_mode": "max",
                "normalise": {"kind": "fixed", "mean": -4.0, "std": 3.5},
            },
            "tower": tower,
            "text": {
                "file": "text.onnx", "tokenizer": "tokenizer.json",
                "input_ids": "input_ids", "attention_mask": "attention_mask",
                "output": "sentence", "dim": 2, "max_tokens": 8,
                "projection": "text_projection.safetensors",
            },
            "prompts": "prompts.safetensors", "background": "background.safetensors",
            "scoring": {
                "smoothing_seconds": 1.0, "on_probability": 0.75, "off_probability": 0.55,
                "minimum_event_seconds": 0.96,
            },
            "quality": {
                "active_dbfs": -45.0,
                "usable": {
                    "silence_dbfs": -60.0, "minimum_active_seconds": 0.5,
                    "maximum_clipped_share": 0.02, "minimum_snr_db": null,
                    "minimum_bandwidth_hz": null, "minimum_voiced_seconds": null,
                    "maximum_dropout_share": null, "maximum_silent_share": null,
                    "maximum_dc": null,
                },
                "good": {
                    "silence_dbfs": -60.0, "minimum_active_seconds": 1.0,
                    "maximum_clipped_share": 0.001, "minimum_snr_db": 15.0,
                    "minimum_bandwidth_hz": 5000.0, "minimum_voiced_seconds": 0.3,
                    "maximum_dropout_share": 0.0, "maximum_silent_share": 0.5,
                    "maximum_dc": 0.02,
                },
            },
            "golden": {
                "audio": "golden/speech.wav", "log_mel": "golden/log_mel.safetensors",
                "embeddings": "golden/embeddings.safetensors", "scores": "golden/scores.json",
                "tolerance": {"log_mel": 1e-3, "embedding": 1e-4, "probability": 1e-3},
            },
        });
        let files = files.into_iter().map(|(name, bytes)| (name.into(), bytes)).collect();
        Self { manifest, files }
    }

    /// The manifest with sizes and digests of the files as they are now.
    pub fn listed(&self) -> Value {
        let mut manifest = self.manifest.clone();
        manifest["files"] = self
            .files
            .iter()
            .map(|(name, bytes)| {
                let entry = json!({"bytes": bytes.len(), "sha256": Sha256::of(bytes)});
                (name.clone(), entry)
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        manifest
    }

    /// Writes the bundle as it is now.
    pub fn write(&self) -> Folder {
        self.write_with(&self.listed())
    }

    /// Writes the files with another manifest.
    pub fn write_with(&self, manifest: &Value) -> Folder {
        let folder = Folder::new();
        for (name, bytes) in &self.files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let manifest = serde_json::to_vec_pretty(manifest).unwrap();
        fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        folder
    }
}

/// One prompt along each axis, a task between the first two.
pub fn pack(tower: Sha256) -> PromptPack {
    let class = |name: &str, row| Class { name: name.into(), prompts: vec![row], bias: 0.0 };
    PromptPack {
        name: "tiny".into(),
        texts: vec!["calm".into(), "rough".into(), "free".into()],
        embeddings: axes(),
        dim: DIM,
        tasks: vec![Task {
            name: "roughness".into(),
            title: "Roughness".into(),
            classes: vec![class("calm", 0), class("rough", 1)],
            temperature: 1.0,
            minimum_probability: 0.6,
            group: Some(Group { name: "voice".into(), title: "The voice".into() }),
            usual: Some("calm".into()),
            needs: Vec::new(),
        }],
        tower_sha256: tower,
    }
}

pub fn axes() -> Vec<f16> {
    (0..DIM * DIM).map(|i| if i % (DIM + 1) == 0 { f16::ONE } else { f16::ZERO }).collect()
}

/// A container of the axes with the given metadata.
pub fn tensors(format: &str, tower: Sha256, more: &[(&str, &str)]) -> Vec<u8> {
    let mut metadata = json!({
        "format": format, "version": "1", "tower_sha256": tower.to_string(),
    });
    for (key, value) in more {
        metadata[*key] = (*value).into();
    }
    let rows: Vec<u8> = axes().iter().flat_map(|v| v.to_le_bytes()).collect();
    safetensors(&metadata.to_string(), "embeddings", "F16", &[DIM, DIM], &rows)
}

/// A safetensors file written by hand, so that it may be wrong.
pub fn safetensors(
    metadata: &str,
    name: &str,
    dtype: &str,
    shape: &[usize],
    data: &[u8],
) -> Vec<u8> {
    let header = format!(
        r#"{{"__metadata__":{metadata},"{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[0,{}]}}}}"#,
        data.len()
    );
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}
