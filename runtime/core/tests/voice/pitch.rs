//! Fundamental frequency, and whether there is one.

use crate::Measured;
use crate::synth::{Dice, RATE, noisy, places, pulses, resonate, single, steady, tone, vowel};
use slap_core::voice::{Descriptor, Frame};
use std::f64::consts::PI;

/// All inner frames are voiced, and their pitch is right to a share.
fn assert_pitch(measured: &Measured, hz: f64, tolerance: f64, what: &str) {
    for frame in measured.inner() {
        let got = frame.get(Descriptor::Pitch).map_or(0.0, f64::from);
        assert!(
            (got / hz - 1.0).abs() < tolerance,
            "{what}, {hz} Hz: {got} at {}",
            frame.index
        );
    }
}

#[test]
fn the_pitch_of_clean_sounds_is_right_to_a_thousandth() {
    // None divides the rate. The first is a creak, the last two are children's.
    for hz in [55.7, 68.3, 97.7, 133.3, 211.7, 317.9, 523.3, 787.0, 983.0] {
        let tones = [(hz, 0.1), (2.0 * hz, 0.05), (3.0 * hz, 0.03), (4.0 * hz, 0.03)];
        assert_pitch(&Measured::of(&tone(0.4, &tones)), hz, 1e-3, "tone");
        assert_pitch(&Measured::of(&single(&vowel(0.4, steady(hz)))), hz, 1e-3, "vowel");
        let length = 6_400;
        let train = pulses(length, &places(length, steady(hz)));
        assert_pitch(&Measured::of(&single(&train)), hz, 1e-3, "pulses");
    }
}

#[test]
fn semitones_count_from_the_lowest_a() {
    let measured = Measured::of(&tone(0.3, &[(220.0, 0.1)]));
    for semitones in measured.values(Descriptor::PitchSemitones) {
        assert!((semitones - 36.0).abs() < 0.01, "{semitones}");
    }
}

#[test]
fn no_octave_is_mistaken() {
    // The second harmonic 20 dB above the others; no fundamental; two strong harmonics.
    let strong_second = [(130.0, 0.02), (260.0, 0.2), (390.0, 0.02), (520.0, 0.02)];
    assert_pitch(&Measured::of(&tone(0.4, &strong_second)), 130.0, 1e-3, "second harmonic");
    let missing = [(360.0, 0.1), (480.0, 0.1), (600.0, 0.1)];
    assert_pitch(&Measured::of(&tone(0.4, &missing)), 120.0, 1e-3, "no fundamental");
    // First resonances narrow and right at the second and the third harmonic.
    for (hz, resonance) in [(150.0, 300.0), (230.0, 460.0), (180.0, 540.0)] {
        let length = 6_400;
        let source = pulses(length, &places(length, steady(hz)));
        let shape = [(resonance, 50.0), (1_500.0, 100.0), (2_500.0, 150.0)];
        let measured = Measured::of(&single(&resonate(source, &shape)));
        assert_pitch(&measured, hz, 1e-3, "resonance");
    }
    // In noise, where multiples of the period are as high by chance.
    for hz in [120.0, 210.0, 310.0] {
        let measured = Measured::of(&single(&noisy(&vowel(1.0, steady(hz)), 3.0)));
        assert_pitch(&measured, hz, 0.05, "noise");
    }
}

#[test]
fn glides_and_tremor_are_followed() {
    // An octave up in 0.6 s, and 5 Hz of 4 %.
    let glide = |t: f64| 120.0 * 2.0_f64.powf(t / 0.6);
    let tremor = |t: f64| 180.0 * (1.0 + 0.04 * (2.0 * PI * 5.0 * t).sin());
    for (what, hz) in [("glide", &glide as &dyn Fn(f64) -> f64), ("tremor", &tremor)] {
        // A period reaches ahead; its frequency is that of its middle.
        let next = |place: f64| {
            let period = RATE / hz(place / RATE);
            (RATE / hz((place + period / 2.0) / RATE), 1.0)
        };
        let measured = Measured::of(&single(&vowel(0.6, next)));
        for frame in measured.inner() {
            let want = hz(frame.seconds());
            let got = frame.get(Descriptor::Pitch).map_or(0.0, f64::from);
            assert!((got / want - 1.0).abs() < 0.012, "{what}: {got}, not {want}");
        }
    }
}

#[test]
fn what_is_no_voice_has_no_pitch() {
    let mut dice = Dice(1);
    let mut white: Vec<f64> = (0..64_000).map(|_| 0.1 * dice.normal()).collect();
    assert!(Measured::of(&single(&white)).voiced_share() < 0.005);
    white = resonate(white, &[(500.0, 150.0), (1_500.0, 200.0), (2_500.0, 250.0)]);
    assert!(Measured::of(&single(&white)).voiced_share() < 0.03, "whisper");

    let silence = Measured::of(&[0.0; 16_000]);
    assert_eq!((silence.voiced_share(), silence.marks.len()), (0.0, 0));
    assert_eq!(Measured::of(&[0.25; 16_000]).voiced_share(), 0.0);
    assert_eq!(Measured::of(&tone(1.0, &[(50.0, 0.1)])).voiced_share(), 0.0, "hum");
    let mut clicks = vec![0.0; 32_000];
    clicks.iter_mut().skip(100).step_by(4_001).for_each(|sample| *sample = 0.9);
    assert_eq!(Measured::of(&clicks).voiced_share(), 0.0, "clicks");
}

#[test]
fn hum_behind_a_voice_is_silence() {
    let mut samples = vowel(1.0, steady(140.0));
    samples.extend([0.0; 8_000]);
    // 15 dB below the voice.
    let hum = tone(1.5, &[(60.0, 0.025)]);
    let mixed: Vec<f32> = single(&samples).iter().zip(hum).map(|(a, b)| a + b).collect();
    let measured = Measured::of(&mixed);
    assert!(measured.frames[10..95].iter().all(Frame::is_voiced));
    assert!(!measured.frames[110..].iter().any(Frame::is_voiced));
}
