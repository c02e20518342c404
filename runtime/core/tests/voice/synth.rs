//! Voices of which everything is known.

use slap_core::voice::SAMPLE_RATE;
use std::f64::consts::PI;

/// Samples in a second.
pub const RATE: f64 = SAMPLE_RATE as f64;

/// Random numbers, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    /// Uniform from 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of mean 0 and variance 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Pulses at places between samples, each with its amplitude, without what lies above
/// 7.2 kHz.
pub fn pulses(length: usize, places: &[(f64, f64)]) -> Vec<f64> {
    const REACH: f64 = 32.0;
    let mut samples = vec![0.0; length];
    for &(place, amplitude) in places {
        let first = (place - REACH).ceil().max(0.0) as usize;
        let last = ((place + REACH) as usize).min(length - 1);
        for (n, sample) in samples.iter_mut().enumerate().take(last + 1).skip(first) {
            let t = n as f64 - place;
            let x = 0.9 * PI * t;
            let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
            *sample += amplitude * sinc * (0.5 * PI * t / REACH).cos().powi(2);
        }
    }
    samples
}

/// Places of pulses from the start to the end of a clip, and their amplitudes. `next` gives
/// the period that follows a place, and the amplitude at it.
pub fn places(length: usize, mut next: impl FnMut(f64) -> (f64, f64)) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    let mut place = 40.3;
    while place < length as f64 {
        let (period, amplitude) = next(place);
        places.push((place, amplitude));
        place += period;
    }
    places
}

/// Resonances of a vocal tract in its neutral shape.
pub const NEUTRAL: [(f64, f64); 4] =
    [(500.0, 80.0), (1_500.0, 100.0), (2_500.0, 150.0), (3_500.0, 250.0)];

/// Sends a source through resonances (frequency, bandwidth), without its mean, to a root
/// mean square of 0.1.
pub fn resonate(mut samples: Vec<f64>, resonances: &[(f64, f64)]) -> Vec<f64> {
    let mut last = 0.0;
    for sample in &mut samples {
        last = *sample + 0.95 * last;
        *sample = last;
    }
    for &(hz, bandwidth) in resonances {
        let radius = (-PI * bandwidth / RATE).exp();
        let (a, b) = (2.0 * radius * (2.0 * PI * hz / RATE).cos(), -radius * radius);
        let (mut before, mut last) = (0.0, 0.0);
        for sample in &mut samples {
            let out = *sample * (1.0 - a - b) + a * last + b * before;
            (before, last) = (last, out);
            *sample = out;
        }
    }
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let power = samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / samples.len() as f64;
    samples.iter().map(|s| (s - mean) * 0.1 / power.sqrt()).collect()
}

pub fn vowel(seconds: f64, next: impl FnMut(f64) -> (f64, f64)) -> Vec<f64> {
    let length = (seconds * RATE) as usize;
    resonate(pulses(length, &places(length, next)), &NEUTRAL)
}

pub fn steady(hz: f64) -> impl FnMut(f64) -> (f64, f64) {
    move |_| (RATE / hz, 1.0)
}

/// Adds white noise this many dB below a root mean square of 0.1.
pub fn noisy(samples: &[f64], decibels: f64) -> Vec<f64> {
    let mut dice = Dice(3);
    let level = 0.1 * 10.0_f64.powf(-decibels / 20.0);
    samples.iter().map(|sample| sample + level * dice.normal()).collect()
}

pub fn single(samples: &[f64]) -> Vec<f32> {
    samples.iter().map(|&sample| sample as f32).collect()
}

pub fn tone(seconds: f64, partials: &[(f64, f64)]) -> Vec<f32> {
    let value = |n: usize| -> f64 {
        let phase = 2.0 * PI * n as f64 / RATE;
        partials.iter().map(|(hz, amplitude)| amplitude * (hz * phase).sin()).sum()
    };
    (0..(seconds * RATE) as usize).map(|n| value(n) as f32).collect()
}
