//! The all-pole model of a band of a power spectrum.

use crate::voice::SAMPLE_RATE;
use crate::voice::plan::SHORT;
use crate::voice::vector::dot;
use core::f64::consts::PI;
use libm::{cos, exp};

/// Where the band ends: the first three formants of any adult voice lie below, and about
/// five of them in all.
pub(super) const BAND_HZ: f64 = 5_500.0;

/// Bins of the band, both ends among them.
const BINS: usize = 5_500 * SHORT / SAMPLE_RATE as usize + 1;

/// Bins that are read: those beyond the band weigh nothing, but fill the last vector.
pub(super) const READ: usize = BINS.next_multiple_of(8);

/// Poles of the model: two for each of five formants, one for the source's tilt.
pub(super) const ORDER: usize = 11;

/// Pre-emphasis rises by 6 dB an octave from here.
const PRE_EMPHASIS_HZ: f64 = 50.0;

/// Share of white noise added to the band: -60 dB keeps the model stable where part of the
/// band is empty.
const NOISE: f64 = 1e-6;

/// Weights that turn a power spectrum into the autocorrelation of its pre-emphasised band.
#[derive(Clone, Debug)]
pub(super) struct Prediction {
    cosines: [[f32; READ]; ORDER + 1],
}

impl Prediction {
    pub(super) fn new() -> Self {
        let last = (BINS - 1) as f64;
        let previous = exp(-PI * PRE_EMPHASIS_HZ / BAND_HZ);
        Self {
            cosines: core::array::from_fn(|lag| {
                core::array::from_fn(|bin| {
                    let angle = PI * bin as f64 / last;
                    let emphasis = 1.0 + previous * previous - 2.0 * previous * cos(angle);
                    // Every bin but the two at the ends stands for its mirror image too.
                    let images = match bin {
                        0 => 1.0,
                        _ if bin < BINS - 1 => 2.0,
                        _ if bin == BINS - 1 => 1.0,
                        _ => 0.0,
                    };
                    (images * emphasis * cos(angle * lag as f64)) as f32
                })
            }),
        }
    }

    /// The polynomial whose roots are the model's poles, in descending powers; its first
    /// coefficient is 1. `None` if the band is empty.
    pub(super) fn polynomial(&self, power: &[f32; READ]) -> Option<[f64; ORDER + 1]> {
        let mut lags = [0.0; ORDER + 1];
        for (lag, cosines) in lags.iter_mut().zip(&self.cosines) {
            *lag = f64::from(dot(power, cosines));
        }
        lags[0] *= 1.0 + NOISE;
        predict(&lags)
    }
}

/// The prediction error filter of an autocorrelation, by Levinson's recursion (Markel &
/// Gray 1976). `None` if the autocorrelation is that of nothing.
fn predict(lags: &[f64; ORDER + 1]) -> Option<[f64; ORDER + 1]> {
    let mut filter = [0.0; ORDER + 1];
    filter[0] = 1.0;
    let mut error = lags[0];
    for order in 1..=ORDER {
        if !(error > 0.0 && error.is_finite()) {
            return None;
        }
        let correlation: f64 = (0..order).map(|i| filter[i] * lags[order - i]).sum();
        let reflection = -correlation / error;
        let before = filter;
        for i in 1..=order {
            filter[i] += reflection * before[order - i];
        }
        error *= 1.0 - reflection * reflection;
    }
    Some(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The power response of an all-pole filter, at the bins.
    fn response(filter: &[f64; ORDER + 1]) -> [f32; BINS] {
        core::array::from_fn(|bin| {
            let angle = PI * bin as f64 / (BINS - 1) as f64;
            let (mut re, mut im) = (0.0, 0.0);
            for (i, a) in filter.iter().enumerate() {
                re += a * cos(angle * i as f64);
                im -= a * libm::sin(angle * i as f64);
            }
            (1.0 / (re * re + im * im)) as f32
        })
    }

    #[test]
    fn an_all_pole_spectrum_is_predicted_exactly() {
        let mut filter = [0.0; ORDER + 1];
        filter[..5].copy_from_slice(&[1.0, -1.2, 0.9, -0.3, 0.2]);
        let power = response(&filter);
        // Without the emphasis that the weights contain.
        let plain = Prediction::new();
        let mut lags = [0.0; ORDER + 1];
        for (lag, cosines) in lags.iter_mut().zip(&plain.cosines) {
            *lag = (0..BINS)
                .map(|bin| {
                    let emphasis = f64::from(plain.cosines[0][bin]);
                    let images = if bin == 0 || bin == BINS - 1 { 1.0 } else { 2.0 };
                    f64::from(power[bin]) * f64::from(cosines[bin]) / emphasis * images
                })
                .sum();
        }
        let got = predict(&lags).expect("the band is not empty");
        for (got, expected) in got.iter().zip(&filter) {
            assert!((got - expected).abs() < 1e-4, "{got} {expected}");
        }
    }

    #[test]
    fn nothing_predicts_nothing() {
        let prediction = Prediction::new();
        assert_eq!(prediction.polynomial(&[0.0; READ]), None);
        assert_eq!(prediction.polynomial(&[f32::NAN; READ]), None);
        assert_eq!(prediction.polynomial(&[f32::INFINITY; READ]), None);
    }
}
