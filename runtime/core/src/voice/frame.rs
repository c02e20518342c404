//! What is known of 10 ms of voice.

use super::descriptor::Descriptor;
use super::{HOP, SAMPLE_RATE};

/// The descriptors of one frame: a value each, or none.
///
/// Frame `i` stands for the samples from `i * HOP` to `(i + 1) * HOP`; every window is
/// centred on the middle of them, and beyond the clip's edges lies silence. A clip has as
/// many frames as whole hops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The frame's place in the stream, from 0.
    pub index: u64,
    values: [Option<f32>; Descriptor::COUNT],
}

impl Frame {
    /// A frame of which nothing is known yet.
    pub const fn new(index: u64) -> Self {
        Self { index, values: [None; Descriptor::COUNT] }
    }

    /// The middle of the frame, in seconds since the stream began.
    pub fn seconds(&self) -> f64 {
        (self.index as f64 + 0.5) * HOP as f64 / f64::from(SAMPLE_RATE)
    }

    /// A descriptor's value, in its unit; `None` where it is undefined.
    #[inline]
    pub fn get(&self, descriptor: Descriptor) -> Option<f32> {
        self.values[descriptor as usize]
    }

    /// Sets a descriptor's value. What is not finite is undefined.
    #[inline]
    pub fn set(&mut self, descriptor: Descriptor, value: f32) {
        self.values[descriptor as usize] = value.is_finite().then_some(value);
    }

    /// Whether the frame has a pitch.
    #[inline]
    pub fn is_voiced(&self) -> bool {
        self.get(Descriptor::Pitch).is_some()
    }

    /// All values, in the order of [`Descriptor::ALL`].
    pub fn values(&self) -> &[Option<f32>; Descriptor::COUNT] {
        &self.values
    }
}
