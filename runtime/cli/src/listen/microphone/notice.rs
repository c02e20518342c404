//! What is told of a microphone, in words and under stable names.

use std::fmt;

use crate::listen::capture::Loss;
use crate::listen::keeper::Opened;
use crate::output::safe;

/// What there is to tell of a microphone; `Display` is one sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Sound comes.
    Listening(Opened),
    /// The stream ended by itself.
    Lost(Loss),
    /// The stream is open, but nothing comes.
    Stalled,
    /// The audio system takes too long to answer.
    NoAnswer,
    /// There is nothing to open.
    Unavailable {
        /// A stable name of the kind of reason.
        code: &'static str,
        /// The reason.
        reason: String,
        /// Whether waiting cannot mend it.
        is_final: bool,
    },
    /// Nothing but zeros has come for some seconds.
    Silent,
    /// Sound came after that.
    Heard,
    /// Frames come at another rate than stated, both in Hz.
    WrongRate {
        /// What the audio system states.
        stated: u32,
        /// What was counted.
        got: u32,
    },
}

impl Notice {
    /// A stable name for machine-readable output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Listening(_) => "listening",
            Self::Lost(_) => "lost",
            Self::Stalled => "stalled",
            Self::NoAnswer => "no_answer",
            Self::Unavailable { .. } => "unavailable",
            Self::Silent => "silent",
            Self::Heard => "heard",
            Self::WrongRate { .. } => "wrong_rate",
        }
    }

    /// Whether it tells of something that should not be.
    pub fn is_trouble(&self) -> bool {
        !matches!(self, Self::Listening(_) | Self::Heard)
    }

    /// Whether waiting cannot mend it.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Unavailable { is_final: true, .. })
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listening(opened) => write!(f, "listening to {opened}"),
            Self::Lost(Loss::Device) => f.write_str("the microphone went away; waiting for it"),
            Self::Lost(Loss::Stream) => {
                f.write_str("the audio system went away; waiting for it")
            }
            Self::Lost(Loss::Other) => f.write_str("the microphone failed; it is opened again"),
            Self::Stalled => f.write_str("no sound comes any more; the microphone is reopened"),
            Self::NoAnswer => f.write_str("the audio system does not answer; trying again"),
            Self::Unavailable { reason, is_final: true, .. } => f.write_str(reason),
            Self::Unavailable { reason, .. } => write!(f, "{reason}; trying again"),
            Self::Silent => f.write_str("the microphone delivers only silence; is it muted?"),
            Self::Heard => f.write_str("the microphone delivers sound again"),
            Self::WrongRate { stated, got } => write!(
                f,
                "the microphone states {stated} frames a second but delivers {got}; sound may \
                 be missing"
            ),
        }
    }
}

impl fmt::Display for Opened {
    /// As "Null Output, 48 kHz, 2 channels".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilohertz = f64::from(self.rate) / 1000.0;
        let s = if self.channels == 1 { "" } else { "s" };
        let name = safe(&self.name);
        write!(f, "{name}, {kilohertz} kHz, {} channel{s}", self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_is_told_in_one_phrase() {
        let mut opened = Opened {
            host: cpal::ALL_HOSTS[0],
            id: "x:y".into(),
            name: "Head\u{1b}set".into(),
            rate: 44_100,
            channels: 1,
            format: cpal::SampleFormat::I16,
            period: None,
            took: std::time::Duration::ZERO,
        };
        assert_eq!(opened.to_string(), "Head\u{fffd}set, 44.1 kHz, 1 channel");
        (opened.rate, opened.channels) = (48_000, 2);
        let notice = Notice::Listening(opened);
        assert_eq!(notice.to_string(), "listening to Head\u{fffd}set, 48 kHz, 2 channels");
        assert!(!notice.is_trouble() && !notice.is_final());
    }

    #[test]
    fn a_reason_is_followed_by_what_happens_next() {
        let unavailable = |is_final| Notice::Unavailable {
            code: "no_input",
            reason: "there is no microphone".into(),
            is_final,
        };
        let words = unavailable(false).to_string();
        assert_eq!(words, "there is no microphone; trying again");
        assert_eq!(unavailable(true).to_string(), "there is no microphone");
        assert!(unavailable(true).is_trouble() && unavailable(true).is_final());
    }
}
