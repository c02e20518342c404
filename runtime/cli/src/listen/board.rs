//! What there is to see of a listening session at one moment.
//!
//! The worker writes it, the screen reads it; neither waits for the other.

use std::collections::VecDeque;

use crate::output::report::Certainty;

/// The columns of the spectrogram that are kept: more than a wide screen shows.
pub const COLUMNS: usize = 512;

/// The steps that a line's history goes back.
pub const HISTORY: usize = 64;

/// Everything that is shown.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// The bundle's name.
    pub bundle: String,
    /// Where the sound comes from, as "Null Output, 48 kHz, 2 channels".
    pub source: String,
    /// Whether sound comes.
    pub link: Link,
    /// Seconds of sound heard.
    pub seconds: f64,
    /// The level of the latest step, in dBFS; `None` before one or for digital silence.
    pub level_dbfs: Option<f32>,
    /// Its highest sample, in dBFS.
    pub peak_dbfs: Option<f32>,
    /// How good the input is: the name of its grade, and what is wrong with it in words.
    pub grade: Option<(&'static str, Vec<String>)>,
    /// Whether someone speaks.
    pub voice: Voice,
    /// Whether the tower was told to rest.
    pub paused: bool,
    /// Whether nothing is heard because someone asked for it.
    pub muted: bool,
    /// Frames that were dropped since the beginning.
    pub lost_frames: u64,
    /// Times that the microphone had to be opened again.
    pub reconnects: u64,
    /// Seconds of computing per second of sound.
    pub real_time_factor: Option<f32>,
    /// From the sound to its score, in milliseconds, for the latest step.
    pub latency_ms: Option<f32>,
    /// The sentences and tasks, sentences first.
    pub lines: Vec<Line>,
    /// The latest columns of the spectrogram, the oldest first.
    pub columns: VecDeque<Column>,
    /// Columns seen since the beginning, by which scrolling is told from standing still.
    pub column_count: u64,
    /// Seconds of sound that a column stands for; 0 where that is not known.
    pub column_seconds: f32,
    /// The middle of each band, in Hz, the lowest first; empty where that is not known.
    pub band_hz: Vec<f32>,
    /// The latest thing said about the run, for the bottom line.
    pub notice: Option<String>,
}

/// A column of the spectrogram: the loudness of each band from the lowest up, 0 to 255.
pub type Column = Box<[u8]>;

/// Whether sound comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not yet.
    #[default]
    Opening,
    /// It does.
    Live,
    /// It did or should, but does not; why, in one sentence.
    Lost(String),
}

/// Whether someone speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// Nothing was heard yet.
    #[default]
    Unknown,
    /// Someone speaks: the tower runs.
    Speech,
    /// Nobody does: the tower rests.
    Silence,
}

/// A sentence or a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The sentence, or the title of the task.
    pub name: String,
    /// What is answered: a class in words, or a percentile; empty where nothing is.
    pub answer: String,
    /// How far the bar goes: a probability, or a percentile over 100.
    pub share: Option<f32>,
    /// How sure the answer is; `None` before the first.
    pub certainty: Option<Certainty>,
    /// Worth a look: a sentence that fits better than usual, or an answer other than the
    /// usual one.
    pub remarkable: bool,
    /// Whether it is a sentence.
    pub sentence: bool,
    /// The latest shares, the newest last, at most [`HISTORY`] of them.
    pub history: VecDeque<Option<f32>>,
}

/// What the person at the screen asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Stop or go on scoring; sound is still taken in.
    Pause(bool),
    /// Hear nothing, or the microphone again.
    Mute(bool),
    /// Score this sentence, too.
    AddPrompt(String),
    /// End.
    Quit,
}
