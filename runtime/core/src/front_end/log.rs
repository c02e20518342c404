//! The logarithm of a frame.

use super::spec::{Log, LogFloor};
use core::f32::consts::{LN_2, LN_10};

/// Replaces each energy by its logarithm. `floor` is a normal positive number,
/// so whatever the energies are (NaN and infinity too), the results are finite.
pub(crate) fn apply(log: Log, floor: f32, mode: LogFloor, energies: &mut [f32]) {
    let unit = match log {
        Log::Ln => 1.0,
        Log::Log10 => 1.0 / LN_10,
        Log::Decibel => 10.0 / LN_10,
    };
    let (least, added) = match mode {
        LogFloor::Max => (floor, 0.0),
        LogFloor::Add => (floor, floor),
    };
    for energy in energies {
        *energy = ln((*energy + added).max(least)) * unit;
    }
}

/// Natural logarithm of a normal positive number, relative error below 2e-7.
///
/// With `x = 2^e m`, `m` between `sqrt(1/2)` and `sqrt(2)`, and
/// `s = (m - 1) / (m + 1)`: `ln x = e ln 2 + 2 (s + s^3/3 + s^5/5 + ...)`; `s`
/// is below 0.172, so that the first term left out is below 1e-9. There is no
/// branch and no table, so a loop over it becomes vector code; and it is the
/// same arithmetic on every machine, which a platform's own logarithm is not.
#[inline(always)]
fn ln(x: f32) -> f32 {
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF_BITS);
    let exponent = (shifted as i32) >> 23;
    let mantissa = f32::from_bits((shifted & 0x007f_ffff) + SQRT_HALF_BITS);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let series = 1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0))));
    exponent as f32 * LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_is_close_to_libm_everywhere() {
        let mut x = f32::MIN_POSITIVE;
        while x < 1e38 {
            let want = libm::log(f64::from(x));
            let error = (f64::from(ln(x)) - want).abs();
            assert!(error <= 1e-7 + 2e-7 * want.abs(), "ln({x}) is off by {error}");
            x *= 1.000_37;
        }
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn floors() {
        let mut e = [0.0, 1e-12, 1.0, f32::NAN, f32::INFINITY, -1.0];
        apply(Log::Log10, 1e-10, LogFloor::Max, &mut e);
        assert!((e[0] + 10.0).abs() < 1e-5 && (e[1] + 10.0).abs() < 1e-5);
        assert!(e[2].abs() < 1e-6);
        assert!(e.iter().all(|v| v.is_finite()), "{e:?}");
        let mut e = [0.0, 1.0];
        apply(Log::Ln, 1.0, LogFloor::Add, &mut e);
        assert!(e[0].abs() < 1e-7 && (e[1] - LN_2).abs() < 1e-6);
    }

    #[test]
    fn decibels() {
        let mut e = [1e-3, 100.0];
        apply(Log::Decibel, 1e-10, LogFloor::Max, &mut e);
        assert!((e[0] + 30.0).abs() < 1e-4 && (e[1] - 20.0).abs() < 1e-4);
    }
}
