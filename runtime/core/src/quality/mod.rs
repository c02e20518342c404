//! Whether audio is good enough to be scored at all.
//!
//! A tower gives a confident embedding for anything: silence, a broken cable, a recording
//! driven into clipping. So the samples themselves are watched, and a poor input is an
//! abstention with a [`Reason`], never a number.
//!
//! [`Meter`] takes samples as they come and keeps a [`Tally`]: plain counts and sums, which
//! can be added, so that a span of a stream is judged by adding the tallies of its parts.
//! A [`Report`] states a tally in seconds, decibels and shares, and [`Limits::verdict`]
//! judges it.
//!
//! What is measured is energy, not speech: "active" means louder than a threshold. Telling
//! voice from other sound is the tower's work.

mod meter;
mod verdict;

pub use meter::{FULL_SCALE, Intake, LOUDEST, Level, Meter, QUIETEST_DBFS, Report, Tally};
pub use verdict::{Limits, LimitsError, Reason, Verdict};
