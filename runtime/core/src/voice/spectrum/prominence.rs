//! Smoothed cepstral peak prominence.

use super::long::BINS;
use crate::front_end::{Log, LogFloor, RealFft, logarithm};
use crate::voice::SAMPLE_RATE;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::plan::LONG;
use crate::voice::vector;

/// Frames over which cepstra are averaged: this one and the two before it.
const FRAMES: usize = 3;

/// Quefrencies to either side over which cepstra are averaged: 9 in all, 0.56 ms.
const REACH: usize = 4;

// Quefrencies, in samples: where the line begins (1 ms), where the peak is looked for
// (330 Hz) and where both end (60 Hz).
const LINE: usize = SAMPLE_RATE as usize / 1_000;
const PEAK: usize = SAMPLE_RATE as usize / 330;
const END: usize = SAMPLE_RATE as usize / 60 + 1;

/// Quefrencies of the line, and those with their neighbours.
const SMOOTH: usize = END - LINE;
const RAW: usize = SMOOTH + 2 * REACH;

/// Least squared cepstrum, in dB^2; that of a spectrum without any ripple is rounding.
const FLOOR: f32 = 1e-12;

/// The cepstra of the last frames.
#[derive(Clone, Debug)]
pub(super) struct Prominence {
    /// Squared cepstra, a ring.
    recent: [[f32; RAW]; FRAMES],
    /// Where the next is written.
    next: usize,
    /// How many are filled.
    filled: usize,
}

impl Prominence {
    pub(super) const fn new() -> Self {
        Self { recent: [[0.0; RAW]; FRAMES], next: 0, filled: 0 }
    }

    /// There are no frames before.
    pub(super) fn forget(&mut self) {
        (self.next, self.filled) = (0, 0);
    }

    /// Sets the prominence of a frame from its spectrum in dB.
    pub(super) fn measure<F: RealFft>(
        &mut self,
        fft: &F,
        buffers: &mut F::Buffers,
        decibels: &[f32; BINS],
        frame: &mut Frame,
    ) {
        // The spectrum laid out to both sides is even, so its cepstrum is real.
        let input = fft.input(buffers);
        input[..BINS].copy_from_slice(decibels);
        for (value, mirrored) in
            input[BINS..].iter_mut().zip(decibels[1..BINS - 1].iter().rev())
        {
            *value = *mirrored;
        }
        let mut cepstrum = [0.0; BINS];
        fft.real(buffers, &mut cepstrum);
        let newest = &mut self.recent[self.next];
        for (square, value) in newest.iter_mut().zip(&cepstrum[LINE - REACH..]) {
            let value = value * (1.0 / LONG as f32);
            *square = value * value;
        }
        self.next = (self.next + 1) % FRAMES;
        self.filled = (self.filled + 1).min(FRAMES);

        let mut raw = [0.0f32; RAW];
        for recent in &self.recent[..self.filled] {
            for (sum, square) in raw.iter_mut().zip(recent) {
                *sum += square;
            }
        }
        let mut smooth = [0.0f32; SMOOTH];
        for offset in 0..=2 * REACH {
            for (sum, square) in smooth.iter_mut().zip(&raw[offset..]) {
                *sum += square;
            }
        }
        logarithm(Log::Decibel, FLOOR, LogFloor::Max, &mut smooth);
        frame.set(Descriptor::CepstralPeakProminence, above_line(&smooth));
    }
}

/// How far the highest value from [`PEAK`] on lies above the least-squares line through all
/// of them.
fn above_line(values: &[f32; SMOOTH]) -> f32 {
    let count = SMOOTH as f32;
    let middle = (count - 1.0) / 2.0;
    let squares = count * (count * count - 1.0) / 12.0;
    let mean = vector::mean(values);
    let mut products = [0.0f32; SMOOTH];
    for (i, (product, value)) in products.iter_mut().zip(values).enumerate() {
        *product = (i as f32 - middle) * (value - mean);
    }
    let slope = vector::sum(&products) / squares;
    let mut peak = PEAK - LINE;
    for i in peak + 1..SMOOTH {
        if values[i] > values[peak] {
            peak = i;
        }
    }
    values[peak] - (mean + slope * (peak as f32 - middle))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::voice::spectrum::test_signals::{
        Naive, at_mean_square, noise, pulses, resonate, tilt, windows,
    };
    use crate::voice::spectrum::{LongState, LongTables, WINDOW};
    use std::vec::Vec;

    /// Mean prominence of a vowel with noise of the same spectrum below it.
    fn vowel(pitch_hz: f64, harmonics_to_noise: f64) -> f32 {
        let tract = [(700.0, 60.0), (1_100.0, 80.0), (2_500.0, 120.0), (3_500.0, 150.0)];
        let samples = WINDOW + 9 * crate::voice::HOP + 2_000;
        let mut voice = pulses(pitch_hz, samples);
        let mut breath = noise(samples);
        tilt(&mut breath);
        resonate(&mut voice, &tract);
        resonate(&mut breath, &tract);
        let voice = at_mean_square(&voice[2_000..], 0.01);
        let ratio = libm::pow(10.0, -harmonics_to_noise / 10.0);
        let breath = at_mean_square(&breath[2_000..], 0.01 * ratio);
        let mixed: Vec<f32> = voice.iter().zip(&breath).map(|(v, b)| v + b).collect();

        let fft = Naive(LONG);
        let (tables, mut state) = (LongTables::new(), LongState::new());
        let mut buffers = fft.buffers();
        let values: Vec<f32> = windows(&mixed)
            .map(|window| {
                let mut frame = Frame::new(0);
                tables.analyse(&fft, &mut buffers, &mut state, window, None, &mut frame);
                frame.get(Descriptor::CepstralPeakProminence).unwrap_or(f32::NAN)
            })
            .collect();
        // The first two are averaged over fewer frames.
        values[2..].iter().sum::<f32>() / (values.len() - 2) as f32
    }

    #[test]
    fn falls_with_the_harmonics_to_noise_ratio() {
        for pitch_hz in [110.0, 220.0] {
            let values = [-20.0, 0.0, 10.0, 20.0, 30.0].map(|ratio| vowel(pitch_hz, ratio));
            for pair in values.windows(2) {
                assert!(pair[1] > pair[0] + 1.0, "{pitch_hz}: {values:?}");
            }
            assert!(values[0] < 6.0 && values[4] > 17.0, "{pitch_hz}: {values:?}");
        }
    }

    #[test]
    fn a_peak_above_a_line() {
        let mut values: [f32; SMOOTH] = core::array::from_fn(|i| -20.0 - 0.05 * i as f32);
        assert!(above_line(&values).abs() < 1e-3);
        let peak = 100;
        values[peak] += 12.0;
        // The peak lifts the line below it by 12 / SMOOTH, and tilts it a little.
        let got = above_line(&values);
        assert!((got - 12.0).abs() < 0.1, "{got}");
        // Before the range of the peak, a maximum does not count.
        values[peak] -= 12.0;
        values[PEAK - LINE - 1] += 12.0;
        assert!(above_line(&values) < 1.0);
    }

    #[test]
    fn one_frame_as_defined() {
        let noise = noise(BINS);
        let mut decibels = [0.0; BINS];
        for (k, value) in decibels.iter_mut().enumerate() {
            let ripple = 2.0 * core::f64::consts::PI * k as f64 / LONG as f64;
            *value = (-0.05 * k as f64 + noise[k] + 6.0 * libm::cos(110.0 * ripple)) as f32;
        }
        let fft = Naive(LONG);
        let mut frame = Frame::new(0);
        Prominence::new().measure(&fft, &mut fft.buffers(), &decibels, &mut frame);

        let cepstrum = |n: usize| {
            let mut sum = 0.0;
            for k in 0..LONG {
                let angle = 2.0 * core::f64::consts::PI * (n * k % LONG) as f64 / LONG as f64;
                sum += f64::from(decibels[k.min(LONG - k)]) * libm::cos(angle);
            }
            sum / LONG as f64
        };
        let smooth: Vec<f64> = (16..267)
            .map(|n| {
                let sum: f64 = (n - 4..=n + 4).map(|n| cepstrum(n) * cepstrum(n)).sum();
                10.0 * libm::log10(sum)
            })
            .collect();
        let count = smooth.len() as f64;
        let mean = smooth.iter().sum::<f64>() / count;
        let (mut products, mut squares) = (0.0, 0.0);
        for (i, value) in smooth.iter().enumerate() {
            let x = i as f64 - (count - 1.0) / 2.0;
            products += x * (value - mean);
            squares += x * x;
        }
        let expected =
            (32..smooth.len()).map(|i| (smooth[i], i)).max_by(|a, b| a.0.total_cmp(&b.0)).map(
                |(peak, i)| peak - mean - products / squares * (i as f64 - (count - 1.0) / 2.0),
            );
        let got = frame.get(Descriptor::CepstralPeakProminence).map(f64::from);
        let (got, expected) = (got.unwrap_or(f64::NAN), expected.unwrap_or(f64::NAN));
        assert!((got - expected).abs() < 0.05, "{got} {expected}");
    }
}
