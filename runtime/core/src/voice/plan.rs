//! What all streams share: windows, tables and transforms.

use super::formants::FormantTables;
use super::pitch::ScanPlan;
use super::spectrum::{LongTables, ShortTables};
use super::stream::Stream;
use crate::front_end::RealFft;
use core::fmt;

/// Length of the short transform, in samples: 20 ms windows of the spectrum, and the
/// autocorrelation of the decimated signal.
pub const SHORT: usize = 512;

/// Length of the long transform, in samples: 60 ms windows of harmonics and cepstrum.
pub const LONG: usize = 1_024;

/// The measures of voice ready to run: tables and transforms.
///
/// Immutable and shared; a [`Stream`] is made from it for each stream of audio. `S` is a
/// transform of [`SHORT`](Plan::SHORT) samples, `L` one of [`LONG`](Plan::LONG).
#[derive(Clone, Debug)]
pub struct Plan<S, L> {
    pub(super) scan: ScanPlan<S>,
    pub(super) long: L,
    pub(super) short: ShortTables,
    pub(super) formants: FormantTables,
    pub(super) spectrum: LongTables,
}

impl<S: RealFft, L: RealFft> Plan<S, L> {
    /// Length of the short transform, in samples.
    pub const SHORT: usize = SHORT;

    /// Length of the long transform, in samples.
    pub const LONG: usize = LONG;

    /// Builds the tables.
    ///
    /// # Errors
    ///
    /// [`PlanError::FftLength`] if a transform has another length.
    pub fn with_transforms(short: S, long: L) -> Result<Self, PlanError> {
        if long.length() != LONG {
            return Err(PlanError::FftLength { expected: LONG, got: long.length() });
        }
        Ok(Self::build(ScanPlan::with_transform(short)?, long))
    }

    /// Builds the tables around transforms of the right lengths.
    fn build(scan: ScanPlan<S>, long: L) -> Self {
        Self {
            scan,
            long,
            short: ShortTables::new(),
            formants: FormantTables::new(),
            spectrum: LongTables::new(),
        }
    }

    /// The plan of the first stage, for a [`Scan`](super::pitch::Scan) by itself.
    pub fn scan_plan(&self) -> &ScanPlan<S> {
        &self.scan
    }

    /// Starts a stream. Nothing allocates afterwards.
    pub fn stream(&self) -> Stream<S, L> {
        Stream::new(self)
    }
}

/// Why the measures cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// A transform has another length than the measures need.
    FftLength {
        /// The length needed, in samples.
        expected: usize,
        /// The length given.
        got: usize,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::FftLength { expected, got } => {
                write!(f, "the transform must have {expected} samples, got {got}")
            }
        }
    }
}

impl core::error::Error for PlanError {}

#[cfg(feature = "std")]
mod on_heap {
    use super::super::pitch::StdScanPlan;
    use super::{LONG, Plan};
    use crate::front_end::StdFft;

    /// A plan whose transforms are realfft's.
    pub type StdPlan = Plan<StdFft, StdFft>;

    impl StdPlan {
        /// Builds the tables; the transforms' memory is taken from the heap.
        pub fn new() -> Self {
            Self::build(StdScanPlan::new(), StdFft::new(LONG))
        }
    }

    impl Default for StdPlan {
        fn default() -> Self {
            Self::new()
        }
    }
}
#[cfg(feature = "std")]
pub use on_heap::StdPlan;
