//! slap-core, with the conventions of the peers it stands beside.

use slap_core::front_end::{
    Framing, FrontEndSpec, Log, LogFloor, MelNorm, MelScale, Normalise, Spectrum, StdPlan,
    StdStream, Window,
};

use crate::Outcome;
use crate::contest::Contestant;

/// slap-core with one convention.
pub struct Ours {
    convention: &'static str,
    plan: StdPlan,
    stream: StdStream,
}

impl Ours {
    fn new(convention: &'static str, spec: &FrontEndSpec) -> Outcome<Self> {
        let plan = StdPlan::new(spec).map_err(|error| format!("{convention}: {error}"))?;
        Ok(Self { convention, stream: plan.stream(), plan })
    }
}

impl Contestant for Ours {
    fn name(&self) -> String {
        format!("slap-core, {}", self.convention)
    }

    fn hop(&mut self, samples: &[f32]) -> f64 {
        let mut last = 0.0;
        self.stream.push(&self.plan, samples, |_, frame| last = f64::from(frame[0]));
        last
    }
}

const WHISPER: FrontEndSpec = FrontEndSpec {
    sample_rate: 16_000,
    frame_length: 400,
    hop_length: 160,
    fft_length: 400,
    framing: Framing::Snip,
    window: Window::Hann,
    input_scale: 1.0,
    remove_dc: false,
    pre_emphasis: 0.0,
    spectrum: Spectrum::Power,
    mel_scale: MelScale::Slaney,
    mel_norm: MelNorm::Slaney,
    bands: 80,
    low_hz: 0.0,
    high_hz: 8_000.0,
    log: Log::Log10,
    log_floor: 1e-10,
    log_floor_mode: LogFloor::Max,
    normalise: Normalise::None,
};

/// As `mel_spec` computes it: a transform of 400 points, Slaney's filters.
pub fn whisper() -> Outcome<Ours> {
    Ours::new("as Whisper", &WHISPER)
}

/// As `kaldi-native-fbank` computes it: a transform of 512 points, mean removed,
/// pre-emphasis, Kaldi's filters.
pub fn kaldi() -> Outcome<Ours> {
    let spec = FrontEndSpec {
        fft_length: 512,
        window: Window::Povey,
        remove_dc: true,
        pre_emphasis: 0.97,
        mel_scale: MelScale::Kaldi,
        mel_norm: MelNorm::None,
        low_hz: 20.0,
        log: Log::Ln,
        log_floor: f32::EPSILON,
        ..WHISPER
    };
    Ours::new("as Kaldi", &spec)
}
