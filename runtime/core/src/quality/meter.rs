//! Measuring the samples as they come.

use super::plan::FFT_LENGTH;
use super::snr::Levels;
use super::{Dropouts, Intake, Level, Plan, Tally};
use crate::front_end::RealFft;
use crate::voice::pitch::Scan;
use core::fmt;

/// The spectrum is taken once in so many frames: of a mean nothing is gained by more.
const SPECTRUM_EVERY: u64 = 4;

/// Room for the levels of frames whose voicing is not known yet.
const PENDING: usize = 8;

/// Stands for the level of a frame of digital silence, which says nothing of the noise.
const NO_LEVEL: u8 = u8::MAX;

/// Measures a stream of samples in -1 to 1. Every call takes the [`Plan`] that the meter
/// was made from.
///
/// The result is the same, bit for bit, however the stream is cut into slices: sums are
/// made sample by sample within frames of 10 ms, and frame by frame. Nothing allocates.
pub struct Meter<F: RealFft> {
    buffers: F::Buffers,
    scan: Scan<F>,
    dropouts: Dropouts,
    /// The latest samples, a ring.
    latest: [f32; FFT_LENGTH],
    place: usize,
    power: [f32; FFT_LENGTH / 2 + 1],
    pending: [u8; PENDING],
    /// Frames since the stream began.
    frames: u64,
    was_active: bool,
    tally: Tally,
    frame: Level,
}

impl<F: RealFft> Meter<F> {
    pub(super) fn new(plan: &Plan<F>) -> Self {
        // Frames whose voicing is due must find their place still theirs.
        const { assert!(Scan::<F>::DELAY_FRAMES < PENDING) };
        Self {
            buffers: plan.scan.fft().buffers(),
            scan: plan.scan.scan(),
            dropouts: Dropouts::new(plan.sample_rate()),
            latest: [0.0; FFT_LENGTH],
            place: 0,
            power: [0.0; FFT_LENGTH / 2 + 1],
            pending: [NO_LEVEL; PENDING],
            frames: 0,
            was_active: false,
            tally: Tally::new(),
            frame: Level::default(),
        }
    }

    /// Measures samples that are recorded and scored as they are. NaN and infinity are
    /// counted, and measured as zero.
    pub fn push(&mut self, plan: &Plan<F>, samples: &[f32]) {
        let mut finite = [0.0; 64];
        for samples in samples.chunks(finite.len()) {
            for (finite, &sample) in finite.iter_mut().zip(samples) {
                *finite = self.tally.intake.admit(sample);
            }
            let finite = &finite[..samples.len()];
            self.dropouts.push(finite, &mut self.tally.intake);
            self.level(plan, finite);
        }
    }

    /// Adds what was counted in the samples as recorded, where the signal that is scored
    /// is derived from them.
    pub fn add_intake(&mut self, intake: &Intake) {
        self.tally.intake.add(intake);
    }

    /// Measures the signal that is scored, where it is derived from what was recorded.
    /// NaN and infinity are measured as zero.
    pub fn level(&mut self, plan: &Plan<F>, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = (plan.frame_length - self.frame.samples) as usize;
            let (now, rest) = samples.split_at(room.min(samples.len()));
            for &sample in now {
                let sample = if sample.is_finite() { sample } else { 0.0 };
                self.frame.sample(sample);
                self.latest[self.place] = sample;
                self.place = (self.place + 1) % FFT_LENGTH;
            }
            let complete = self.frame.samples == plan.frame_length;
            if complete {
                self.complete_frame(plan);
            }
            if plan.looks_for_pitch() {
                let Self { scan, tally, pending, .. } = self;
                scan.push(&plan.scan, now, |frame, candidates| {
                    let bin = pending[frame as usize % PENDING];
                    if bin != NO_LEVEL {
                        tally.levels.count(bin, candidates.is_voiced());
                    }
                });
            }
            samples = rest;
        }
    }

    fn complete_frame(&mut self, plan: &Plan<F>) {
        let Level { square, sum, .. } = self.frame;
        let length = plan.frame_length as f64;
        let about_mean = (square - sum * sum / length).max(0.0);
        let is_active = about_mean >= plan.active_square;
        let is_silent = about_mean <= plan.silent_square;
        self.frame.frames = 1;
        self.frame.active_frames = u64::from(is_active);
        self.frame.silent_frames = u64::from(is_silent);
        self.frame.loudest_square = about_mean;
        self.tally.level.add(&self.frame);
        self.frame = Level::default();

        let bin = if is_silent { NO_LEVEL } else { Levels::bin(about_mean / length) };
        if plan.looks_for_pitch() {
            self.pending[self.frames as usize % PENDING] = bin;
        } else if bin != NO_LEVEL {
            self.tally.levels.count(bin, false);
        }
        self.frames += 1;
        // At 16 kHz the window's middle lies in the frame before this one.
        if self.frames.is_multiple_of(SPECTRUM_EVERY) && self.was_active {
            self.take_spectrum(plan);
        }
        self.was_active = is_active;
    }

    fn take_spectrum(&mut self, plan: &Plan<F>) {
        let fft = plan.scan.fft();
        let input = fft.input(&mut self.buffers);
        let (later, earlier) = self.latest.split_at(self.place);
        let half = &plan.half_window;
        let window = half.iter().chain(half.iter().rev());
        for ((out, sample), weight) in
            input.iter_mut().zip(earlier.iter().chain(later)).zip(window)
        {
            *out = sample * weight;
        }
        fft.power(&mut self.buffers, &mut self.power);
        self.tally.spectrum.count(&self.power);
    }

    /// Ends the stream: settles whether the last frames are voiced. Afterwards only
    /// [`tally`](Self::tally), [`take`](Self::take) and [`reset`](Self::reset) are of use.
    pub fn finish(&mut self, plan: &Plan<F>) {
        if !plan.looks_for_pitch() {
            return;
        }
        let end = self.frames;
        let silence = [0.0; 64];
        let Self { scan, tally, pending, .. } = self;
        let rest = plan.frame_length * (Scan::<F>::DELAY_FRAMES as u64 + 1);
        for _ in 0..rest.div_ceil(silence.len() as u64) {
            scan.push(&plan.scan, &silence, |frame, candidates| {
                let bin = pending[frame as usize % PENDING];
                if frame < end && bin != NO_LEVEL {
                    tally.levels.count(bin, candidates.is_voiced());
                }
            });
        }
    }

    /// Everything since the start, or since the last [`take`](Self::take).
    ///
    /// An unfinished frame is in the sums, but is not counted as a frame. Whether a frame
    /// is voiced, and how loud it is compared with others, is known 30 ms after its end.
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

    /// Forgets everything measured.
    pub fn reset(&mut self) {
        self.scan.reset();
        self.dropouts.reset();
        self.latest = [0.0; FFT_LENGTH];
        self.place = 0;
        self.pending = [NO_LEVEL; PENDING];
        self.frames = 0;
        self.was_active = false;
        self.tally = Tally::new();
        self.frame = Level::default();
    }
}

impl<F: RealFft> fmt::Debug for Meter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("tally", &self.tally).finish_non_exhaustive()
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::Meter;
    use crate::front_end::StdFft;

    /// A meter whose transform is realfft's.
    pub type StdMeter = Meter<StdFft>;
}
#[cfg(feature = "std")]
pub use on_heap::StdMeter;

#[cfg(test)]
#[cfg(feature = "std")]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::super::*;

    const BOUNDS: Bounds = Bounds::new(-60.0, 0.5, 0.02);
    const LIMITS: Limits = Limits { active_dbfs: -45.0, usable: BOUNDS, good: BOUNDS };

    fn tone(seconds: f32, amplitude: f32) -> Vec<f32> {
        (0..(seconds * 16_000.0) as usize)
            .map(|i| amplitude * libm::sinf(i as f32 * core::f32::consts::TAU / 40.0))
            .collect()
    }

    fn measure(samples: &[f32]) -> (Report, Verdict) {
        let plan = StdPlan::new(16_000, LIMITS).unwrap();
        let mut meter = plan.meter();
        meter.push(&plan, samples);
        meter.finish(&plan);
        (plan.report(&meter.tally()), plan.verdict(&meter.tally()))
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
        assert_eq!(verdict, Verdict::GOOD);
    }

    #[test]
    fn activity_is_counted_in_frames() {
        let mut samples = tone(0.3, 0.1);
        samples.resize(32_000, 0.0);
        let (report, verdict) = measure(&samples);
        assert!((report.active_seconds - 0.3).abs() < 1e-6);
        assert!((report.zero_share - 0.85).abs() < 0.01);
        assert!(matches!(verdict.reasons(), [Reason::LittleSound { .. }]));
    }

    #[test]
    fn nothing_is_measured_as_nothing() {
        let (report, verdict) = measure(&[]);
        assert_eq!(report.seconds, 0.0);
        assert_eq!((report.rms_dbfs, report.peak_dbfs), (QUIETEST_DBFS, QUIETEST_DBFS));
        assert_eq!((report.zero_share, report.clipped_share, report.dc), (0.0, 0.0, 0.0));
        assert!(matches!(verdict.reasons(), [Reason::TooShort { .. }]));
    }

    #[test]
    fn every_reason_can_be_given() {
        assert!(matches!(measure(&vec![0.0; 16_000]).1.reasons(), [Reason::Silent { .. }]));
        assert!(matches!(measure(&tone(2.0, 5e-4)).1.reasons(), [Reason::Silent { .. }]));
        assert!(matches!(measure(&tone(2.0, 3e-3)).1.reasons(), [Reason::LittleSound { .. }]));
        assert!(matches!(measure(&tone(0.4, 0.5)).1.reasons(), [Reason::TooShort { .. }]));
        let loud: Vec<f32> = tone(1.0, 4.0).iter().map(|s| s.clamp(-1.0, 1.0)).collect();
        assert!(matches!(measure(&loud).1.reasons(), [Reason::Clipped { .. }]));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut samples = tone(1.0, 0.5);
            samples[77] = bad;
            let (report, verdict) = measure(&samples);
            assert_eq!(verdict, Verdict::poor(Reason::NotFinite { samples: 1 }));
            assert!(report.rms_dbfs.is_finite() && report.dc.is_finite());
        }
    }

    #[test]
    fn full_scale_of_eight_bits_is_clipped() {
        let mut intake = Intake::default();
        intake.count(&[127.0 / 128.0, -1.0, 0.98, f32::INFINITY]);
        assert_eq!(
            intake,
            Intake { samples: 4, clipped: 2, not_finite: 1, peak: 1.0, ..Intake::default() }
        );
        assert_eq!(intake.admit(f32::MAX), LOUDEST);
        assert_eq!(intake.admit(-1.5), -1.5);
        assert_eq!(intake.admit(f32::NEG_INFINITY), 0.0);
        assert_eq!(
            intake,
            Intake {
                samples: 7,
                clipped: 4,
                not_finite: 2,
                peak: LOUDEST,
                ..Intake::default()
            }
        );
    }

    #[test]
    fn rates_and_limits_are_checked() {
        assert_eq!(StdPlan::new(99, LIMITS).unwrap_err(), PlanError::SampleRate { got: 99 });
        let limits = Limits { active_dbfs: f32::NAN, ..LIMITS };
        assert!(matches!(StdPlan::new(16_000, limits), Err(PlanError::Limits(_))));
        assert!(matches!(
            StdPlan::with_transform(16_000, LIMITS, crate::front_end::StdFft::new(256)),
            Err(PlanError::FftLength { expected: 512, got: 256 })
        ));
    }

    #[test]
    fn a_constant_is_no_sound() {
        for level in [0.006, 0.01, 0.5] {
            let (report, verdict) = measure(&vec![level; 80_000]);
            assert_eq!(report.active_seconds, 0.0);
            assert!((report.dc - level).abs() < 1e-6);
            assert!(matches!(verdict.reasons(), [Reason::Silent { .. }]), "{verdict:?}");
        }
        let shifted: Vec<f32> = tone(1.0, 0.1).iter().map(|v| v + 0.05).collect();
        assert_eq!(measure(&shifted).1, Verdict::GOOD);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_bits(
            samples in prop::collection::vec(-1.0f32..1.0, 0..2000),
            cuts in prop::collection::vec(1usize..400, 1..50),
        ) {
            let plan = StdPlan::new(16_000, LIMITS).unwrap();
            let mut whole = plan.meter();
            whole.push(&plan, &samples);
            let mut parts = plan.meter();
            let mut rest = samples.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                parts.push(&plan, now);
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
            let plan = StdPlan::new(16_000, LIMITS).unwrap();
            let mut whole = plan.meter();
            whole.push(&plan, &samples);
            let mut parts = plan.meter();
            parts.push(&plan, a);
            let mut sum = parts.take();
            parts.push(&plan, b);
            sum.add(&parts.tally());
            let whole = whole.tally();
            prop_assert_eq!(whole.intake, sum.intake);
            prop_assert_eq!(whole.level.samples, sum.level.samples);
            prop_assert_eq!(whole.level.active_frames, sum.level.active_frames);
            prop_assert!((whole.level.square - sum.level.square).abs() < 1e-9);
        }
    }
}
