//! Loudness as the sum of an auditory spectrum.

use super::auditory::{BANDS, centre_hz};
use crate::front_end::{Log, LogFloor, logarithm};
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use core::f64::consts::PI;
use libm::{expf, log, pow};

/// The power law of hearing: the exponent from power to loudness.
const COMPRESSION: f64 = 0.33;

/// Loudness of a band that holds the power of a full-scale sinusoid, at 1 kHz. The tapered
/// sinusoid spreads over several bands, and so has a loudness of about 2.
const FULL_SCALE: f64 = 0.74;

/// Loudness from mel bands.
///
/// Each band's power is weighted by the ear's sensitivity at its centre, compressed by a
/// cube-root-like power law, and added up (Hermansky 1990; Eyben et al. 2016).
#[derive(Clone, Debug)]
pub(super) struct Loudness {
    /// Natural logarithm of what each compressed band is multiplied by.
    log_gains: [f32; BANDS],
}

impl Loudness {
    pub(super) fn new() -> Self {
        let reference = pow(sensitivity(1_000.0), COMPRESSION);
        Self {
            log_gains: core::array::from_fn(|band| {
                let gain = pow(sensitivity(centre_hz(band)), COMPRESSION) / reference;
                log(gain * FULL_SCALE) as f32
            }),
        }
    }

    pub(super) fn measure(&self, bands: &[f32; BANDS], frame: &mut Frame) {
        let mut logs = *bands;
        logarithm(Log::Ln, f32::MIN_POSITIVE, LogFloor::Max, &mut logs);
        let loudness = logs
            .iter()
            .zip(&self.log_gains)
            .map(|(log, gain)| expf(log * COMPRESSION as f32 + gain))
            .sum();
        frame.set(Descriptor::Loudness, loudness);
    }
}

/// The ear's sensitivity to power at a frequency: the equal-loudness curve at 40 phon,
/// approximated for telephone and wider bands (Hermansky 1990, equations 7 and 8).
fn sensitivity(hz: f64) -> f64 {
    let square = (2.0 * PI * hz) * (2.0 * PI * hz);
    let low = (square + 56.8e6) * square * square;
    let high = (square + 6.3e6) * (square + 6.3e6) * (square + 0.38e9);
    let steep = square * square * square + 9.58e26;
    low / high / (steep / 9.58e26)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudness(bands: &[f32; BANDS]) -> f32 {
        let mut frame = Frame::new(0);
        Loudness::new().measure(bands, &mut frame);
        frame.get(Descriptor::Loudness).unwrap_or(f32::NAN)
    }

    #[test]
    fn sensitivity_by_hand() {
        // w = 2 pi 1000: w^2 = 3.9478e7, (w^2 + 56.8e6) w^4 = 1.50048e23,
        // (w^2 + 6.3e6)^2 (w^2 + 0.38e9) = 8.7902e23, (w^6 + 9.58e26) / 9.58e26 = 1.00006.
        assert!((sensitivity(1_000.0) - 0.170_69).abs() < 5e-5);
        assert!(sensitivity(100.0) < 0.01 * sensitivity(1_000.0));
        assert!(sensitivity(4_000.0) > 3.0 * sensitivity(1_000.0));
        assert!(sensitivity(8_000.0) < 0.1 * sensitivity(4_000.0));
    }

    #[test]
    fn ten_times_the_power_is_twice_the_loudness() {
        let bands = core::array::from_fn(|band| 1e-4 * (band + 1) as f32);
        let ratio = loudness(&bands.map(|b| 10.0 * b)) / loudness(&bands);
        assert!((ratio - 2.138).abs() < 1e-3, "10^0.33 is 2.138, got {ratio}");
    }

    #[test]
    fn bands_add_up() {
        let (mut low, mut high) = ([0.0; BANDS], [0.0; BANDS]);
        (low[5], high[20]) = (0.1, 0.01);
        let both: [f32; BANDS] = core::array::from_fn(|i| low[i] + high[i]);
        assert!((loudness(&both) - loudness(&low) - loudness(&high)).abs() < 1e-4);
        assert!(loudness(&[0.0; BANDS]) < 1e-9);
    }
}
