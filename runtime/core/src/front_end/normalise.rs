//! The last stage: constants frame by frame, or statistics of a whole clip.

use super::spec::Normalise;

/// Applies the normalisations that need one frame only.
#[inline]
pub(super) fn frame(normalise: &Normalise, frame: &mut [f32]) {
    if let Normalise::Fixed { mean, std } = *normalise {
        let gain = 1.0 / std;
        for value in frame {
            *value = (*value - mean) * gain;
        }
    }
}

/// Applies the normalisations that need all of a clip's frames,
/// `[frames, bands]` row by row. Sums are in double precision.
pub(super) fn clip(normalise: &Normalise, frames: &mut [f32], bands: usize) {
    match *normalise {
        Normalise::None | Normalise::Fixed { .. } => {}
        Normalise::DynamicRange { range, offset, scale } => {
            let top = frames.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            for value in frames {
                *value = (value.max(top - range) + offset) / scale;
            }
        }
        Normalise::PerBand { epsilon } => {
            let count = (frames.len() / bands) as f64;
            for band in 0..bands {
                let values = || frames.iter().skip(band).step_by(bands).map(|&v| f64::from(v));
                let mean = values().sum::<f64>() / count;
                let squares = values().map(|v| (v - mean) * (v - mean)).sum::<f64>();
                // One frame has no variance; its only value is its mean.
                let variance = if count > 1.0 { squares / (count - 1.0) } else { 0.0 };
                let spread = libm::sqrt(variance + f64::from(epsilon));
                let gain = if spread > 0.0 { 1.0 / spread } else { 0.0 };
                for value in frames.iter_mut().skip(band).step_by(bands) {
                    *value = ((f64::from(*value) - mean) * gain) as f32;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_is_affine() {
        let mut values = [1.0, 3.0];
        frame(&Normalise::Fixed { mean: 1.0, std: 2.0 }, &mut values);
        assert_eq!(values, [0.0, 1.0]);
    }

    #[test]
    fn dynamic_range_clamps_to_the_top() {
        let mut values = [0.0, -4.0, -20.0];
        clip(&Normalise::DynamicRange { range: 8.0, offset: 4.0, scale: 4.0 }, &mut values, 1);
        assert_eq!(values, [1.0, 0.0, -1.0]);
    }

    #[test]
    fn per_band_has_unit_variance() {
        let mut values = [1.0, 7.0, 3.0, 7.0];
        clip(&Normalise::PerBand { epsilon: 0.0 }, &mut values, 2);
        let half = libm::sqrtf(0.5);
        assert!((values[0] + half).abs() < 1e-6 && (values[2] - half).abs() < 1e-6);
        assert_eq!([values[1], values[3]], [0.0, 0.0]);
    }
}
