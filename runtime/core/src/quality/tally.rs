//! Counts and sums over a span of audio.

use core::fmt;

use super::bandwidth::Spectrum;
use super::snr::Levels;

/// The magnitude from which a sample counts as clipped.
///
/// Below 1 because the largest value of an integer format is: 127/128 in 8 bits.
pub const FULL_SCALE: f32 = 0.99;

/// The largest magnitude that goes on to be processed, 36 dB above full scale.
///
/// A float file may well exceed 1, but one absurd value would reach infinity once squared
/// and spoil everything near it.
pub const LOUDEST: f32 = 64.0;

/// What can only be seen in the samples as they were recorded: mixing channels hides a
/// clipped one, resampling rounds off what was cut flat, and one NaN spoils its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Intake {
    /// Samples counted, those of every channel.
    pub samples: u64,
    /// Samples at or above [`FULL_SCALE`].
    pub clipped: u64,
    /// Samples that were NaN or infinite.
    pub not_finite: u64,
    /// The largest magnitude of a finite sample, [`LOUDEST`] at most.
    pub peak: f32,
    /// How often sound breaks off and comes back, as [`Dropouts`](super::Dropouts) finds
    /// it.
    pub dropouts: u64,
    /// For how long altogether, in microseconds.
    pub dropout_microseconds: u64,
}

impl Intake {
    const NONE: Self = Self {
        samples: 0,
        clipped: 0,
        not_finite: 0,
        peak: 0.0,
        dropouts: 0,
        dropout_microseconds: 0,
    };

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
        let sample = if finite { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 };
        self.peak = self.peak.max(sample.abs());
        sample
    }

    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.clipped += other.clipped;
        self.not_finite += other.not_finite;
        self.peak = self.peak.max(other.peak);
        self.dropouts += other.dropouts;
        self.dropout_microseconds += other.dropout_microseconds;
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
    /// Those that are digital silence: their level, without their mean, is below -120 dBFS.
    pub silent_frames: u64,
    /// The largest sum of squares of one frame about its mean: a constant is no sound.
    pub loudest_square: f64,
}

impl Level {
    const NONE: Self = Self {
        samples: 0,
        zeros: 0,
        peak: 0.0,
        sum: 0.0,
        square: 0.0,
        frames: 0,
        active_frames: 0,
        silent_frames: 0,
        loudest_square: 0.0,
    };

    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.zeros += other.zeros;
        self.peak = self.peak.max(other.peak);
        self.sum += other.sum;
        self.square += other.square;
        self.frames += other.frames;
        self.active_frames += other.active_frames;
        self.silent_frames += other.silent_frames;
        self.loudest_square = self.loudest_square.max(other.loudest_square);
    }

    /// Counts a finite sample.
    #[inline]
    pub(super) fn sample(&mut self, sample: f32) {
        self.zeros += u64::from(sample == 0.0);
        self.peak = self.peak.max(sample.abs());
        self.sum += f64::from(sample);
        self.square += f64::from(sample) * f64::from(sample);
        self.samples += 1;
    }
}

/// Counts and sums over a span of audio. Tallies of neighbouring spans add up to that of
/// the whole. It takes 1.5 KiB.
#[derive(Clone, Copy, PartialEq)]
pub struct Tally {
    /// The samples as they were recorded.
    pub intake: Intake,
    /// The signal that is scored.
    pub level: Level,
    pub(super) levels: Levels,
    pub(super) spectrum: Spectrum,
}

impl Tally {
    /// Nothing heard.
    pub const fn new() -> Self {
        Self {
            intake: Intake::NONE,
            level: Level::NONE,
            levels: Levels::EMPTY,
            spectrum: Spectrum::EMPTY,
        }
    }

    /// Adds the counts of another span.
    pub fn add(&mut self, other: &Self) {
        self.intake.add(&other.intake);
        self.level.add(&other.level);
        self.levels.add(&other.levels);
        self.spectrum.add(&other.spectrum);
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { intake, level, .. } = self;
        f.debug_struct("Tally")
            .field("intake", intake)
            .field("level", level)
            .finish_non_exhaustive()
    }
}
