//! Mel-frequency cepstral coefficients.

use super::auditory::BANDS;
use crate::front_end::{Log, LogFloor, logarithm};
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::vector::dot;
use core::f64::consts::PI;
use libm::{cos, sin, sqrt};

/// Coefficients that are kept, from the first; the zeroth would be the level.
const KEPT: [Descriptor; 4] =
    [Descriptor::Mfcc1, Descriptor::Mfcc2, Descriptor::Mfcc3, Descriptor::Mfcc4];

/// The period of the lifter, in coefficients.
const LIFTER: f64 = 22.0;

/// Power below which a band is empty: -120 dB, where 16-bit samples round.
const FLOOR: f32 = 1e-12;

/// Bands, and zeros to a multiple of 8.
const PADDED: usize = BANDS.next_multiple_of(8);

/// Cepstral coefficients from mel bands (Davis & Mermelstein 1980), liftered (Juang et al.
/// 1987): the cosine transform of the bands' logarithms.
#[derive(Clone, Debug)]
pub(super) struct Mfcc {
    cosines: [[f32; PADDED]; KEPT.len()],
}

impl Mfcc {
    pub(super) fn new() -> Self {
        let count = BANDS as f64;
        Self {
            cosines: core::array::from_fn(|row| {
                let i = row as f64 + 1.0;
                let lifter = 1.0 + LIFTER / 2.0 * sin(PI * i / LIFTER);
                let gain = lifter * sqrt(2.0 / count);
                core::array::from_fn(|band| {
                    let cosine = cos(PI * i * (band as f64 + 0.5) / count);
                    if band < BANDS { (gain * cosine) as f32 } else { 0.0 }
                })
            }),
        }
    }

    pub(super) fn measure(&self, bands: &[f32; BANDS], frame: &mut Frame) {
        let mut logs = [1.0; PADDED];
        logs[..BANDS].copy_from_slice(bands);
        logarithm(Log::Ln, FLOOR, LogFloor::Max, &mut logs);
        for (descriptor, cosines) in KEPT.into_iter().zip(&self.cosines) {
            frame.set(descriptor, dot(cosines, &logs));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coefficients(bands: &[f32; BANDS]) -> [f32; 4] {
        let mut frame = Frame::new(0);
        Mfcc::new().measure(bands, &mut frame);
        KEPT.map(|descriptor| frame.get(descriptor).unwrap_or(f32::NAN))
    }

    #[test]
    fn as_defined() {
        let bands: [f32; BANDS] = core::array::from_fn(|i| 1e-3 + (i * i % 7) as f32);
        for (row, got) in coefficients(&bands).into_iter().enumerate() {
            let i = row as f64 + 1.0;
            let mut expected = 0.0;
            for (j, band) in bands.iter().enumerate() {
                let angle = i * (2.0 * j as f64 + 1.0) * PI / 52.0;
                expected += libm::log(f64::from(*band)) * cos(angle);
            }
            expected *= sqrt(2.0 / 26.0) * (1.0 + 11.0 * sin(PI * i / 22.0));
            assert!((f64::from(got) - expected).abs() < 1e-3, "{got} {expected}");
        }
    }

    #[test]
    fn level_and_emptiness_have_no_shape() {
        for level in [1.0, 1e-6, 0.0] {
            for coefficient in coefficients(&[level; BANDS]) {
                assert!(coefficient.abs() < 1e-3, "{coefficient}");
            }
        }
    }
}
