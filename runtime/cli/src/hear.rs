//! Recordings from beginning to end, and what is said where one cannot be heard.

use std::io::{self, Write};

use serde::Serialize;
use slap_edge::{MeasureError, Pcm, ScreenError};

use crate::audio::{Audio, AudioError, Input};
use crate::output::{Progress, Terminal, safe};

/// Why one recording was not heard to its end.
pub enum Stop {
    /// The recording is at fault; the next one may be fine.
    Input(Failure),
    /// Results cannot be written; there is no point in going on.
    Output(anyhow::Error),
}

/// A recording that could not be heard; also the machine-readable payload.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The recording as the user named it.
    pub input: String,
    /// A stable name.
    pub code: &'static str,
    /// What is wrong, a sentence without its subject.
    pub message: String,
}

impl Failure {
    /// Says so on standard error.
    pub fn complain(&self, terminal: &Terminal) -> anyhow::Result<()> {
        complain(&terminal.err.bad("error:"), &self.input, &self.message)
    }
}

/// Says on standard error what was wrong with a recording but could be read past.
pub fn warn(terminal: &Terminal, input: &str, message: &str) -> anyhow::Result<()> {
    complain(&terminal.err.caution("warning:"), input, message)
}

fn complain(label: &str, input: &str, message: &str) -> anyhow::Result<()> {
    let name = match input {
        "-" => "standard input".to_owned(),
        file => format!("'{}'", safe(file)),
    };
    Ok(writeln!(io::stderr(), "{label} {name} {}", safe(message))?)
}

/// The recording cannot be read.
pub fn unreadable(input: &Input, error: &AudioError) -> Stop {
    Stop::Input(Failure { input: input.name(), code: error.code(), message: error.to_string() })
}

/// The recording cannot be scored.
pub fn unscorable(input: &Input, error: &ScreenError) -> Stop {
    let code = match error {
        ScreenError::Format(_) | ScreenError::Resample(_) => "format",
        _ => "engine",
    };
    let message = format!("cannot be scored: {error}");
    Stop::Input(Failure { input: input.name(), code, message })
}

/// The recording cannot be measured.
pub fn unmeasurable(input: &Input, error: &MeasureError) -> Stop {
    let message = format!("cannot be measured: {error}");
    Stop::Input(Failure { input: input.name(), code: "format", message })
}

/// Gives `take` every block of `audio`, with its rate and channels.
pub fn hear(
    input: &Input,
    audio: &mut Audio,
    progress: &mut Progress,
    mut take: impl FnMut(Pcm<'_>, u32, u16) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let (rate, channels) = (audio.description().rate, audio.description().channels);
    let channels = u16::try_from(channels).unwrap_or(u16::MAX);
    loop {
        match audio.next_block() {
            Ok(Some(block)) => take(Pcm::F32(block), rate, channels)?,
            Ok(None) => return Ok(()),
            Err(error) => return Err(unreadable(input, &error)),
        }
        progress.at(audio.seconds());
    }
}
