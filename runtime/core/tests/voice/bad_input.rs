//! Samples such as files and broken drivers hold.

use crate::Measured;
use crate::synth::{steady, vowel};
use proptest::prelude::*;
use slap_core::voice::Descriptor;
use slap_core::voice::pitch::{CEILING_HZ, FLOOR_HZ};

/// Whatever is measured is finite and within its range.
fn assert_sane(measured: &Measured) {
    for frame in &measured.frames {
        assert!(frame.values().iter().flatten().all(|value| value.is_finite()), "{frame:?}");
        let pitch = frame.get(Descriptor::Pitch);
        assert!(pitch.is_none_or(|hz| (FLOOR_HZ * 0.999..=CEILING_HZ * 1.001).contains(&hz)));
        let confidence = frame.get(Descriptor::Confidence);
        assert!(confidence.is_none_or(|share| (0.0..=1.0).contains(&share)), "{confidence:?}");
        let ratio = frame.get(Descriptor::HarmonicsToNoise);
        assert!(ratio.is_none_or(|ratio| (-60.0..=60.0).contains(&ratio)), "{ratio:?}");
    }
    for mark in &measured.marks {
        assert!(
            mark.position.is_finite() && mark.period.is_none_or(f32::is_finite),
            "{mark:?}"
        );
        assert!(mark.amplitude.is_none_or(|a| a.is_finite() && a > 0.0), "{mark:?}");
    }
}

/// Samples such as files and broken drivers hold.
fn bad_samples() -> impl Strategy<Value = Vec<f32>> {
    let sample = prop_oneof![
        8 => -1.0_f32..1.0,
        1 => Just(0.0),
        1 => prop::sample::select(vec![
            f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE,
            1e-42, -1e-42, 1.0, -1.0, 3e4,
        ]),
    ];
    prop::collection::vec(sample, 0..3_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_bad_comes_of_bad_samples(samples in bad_samples(), hz in 55.0..1_000.0, scale in -9..9) {
        // A voice of any strength with bad samples strewn in.
        let voice = vowel(0.3, steady(hz)).into_iter().map(|s| s * 10.0_f64.powi(scale));
        let mut all: Vec<f32> = voice.map(|s| s as f32).collect();
        let step = 1 + all.len() / (samples.len() + 1);
        for (sample, bad) in all.iter_mut().step_by(step).zip(&samples) {
            *sample = *bad;
        }
        assert_sane(&Measured::of(&all));
        all.extend(&samples);
        assert_sane(&Measured::of(&all));
        assert_sane(&Measured::of(&samples));
    }
}
