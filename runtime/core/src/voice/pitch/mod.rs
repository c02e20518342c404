//! Fundamental frequency: candidates, the path through them, and the refined value.
//!
//! The method is that of Boersma (1993), "Accurate short-term analysis of the fundamental
//! frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17,
//! 97-110, made streaming:
//!
//! 1. [`Scan`] decimates to 4 kHz, divides the autocorrelation of a windowed frame by that of
//!    the window, and keeps the highest peaks as [`Candidates`].
//! 2. A shortest path through the candidates of neighbouring frames, decided with a fixed
//!    delay, picks one or none per frame.
//! 3. The pick is refined on the samples at the full rate.

mod candidates;
mod decimate;
mod path;
mod refine;
mod scan;
mod track;

pub use candidates::{Candidate, Candidates};
pub(super) use path::{DELAY, Path};
pub(super) use refine::{HALF, refine};
pub use scan::{Scan, ScanPlan};
#[cfg(feature = "std")]
pub use scan::{StdScan, StdScanPlan};
pub(super) use track::{Track, Voiced};

/// The lowest pitch looked for, in Hz: that of eGeMAPS.
pub const FLOOR_HZ: f32 = 55.0;

/// The highest pitch looked for, in Hz: that of eGeMAPS.
pub const CEILING_HZ: f32 = 1_000.0;
