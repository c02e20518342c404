//! What can be said of a descriptor over a window.

use crate::voice::descriptor::Unit;

/// A statistic of one descriptor over the frames of a window that have it.
///
/// It is undefined with fewer such frames than it needs: one for means and percentiles, two
/// for what measures a spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// Arithmetic mean. Of cepstral peak prominence over the voiced frames alone, as of what
    /// needs a pitch: noise and pauses have one as well, which is not of the voice.
    Mean,
    /// Coefficient of variation: the standard deviation (of the frames themselves, not an
    /// estimate for more frames than there are) over the mean's absolute value, a ratio.
    /// Eyben et al. divide by the mean itself, which only gives it the mean's sign.
    /// Undefined where the mean is below a thousandth of the standard deviation, since the
    /// ratio then says nothing. Of a quantity whose zero is arbitrary, such as one in dB, it
    /// compares recordings of one kind only, and none where the mean lies about zero. Over the
    /// same frames as the mean.
    Cv,
    /// 20th percentile: the smallest value that a fifth of the frames does not exceed.
    /// Percentiles come from a fine histogram and are known for pitch, in both units, and
    /// for loudness.
    P20,
    /// 50th percentile, the median.
    P50,
    /// 80th percentile.
    P80,
    /// From the 20th to the 80th percentile. Needs two frames.
    Range,
    /// Mean slope, per second, of the rising parts of the contour: those from a lowest point
    /// to the highest that follows, each part counting once. Frames are averaged with their
    /// neighbours first, and the contour turns where it has moved by half a semitone (pitch)
    /// or to 1.164 times its value or back (loudness; what 2 dB of intensity make of it), so
    /// that small wiggles are no parts. The contour of pitch ends where voicing does, and no
    /// part goes beyond. Slopes are known for pitch in semitones and for loudness.
    RisingSlopeMean,
    /// Standard deviation of the slopes of rising parts. Needs two.
    RisingSlopeStd,
    /// Mean slope of the falling parts of the contour, as a positive number: the larger, the
    /// steeper.
    FallingSlopeMean,
    /// Standard deviation of the slopes of falling parts. Needs two.
    FallingSlopeStd,
    /// Mean over voiced frames.
    VoicedMean,
    /// Coefficient of variation over voiced frames.
    VoicedCv,
    /// Mean over frames without a pitch.
    UnvoicedMean,
}

impl Statistic {
    /// Its name, the second half of that of a functional.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cv => "cv",
            Self::P20 => "p20",
            Self::P50 => "p50",
            Self::P80 => "p80",
            Self::Range => "range_20_80",
            Self::RisingSlopeMean => "rising_slope_mean",
            Self::RisingSlopeStd => "rising_slope_std",
            Self::FallingSlopeMean => "falling_slope_mean",
            Self::FallingSlopeStd => "falling_slope_std",
            Self::VoicedMean => "voiced_mean",
            Self::VoicedCv => "voiced_cv",
            Self::UnvoicedMean => "unvoiced_mean",
        }
    }

    /// Its unit, if the descriptor has the one given.
    pub const fn unit(self, of: Unit) -> Unit {
        match self {
            Self::Cv | Self::VoicedCv => Unit::Ratio,
            Self::RisingSlopeMean
            | Self::RisingSlopeStd
            | Self::FallingSlopeMean
            | Self::FallingSlopeStd => match of {
                Unit::Semitone => Unit::SemitonePerSecond,
                _ => Unit::PerSecond,
            },
            _ => of,
        }
    }
}
