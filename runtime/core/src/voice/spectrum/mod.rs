//! What the spectrum of a frame says of the voice.
//!
//! Two analyses, both of the samples around the middle of the frame:
//!
//! | analysis | window | file | what it gives |
//! |---|---|---|---|
//! | short | 20 ms Hamming, 512-point transform | `short.rs` | level, and what follows |
//! | | | `balance.rs` | alpha ratio, Hammarberg index, slopes |
//! | | | `loudness.rs` | loudness by an auditory spectrum |
//! | | | `mfcc.rs` | cepstral coefficients of mel bands |
//! | | | `flux.rs` | how much the spectrum changed |
//! | long | 60 ms Hann, 1,024-point transform | `long.rs` | the spectrum in dB, and what follows |
//! | | | `harmonics.rs` | levels of harmonics: H1–H2, H1–A3, formants' amplitudes |
//! | | | `prominence.rs` | smoothed cepstral peak prominence |
//!
//! The long analysis reads the formants of the frame, and so comes after them.

mod auditory;
mod balance;
mod flux;
mod harmonics;
mod long;
mod loudness;
mod mfcc;
mod prominence;
mod short;
#[cfg(test)]
pub(super) mod test_signals;
mod window;

pub(super) use long::{LongState, LongTables};
pub(super) use short::{ShortState, ShortTables};
pub(super) use window::{load, unit_taper};

/// Samples of the window that every analysis is given, centred on the middle of the frame:
/// 60 ms. Those that need less take the middle of it.
pub(super) const WINDOW: usize = 960;
