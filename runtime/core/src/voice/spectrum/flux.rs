//! How much the spectrum changed since the frame before.

use super::short::BINS;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::vector::sum;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(flux: &mut Flux, power: &[f32; BINS]) -> Option<f32> {
        let mut frame = Frame::new(0);
        flux.measure(power, &mut frame);
        frame.get(Descriptor::Flux)
    }

    #[test]
    fn distance_of_magnitudes() {
        let mut flux = Flux::new();
        let (mut one, mut other) = ([0.0; BINS], [0.0; BINS]);
        (one[3], other[4]) = (9.0, 16.0);
        assert_eq!(measured(&mut flux, &one), None, "there is nothing before");
        assert_eq!(measured(&mut flux, &one), Some(0.0));
        assert_eq!(measured(&mut flux, &other), Some(5.0));
        let mut frame = Frame::new(0);
        flux.silence(&mut frame);
        assert_eq!(frame.get(Descriptor::Flux), Some(4.0));
        assert_eq!(measured(&mut flux, &one), Some(3.0));
    }
}
