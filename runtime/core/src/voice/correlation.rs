//! How alike a stretch of samples is to later ones: normalised cross-correlation.
//!
//! ```text
//! r(t) = sum a[n] b[n + t] / sqrt(sum a[n]^2  sum b[n + t]^2)
//! ```
//!
//! Of a signal that repeats exactly, `r` is 1 at the period, whatever the length of the
//! stretch and whether or not the period is a whole number of samples; of such a signal with
//! noise added, it is the share of the periodic part in the power (Boersma 1993, eq. 4).

use super::sinc::{REACH, Sinc, climb};
use super::vector;

/// The most samples that a comparison looks at.
pub(super) const MOST: usize = 1_024;

/// The most lags that a comparison tries, those for values between lags included.
const LAGS: usize = 192;

/// Lags that are summed side by side.
const BLOCK: usize = 16;

/// Samples about a place, without their mean.
pub(super) struct Stretch {
    samples: [f32; MOST],
    length: usize,
}

/// A lag at which two stretches are most alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Match {
    /// The lag, in samples.
    pub(super) lag: f32,
    /// How alike they are, at most 1.
    pub(super) height: f32,
}

impl Stretch {
    /// Copies samples, at most [`MOST`] of them.
    pub(super) fn new(from: &[f32]) -> Self {
        let length = from.len().min(MOST);
        let from = &from[..length];
        let mean = vector::mean(from);
        let mut samples = [0.0; MOST];
        for (sample, from) in samples.iter_mut().zip(from) {
            *sample = from - mean;
        }
        Self { samples, length }
    }

    /// The samples.
    pub(super) fn samples(&self) -> &[f32] {
        &self.samples[..self.length]
    }

    /// Finds the lag from `lags.0` to `lags.1` at which the samples behind `start + lag` are
    /// most like the `length` samples behind `start`. Samples up to [`REACH`] before the
    /// first and behind the last must be there; where there is no summit within the range,
    /// there is no match.
    pub(super) fn find(
        &self,
        sinc: &Sinc,
        start: usize,
        length: usize,
        lags: (usize, usize),
    ) -> Option<Match> {
        let first = (start + lags.0).checked_sub(REACH)?;
        let count = lags.1.checked_sub(lags.0)? + 2 * REACH + 1;
        let padded = count.next_multiple_of(BLOCK);
        let samples = self.samples();
        if padded > LAGS
            || first + padded + length > MOST
            || first + count + length > self.length
        {
            return None;
        }
        let template = &samples[start..start + length];
        let energy = vector::dot(template, template);
        if energy <= f32::MIN_POSITIVE {
            return None;
        }

        let mut products = [0.0; LAGS];
        for (block, out) in products[..padded].chunks_exact_mut(BLOCK).enumerate() {
            let later = &self.samples[first + block * BLOCK..];
            out.copy_from_slice(&correlate(template, later));
        }
        let mut norms = [0.0; LAGS];
        let mut power: f64 = samples[first..first + length].iter().map(|&b| square(b)).sum();
        for (i, norm) in norms[..count].iter_mut().enumerate() {
            *norm = power as f32 * energy;
            power += square(self.samples[first + i + length]) - square(samples[first + i]);
        }

        let height = |i: usize| products[i] / libm::sqrtf(norms[i].max(f32::MIN_POSITIVE));
        let mut best: Option<(usize, [f32; 3])> = None;
        let mut around = [0.0, height(REACH - 1), height(REACH)];
        for i in REACH..count - REACH {
            around = [around[1], around[2], height(i + 1)];
            let is_peak = around[1] > around[0] && around[1] >= around[2];
            if is_peak && around[1] > 0.0 && best.is_none_or(|(_, found)| around[1] > found[1])
            {
                best = Some((i, around));
            }
        }
        let (at, around) = best?;
        let top = climb(around, |steps| {
            let norm = sinc.value(&norms, at, steps).max(f32::MIN_POSITIVE);
            sinc.value(&products, at, steps) / libm::sqrtf(norm)
        });
        let lag = (lags.0 + at - REACH) as f32 + top.offset;
        Some(Match { lag, height: top.height.min(1.0) })
    }
}

fn square(value: f32) -> f64 {
    f64::from(value) * f64::from(value)
}

/// The sum of products with the samples at each of the first lags.
#[inline]
fn correlate(template: &[f32], later: &[f32]) -> [f32; BLOCK] {
    let mut sums = [0.0; BLOCK];
    for (a, later) in template.iter().zip(later.windows(BLOCK)) {
        for (sum, b) in sums.iter_mut().zip(later) {
            *sum += a * b;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three harmonics of a period, on a constant.
    fn complex(period: f32) -> Stretch {
        let samples: [f32; MOST] = core::array::from_fn(|n| {
            let phase = core::f32::consts::TAU * n as f32 / period;
            0.4 + libm::cosf(phase) + libm::sinf(2.0 * phase) - 0.6 * libm::cosf(9.0 * phase)
        });
        Stretch::new(&samples)
    }

    #[test]
    fn finds_a_period_between_samples() {
        let sinc = Sinc::new();
        for period in [25.3_f32, 80.0, 101.77, 290.4] {
            let whole = period as usize;
            let found = complex(period).find(&sinc, 20, 300, (whole - 6, whole + 7)).unwrap();
            assert!((found.lag / period - 1.0).abs() < 1e-4, "{period}: {found:?}");
            assert!(found.height > 0.9999, "{period}: {found:?}");
        }
    }

    #[test]
    fn in_noise_nothing_is_found_beyond_the_lags() {
        let sinc = Sinc::new();
        let mut state = 1_u32;
        for round in 0..2000 {
            // Noise of steps and spikes: whatever is found lies within a sample of the lags.
            let samples: [f32; MOST] = core::array::from_fn(|n| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = state as f32 / u32::MAX as f32 - 0.5;
                let scale = if (n / 64 + round) % 3 == 0 { 1e-6 } else { 1.0 };
                noise * noise * noise * scale
            });
            let found = Stretch::new(&samples).find(&sinc, 20, 24 + round % 40, (90, 130));
            assert!(found.is_none_or(|found| (88.9..=131.1).contains(&found.lag)), "{found:?}");
        }
    }

    #[test]
    fn finds_nothing_where_nothing_is() {
        let sinc = Sinc::new();
        assert_eq!(Stretch::new(&[0.0; MOST]).find(&sinc, 20, 300, (90, 110)), None);
        // No summit above zero among these lags, and no room.
        assert_eq!(complex(300.0).find(&sinc, 20, 300, (100, 110)), None);
        assert_eq!(complex(80.0).find(&sinc, 20, 900, (70, 90)), None);
        assert_eq!(complex(80.0).find(&sinc, 0, 100, (4, 90)), None);
    }
}
