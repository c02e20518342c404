//! How much of a frame repeats from period to period.

/// The most that is reported, in dB: beyond, single precision has no more to say.
const MOST_DB: f32 = 60.0;

/// Harmonics-to-noise ratio of a frame, in dB, from the height of the correlation with the
/// next period: the share of the power that repeats is the height itself, what is left is
/// noise (Boersma 1993, eq. 4). From -60 to 60 dB; `None` if nothing repeats.
pub(super) fn harmonics_to_noise(height: f32) -> Option<f32> {
    if height <= 0.0 {
        return None;
    }
    let noise = (1.0 - height).max(f32::MIN_POSITIVE);
    Some((10.0 * libm::log10f(height / noise)).clamp(-MOST_DB, MOST_DB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_defined() {
        assert_eq!(harmonics_to_noise(0.5), Some(0.0));
        assert!((harmonics_to_noise(0.99).unwrap() - 19.956).abs() < 1e-3);
        assert_eq!(harmonics_to_noise(1.0), Some(60.0));
        assert_eq!(harmonics_to_noise(-0.1), None);
    }
}
