//! Sums of products, laid out so that a compiler finds vector instructions for them, and
//! samples fit to be summed.

/// The largest magnitude that goes on to be processed: 36 dB above full scale.
const LOUDEST: f32 = 64.0;

/// A sample fit to be processed: 0 for NaN and infinity, and never beyond 64.
#[inline]
pub(super) fn tame(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

/// Partial sums that run side by side.
const LANES: usize = 8;

/// The sum of products of two slices of the same length, a multiple of 8.
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
