//! Judging a report.

use core::fmt;

use super::Report;

/// What audio must be like to be scored. The numbers belong to a bundle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// If even the loudest 10 ms stay below this level, in dBFS, there is no signal.
    pub silence_dbfs: f32,
    /// How many seconds must be active.
    pub minimum_active_seconds: f32,
    /// The level from which 10 ms are active, in dBFS.
    pub active_dbfs: f32,
    /// The largest tolerable share of samples at full scale, 0 to 1.
    pub maximum_clipped_share: f32,
}

impl Limits {
    /// Checks that every limit is a number in its range.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] names the first that is not.
    pub fn check(&self) -> Result<(), LimitsError> {
        let level = |name, got: f32| {
            if got.is_finite() && got <= 0.0 {
                Ok(())
            } else {
                Err(LimitsError::Level { name, got })
            }
        };
        level("silence_dbfs", self.silence_dbfs)?;
        level("active_dbfs", self.active_dbfs)?;
        let seconds = self.minimum_active_seconds;
        if !(seconds.is_finite() && seconds >= 0.0) {
            return Err(LimitsError::Seconds { got: seconds });
        }
        let share = self.maximum_clipped_share;
        if !(0.0..=1.0).contains(&share) {
            return Err(LimitsError::Share { got: share });
        }
        Ok(())
    }

    /// Judges a report. Of several reasons, the one is given that explains most: broken
    /// samples, then no length, no signal, too little of it, too much of it.
    pub fn verdict(&self, report: &Report) -> Verdict {
        let needed = self.minimum_active_seconds;
        Verdict::Poor(if report.not_finite > 0 {
            Reason::NotFinite { samples: report.not_finite }
        } else if report.seconds == 0.0 || report.seconds < needed {
            Reason::TooShort { seconds: report.seconds, needed }
        } else if report.loudest_dbfs < self.silence_dbfs {
            Reason::Silent { loudest_dbfs: report.loudest_dbfs, needed_dbfs: self.silence_dbfs }
        } else if report.active_seconds < needed {
            Reason::TooLittleVoice { seconds: report.active_seconds, needed }
        } else if report.clipped_share > self.maximum_clipped_share {
            Reason::Clipped { share: report.clipped_share, allowed: self.maximum_clipped_share }
        } else {
            return Verdict::Good;
        })
    }
}

/// Whether audio may be scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It may.
    Good,
    /// It may not, for this reason.
    Poor(Reason),
}

/// Why audio may not be scored: what was found, and what is needed.
///
/// `Display` gives a clause for a person, such as `only 0.2 s of sound, 0.5 s needed`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// Samples were NaN or infinite. One is enough: a source that sends it is broken.
    NotFinite {
        /// How many.
        samples: u64,
    },
    /// The audio is shorter than the activity it would need.
    TooShort {
        /// Its duration.
        seconds: f32,
        /// Seconds of activity needed.
        needed: f32,
    },
    /// Not even the loudest 10 ms reach the level of a signal.
    Silent {
        /// Their level, in dBFS.
        loudest_dbfs: f32,
        /// The level needed, in dBFS.
        needed_dbfs: f32,
    },
    /// There is sound, but too little of it loud enough to be a voice.
    TooLittleVoice {
        /// Active seconds found.
        seconds: f32,
        /// Active seconds needed.
        needed: f32,
    },
    /// Too many samples are cut off at full scale.
    Clipped {
        /// Their share, 0 to 1.
        share: f32,
        /// The largest tolerable share.
        allowed: f32,
    },
}

impl Reason {
    /// A name for programs that does not change: `not_finite`, `too_short`, `silent`,
    /// `too_little_voice` or `clipped`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "not_finite",
            Self::TooShort { .. } => "too_short",
            Self::Silent { .. } => "silent",
            Self::TooLittleVoice { .. } => "too_little_voice",
            Self::Clipped { .. } => "clipped",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotFinite { samples: 1 } => f.write_str("1 sample is NaN or infinite"),
            Self::NotFinite { samples } => {
                write!(f, "{samples} samples are NaN or infinite")
            }
            Self::TooShort { seconds, needed } => {
                write!(f, "only {:.2} s long, {needed:.2} s needed", hundredths(seconds))
            }
            Self::Silent { loudest_dbfs, needed_dbfs } => write!(
                f,
                "silent: the loudest 10 ms have {loudest_dbfs:.1} dBFS, \
                 {needed_dbfs:.1} dBFS needed"
            ),
            Self::TooLittleVoice { seconds, needed } => {
                write!(
                    f,
                    "only {:.2} s of sound loud enough, {needed:.2} s needed",
                    hundredths(seconds)
                )
            }
            Self::Clipped { share, allowed } => write!(
                f,
                "clipped: {:.1} % of the samples are at full scale, {:.1} % allowed",
                share * 100.0,
                allowed * 100.0
            ),
        }
    }
}

/// Rounded down, so that what falls short never reads like what is needed.
fn hundredths(seconds: f32) -> f32 {
    libm::floorf(seconds * 100.0) / 100.0
}

/// A limit or a sample rate that is out of range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitsError {
    /// The sample rate cannot hold frames of 10 ms.
    SampleRate {
        /// The rate given, in Hz.
        got: u32,
    },
    /// A level is above 0 dBFS or not finite.
    Level {
        /// Its name in the manifest.
        name: &'static str,
        /// The level given.
        got: f32,
    },
    /// The needed activity is negative or not finite.
    Seconds {
        /// The seconds given.
        got: f32,
    },
    /// The tolerable share of clipped samples is outside 0 to 1.
    Share {
        /// The share given.
        got: f32,
    },
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SampleRate { got } => {
                write!(f, "the sample rate must be at least 100 Hz, got {got}")
            }
            Self::Level { name, got } => {
                write!(f, "`{name}` must be 0 dBFS or less, got {got}")
            }
            Self::Seconds { got } => {
                write!(f, "`minimum_active_seconds` must be 0 or more, got {got}")
            }
            Self::Share { got } => {
                write!(f, "`maximum_clipped_share` must be 0 to 1, got {got}")
            }
        }
    }
}

impl core::error::Error for LimitsError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn reasons_read_as_clauses() {
        let reasons = [
            (Reason::NotFinite { samples: 1 }, "1 sample is NaN or infinite"),
            (
                Reason::TooLittleVoice { seconds: 0.2, needed: 0.5 },
                "only 0.20 s of sound loud enough, 0.50 s needed",
            ),
            (
                Reason::Clipped { share: 0.125, allowed: 0.02 },
                "clipped: 12.5 % of the samples are at full scale, 2.0 % allowed",
            ),
        ];
        for (reason, text) in reasons {
            assert_eq!(reason.to_string(), text);
        }
    }

    #[test]
    fn limits_are_named() {
        let good = Limits {
            silence_dbfs: -60.0,
            minimum_active_seconds: 0.5,
            active_dbfs: -45.0,
            maximum_clipped_share: 0.02,
        };
        assert_eq!(good.check(), Ok(()));
        for (limits, name) in [
            (Limits { silence_dbfs: 1.0, ..good }, "silence_dbfs"),
            (Limits { active_dbfs: f32::NEG_INFINITY, ..good }, "active_dbfs"),
            (Limits { minimum_active_seconds: -1.0, ..good }, "minimum_active_seconds"),
            (Limits { maximum_clipped_share: f32::NAN, ..good }, "maximum_clipped_share"),
        ] {
            assert!(limits.check().unwrap_err().to_string().contains(name));
        }
    }
}
