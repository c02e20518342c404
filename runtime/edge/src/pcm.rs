//! Interleaved samples as they are recorded, and the way from them to one channel.

use core::fmt;

use dasp_sample::{Sample, ToSample};
use slap_core::quality::Intake;

/// The lowest sample rate taken, in Hz.
pub const LOWEST_RATE: u32 = 4_000;

/// The highest sample rate taken, in Hz.
pub const HIGHEST_RATE: u32 = 384_000;

/// The largest number of channels taken.
pub const MOST_CHANNELS: u16 = 32;

/// Samples, channel after channel within a frame.
#[derive(Clone, Copy, Debug)]
pub enum Pcm<'a> {
    /// Floating point, full scale at -1 and 1.
    F32(&'a [f32]),
    /// 16 bits, full scale at -32768 and 32767.
    I16(&'a [i16]),
}

impl Pcm<'_> {
    /// The number of samples, those of all channels.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(samples) => samples.len(),
            Self::I16(samples) => samples.len(),
        }
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Mixes frames from `first` on into `out`, as many as it holds or there are. Returns
    /// how many, and counts their samples in `intake`.
    pub(crate) fn mix(
        &self,
        first: usize,
        channels: u16,
        out: &mut [f32],
        intake: &mut Intake,
    ) -> usize {
        match self {
            Self::F32(samples) => mix(samples, first, channels, out, intake),
            Self::I16(samples) => mix(samples, first, channels, out, intake),
        }
    }
}

fn mix<S: Sample + ToSample<f32>>(
    samples: &[S],
    first: usize,
    channels: u16,
    out: &mut [f32],
    intake: &mut Intake,
) -> usize {
    let channels = usize::from(channels);
    let frames = samples.get(first * channels..).unwrap_or_default().chunks_exact(channels);
    let taken = frames.len().min(out.len());
    for (out, frame) in out.iter_mut().zip(frames) {
        let sum: f32 = frame.iter().map(|s| intake.admit(s.to_sample())).sum();
        *out = sum / channels as f32;
    }
    taken
}

/// How samples are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Frames in a second.
    pub rate: u32,
    /// Samples in a frame.
    pub channels: u16,
}

impl Format {
    /// Checks that this is audio that can be taken.
    ///
    /// # Errors
    ///
    /// [`FormatError::Rate`] or [`FormatError::Channels`].
    pub fn check(self) -> Result<(), FormatError> {
        check_rate(self.rate)?;
        if (1..=MOST_CHANNELS).contains(&self.channels) {
            Ok(())
        } else {
            Err(FormatError::Channels { got: self.channels })
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.channels == 1 { "" } else { "s" };
        write!(f, "{} Hz with {} channel{plural}", self.rate, self.channels)
    }
}

pub(crate) fn check_rate(got: u32) -> Result<(), FormatError> {
    if (LOWEST_RATE..=HIGHEST_RATE).contains(&got) {
        Ok(())
    } else {
        Err(FormatError::Rate { got })
    }
}

/// Why samples cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// The rate is outside [`LOWEST_RATE`] to [`HIGHEST_RATE`].
    Rate {
        /// The rate given, in Hz.
        got: u32,
    },
    /// There is no channel, or more than [`MOST_CHANNELS`].
    Channels {
        /// The number of channels given.
        got: u16,
    },
    /// The samples are not whole frames.
    Ragged {
        /// Channels in a frame.
        channels: u16,
        /// Samples given.
        got: usize,
    },
    /// The format changed within a stream.
    Changed {
        /// The format the stream began with.
        expected: Format,
        /// The format given.
        got: Format,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Rate { got } => write!(
                f,
                "the sample rate must be {LOWEST_RATE} to {HIGHEST_RATE} Hz, got {got}"
            ),
            Self::Channels { got } => {
                write!(f, "there must be 1 to {MOST_CHANNELS} channels, got {got}")
            }
            Self::Ragged { channels, got } => write!(
                f,
                "samples of {channels} channels come in multiples of {channels}, got {got}"
            ),
            Self::Changed { expected, got } => {
                write!(f, "the stream began at {expected} and cannot go on at {got}")
            }
        }
    }
}

impl core::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_become_their_mean() {
        let mut intake = Intake::default();
        let mut out = [9.0; 3];
        let stereo = [0.5f32, -0.25, 1.0, 0.0, f32::NAN, 0.5];
        assert_eq!(Pcm::F32(&stereo).mix(0, 2, &mut out, &mut intake), 3);
        assert_eq!(out, [0.125, 0.5, 0.25]);
        assert_eq!(
            intake,
            Intake { samples: 6, clipped: 1, not_finite: 1, peak: 1.0, ..Intake::default() }
        );
        assert_eq!(Pcm::F32(&stereo).mix(2, 2, &mut out, &mut intake), 1);
        assert_eq!(out[0], 0.25);
        assert_eq!(Pcm::F32(&stereo).mix(3, 2, &mut out, &mut intake), 0);
    }

    #[test]
    fn sixteen_bits_scale_to_one() {
        let mut out = [0.0; 3];
        let samples = [i16::MIN, 0, 16_384];
        Pcm::I16(&samples).mix(0, 1, &mut out, &mut Intake::default());
        assert_eq!(out, [-1.0, 0.0, 0.5]);
    }

    #[test]
    fn formats_are_checked() {
        let format = |rate, channels| Format { rate, channels };
        for good in [format(4_000, 1), format(384_000, 32)] {
            assert_eq!(good.check(), Ok(()));
        }
        assert_eq!(format(3_999, 1).check(), Err(FormatError::Rate { got: 3_999 }));
        assert_eq!(format(384_001, 1).check(), Err(FormatError::Rate { got: 384_001 }));
        assert_eq!(format(8_000, 0).check(), Err(FormatError::Channels { got: 0 }));
        assert_eq!(format(8_000, 33).check(), Err(FormatError::Channels { got: 33 }));
        assert_eq!(format(8_000, 1).to_string(), "8000 Hz with 1 channel");
    }
}
