//! How much the spectrum changed since the frame before.

use super::short::{BINS, Power};
use super::window::sum;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use libm::sqrtf;

/// The magnitudes of the frame before, divided by their norm.
#[derive(Clone, Debug)]
pub(super) struct Flux {
    before: Option<[f32; BINS]>,
}

impl Flux {
    pub(super) const fn new() -> Self {
        Self { before: None }
    }

    /// There is no frame before.
    pub(super) fn forget(&mut self) {
        self.before = None;
    }

    pub(super) fn measure(&mut self, power: &Power, frame: &mut Frame) {
        let scale = 1.0 / sum(power);
        if !scale.is_finite() {
            return self.forget();
        }
        let mut magnitudes = [0.0; BINS];
        for (magnitude, power) in magnitudes.iter_mut().zip(power) {
            *magnitude = sqrtf(power * scale);
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
