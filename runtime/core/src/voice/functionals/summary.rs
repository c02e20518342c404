//! The statistics of a window.

use super::functional::Functional;
use super::statistic::Statistic;
use crate::voice::descriptor::Descriptor;
use crate::voice::stream::Event;

/// The statistics of a window, gathered event by event.
#[derive(Clone, Debug, Default)]
pub struct Summary {}

impl Summary {
    /// An empty window.
    pub const fn new() -> Self {
        Self {}
    }

    /// Adds what a stream reports.
    pub fn add(&mut self, _event: &Event<'_>) {}

    /// Adds another window, which follows on this one.
    pub fn merge(&mut self, _other: &Self) {}

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// The value of a functional, in its unit; `None` where it is undefined.
    pub fn get(&self, _functional: Functional) -> Option<f32> {
        None
    }

    /// A statistic of a descriptor; `None` where it is undefined or not gathered.
    pub fn statistic(&self, _descriptor: Descriptor, _statistic: Statistic) -> Option<f32> {
        None
    }

    /// Mean of a descriptor over the frames that have it.
    pub fn mean(&self, descriptor: Descriptor) -> Option<f32> {
        self.statistic(descriptor, Statistic::Mean)
    }

    /// Frames in the window.
    pub fn frames(&self) -> u64 {
        0
    }

    /// Voiced frames in the window.
    pub fn voiced_frames(&self) -> u64 {
        0
    }

    /// Length of the window, in seconds.
    pub fn seconds(&self) -> f32 {
        0.0
    }

    /// Length of its voiced frames, in seconds.
    pub fn voiced_seconds(&self) -> f32 {
        0.0
    }
}
