//! The taper of a frame.

use super::spec::Window;
use core::f64::consts::PI;

/// Writes the taper into `out`, scaled by `scale`. The formulas stand at
/// [`Window`]; they are evaluated in double precision.
pub(crate) fn fill(window: Window, scale: f32, out: &mut [f32]) {
    let length = out.len() as f64;
    for (i, value) in out.iter_mut().enumerate() {
        let i = i as f64;
        let periodic = libm::cos(2.0 * PI * i / length);
        let symmetric = libm::cos(2.0 * PI * i / (length - 1.0));
        let taper = match window {
            Window::Hann => 0.5 - 0.5 * periodic,
            Window::HannSymmetric => 0.5 - 0.5 * symmetric,
            Window::Hamming => 0.54 - 0.46 * periodic,
            Window::HammingSymmetric => 0.54 - 0.46 * symmetric,
            Window::Povey => libm::pow(0.5 - 0.5 * symmetric, 0.85),
            Window::Rectangular => 1.0,
        };
        *value = (taper * f64::from(scale)) as f32;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;

    fn taper(window: Window, length: usize) -> std::vec::Vec<f32> {
        let mut out = std::vec![0.0; length];
        fill(window, 1.0, &mut out);
        out
    }

    #[test]
    fn periodic_hann_of_four() {
        assert_eq!(taper(Window::Hann, 4), [0.0, 0.5, 1.0, 0.5]);
    }

    #[test]
    fn symmetric_windows_are_symmetric() {
        for window in [Window::HannSymmetric, Window::HammingSymmetric, Window::Povey] {
            let w = taper(window, 401);
            assert!((w[200] - 1.0).abs() < 1e-6);
            for i in 0..200 {
                assert!((w[i] - w[400 - i]).abs() < 1e-6, "{window:?} at {i}");
            }
        }
    }

    #[test]
    fn scale_multiplies() {
        let mut out = [0.0; 8];
        fill(Window::Rectangular, 32_768.0, &mut out);
        assert_eq!(out, [32_768.0; 8]);
    }
}
