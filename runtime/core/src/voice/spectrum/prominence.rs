//! Smoothed cepstral peak prominence.

use super::long::BINS;
use crate::front_end::{Log, LogFloor, RealFft, logarithm};
use crate::voice::SAMPLE_RATE;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::plan::LONG;

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
    let mean = super::window::sum(values) / count;
    let mut products = [0.0f32; SMOOTH];
    for (i, (product, value)) in products.iter_mut().zip(values).enumerate() {
        *product = (i as f32 - middle) * (value - mean);
    }
    let slope = super::window::sum(&products) / squares;
    let mut peak = PEAK - LINE;
    for i in peak + 1..SMOOTH {
        if values[i] > values[peak] {
            peak = i;
        }
    }
    values[peak] - (mean + slope * (peak as f32 - middle))
}
