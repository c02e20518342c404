//! Jitter, shimmer and harmonics-to-noise ratio.

use crate::Measured;
use crate::synth::{Dice, RATE, noisy, places, pulses, single, steady, vowel};
use slap_core::voice::Descriptor;

#[test]
fn perfect_pulses_have_no_jitter_and_no_shimmer() {
    for hz in [61.3, 97.7, 143.9, 211.7, 333.7, 523.3] {
        let length = 16_000;
        let train = single(&pulses(length, &places(length, steady(hz))));
        let measured = Measured::of(&train);
        let (jitter, shimmer) = (measured.jitter(), measured.shimmer());
        assert!(f64::from(jitter.periods()) > 0.9 * hz, "{hz} Hz: {}", jitter.periods());
        assert!(jitter.local().unwrap() < 0.000_5, "{hz} Hz: {:?}", jitter.local());
        assert!(shimmer.local_db().unwrap() < 0.02, "{hz} Hz: {:?}", shimmer.local_db());
        for value in measured.values(Descriptor::Jitter) {
            assert!(value < 0.000_5, "{hz} Hz: {value}");
        }
    }
}

/// The mean absolute difference of neighbours.
fn neighbours(values: &[f64]) -> f64 {
    let sum: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    sum / (values.len() - 1) as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn jitter_is_what_was_put_in() {
    for (hz, deviation) in [(90.0, 0.002), (120.0, 0.01), (150.0, 0.005), (110.0, 0.03)] {
        let mut dice = Dice(7);
        let mut periods = Vec::new();
        let samples = vowel(3.0, |_| {
            let period = RATE / hz * (1.0 + deviation * dice.normal());
            periods.push(period);
            (period, 1.0)
        });
        let measured = Measured::of(&single(&samples));
        let want = neighbours(&periods) / mean(&periods);
        let got = f64::from(measured.jitter().local().unwrap());
        assert!((got / want - 1.0).abs() < 0.15, "{hz} Hz: {got}, not {want}");
        let frames = measured.mean(Descriptor::Jitter);
        assert!((frames / want - 1.0).abs() < 0.15, "{hz} Hz: {frames} by frames, not {want}");
    }
}

#[test]
fn shimmer_is_what_was_put_in() {
    for (hz, deviation) in [(90.0, 0.1), (120.0, 0.5), (150.0, 0.25), (110.0, 1.0)] {
        let mut dice = Dice(9);
        let mut levels = Vec::new();
        let samples = vowel(3.0, |_| {
            let level = deviation * dice.normal();
            levels.push(level);
            (RATE / hz, 10.0_f64.powf(level / 20.0))
        });
        let measured = Measured::of(&single(&samples));
        let want = neighbours(&levels);
        let got = f64::from(measured.shimmer().local_db().unwrap());
        assert!((got / want - 1.0).abs() < 0.2, "{hz} Hz: {got} dB, not {want}");
        let frames = measured.mean(Descriptor::Shimmer);
        assert!((frames / want - 1.0).abs() < 0.2, "{hz} Hz: {frames} by frames, not {want}");
    }
}

#[test]
fn marks_stand_at_pulses_wherever_in_a_frame_the_voice_begins() {
    for hz in [80.0, 160.0, 230.0, 320.0, 450.0, 700.0] {
        for lead in 0..10 {
            let what = format!("{hz} Hz, {lead}");
            let mut dice = Dice(100 + lead);
            let (mut levels, mut train) = (Vec::new(), Vec::new());
            let mut place = 40.3 + 206.7 * lead as f64;
            let length = place as usize + 8_000;
            while place < length as f64 {
                let level = 0.5 * dice.normal();
                levels.push(level);
                train.push((place, 0.5 * 10.0_f64.powf(level / 20.0)));
                place += RATE / hz * (1.0 + 0.008 * dice.normal());
            }
            let measured = Measured::of(&single(&pulses(length, &train)));
            for mark in &measured.marks {
                let distance = |(place, _): &(f64, f64)| (mark.position - place).abs();
                let nearest = train.iter().map(distance).fold(f64::INFINITY, f64::min);
                assert!(nearest < 0.06 * RATE / hz, "{what}: {mark:?} is {nearest} off");
            }
            let want = neighbours(&levels);
            let got = f64::from(measured.shimmer().local_db().unwrap());
            assert!((got / want - 1.0).abs() < 0.06, "{what}: {got} dB, not {want}");
        }
    }
}

#[test]
fn harmonics_to_noise_is_what_was_put_in() {
    for hz in [90.0, 130.0, 210.0, 330.0] {
        let clean = vowel(1.5, steady(hz));
        for decibels in [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0] {
            let measured = Measured::of(&single(&noisy(&clean, decibels)));
            let got = measured.mean(Descriptor::HarmonicsToNoise);
            assert!((got - decibels).abs() < 0.7, "{hz} Hz, {decibels} dB: {got}");
        }
        let got = Measured::of(&single(&clean)).mean(Descriptor::HarmonicsToNoise);
        assert!(got > 50.0, "{hz} Hz, clean: {got}");
    }
}
