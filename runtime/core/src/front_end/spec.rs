//! What a front end computes, stated completely.

use core::fmt;

/// The most mel bands that a front end may have.
///
/// Published towers use 40 to 128.
pub const MAX_BANDS: usize = 128;

/// Bounds of factors and divisors. Published front ends stay far inside; beyond, every
/// frame comes out the same and a tower answers confidently about nothing.
const SMALLEST: f32 = 1e-6;
const LARGEST: f32 = 1e6;

/// Every convention of a log-mel front end. There are no defaults: a bundle's
/// manifest states each field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrontEndSpec {
    /// Samples per second, in Hz: 4,000 to 384,000.
    pub sample_rate: u32,
    /// Length of the tapered frame, in samples; at most `fft_length`.
    pub frame_length: usize,
    /// Distance between the beginnings of neighbouring frames, in samples.
    pub hop_length: usize,
    /// Length of the transform, in samples; even, at most 16,384. A shorter
    /// frame is padded with zeros.
    pub fft_length: usize,
    /// Where frames begin and what lies beyond the clip's edges.
    pub framing: Framing,
    /// The taper.
    pub window: Window,
    /// Factor on every sample: 1, or 32,768 where a tower was trained on
    /// 16-bit integers.
    pub input_scale: f32,
    /// Whether each frame's mean is subtracted before anything else (Kaldi).
    pub remove_dc: bool,
    /// Pre-emphasis coefficient `c` of `y[i] = x[i] - c x[i - 1]`, applied
    /// within each frame with `x[-1] = x[0]` (Kaldi); 0 for none.
    pub pre_emphasis: f32,
    /// What the mel filters sum up.
    pub spectrum: Spectrum,
    /// The mel scale on which the filters are placed.
    pub mel_scale: MelScale,
    /// The filters' scaling.
    pub mel_norm: MelNorm,
    /// Number of mel bands, 1 to [`MAX_BANDS`].
    pub bands: usize,
    /// Lower edge of the lowest filter, in Hz.
    pub low_hz: f32,
    /// Upper edge of the highest filter, in Hz; at most half the sample rate.
    pub high_hz: f32,
    /// The logarithm.
    pub log: Log,
    /// Smallest energy that the logarithm sees; how, `log_floor_mode` says.
    pub log_floor: f32,
    /// How `log_floor` bounds the energy.
    pub log_floor_mode: LogFloor,
    /// What happens to the log-mel values last.
    pub normalise: Normalise,
}

/// Where frames begin and what lies beyond the clip's edges. With `N` samples,
/// hop `H`, frame length `L` and transform length `F`:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Only whole frames: `1 + (N - L) / H` of them, frame `t` begins at
    /// `t H` (Kaldi with snipped edges; SeamlessM4T; AST).
    Snip,
    /// Frame `t` is centred at `t H`; `1 + N / H` frames; the clip is
    /// reflected at its first and last sample, which are not repeated
    /// (torchaudio, CLAP).
    CentreReflect,
    /// Like [`Framing::CentreReflect`], without the last frame: `N / H` frames
    /// (Whisper).
    CentreReflectFloor,
    /// Like [`Framing::CentreReflect`], with zeros beyond the edges (librosa).
    CentreZero,
    /// Frame `t` is centred at `t H + H / 2`; `(N + H / 2) / H` frames; the
    /// clip is mirrored at its edges, the first and last sample repeated
    /// (Kaldi without snipped edges; CLSP).
    Mirror,
}

/// The taper of a frame of `L` samples, `0 <= i < L`. The symmetric forms
/// divide by `L - 1`, the others by `L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// `0.5 - 0.5 cos(2 pi i / L)`.
    Hann,
    /// `0.5 - 0.5 cos(2 pi i / (L - 1))`.
    HannSymmetric,
    /// `0.54 - 0.46 cos(2 pi i / L)`.
    Hamming,
    /// `0.54 - 0.46 cos(2 pi i / (L - 1))`.
    HammingSymmetric,
    /// `(0.5 - 0.5 cos(2 pi i / (L - 1)))^0.85` (Kaldi).
    Povey,
    /// 1.
    Rectangular,
}

/// What the mel filters sum up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spectrum {
    /// `|X[k]|^2`.
    Power,
    /// `|X[k]|`.
    Magnitude,
}

/// The mel scale on which the filters are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MelScale {
    /// `2595 log10(1 + f / 700)`, triangles straight in Hz (O'Shaughnessy
    /// 1987; HTK; torchaudio's default).
    Htk,
    /// Linear below 1 kHz, logarithmic above, triangles straight in Hz
    /// (Slaney 1998, Auditory Toolbox; librosa's default).
    Slaney,
    /// `1127 ln(1 + f / 700)`, triangles straight in mel (Kaldi).
    Kaldi,
}

/// The filters' scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MelNorm {
    /// Peak 1.
    None,
    /// Area 1 in Hz: each filter times `2 / (right edge - left edge)`.
    Slaney,
}

/// The logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Natural logarithm.
    Ln,
    /// Decimal logarithm.
    Log10,
    /// `10 log10`: decibels of a power.
    Decibel,
}

/// How the floor bounds the energy under the logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFloor {
    /// `log(max(energy, floor))`.
    Max,
    /// `log(energy + floor)`.
    Add,
}

/// What happens to the log-mel values last.
///
/// The first two work frame by frame; the others need the whole clip and are
/// applied by [`Plan::normalise_clip`](super::Plan::normalise_clip), so a
/// tower that streams cannot use them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normalise {
    /// Nothing.
    None,
    /// `(x - mean) / std`, two constants of the training set.
    Fixed {
        /// Subtracted, in units of the logarithm.
        mean: f32,
        /// Divided by; not zero.
        std: f32,
    },
    /// `(max(x, maximum of the clip - range) + offset) / scale` (Whisper: 8, 4
    /// and 4).
    DynamicRange {
        /// Depth below the clip's maximum that is kept.
        range: f32,
        /// Added after the clamp.
        offset: f32,
        /// Divided by at the end; not zero.
        scale: f32,
    },
    /// Per band, `(x - mean) / sqrt(variance + epsilon)` over the clip, the
    /// variance with `n - 1` in its denominator (SeamlessM4T: 1e-7).
    PerBand {
        /// Keeps a constant band finite; not negative.
        epsilon: f32,
    },
}

impl Normalise {
    /// Whether the whole clip must be known before a value is final.
    pub const fn is_clip_wise(&self) -> bool {
        matches!(self, Self::DynamicRange { .. } | Self::PerBand { .. })
    }
}

impl FrontEndSpec {
    /// Number of spectral bins, `fft_length / 2 + 1`.
    pub const fn bins(&self) -> usize {
        self.fft_length / 2 + 1
    }

    /// Length, in `f32`, of the tables that [`Plan::new_in`](super::Plan::new_in)
    /// fills: the window, and the non-zero filter weights.
    ///
    /// A bin lies in at most two neighbouring triangles, and each band's
    /// weights are padded to whole vectors.
    pub const fn table_len(&self) -> usize {
        self.frame_length + 2 * self.bins() + self.bands * (super::mel::LANES - 1)
    }

    /// Checks every field.
    ///
    /// # Errors
    ///
    /// [`SpecError`] names the first field that is out of its range.
    pub fn check(&self) -> Result<(), SpecError> {
        use SpecError as E;
        let range = |field, got: usize, low: usize, high: usize| {
            if (low..=high).contains(&got) {
                Ok(())
            } else {
                Err(E::OutOfRange { field, got, low, high })
            }
        };
        range("sample_rate", self.sample_rate as usize, 4_000, 384_000)?;
        range("fft_length", self.fft_length, 16, 16_384)?;
        if !self.fft_length.is_multiple_of(2) {
            return Err(E::OddFftLength { got: self.fft_length });
        }
        range("frame_length", self.frame_length, 16, self.fft_length)?;
        range("hop_length", self.hop_length, 1, self.sample_rate as usize)?;
        range("bands", self.bands, 1, MAX_BANDS)?;
        let nyquist = self.sample_rate as f32 / 2.0;
        if !(self.low_hz >= 0.0 && self.low_hz < self.high_hz && self.high_hz <= nyquist) {
            return Err(E::BandEdges { low_hz: self.low_hz, high_hz: self.high_hz, nyquist });
        }
        let width_hz = self.high_hz - self.low_hz;
        let least_hz = 2.0 * self.sample_rate as f32 / self.fft_length as f32;
        if width_hz < least_hz {
            return Err(E::NoBins { width_hz, least_hz });
        }
        let number = |field, got: f32, low: f32, high: f32| {
            if (low..=high).contains(&got) { Ok(()) } else { Err(E::BadNumber { field, got }) }
        };
        number("input_scale", self.input_scale, SMALLEST, LARGEST)?;
        number("pre_emphasis", self.pre_emphasis, 0.0, 0.999)?;
        number("log_floor", self.log_floor, f32::MIN_POSITIVE, LARGEST)?;
        match self.normalise {
            Normalise::None => Ok(()),
            Normalise::Fixed { mean, std } => {
                number("normalise.mean", mean, -LARGEST, LARGEST)?;
                number("normalise.std", std, SMALLEST, LARGEST)
            }
            Normalise::DynamicRange { range, offset, scale } => {
                number("normalise.range", range, SMALLEST, LARGEST)?;
                number("normalise.offset", offset, -LARGEST, LARGEST)?;
                number("normalise.scale", scale, SMALLEST, LARGEST)
            }
            Normalise::PerBand { epsilon } => {
                number("normalise.epsilon", epsilon, 0.0, LARGEST)
            }
        }
    }
}

/// Why a front end cannot be built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SpecError {
    /// A whole number lies outside its range.
    OutOfRange {
        /// The field's name, as in the manifest.
        field: &'static str,
        /// Its value.
        got: usize,
        /// Smallest allowed value.
        low: usize,
        /// Largest allowed value.
        high: usize,
    },
    /// The transform's length is odd.
    OddFftLength {
        /// The length.
        got: usize,
    },
    /// The filters' edges are not `0 <= low < high <= nyquist`.
    BandEdges {
        /// Lower edge, in Hz.
        low_hz: f32,
        /// Upper edge, in Hz.
        high_hz: f32,
        /// Half the sample rate, in Hz.
        nyquist: f32,
    },
    /// The filters' edges are so close that no bin lies between them.
    NoBins {
        /// Distance of the edges, in Hz.
        width_hz: f32,
        /// Least distance, two bins, in Hz.
        least_hz: f32,
    },
    /// A number is not finite, or has the wrong sign or size.
    BadNumber {
        /// The field's name, as in the manifest.
        field: &'static str,
        /// Its value.
        got: f32,
    },
    /// The transform was made for another length.
    FftLength {
        /// `fft_length` of the specification.
        expected: usize,
        /// The transform's own length.
        got: usize,
    },
    /// A buffer from the caller is too short.
    BufferTooShort {
        /// What the buffer is for.
        what: &'static str,
        /// Values needed.
        expected: usize,
        /// Values given.
        got: usize,
    },
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutOfRange { field, got, low, high } => {
                write!(f, "front end: {field} must be {low} to {high}, got {got}")
            }
            Self::OddFftLength { got } => {
                write!(f, "front end: fft_length must be even, got {got}")
            }
            Self::BandEdges { low_hz, high_hz, nyquist } => write!(
                f,
                "front end: expected 0 <= low_hz < high_hz <= {nyquist} Hz, \
                 got low_hz {low_hz} and high_hz {high_hz}"
            ),
            Self::NoBins { width_hz, least_hz } => write!(
                f,
                "front end: low_hz and high_hz must be {least_hz} Hz apart, got {width_hz} Hz"
            ),
            Self::BadNumber { field, got } => {
                write!(f, "front end: {field} is out of range, got {got}")
            }
            Self::FftLength { expected, got } => {
                write!(f, "front end: expected a transform of length {expected}, got {got}")
            }
            Self::BufferTooShort { what, expected, got } => {
                write!(f, "front end: the {what} buffer needs {expected} values, got {got}")
            }
        }
    }
}

impl core::error::Error for SpecError {}
