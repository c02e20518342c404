//! The first stage: what each frame's autocorrelation suggests.

use super::super::plan::{PlanError, SHORT};
use super::super::sinc::{REACH, Sinc};
use super::super::vector;
use super::candidates::{Candidates, LAGS};
use super::decimate::{Decimator, Filter, HOP_OUT};
use crate::front_end::RealFft;
use core::f64::consts::PI;
use core::fmt;

/// Length of the window, in samples of the low rate: 55 ms, three periods of the floor.
const WINDOW: usize = 220;

/// Frames that the first sample of a window lies before its own hop, and more, in samples
/// of the low rate.
const BEFORE: usize = (WINDOW - HOP_OUT) / 2;

/// Hops from the end of a frame to the end of that which completes its window.
const LATE: usize = (BEFORE + Decimator::LAG_OUT).div_ceil(HOP_OUT);

/// Samples of the low rate that are kept.
const KEPT: usize = BEFORE + (LATE + 1) * HOP_OUT - Decimator::LAG_OUT;

/// The least that counts as the recent loudest: -46 dBFS. What stays 30 dB below it all
/// the time is silence.
const QUIETEST: f32 = 0.005;

/// The first bin that counts towards how loud a frame is: 172 Hz. The hum of the mains lies
/// below; a voice that is lower than that has overtones above.
const LOWEST_BIN: usize = 22;

/// What is left of the recent loudest after a frame: it falls by 2 dB a second.
const FADING: f32 = 0.997_70;

/// What all scans share: windows, tables and a transform of [`Plan::SHORT`] samples.
///
/// [`Plan::SHORT`]: super::super::Plan::SHORT
#[derive(Clone, Debug)]
pub struct ScanPlan<F> {
    fft: F,
    filter: Filter,
    window: [f32; WINDOW],
    /// What the autocorrelation is multiplied by: that of the window at lag 0, over that at
    /// the lag.
    levelling: [f32; LAGS],
    /// The sum of the squared window.
    power: f32,
    sinc: Sinc,
}

impl<F: RealFft> ScanPlan<F> {
    /// Builds the tables.
    ///
    /// # Errors
    ///
    /// [`PlanError::FftLength`] if the transform has another length than 512.
    pub fn with_transform(fft: F) -> Result<Self, PlanError> {
        if fft.length() != SHORT {
            return Err(PlanError::FftLength { expected: SHORT, got: fft.length() });
        }
        Ok(Self::build(fft))
    }

    /// Builds the tables around a transform of the right length.
    fn build(fft: F) -> Self {
        let mut exact = [0.0_f64; WINDOW];
        for (i, value) in exact.iter_mut().enumerate() {
            *value = 0.5 - 0.5 * libm::cos(2.0 * PI * (i as f64 + 0.5) / WINDOW as f64);
        }
        let correlation =
            |lag: usize| -> f64 { exact.iter().zip(&exact[lag..]).map(|(a, b)| a * b).sum() };
        let power = correlation(0);
        Self {
            fft,
            filter: Filter::new(),
            window: exact.map(|value| value as f32),
            levelling: core::array::from_fn(|lag| (power / correlation(lag)) as f32),
            power: power as f32,
            sinc: Sinc::new(),
        }
    }

    /// Starts a scan. Nothing allocates afterwards.
    pub fn scan(&self) -> Scan<F> {
        Scan {
            buffers: self.fft.buffers(),
            decimator: Decimator::new(),
            samples: [0.0; KEPT],
            loudest: QUIETEST,
            hops: 0,
        }
    }

    /// The interpolator.
    pub(in super::super) fn sinc(&self) -> &Sinc {
        &self.sinc
    }

    /// The transform.
    pub(crate) fn fft(&self) -> &F {
        &self.fft
    }
}

/// Samples at [`SAMPLE_RATE`](super::super::SAMPLE_RATE) in, per frame the candidates for
/// its pitch out: the first and cheap stage, which also serves where only "how much is
/// voiced?" is asked.
///
/// A frame is judged by 55 ms about its middle, below 2 kHz. It is silent, and thus
/// unvoiced, as far as its level above 172 Hz is 30 dB or more below the recent loudest,
/// which falls by 2 dB a second and is never taken below -46 dBFS. About 4 KiB with a transform in place.
pub struct Scan<F: RealFft> {
    buffers: F::Buffers,
    decimator: Decimator,
    samples: [f32; KEPT],
    loudest: f32,
    hops: u64,
}

impl<F: RealFft> Scan<F> {
    /// Frames that a frame's candidates come late: those of frame `i` come with the last
    /// sample of frame `i + 3`.
    pub const DELAY_FRAMES: usize = LATE;

    /// Pushes mono samples in `[-1, 1]`, in pieces of any size; what is not finite counts as
    /// zero. `sink` gets the index and the candidates of each frame that they complete.
    pub fn push(
        &mut self,
        plan: &ScanPlan<F>,
        mut samples: &[f32],
        mut sink: impl FnMut(u64, &Candidates),
    ) {
        let mut decimated = [0.0; HOP_OUT];
        while !samples.is_empty() {
            let taken = self.decimator.fill(samples);
            samples = &samples[taken..];
            if !self.decimator.ready(&plan.filter, &mut decimated) {
                return;
            }
            self.samples.copy_within(HOP_OUT.., 0);
            self.samples[KEPT - HOP_OUT..].copy_from_slice(&decimated);
            self.hops += 1;
            if let Some(frame) = (self.hops - 1).checked_sub(LATE as u64) {
                let candidates = self.judge(plan);
                sink(frame, &candidates);
            }
        }
    }

    /// Forgets all samples; the next frame has index 0.
    pub fn reset(&mut self) {
        self.decimator = Decimator::new();
        self.samples = [0.0; KEPT];
        self.loudest = QUIETEST;
        self.hops = 0;
    }

    /// The transform's buffers, for others to use between pushes.
    pub(in super::super) fn buffers(&mut self) -> &mut F::Buffers {
        &mut self.buffers
    }

    /// The candidates of the frame whose window stands first.
    fn judge(&mut self, plan: &ScanPlan<F>) -> Candidates {
        let samples = &self.samples[..WINDOW];
        let mean = vector::mean(samples);
        let input = plan.fft.input(&mut self.buffers);
        let (head, rest) = input.split_at_mut(WINDOW);
        for ((out, sample), weight) in head.iter_mut().zip(samples).zip(&plan.window) {
            *out = (sample - mean) * weight;
        }
        rest.fill(0.0);
        let mut spectrum = [0.0; SHORT / 2 + 1];
        plan.fft.power(&mut self.buffers, &mut spectrum);
        // Each of these bins stands for itself and its mirror image.
        let upper = 2.0 * spectrum[LOWEST_BIN..].iter().sum::<f32>() / SHORT as f32;
        let level = libm::sqrtf((upper / plan.power).max(0.0));
        self.loudest = (self.loudest * FADING).max(level).max(QUIETEST);

        let input = plan.fft.input(&mut self.buffers);
        input[..=SHORT / 2].copy_from_slice(&spectrum);
        for (out, power) in input[SHORT / 2..].iter_mut().zip(spectrum.iter().rev()) {
            *out = *power;
        }
        plan.fft.real(&mut self.buffers, &mut spectrum);

        // The transform there and back multiplies by its length.
        let energy = spectrum[0] / SHORT as f32;
        if energy < f32::EPSILON * f32::EPSILON * plan.power {
            return Candidates::SILENT;
        }
        let mut correlation = [0.0; REACH + LAGS];
        let scale = 1.0 / spectrum[0];
        for (lag, levelling) in plan.levelling.iter().enumerate() {
            correlation[REACH + lag] = spectrum[lag] * scale * levelling;
        }
        for lag in 1..=REACH {
            correlation[REACH - lag] = correlation[REACH + lag];
        }
        Candidates::pick(&correlation, &plan.sinc, level / self.loudest)
    }
}

impl<F: RealFft> fmt::Debug for Scan<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("hops", &self.hops).finish_non_exhaustive()
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::{SHORT, Scan, ScanPlan};
    use crate::front_end::StdFft;

    /// A plan of scans whose transform is realfft's.
    pub type StdScanPlan = ScanPlan<StdFft>;

    impl StdScanPlan {
        /// Builds the tables; the transform's memory is taken from the heap.
        pub fn new() -> Self {
            Self::build(StdFft::new(SHORT))
        }
    }

    impl Default for StdScanPlan {
        fn default() -> Self {
            Self::new()
        }
    }

    /// A scan whose transform is realfft's.
    pub type StdScan = Scan<StdFft>;
}
#[cfg(feature = "std")]
pub use on_heap::{StdScan, StdScanPlan};

#[cfg(test)]
#[cfg(feature = "std")]
mod tests {
    extern crate std;

    use super::*;
    use crate::voice::SAMPLE_RATE;
    use core::f32::consts::TAU;
    use std::vec::Vec;

    /// What the scan says of each frame: the frequency of the strongest, if voiced.
    fn scan(samples: impl Iterator<Item = f32>) -> Vec<Option<f32>> {
        let plan = StdScanPlan::new();
        let mut found = Vec::new();
        let samples: Vec<f32> = samples.collect();
        plan.scan().push(&plan, &samples, |frame, candidates| {
            assert_eq!(frame, found.len() as u64);
            found.push(candidates.best().map(|best| best.frequency_hz));
        });
        found
    }

    fn seconds(t: usize) -> f32 {
        t as f32 / SAMPLE_RATE as f32
    }

    #[test]
    fn tones_of_the_whole_range() {
        for hz in [56.0, 75.0, 110.0, 233.3, 440.0, 612.0, 777.7, 905.0, 990.0] {
            // A pure tone as low as hum counts as hum; a voice has overtones.
            let overtones = |t| -> f32 {
                (1..=5).map(|k| libm::sinf(TAU * hz * k as f32 * seconds(t)) / k as f32).sum()
            };
            let found = scan((0..8_000).map(|t| 0.1 * overtones(t)));
            assert_eq!(found.len(), 50 - LATE);
            for found in &found[5..] {
                let found = found.unwrap_or(0.0);
                assert!((found / hz - 1.0).abs() < 0.01, "{hz} Hz, found {found}");
            }
        }
    }

    #[test]
    fn silence_and_hum_have_no_pitch() {
        assert!(scan((0..8_000).map(|_| 0.0)).iter().all(Option::is_none));
        assert!(scan((0..8_000).map(|_| 0.3)).iter().all(Option::is_none));
        for hz in [50.0, 60.0] {
            let hum = (0..8_000).map(|t| 0.1 * libm::sinf(TAU * hz * seconds(t)));
            // The first windows hold its beginning, which is no hum.
            assert!(scan(hum).iter().skip(3).all(Option::is_none), "{hz} Hz");
        }
    }

    #[test]
    fn pieces_make_no_difference_and_bad_samples_do_no_harm() {
        let samples: Vec<f32> = (0..4_000)
            .map(|t| match t % 977 {
                3 => f32::NAN,
                4 => f32::INFINITY,
                5 => -3e38,
                _ => libm::sinf(TAU * 200.0 * seconds(t)),
            })
            .collect();
        let plan = StdScanPlan::new();
        let mut whole = Vec::new();
        let mut scan = plan.scan();
        scan.push(&plan, &samples, |_, candidates| whole.push(*candidates));
        assert!(whole.iter().flat_map(|c| c.as_slice()).all(|c| c.strength.is_finite()));
        scan.reset();
        let mut pieces = Vec::new();
        for piece in samples.chunks(37) {
            scan.push(&plan, piece, |_, candidates| pieces.push(*candidates));
        }
        assert_eq!(whole, pieces);
    }
}
