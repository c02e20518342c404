//! How long voiced and unvoiced stretches are.

use super::chain::Stretch;
use super::moments::Moments;

/// Frames from `start` up to `end` that are all voiced, or all not.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    start: u64,
    end: u64,
}

impl Run {
    pub fn of_frame(index: u64) -> Self {
        Self { start: index, end: index + 1 }
    }
}

impl Stretch for Run {
    /// Their lengths, in frames.
    type Totals = Moments;

    const NOTHING: Moments = Moments::EMPTY;

    fn meets(&self, next: &Self) -> bool {
        self.end == next.start
    }

    fn join(&mut self, next: &Self) {
        self.end = next.end;
    }

    fn close(&self, totals: &mut Moments) {
        totals.add((self.end - self.start) as f64);
    }

    fn merge(totals: &mut Moments, other: &Moments) {
        totals.merge(other);
    }
}
