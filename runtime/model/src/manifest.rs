//! `manifest.json`: what a bundle holds and how to run it.
//!
//! Every key is required unless its field says *optional*; unknown keys and
//! unknown words are refused, because a front end that silently ignores a
//! setting computes different numbers from the ones a model was trained on.

use core::fmt;
use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use slap_core::front_end::{FrontEndSpec, SpecError};
use slap_core::quality::Limits;

use crate::front_end;
use crate::hash::Sha256;
use crate::json::{self, JsonError, nullable};
use crate::quality;
use crate::space::Space;

/// The value of [`Manifest::format`].
pub const FORMAT: &str = "slap-edge-bundle";

/// The one value of [`Manifest::version`] this build reads.
pub const VERSION: u64 = 2;

/// File name of the manifest inside a bundle.
pub const FILE_NAME: &str = "manifest.json";

/// A parsed and checked manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u64,
    /// Short name, such as `slap-voice-small`.
    pub name: String,
    /// One sentence for people.
    pub description: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// Day of packing, `YYYY-MM-DD`.
    pub created: String,
    /// Every file of the bundle except the manifest itself, by relative path.
    pub files: BTreeMap<String, FileEntry>,
    /// How samples become frames.
    #[serde(with = "front_end::SpecDef")]
    pub front_end: FrontEndSpec,
    /// The audio tower.
    pub tower: TowerSpec,
    /// The text tower; `null` when the bundle has prepared prompts only.
    #[serde(deserialize_with = "nullable")]
    pub text: Option<TextSpec>,
    /// Path of the prompt pack.
    pub prompts: String,
    /// Path of the background embeddings; `null` when there are none, and then
    /// free prompts get no percentile.
    #[serde(deserialize_with = "nullable")]
    pub background: Option<String>,
    /// Defaults of smoothing and events.
    pub scoring: Scoring,
    /// What a recording must be like to be scored, and to be called good.
    #[serde(with = "quality::LimitsDef")]
    pub quality: Limits,
    /// Reference input and outputs for the self-test.
    pub golden: Golden,
}

/// Size and digest of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, as 64 lower-case hexadecimal digits.
    pub sha256: Sha256,
}

/// What the tower takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TowerInput {
    /// Frames of the front end, `[1, frames, bands]`.
    LogMel,
    /// Samples, `[1, samples]`.
    Waveform,
}

/// How the tower is run over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TowerMode {
    /// Chunk after chunk, with state carried from one to the next.
    Stream,
    /// Overlapping windows, each on its own.
    Window,
}

/// The audio tower's files and tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TowerSpec {
    /// What the tower takes.
    pub input: TowerInput,
    /// How it is run over time.
    pub mode: TowerMode,
    /// Path of the float32 ONNX graph. Its digest identifies the tower.
    pub float32: String,
    /// Path of the int8 ONNX graph; optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub int8: Option<String>,
    /// Path of the float16 ONNX graph, whose inputs and outputs are float32; optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub float16: Option<String>,
    /// Name of the input tensor.
    pub input_name: String,
    /// `[1, frames, bands]` or `[1, samples]`: one chunk or one window, of at most 2^26
    /// values.
    pub input_shape: Vec<usize>,
    /// Frames from one step to the next, 1 to 2^26; required with [`TowerInput::LogMel`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop_frames: Option<usize>,
    /// Samples from one step to the next, 1 to 2^26; required with
    /// [`TowerInput::Waveform`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop_samples: Option<usize>,
    /// Chunks the pooled embedding looks back on, 1 to 4096; required with
    /// [`TowerMode::Stream`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool_chunks: Option<usize>,
    /// Chunks the recent embedding looks back on, 1 to `pool_chunks`; present exactly
    /// when there is an output of [`OutputKind::Recent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_chunks: Option<usize>,
    /// Tensors carried from step to step, zero at the start; empty for windows,
    /// at most 256.
    pub states: Vec<StateSpec>,
    /// Named outputs, at most 256; exactly one is global, and at most one recent.
    pub outputs: Vec<OutputSpec>,
    /// Length of the embedding, 1 to 65536.
    pub embedding_dim: usize,
    /// Factor on cosines before the softmax of a task, 1e-4 to 1e4.
    pub logit_scale: f32,
    /// The other tower whose space this one was trained into, and whose prompt packs it
    /// therefore takes; optional, absent for a tower that is its own space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
}

/// One state tensor, float32.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// Name of the graph input that takes it.
    pub input: String,
    /// Name of the graph output that returns it.
    pub output: String,
    /// Shape of both, of at most 2^26 values.
    pub shape: Vec<usize>,
}

/// One output tensor, float32.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// Name in the graph.
    pub name: String,
    /// What it means.
    pub kind: OutputKind,
    /// Its shape, of at most 2^26 values.
    pub shape: Vec<usize>,
}

/// What an output means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputKind {
    /// One embedding for the step, `[1, dim]`.
    Global,
    /// One more embedding for the step, of the last [`TowerSpec::recent_chunks`] chunks
    /// alone, in the space of the prompts, `[1, dim]`.
    Recent,
    /// One more embedding for the step, of one side of the voice and in a space of
    /// its own, `[1, length]`.
    Attribute,
    /// One vector per token, `[1, tokens, width]`.
    Token,
}

/// The text tower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSpec {
    /// Path of the sentence encoder's ONNX graph.
    pub file: String,
    /// Path of the tokenizer.
    pub tokenizer: String,
    /// Name of the token input, int64 `[batch, tokens]`.
    pub input_ids: String,
    /// Name of the mask input, int64 `[batch, tokens]`.
    pub attention_mask: String,
    /// Name of the output, float32 `[batch, dim]`.
    pub output: String,
    /// Width of the encoder's output; times [`TowerSpec::embedding_dim`] at most 2^26.
    pub dim: usize,
    /// Most tokens a prompt may have, special tokens included; 1 to 8192.
    pub max_tokens: usize,
    /// Path of the projection into the audio tower's space.
    pub projection: String,
}

/// Defaults of smoothing and events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Time constant of the exponential smoothing, in seconds; 0 is off.
    pub smoothing_seconds: f32,
    /// Smoothed probability at which an event begins, 0 to 1.
    pub on_probability: f32,
    /// Smoothed probability below which it ends, 0 to `on_probability`.
    pub off_probability: f32,
    /// How long the probability must hold before an event begins, in seconds.
    pub minimum_event_seconds: f32,
}

/// Reference input and outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Path of the reference recording.
    pub audio: String,
    /// Path of its log-mel frames.
    pub log_mel: String,
    /// Path of its embeddings.
    pub embeddings: String,
    /// Path of its scores.
    pub scores: String,
    /// Largest tolerated differences.
    pub tolerance: Tolerance,
}

/// Largest tolerated absolute differences from the golden files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// In natural-log units.
    pub log_mel: f32,
    /// Per embedding component.
    pub embedding: f32,
    /// Per probability.
    pub probability: f32,
}

impl TowerSpec {
    /// The pooled output.
    #[must_use]
    pub fn global(&self) -> Option<&OutputSpec> {
        self.outputs.iter().find(|o| o.kind == OutputKind::Global)
    }

    /// Frames (or samples, for [`TowerInput::Waveform`]) one step takes.
    #[must_use]
    pub fn step_length(&self) -> usize {
        self.input_shape.get(1).copied().unwrap_or(0)
    }

    /// Frames (or samples, for [`TowerInput::Waveform`]) from one step to the next.
    #[must_use]
    pub fn hop(&self) -> usize {
        match self.input {
            TowerInput::LogMel => self.hop_frames,
            TowerInput::Waveform => self.hop_samples,
        }
        .unwrap_or(0)
    }

    /// Values one step takes: the product of [`TowerSpec::input_shape`].
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.input_shape.iter().product()
    }
}

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ManifestError {
    /// A key is missing, unknown, or has a wrong value; or the text is not JSON.
    Json(JsonError),
    /// The file is a manifest of something else.
    UnknownFormat {
        /// The format found.
        got: String,
    },
    /// Written for a newer release.
    FutureVersion {
        /// The version this build reads.
        expected: u64,
        /// The version found.
        got: u64,
    },
    /// Written for an older release.
    PastVersion {
        /// The version this build reads.
        expected: u64,
        /// The version found.
        got: u64,
    },
    /// A version that never was.
    UnknownVersion {
        /// The version this build reads.
        expected: u64,
        /// The version found.
        got: u64,
    },
    /// A path that is absolute, leaves the bundle or is not portable.
    UnsafePath {
        /// The path.
        path: String,
    },
    /// A file is used but `files` gives no size and digest for it.
    Unlisted {
        /// Key that uses the file.
        key: String,
        /// The path.
        path: String,
    },
    /// A number outside its range.
    OutOfRange {
        /// Path of the key.
        key: String,
        /// The range.
        expected: String,
        /// The number found.
        got: String,
    },
    /// A front end that cannot be built.
    FrontEnd(SpecError),
    /// Two parts of the manifest do not fit each other.
    Dimension {
        /// What does not fit.
        what: String,
        /// As the rest of the manifest has it.
        expected: String,
        /// As found.
        got: String,
    },
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(e) => e.fmt(f),
            Self::UnknownFormat { got } => {
                write!(f, "expected the format `{FORMAT}`, got `{got}`")
            }
            Self::FutureVersion { expected, got } => write!(
                f,
                "expected format version {expected}, got {got}, which is newer; update slap-edge"
            ),
            Self::PastVersion { expected, got } => write!(
                f,
                "expected format version {expected}, got {got}, which is older; \
                 export the bundle again"
            ),
            Self::UnknownVersion { expected, got } => {
                write!(f, "expected format version {expected}, got {got}")
            }
            Self::UnsafePath { path } => write!(
                f,
                "expected relative paths inside the bundle with `/` between parts, got `{path}`"
            ),
            Self::Unlisted { key, path } => {
                write!(
                    f,
                    "expected `{path}` (of `{key}`) to be listed in `files`, got no entry"
                )
            }
            Self::OutOfRange { key, expected, got } => {
                write!(f, "expected `{key}` to be {expected}, got {got}")
            }
            Self::FrontEnd(e) => e.fmt(f),
            Self::Dimension { what, expected, got } => {
                write!(f, "expected {what} to be {expected}, got {got}")
            }
        }
    }
}

impl core::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Json(e) => Some(e),
            Self::FrontEnd(e) => Some(e),
            _ => None,
        }
    }
}

impl From<JsonError> for ManifestError {
    fn from(e: JsonError) -> Self {
        Self::Json(e)
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    ///
    /// Format and version are judged first, so that a bundle of another
    /// release is reported as such and not by the first key it renamed.
    pub fn read(text: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u64,
        }
        let value = json::parse(text)?;
        let head: Head = json::from_value(&value)?;
        if head.format != FORMAT {
            return Err(ManifestError::UnknownFormat { got: head.format });
        }
        let (expected, got) = (VERSION, head.version);
        match got {
            VERSION => {}
            0 => return Err(ManifestError::UnknownVersion { expected, got }),
            1..VERSION => return Err(ManifestError::PastVersion { expected, got }),
            _ => return Err(ManifestError::FutureVersion { expected, got }),
        }
        let manifest: Self = json::from_value(&value)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Every key that names a file, with the file.
    fn references(&self) -> Vec<(&'static str, &str)> {
        let mut all = vec![
            ("tower.float32", self.tower.float32.as_str()),
            ("prompts", &self.prompts),
            ("golden.audio", &self.golden.audio),
            ("golden.log_mel", &self.golden.log_mel),
            ("golden.embeddings", &self.golden.embeddings),
            ("golden.scores", &self.golden.scores),
        ];
        all.extend(self.tower.int8.as_deref().map(|path| ("tower.int8", path)));
        all.extend(self.tower.float16.as_deref().map(|path| ("tower.float16", path)));
        all.extend(self.background.as_deref().map(|path| ("background", path)));
        if let Some(text) = &self.text {
            all.extend([
                ("text.file", text.file.as_str()),
                ("text.tokenizer", &text.tokenizer),
                ("text.projection", &text.projection),
            ]);
        }
        all
    }

    fn check(&self) -> Result<(), ManifestError> {
        for path in self.files.keys() {
            check_path(path)?;
        }
        for (key, path) in self.references() {
            check_path(path)?;
            if !self.files.contains_key(path) {
                return Err(ManifestError::Unlisted { key: key.into(), path: path.into() });
            }
        }
        self.front_end.check().map_err(ManifestError::FrontEnd)?;
        self.check_ranges()?;
        quality::check(&self.quality)?;
        if let Some(text) = &self.text {
            check_shape(
                "`text.dim` by `tower.embedding_dim`",
                &[text.dim, self.tower.embedding_dim],
            )?;
            size("text.max_tokens", Some(text.max_tokens), MAX_TOKENS)?;
        }
        self.check_space()?;
        self.check_tower()
    }

    fn check_space(&self) -> Result<(), ManifestError> {
        let Some(space) = &self.tower.space else { return Ok(()) };
        if space.name.trim().is_empty() {
            return Err(dimension(
                "`tower.space.name`",
                "the name of a bundle",
                "an empty one",
            ));
        }
        let own = self.files.get(&self.tower.float32).map(|entry| entry.sha256);
        unwanted("tower.space", own == Some(space.sha256), "a tower that is its own space")
    }

    fn check_ranges(&self) -> Result<(), ManifestError> {
        let Scoring {
            smoothing_seconds,
            on_probability,
            off_probability,
            minimum_event_seconds,
        } = self.scoring;
        let Tolerance { log_mel, embedding, probability } = self.golden.tolerance;
        let positive = f32::MIN_POSITIVE..=f32::MAX;
        let seconds = 0.0..=86_400.0;
        let share = 0.0..=1.0;
        // With the bounds of a task's temperature and biases, logits stay finite.
        let scale = 1e-4..=1e4;
        for (key, value, range) in [
            ("tower.logit_scale", self.tower.logit_scale, &scale),
            ("scoring.smoothing_seconds", smoothing_seconds, &seconds),
            ("scoring.on_probability", on_probability, &share),
            ("scoring.off_probability", off_probability, &(0.0..=on_probability)),
            ("scoring.minimum_event_seconds", minimum_event_seconds, &seconds),
            ("golden.tolerance.log_mel", log_mel, &positive),
            ("golden.tolerance.embedding", embedding, &positive),
            ("golden.tolerance.probability", probability, &positive),
        ] {
            if !range.contains(&value) {
                let expected = if *range == positive {
                    "above 0".to_owned()
                } else {
                    format!("between {} and {}", range.start(), range.end())
                };
                return Err(out_of_range(key, expected, value));
            }
        }
        Ok(())
    }

    fn check_tower(&self) -> Result<(), ManifestError> {
        let tower = &self.tower;
        let shapes = [("tower.input_shape".to_owned(), &tower.input_shape)]
            .into_iter()
            .chain(
                tower
                    .states
                    .iter()
                    .map(|s| (format!("the shape of state `{}`", s.input), &s.shape)),
            )
            .chain(
                tower
                    .outputs
                    .iter()
                    .map(|o| (format!("the shape of output `{}`", o.name), &o.shape)),
            );
        for (what, shape) in shapes {
            check_shape(&what, shape)?;
        }
        size("tower.embedding_dim", Some(tower.embedding_dim), MAX_DIM)?;
        for (what, count) in [("states", tower.states.len()), ("outputs", tower.outputs.len())]
        {
            if count > MAX_TENSORS {
                let expected = format!("at most {MAX_TENSORS}");
                return Err(dimension(&format!("the number of {what}"), expected, count));
            }
        }
        match (tower.input, &tower.input_shape[..]) {
            (TowerInput::LogMel, [1, _, bands]) => {
                if *bands != self.front_end.bands {
                    return Err(dimension(
                        "the last dimension of `tower.input_shape`",
                        format!("the front end's {} bands", self.front_end.bands),
                        bands,
                    ));
                }
                size("tower.hop_frames", tower.hop_frames, MAX_VALUES)?;
                unwanted("tower.hop_samples", tower.hop_samples.is_some(), "a log-mel tower")?;
            }
            (TowerInput::Waveform, [1, _]) => {
                size("tower.hop_samples", tower.hop_samples, MAX_VALUES)?;
                unwanted("tower.hop_frames", tower.hop_frames.is_some(), "a waveform tower")?;
            }
            (TowerInput::LogMel, _) => {
                return Err(dimension(
                    "`tower.input_shape`",
                    "[1, frames, bands] for a log-mel tower",
                    format_args!("{:?}", tower.input_shape),
                ));
            }
            (TowerInput::Waveform, _) => {
                return Err(dimension(
                    "`tower.input_shape`",
                    "[1, samples] for a waveform tower",
                    format_args!("{:?}", tower.input_shape),
                ));
            }
        }
        match tower.mode {
            TowerMode::Stream => {
                if tower.hop() != tower.step_length() {
                    return Err(dimension(
                        "the hop of a streaming tower",
                        format!("its chunk of {}", tower.step_length()),
                        tower.hop(),
                    ));
                }
                size("tower.pool_chunks", tower.pool_chunks, MAX_POOL_CHUNKS)?;
            }
            TowerMode::Window => {
                unwanted("tower.pool_chunks", tower.pool_chunks.is_some(), "a window tower")?;
                unwanted("tower.states", !tower.states.is_empty(), "a window tower")?;
            }
        }
        let count = |kind| tower.outputs.iter().filter(|o| o.kind == kind).count();
        if count(OutputKind::Global) != 1 {
            let globals = count(OutputKind::Global);
            return Err(dimension("the number of global outputs", "1", globals));
        }
        check_recent(tower, count(OutputKind::Recent))?;
        for output in &tower.outputs {
            let fits = match output.kind {
                OutputKind::Global | OutputKind::Recent => {
                    output.shape == [1, tower.embedding_dim]
                }
                OutputKind::Attribute => {
                    matches!(output.shape[..], [1, length] if (1..=MAX_DIM).contains(&length))
                }
                OutputKind::Token => output.shape.len() == 3 && output.shape[0] == 1,
            };
            if !fits {
                let expected = match output.kind {
                    OutputKind::Global | OutputKind::Recent => {
                        format!("[1, {}] (`tower.embedding_dim`)", tower.embedding_dim)
                    }
                    OutputKind::Attribute => format!("[1, 1 to {MAX_DIM}]"),
                    OutputKind::Token => "[1, tokens, width]".to_owned(),
                };
                return Err(dimension(
                    &format!("the shape of output `{}`", output.name),
                    expected,
                    format_args!("{:?}", output.shape),
                ));
            }
        }
        let mut names: Vec<&str> = [tower.input_name.as_str()]
            .into_iter()
            .chain(tower.states.iter().flat_map(|s| [s.input.as_str(), s.output.as_str()]))
            .chain(tower.outputs.iter().map(|o| o.name.as_str()))
            .collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(dimension(
                "the tower's tensor names",
                "all different",
                format_args!("`{}` twice", pair[0]),
            ));
        }
        Ok(())
    }
}

/// Largest number of values in one tensor, 256 MiB of float32: far above any tower
/// for small machines, far below what would exhaust memory or overflow.
const MAX_VALUES: usize = 1 << 26;

/// Largest length of an embedding.
const MAX_DIM: usize = 1 << 16;

/// Most states, and most outputs, of a tower.
const MAX_TENSORS: usize = 256;

/// Most chunks an embedding looks back on: half an hour of chunks of half a second.
const MAX_POOL_CHUNKS: usize = 4096;

/// Most tokens of a prompt.
const MAX_TOKENS: usize = 8192;

fn check_shape(what: &str, shape: &[usize]) -> Result<(), ManifestError> {
    let values = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    match values {
        Some(1..=MAX_VALUES) if !shape.is_empty() => Ok(()),
        _ => {
            Err(dimension(what, format!("1 to {MAX_VALUES} values"), format_args!("{shape:?}")))
        }
    }
}

fn size(key: &str, value: Option<usize>, most: usize) -> Result<(), ManifestError> {
    match value {
        None => Err(JsonError::MissingKey { key: key.into() }.into()),
        Some(n) if n == 0 || n > most => {
            Err(out_of_range(key, format!("between 1 and {most}"), n))
        }
        Some(_) => Ok(()),
    }
}

/// Checks that a recent output and the number of its chunks come together, in a stream.
fn check_recent(tower: &TowerSpec, outputs: usize) -> Result<(), ManifestError> {
    let key = "tower.recent_chunks";
    if outputs > 1 {
        return Err(dimension("the number of recent outputs", "at most 1", outputs));
    }
    if outputs == 0 {
        let owner = "a tower without a recent output";
        return unwanted(key, tower.recent_chunks.is_some(), owner);
    }
    match tower.mode {
        TowerMode::Stream => {
            size(key, tower.recent_chunks, tower.pool_chunks.unwrap_or(MAX_POOL_CHUNKS))
        }
        TowerMode::Window => {
            Err(dimension("the number of recent outputs", "0 for a window tower", outputs))
        }
    }
}

fn unwanted(key: &str, present: bool, owner: &str) -> Result<(), ManifestError> {
    if present {
        return Err(dimension(&format!("`{key}`"), format!("absent for {owner}"), "a value"));
    }
    Ok(())
}

pub(crate) fn out_of_range(
    key: &str,
    expected: String,
    got: impl fmt::Display,
) -> ManifestError {
    ManifestError::OutOfRange { key: key.into(), expected, got: got.to_string() }
}

fn dimension(what: &str, expected: impl fmt::Display, got: impl fmt::Display) -> ManifestError {
    ManifestError::Dimension {
        what: what.into(),
        expected: expected.to_string(),
        got: got.to_string(),
    }
}

/// Refuses every path that could mean different files on different systems, or
/// a file outside the bundle.
fn check_path(path: &str) -> Result<(), ManifestError> {
    let portable = !path.contains(['\\', ':', '\0'])
        && path != FILE_NAME
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
    if portable { Ok(()) } else { Err(ManifestError::UnsafePath { path: path.into() }) }
}
