//! Measures of the voice: pitch, its regularity, noise, timbre and loudness.
//!
//! People who work with voices trust numbers with a definition. This module computes them
//! from a stream of samples without a heap: a [`Frame`] of [`Descriptor`]s every 10 ms, the
//! [`Mark`]s at which glottal cycles begin, and [`Summary`], which turns both into the
//! functionals of the extended Geneva set (eGeMAPS; Eyben et al. 2016) over any window.
//!
//! A sample meets, in this order:
//!
//! | stage | folder | what it settles |
//! |---|---|---|
//! | pitch | `pitch/` | fundamental frequency and whether there is one |
//! | periods | `periods/` | where each glottal cycle begins; jitter and shimmer |
//! | harmonicity | `harmonicity.rs` | how much of a frame repeats |
//! | spectrum | `spectrum/` | loudness, balance, flux, cepstral coefficients, prominence |
//! | formants | `formants/` | resonances of the vocal tract |
//! | functionals | `functionals/` | statistics over a window |
//!
//! Below them lie the latest samples (`recent.rs`), likeness to what follows
//! (`correlation.rs`), values between samples (`sinc.rs`) and sums (`vector.rs`).
//!
//! [`Plan`] holds tables and settings and is shared; [`Stream`] is one stream of audio. The
//! result is the same, bit for bit, however the samples are cut into pushes.
//!
//! # Absent, not zero
//!
//! What cannot be computed is absent: the pitch of a whisper, the jitter of two cycles, the
//! spectral balance of digital silence. No value is ever NaN or infinite.
//!
//! # What it does not do
//!
//! It takes [`SAMPLE_RATE`] only and does not resample. It tells neither a voice from
//! other periodic sound, nor one speaker from another. No measure tells whether a voice is
//! healthy.

mod correlation;
mod descriptor;
mod formants;
mod frame;
mod functionals;
mod harmonicity;
mod periods;
pub mod pitch;
mod plan;
pub mod ranges;
mod recent;
mod sinc;
mod spectrum;
mod stream;
mod vector;

pub use descriptor::{Descriptor, Unit};
pub use frame::Frame;
pub use functionals::{Functional, Statistic, Summary};
pub use periods::{Jitter, Mark, Shimmer};
#[cfg(feature = "std")]
pub use plan::StdPlan;
pub use plan::{Plan, PlanError};
#[cfg(feature = "std")]
pub use stream::StdStream;
pub use stream::{Event, Stream};

/// The rate of the samples, in Hz. Everything to 5.5 kHz, where formants lie, and to 8 kHz,
/// where the highest bands of loudness lie, is below half of it.
pub const SAMPLE_RATE: u32 = 16_000;

/// Samples from one frame to the next: 10 ms.
pub const HOP: usize = 160;

/// Frames in a second.
pub const FRAMES_PER_SECOND: u32 = SAMPLE_RATE / HOP as u32;
