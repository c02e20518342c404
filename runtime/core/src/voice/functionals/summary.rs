//! The statistics of a window.

use super::chain::Chain;
use super::contour::{Contour, Slopes};
use super::functional::Functional;
use super::histogram::{Histogram, Scale};
use super::moments::Moments;
use super::runs::Run;
use super::statistic::Statistic;
use super::zigzag::Move;
use crate::voice::FRAMES_PER_SECOND;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::periods::{Jitter, Shimmer};
use crate::voice::stream::Event;
use core::fmt;

/// The statistics of a window, gathered event by event.
///
/// A window has any length, and long ones are made from short ones: where the frames of a
/// window follow on those of another, [`Summary::merge`] gives what one window over both
/// would have gathered. Stretches that cross the border are joined; percentiles are the same
/// bits, means and deviations the same but for rounding. Only cycles to both sides of the
/// border are not compared, so that jitter and shimmer lack a few differences. Windows that
/// do not follow on one another may be merged as well, in any order; their stretches stay
/// apart.
///
/// Memory is fixed, below 16 KiB, however long the window is.
#[derive(Clone)]
pub struct Summary {
    frames: u64,
    voiced_frames: u64,
    creaky_frames: u64,
    /// Sum of the frames' mean squares.
    power: f64,
    voiced: [Moments; Descriptor::COUNT],
    unvoiced: [Moments; Descriptor::COUNT],
    semitones: Histogram<PITCH_BINS>,
    /// Natural logarithms.
    loudness: Histogram<LOUDNESS_BINS>,
    pitch_contour: Chain<Contour>,
    loudness_contour: Chain<Contour>,
    voiced_runs: Chain<Run>,
    unvoiced_runs: Chain<Run>,
    jitter: Jitter,
    shimmer: Shimmer,
}

/// Bins of a 32nd of a semitone, 0.18 %, from below 55 Hz to above 1000 Hz.
const PITCH_SCALE: Scale = Scale { low: 11.0, density: 32.0 };
const PITCH_BINS: usize = 52 * 32;

/// Bins of 1 % from 0.0001, far below the softest sound of 16 bits, to 100.
const LOUDNESS_SCALE: Scale = Scale { low: -9.210_34, density: 100.0 };
const LOUDNESS_BINS: usize = 1_382;

/// Half a semitone is well above what irregular cycles make of a smoothed contour.
const PITCH_MOVE: Move = Move::By(0.5);

/// What 2 dB of intensity do to loudness, which grows with its 0.33rd power: the dip between
/// syllables of de Jong and Wempe (2009).
const LOUDNESS_MOVE: Move = Move::Times(1.164);

/// The highest fundamental frequency of vocal fry, in Hz (Hollien and Michel 1968).
const HIGHEST_FRY_HZ: f32 = 78.0;

impl Summary {
    /// An empty window.
    pub fn new() -> Self {
        Self {
            frames: 0,
            voiced_frames: 0,
            creaky_frames: 0,
            power: 0.0,
            voiced: [Moments::EMPTY; Descriptor::COUNT],
            unvoiced: [Moments::EMPTY; Descriptor::COUNT],
            semitones: Histogram::new(PITCH_SCALE),
            loudness: Histogram::new(LOUDNESS_SCALE),
            pitch_contour: Chain::EMPTY,
            loudness_contour: Chain::EMPTY,
            voiced_runs: Chain::EMPTY,
            unvoiced_runs: Chain::EMPTY,
            jitter: Jitter::default(),
            shimmer: Shimmer::default(),
        }
    }

    /// Adds what a stream reports. Events come in the order of the stream.
    pub fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Mark(mark) => {
                self.jitter.add(mark);
                self.shimmer.add(mark);
            }
            Event::Frame(frame) => self.add_frame(frame),
        }
    }

    fn add_frame(&mut self, frame: &Frame) {
        let is_voiced = frame.is_voiced();
        let moments = if is_voiced { &mut self.voiced } else { &mut self.unvoiced };
        for (moments, value) in moments.iter_mut().zip(frame.values()) {
            if let Some(value) = value {
                moments.add(f64::from(*value));
            }
        }
        self.frames += 1;
        if let Some(level) = frame.get(Descriptor::Level) {
            self.power += libm::exp10(f64::from(level) / 10.0);
        }
        if let Some(pitch) = frame.get(Descriptor::Pitch) {
            self.creaky_frames += u64::from(pitch < HIGHEST_FRY_HZ);
        }
        if let Some(semitones) = frame.get(Descriptor::PitchSemitones) {
            self.semitones.add(semitones);
            let contour = Contour::of_frame(frame.index, semitones, PITCH_MOVE);
            self.pitch_contour.add(&contour);
        }
        if let Some(loudness) = frame.get(Descriptor::Loudness) {
            self.loudness.add(libm::logf(loudness.max(0.0)));
            let contour = Contour::of_frame(frame.index, loudness, LOUDNESS_MOVE);
            self.loudness_contour.add(&contour);
        }
        let run = Run::of_frame(frame.index);
        if is_voiced {
            self.voiced_frames += 1;
            self.voiced_runs.add(&run);
        } else {
            self.unvoiced_runs.add(&run);
        }
    }

    /// Adds another window: what came after this one, or another recording.
    pub fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        self.voiced_frames += other.voiced_frames;
        self.creaky_frames += other.creaky_frames;
        self.power += other.power;
        let own = self.voiced.iter_mut().chain(&mut self.unvoiced);
        for (own, theirs) in own.zip(other.voiced.iter().chain(&other.unvoiced)) {
            own.merge(theirs);
        }
        self.semitones.merge(&other.semitones);
        self.loudness.merge(&other.loudness);
        self.pitch_contour.merge(&other.pitch_contour);
        self.loudness_contour.merge(&other.loudness_contour);
        self.voiced_runs.merge(&other.voiced_runs);
        self.unvoiced_runs.merge(&other.unvoiced_runs);
        self.jitter.merge(&other.jitter);
        self.shimmer.merge(&other.shimmer);
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Frames in the window.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Frames in the window that have a pitch.
    pub fn voiced_frames(&self) -> u64 {
        self.voiced_frames
    }

    /// Length of the window, in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(FRAMES_PER_SECOND)
    }

    /// Length of its voiced frames, in seconds.
    pub fn voiced_seconds(&self) -> f64 {
        self.voiced_frames as f64 / f64::from(FRAMES_PER_SECOND)
    }

    /// The value of a functional, in its unit; `None` where it is undefined.
    pub fn get(&self, functional: Functional) -> Option<f32> {
        if let Some((descriptor, statistic)) = functional.source() {
            return self.statistic(descriptor, statistic);
        }
        match functional {
            Functional::JitterLocal => self.jitter.local(),
            Functional::JitterRap => self.jitter.rap(),
            Functional::JitterPpq5 => self.jitter.ppq5(),
            Functional::ShimmerLocalDb => self.shimmer.local_db(),
            Functional::ShimmerLocal => self.shimmer.local(),
            Functional::ShimmerApq3 => self.shimmer.apq3(),
            Functional::ShimmerApq5 => self.shimmer.apq5(),
            Functional::ShimmerApq11 => self.shimmer.apq11(),
            _ => self.of_window(functional).map(|value| value as f32),
        }
    }

    fn of_window(&self, functional: Functional) -> Option<f64> {
        let seconds = |frames: f64| frames / f64::from(FRAMES_PER_SECOND);
        let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
        let rate = |count: u64| (self.frames > 0).then(|| count as f64 / self.seconds());
        match functional {
            Functional::EquivalentLevel => {
                (self.power > 0.0).then(|| 10.0 * libm::log10(self.power / self.frames as f64))
            }
            Functional::LoudnessPeaks => rate(self.loudness_contour.totals().peaks),
            Functional::VoicedSegments => rate(self.voiced_runs.totals().count()),
            Functional::VoicedSegmentMean => self.voiced_runs.totals().mean().map(seconds),
            Functional::VoicedSegmentStd => self.voiced_runs.totals().deviation().map(seconds),
            Functional::UnvoicedSegmentMean => self.unvoiced_runs.totals().mean().map(seconds),
            Functional::UnvoicedSegmentStd => {
                self.unvoiced_runs.totals().deviation().map(seconds)
            }
            Functional::VoicedShare => share(self.voiced_frames, self.frames),
            Functional::CreakShare => share(self.creaky_frames, self.voiced_frames),
            Functional::Duration => (self.frames > 0).then(|| self.seconds()),
            _ => None,
        }
    }

    /// A statistic of a descriptor, whether or not it is a [`Functional`]; `None` where it
    /// is undefined or not known of that descriptor.
    pub fn statistic(&self, descriptor: Descriptor, statistic: Statistic) -> Option<f32> {
        let voiced = &self.voiced[descriptor as usize];
        let unvoiced = &self.unvoiced[descriptor as usize];
        // Pauses have a cepstral peak as well, but it is not the voice's.
        let whole = || match descriptor {
            Descriptor::CepstralPeakProminence => *voiced,
            _ => voiced.merged(unvoiced),
        };
        let percentile = |percent| self.percentile(descriptor, percent);
        let slopes = || self.slopes(descriptor);
        let value = match statistic {
            Statistic::Mean => whole().mean(),
            Statistic::Cv => whole().variation(),
            Statistic::P20 => return percentile(20),
            Statistic::P50 => return percentile(50),
            Statistic::P80 => return percentile(80),
            Statistic::Range => {
                let enough = voiced.count() + unvoiced.count() > 1;
                return enough.then(|| Some(percentile(80)? - percentile(20)?)).flatten();
            }
            Statistic::RisingSlopeMean => slopes()?.rising.mean(),
            Statistic::RisingSlopeStd => slopes()?.rising.deviation(),
            Statistic::FallingSlopeMean => slopes()?.falling.mean(),
            Statistic::FallingSlopeStd => slopes()?.falling.deviation(),
            Statistic::VoicedMean => voiced.mean(),
            Statistic::VoicedCv => voiced.variation(),
            Statistic::UnvoicedMean => unvoiced.mean(),
        };
        value.map(|value| value as f32)
    }

    /// How much the spectrum of voiced frames moves: the standard deviations of the four
    /// mel-frequency cepstral coefficients, averaged. `None` with fewer than two such frames.
    pub(crate) fn voiced_movement(&self) -> Option<f32> {
        use Descriptor::{Mfcc1, Mfcc2, Mfcc3, Mfcc4};
        let mut sum = 0.0;
        for descriptor in [Mfcc1, Mfcc2, Mfcc3, Mfcc4] {
            sum += self.voiced[descriptor as usize].deviation()?;
        }
        Some((sum / 4.0) as f32)
    }

    /// Mean of a descriptor, as [`Statistic::Mean`] has it, in its unit.
    pub fn mean(&self, descriptor: Descriptor) -> Option<f32> {
        self.statistic(descriptor, Statistic::Mean)
    }

    fn percentile(&self, descriptor: Descriptor, percent: u64) -> Option<f32> {
        match descriptor {
            Descriptor::PitchSemitones => self.semitones.percentile(percent),
            Descriptor::Pitch => self.semitones.percentile(percent).map(hertz),
            Descriptor::Loudness => self.loudness.percentile(percent).map(libm::expf),
            _ => None,
        }
    }

    fn slopes(&self, descriptor: Descriptor) -> Option<Slopes> {
        match descriptor {
            Descriptor::PitchSemitones => Some(self.pitch_contour.totals()),
            Descriptor::Loudness => Some(self.loudness_contour.totals()),
            _ => None,
        }
    }
}

/// The frequency of a pitch in semitones above 27.5 Hz.
fn hertz(semitones: f32) -> f32 {
    27.5 * libm::exp2f(semitones / 12.0)
}

impl Default for Summary {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary")
            .field("frames", &self.frames)
            .field("voiced_frames", &self.voiced_frames)
            .finish_non_exhaustive()
    }
}
