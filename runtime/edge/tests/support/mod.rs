//! A small tower that needs no bundle, and what goes with it.

// Each test file uses a part; and a panic is how a test fails.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod towers;

use std::rc::Rc;

use half::f16;
use slap_edge::core::front_end::{
    Framing, FrontEndSpec, Log, LogFloor, MelNorm, MelScale, Normalise, Spectrum, Window,
};
use slap_edge::core::quality::{Bounds, Limits};
use slap_edge::model::manifest::{Scoring, TowerInput, TowerMode, TowerSpec};
use slap_edge::model::pack::{Class, Need, Task};
use slap_edge::model::{Background, PromptPack, Sha256};
use slap_edge::{Encoder, Event, Options, Parts, Pcm, Screener, Summary};
pub use towers::{Projection, Recorder};

pub const DIM: usize = 4;

/// Everything that a bundle would say.
#[derive(Clone, Debug)]
pub struct Kit {
    pub front_end: FrontEndSpec,
    pub tower: TowerSpec,
    pub scoring: Scoring,
    pub quality: Limits,
    pub pack: PromptPack,
    pub background: Option<Background>,
}

pub fn need(task: &str, class: &str) -> Need {
    Need { task: task.into(), class: class.into() }
}

/// A task with the classes `yes` and `no`, each worded by one prompt of the pack.
pub fn question(name: &str, prompts: [usize; 2], bias: f32, needs: Vec<Vec<Need>>) -> Task {
    Task {
        name: name.into(),
        title: name.to_uppercase(),
        classes: vec![
            Class { name: "yes".into(), prompts: vec![prompts[0]], bias },
            Class { name: "no".into(), prompts: vec![prompts[1]], bias: 0.0 },
        ],
        temperature: 1.0,
        minimum_probability: 0.6,
        group: None,
        usual: None,
        needs,
    }
}

pub fn unit(values: [f32; DIM]) -> [f16; DIM] {
    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    values.map(|v| f16::from_f32(v / norm))
}

impl Kit {
    /// Chunks of 12 frames of 16 bands, pooled over 3.
    pub fn stream() -> Self {
        let front_end = FrontEndSpec {
            sample_rate: 16_000,
            frame_length: 400,
            hop_length: 160,
            fft_length: 512,
            framing: Framing::Snip,
            window: Window::Hann,
            input_scale: 1.0,
            remove_dc: false,
            pre_emphasis: 0.0,
            spectrum: Spectrum::Power,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            bands: 16,
            low_hz: 50.0,
            high_hz: 8_000.0,
            log: Log::Ln,
            log_floor: 1e-6,
            log_floor_mode: LogFloor::Max,
            normalise: Normalise::Fixed { mean: -5.0, std: 4.0 },
        };
        let tower = TowerSpec {
            input: TowerInput::LogMel,
            mode: TowerMode::Stream,
            float32: "audio.onnx".into(),
            int8: None,
            float16: None,
            input_name: "mel".into(),
            input_shape: vec![1, 12, 16],
            hop_frames: Some(12),
            hop_samples: None,
            pool_chunks: Some(3),
            recent_chunks: None,
            states: Vec::new(),
            outputs: Vec::new(),
            embedding_dim: DIM,
            logit_scale: 10.0,
            space: None,
        };
        let rows = [
            [1.0, 0.2, 0.0, 0.0],
            [1.0, 0.0, 0.3, 0.0],
            [-1.0, 0.1, 0.0, 0.2],
            [0.0, 1.0, 0.0, 0.1],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.1, 0.0, 1.0],
        ];
        let tower_sha256 = Sha256::of(b"tower");
        let mut pack = PromptPack::new("test", tower_sha256, DIM);
        pack.texts = (0..rows.len()).map(|row| format!("prompt {row}")).collect();
        pack.embeddings = rows.into_iter().flat_map(unit).collect();
        pack.tasks = vec![
            Task {
                name: "sign".into(),
                title: "Sign".into(),
                classes: vec![
                    Class { name: "plus".into(), prompts: vec![0, 1], bias: 0.0 },
                    Class { name: "minus".into(), prompts: vec![2], bias: 0.1 },
                ],
                temperature: 1.0,
                minimum_probability: 0.6,
                group: None,
                usual: Some("plus".into()),
                needs: Vec::new(),
            },
            Task {
                name: "axis".into(),
                title: "Axis".into(),
                classes: vec![
                    Class { name: "x".into(), prompts: vec![0], bias: 0.0 },
                    Class { name: "y".into(), prompts: vec![3], bias: 0.0 },
                    Class { name: "z".into(), prompts: vec![4], bias: 0.0 },
                ],
                temperature: 2.0,
                minimum_probability: 0.4,
                group: None,
                usual: None,
                needs: Vec::new(),
            },
        ];
        let background = Background {
            description: "spread evenly".into(),
            embeddings: (0..40)
                .flat_map(|i| {
                    let angle = i as f32 * 0.4;
                    unit([angle.cos(), angle.sin(), (2.0 * angle).cos(), 0.3])
                })
                .collect(),
            dim: DIM,
        };
        Self {
            front_end,
            tower,
            scoring: Scoring {
                smoothing_seconds: 0.3,
                on_probability: 0.6,
                off_probability: 0.5,
                minimum_event_seconds: 0.24,
            },
            quality: Limits {
                active_dbfs: -45.0,
                usable: Bounds::new(-60.0, 0.2, 0.02),
                good: Bounds::new(-60.0, 0.2, 0.02),
            },
            pack,
            background: Some(background),
        }
    }

    /// Windows of 30 frames every 12, normalised by their own maximum.
    pub fn window() -> Self {
        let mut kit = Self::stream();
        kit.front_end.framing = Framing::CentreReflect;
        kit.front_end.normalise =
            Normalise::DynamicRange { range: 8.0, offset: 4.0, scale: 4.0 };
        kit.tower.mode = TowerMode::Window;
        kit.tower.input_shape = vec![1, 30, 16];
        kit.tower.hop_frames = Some(12);
        kit.tower.pool_chunks = None;
        kit
    }

    /// Windows of 0.25 s of samples every 0.1 s.
    pub fn waveform() -> Self {
        let mut kit = Self::stream();
        kit.tower.input = TowerInput::Waveform;
        kit.tower.mode = TowerMode::Window;
        kit.tower.input_shape = vec![1, 4_000];
        kit.tower.hop_frames = None;
        kit.tower.hop_samples = Some(1_600);
        kit.tower.pool_chunks = None;
        kit.front_end.input_scale = 32_768.0;
        kit
    }

    /// Its tasks need one another: whether `sign`, `axis` and `small` apply changes with the
    /// audio. `never` does not, and is not in the way of `after`.
    pub fn needing() -> Self {
        let mut kit = Self::stream();
        kit.pack.tasks[0].needs = vec![vec![need("axis", "x"), need("axis", "y")]];
        kit.pack.tasks[1].needs = vec![vec![need("small", "yes")]];
        kit.pack
            .tasks
            .insert(0, question("after", [0, 4], 0.0, vec![vec![need("never", "no")]]));
        kit.pack.tasks.extend([
            question(
                "never",
                [0, 3],
                0.0,
                vec![vec![need("sure", "yes")], vec![need("sure", "no")]],
            ),
            question(
                "small",
                [3, 5],
                0.0,
                vec![vec![need("sure", "yes"), need("axis2", "yes")]],
            ),
            question("sure", [0, 3], 50.0, Vec::new()),
            question("axis2", [4, 2], 0.0, Vec::new()),
        ]);
        kit
    }

    pub fn parts(&self) -> Parts<'_> {
        Parts {
            front_end: &self.front_end,
            tower: &self.tower,
            scoring: &self.scoring,
            quality: &self.quality,
            pack: &self.pack,
            background: self.background.as_ref(),
        }
    }

    fn projection(&self) -> Projection {
        match self.tower.mode {
            TowerMode::Stream => Projection::streaming(),
            TowerMode::Window => Projection::windowed(),
        }
    }

    pub fn screener(&self) -> Screener<Projection> {
        self.screener_with(&Options::default())
    }

    pub fn screener_with(&self, options: &Options) -> Screener<Projection> {
        Screener::with_encoder(&self.parts(), self.projection(), options).unwrap()
    }

    /// A screener, and what tells of its tower.
    pub fn recorded(&self, options: &Options) -> (Screener<Recorder>, Recorder) {
        let recorder = Recorder { tower: self.projection(), met: Rc::default() };
        let encoder = recorder.clone();
        let screener = Screener::with_encoder(&self.parts(), encoder, options).unwrap();
        (screener, recorder)
    }
}

/// Every event in words, with every digit of every number.
pub fn log(event: Event<'_>, into: &mut Vec<String>) {
    into.push(format!("{event:?}"));
}

/// Scores a stream cut at `cuts` (in frames, over and over), and its summary.
pub fn run<E: Encoder>(
    screener: &mut Screener<E>,
    pcm: Pcm<'_>,
    rate: u32,
    channels: u16,
    cuts: &[usize],
) -> (Vec<String>, Summary) {
    let mut events = Vec::new();
    let mut first = 0;
    for cut in cuts.iter().cycle() {
        let next = pcm.len().min(first + cut * usize::from(channels));
        let piece = match pcm {
            Pcm::F32(samples) => Pcm::F32(&samples[first..next]),
            Pcm::I16(samples) => Pcm::I16(&samples[first..next]),
        };
        screener.push(piece, rate, channels, |event| log(event, &mut events)).unwrap();
        first = next;
        if first == pcm.len() {
            break;
        }
    }
    screener.finish(|event| log(event, &mut events)).unwrap();
    (events, screener.summary().unwrap())
}

/// Something with the changing level and pitch of a voice.
pub fn voice(rate: u32, seconds: f64) -> Vec<f32> {
    let count = (f64::from(rate) * seconds) as usize;
    (0..count)
        .map(|i| {
            let t = i as f64 / f64::from(rate);
            let pitch = 120.0 + 40.0 * (t * 2.0).sin();
            let level = 0.15 * (1.0 + (t * 9.0).sin());
            let phase = core::f64::consts::TAU * pitch * t;
            (level * (phase.sin() + 0.5 * (2.0 * phase).sin() + 0.3 * (9.0 * phase).cos()))
                as f32
        })
        .collect()
}

/// Uniform noise of this level.
pub fn noise(dbfs: f32, samples: usize) -> Vec<f32> {
    let peak = 3f32.sqrt() * 10f32.powf(dbfs / 20.0);
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..samples).map(|_| peak * next()).collect()
}
