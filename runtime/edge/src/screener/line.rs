//! The stream at the tower's rate.

use slap_core::front_end::{StdPlan, StdStream};
use slap_model::manifest::TowerInput;

use super::error::ScreenError;
use super::stages::Stages;
use crate::encoder::Encoder;
use crate::event::Event;
use crate::source::Passing;

/// Samples on their way through the front end to the tower.
#[derive(Debug)]
pub(super) struct Line<E> {
    plan: StdPlan,
    stream: StdStream,
    /// Samples that pass at once, 10 ms: what is judged never lags further behind what is
    /// scored.
    piece: usize,
    /// Samples since the stream began or its last long gap ended.
    samples: u64,
    /// Samples before that gap.
    earlier: u64,
    pub(super) stages: Stages<E>,
}

impl<E: Encoder> Line<E> {
    pub(super) fn new(plan: StdPlan, stages: Stages<E>) -> Self {
        let piece = (stages.clock.sample_rate / 100).max(1) as usize;
        Self { stream: plan.stream(), plan, piece, samples: 0, earlier: 0, stages }
    }

    /// The duration of all samples, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        (self.earlier + self.samples) as f64 / f64::from(self.stages.clock.sample_rate)
    }

    /// Whether there is a sample since the stream began or its last long gap ended.
    pub(super) fn is_begun(&self) -> bool {
        self.samples > 0
    }

    /// The place of the next sample in time, in samples.
    pub(super) fn position(&self) -> u64 {
        self.stages.clock.origin + self.samples
    }

    pub(super) fn take(
        &mut self,
        passing: Passing<'_>,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        match passing {
            Passing::Intake(intake) => self.stages.watch.intake(intake),
            Passing::Samples(samples) => {
                for piece in samples.chunks(self.piece) {
                    self.samples += piece.len() as u64;
                    self.stages.hear(piece);
                    self.score(piece, sink)?;
                }
            }
        }
        Ok(())
    }

    /// Passes samples through the front end, if the tower wants frames, and on.
    fn score(
        &mut self,
        samples: &[f32],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let Self { plan, stream, stages, .. } = self;
        match stages.input {
            TowerInput::Waveform => stages.take(plan, samples, sink),
            TowerInput::LogMel => {
                let mut result = Ok(());
                stream.push(plan, samples, |index, frame| {
                    if result.is_ok() {
                        result = stages.frame(plan, index, frame, sink);
                    }
                });
                result
            }
        }
    }

    /// Ends what has been heard so far: pads it with silence until the last chunk or window
    /// that holds any of it is complete, and ends the events that last.
    pub(super) fn finish(
        &mut self,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let stages = &mut self.stages;
        stages.clock.end = Some(stages.clock.at_sample(self.samples));
        stages.watch.finish();
        if self.samples > 0 {
            let silence = [0.0; 256];
            let mut padding = self.padding();
            while padding > 0 {
                let now = usize::try_from(padding).map_or(silence.len(), |p| p.min(256));
                self.score(&silence[..now], sink)?;
                padding -= now as u64;
            }
            if self.stages.input == TowerInput::LogMel {
                let Self { plan, stream, stages, .. } = self;
                let mut result = Ok(());
                stream.finish(plan, |index, frame| {
                    if result.is_ok() {
                        result = stages.frame(plan, index, frame, sink);
                    }
                });
                result?;
            }
        }
        self.stages.finish(sink);
        Ok(())
    }

    /// The least number of samples after which the last chunk or window is complete that
    /// holds any of the clip.
    fn padding(&self) -> u64 {
        let frames = |samples: u64| match self.stages.input {
            TowerInput::Waveform => samples,
            TowerInput::LogMel => self.plan.frames(samples),
        };
        let wanted = self.stages.chunker.complete(frames(self.samples));
        // The number of frames rises with the number of samples, so halving finds it.
        let spec = self.plan.spec();
        let most = (wanted + 1) * self.stages.clock.samples_per_row as u64
            + spec.frame_length.max(spec.fft_length) as u64;
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            if frames(self.samples + middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Begins anew behind a gap: the next sample has the place `origin` in time.
    pub(super) fn resume(&mut self, origin: u64) {
        self.earlier += self.samples;
        self.samples = 0;
        self.stream.reset();
        self.stages.resume(origin);
    }

    /// Begins a new stream.
    pub(super) fn reset(&mut self) {
        self.stream.reset();
        (self.samples, self.earlier) = (0, 0);
        self.stages.reset();
    }
}
