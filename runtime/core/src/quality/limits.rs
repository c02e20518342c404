//! What audio must be like. The numbers belong to a bundle.

use core::fmt;

use super::verdict::{Grade, Reason, Verdict};
use super::{Report, verdict::Reasons};

/// What audio must be like to be scored, and to be called good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The level from which 10 ms are active, in dBFS.
    pub active_dbfs: f32,
    /// Beyond these audio is poor: it is not scored.
    pub usable: Bounds,
    /// Beyond these audio is usable at best: it is scored, and the reasons are told.
    pub good: Bounds,
}

/// One set of bounds; what is `None` is not asked for.
///
/// A quantity that a [`Report`] does not state, such as the signal-to-noise ratio of a
/// sustained vowel, is never beyond a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// If even the loudest 10 ms stay below this level, in dBFS, there is no signal.
    pub silence_dbfs: f32,
    /// How many seconds must be active.
    pub minimum_active_seconds: f32,
    /// The largest share of samples at full scale, 0 to 1.
    pub maximum_clipped_share: f32,
    /// The least signal-to-noise ratio, in dB.
    pub minimum_snr_db: Option<f32>,
    /// The least bandwidth, in Hz.
    pub minimum_bandwidth_hz: Option<f32>,
    /// How many seconds must be voiced.
    pub minimum_voiced_seconds: Option<f32>,
    /// The largest share of the time in dropouts, 0 to 1.
    pub maximum_dropout_share: Option<f32>,
    /// The largest share of the time that is digital silence, 0 to 1.
    pub maximum_silent_share: Option<f32>,
    /// The largest mean value either way, 0 to 1.
    pub maximum_dc: Option<f32>,
}

impl Bounds {
    /// No bound but those of silence, activity and clipping.
    pub const fn new(
        silence_dbfs: f32,
        minimum_active_seconds: f32,
        maximum_clipped_share: f32,
    ) -> Self {
        Self {
            silence_dbfs,
            minimum_active_seconds,
            maximum_clipped_share,
            minimum_snr_db: None,
            minimum_bandwidth_hz: None,
            minimum_voiced_seconds: None,
            maximum_dropout_share: None,
            maximum_silent_share: None,
            maximum_dc: None,
        }
    }

    /// What of `report` is beyond these bounds, the most telling first.
    ///
    /// What follows from an earlier reason is not repeated: a recording that is too short
    /// also has too little sound, one without sound has no voice, and that it is digital
    /// silence adds nothing.
    fn find(&self, report: &Report, reasons: &mut Reasons) {
        if report.not_finite > 0 {
            reasons.add(Reason::NotFinite { samples: report.not_finite });
        }
        let needed = self.minimum_active_seconds;
        let silent = report.loudest_dbfs < self.silence_dbfs;
        let hardly_any_sound = if report.seconds == 0.0 || report.seconds < needed {
            reasons.add(Reason::TooShort { seconds: report.seconds, needed });
            true
        } else if silent {
            let needed_dbfs = self.silence_dbfs;
            reasons.add(Reason::Silent { loudest_dbfs: report.loudest_dbfs, needed_dbfs });
            true
        } else if report.active_seconds < needed {
            reasons.add(Reason::LittleSound { seconds: report.active_seconds, needed });
            true
        } else {
            false
        };
        let allowed = self.maximum_clipped_share;
        if report.clipped_share > allowed {
            reasons.add(Reason::Clipped { share: report.clipped_share, allowed });
        }
        let share = report.dropout_share();
        let count = u32::try_from(report.dropouts).unwrap_or(u32::MAX);
        if let Some(allowed) = self.maximum_dropout_share.filter(|&allowed| share > allowed) {
            reasons.add(Reason::Dropouts { count, share, allowed });
        }
        let share = report.silent_share;
        if let Some(allowed) = self.maximum_silent_share.filter(|&allowed| share > allowed)
            && !silent
        {
            reasons.add(Reason::DigitalSilence { share, allowed });
        }
        if let Some((snr_db, needed_db)) = below(report.snr_db, self.minimum_snr_db) {
            reasons.add(Reason::Noisy { snr_db, needed_db });
        }
        if let Some((bandwidth_hz, needed_hz)) =
            below(report.bandwidth_hz, self.minimum_bandwidth_hz)
        {
            reasons.add(Reason::NarrowBand { bandwidth_hz, needed_hz });
        }
        if let Some((seconds, needed)) =
            below(report.voiced_seconds, self.minimum_voiced_seconds)
            && !hardly_any_sound
        {
            reasons.add(Reason::LittleVoice { seconds, needed });
        }
        if let Some(allowed) = self.maximum_dc.filter(|&allowed| report.dc.abs() > allowed) {
            reasons.add(Reason::Dc { dc: report.dc, allowed });
        }
    }

    fn check(&self) -> Result<(), LimitsError> {
        level("silence_dbfs", self.silence_dbfs)?;
        seconds("minimum_active_seconds", Some(self.minimum_active_seconds))?;
        seconds("minimum_voiced_seconds", self.minimum_voiced_seconds)?;
        for (name, share) in [
            ("maximum_clipped_share", Some(self.maximum_clipped_share)),
            ("maximum_dropout_share", self.maximum_dropout_share),
            ("maximum_silent_share", self.maximum_silent_share),
            ("maximum_dc", self.maximum_dc),
        ] {
            if let Some(got) = share.filter(|share| !(0.0..=1.0).contains(share)) {
                return Err(LimitsError::Share { name, got });
            }
        }
        if let Some(got) = self.minimum_snr_db.filter(|ratio| !ratio.is_finite()) {
            return Err(LimitsError::Ratio { name: "minimum_snr_db", got });
        }
        if let Some(got) =
            self.minimum_bandwidth_hz.filter(|hertz| !(hertz.is_finite() && *hertz >= 0.0))
        {
            return Err(LimitsError::Frequency { name: "minimum_bandwidth_hz", got });
        }
        Ok(())
    }
}

fn below(found: Option<f32>, needed: Option<f32>) -> Option<(f32, f32)> {
    found.zip(needed).filter(|(found, needed)| found < needed)
}

fn level(name: &'static str, got: f32) -> Result<(), LimitsError> {
    if got.is_finite() && got <= 0.0 { Ok(()) } else { Err(LimitsError::Level { name, got }) }
}

fn seconds(name: &'static str, got: Option<f32>) -> Result<(), LimitsError> {
    match got {
        Some(got) if !(got.is_finite() && got >= 0.0) => {
            Err(LimitsError::Seconds { name, got })
        }
        _ => Ok(()),
    }
}

impl Limits {
    /// Checks that every limit is a number in its range.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] names the first that is not.
    pub fn check(&self) -> Result<(), LimitsError> {
        level("active_dbfs", self.active_dbfs)?;
        self.usable.check()?;
        self.good.check()
    }

    /// Grades a report.
    ///
    /// Poor audio tells what makes it poor first, then what else keeps it from being good.
    pub fn verdict(&self, report: &Report) -> Verdict {
        let mut reasons = Reasons::new();
        self.usable.find(report, &mut reasons);
        let poor = !reasons.is_empty();
        self.good.find(report, &mut reasons);
        let grade = match (poor, reasons.is_empty()) {
            (true, _) => Grade::Poor,
            (false, false) => Grade::Usable,
            (false, true) => Grade::Good,
        };
        Verdict::new(grade, reasons)
    }
}

/// A limit that is out of range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitsError {
    /// A level is above 0 dBFS or not finite.
    Level {
        /// Its name in the manifest.
        name: &'static str,
        /// The level given.
        got: f32,
    },
    /// A duration is negative or not finite.
    Seconds {
        /// Its name in the manifest.
        name: &'static str,
        /// The seconds given.
        got: f32,
    },
    /// A share is outside 0 to 1.
    Share {
        /// Its name in the manifest.
        name: &'static str,
        /// The share given.
        got: f32,
    },
    /// A ratio is not finite.
    Ratio {
        /// Its name in the manifest.
        name: &'static str,
        /// The decibels given.
        got: f32,
    },
    /// A frequency is negative or not finite.
    Frequency {
        /// Its name in the manifest.
        name: &'static str,
        /// The hertz given.
        got: f32,
    },
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Level { name, got } => {
                write!(f, "`{name}` must be 0 dBFS or less, got {got}")
            }
            Self::Seconds { name, got } => {
                write!(f, "`{name}` must be 0 seconds or more, got {got}")
            }
            Self::Share { name, got } => write!(f, "`{name}` must be 0 to 1, got {got}"),
            Self::Ratio { name, got } => {
                write!(f, "`{name}` must be a number of decibels, got {got}")
            }
            Self::Frequency { name, got } => {
                write!(f, "`{name}` must be 0 Hz or more, got {got}")
            }
        }
    }
}

impl core::error::Error for LimitsError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;

    const BOUNDS: Bounds = Bounds::new(-60.0, 0.5, 0.02);
    const LIMITS: Limits = Limits { active_dbfs: -45.0, usable: BOUNDS, good: BOUNDS };

    /// Nothing speaks against it, whatever the bounds.
    const CLEAN: Report = Report {
        seconds: 4.0,
        active_seconds: 3.0,
        voiced_seconds: Some(2.0),
        peak_dbfs: -6.0,
        rms_dbfs: -20.0,
        loudest_dbfs: -10.0,
        dc: 0.0,
        zero_share: 0.0,
        silent_share: 0.0,
        clipped_share: 0.0,
        not_finite: 0,
        dropouts: 0,
        dropout_seconds: 0.0,
        snr_db: Some(40.0),
        bandwidth_hz: Some(8_000.0),
    };

    const STRICT: Bounds = Bounds {
        minimum_snr_db: Some(15.0),
        minimum_bandwidth_hz: Some(5_000.0),
        minimum_voiced_seconds: Some(0.5),
        maximum_dropout_share: Some(0.0),
        maximum_silent_share: Some(0.5),
        maximum_dc: Some(0.02),
        ..BOUNDS
    };

    #[test]
    fn every_limit_is_checked_by_name() {
        assert_eq!(LIMITS.check(), Ok(()));
        let nan = Some(f32::NAN);
        for (bounds, name) in [
            (Bounds { silence_dbfs: 1.0, ..BOUNDS }, "silence_dbfs"),
            (Bounds { minimum_active_seconds: -1.0, ..BOUNDS }, "minimum_active_seconds"),
            (Bounds { maximum_clipped_share: f32::NAN, ..BOUNDS }, "maximum_clipped_share"),
            (Bounds { minimum_voiced_seconds: nan, ..BOUNDS }, "minimum_voiced_seconds"),
            (Bounds { maximum_dropout_share: Some(1.1), ..BOUNDS }, "maximum_dropout_share"),
            (Bounds { maximum_silent_share: Some(-0.1), ..BOUNDS }, "maximum_silent_share"),
            (Bounds { maximum_dc: nan, ..BOUNDS }, "maximum_dc"),
            (Bounds { minimum_snr_db: nan, ..BOUNDS }, "minimum_snr_db"),
            (Bounds { minimum_bandwidth_hz: Some(-1.0), ..BOUNDS }, "minimum_bandwidth_hz"),
        ] {
            for limits in
                [Limits { usable: bounds, ..LIMITS }, Limits { good: bounds, ..LIMITS }]
            {
                assert!(limits.check().unwrap_err().to_string().contains(name), "{name}");
            }
        }
        let limits = Limits { active_dbfs: f32::NEG_INFINITY, ..LIMITS };
        assert!(limits.check().unwrap_err().to_string().contains("active_dbfs"));
    }

    #[test]
    fn every_reason_can_make_audio_usable_or_poor() {
        let beyond = [
            (Report { not_finite: 1, ..CLEAN }, "not_finite"),
            (Report { seconds: 0.3, ..CLEAN }, "too_short"),
            (Report { loudest_dbfs: -61.0, ..CLEAN }, "silent"),
            (Report { active_seconds: 0.3, ..CLEAN }, "little_sound"),
            (Report { clipped_share: 0.03, ..CLEAN }, "clipped"),
            (Report { dropouts: 1, dropout_seconds: 0.02, ..CLEAN }, "dropouts"),
            (Report { silent_share: 0.6, ..CLEAN }, "digital_silence"),
            (Report { snr_db: Some(14.9), ..CLEAN }, "noisy"),
            (Report { bandwidth_hz: Some(4_000.0), ..CLEAN }, "narrow_band"),
            (Report { voiced_seconds: Some(0.4), ..CLEAN }, "little_voice"),
            (Report { dc: -0.03, ..CLEAN }, "dc"),
        ];
        let lax = Bounds::new(-120.0, 0.0, 1.0);
        let good_only = Limits { good: STRICT, usable: lax, ..LIMITS };
        let both = Limits { good: STRICT, usable: STRICT, ..LIMITS };
        assert_eq!(both.verdict(&CLEAN), Verdict::GOOD);
        for (report, name) in beyond {
            let verdict = both.verdict(&report);
            assert_eq!(verdict.grade(), Grade::Poor);
            let names: Vec<_> = verdict.reasons().iter().map(Reason::name).collect();
            assert_eq!(names, [name]);
            let verdict = good_only.verdict(&report);
            // A sample that is no number is never usable.
            let expected = if name == "not_finite" { Grade::Poor } else { Grade::Usable };
            assert_eq!(verdict.grade(), expected, "{name}");
            assert_eq!(verdict.reasons()[0].name(), name);
        }
    }

    #[test]
    fn what_is_absent_is_never_beyond_a_bound() {
        let report = Report { snr_db: None, bandwidth_hz: None, voiced_seconds: None, ..CLEAN };
        let limits = Limits { good: STRICT, usable: STRICT, ..LIMITS };
        assert_eq!(limits.verdict(&report), Verdict::GOOD);
    }

    #[test]
    fn what_makes_it_poor_comes_first() {
        let report = Report {
            clipped_share: 0.01,
            snr_db: Some(3.0),
            dc: 0.5,
            voiced_seconds: Some(0.0),
            ..CLEAN
        };
        let usable = Bounds { minimum_snr_db: Some(5.0), ..BOUNDS };
        let good = Bounds { maximum_clipped_share: 0.001, ..STRICT };
        let verdict = Limits { usable, good, ..LIMITS }.verdict(&report);
        assert_eq!(verdict.grade(), Grade::Poor);
        // Noise is named once, by the limit that makes it poor.
        assert_eq!(verdict.reasons()[0], Reason::Noisy { snr_db: 3.0, needed_db: 5.0 });
        let names: Vec<_> = verdict.reasons().iter().map(Reason::name).collect();
        assert_eq!(names, ["noisy", "clipped", "little_voice", "dc"]);
    }

    #[test]
    fn everything_at_once_fits() {
        let report = Report {
            not_finite: 3,
            active_seconds: 0.1,
            clipped_share: 1.0,
            dropouts: 9,
            dropout_seconds: 1.0,
            silent_share: 0.9,
            snr_db: Some(-10.0),
            bandwidth_hz: Some(100.0),
            voiced_seconds: Some(0.0),
            dc: 1.0,
            ..CLEAN
        };
        let verdict = Limits { usable: STRICT, good: STRICT, ..LIMITS }.verdict(&report);
        assert_eq!(verdict.reasons().len(), 8);
        // No sound in the good set, too short in the usable one: both are told.
        let usable = Bounds { minimum_active_seconds: 5.0, ..STRICT };
        let verdict = Limits { usable, good: STRICT, ..LIMITS }.verdict(&report);
        assert_eq!(verdict.reasons().len(), 9);
        assert_eq!(verdict.reasons()[1].name(), "too_short");
    }
}
