//! The quality of what the latest embedding looks back on.

use std::collections::VecDeque;

use slap_core::quality::{Intake, Report, StdMeter, StdPlan, Tally, Verdict};

/// Keeps the tallies of the latest steps, and that of everything that was scored.
#[derive(Debug)]
pub(crate) struct Watch {
    plan: StdPlan,
    meter: StdMeter,
    steps: VecDeque<Tally>,
    span: usize,
    whole: Tally,
    /// What was passed over, which counts for the whole only where nothing else is there.
    passed_over: Tally,
    is_any_scored: bool,
}

impl Watch {
    /// Judges the latest `span` steps.
    pub(crate) fn new(plan: StdPlan, span: usize) -> Self {
        let span = span.max(1);
        let steps = VecDeque::with_capacity(span);
        Self {
            meter: plan.meter(),
            plan,
            steps,
            span,
            whole: Tally::default(),
            passed_over: Tally::default(),
            is_any_scored: false,
        }
    }

    /// Adds what was counted in the samples as recorded.
    pub(crate) fn intake(&mut self, intake: &Intake) {
        self.meter.add_intake(intake);
    }

    /// Measures samples at the tower's rate.
    pub(crate) fn level(&mut self, samples: &[f32]) {
        self.meter.level(&self.plan, samples);
    }

    /// Ends a step and judges the latest ones.
    pub(crate) fn step(&mut self) -> (Report, Verdict) {
        let tally = self.meter.take();
        self.whole.add(&tally);
        self.is_any_scored = true;
        self.latest(tally)
    }

    /// Ends a step that is not scored, and judges the latest ones all the same.
    pub(crate) fn pass_over(&mut self) -> (Report, Verdict) {
        let tally = self.meter.take();
        self.passed_over.add(&tally);
        self.latest(tally)
    }

    /// Forgets all but the latest `steps`: the next embedding looks back on no more.
    pub(crate) fn keep(&mut self, steps: usize) {
        let over = self.steps.len().saturating_sub(steps);
        self.steps.drain(..over);
    }

    fn latest(&mut self, tally: Tally) -> (Report, Verdict) {
        if self.steps.len() == self.span {
            self.steps.pop_front();
        }
        self.steps.push_back(tally);
        let mut sum = Tally::default();
        for tally in &self.steps {
            sum.add(tally);
        }
        self.judge(&sum)
    }

    /// Settles what is still due, once the audio has ended.
    pub(crate) fn finish(&mut self) {
        self.meter.finish(&self.plan);
    }

    /// Judges everything so far.
    pub(crate) fn whole(&self) -> (Report, Verdict) {
        let mut whole = self.whole;
        if !self.is_any_scored {
            whole.add(&self.passed_over);
        }
        whole.add(&self.meter.tally());
        self.judge(&whole)
    }

    fn judge(&self, tally: &Tally) -> (Report, Verdict) {
        let report = self.plan.report(tally);
        (report, self.plan.limits().verdict(&report))
    }

    /// Begins anew behind a gap; the whole goes on.
    pub(crate) fn resume(&mut self) {
        self.whole.add(&self.meter.take());
        self.meter.reset();
        self.steps.clear();
    }

    pub(crate) fn reset(&mut self) {
        self.meter.reset();
        self.steps.clear();
        self.whole = Tally::default();
        self.passed_over = Tally::default();
        self.is_any_scored = false;
    }
}
