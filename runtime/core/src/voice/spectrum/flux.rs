//! How much the spectrum changed since the frame before.

use super::short::BINS;
use super::window::sum;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use libm::sqrtf;

/// The magnitude spectrum of the frame before.
#[derive(Clone, Debug)]
pub(super) struct Flux {
    before: Option<[f32; BINS]>,
}

impl Flux {
    pub(super) const fn new() -> Self {
        Self { before: None }
    }

    /// A frame of digital silence: its spectrum is known, and empty.
    pub(super) fn silence(&mut self, frame: &mut Frame) {
        self.measure(&[0.0; BINS], frame);
    }

    pub(super) fn measure(&mut self, power: &[f32; BINS], frame: &mut Frame) {
        let mut magnitudes = [0.0; BINS];
        for (magnitude, power) in magnitudes.iter_mut().zip(power) {
            *magnitude = sqrtf(*power);
        }
        if let Some(before) = &self.before {
            let mut changes = [0.0; BINS];
            for ((change, now), before) in changes.iter_mut().zip(&magnitudes).zip(before) {
                *change = (now - before) * (now - before);
            }
            frame.set(Descriptor::Flux, sqrtf(sum(&changes)));
        }
        self.before = Some(magnitudes);
    }
}
