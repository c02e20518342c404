//! From samples to the input of a transform.

use super::WINDOW;
use crate::front_end::{self, Window};
use crate::voice::vector::{dot, sum};

/// A taper of `N` samples whose transform has the power `A^2` at the frequency of a
/// sinusoid of amplitude `A`: 1, or 0 dB, at full scale.
pub(in crate::voice) fn unit_taper<const N: usize>(window: Window) -> [f32; N] {
    let mut taper = [0.0; N];
    front_end::taper(window, 1.0, &mut taper);
    let scale = 2.0 / sum(&taper);
    for value in &mut taper {
        *value *= scale;
    }
    taper
}

/// Mean square, below which a window is digital silence: -160 dBFS. Half the step of a
/// 24-bit sample lies 10 dB above.
const SILENCE: f32 = 1e-16;

/// Tapers the middle `taper.len()` samples of the window, a multiple of 8, less their mean,
/// to the front of `input`; zeros follow. Returns their mean square without the mean;
/// `None` for digital silence, of whatever constant.
pub(in crate::voice) fn load(
    window: &[f32; WINDOW],
    taper: &[f32],
    input: &mut [f32],
) -> Option<f32> {
    let samples = &window[(WINDOW - taper.len()) / 2..][..taper.len()];
    let count = samples.len() as f32;
    // A mean of equal values may round; then their deviations would seem to be a signal.
    if samples.iter().all(|sample| *sample == samples[0]) {
        return None;
    }
    let (head, tail) = input.split_at_mut(samples.len());
    let mean = sum(samples) / count;
    for (value, sample) in head.iter_mut().zip(samples) {
        *value = sample - mean;
    }
    let mean_square = dot(head, head) / count;
    if !(mean_square.is_finite() && mean_square > SILENCE) {
        return None;
    }
    for (value, taper) in head.iter_mut().zip(taper) {
        *value *= taper;
    }
    tail.fill(0.0);
    Some(mean_square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_no_level() {
        let taper = unit_taper::<320>(Window::Hamming);
        let mut input = [0.0; 512];
        for dc in [0.0, 0.1, -1.0, 1e-20, f32::NAN, f32::INFINITY] {
            assert_eq!(load(&[dc; WINDOW], &taper, &mut input), None);
        }
        let mut window = [0.0; WINDOW];
        window[0] = 1.0;
        assert_eq!(load(&window, &taper, &mut input), None, "outside the middle");
        window[WINDOW / 2] = 1.0;
        let mean_square = load(&window, &taper, &mut input);
        let expected = (1.0 - 1.0 / 320.0) / 320.0;
        assert!(mean_square.is_some_and(|v| (v - expected).abs() < 1e-6), "{mean_square:?}");
        assert_eq!(input[320..], [0.0; 192]);
    }
}
