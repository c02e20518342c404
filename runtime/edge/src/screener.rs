//! The stream itself: PCM in, events out.

use core::fmt;
use std::sync::Arc;

use half::f16;
use slap_core::front_end::{FrontEndSpec, SpecError, StdPlan, StdStream};
use slap_core::quality::{self, Limits};
use slap_core::score::{Edge, HysteresisError, PromptError, SmootherError, TaskError};
use slap_model::manifest::{Scoring, TowerInput, TowerMode, TowerSpec};
use slap_model::{
    Background, Bundle, EngineError, PackError, PromptPack, Tower, TowerState, UnknownTask,
};

use crate::chunker::Chunker;
use crate::clip::ClipMean;
use crate::encoder::Encoder;
use crate::event::{Event, PromptInfo, PromptScore, Segment, Summary, TaskInfo, TaskScore};
use crate::pcm::{FormatError, Pcm};
use crate::resampler::ResampleError;
use crate::scorer::{Change, Scorer};
use crate::source::{Passing, Source, SourceError};
use crate::watch::Watch;

/// What is to be scored.
#[derive(Clone, Debug)]
pub struct Options {
    /// The names of the tasks, `None` for all of the pack. What these need is worked out
    /// with them, but not reported.
    pub tasks: Option<Vec<String>>,
    /// Whether the pack's free prompts are scored, those that belong to no task.
    pub pack_prompts: bool,
    /// More free prompts: each a sentence and its unit embedding.
    pub prompts: Vec<(String, Vec<f16>)>,
}

impl Default for Options {
    /// Everything the pack holds, and nothing more.
    fn default() -> Self {
        Self { tasks: None, pack_prompts: true, prompts: Vec::new() }
    }
}

/// What a [`Screener`] is built from, besides the tower itself. It is borrowed for the
/// building only.
///
/// Usually all of it comes from a [`Bundle`]; a pack of the user's own takes the place of
/// the bundle's here.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// How samples become frames.
    pub front_end: &'a FrontEndSpec,
    /// What the tower takes and gives.
    pub tower: &'a TowerSpec,
    /// Smoothing and events.
    pub scoring: &'a Scoring,
    /// What audio must be like to be scored.
    pub quality: &'a Limits,
    /// Prompts and tasks.
    pub pack: &'a PromptPack,
    /// The voices that free prompts are ranked against.
    pub background: Option<&'a Background>,
}

impl<'a> From<&'a Bundle> for Parts<'a> {
    fn from(bundle: &'a Bundle) -> Self {
        let manifest = bundle.manifest();
        Self {
            front_end: &manifest.front_end,
            tower: &manifest.tower,
            scoring: &manifest.scoring,
            quality: &manifest.quality,
            pack: bundle.prompt_pack(),
            background: bundle.background(),
        }
    }
}

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
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Finished,
    Failed,
}

/// The stream at the tower's rate.
#[derive(Debug)]
struct Line<E> {
    plan: StdPlan,
    stream: StdStream,
    /// Samples that pass at once, 10 ms: what is judged never lags further behind what is
    /// scored.
    piece: usize,
    samples: u64,
    stages: Stages<E>,
}

/// Everything behind the front end.
#[derive(Debug)]
struct Stages<E> {
    input: TowerInput,
    chunker: Chunker,
    /// Where a window is worked on that may not be changed in place, otherwise empty.
    scratch: Vec<f32>,
    encoder: E,
    embedding: Vec<f32>,
    watch: Watch,
    scorer: Scorer,
    clip: ClipMean,
    tasks: Vec<TaskScore>,
    prompts: Vec<PromptScore>,
    clock: Clock,
}

/// From rows to seconds.
#[derive(Clone, Copy, Debug)]
struct Clock {
    sample_rate: u32,
    samples_per_row: usize,
    rows_per_step: usize,
    /// The duration of the audio, once it is known.
    end: Option<f64>,
}

impl Clock {
    fn seconds(&self, row: u64) -> f64 {
        let seconds = row as f64 * self.samples_per_row as f64 / f64::from(self.sample_rate);
        self.end.map_or(seconds, |end| seconds.min(end))
    }

    fn rows_per_second(&self) -> f64 {
        f64::from(self.sample_rate) / self.samples_per_row as f64
    }
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
        let Parts { front_end, tower, quality: limits, pack, .. } = *parts;
        let plan = StdPlan::new(front_end).map_err(SetupError::FrontEnd)?;
        for (what, got) in [
            ("the prompt pack", pack.dim),
            ("the background", parts.background.map_or(tower.embedding_dim, |b| b.dim)),
        ] {
            if got != tower.embedding_dim {
                return Err(SetupError::Dimension { what, expected: tower.embedding_dim, got });
            }
        }
        let (width, samples_per_row) = match tower.input {
            TowerInput::LogMel => (plan.bands(), front_end.hop_length),
            TowerInput::Waveform => (1, 1),
        };
        let (rows, hop) = (tower.step_length(), tower.hop());
        if !(1..=rows).contains(&hop) {
            return Err(SetupError::Hop { expected: rows, got: hop });
        }
        let clip_wise = front_end.normalise.is_clip_wise();
        let worked_on = match tower.input {
            TowerInput::LogMel => clip_wise,
            TowerInput::Waveform => clip_wise || front_end.input_scale != 1.0,
        };
        if clip_wise && tower.mode == TowerMode::Stream {
            return Err(SetupError::ClipNormalisation);
        }
        if clip_wise && width != plan.bands() {
            return Err(SetupError::Dimension {
                what: "the bands of a waveform's normalisation",
                expected: width,
                got: plan.bands(),
            });
        }
        let span = match tower.mode {
            TowerMode::Stream => tower.pool_chunks.unwrap_or(1),
            TowerMode::Window => 1,
        };
        let sample_rate = front_end.sample_rate;
        let judge = quality::StdPlan::new(sample_rate, *limits).map_err(SetupError::Quality)?;
        let clock = Clock { sample_rate, samples_per_row, rows_per_step: hop, end: None };
        let scorer = Scorer::new(parts, options, clock.rows_per_second())?;
        let (tasks, prompts) = scorer.blank();
        let stages = Stages {
            input: tower.input,
            chunker: Chunker::new(width, rows, hop),
            scratch: vec![0.0; if worked_on { width * rows } else { 0 }],
            encoder,
            embedding: vec![0.0; tower.embedding_dim],
            watch: Watch::new(
                judge,
                match tower.mode {
                    TowerMode::Stream => span,
                    TowerMode::Window => rows.div_ceil(hop),
                },
            ),
            scorer,
            clip: ClipMean::new(tower.embedding_dim, span),
            tasks,
            prompts,
            clock,
        };
        let line = Line {
            stream: plan.stream(),
            plan,
            piece: (sample_rate / 100).max(1) as usize,
            samples: 0,
            stages,
        };
        Ok(Self { source: Source::new(sample_rate), line, state: State::Open })
    }

    /// The rate of the tower, in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.line.stages.clock.sample_rate
    }

    /// Seconds from one segment to the next.
    pub fn step_seconds(&self) -> f64 {
        let clock = self.line.stages.clock;
        clock.rows_per_step as f64 / clock.rows_per_second()
    }

    /// The tasks that are scored, in the order of the scores.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = &Arc<TaskInfo>> {
        self.line.stages.scorer.tasks()
    }

    /// The free prompts that are scored, in the order of the scores.
    pub fn prompts(&self) -> impl ExactSizeIterator<Item = &Arc<PromptInfo>> {
        self.line.stages.scorer.prompts()
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
        match self.state {
            State::Open => {}
            State::Finished => return Err(ScreenError::Finished),
            State::Failed => return Err(ScreenError::Failed),
        }
        let line = &mut self.line;
        let result =
            self.source.push(pcm, rate, channels, |passing| line.take(passing, &mut sink));
        self.settle(result)
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
            seconds: self.line.samples as f64 / f64::from(self.sample_rate()),
            steps: stages.clip.steps(),
            quality,
            verdict,
            embedding,
            tasks,
            prompts,
        })
    }

    /// Begins a new stream, of any format.
    pub fn reset(&mut self) {
        self.source.reset();
        self.line.reset();
        self.state = State::Open;
    }

    fn settle(&mut self, result: Result<(), ScreenError>) -> Result<(), ScreenError> {
        // A format that cannot be taken leaves the stream as it was.
        if result.as_ref().is_err_and(|error| !matches!(error, ScreenError::Format(_))) {
            self.state = State::Failed;
        }
        result
    }
}

impl<E: Encoder> Line<E> {
    fn take(
        &mut self,
        passing: Passing<'_>,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        match passing {
            Passing::Intake(intake) => self.stages.watch.intake(intake),
            Passing::Samples(samples) => {
                for piece in samples.chunks(self.piece) {
                    self.samples += piece.len() as u64;
                    self.stages.watch.level(piece);
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
                stream.push(plan, samples, |_, frame| {
                    if result.is_ok() {
                        result = stages.take(plan, frame, sink);
                    }
                });
                result
            }
        }
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), ScreenError> {
        let seconds = self.samples as f64 / f64::from(self.stages.clock.sample_rate);
        self.stages.clock.end = Some(seconds);
        self.stages.watch.finish();
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
                stream.finish(plan, |_, frame| {
                    if result.is_ok() {
                        result = stages.take(plan, frame, sink);
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

    fn reset(&mut self) {
        self.stream.reset();
        self.samples = 0;
        self.stages.reset();
    }
}

impl<E: Encoder> Stages<E> {
    /// Takes rows and runs a step whenever they complete a chunk or window.
    fn take(
        &mut self,
        plan: &StdPlan,
        mut values: &[f32],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        while !values.is_empty() {
            let taken = self.chunker.fill(values);
            values = &values[taken..];
            if self.chunker.window().is_some() {
                self.step(plan, sink)?;
                self.chunker.advance();
            }
        }
        Ok(())
    }

    fn step(
        &mut self,
        plan: &StdPlan,
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), ScreenError> {
        let Some((first, end, window)) = self.chunker.window() else { return Ok(()) };
        let input = if self.scratch.is_empty() {
            window
        } else {
            self.scratch.copy_from_slice(window);
            if self.input == TowerInput::Waveform {
                let scale = plan.spec().input_scale;
                self.scratch.iter_mut().for_each(|value| *value *= scale);
            }
            plan.normalise_clip(&mut self.scratch);
            &self.scratch
        };
        self.encoder.step(input, &mut self.embedding).map_err(ScreenError::Engine)?;
        let (quality, verdict) = self.watch.step();
        let clock = self.clock;
        let seconds = clock.rows_per_step as f64 / clock.rows_per_second();
        self.scorer
            .step(&self.embedding, seconds as f32, &verdict, &mut self.tasks, &mut self.prompts)
            .map_err(ScreenError::Score)?;
        sink(Event::Segment(Segment {
            index: self.clip.steps(),
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

    /// Ends the events that last.
    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        let clock = self.clock;
        // Beyond any row: the clock stops at the end of the audio.
        self.scorer.release(u64::MAX, |change| tell(clock, u64::MAX, &change, sink));
    }

    fn reset(&mut self) {
        self.chunker.reset();
        self.encoder.reset();
        self.watch.reset();
        self.scorer.reset();
        self.clip.reset();
        self.clock.end = None;
    }
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

/// Why a screener cannot be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupError {
    /// The front end's specification does not hold.
    FrontEnd(SpecError),
    /// The tower cannot start a stream.
    Engine(EngineError),
    /// A task was asked for that the pack does not have.
    UnknownTask(UnknownTask),
    /// The tasks of the pack need what they cannot have.
    Needs(PackError),
    /// A task of the pack cannot be built.
    Task {
        /// Its name.
        task: String,
        /// Why not.
        error: TaskError,
    },
    /// The prompts' embeddings cannot be used.
    Prompts(PromptError),
    /// The background's embeddings cannot be used.
    Background(PromptError),
    /// A free prompt's embedding has another length than the tower's.
    Prompt {
        /// The sentence.
        text: String,
        /// The tower's embedding length.
        expected: usize,
        /// The prompt's.
        got: usize,
    },
    /// Two parts do not have the same dimension.
    Dimension {
        /// The part that does not fit.
        what: &'static str,
        /// The dimension needed.
        expected: usize,
        /// The dimension found.
        got: usize,
    },
    /// The distance between windows is 0 or larger than a window.
    Hop {
        /// The length of a window, in rows.
        expected: usize,
        /// The hop, in rows.
        got: usize,
    },
    /// A streaming tower cannot have a front end that normalises by the whole clip.
    ClipNormalisation,
    /// A limit of the input's quality does not hold.
    Quality(quality::PlanError),
    /// The smoothing time does not hold.
    Smoothing(SmootherError),
    /// The thresholds of events do not hold.
    Thresholds(HysteresisError),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FrontEnd(error) => write!(f, "the front end cannot be built: {error}"),
            Self::Engine(error) => write!(f, "the tower cannot start: {error}"),
            Self::UnknownTask(error) => error.fmt(f),
            Self::Needs(error) => write!(f, "the tasks cannot be used together: {error}"),
            Self::Task { task, error } => write!(f, "task `{task}` cannot be built: {error}"),
            Self::Prompts(error) => write!(f, "the prompts cannot be used: {error}"),
            Self::Background(error) => write!(f, "the background cannot be used: {error}"),
            Self::Prompt { text, expected, got } => write!(
                f,
                "the embedding of the prompt \"{text}\" must have {expected} values, got {got}"
            ),
            Self::Dimension { what, expected, got } => {
                write!(f, "{what} must have dimension {expected}, got {got}")
            }
            Self::Hop { expected, got } => {
                write!(f, "the tower's hop must be 1 to its window of {expected}, got {got}")
            }
            Self::ClipNormalisation => f.write_str(
                "a streaming tower needs a front end that normalises frame by frame, \
                 got one that normalises by the whole clip",
            ),
            Self::Quality(error) => error.fmt(f),
            Self::Smoothing(error) => error.fmt(f),
            Self::Thresholds(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SetupError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::FrontEnd(error) => Some(error),
            Self::Engine(error) => Some(error),
            Self::UnknownTask(error) => Some(error),
            Self::Needs(error) => Some(error),
            Self::Task { error, .. } => Some(error),
            Self::Prompts(error) | Self::Background(error) => Some(error),
            Self::Quality(error) => Some(error),
            Self::Smoothing(error) => Some(error),
            Self::Thresholds(error) => Some(error),
            Self::Prompt { .. }
            | Self::Dimension { .. }
            | Self::Hop { .. }
            | Self::ClipNormalisation => None,
        }
    }
}

impl From<UnknownTask> for SetupError {
    fn from(error: UnknownTask) -> Self {
        Self::UnknownTask(error)
    }
}

/// Why a stream cannot go on.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScreenError {
    /// The samples are not what can be taken, or not what the stream began with.
    Format(FormatError),
    /// The resampler failed.
    Resample(ResampleError),
    /// The tower failed.
    Engine(EngineError),
    /// An embedding cannot be scored.
    Score(TaskError),
    /// The stream has been finished.
    Finished,
    /// The stream failed before.
    Failed,
}

impl fmt::Display for ScreenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(error) => error.fmt(f),
            Self::Resample(error) => error.fmt(f),
            Self::Engine(error) => write!(f, "the tower failed: {error}"),
            Self::Score(error) => write!(f, "an embedding cannot be scored: {error}"),
            Self::Finished => f.write_str("the stream is finished; reset it to begin another"),
            Self::Failed => f.write_str("the stream failed; reset it to begin another"),
        }
    }
}

impl core::error::Error for ScreenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Format(error) => Some(error),
            Self::Resample(error) => Some(error),
            Self::Engine(error) => Some(error),
            Self::Score(error) => Some(error),
            Self::Finished | Self::Failed => None,
        }
    }
}

impl From<SourceError> for ScreenError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Format(error) => Self::Format(error),
            SourceError::Resample(error) => Self::Resample(error),
        }
    }
}
