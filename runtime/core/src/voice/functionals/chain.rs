//! Stretches of a window, of which the outermost may go on beyond its borders.

use core::fmt::Debug;

/// Neighbouring frames that have something in common.
pub trait Stretch: Copy + Debug {
    /// What is kept of stretches that are over.
    type Totals: Copy + Debug;

    /// The totals of no stretch.
    const NOTHING: Self::Totals;

    /// Whether `next` begins where this one ends.
    fn meets(&self, next: &Self) -> bool;

    /// Goes on with the stretch that it meets.
    fn join(&mut self, next: &Self);

    /// Adds what this stretch, now over, comes to.
    fn close(&self, totals: &mut Self::Totals);

    /// Adds the totals of other stretches.
    fn merge(totals: &mut Self::Totals, other: &Self::Totals);
}

/// The stretches of a window, in order. The first and the last stay open, so that the chains
/// of windows that follow on one another merge to that of the whole.
#[derive(Clone, Copy, Debug)]
pub struct Chain<S: Stretch> {
    first: Option<S>,
    between: S::Totals,
    last: Option<S>,
}

impl<S: Stretch> Chain<S> {
    pub const EMPTY: Self = Self { first: None, between: S::NOTHING, last: None };

    /// Adds a stretch behind the others; it goes on with the last if they meet.
    #[inline]
    pub fn add(&mut self, stretch: &S) {
        match self.last.as_mut().or(self.first.as_mut()) {
            None => self.first = Some(*stretch),
            Some(end) if end.meets(stretch) => end.join(stretch),
            Some(_) => {
                if let Some(over) = self.last.replace(*stretch) {
                    over.close(&mut self.between);
                }
            }
        }
    }

    /// Adds the stretches of a later window.
    pub fn merge(&mut self, other: &Self) {
        if let Some(first) = &other.first {
            self.add(first);
        }
        if let Some(last) = &other.last {
            S::merge(&mut self.between, &other.between);
            // It cannot meet what comes before it in its own window.
            if let Some(over) = self.last.replace(*last) {
                over.close(&mut self.between);
            }
        }
    }

    /// What all stretches come to, those at the borders as far as the window shows them.
    pub fn totals(&self) -> S::Totals {
        let mut totals = self.between;
        for stretch in self.first.iter().chain(&self.last) {
            stretch.close(&mut totals);
        }
        totals
    }
}
