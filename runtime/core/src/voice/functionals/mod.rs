//! Statistics of descriptors over a window.

use super::descriptor::Descriptor;
use super::stream::Event;

/// A statistic of a descriptor over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// Arithmetic mean.
    Mean,
}

/// One number about a window: which statistic of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Functional {}

impl Functional {
    /// Its name in every table, file and binding, such as `pitch_semitones.p50`.
    pub const fn name(self) -> &'static str {
        ""
    }
}

/// The statistics of a window, gathered frame by frame.
#[derive(Clone, Debug)]
pub struct Summary {}

impl Summary {
    /// Adds what a stream reports.
    pub fn add(&mut self, _event: &Event<'_>) {}
    /// Adds another window.
    pub fn merge(&mut self, _other: &Self) {}
    /// The value of a functional; `None` where it is undefined.
    pub fn get(&self, _functional: Functional) -> Option<f32> {
        None
    }
    /// Mean of a descriptor over the frames that have it.
    pub fn mean(&self, _descriptor: Descriptor) -> Option<f32> {
        None
    }
}
