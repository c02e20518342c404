//! Statistics over a window.
//!
//! [`Summary`] gathers them frame by frame; [`Functional`] lists them. They are the 88
//! functionals of the extended Geneva set (Eyben et al. 2016, "The Geneva minimalistic
//! acoustic parameter set (GeMAPS) for voice research and affective computing", IEEE Trans.
//! Affective Computing 7(2), 190-202), from descriptors of this crate, and some that people
//! who work with voices ask for besides. Like there, loudness, flux and cepstral coefficients
//! are taken over all frames, and the rest over the voiced ones, which alone have them.
//! Unlike there, descriptors are not smoothed over three frames first, but for the slopes and
//! peaks of contours: a mean is that of the frames as they were given, and the coefficient of
//! variation of a restless descriptor is larger.
//!
//! | of the window as a whole | definition | undefined |
//! |---|---|---|
//! | `equivalent_level_dbfs` | ten times the logarithm of the frames' mean square: `10 log10(mean(10^(level / 10)))` | in digital silence |
//! | `jitter.*`, `shimmer.*` | see [`Jitter`](super::Jitter) and [`Shimmer`](super::Shimmer); over all cycles of the window | with too few cycles |
//! | `loudness_peaks_per_second` | maxima of loudness from which it falls, and to which it has risen, as far as [`Statistic::RisingSlopeMean`] asks for; over all seconds | never |
//! | `voiced_segments_per_second` | stretches of neighbouring voiced frames, over all seconds | never |
//! | `voiced_segment_seconds.mean` | mean length of these stretches | if there is none |
//! | `voiced_segment_seconds.std` | standard deviation of their length | if there are not two |
//! | `unvoiced_segment_seconds.*` | the same of stretches without voice | the same |
//! | `voiced_share` | voiced frames over all frames | never |
//! | `creak_share` | voiced frames below 78 Hz, the highest frequency of vocal fry (Hollien and Michel 1968, "Vocal fry as a phonational register", J. Speech Hear. Res. 11, 600-604), over voiced frames | without a voiced frame |
//! | `duration_seconds` | frames, at 10 ms each | never |
//!
//! "Never" does not hold for a window without a frame, of which nothing is known. Stretches
//! that a window cuts count with the part that lies in it.
//!
//! Creak also shows in irregular cycles, and a low modal voice can lie below 78 Hz: the share
//! is a hint. For breathiness there is no number of its own; cepstral peak prominence falls
//! with it (Hillenbrand et al. 1994), and the first harmonic rises above the second.

mod chain;
mod contour;
mod functional;
mod histogram;
mod moments;
mod runs;
mod statistic;
mod summary;
mod zigzag;

pub use functional::Functional;
pub use statistic::Statistic;
pub use summary::Summary;
