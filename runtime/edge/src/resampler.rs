//! From any sample rate to another, free of aliases and without a delay.

use core::fmt;

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::pcm::{FormatError, check_rate};

/// The least length of the filter, in samples of the lower of the two rates. It is what
/// decides how close to half that rate the pass band comes: within 2.2 %.
const FILTER_LENGTH: u64 = 640;

/// Resamples one channel from one fixed rate to another.
///
/// Band-limited interpolation by a windowed sinc (squared Blackman-Harris) of at least 640
/// samples at the lower of the two rates, applied in the frequency domain; what would fold
/// back is attenuated by far more than 80 dB. The filter is symmetric and its delay is
/// taken out: sample 0 of the output is at the time of sample 0 of the input, and `n` input
/// samples give `n · to / from` output samples, rounded up.
///
/// The output is the same, bit for bit, however the input is cut into pushes: the filter
/// runs on blocks counted from the start of the stream. Between equal rates samples pass
/// through untouched. Everything is allocated when the resampler is made.
///
/// ```
/// # fn main() -> Result<(), slap_edge::ResampleError> {
/// let mut resampler = slap_edge::Resampler::new(44_100, 16_000)?;
/// let mut out = Vec::new();
/// resampler.push(&[0.0; 44_100], |samples| out.extend_from_slice(samples))?;
/// resampler.finish(|samples| out.extend_from_slice(samples))?;
/// assert_eq!(out.len(), 16_000);
/// # Ok(())
/// # }
/// ```
pub struct Resampler {
    from: u32,
    to: u32,
    /// Absent between equal rates.
    filter: Option<Filter>,
    received: u64,
    given: u64,
}

struct Filter {
    fft: Fft<f32>,
    input: Vec<f32>,
    filled: usize,
    output: Vec<f32>,
    /// Output samples of the filter's delay that are still to be dropped.
    delay: usize,
}

impl Resampler {
    /// A resampler between two rates in Hz, both [`LOWEST_RATE`](crate::LOWEST_RATE) to
    /// [`HIGHEST_RATE`](crate::HIGHEST_RATE).
    ///
    /// # Errors
    ///
    /// [`ResampleError::Rate`] for a rate outside this range.
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        check_rate(from)?;
        check_rate(to)?;
        let filter = if from == to { None } else { Some(Filter::new(from, to)?) };
        Ok(Self { from, to, filter, received: 0, given: 0 })
    }

    /// The rate of the input, in Hz.
    pub fn from(&self) -> u32 {
        self.from
    }

    /// The rate of the output, in Hz.
    pub fn to(&self) -> u32 {
        self.to
    }

    /// The number of input samples that are transformed together, 1 between equal rates.
    /// Output lags behind by up to one and a half blocks.
    pub fn block_len(&self) -> usize {
        self.filter.as_ref().map_or(1, |filter| filter.input.len())
    }

    /// Takes samples and gives to `sink` whatever they complete.
    ///
    /// The samples must be finite: the filter would spread one that is not over a block.
    ///
    /// # Errors
    ///
    /// [`ResampleError::Filter`] if the filter refuses a block, which is a fault here.
    pub fn push(
        &mut self,
        mut samples: &[f32],
        mut sink: impl FnMut(&[f32]),
    ) -> Result<(), ResampleError> {
        self.received += samples.len() as u64;
        let Some(filter) = &mut self.filter else {
            self.given = self.received;
            if !samples.is_empty() {
                sink(samples);
            }
            return Ok(());
        };
        while !samples.is_empty() {
            let room = &mut filter.input[filter.filled..];
            let (now, rest) = samples.split_at(room.len().min(samples.len()));
            room[..now.len()].copy_from_slice(now);
            filter.filled += now.len();
            samples = rest;
            if filter.filled == filter.input.len() {
                let out = filter.run()?;
                self.given += out.len() as u64;
                if !out.is_empty() {
                    sink(out);
                }
            }
        }
        Ok(())
    }

    /// Ends the stream: gives what the filter still holds, and makes the resampler ready
    /// for another stream.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self, mut sink: impl FnMut(&[f32])) -> Result<(), ResampleError> {
        let expected = (self.received * u64::from(self.to)).div_ceil(u64::from(self.from));
        if let Some(filter) = &mut self.filter {
            while self.given < expected {
                let filled = filter.filled;
                filter.input[filled..].fill(0.0);
                let out = filter.run()?;
                let left = usize::try_from(expected - self.given).unwrap_or(usize::MAX);
                let out = &out[..out.len().min(left)];
                self.given += out.len() as u64;
                if !out.is_empty() {
                    sink(out);
                }
            }
        }
        self.reset();
        Ok(())
    }

    /// Forgets the stream so far.
    pub fn reset(&mut self) {
        self.received = 0;
        self.given = 0;
        if let Some(filter) = &mut self.filter {
            filter.reset();
        }
    }
}

impl fmt::Debug for Resampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resampler")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("block_len", &self.block_len())
            .field("received", &self.received)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

impl Filter {
    fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        // Blocks are whole multiples of the shortest pair of lengths in the ratio of the
        // rates. An even multiple makes both halves, and so the delay, a whole number.
        let shortest = u64::from(from / gcd(from, to));
        let wanted = (FILTER_LENGTH * u64::from(from)).div_ceil(u64::from(from.min(to)));
        let mut multiple = wanted.div_ceil(shortest);
        if multiple > 1 {
            multiple = multiple.next_multiple_of(2);
        }
        let block = usize::try_from(multiple * shortest).unwrap_or(usize::MAX);
        let fft = Fft::new_custom(
            from as usize,
            to as usize,
            block,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|error| ResampleError::Filter(error.to_string()))?;
        Ok(Self {
            input: vec![0.0; fft.input_frames_next()],
            filled: 0,
            output: vec![0.0; fft.output_frames_next()],
            delay: fft.output_delay(),
            fft,
        })
    }

    /// Filters the block and returns what remains once the delay is taken out.
    fn run(&mut self) -> Result<&[f32], ResampleError> {
        let fault = |error: &dyn fmt::Display| ResampleError::Filter(error.to_string());
        let (inputs, outputs) = (self.input.len(), self.output.len());
        let input = InterleavedSlice::new(&self.input[..], 1, inputs).map_err(|e| fault(&e))?;
        let mut output = InterleavedSlice::new_mut(&mut self.output[..], 1, outputs)
            .map_err(|e| fault(&e))?;
        self.fft.process_into_buffer(&input, &mut output, None).map_err(|e| fault(&e))?;
        self.filled = 0;
        let dropped = self.delay.min(outputs);
        self.delay -= dropped;
        Ok(&self.output[dropped..])
    }

    fn reset(&mut self) {
        self.fft.reset();
        self.filled = 0;
        self.delay = self.fft.output_delay();
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Resamples a whole clip of one channel: what a [`Resampler`] gives for it.
///
/// # Errors
///
/// [`ResampleError::Rate`] for a rate outside [`LOWEST_RATE`](crate::LOWEST_RATE) to
/// [`HIGHEST_RATE`](crate::HIGHEST_RATE), [`ResampleError::NotFinite`] for NaN or infinity.
pub fn resample(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, ResampleError> {
    if let Some(sample) = samples.iter().position(|sample| !sample.is_finite()) {
        return Err(ResampleError::NotFinite { sample });
    }
    let mut resampler = Resampler::new(from, to)?;
    let expected = (samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from));
    let mut out = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    resampler.push(samples, |samples| out.extend_from_slice(samples))?;
    resampler.finish(|samples| out.extend_from_slice(samples))?;
    Ok(out)
}

/// Why audio cannot be resampled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResampleError {
    /// A rate cannot be taken.
    Rate(FormatError),
    /// A sample is NaN or infinite.
    NotFinite {
        /// The sample, from 0.
        sample: usize,
    },
    /// The filter could not be made or run, with its own words.
    Filter(String),
}

impl fmt::Display for ResampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(error) => write!(f, "cannot resample: {error}"),
            Self::NotFinite { sample } => {
                write!(f, "cannot resample: sample {sample} is NaN or infinite")
            }
            Self::Filter(reason) => write!(f, "the resampling filter failed: {reason}"),
        }
    }
}

impl core::error::Error for ResampleError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Rate(error) => Some(error),
            _ => None,
        }
    }
}

impl From<FormatError> for ResampleError {
    fn from(error: FormatError) -> Self {
        Self::Rate(error)
    }
}

#[cfg(test)]
mod tests {
    use core::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    fn tone(hz: f64, rate: u32, samples: usize) -> Vec<f32> {
        (0..samples).map(|i| (TAU * hz * i as f64 / f64::from(rate)).sin() as f32).collect()
    }

    /// The largest magnitude away from the ends, where a clip begins and stops abruptly and
    /// so is not band-limited.
    fn peak_inside(samples: &[f32]) -> f32 {
        let margin = samples.len() / 4;
        samples[margin..samples.len() - margin].iter().fold(0.0, |m, s| m.max(s.abs()))
    }

    #[test]
    fn what_would_alias_is_gone() {
        // 10 kHz at 48 kHz would fold to 6 kHz at 16 kHz; less than -80 dB may be left.
        let out = resample(&tone(10_000.0, 48_000, 96_000), 48_000, 16_000).unwrap();
        assert!(peak_inside(&out) < 1e-4, "{}", peak_inside(&out));
        for (hz, from) in
            [(8_001.0, 48_000), (8_050.0, 44_100), (20_000.0, 44_100), (90_000.0, 192_000)]
        {
            let out = resample(&tone(hz, from, 2 * from as usize), from, 16_000).unwrap();
            assert!(peak_inside(&out) < 1e-4, "{hz} Hz: {}", peak_inside(&out));
        }
    }

    #[test]
    fn images_are_gone_and_the_pass_band_and_time_are_kept() {
        for from in [8_000, 11_025, 12_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000] {
            let hz = 0.45 * f64::from(from.min(16_000));
            let out = resample(&tone(hz, from, 2 * from as usize), from, 16_000).unwrap();
            let ideal = tone(hz, 16_000, out.len());
            let error: Vec<f32> = out.iter().zip(&ideal).map(|(a, b)| a - b).collect();
            assert!(peak_inside(&error) < 1e-4, "{from} Hz: {}", peak_inside(&error));
        }
    }

    #[test]
    fn the_ends_are_aligned_and_complete() {
        for (from, to) in [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000)] {
            for samples in [1, 2, 441, 2_000, 10_001] {
                let out = resample(&vec![0.5; samples], from, to).unwrap();
                let expected = (samples * to as usize).div_ceil(from as usize);
                assert_eq!(out.len(), expected, "{samples} samples at {from} Hz");
            }
        }
        // An impulse stays where it was: sample 3000 at 48 kHz is sample 1000 at 16 kHz.
        let mut impulse = vec![0.0; 6_000];
        impulse[3_000] = 1.0;
        let out = resample(&impulse, 48_000, 16_000).unwrap();
        let top = (0..out.len()).max_by(|&a, &b| out[a].total_cmp(&out[b])).unwrap();
        assert_eq!(top, 1_000);
        assert!((out[999] - out[1_001]).abs() < 1e-5, "the filter is symmetric");
    }

    #[test]
    fn equal_rates_pass_through() {
        let samples = tone(440.0, 16_000, 1_000);
        assert_eq!(resample(&samples, 16_000, 16_000).unwrap(), samples);
    }

    #[test]
    fn rates_with_no_common_measure_work() {
        let out = resample(&tone(440.0, 44_099, 100_000), 44_099, 16_000).unwrap();
        let ideal = tone(440.0, 16_000, out.len());
        let error: Vec<f32> = out.iter().zip(&ideal).map(|(a, b)| a - b).collect();
        assert!(peak_inside(&error) < 0.05, "{}", peak_inside(&error));
    }

    #[test]
    fn misuse_is_named() {
        assert!(matches!(Resampler::new(3_000, 16_000), Err(ResampleError::Rate(_))));
        assert!(matches!(Resampler::new(16_000, 400_000), Err(ResampleError::Rate(_))));
        assert_eq!(
            resample(&[0.0, f32::NAN], 8_000, 16_000),
            Err(ResampleError::NotFinite { sample: 1 })
        );
        assert_eq!(resample(&[], 8_000, 16_000), Ok(vec![]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_chunking_gives_the_same_bits(
            rate in prop::sample::select(
                [8_000u32, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000].as_slice()
            ),
            length in 0usize..20_000,
            cuts in prop::collection::vec(1usize..5_000, 1..20),
            earlier in 0usize..3_000,
        ) {
            let samples = tone(1_234.5, rate, length);
            let whole = resample(&samples, rate, 16_000).unwrap();
            let mut resampler = Resampler::new(rate, 16_000).unwrap();
            // What came before must not be heard after the end of its stream.
            resampler.push(&tone(99.0, rate, earlier), |_| ()).unwrap();
            resampler.finish(|_| ()).unwrap();
            let mut parts = Vec::new();
            let mut rest = samples.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                resampler.push(now, |s| parts.extend_from_slice(s)).unwrap();
                rest = later;
            }
            resampler.finish(|s| parts.extend_from_slice(s)).unwrap();
            prop_assert_eq!(whole, parts);
        }
    }
}
