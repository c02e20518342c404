//! Why a screener cannot be made, or cannot go on.

use core::fmt;

use slap_core::front_end::SpecError;
use slap_core::quality;
use slap_core::score::{HysteresisError, PromptError, SmootherError, TaskError};
use slap_model::{EngineError, PackError, UnknownTask};

use crate::gate::{GATE_RATE, GateError};
use crate::pcm::FormatError;
use crate::resampler::ResampleError;
use crate::source::SourceError;

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
    /// An option of the voice gate is out of range.
    Gate(GateError),
    /// There is no voice gate for the rate of the tower.
    GateRate {
        /// The tower's rate, in Hz.
        got: u32,
    },
    /// Frames are to be told, but the tower takes samples and there are none.
    NoFrames,
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
            Self::Gate(error) => error.fmt(f),
            Self::GateRate { got } => write!(
                f,
                "the voice gate needs a tower for audio at {GATE_RATE} Hz, got one for \
                 {got} Hz; switch the gate off"
            ),
            Self::NoFrames => f.write_str(
                "log-mel frames need a tower that takes them, got one that takes samples",
            ),
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
            Self::Gate(error) => Some(error),
            Self::Prompt { .. }
            | Self::Dimension { .. }
            | Self::Hop { .. }
            | Self::ClipNormalisation
            | Self::GateRate { .. }
            | Self::NoFrames => None,
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
