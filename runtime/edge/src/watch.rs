//! The quality of what the latest embedding looks back on.

use std::collections::VecDeque;

use slap_core::quality::{Meter, Tally};

/// Keeps the tallies of the latest steps, and that of everything.
#[derive(Debug)]
pub(crate) struct Watch {
    meter: Meter,
    steps: VecDeque<Tally>,
    span: usize,
    whole: Tally,
}

impl Watch {
    /// Judges the latest `span` steps.
    pub(crate) fn new(meter: Meter, span: usize) -> Self {
        let span = span.max(1);
        let steps = VecDeque::with_capacity(span);
        Self { meter, steps, span, whole: Tally::default() }
    }

    pub(crate) fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// Ends a step and returns the tally of the latest ones.
    pub(crate) fn step(&mut self) -> Tally {
        let tally = self.meter.take();
        self.whole.add(&tally);
        if self.steps.len() == self.span {
            self.steps.pop_front();
        }
        self.steps.push_back(tally);
        let mut sum = Tally::default();
        for tally in &self.steps {
            sum.add(tally);
        }
        sum
    }

    /// The tally of everything so far.
    pub(crate) fn whole(&self) -> Tally {
        let mut whole = self.whole;
        whole.add(&self.meter.tally());
        whole
    }

    pub(crate) fn judge(&self) -> &Meter {
        &self.meter
    }

    pub(crate) fn reset(&mut self) {
        self.meter.reset();
        self.steps.clear();
        self.whole = Tally::default();
    }
}
