//! What a recording is like, and whether that is good enough to be scored.
//!
//! A tower gives a confident embedding for anything: silence, a broken cable, a recording
//! driven into clipping. So the samples themselves are watched. A [`Verdict`] grades them:
//! `good`, `usable` (scored, and it says why it is not good) or `poor` (an abstention with
//! a [`Reason`], never a number).
//!
//! A [`Meter`] takes samples as they come and keeps a [`Tally`]: plain counts and sums,
//! which can be added, so that a span of a stream is judged by adding the tallies of its
//! parts. A [`Report`] states a tally in seconds, decibels, hertz and shares, and
//! [`Limits::verdict`] judges it. [`Plan`] holds what all meters share.
//!
//! "Active" means louder than a threshold, "voiced" means periodic. Neither tells a voice
//! from other sound; that is the tower's work.

mod bandwidth;
mod dropouts;
mod limits;
mod meter;
mod plan;
mod report;
mod snr;
mod tally;
mod verdict;

pub use dropouts::Dropouts;
pub use limits::{Bounds, Limits, LimitsError};
pub use meter::Meter;
#[cfg(feature = "std")]
pub use meter::StdMeter;
#[cfg(feature = "std")]
pub use plan::StdPlan;
pub use plan::{Plan, PlanError};
pub use report::{QUIETEST_DBFS, Report};
pub use tally::{FULL_SCALE, Intake, LOUDEST, Level, Tally};
pub use verdict::{Grade, Reason, Verdict};
