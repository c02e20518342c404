//! Which poles are formants, and which formant each is.

use super::prediction::{BAND_HZ, ORDER};
use super::roots::{Complex, Roots};
use core::f64::consts::PI;
use libm::{atan2, log};

/// A resonance: a pair of poles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Resonance {
    pub(super) hz: f64,
    /// Width at half power.
    pub(super) bandwidth_hz: f64,
}

/// Where a formant may lie, and how wide it may be.
struct Range {
    low_hz: f64,
    high_hz: f64,
    /// What is wider shapes the spectrum's tilt.
    widest_hz: f64,
}

/// The first three formants of men, women and children (Peterson & Barney 1952; Hillenbrand
/// et al. 1995), with a margin.
const RANGES: [Range; 3] = [
    Range { low_hz: 180.0, high_hz: 1_250.0, widest_hz: 400.0 },
    Range { low_hz: 500.0, high_hz: 3_500.0, widest_hz: 600.0 },
    Range { low_hz: 1_300.0, high_hz: 4_500.0, widest_hz: 800.0 },
];

impl Resonance {
    /// The resonance of a pole in the upper half plane.
    fn of(pole: Complex) -> Self {
        Self {
            hz: atan2(pole.im, pole.re) / PI * BAND_HZ,
            bandwidth_hz: -log(pole.norm()) / PI * BAND_HZ,
        }
    }
}

/// The first three formants among the poles: each is the lowest resonance above the one
/// before it that is narrow enough and lies in its range.
pub(super) fn formants(poles: &Roots) -> [Option<Resonance>; 3] {
    let resonances: heapless::Vec<_, { ORDER / 2 }> =
        poles.iter().map(|&pole| Resonance::of(pole)).collect();
    let mut above = 0.0;
    RANGES.map(|range| {
        let found = resonances
            .iter()
            .copied()
            .filter(|r| r.hz > above && (range.low_hz..=range.high_hz).contains(&r.hz))
            .filter(|r| r.bandwidth_hz > 0.0 && r.bandwidth_hz <= range.widest_hz)
            .min_by(|a, b| a.hz.total_cmp(&b.hz));
        if let Some(resonance) = found {
            above = resonance.hz;
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pole(hz: f64, bandwidth_hz: f64) -> Complex {
        let modulus = libm::exp(-PI * bandwidth_hz / (2.0 * BAND_HZ));
        let angle = PI * hz / BAND_HZ;
        Complex { re: modulus * libm::cos(angle), im: modulus * libm::sin(angle) }
    }

    fn found(resonances: &[(f64, f64)]) -> [Option<i32>; 3] {
        let poles = resonances.iter().map(|&(hz, width)| pole(hz, width)).collect();
        formants(&poles).map(|formant| formant.map(|f| (f.hz + 0.5) as i32))
    }

    #[test]
    fn a_pole_is_its_resonance() {
        let resonance = Resonance::of(pole(1_234.0, 56.0));
        assert!((resonance.hz - 1_234.0).abs() < 1e-6);
        assert!((resonance.bandwidth_hz - 56.0).abs() < 1e-6);
    }

    #[test]
    fn rising_order_whatever_the_order_of_poles() {
        let vowel = [(2_500.0, 90.0), (500.0, 60.0), (4_500.0, 200.0), (1_500.0, 70.0)];
        assert_eq!(found(&vowel), [Some(500), Some(1_500), Some(2_500)]);
    }

    #[test]
    fn wide_and_misplaced_poles_are_left_out() {
        let tilt = [(400.0, 500.0), (600.0, 80.0), (1_000.0, 90.0), (2_400.0, 120.0)];
        assert_eq!(found(&tilt), [Some(600), Some(1_000), Some(2_400)]);
        let hum = [(100.0, 30.0), (600.0, 80.0), (1_000.0, 90.0), (2_400.0, 120.0)];
        assert_eq!(found(&hum), [Some(600), Some(1_000), Some(2_400)]);
        assert_eq!(
            found(&[(2_000.0, 100.0), (3_000.0, 100.0)]),
            [None, Some(2_000), Some(3_000)]
        );
        assert_eq!(found(&[(500.0, 50.0), (5_000.0, 100.0)]), [Some(500), None, None]);
        assert_eq!(found(&[]), [None; 3]);
    }
}
