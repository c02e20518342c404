//! The pitch of a frame to a fraction of a sample, from the samples at the full rate.

use super::super::correlation::{MOST, Stretch};
use super::super::sinc::{REACH, Sinc};
use super::candidates::Candidate;
use super::track::Voiced;
use super::{CEILING_HZ, FLOOR_HZ};
use crate::voice::SAMPLE_RATE;

/// The stretch that is compared with the next period, in samples: one period of the lowest
/// pitch, 18 ms. A longer one would take the glide of a pitch for noise.
const LENGTH: usize = (SAMPLE_RATE as f32 / FLOOR_HZ) as usize + 1;

/// How far the period may lie from the candidate's, in samples.
const FARTHEST: f32 = 6.5;

/// The same as a share of the period, where that is less.
const FARTHEST_SHARE: f32 = 0.08;

/// Samples needed on either side of a frame's middle.
pub(in super::super) const HALF: usize = MOST / 2;

/// Compares a stretch of 18 ms with the one a period later, both centred on the middle of
/// `samples`, and takes the period at which they are most alike. Where none is, the
/// candidate's stands.
pub(in super::super) fn refine(sinc: &Sinc, samples: &[f32], candidate: &Candidate) -> Voiced {
    let period = SAMPLE_RATE as f32 / candidate.frequency_hz;
    let length = LENGTH;
    let reach = (FARTHEST_SHARE * period).clamp(1.5, FARTHEST);
    let lags = ((period - reach) as usize, libm::ceilf(period + reach) as usize);
    let before = (length + period as usize) / 2;
    let start = samples.len() / 2 - before - REACH;
    let end = samples.len() / 2 + before + 2 * REACH + FARTHEST as usize + 2;
    let stretch = Stretch::new(&samples[start..end.min(samples.len())]);
    let found = stretch.find(sinc, REACH, length, lags);
    let shortest = SAMPLE_RATE as f32 / CEILING_HZ;
    let longest = SAMPLE_RATE as f32 / FLOOR_HZ;
    Voiced {
        period: found.map_or(period, |found| found.lag).clamp(shortest, longest),
        confidence: candidate.periodicity,
        height: found.map(|found| found.height),
    }
}
