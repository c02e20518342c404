//! Counting what the samples are like, as they come.

use super::{Limits, LimitsError, Verdict};

/// The magnitude from which a sample counts as clipped.
///
/// Below 1 because the largest value of an integer format is: 127/128 in 8 bits.
pub const FULL_SCALE: f32 = 0.99;

/// The lowest level a [`Report`] states, in dBFS: that of digital silence, and below the
/// noise of any converter.
pub const QUIETEST_DBFS: f32 = -120.0;

/// The largest magnitude that goes on to be processed, 36 dB above full scale.
///
/// A float file may well exceed 1, but one absurd value would reach infinity once squared
/// and spoil everything near it.
pub const LOUDEST: f32 = 64.0;

/// Frames in a second: activity is decided every 10 ms.
const FRAMES_PER_SECOND: u32 = 100;

/// What can only be seen in the samples as they were recorded: mixing channels hides a
/// clipped one, resampling rounds off what was cut flat, and one NaN spoils its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Samples counted, those of every channel.
    pub samples: u64,
    /// Samples at or above [`FULL_SCALE`].
    pub clipped: u64,
    /// Samples that were NaN or infinite.
    pub not_finite: u64,
}

impl Intake {
    /// Counts samples, in any order and of any channel.
    pub fn count(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.admit(sample);
        }
    }

    /// Counts a sample and returns it in a shape fit to be processed: 0 for NaN and
    /// infinity, and never beyond [`LOUDEST`].
    #[inline]
    pub fn admit(&mut self, sample: f32) -> f32 {
        let finite = sample.is_finite();
        self.samples += 1;
        self.not_finite += u64::from(!finite);
        self.clipped += u64::from(finite && sample.abs() >= FULL_SCALE);
        if finite { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
    }

    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.clipped += other.clipped;
        self.not_finite += other.not_finite;
    }
}

/// What the signal is like that is scored: one channel, at the tower's rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// Samples counted.
    pub samples: u64,
    /// Samples that are exactly zero.
    pub zeros: u64,
    /// The largest magnitude.
    pub peak: f32,
    /// The sum of the samples.
    pub sum: f64,
    /// The sum of their squares.
    pub square: f64,
    /// Frames of 10 ms that are complete.
    pub frames: u64,
    /// Those whose level, without their mean, reaches the limit of activity.
    pub active_frames: u64,
    /// The largest sum of squares of one frame about its mean: a constant is no sound.
    pub loudest_square: f64,
}

impl Level {
    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.zeros += other.zeros;
        self.peak = self.peak.max(other.peak);
        self.sum += other.sum;
        self.square += other.square;
        self.frames += other.frames;
        self.active_frames += other.active_frames;
        self.loudest_square = self.loudest_square.max(other.loudest_square);
    }

    fn sample(&mut self, sample: f32) {
        let sample = if sample.is_finite() { sample } else { 0.0 };
        self.zeros += u64::from(sample == 0.0);
        self.peak = self.peak.max(sample.abs());
        self.sum += f64::from(sample);
        self.square += f64::from(sample) * f64::from(sample);
        self.samples += 1;
    }
}

/// Counts and sums over a span of audio. Tallies of neighbouring spans add up to that of
/// the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// The samples as they were recorded.
    pub intake: Intake,
    /// The signal that is scored.
    pub level: Level,
}

impl Tally {
    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.intake.add(&other.intake);
        self.level.add(&other.level);
    }
}

/// Measures a stream of samples in -1 to 1.
///
/// The result is the same, bit for bit, however the stream is cut into slices: sums are
/// made sample by sample within frames of 10 ms, and frame by frame.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    sample_rate: u32,
    limits: Limits,
    frame_length: u64,
    active_square: f64,
    tally: Tally,
    frame: Level,
}

impl Meter {
    /// A meter for one channel at `sample_rate` (in Hz, at least 100), judging by `limits`.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] if the rate is too low or a limit is out of range.
    pub fn new(sample_rate: u32, limits: Limits) -> Result<Self, LimitsError> {
        if sample_rate < FRAMES_PER_SECOND {
            return Err(LimitsError::SampleRate { got: sample_rate });
        }
        limits.check()?;
        let frame_length = u64::from(sample_rate / FRAMES_PER_SECOND);
        let active = libm::pow(10.0, f64::from(limits.active_dbfs) / 10.0);
        Ok(Self {
            sample_rate,
            limits,
            frame_length,
            active_square: active * frame_length as f64,
            tally: Tally::default(),
            frame: Level::default(),
        })
    }

    /// Measures samples that are recorded and scored as they are. NaN and infinity are
    /// counted, and measured as zero.
    pub fn push(&mut self, samples: &[f32]) {
        self.intake(samples);
        self.level(samples);
    }

    /// Counts samples as recorded, where the signal that is scored is derived from them.
    pub fn intake(&mut self, samples: &[f32]) {
        self.tally.intake.count(samples);
    }

    /// Counts samples as recorded that have been counted elsewhere.
    pub fn add_intake(&mut self, intake: &Intake) {
        self.tally.intake.add(intake);
    }

    /// Measures the signal that is scored, where it is derived from what was recorded.
    pub fn level(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = (self.frame_length - self.frame.samples) as usize;
            let (now, rest) = samples.split_at(room.min(samples.len()));
            for &sample in now {
                self.frame.sample(sample);
            }
            if self.frame.samples == self.frame_length {
                self.frame.frames = 1;
                let Level { square, sum, .. } = self.frame;
                let about_mean = (square - sum * sum / self.frame_length as f64).max(0.0);
                self.frame.active_frames = u64::from(about_mean >= self.active_square);
                self.frame.loudest_square = about_mean;
                self.tally.level.add(&self.frame);
                self.frame = Level::default();
            }
            samples = rest;
        }
    }

    /// Everything since the start, or since the last [`take`](Self::take).
    ///
    /// An unfinished frame is in the sums, but is not counted as a frame.
    pub fn tally(&self) -> Tally {
        let mut tally = self.tally;
        tally.level.add(&self.frame);
        tally
    }

    /// The tally so far, leaving an empty one. An unfinished frame stays behind, for the
    /// next tally.
    pub fn take(&mut self) -> Tally {
        core::mem::take(&mut self.tally)
    }

    /// What a tally of this meter means.
    pub fn report(&self, tally: &Tally) -> Report {
        let Tally { intake, level } = tally;
        let rate = f64::from(self.sample_rate);
        let share = |part: u64, whole: u64| part as f64 / (whole.max(1)) as f64;
        let samples = level.samples.max(1) as f64;
        Report {
            seconds: (level.samples as f64 / rate) as f32,
            active_seconds: ((level.active_frames * self.frame_length) as f64 / rate) as f32,
            peak_dbfs: decibels(f64::from(level.peak) * f64::from(level.peak)),
            rms_dbfs: decibels(level.square / samples),
            loudest_dbfs: decibels(level.loudest_square / self.frame_length as f64),
            dc: (level.sum / samples) as f32,
            zero_share: share(level.zeros, level.samples) as f32,
            clipped_share: share(intake.clipped, intake.samples) as f32,
            not_finite: intake.not_finite,
        }
    }

    /// Judges a tally of this meter.
    pub fn verdict(&self, tally: &Tally) -> Verdict {
        self.limits.verdict(&self.report(tally))
    }

    /// Forgets everything measured.
    pub fn reset(&mut self) {
        self.tally = Tally::default();
        self.frame = Level::default();
    }
}

/// 10·log10 of a mean square: 0 dBFS is a constant at full scale, a sine at full scale has
/// -3 dBFS. Never below [`QUIETEST_DBFS`], never NaN.
fn decibels(mean_square: f64) -> f32 {
    let level = 10.0 * libm::log10(mean_square);
    if level > f64::from(QUIETEST_DBFS) { level as f32 } else { QUIETEST_DBFS }
}

/// What a span of audio is like. All levels are in dBFS, -120 at the lowest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Duration.
    pub seconds: f32,
    /// Time in frames of 10 ms at or above the limit of activity.
    pub active_seconds: f32,
    /// Level of the largest sample.
    pub peak_dbfs: f32,
    /// Mean level.
    pub rms_dbfs: f32,
    /// Mean level of the loudest 10 ms, their mean taken out.
    pub loudest_dbfs: f32,
    /// Mean value, -1 to 1.
    pub dc: f32,
    /// Share of samples that are exactly zero, 0 to 1.
    pub zero_share: f32,
    /// Share of recorded samples at full scale, 0 to 1.
    pub clipped_share: f32,
    /// Recorded samples that were NaN or infinite.
    pub not_finite: u64,
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::super::Reason;
    use super::*;

    const LIMITS: Limits = Limits {
        silence_dbfs: -60.0,
        minimum_active_seconds: 0.5,
        active_dbfs: -45.0,
        maximum_clipped_share: 0.02,
    };

    fn tone(seconds: f32, amplitude: f32) -> Vec<f32> {
        (0..(seconds * 16_000.0) as usize)
            .map(|i| amplitude * libm::sinf(i as f32 * core::f32::consts::TAU / 40.0))
            .collect()
    }

    fn measure(samples: &[f32]) -> (Report, Verdict) {
        let mut meter = Meter::new(16_000, LIMITS).unwrap();
        meter.push(samples);
        (meter.report(&meter.tally()), meter.verdict(&meter.tally()))
    }

    #[test]
    fn a_tone_by_hand() {
        // Half amplitude is -6.02 dB, a sine is 3.01 dB below its peak.
        let (report, verdict) = measure(&tone(1.0, 0.5));
        assert!((report.peak_dbfs + 6.0206).abs() < 1e-3, "{report:?}");
        assert!((report.rms_dbfs + 9.0309).abs() < 1e-3, "{report:?}");
        assert!((report.loudest_dbfs + 9.0309).abs() < 1e-3, "{report:?}");
        assert_eq!((report.seconds, report.active_seconds), (1.0, 1.0));
        assert!(report.dc.abs() < 1e-6);
        assert_eq!((report.clipped_share, report.not_finite), (0.0, 0));
        assert_eq!(verdict, Verdict::Good);
    }

    #[test]
    fn activity_is_counted_in_frames() {
        let mut samples = tone(0.3, 0.1);
        samples.resize(32_000, 0.0);
        let (report, verdict) = measure(&samples);
        assert!((report.active_seconds - 0.3).abs() < 1e-6);
        assert!((report.zero_share - 0.85).abs() < 0.01);
        assert!(matches!(verdict, Verdict::Poor(Reason::TooLittleVoice { .. })));
    }

    #[test]
    fn nothing_is_measured_as_nothing() {
        let (report, verdict) = measure(&[]);
        assert_eq!(report.seconds, 0.0);
        assert_eq!((report.rms_dbfs, report.peak_dbfs), (QUIETEST_DBFS, QUIETEST_DBFS));
        assert_eq!((report.zero_share, report.clipped_share, report.dc), (0.0, 0.0, 0.0));
        assert!(matches!(verdict, Verdict::Poor(Reason::TooShort { .. })));
    }

    #[test]
    fn every_reason_can_be_given() {
        assert!(matches!(measure(&vec![0.0; 16_000]).1, Verdict::Poor(Reason::Silent { .. })));
        assert!(matches!(measure(&tone(2.0, 5e-4)).1, Verdict::Poor(Reason::Silent { .. })));
        assert!(matches!(
            measure(&tone(2.0, 3e-3)).1,
            Verdict::Poor(Reason::TooLittleVoice { .. })
        ));
        assert!(matches!(measure(&tone(0.4, 0.5)).1, Verdict::Poor(Reason::TooShort { .. })));
        let loud: Vec<f32> = tone(1.0, 4.0).iter().map(|s| s.clamp(-1.0, 1.0)).collect();
        assert!(matches!(measure(&loud).1, Verdict::Poor(Reason::Clipped { .. })));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut samples = tone(1.0, 0.5);
            samples[77] = bad;
            let (report, verdict) = measure(&samples);
            assert_eq!(verdict, Verdict::Poor(Reason::NotFinite { samples: 1 }));
            assert!(report.rms_dbfs.is_finite() && report.dc.is_finite());
        }
    }

    #[test]
    fn full_scale_of_eight_bits_is_clipped() {
        let mut intake = Intake::default();
        intake.count(&[127.0 / 128.0, -1.0, 0.98, f32::INFINITY]);
        assert_eq!(intake, Intake { samples: 4, clipped: 2, not_finite: 1 });
        assert_eq!(intake.admit(f32::MAX), LOUDEST);
        assert_eq!(intake.admit(-1.5), -1.5);
        assert_eq!(intake.admit(f32::NEG_INFINITY), 0.0);
        assert_eq!(intake, Intake { samples: 7, clipped: 4, not_finite: 2 });
    }

    #[test]
    fn rates_and_limits_are_checked() {
        assert!(matches!(Meter::new(99, LIMITS), Err(LimitsError::SampleRate { got: 99 })));
        assert!(Meter::new(16_000, Limits { active_dbfs: f32::NAN, ..LIMITS }).is_err());
    }

    #[test]
    fn a_constant_is_no_sound() {
        for level in [0.006, 0.01, 0.5] {
            let (report, verdict) = measure(&vec![level; 80_000]);
            assert_eq!(report.active_seconds, 0.0);
            assert!((report.dc - level).abs() < 1e-6);
            assert!(matches!(verdict, Verdict::Poor(Reason::Silent { .. })), "{verdict:?}");
        }
        let shifted: Vec<f32> = tone(1.0, 0.1).iter().map(|v| v + 0.05).collect();
        assert_eq!(measure(&shifted).1, Verdict::Good);
    }

    #[test]
    fn what_falls_short_never_reads_like_what_is_needed() {
        let reason = Reason::TooShort { seconds: 0.499, needed: 0.5 };
        assert_eq!(std::format!("{reason}"), "only 0.49 s long, 0.50 s needed");
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_bits(
            samples in prop::collection::vec(-1.0f32..1.0, 0..2000),
            cuts in prop::collection::vec(1usize..400, 1..50),
        ) {
            let mut whole = Meter::new(16_000, LIMITS).unwrap();
            whole.push(&samples);
            let mut parts = Meter::new(16_000, LIMITS).unwrap();
            let mut rest = samples.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                parts.push(now);
                rest = later;
            }
            prop_assert_eq!(whole.tally(), parts.tally());
        }

        #[test]
        fn tallies_of_parts_add_up(
            samples in prop::collection::vec(-1.0f32..1.0, 0..2000),
            cut in 0usize..2000,
        ) {
            let (a, b) = samples.split_at(cut.min(samples.len()));
            let mut whole = Meter::new(16_000, LIMITS).unwrap();
            whole.push(&samples);
            let mut parts = Meter::new(16_000, LIMITS).unwrap();
            parts.push(a);
            let mut sum = parts.take();
            parts.push(b);
            sum.add(&parts.tally());
            let whole = whole.tally();
            prop_assert_eq!(whole.intake, sum.intake);
            prop_assert_eq!(whole.level.samples, sum.level.samples);
            prop_assert_eq!(whole.level.active_frames, sum.level.active_frames);
            prop_assert!((whole.level.square - sum.level.square).abs() < 1e-9);
        }
    }
}
