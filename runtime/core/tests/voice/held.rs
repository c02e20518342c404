//! Held vowels told from running speech, however rough the voice.

use crate::PLAN;
use crate::synth::{Dice, RATE, noisy, places, pulses, resonate, single, vowel};
use slap_core::voice::ranges::Speech;
use slap_core::voice::{Functional, Summary};

/// Resonances of [a], [i], [u] and [e].
const VOWELS: [[(f64, f64); 4]; 4] = [
    [(730.0, 80.0), (1_090.0, 90.0), (2_440.0, 120.0), (3_400.0, 175.0)],
    [(270.0, 60.0), (2_290.0, 100.0), (3_010.0, 150.0), (3_500.0, 200.0)],
    [(300.0, 60.0), (870.0, 80.0), (2_240.0, 120.0), (3_300.0, 175.0)],
    [(530.0, 60.0), (1_840.0, 90.0), (2_480.0, 120.0), (3_500.0, 200.0)],
];

fn summary(samples: &[f32]) -> Summary {
    let (mut summary, mut stream) = (Summary::new(), PLAN.stream());
    stream.push(&PLAN, samples, |event| summary.add(&event));
    stream.finish(&PLAN, |event| summary.add(&event));
    summary
}

/// [a] for 3 s. Periods and levels are drawn with these standard deviations (relative, and
/// in dB), or alternate by them.
fn rough(hz: f64, jitter: f64, shimmer: f64, alternating: bool) -> Vec<f64> {
    let (mut dice, mut sign) = (Dice(hz as u64), 1.0);
    let mut next = |_| {
        sign = -sign;
        let mut draw = || if alternating { sign } else { dice.normal() };
        let (period, level) = (1.0 + jitter * draw(), shimmer * draw());
        (RATE / hz * period, 10.0_f64.powf(level / 20.0))
    };
    let length = (3.0 * RATE) as usize;
    resonate(pulses(length, &places(length, &mut next)), &VOWELS[0])
}

/// Four syllables a second, each with a vowel of its own, with 70 ms of noise or silence
/// before it.
fn talk(seconds: f64) -> Vec<f64> {
    let mut dice = Dice(5);
    let (voiced, unvoiced) = ((0.18 * RATE) as usize, (0.07 * RATE) as usize);
    let mut samples = Vec::new();
    for syllable in 0..(4.0 * seconds) as usize {
        let hz = 110.0 + 10.0 * (syllable % 3) as f64;
        let train = pulses(voiced, &places(voiced, |_| (RATE / hz, 1.0)));
        let loud = resonate(train, &VOWELS[syllable % 4]);
        let hiss = if syllable % 2 == 0 { 0.02 } else { 0.0 };
        samples.extend((0..unvoiced).map(|_| hiss * dice.normal()));
        samples.extend(loud.iter().enumerate().map(|(at, sample)| {
            let share = at as f64 / voiced as f64;
            sample * (std::f64::consts::PI * share).sin()
        }));
    }
    samples
}

#[test]
fn a_rough_vowel_is_held_though_its_voice_breaks() {
    let mut broken = 0;
    for hz in [80.0, 110.0, 150.0, 200.0, 250.0] {
        for (jitter, shimmer) in [(0.01, 0.3), (0.02, 0.6), (0.03, 1.0), (0.05, 1.5)] {
            for alternating in [false, true] {
                let samples = noisy(&rough(hz, jitter, shimmer, alternating), 25.0);
                let summary = summary(&single(&samples));
                let stretches = summary.get(Functional::VoicedSegmentMean).unwrap_or(0.0);
                broken += usize::from(stretches < 1.0);
                let what = format!("{hz} Hz, {jitter}, alternating: {alternating}");
                // Where half of it has no pitch, and more, nobody can tell.
                let expected = (summary.voiced_seconds() >= 1.0).then_some(Speech::HeldVowel);
                assert_eq!(Speech::of(&summary), expected, "{what}, {stretches} s");
                assert!(alternating || expected.is_some(), "{what}");
            }
        }
    }
    assert!(broken >= 5, "{broken} with short stretches: the test is too easy");
}

#[test]
fn a_vowel_is_held_between_pauses() {
    let mut samples = vec![0.0; 32_000];
    samples.extend(rough(110.0, 0.03, 1.0, false));
    samples.extend(vec![0.0; 32_000]);
    let summary = summary(&single(&noisy(&samples, 50.0)));
    assert_eq!(Speech::of(&summary), Some(Speech::HeldVowel));
}

#[test]
fn syllables_are_running_speech_with_pauses_and_without() {
    let mut samples = talk(3.0);
    assert_eq!(Speech::of(&summary(&single(&noisy(&samples, 40.0)))), Some(Speech::Running));
    samples.extend(vec![0.0; 100_000]);
    assert_eq!(Speech::of(&summary(&single(&noisy(&samples, 40.0)))), Some(Speech::Running));
}

#[test]
fn what_cannot_be_told_is_left_open() {
    // A blip of a voice, and a vowel with a sentence in one recording.
    let blip = vowel(0.4, |_| (RATE / 120.0, 1.0));
    assert_eq!(Speech::of(&summary(&single(&noisy(&blip, 30.0)))), None);
    let mut both = rough(110.0, 0.03, 1.0, false);
    both.extend(talk(1.0));
    let both = summary(&single(&noisy(&both, 40.0)));
    assert!(both.get(Functional::VoicedSegmentMean).unwrap() < 1.0);
    assert_eq!(Speech::of(&both), None);
    assert_eq!(Speech::of(&summary(&[0.0; 32_000])), None);
}

#[test]
fn pauses_do_not_lower_the_cepstral_peak() {
    let vowel = rough(110.0, 0.003, 0.1, false);
    let mut samples = vec![0.0; 48_000];
    samples.extend(&vowel);
    samples.extend(vec![0.0; 48_000]);
    let alone = summary(&single(&noisy(&vowel, 60.0)));
    let among = summary(&single(&noisy(&samples, 60.0)));
    let prominence = |summary: &Summary| summary.get(Functional::ProminenceMean).unwrap();
    let (alone, among) = (prominence(&alone), prominence(&among));
    assert!((alone - among).abs() < 0.3, "{alone} dB alone, {among} dB among pauses");
}
