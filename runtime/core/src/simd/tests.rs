//! What this processor does against the reference, to the bit.

extern crate std;
use std::vec::Vec;

use half::f16;
use proptest::prelude::*;

use super::scalar::{self, LANES};
use super::{dots, widen};

/// Both ways, as bits.
fn both(rows: &[f16], unit: &[f32], count: usize) -> [Vec<u32>; 2] {
    [dots, scalar::dots].map(|dots| {
        let mut out = std::vec![0.0; count];
        dots(rows, unit, &mut out);
        out.into_iter().map(f32::to_bits).collect()
    })
}

/// Any finite half, one in four of them subnormal or zero, of either sign.
fn half() -> impl Strategy<Value = f16> {
    let every = any::<u16>().prop_map(f16::from_bits);
    let small = (0u16..0x400, any::<bool>())
        .prop_map(|(bits, negative)| f16::from_bits(bits | u16::from(negative) << 15));
    let zero = prop_oneof![Just(f16::ZERO), Just(f16::NEG_ZERO)];
    let finite = every.prop_filter("finite", |value| value.is_finite());
    let unit = (-1.0f32..1.0).prop_map(f16::from_f32);
    prop_oneof![4 => unit, 2 => finite, 1 => small, 1 => zero]
}

/// Small, large, subnormal and zero, but not so large that a sum of 600 overflows.
fn single() -> impl Strategy<Value = f32> {
    let subnormal = (0u32..1 << 23, any::<bool>())
        .prop_map(|(bits, negative)| f32::from_bits(bits | u32::from(negative) << 31));
    let zero = prop_oneof![Just(0.0), Just(-0.0)];
    prop_oneof![4 => -1.0f32..1.0, 1 => -1e30f32..1e30, 1 => subnormal, 1 => zero]
}

/// Rows one after the other, a vector, and how many rows there are.
fn case() -> impl Strategy<Value = (Vec<f16>, Vec<f32>, usize)> {
    (1usize..=600, 0usize..6).prop_flat_map(|(dim, count)| {
        let rows = prop::collection::vec(half(), dim * count);
        (rows, prop::collection::vec(single(), dim), Just(count))
    })
}

#[test]
fn widening_is_exact_for_every_finite_half() {
    for bits in 0..=u16::MAX {
        let value = f16::from_bits(bits);
        if value.is_finite() {
            assert_eq!(widen(value).to_bits(), value.to_f32().to_bits(), "{bits:#06x}");
        }
    }
}

proptest! {
    #[test]
    fn the_reference_agrees_with_double_precision(
        pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 1..700)
    ) {
        let half: Vec<f16> = pairs.iter().map(|p| f16::from_f32(p.0)).collect();
        let single: Vec<f32> = pairs.iter().map(|p| p.1).collect();
        let exact: f64 =
            half.iter().zip(&single).map(|(h, s)| h.to_f64() * f64::from(*s)).sum();
        let absolute: f64 =
            half.iter().zip(&single).map(|(h, s)| (h.to_f64() * f64::from(*s)).abs()).sum();
        let mut out = [0.0];
        scalar::dots(&half, &single, &mut out);
        prop_assert!((f64::from(out[0]) - exact).abs() <= 1e-5 * absolute);
    }

    #[test]
    fn every_row_is_the_reference_to_the_bit((rows, unit, count) in case()) {
        let [wide, plain] = both(&rows, &unit, count);
        prop_assert!(wide.iter().all(|&bits| f32::from_bits(bits).is_finite()));
        prop_assert_eq!(wide, plain);
    }

    #[test]
    fn a_vector_that_is_not_finite_gives_no_number(
        (rows, mut unit, count) in case(),
        at in any::<prop::sample::Index>(),
        bad in prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)],
    ) {
        let at = at.index(unit.len());
        unit[at] = bad;
        let [wide, plain] = both(&rows, &unit, count);
        for (wide, plain) in wide.into_iter().zip(plain) {
            let (wide, plain) = (f32::from_bits(wide), f32::from_bits(plain));
            prop_assert!(!wide.is_finite());
            prop_assert!(wide == plain || wide.is_nan() && plain.is_nan());
        }
    }
}

#[test]
fn every_length_is_the_reference_to_the_bit() {
    // Sums of values of all magnitudes, so that any other order rounds differently.
    let value = |at: usize| (at as f32 * 0.7).sin() * 2f32.powi((at * 5 % 23) as i32 - 11);
    let mut differ = 0;
    for dim in 0..=600 {
        let rows: Vec<f16> = (0..3 * dim).map(|at| f16::from_f32(value(at + 1))).collect();
        let unit: Vec<f32> = (0..dim).map(|at| value(7 * at + 3)).collect();
        let [wide, plain] = both(&rows, &unit, 3);
        assert_eq!(wide, plain, "{dim} values");
        let in_line: f32 =
            rows.iter().zip(&unit).map(|(half, unit)| half.to_f32() * unit).sum();
        differ += usize::from(in_line.to_bits() != plain[0]);
    }
    assert!(differ > 500, "the order would show in {differ} of 600 lengths only");
}

#[test]
fn every_finite_half_is_converted_exactly() {
    let all: Vec<f16> =
        (0..=u16::MAX).map(f16::from_bits).filter(|it| it.is_finite()).collect();
    for lane in 0..LANES {
        // One lane of a block at a time, so that no value hides another.
        let mut unit = [0.0; LANES];
        unit[lane] = 1.0;
        let rows: Vec<f16> = all
            .iter()
            .flat_map(|&value| {
                (0..LANES).map(move |at| if at == lane { value } else { f16::ZERO })
            })
            .collect();
        let mut out = std::vec![0.0; all.len()];
        dots(&rows, &unit, &mut out);
        for (out, value) in out.iter().zip(&all) {
            assert_eq!(*out, value.to_f32(), "{:#06x} in lane {lane}", value.to_bits());
        }
    }
}

#[test]
fn what_has_no_counterpart_is_left() {
    let rows = [f16::ONE; 2 * 20 + 19];
    for dots in [dots, scalar::dots] {
        let mut out = [-1.0; 3];
        dots(&rows, &[1.0; 20], &mut out);
        assert_eq!(out, [20.0, 20.0, -1.0]);
        dots(&rows, &[2.0; 20], &mut out[..1]);
        assert_eq!(out, [40.0, 20.0, -1.0]);
        dots(&[], &[], &mut out);
        assert_eq!(out, [40.0, 20.0, -1.0]);
    }
}
