//! Sums, laid out so that a compiler finds vector instructions for them, and samples fit to be
//! summed.

/// The largest magnitude that goes on to be processed: 36 dB above full scale.
const LOUDEST: f32 = 64.0;

/// Values that are summed side by side.
const LANES: usize = 8;

/// A sample fit to be processed: 0 for NaN and infinity, and never beyond 64.
#[inline]
pub(super) fn tame(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

/// The sum of the values.
#[inline]
pub(super) fn sum(values: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    fold(lanes) + rest
}

/// The mean of the values; 0 of none.
#[inline]
pub(super) fn mean(values: &[f32]) -> f32 {
    sum(values) / values.len().max(1) as f32
}

/// The sum of products of two slices of the same length.
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    fold(lanes) + rest
}

/// The highest of the values, or 0 if none is above.
#[inline]
pub(super) fn highest(values: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let higher = |lane: &mut f32, value: &f32| {
        *lane = if *value > *lane { *value } else { *lane };
    };
    let chunks = values.chunks_exact(LANES);
    lanes.iter_mut().zip(chunks.remainder()).for_each(|(lane, value)| higher(lane, value));
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            higher(lane, value);
        }
    }
    lanes.into_iter().fold(0.0, f32::max)
}

#[inline]
fn fold(lanes: [f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_any_length() {
        let values: [f32; 21] = core::array::from_fn(|i| i as f32);
        for n in 0..=21 {
            let (values, last) = (&values[..n], n.saturating_sub(1) as f32);
            let expected: f32 = values.iter().sum();
            assert_eq!(sum(values), expected);
            assert_eq!(mean(values), last / 2.0);
            assert_eq!(dot(values, values), values.iter().map(|v| v * v).sum());
            assert_eq!(highest(values), last);
        }
        assert_eq!(highest(&[-1.0; 9]), 0.0);
    }

    #[test]
    fn bad_samples_are_tamed() {
        let samples = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e9, -3e38, 0.5];
        assert_eq!(samples.map(tame), [0.0, 0.0, 0.0, 64.0, -64.0, 0.5]);
    }
}
