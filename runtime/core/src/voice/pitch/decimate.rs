//! From 16 kHz to 4 kHz: all that the search for a pitch needs.

use super::super::{HOP, vector};
use core::f64::consts::PI;

/// Samples in, for each sample out.
pub(super) const FACTOR: usize = 4;

/// Samples out for each hop.
pub(super) const HOP_OUT: usize = HOP / FACTOR;

/// Taps of the filter; the first is zero, so the others are symmetric about the middle.
const TAPS: usize = 64;

/// Where the filter halves the amplitude, as a share of the rate: 1,700 Hz. It is flat to
/// 1,300 Hz and has nothing left from 2,100 Hz on, where aliases would fall on harmonics.
const CUTOFF: f64 = 1_700.0 / 16_000.0;

/// The filter: a sinc under a Hann window.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    taps: [f32; TAPS],
}

impl Filter {
    pub(super) fn new() -> Self {
        let mut exact = [0.0_f64; TAPS];
        let mut sum = 0.0;
        for (i, tap) in exact.iter_mut().enumerate() {
            let t = i as f64 - (TAPS / 2) as f64;
            let x = 2.0 * PI * CUTOFF * t;
            let sinc = if t == 0.0 { 1.0 } else { libm::sin(x) / x };
            *tap = sinc * (0.5 + 0.5 * libm::cos(2.0 * PI * t / TAPS as f64));
            sum += *tap;
        }
        Self { taps: exact.map(|tap| (tap / sum) as f32) }
    }
}

/// A second-order Butterworth high-pass at 80 Hz and the low rate: 6 to 9 dB less of the mains.
/// A voice as low as that has harmonics enough left.
#[derive(Clone, Copy, Debug, Default)]
struct HighPass {
    states: [f32; 2],
}

impl HighPass {
    /// The bilinear transform of the analogue filter: the outer coefficients of the
    /// numerator (the middle one is minus twice that), and the denominator's.
    const NUMERATOR: f32 = 0.914_969_1;
    const DENOMINATOR: [f32; 2] = [-1.8226949, 0.8371817];

    /// Far below any sample; keeps silence from ending in numbers that are slow to add.
    const NOTHING: f32 = 1e-20;

    fn next(&mut self, sample: f32) -> f32 {
        let [first, second] = self.states;
        let out = Self::NUMERATOR * sample + first;
        let first = second - 2.0 * Self::NUMERATOR * sample - Self::DENOMINATOR[0] * out;
        let second = Self::NUMERATOR * sample - Self::DENOMINATOR[1] * out;
        self.states = [first, second].map(|s| if s.abs() < Self::NOTHING { 0.0 } else { s });
        out
    }
}

/// The samples that the filter still reaches, and those of the hop being filled.
#[derive(Clone, Debug)]
pub(super) struct Decimator {
    samples: [f32; TAPS + HOP],
    filled: usize,
    high_pass: HighPass,
}

impl Decimator {
    /// Samples out that lag behind the samples in: half the filter.
    pub(super) const LAG_OUT: usize = TAPS / 2 / FACTOR;

    pub(super) const fn new() -> Self {
        Self { samples: [0.0; TAPS + HOP], filled: 0, high_pass: HighPass { states: [0.0; 2] } }
    }

    /// Takes samples up to the end of the hop, and returns how many it took.
    pub(super) fn fill(&mut self, samples: &[f32]) -> usize {
        let taken = samples.len().min(HOP - self.filled);
        let start = TAPS + self.filled;
        for (out, &sample) in self.samples[start..start + taken].iter_mut().zip(samples) {
            *out = vector::tame(sample);
        }
        self.filled += taken;
        taken
    }

    /// Once the hop is full, writes its samples at the lower rate. Sample `m` out stands
    /// for sample `4 m` in.
    pub(super) fn ready(&mut self, filter: &Filter, out: &mut [f32; HOP_OUT]) -> bool {
        if self.filled < HOP {
            return false;
        }
        for (m, out) in out.iter_mut().enumerate() {
            let low = vector::dot(&filter.taps, &self.samples[FACTOR * m..][..TAPS]);
            *out = self.high_pass.next(low);
        }
        self.samples.copy_within(HOP.., 0);
        self.filled = 0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Amplitude of a tone behind the filter, relative to before.
    fn gain(hz: f64) -> f64 {
        let filter = Filter::new();
        let (mut re, mut im) = (0.0, 0.0);
        for (i, &tap) in filter.taps.iter().enumerate() {
            let phase = 2.0 * PI * hz / 16_000.0 * i as f64;
            re += f64::from(tap) * libm::cos(phase);
            im += f64::from(tap) * libm::sin(phase);
        }
        libm::sqrt(re * re + im * im)
    }

    #[test]
    fn passes_what_may_be_pitch_and_stops_aliases() {
        for hz in [0.0, 55.0, 500.0, 1_000.0, 1_300.0] {
            assert!((gain(hz) - 1.0).abs() < 0.03, "{hz} Hz: {}", gain(hz));
        }
        for hz in [2_200.0, 3_000.0, 4_000.0, 7_900.0] {
            assert!(gain(hz) < 0.01, "{hz} Hz: {}", gain(hz));
        }
    }

    #[test]
    fn mains_are_weakened() {
        for (hz, want) in [(50.0, -8.8), (60.0, -6.2), (80.0, -3.0), (400.0, 0.0)] {
            let mut filter = HighPass::default();
            let (mut before, mut after) = (0.0, 0.0);
            for n in 0..40_000 {
                let sample = libm::sin(2.0 * PI * hz * f64::from(n) / 4_000.0) as f32;
                before += f64::from(sample * sample);
                let out = f64::from(filter.next(sample));
                after += out * out;
            }
            let got = 10.0 * libm::log10(after / before);
            assert!((got - want).abs() < 0.2, "{hz} Hz: {got} dB");
        }
    }

    #[test]
    fn keeps_time() {
        let mut input = [0.0; 2 * HOP];
        input[HOP + 40] = 1.0;
        let filter = Filter::new();
        let mut decimator = Decimator::new();
        let mut out = [0.0; HOP_OUT];
        decimator.fill(&input);
        assert!(decimator.ready(&filter, &mut out));
        decimator.fill(&input[HOP..]);
        assert!(decimator.ready(&filter, &mut out));
        // The first sample out of a hop lags behind its first sample in.
        let at = 10 + Decimator::LAG_OUT;
        assert!(out.iter().enumerate().all(|(i, &v)| i == at || v < out[at]));
    }
}
