//! The mel filter bank: overlapping triangles over the bins of a spectrum.

use super::spec::{FrontEndSpec, MAX_BANDS, MelNorm, MelScale};
use libm::{exp, fmax, fmin, log, log10, pow};

/// Values added up side by side; each band's weights are padded with zeros to
/// a multiple of it, so that the sum has no remainder to treat apart.
pub(crate) const LANES: usize = 4;

/// Where a band's non-zero weights begin in the spectrum and in the table.
#[derive(Clone, Copy, Debug, Default)]
struct Band {
    first_bin: u16,
    weights: u16,
    first_weight: u32,
}

/// The bands of a filter bank; the weights lie in a table of the caller's.
#[derive(Clone, Debug)]
pub(crate) struct FilterBank {
    bands: [Band; MAX_BANDS],
    count: usize,
}

impl FilterBank {
    /// Places the filters and writes their weights to the front of `table`.
    pub(crate) fn new(spec: &FrontEndSpec, table: &mut [f32]) -> Self {
        let mut bands = [Band::default(); MAX_BANDS];
        let scale = spec.mel_scale;
        let low = to_mel(scale, f64::from(spec.low_hz));
        let step = (to_mel(scale, f64::from(spec.high_hz)) - low) / (spec.bands as f64 + 1.0);
        let edge_mel = |i: usize| low + step * i as f64;
        // Position of a bin or an edge on the axis where triangles are straight.
        let place_edge = |i: usize| match scale {
            MelScale::Kaldi => edge_mel(i),
            MelScale::Htk | MelScale::Slaney => to_hz(scale, edge_mel(i)),
        };
        let bin_hz = f64::from(spec.sample_rate) / spec.fft_length as f64;
        let place_bin = |bin: usize| match scale {
            MelScale::Kaldi => to_mel(scale, bin as f64 * bin_hz),
            MelScale::Htk | MelScale::Slaney => bin as f64 * bin_hz,
        };
        let mut used = 0;
        for (index, band) in bands.iter_mut().enumerate().take(spec.bands) {
            let (left, centre, right) =
                (place_edge(index), place_edge(index + 1), place_edge(index + 2));
            let gain = match spec.mel_norm {
                MelNorm::None => 1.0,
                MelNorm::Slaney => {
                    2.0 / (to_hz(scale, edge_mel(index + 2)) - to_hz(scale, edge_mel(index)))
                }
            };
            band.first_weight = used as u32;
            for bin in 0..spec.bins() {
                let x = place_bin(bin);
                let weight = fmin((x - left) / (centre - left), (right - x) / (right - centre));
                if weight > 0.0 {
                    if band.weights == 0 {
                        band.first_bin = bin as u16;
                    }
                    band.weights += 1;
                    table[used] = (weight * gain) as f32;
                    used += 1;
                }
            }
            while !used.is_multiple_of(LANES) {
                table[used] = 0.0;
                used += 1;
            }
            band.weights = (used - band.first_weight as usize) as u16;
        }
        Self { bands, count: spec.bands }
    }

    /// Sums the spectrum under each filter. `spectrum` is at least
    /// `bins + LANES - 1` long, finite beyond its last bin.
    #[inline]
    pub(crate) fn apply(&self, table: &[f32], spectrum: &[f32], energies: &mut [f32]) {
        for (energy, band) in energies.iter_mut().zip(&self.bands[..self.count]) {
            let first = band.first_weight as usize;
            let weights = &table[first..first + band.weights as usize];
            let bins = &spectrum[band.first_bin as usize..][..band.weights as usize];
            let mut sums = [0.0f32; LANES];
            for (w, b) in weights.chunks_exact(LANES).zip(bins.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    sums[lane] += w[lane] * b[lane];
                }
            }
            *energy = (sums[0] + sums[2]) + (sums[1] + sums[3]);
        }
    }
}

/// Slaney's scale: 200/3 Hz a mel up to 1 kHz, then a factor of 6.4 in 27 mels.
const SLANEY_STEP: f64 = 200.0 / 3.0;
const SLANEY_KNEE_HZ: f64 = 1_000.0;
const SLANEY_KNEE_MEL: f64 = SLANEY_KNEE_HZ / SLANEY_STEP;

fn slaney_log_step() -> f64 {
    log(6.4) / 27.0
}

impl FrontEndSpec {
    /// Where a frequency, in Hz, lies on the axis of bands: 0 is the middle of the lowest
    /// band, `bands - 1` that of the highest.
    pub fn band_at(&self, hertz: f64) -> f64 {
        let low = to_mel(self.mel_scale, f64::from(self.low_hz));
        let high = to_mel(self.mel_scale, f64::from(self.high_hz));
        (to_mel(self.mel_scale, hertz) - low) / (high - low) * (self.bands as f64 + 1.0) - 1.0
    }
}

/// Frequency in Hz to mel.
fn to_mel(scale: MelScale, hz: f64) -> f64 {
    match scale {
        MelScale::Htk => 2_595.0 * log10(1.0 + hz / 700.0),
        MelScale::Kaldi => 1_127.0 * log(1.0 + hz / 700.0),
        MelScale::Slaney if hz < SLANEY_KNEE_HZ => hz / SLANEY_STEP,
        MelScale::Slaney => {
            SLANEY_KNEE_MEL + log(fmax(hz, 1.0) / SLANEY_KNEE_HZ) / slaney_log_step()
        }
    }
}

/// Mel to frequency in Hz.
fn to_hz(scale: MelScale, mel: f64) -> f64 {
    match scale {
        MelScale::Htk => 700.0 * (pow(10.0, mel / 2_595.0) - 1.0),
        MelScale::Kaldi => 700.0 * (exp(mel / 1_127.0) - 1.0),
        MelScale::Slaney if mel < SLANEY_KNEE_MEL => mel * SLANEY_STEP,
        MelScale::Slaney => SLANEY_KNEE_HZ * exp((mel - SLANEY_KNEE_MEL) * slaney_log_step()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_invert() {
        for scale in [MelScale::Htk, MelScale::Slaney, MelScale::Kaldi] {
            for hz in [0.0, 20.0, 440.0, 999.0, 1_000.0, 1_001.0, 7_999.0, 14_000.0] {
                assert!((to_hz(scale, to_mel(scale, hz)) - hz).abs() < 1e-6, "{scale:?} {hz}");
            }
        }
    }

    #[test]
    fn frequencies_have_a_place_among_the_bands() {
        for mel_scale in [MelScale::Htk, MelScale::Slaney, MelScale::Kaldi] {
            let spec = FrontEndSpec { mel_scale, bands: 64, ..spec() };
            assert!((spec.band_at(f64::from(spec.low_hz)) + 1.0).abs() < 1e-9);
            assert!((spec.band_at(f64::from(spec.high_hz)) - 64.0).abs() < 1e-9);
            assert!(spec.band_at(500.0) < spec.band_at(501.0));
        }
    }

    fn spec() -> FrontEndSpec {
        use crate::front_end::{Framing, Log, LogFloor, Normalise, Spectrum, Window};
        FrontEndSpec {
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
            bands: 64,
            low_hz: 50.0,
            high_hz: 8_000.0,
            log: Log::Ln,
            log_floor: 1e-6,
            log_floor_mode: LogFloor::Max,
            normalise: Normalise::None,
        }
    }

    #[test]
    fn known_mels() {
        assert!((to_mel(MelScale::Htk, 1_000.0) - 999.985_5).abs() < 1e-3);
        assert!((to_mel(MelScale::Slaney, 1_000.0) - 15.0).abs() < 1e-9);
        assert!((to_mel(MelScale::Slaney, 6_400.0) - 42.0).abs() < 1e-9);
    }
}
