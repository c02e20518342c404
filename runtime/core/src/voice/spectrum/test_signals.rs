//! Signals of which everything is known, and a transform by its definition.

extern crate std;

use super::WINDOW;
use crate::front_end::RealFft;
use crate::voice::SAMPLE_RATE;
use core::f64::consts::PI;
use std::{vec, vec::Vec};

/// The discrete Fourier transform as it is defined.
pub(in crate::voice) struct Naive(pub(in crate::voice) usize);

impl Naive {
    fn bin(&self, input: &[f32], k: usize) -> (f64, f64) {
        let mut sum = (0.0, 0.0);
        for (n, &x) in input.iter().enumerate() {
            let angle = 2.0 * PI * ((k * n) % self.0) as f64 / self.0 as f64;
            sum.0 += f64::from(x) * libm::cos(angle);
            sum.1 -= f64::from(x) * libm::sin(angle);
        }
        sum
    }
}

impl RealFft for Naive {
    type Buffers = Vec<f32>;

    fn length(&self) -> usize {
        self.0
    }

    fn buffers(&self) -> Vec<f32> {
        vec![0.0; self.0]
    }

    fn input<'b>(&self, buffers: &'b mut Vec<f32>) -> &'b mut [f32] {
        buffers
    }

    fn power(&self, buffers: &mut Vec<f32>, power: &mut [f32]) {
        for (k, power) in power.iter_mut().take(self.0 / 2 + 1).enumerate() {
            let (re, im) = self.bin(buffers, k);
            *power = (re * re + im * im) as f32;
        }
    }

    fn real(&self, buffers: &mut Vec<f32>, real: &mut [f32]) {
        for (k, real) in real.iter_mut().take(self.0 / 2 + 1).enumerate() {
            *real = self.bin(buffers, k).0 as f32;
        }
    }
}

/// The sum of sinusoids of these frequencies and amplitudes, in the window.
pub(in crate::voice) fn tones(tones: &[(f64, f64)]) -> [f32; WINDOW] {
    core::array::from_fn(|i| {
        let seconds = i as f64 / f64::from(SAMPLE_RATE);
        tones.iter().map(|(hz, a)| a * libm::cos(2.0 * PI * hz * seconds + hz)).sum::<f64>()
            as f32
    })
}

/// Noise between -1 and 1, always the same.
pub(in crate::voice) fn noise(samples: usize) -> Vec<f64> {
    let mut state = 1_u64;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// Pulses at the pitch, all harmonics below 7.8 kHz, with the tilt of a voice as it
/// radiates: -12 dB an octave above 100 Hz, and +6.
pub(in crate::voice) fn pulses(pitch_hz: f64, samples: usize) -> Vec<f64> {
    let count = (7_800.0 / pitch_hz) as usize;
    let mut pulses: Vec<f64> = (0..samples)
        .map(|i| {
            let phase = 2.0 * PI * pitch_hz * i as f64 / f64::from(SAMPLE_RATE);
            (1..=count).map(|h| libm::cos(h as f64 * phase)).sum::<f64>() / count as f64
        })
        .collect();
    tilt(&mut pulses);
    pulses
}

/// The tilt of a voice as it radiates.
pub(in crate::voice) fn tilt(signal: &mut [f64]) {
    let pole = libm::exp(-2.0 * PI * 100.0 / f64::from(SAMPLE_RATE));
    for _ in 0..2 {
        let mut before = 0.0;
        for x in signal.iter_mut() {
            before = (1.0 - pole) * *x + pole * before;
            *x = before;
        }
    }
    let mut before = 0.0;
    for x in signal.iter_mut() {
        (*x, before) = (*x - 0.99 * before, *x);
    }
}

/// Resonates at each frequency, with the bandwidth, one after the other.
pub(in crate::voice) fn resonate(signal: &mut [f64], resonances: &[(f64, f64)]) {
    for (hz, bandwidth_hz) in resonances {
        let modulus = libm::exp(-PI * bandwidth_hz / f64::from(SAMPLE_RATE));
        let cosine = 2.0 * modulus * libm::cos(2.0 * PI * hz / f64::from(SAMPLE_RATE));
        let (mut one, mut two) = (0.0, 0.0);
        for x in signal.iter_mut() {
            let y = (1.0 - cosine + modulus * modulus) * *x + cosine * one
                - modulus * modulus * two;
            (*x, one, two) = (y, y, one);
        }
    }
}

/// Scales to a mean square, and to single precision.
pub(in crate::voice) fn at_mean_square(signal: &[f64], mean_square: f64) -> Vec<f32> {
    let power = signal.iter().map(|x| x * x).sum::<f64>() / signal.len() as f64;
    let gain = libm::sqrt(mean_square / power);
    signal.iter().map(|x| (x * gain) as f32).collect()
}

/// The windows of a signal, a hop apart.
pub(in crate::voice) fn windows(signal: &[f32]) -> impl Iterator<Item = &[f32; WINDOW]> {
    signal.windows(WINDOW).step_by(crate::voice::HOP).filter_map(|w| w.first_chunk())
}
