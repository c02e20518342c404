//! The mel bands from which loudness and cepstral coefficients are taken.

use super::short::Power;
use crate::front_end::{
    FilterBank, Framing, FrontEndSpec, Log, LogFloor, MelNorm, MelScale, Normalise, Spectrum,
    Window,
};
use crate::voice::plan::SHORT;
use crate::voice::{HOP, SAMPLE_RATE};
use libm::{exp, log};

/// How many bands there are.
pub(super) const BANDS: usize = 26;

const LOW_HZ: f32 = 20.0;
const HIGH_HZ: f32 = 8_000.0;

/// What the filters are made from; of the rest of a front end there is no use here.
const SPEC: FrontEndSpec = FrontEndSpec {
    sample_rate: SAMPLE_RATE,
    frame_length: SHORT,
    hop_length: HOP,
    fft_length: SHORT,
    framing: Framing::Snip,
    window: Window::Rectangular,
    input_scale: 1.0,
    remove_dc: true,
    pre_emphasis: 0.0,
    spectrum: Spectrum::Power,
    mel_scale: MelScale::Kaldi,
    mel_norm: MelNorm::None,
    bands: BANDS,
    low_hz: LOW_HZ,
    high_hz: HIGH_HZ,
    log: Log::Ln,
    log_floor: f32::MIN_POSITIVE,
    log_floor_mode: LogFloor::Max,
    normalise: Normalise::None,
};

/// [`BANDS`] triangles of peak 1, as wide as their distance, even on the mel scale from
/// 20 Hz to 8 kHz.
#[derive(Clone, Debug)]
pub(super) struct Auditory {
    filters: FilterBank,
    weights: [f32; SPEC.table_len()],
}

impl Auditory {
    pub(super) fn new() -> Self {
        let mut weights = [0.0; SPEC.table_len()];
        let filters = FilterBank::new(&SPEC, &mut weights);
        Self { filters, weights }
    }

    /// The power in each band.
    #[inline]
    pub(super) fn bands(&self, power: &Power) -> [f32; BANDS] {
        let mut bands = [0.0; BANDS];
        self.filters.apply(&self.weights, power, &mut bands);
        bands
    }
}

/// The frequency at which a band is centred, in Hz.
pub(super) fn centre_hz(band: usize) -> f64 {
    let mel = |hz: f32| log(1.0 + f64::from(hz) / 700.0);
    let step = (mel(HIGH_HZ) - mel(LOW_HZ)) / (BANDS + 1) as f64;
    700.0 * (exp(mel(LOW_HZ) + step * (band + 1) as f64) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::spectrum::short::BINS;

    #[test]
    fn a_bin_at_a_centre_is_in_one_band() {
        let auditory = Auditory::new();
        // Wide bands, in which a bin lies close to the centre.
        for band in [15, 20, 25] {
            let bin = (centre_hz(band) * SHORT as f64 / f64::from(SAMPLE_RATE) + 0.5) as usize;
            let mut power = [0.0; BINS + 3];
            power[bin] = 1.0;
            let bands = auditory.bands(&power);
            assert!(bands[band] > 0.9, "{band}: {bands:?}");
            assert!((bands.iter().sum::<f32>() - 1.0).abs() < 0.1, "{bands:?}");
        }
    }
}
