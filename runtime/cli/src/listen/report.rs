//! What a listening session reports, independent of how it is printed.
//!
//! Times are seconds of sound since the session began: they go on while the microphone is
//! away, so that what is reported stays in step with the clock on the wall.

use std::io::Write;

use serde::Serialize;

use crate::output::convert::Happening;
use crate::output::execution::Execution;
use crate::output::json;
use crate::output::report::{Edge, Event, Model, Score, Segment};

/// What listening begins with.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// The microphone as the user named it, `default`, or `-` for standard input.
    pub input: String,
    /// The model.
    pub model: Model,
    /// What really runs it.
    pub execution: Execution,
    /// Seconds from one step of the tower to the next.
    pub step_seconds: f64,
    /// Seconds from one reported score to the next.
    pub hop_seconds: f64,
    /// Time constant of the smoothing of scores.
    pub smoothing_seconds: f32,
    /// The voice gate's threshold; `None` where everything is scored.
    pub gate: Option<f32>,
    /// The names of the tasks.
    pub tasks: Vec<String>,
    /// The sentences.
    pub prompts: Vec<String>,
}

/// Somebody speaks, or nobody does any more and the tower rests.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Turn {
    /// Since when.
    pub start: f64,
}

/// Sound is missing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Gap {
    /// Where it begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Why: `dropped` (the queue was full), `behind` (scoring was slower than the sound, and
    /// what had piled up was left out), `away` (the microphone gave nothing), `paused` or
    /// `muted` (someone asked for it).
    pub reason: &'static str,
}

/// Something to be told about the run.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// A stable name.
    pub notice: &'static str,
    /// Whether something is wrong.
    pub trouble: bool,
    /// One sentence.
    pub message: String,
    /// When.
    pub time: f64,
    /// The microphone that is listened to; present where that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

impl Notice {
    /// Something to be told that is about no microphone.
    pub fn new(notice: &'static str, trouble: bool, message: String, time: f64) -> Self {
        Self { notice, trouble, message, time, device: None }
    }
}

/// A microphone that is open.
#[derive(Clone, Debug, Serialize)]
pub struct Device {
    /// Its id, which `--device` takes.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Frames a second, Hz.
    pub rate: u32,
    /// Channels.
    pub channels: u16,
}

/// The state of the run. Counts are since the session began.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Time since the session began.
    pub uptime_seconds: f64,
    /// Where the stream is: the time of the next sound.
    pub time: f64,
    /// Sound heard, gaps and rests not counted.
    pub heard_seconds: f64,
    /// Frames heard.
    pub frames: u64,
    /// Frames that came but were not scored, because the queue was full or the scoring
    /// behind.
    pub lost_frames: u64,
    /// Gaps, of any reason.
    pub gaps: u64,
    /// Their length together, but for those that someone asked for.
    pub missing_seconds: f64,
    /// Times that the device reported sound it could not deliver.
    pub overruns: u64,
    /// Times that the microphone was opened again.
    pub reconnects: u64,
    /// Steps of the tower.
    pub steps: u64,
    /// Steps that were left out because nobody spoke.
    pub idle_steps: u64,
    /// Lines that could not be saved.
    pub unsaved_lines: u64,
    /// Seconds of computing per second of sound, since the last such line.
    pub real_time_factor: Option<f64>,
    /// Share of one processor core that the whole program used since the last such line.
    pub cpu_share: Option<f64>,
    /// From the end of a step's sound to its score, milliseconds: the median since the last
    /// such line.
    pub latency_ms: Option<f64>,
    /// The same: what 99 of 100 stay below.
    pub latency_p99_ms: Option<f64>,
    /// Memory in use by the program, bytes; `None` where the system does not say.
    pub rss_bytes: Option<u64>,
}

/// A sentence that is scored from here on.
#[derive(Clone, Debug, Serialize)]
pub struct Added {
    /// The sentence.
    pub prompt: String,
    /// From when on.
    pub time: f64,
}

/// The last line.
#[derive(Clone, Debug, Serialize)]
pub struct End {
    /// Why: `signal`, `quit`, `duration`, `input` (standard input ended), `reader` (that of
    /// the output went away) or `loss`.
    pub reason: &'static str,
    /// The state at the end.
    pub health: Health,
}

/// Anything that is reported.
#[derive(Clone, Debug)]
pub enum Report {
    /// Listening begins.
    Session(Box<Session>),
    /// A step was scored; with milliseconds from its sound to now.
    Segment(Segment, f64),
    /// A class begins or ends.
    Event(Event),
    /// Somebody speaks.
    Speech(Turn),
    /// Nobody does.
    Idle(Turn),
    /// Sound is missing.
    Gap(Gap),
    /// To be told.
    Notice(Notice),
    /// The state.
    Health(Health),
    /// A sentence was added.
    Added(Added),
    /// Everything heard, as one clip.
    Score(Box<Score>),
    /// Listening ends.
    End(End),
}

impl Report {
    /// The report of what the screener says; nothing of what is not reported.
    pub fn happening(happening: Happening, latency_ms: f64) -> Self {
        match happening {
            Happening::Segment(segment) => Self::Segment(segment, latency_ms),
            Happening::Event(event) => Self::Event(event),
        }
    }

    /// The name of its line in `ndjson`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Segment(..) => "segment",
            Self::Event(Event { edge: Edge::Onset, .. }) => "onset",
            Self::Event(Event { edge: Edge::Offset, .. }) => "offset",
            Self::Speech(_) => "speech",
            Self::Idle(_) => "idle",
            Self::Gap(_) => "gap",
            Self::Notice(_) => "notice",
            Self::Health(_) => "health",
            Self::Added(_) => "prompt",
            Self::Score(_) => "score",
            Self::End(_) => "end",
        }
    }

    /// Writes its line in `ndjson`.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn write(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let name = self.name();
        match self {
            Self::Session(it) => json::line(out, name, it),
            Self::Segment(segment, latency_ms) => {
                let latency_ms = (latency_ms * 10.0).round() / 10.0;
                json::line(out, name, &Timed { segment, latency_ms })
            }
            Self::Event(it) => json::line(out, name, it),
            Self::Speech(it) | Self::Idle(it) => json::line(out, name, it),
            Self::Gap(it) => json::line(out, name, it),
            Self::Notice(it) => json::line(out, name, it),
            Self::Health(it) => json::line(out, name, it),
            Self::Added(it) => json::line(out, name, it),
            Self::Score(it) => json::line(out, name, it),
            Self::End(it) => json::line(out, name, it),
        }
    }
}

/// A step and how long after its sound it was scored.
#[derive(Debug, Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    segment: &'a Segment,
    latency_ms: f64,
}
