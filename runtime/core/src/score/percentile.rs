//! Where a cosine stands among the cosines of voices in general.

use half::f16;

use super::{PromptError, PromptSet};

/// Writes the cosines of a free prompt with every background embedding into `out`, sorted
/// upwards: what [`percentile`] ranks against.
///
/// `prompt` is the prompt's unit embedding, `out` holds one value a background embedding.
/// This is done once a prompt, not once a step.
///
/// # Errors
///
/// As [`PromptSet::cosines`].
pub fn reference<E: AsRef<[f16]>>(
    background: &PromptSet<E>,
    prompt: &[f32],
    out: &mut [f32],
) -> Result<(), PromptError> {
    background.cosines(prompt, out)?;
    out.sort_unstable_by(f32::total_cmp);
    Ok(())
}

/// The percentile of `value` in `sorted` (upwards), 0 to 100: the share of values below it,
/// with values equal to it counted half (mid-rank).
///
/// `None` if there is nothing to rank against or `value` is NaN or infinite.
pub fn percentile(sorted: &[f32], value: f32) -> Option<f32> {
    if sorted.is_empty() || !value.is_finite() {
        return None;
    }
    let below = sorted.partition_point(|&v| v < value);
    let not_above = sorted.partition_point(|&v| v <= value);
    Some(((below + not_above) as f64 * 50.0 / sorted.len() as f64) as f32)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn mid_rank_by_hand() {
        let sorted = [-0.5, 0.1, 0.1, 0.1, 0.9];
        assert_eq!(percentile(&sorted, -0.6), Some(0.0));
        assert_eq!(percentile(&sorted, -0.5), Some(10.0));
        assert_eq!(percentile(&sorted, 0.0), Some(20.0));
        assert_eq!(percentile(&sorted, 0.1), Some(50.0));
        assert_eq!(percentile(&sorted, 0.9), Some(90.0));
        assert_eq!(percentile(&sorted, 1.0), Some(100.0));
        assert_eq!(percentile(&[], 1.0), None);
        assert_eq!(percentile(&sorted, f32::NAN), None);
        assert_eq!(percentile(&sorted, f32::INFINITY), None);
    }

    #[test]
    fn reference_is_sorted() {
        let e = [f16::ONE, f16::ZERO, f16::ZERO, f16::ONE, f16::NEG_ONE, f16::ZERO];
        let background = PromptSet::new(&e, 2).unwrap();
        let mut out = [0.0; 3];
        reference(&background, &[0.6, 0.8], &mut out).unwrap();
        assert_eq!(out, [-0.6, 0.6, 0.8]);
    }

    proptest! {
        #[test]
        fn rises_with_the_value(
            mut values in prop::collection::vec(-1.0f32..1.0, 1..64),
            a in -1.0f32..1.0,
            b in -1.0f32..1.0,
        ) {
            values.sort_unstable_by(f32::total_cmp);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let (low, high) = (percentile(&values, low), percentile(&values, high));
            prop_assert!(low <= high);
            prop_assert!(low >= Some(0.0) && high <= Some(100.0));
        }
    }
}
