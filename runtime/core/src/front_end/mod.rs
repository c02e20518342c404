//! The log-mel front end: samples in, frames of log-mel energies out.
//!
//! One stage, one file, in the order in which a sample meets them:
//!
//! | stage | file | what it settles |
//! |---|---|---|
//! | framer | `framer.rs` | where frames begin, what lies beyond the clip's edges |
//! | window | `window.rs` | the taper |
//! | spectrum | `fft/` | the transform, and the only place that knows its packing |
//! | mel | `mel.rs` | the filter bank |
//! | log | `log.rs` | logarithm, its base and its floor |
//! | normalise | `normalise.rs` | constants, or statistics of a whole clip |
//!
//! [`FrontEndSpec`] states every convention. [`Plan`] holds the tables made
//! from it and is shared; [`Stream`] holds what one stream of audio needs. A
//! stream gives the same bits however its samples are cut into pushes.
//!
//! The transform is any [`RealFft`]: `StdFft` with the feature `std`,
//! `MicroFft` with the feature `microfft`.

mod fft;
mod framer;
mod log;
mod mel;
mod normalise;
mod plan;
mod spec;
mod stream;
mod window;

#[cfg(feature = "microfft")]
pub use fft::MicroFft;
pub use fft::RealFft;
#[cfg(feature = "std")]
pub use fft::StdFft;
pub use plan::Plan;
#[cfg(feature = "std")]
pub use plan::StdPlan;
pub use spec::{
    Framing, FrontEndSpec, Log, LogFloor, MAX_BANDS, MelNorm, MelScale, Normalise, SpecError,
    Spectrum, Window,
};
#[cfg(feature = "std")]
pub use stream::StdStream;
pub use stream::Stream;

// The measures of voice take their tapers, mel bands and logarithms from here.
pub(crate) use log::apply as logarithm;
pub(crate) use mel::{FilterBank, LANES};
pub(crate) use window::fill as taper;
