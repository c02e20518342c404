//! A grade and its reasons.

use core::fmt;

use super::report::QUIETEST_DBFS;

/// How good audio is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Too poor to be scored.
    Poor,
    /// Scored, but something may spoil the result.
    Usable,
    /// Nothing speaks against it.
    Good,
}

impl Grade {
    /// A name for programs that does not change: `poor`, `usable` or `good`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poor => "poor",
            Self::Usable => "usable",
            Self::Good => "good",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A grade with all its reasons.
///
/// `Display` gives `good`, or the grade with its reasons such as
/// `usable: noisy (SNR 9.1 dB, needs 15 dB)`.
#[derive(Clone, Copy)]
pub struct Verdict {
    grade: Grade,
    reasons: Reasons,
}

impl Verdict {
    /// Nothing speaks against the audio.
    pub const GOOD: Self = Self { grade: Grade::Good, reasons: Reasons::new() };

    /// Audio that is poor for one reason.
    pub const fn poor(reason: Reason) -> Self {
        Self { grade: Grade::Poor, reasons: Reasons::one(reason) }
    }

    /// Audio that is usable, but not good for one reason.
    pub const fn usable(reason: Reason) -> Self {
        Self { grade: Grade::Usable, reasons: Reasons::one(reason) }
    }

    pub(super) const fn new(grade: Grade, reasons: Reasons) -> Self {
        Self { grade, reasons }
    }

    /// The grade.
    pub const fn grade(&self) -> Grade {
        self.grade
    }

    /// Whether the audio may be scored: it is not poor.
    pub const fn is_scored(&self) -> bool {
        !matches!(self.grade, Grade::Poor)
    }

    /// Every reason against a better grade, the most telling first; empty if it is good.
    pub fn reasons(&self) -> &[Reason] {
        self.reasons.as_slice()
    }
}

impl PartialEq for Verdict {
    fn eq(&self, other: &Self) -> bool {
        self.grade == other.grade && self.reasons() == other.reasons()
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Verdict").field(&self.grade).field(&self.reasons()).finish()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.grade.name())?;
        for (index, reason) in self.reasons().iter().enumerate() {
            let mark = if index == 0 { ": " } else { ", " };
            write!(f, "{mark}{reason}")?;
        }
        Ok(())
    }
}

/// A list with room for one reason of each kind, and one more for the kinds that stand in
/// for one another where the limits of the two grades differ.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    list: [Reason; ROOM],
    count: usize,
}

/// The kinds of [`Reason`].
const ROOM: usize = 11;

impl Reasons {
    pub(super) const fn new() -> Self {
        Self { list: [Reason::NotFinite { samples: 0 }; ROOM], count: 0 }
    }

    const fn one(reason: Reason) -> Self {
        Self { list: [reason; ROOM], count: 1 }
    }

    /// Adds a reason of a kind that is not there yet.
    pub(super) fn add(&mut self, reason: Reason) {
        if self.as_slice().iter().all(|other| other.name() != reason.name())
            && let Some(place) = self.list.get_mut(self.count)
        {
            *place = reason;
            self.count += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn as_slice(&self) -> &[Reason] {
        &self.list[..self.count]
    }
}

/// What keeps audio from a better grade: what was found, and what is expected.
///
/// `Display` gives a clause for a person, such as
/// `too short (0.20 s, needs 0.50 s)`.
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
    /// There is sound, but too little of it is loud enough to be a voice.
    LittleSound {
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
    /// Sound breaks off and comes back: packets or buffers were lost, or a program that made
    /// the voice left gaps.
    Dropouts {
        /// How often.
        count: u32,
        /// The share of the time in such gaps, 0 to 1.
        share: f32,
        /// The largest tolerable share.
        allowed: f32,
    },
    /// Too much of the audio is digital silence: a microphone that is muted, or padding.
    DigitalSilence {
        /// Its share of the time, 0 to 1.
        share: f32,
        /// The largest tolerable share.
        allowed: f32,
    },
    /// The voice stands out too little from the noise.
    Noisy {
        /// The signal-to-noise ratio, in dB.
        snr_db: f32,
        /// The ratio needed, in dB.
        needed_db: f32,
    },
    /// The high frequencies are missing: a telephone call, or a strong compression.
    NarrowBand {
        /// The bandwidth that is there, in Hz.
        bandwidth_hz: f32,
        /// The bandwidth needed, in Hz.
        needed_hz: f32,
    },
    /// There is sound enough, but hardly any of it is voiced.
    LittleVoice {
        /// Voiced seconds found.
        seconds: f32,
        /// Voiced seconds needed.
        needed: f32,
    },
    /// The samples do not lie about zero.
    Dc {
        /// Their mean, -1 to 1.
        dc: f32,
        /// The largest tolerable mean, either way.
        allowed: f32,
    },
}

impl Reason {
    /// A name for programs that does not change: `not_finite`, `too_short`, `silent`,
    /// `little_sound`, `clipped`, `dropouts`, `digital_silence`, `noisy`, `narrow_band`,
    /// `little_voice` or `dc`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotFinite { .. } => "not_finite",
            Self::TooShort { .. } => "too_short",
            Self::Silent { .. } => "silent",
            Self::LittleSound { .. } => "little_sound",
            Self::Clipped { .. } => "clipped",
            Self::Dropouts { .. } => "dropouts",
            Self::DigitalSilence { .. } => "digital_silence",
            Self::Noisy { .. } => "noisy",
            Self::NarrowBand { .. } => "narrow_band",
            Self::LittleVoice { .. } => "little_voice",
            Self::Dc { .. } => "dc",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotFinite { samples: 1 } => f.write_str("broken (1 sample is no number)"),
            Self::NotFinite { samples } => {
                write!(f, "broken ({samples} samples are no numbers)")
            }
            Self::TooShort { seconds, needed } => {
                write!(f, "too short ({:.2} s, needs {needed:.2} s)", down(seconds, 100.0))
            }
            Self::Silent { loudest_dbfs, .. } if loudest_dbfs <= QUIETEST_DBFS => {
                f.write_str("silent (nothing but digital silence)")
            }
            Self::Silent { loudest_dbfs, needed_dbfs } => write!(
                f,
                "too quiet (the loudest 10 ms have {} dBFS, needs {} dBFS)",
                Signed(down(loudest_dbfs, 10.0)),
                Signed(needed_dbfs)
            ),
            Self::LittleSound { seconds, needed } => write!(
                f,
                "too little sound ({:.2} s loud enough, needs {needed:.2} s)",
                down(seconds, 100.0)
            ),
            Self::Clipped { share, allowed } => {
                f.write_str("clipped (")?;
                percent(f, share, allowed, "of the samples at full scale")
            }
            Self::Dropouts { count, share, allowed } => {
                let plural = if count == 1 { "" } else { "s" };
                write!(f, "{count} gap{plural} within the sound (")?;
                percent(f, share, allowed, "of the time all samples are equal")
            }
            Self::DigitalSilence { share, allowed } => {
                f.write_str("digital silence (")?;
                percent(f, share, allowed, "of the time")
            }
            Self::Noisy { snr_db, needed_db } => write!(
                f,
                "noisy (SNR {} dB, needs {needed_db:.0} dB)",
                Signed(down(snr_db, 10.0))
            ),
            Self::NarrowBand { bandwidth_hz, needed_hz } => write!(
                f,
                "narrow band (sound up to {:.1} kHz, needs {:.1} kHz)",
                down(bandwidth_hz / 1000.0, 10.0),
                needed_hz / 1000.0
            ),
            Self::LittleVoice { seconds, needed } => write!(
                f,
                "hardly any periodic sound ({:.2} s, needs {needed:.2} s)",
                down(seconds, 100.0)
            ),
            Self::Dc { dc, allowed } => {
                f.write_str("DC offset (")?;
                percent(f, dc.abs(), allowed, "of full scale on average")
            }
        }
    }
}

/// A share beyond what is allowed, and the closing bracket.
fn percent(f: &mut fmt::Formatter<'_>, share: f32, allowed: f32, of: &str) -> fmt::Result {
    let share = libm::ceilf(share * 1000.0) / 10.0;
    write!(f, "{share:.1} % {of}, ")?;
    if allowed == 0.0 {
        return f.write_str("none allowed)");
    }
    write!(f, "limit {:.1} %)", allowed * 100.0)
}

/// A number with one decimal and, below zero, a true minus sign.
struct Signed(f32);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0.0 { "−" } else { "" };
        write!(f, "{sign}{:.1}", self.0.abs())
    }
}

/// Rounded down to a whole number of `1 / steps`, so that what falls short never reads like
/// what is needed.
fn down(value: f32, steps: f32) -> f32 {
    libm::floorf(value * steps) / steps
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn reasons_read_as_clauses() {
        let reasons = [
            (Reason::NotFinite { samples: 1 }, "broken (1 sample is no number)"),
            (
                Reason::Silent { loudest_dbfs: -120.0, needed_dbfs: -60.0 },
                "silent (nothing but digital silence)",
            ),
            (
                Reason::Noisy { snr_db: -1.0, needed_db: 15.0 },
                "noisy (SNR −1.0 dB, needs 15 dB)",
            ),
            (
                Reason::LittleSound { seconds: 0.2, needed: 0.5 },
                "too little sound (0.20 s loud enough, needs 0.50 s)",
            ),
            (
                Reason::Clipped { share: 0.125, allowed: 0.02 },
                "clipped (12.5 % of the samples at full scale, limit 2.0 %)",
            ),
            (
                Reason::Dropouts { count: 1, share: 0.001, allowed: 0.0 },
                "1 gap within the sound (0.1 % of the time all samples are equal, none allowed)",
            ),
            (
                Reason::NarrowBand { bandwidth_hz: 3_437.5, needed_hz: 5_000.0 },
                "narrow band (sound up to 3.4 kHz, needs 5.0 kHz)",
            ),
            (
                Reason::Dc { dc: -0.05, allowed: 0.02 },
                "DC offset (5.0 % of full scale on average, limit 2.0 %)",
            ),
        ];
        for (reason, text) in reasons {
            assert_eq!(reason.to_string(), text);
        }
    }

    #[test]
    fn verdicts_read_as_a_line() {
        assert_eq!(Verdict::GOOD.to_string(), "good");
        let noisy = Reason::Noisy { snr_db: 9.17, needed_db: 15.0 };
        assert_eq!(
            Verdict::usable(noisy).to_string(),
            "usable: noisy (SNR 9.1 dB, needs 15 dB)"
        );
        assert!(Verdict::usable(noisy).is_scored());
        let mut reasons = Reasons::one(Reason::NotFinite { samples: 2 });
        reasons.add(noisy);
        reasons.add(Reason::Noisy { snr_db: 0.0, needed_db: 1.0 });
        let poor = Verdict::new(Grade::Poor, reasons);
        assert!(!poor.is_scored());
        assert_eq!(
            poor.to_string(),
            "poor: broken (2 samples are no numbers), \
             noisy (SNR 9.1 dB, needs 15 dB)"
        );
    }

    #[test]
    fn what_falls_short_never_reads_like_what_is_needed() {
        for (reason, text) in [
            (Reason::TooShort { seconds: 0.499, needed: 0.5 }, "0.49 s, needs 0.50 s"),
            (Reason::Noisy { snr_db: 14.99, needed_db: 15.0 }, "14.9 dB, needs 15 dB"),
            (
                Reason::Silent { loudest_dbfs: -60.01, needed_dbfs: -60.0 },
                "−60.1 dBFS, needs −60.0",
            ),
            (Reason::Clipped { share: 0.020_01, allowed: 0.02 }, "2.1 % of the samples"),
        ] {
            assert!(reason.to_string().contains(text), "{reason}");
        }
    }

    #[test]
    fn grades_are_ordered() {
        assert!(Grade::Poor < Grade::Usable && Grade::Usable < Grade::Good);
        assert_eq!(std::format!("{:>7}", Grade::Usable), " usable");
    }
}
