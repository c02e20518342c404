//! The stream itself: PCM in, events out.

mod build;
mod clock;
mod error;
mod line;
mod options;
mod stages;

use std::sync::Arc;

use half::f16;
use slap_model::{Bundle, Tower, TowerState};

use crate::encoder::Encoder;
use crate::event::{Event, PromptInfo, Summary, TaskInfo};
use crate::gate::GateState;
use crate::pcm::Pcm;
use crate::source::{Passing, Source};
pub use error::{ScreenError, SetupError};
use line::Line;
pub use options::{Options, Parts};

/// The longest loss of audio that [`Screener::skip`] fills with silence, in seconds.
pub const LONGEST_FILLED: f64 = 2.0;

/// Scores one stream of audio.
///
/// [`push`](Self::push) takes PCM as it comes and tells events as they come to be known;
/// [`finish`](Self::finish) ends the stream; [`summary`](Self::summary) scores it as a
/// whole. The same samples give the same events, bit for bit, however they are cut.
///
/// Memory is taken when the screener is made and when the first samples tell the format.
/// Afterwards only the tower allocates, if it does.
#[derive(Debug)]
pub struct Screener<E = TowerState> {
    source: Source,
    line: Line<E>,
    /// The end of the source's latest part, in seconds, not rounded to samples: however
    /// often audio is missing, the time stays right.
    elapsed: f64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Finished,
    Failed,
}

impl Screener {
    /// A screener for a bundle and its tower.
    ///
    /// # Errors
    ///
    /// [`SetupError`] names what does not fit.
    pub fn new(bundle: &Bundle, tower: &Tower, options: &Options) -> Result<Self, SetupError> {
        let state = tower.state().map_err(SetupError::Engine)?;
        Self::with_encoder(&Parts::from(bundle), state, options)
    }
}

impl<E: Encoder> Screener<E> {
    /// A screener for any tower that fits the parts.
    ///
    /// # Errors
    ///
    /// [`SetupError`] names what does not fit.
    pub fn with_encoder(
        parts: &Parts<'_>,
        encoder: E,
        options: &Options,
    ) -> Result<Self, SetupError> {
        let line = build::line(parts, encoder, options)?;
        let source = Source::new(line.stages.clock.sample_rate);
        Ok(Self { source, line, elapsed: 0.0, state: State::Open })
    }

    /// The rate of the tower, in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.line.stages.clock.sample_rate
    }

    /// Seconds from one segment to the next.
    pub fn step_seconds(&self) -> f64 {
        self.line.stages.clock.step_seconds()
    }

    /// The tasks that are scored, in the order of the scores.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = &Arc<TaskInfo>> {
        self.line.stages.scorer.tasks()
    }

    /// The free prompts that are scored, in the order of the scores.
    pub fn prompts(&self) -> impl ExactSizeIterator<Item = &Arc<PromptInfo>> {
        self.line.stages.scorer.prompts()
    }

    /// What the voice gate said last; `None` without one.
    pub fn gate(&self) -> Option<GateState> {
        self.line.stages.rest.as_ref().map(|rest| rest.gate().state())
    }

    /// Adds a free prompt behind the others: a sentence and its unit embedding. It is scored
    /// from the next step on, and in the summary.
    ///
    /// # Errors
    ///
    /// [`SetupError::Prompt`] or [`SetupError::Prompts`] if the embedding does not fit;
    /// everything is as before then.
    pub fn add_prompt(&mut self, text: &str, embedding: &[f16]) -> Result<(), SetupError> {
        let stages = &mut self.line.stages;
        let score = stages.scorer.add_prompt(text, embedding)?;
        stages.prompts.push(score);
        Ok(())
    }

    /// Takes the memory for a format ahead of the first [`push`](Self::push), which
    /// otherwise does it.
    ///
    /// # Errors
    ///
    /// [`ScreenError::Format`] if the format cannot be taken or is not that of the stream.
    pub fn prepare(&mut self, rate: u32, channels: u16) -> Result<(), ScreenError> {
        Ok(self.source.prepare(rate, channels)?)
    }

    /// Takes interleaved samples of `channels` channels at `rate` frames a second, any
    /// number of whole frames, and gives `sink` the events that come to be known.
    ///
    /// NaN and infinity count as silence and make the verdict poor. Values far beyond full
    /// scale are limited.
    ///
    /// # Errors
    ///
    /// [`ScreenError::Format`] for a format that cannot be taken, that changes within the
    /// stream, or for part of a frame: nothing is taken then, and the stream can go on.
    /// [`ScreenError::Finished`] after [`finish`](Self::finish). After an error of the
    /// tower, the scoring or the resampler, [`ScreenError::Failed`] until
    /// [`reset`](Self::reset).
    pub fn push(
        &mut self,
        pcm: Pcm<'_>,
        rate: u32,
        channels: u16,
        mut sink: impl FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        self.check_open()?;
        let line = &mut self.line;
        let result =
            self.source.push(pcm, rate, channels, |passing| line.take(passing, &mut sink));
        self.settle(result)
    }

    /// Says that so many `seconds` of audio are missing here: samples were lost, or the
    /// microphone was away. What the resampler held back is passed on first, and the next
    /// [`push`](Self::push) may be of another format. Where only the format changes, nothing
    /// is missing: 0 seconds. What is negative or no number counts as 0, too.
    ///
    /// Up to [`LONGEST_FILLED`] silence takes the place of what is missing. Behind a longer
    /// gap everything begins anew: the chunk or window that the gap falls into is completed
    /// with silence, events that last are ended, and the tower forgets. The time goes on in
    /// either case, and stays right to within a sample at the tower's rate however often
    /// audio is missing. Before anything was pushed only the time goes on.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), the format aside.
    pub fn skip(
        &mut self,
        seconds: f64,
        mut sink: impl FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        self.check_open()?;
        let missing = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
        let until = self.elapsed + self.source.seconds() + missing;
        let result = self.pass_gap(missing, until, &mut sink);
        self.settle(result)?;
        self.elapsed = until;
        Ok(())
    }

    /// Says that the sound stops here, for a time that is not known yet: as a
    /// [`skip`](Self::skip) of more than [`LONGEST_FILLED`], but the time stands still. What
    /// was heard is scored to its end and what lasts is ended now rather than when sound
    /// comes again. Again, or before anything was pushed, it does nothing.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), the format aside.
    pub fn interrupt(&mut self, mut sink: impl FnMut(Event<'_>)) -> Result<(), ScreenError> {
        self.check_open()?;
        let until = self.elapsed + self.source.seconds();
        let result = self.pass_gap(f64::INFINITY, until, &mut sink);
        self.settle(result)?;
        self.elapsed = until;
        Ok(())
    }

    /// Goes on at `until` seconds, of which so many before are `missing`.
    fn pass_gap(
        &mut self,
        missing: f64,
        until: f64,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let Self { source, line, .. } = self;
        let target = line.stages.clock.nearest_sample(until);
        let is_heard = line.is_begun() || source.seconds() > 0.0;
        if is_heard && missing <= LONGEST_FILLED {
            // A part is rounded up to whole samples; one too many is left out.
            let mut take = |passing: Passing<'_>| match passing {
                Passing::Samples(samples) => {
                    let room = target.saturating_sub(line.position());
                    let count = usize::try_from(room)
                        .map_or(samples.len(), |room| room.min(samples.len()));
                    line.take(Passing::Samples(&samples[..count]), sink)
                }
                intake => line.take(intake, sink),
            };
            source.push_silence(missing, &mut take)?;
            source.part(&mut take)?;
            // What no whole frame of the source amounts to.
            let mut left = target.saturating_sub(line.position());
            while left > 0 {
                let silence = [0.0; 64];
                let now = usize::try_from(left).map_or(silence.len(), |left| left.min(64));
                line.take(Passing::Samples(&silence[..now]), sink)?;
                left -= now as u64;
            }
            return Ok(());
        }
        source.part(|passing| line.take(passing, sink))?;
        if is_heard {
            line.finish(sink)?;
        }
        line.resume(target);
        Ok(())
    }

    /// Ends the stream: pads it with digital silence until the last chunk or window that
    /// holds any of it is complete, and ends events that last.
    ///
    /// Finishing again does nothing.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), the format aside.
    pub fn finish(&mut self, mut sink: impl FnMut(Event<'_>)) -> Result<(), ScreenError> {
        match self.state {
            State::Open => {}
            State::Finished => return Ok(()),
            State::Failed => return Err(ScreenError::Failed),
        }
        let line = &mut self.line;
        let result = self.source.finish(|passing| line.take(passing, &mut sink));
        let result = result.and_then(|()| line.finish(&mut sink));
        self.settle(result)?;
        self.state = State::Finished;
        Ok(())
    }

    /// Scores everything since the stream began, as one clip. Complete only after
    /// [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// [`ScreenError::Failed`] if the stream failed, [`ScreenError::Score`] if the clip's
    /// embedding cannot be scored.
    pub fn summary(&self) -> Result<Summary, ScreenError> {
        if self.state == State::Failed {
            return Err(ScreenError::Failed);
        }
        let stages = &self.line.stages;
        let (quality, verdict) = stages.watch.whole();
        let embedding = stages.clip.unit();
        let (tasks, prompts) =
            stages.scorer.clip(embedding.as_deref(), &verdict).map_err(ScreenError::Score)?;
        Ok(Summary {
            format: self.source.format(),
            seconds: self.line.seconds(),
            steps: stages.clip.steps(),
            quality,
            verdict,
            embedding,
            tasks,
            prompts,
        })
    }

    /// Begins a new stream, of any format. Prompts that were added stay.
    pub fn reset(&mut self) {
        self.source.reset();
        self.line.reset();
        self.elapsed = 0.0;
        self.state = State::Open;
    }

    fn check_open(&self) -> Result<(), ScreenError> {
        match self.state {
            State::Open => Ok(()),
            State::Finished => Err(ScreenError::Finished),
            State::Failed => Err(ScreenError::Failed),
        }
    }

    fn settle(&mut self, result: Result<(), ScreenError>) -> Result<(), ScreenError> {
        // A format that cannot be taken leaves the stream as it was.
        if result.as_ref().is_err_and(|error| !matches!(error, ScreenError::Format(_))) {
            self.state = State::Failed;
        }
        result
    }
}
