//! Everything behind the front end.

use slap_core::front_end::StdPlan;
use slap_core::score::Edge;
use slap_model::manifest::TowerInput;

use super::clock::Clock;
use super::error::ScreenError;
use crate::chunker::Chunker;
use crate::clip::ClipMean;
use crate::encoder::Encoder;
use crate::event::{Event, Frame, Idle, PromptScore, Segment, TaskScore};
use crate::gate::Gate;
use crate::scorer::{Change, Scorer};
use crate::watch::Watch;

/// From rows to scores.
#[derive(Debug)]
pub(super) struct Stages<E> {
    pub(super) input: TowerInput,
    pub(super) chunker: Chunker,
    /// Where a window is worked on that may not be changed in place, otherwise empty.
    pub(super) scratch: Vec<f32>,
    pub(super) encoder: E,
    pub(super) embedding: Vec<f32>,
    pub(super) watch: Watch,
    pub(super) scorer: Scorer,
    pub(super) clip: ClipMean,
    pub(super) tasks: Vec<TaskScore>,
    pub(super) prompts: Vec<PromptScore>,
    pub(super) clock: Clock,
    pub(super) frames: Option<Frames>,
    pub(super) rest: Option<Rest>,
    /// Steps since the stream began, those that were passed over included.
    pub(super) index: u64,
}

/// Log-mel frames that are told.
#[derive(Debug, Default)]
pub(super) struct Frames {
    told: u64,
}

/// When the tower rests.
#[derive(Debug)]
pub(super) struct Rest {
    gate: Gate,
    /// How far a frame reaches back from the beginning of its row, in samples.
    reach: u64,
    /// Whether the latest step was passed over.
    passed: bool,
    /// The chunk of that step, of a tower that looks back; empty for one that does not.
    kept: Vec<f32>,
}

impl Rest {
    /// `kept` values are kept of what was passed over.
    pub(super) fn new(gate: Gate, reach: usize, kept: usize) -> Self {
        Self { gate, reach: reach as u64, passed: false, kept: vec![0.0; kept] }
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    fn reset(&mut self) {
        self.gate.reset();
        self.passed = false;
    }
}

impl<E: Encoder> Stages<E> {
    /// Listens to samples ahead of the rows that they become.
    pub(super) fn hear(&mut self, samples: &[f32]) {
        self.watch.level(samples);
        if let Some(rest) = &mut self.rest {
            rest.gate.push(samples);
        }
    }

    /// Takes a log-mel frame.
    pub(super) fn frame(
        &mut self,
        plan: &StdPlan,
        row: u64,
        values: &[f32],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let start = self.clock.seconds(row);
        // Padding is not heard.
        if let Some(frames) = self.frames.as_mut()
            && self.clock.end.is_none_or(|end| start < end)
        {
            sink(Event::Frame(Frame { index: frames.told, start, log_mel: values }));
            frames.told += 1;
        }
        self.take(plan, values, sink)
    }

    /// Takes rows and runs a step whenever they complete a chunk or window.
    pub(super) fn take(
        &mut self,
        plan: &StdPlan,
        mut values: &[f32],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        while !values.is_empty() {
            let taken = self.chunker.fill(values);
            values = &values[taken..];
            if let Some((first, end, _)) = self.chunker.window() {
                if self.is_heard(first) {
                    self.look_back(plan)?;
                    self.step(plan, first, end, sink)?;
                } else {
                    self.pass_over(first, end, sink);
                }
                self.index += 1;
                self.chunker.advance();
            }
        }
        Ok(())
    }

    /// Whether the gate has been open in the window that begins at the row `first`. What
    /// it has not decided upon yet is shorter than a block, and is looked back on.
    fn is_heard(&self, first: u64) -> bool {
        let begin = first * self.clock.samples_per_row as u64;
        let rest = self.rest.as_ref();
        rest.is_none_or(|rest| rest.gate.was_open_since(begin.saturating_sub(rest.reach)))
    }

    /// Wakes a tower that has rested: it begins anew with the chunk before.
    fn look_back(&mut self, plan: &StdPlan) -> Result<(), ScreenError> {
        let Some(rest) = self.rest.as_mut() else { return Ok(()) };
        let passed = core::mem::take(&mut rest.passed);
        if passed && !rest.kept.is_empty() {
            self.encoder.reset();
            let input = ready(plan, self.input, &rest.kept, &mut self.scratch);
            self.encoder.step(input, &mut self.embedding).map_err(ScreenError::Engine)?;
            self.clip.resume(1);
            self.watch.keep(1);
        }
        Ok(())
    }

    fn step(
        &mut self,
        plan: &StdPlan,
        first: u64,
        end: u64,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let Some((_, _, window)) = self.chunker.window() else { return Ok(()) };
        let input = ready(plan, self.input, window, &mut self.scratch);
        self.encoder.step(input, &mut self.embedding).map_err(ScreenError::Engine)?;
        let (quality, verdict) = self.watch.step();
        let clock = self.clock;
        let seconds = clock.step_seconds() as f32;
        self.scorer
            .step(&self.embedding, seconds, &verdict, &mut self.tasks, &mut self.prompts)
            .map_err(ScreenError::Score)?;
        sink(Event::Segment(Segment {
            index: self.index,
            start: clock.seconds(first),
            end: clock.seconds(end),
            quality: &quality,
            verdict: &verdict,
            embedding: &self.embedding,
            tasks: self.scorer.reported(&self.tasks),
            prompts: &self.prompts,
        }));
        self.clip.add(&self.embedding, verdict.is_scored());
        self.scorer.switch(end, &self.tasks, |change| tell(clock, end, &change, sink));
        Ok(())
    }

    /// Passes over a step in which nobody speaks.
    fn pass_over(&mut self, first: u64, end: u64, sink: &mut dyn FnMut(Event<'_>)) {
        if let (Some(rest), Some((_, _, window))) = (&mut self.rest, self.chunker.window()) {
            if !rest.kept.is_empty() {
                rest.kept.copy_from_slice(window);
            }
            rest.passed = true;
        }
        let (quality, verdict) = self.watch.pass_over();
        let clock = self.clock;
        sink(Event::Idle(Idle {
            index: self.index,
            start: clock.seconds(first),
            end: clock.seconds(end),
            quality: &quality,
            verdict: &verdict,
        }));
        self.scorer.forget();
        self.scorer.release(end, |change| tell(clock, end, &change, sink));
    }

    /// Ends the events that last.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        let clock = self.clock;
        // Beyond any row: the clock stops at the end of the audio.
        self.scorer.release(u64::MAX, |change| tell(clock, u64::MAX, &change, sink));
    }

    /// Begins anew behind a gap, after [`finish`](Self::finish).
    pub(super) fn resume(&mut self, origin: u64) {
        self.begin();
        self.clock.origin = origin;
        self.watch.resume();
        self.clip.resume(0);
    }

    /// Begins a new stream.
    pub(super) fn reset(&mut self) {
        self.begin();
        self.clock.origin = 0;
        self.watch.reset();
        self.clip.reset();
        self.index = 0;
        if let Some(frames) = &mut self.frames {
            frames.told = 0;
        }
    }

    /// What a new stream and one that goes on behind a gap have in common.
    fn begin(&mut self) {
        self.chunker.reset();
        self.encoder.reset();
        self.scorer.reset();
        self.clock.end = None;
        if let Some(rest) = &mut self.rest {
            rest.reset();
        }
    }
}

/// A window as the tower takes it.
fn ready<'a>(
    plan: &StdPlan,
    input: TowerInput,
    window: &'a [f32],
    scratch: &'a mut [f32],
) -> &'a [f32] {
    if scratch.is_empty() {
        return window;
    }
    scratch.copy_from_slice(window);
    if input == TowerInput::Waveform {
        let scale = plan.spec().input_scale;
        scratch.iter_mut().for_each(|value| *value *= scale);
    }
    plan.normalise_clip(scratch);
    scratch
}

fn tell(clock: Clock, now: u64, change: &Change<'_>, sink: &mut dyn FnMut(Event<'_>)) {
    let &Change { task, class, edge, probability } = change;
    sink(match edge {
        Edge::On { since } => Event::Onset {
            task,
            class,
            time: clock.seconds(since),
            known: clock.seconds(now),
            probability,
        },
        Edge::Off { at } => Event::Offset { task, class, time: clock.seconds(at) },
    });
}
