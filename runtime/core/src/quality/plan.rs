//! What all meters of a kind share.

use core::fmt;

use super::report::{QUIETEST_DBFS, decibels};
use super::{Limits, LimitsError, Meter, Report, Tally, Verdict};
use crate::front_end::RealFft;
use crate::voice;
use crate::voice::pitch::ScanPlan;
use core::f64::consts::PI;

/// Frames in a second: activity is decided every 10 ms.
const FRAMES_PER_SECOND: u32 = 100;

/// Length of the transform, in samples: that of the pitch scan, which shares it.
pub(super) const FFT_LENGTH: usize = 512;

/// Limits, tables and the transform. Immutable and shared; every stream of audio has a
/// [`Meter`] of its own.
#[derive(Clone, Debug)]
pub struct Plan<F> {
    pub(super) scan: ScanPlan<F>,
    /// The rising half of a Hann window.
    pub(super) half_window: [f32; FFT_LENGTH / 2],
    /// Turns the power of a frame's spectrum into the mean square of its samples.
    power_scale: f64,
    pub(super) frame_length: u64,
    pub(super) active_square: f64,
    pub(super) silent_square: f64,
    sample_rate: u32,
    limits: Limits,
}

impl<F: RealFft> Plan<F> {
    /// Length of the transform, in samples.
    pub const FFT: usize = FFT_LENGTH;

    /// A plan for one channel at `sample_rate` (in Hz, at least 100), judging by `limits`,
    /// with a transform of [`FFT`](Self::FFT) samples.
    ///
    /// Voiced seconds are counted at 16 kHz only.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if the rate is too low, a limit is out of range or the transform has
    /// another length.
    pub fn with_transform(sample_rate: u32, limits: Limits, fft: F) -> Result<Self, PlanError> {
        if sample_rate < FRAMES_PER_SECOND {
            return Err(PlanError::SampleRate { got: sample_rate });
        }
        let (expected, got) = (Self::FFT, fft.length());
        let scan = ScanPlan::with_transform(fft)
            .map_err(|_| PlanError::FftLength { expected, got })?;
        limits.check().map_err(PlanError::Limits)?;
        let frame_length = u64::from(sample_rate / FRAMES_PER_SECOND);
        let square = |dbfs: f32| libm::exp10(f64::from(dbfs) / 10.0) * frame_length as f64;
        let window =
            |i: usize| 0.5 - 0.5 * libm::cos(2.0 * PI * (i as f64 + 0.5) / FFT_LENGTH as f64);
        let half_window: [f32; FFT_LENGTH / 2] = core::array::from_fn(|i| window(i) as f32);
        let energy: f64 = (0..FFT_LENGTH).map(|i| window(i) * window(i)).sum();
        Ok(Self {
            scan,
            half_window,
            power_scale: 2.0 / (FFT_LENGTH as f64 * energy),
            frame_length,
            active_square: square(limits.active_dbfs),
            silent_square: square(QUIETEST_DBFS),
            sample_rate,
            limits,
        })
    }

    /// Starts a stream. Nothing allocates afterwards.
    pub fn meter(&self) -> Meter<F> {
        Meter::new(self)
    }

    /// What is judged by.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The rate of the samples, in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// Whether meters count voiced frames.
    pub(super) fn looks_for_pitch(&self) -> bool {
        self.sample_rate == voice::SAMPLE_RATE
    }

    /// What a tally of this plan's meters means.
    pub fn report(&self, tally: &Tally) -> Report {
        let Tally { intake, level, levels, spectrum } = tally;
        let rate = f64::from(self.sample_rate);
        let share = |part: u64, whole: u64| part as f64 / (whole.max(1)) as f64;
        let samples = level.samples.max(1) as f64;
        // As recorded: a resampler overshoots where a signal was cut off.
        let peak = f64::from(if intake.samples > 0 { intake.peak } else { level.peak });
        Report {
            seconds: (level.samples as f64 / rate) as f32,
            active_seconds: ((level.active_frames * self.frame_length) as f64 / rate) as f32,
            voiced_seconds: self
                .looks_for_pitch()
                .then(|| ((levels.voiced() * self.frame_length) as f64 / rate) as f32),
            peak_dbfs: decibels(peak * peak),
            rms_dbfs: decibels(level.square / samples),
            loudest_dbfs: decibels(level.loudest_square / self.frame_length as f64),
            dc: (level.sum / samples) as f32,
            zero_share: share(level.zeros, level.samples) as f32,
            silent_share: share(level.silent_frames, level.frames) as f32,
            clipped_share: share(intake.clipped, intake.samples) as f32,
            not_finite: intake.not_finite,
            dropouts: intake.dropouts,
            dropout_seconds: (intake.dropout_microseconds as f64 / 1e6) as f32,
            snr_db: levels.snr_db(),
            bandwidth_hz: spectrum.bandwidth_hz(self.power_scale, self.sample_rate),
        }
    }

    /// Judges a tally of this plan's meters.
    pub fn verdict(&self, tally: &Tally) -> Verdict {
        self.limits.verdict(&self.report(tally))
    }
}

/// Why a recording's quality cannot be measured as asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlanError {
    /// The sample rate cannot hold frames of 10 ms.
    SampleRate {
        /// The rate given, in Hz.
        got: u32,
    },
    /// The transform has another length than is needed.
    FftLength {
        /// The length needed, in samples.
        expected: usize,
        /// The length given.
        got: usize,
    },
    /// A limit is out of range.
    Limits(LimitsError),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SampleRate { got } => {
                write!(f, "the sample rate must be at least 100 Hz, got {got}")
            }
            Self::FftLength { expected, got } => {
                write!(f, "the transform must have {expected} samples, got {got}")
            }
            Self::Limits(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Limits(error) => Some(error),
            Self::SampleRate { .. } | Self::FftLength { .. } => None,
        }
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::{FFT_LENGTH, Limits, Plan, PlanError};
    use crate::front_end::StdFft;

    /// A plan whose transform is realfft's.
    pub type StdPlan = Plan<StdFft>;

    impl StdPlan {
        /// A plan for one channel at `sample_rate` (in Hz, at least 100), judging by
        /// `limits`. The transform's memory is taken from the heap.
        ///
        /// # Errors
        ///
        /// [`PlanError`] if the rate is too low or a limit is out of range.
        pub fn new(sample_rate: u32, limits: Limits) -> Result<Self, PlanError> {
            Self::with_transform(sample_rate, limits, StdFft::new(FFT_LENGTH))
        }
    }
}
#[cfg(feature = "std")]
pub use on_heap::StdPlan;
