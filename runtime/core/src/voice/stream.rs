//! What one stream of audio needs: its recent samples and what was found in them.

use super::frame::Frame;
use super::periods::Mark;
use super::plan::Plan;
use crate::front_end::RealFft;
use core::fmt;

/// What a stream reports. A frame comes after all marks before its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// A glottal cycle begins.
    Mark(Mark),
    /// A frame is known.
    Frame(&'a Frame),
}

/// One stream of audio through the measures.
///
/// Samples go in by [`Stream::push`] in pieces of any size, [`Event`]s come out to a
/// closure, [`Stream::DELAY`] samples later; they are the same bits however the samples are
/// cut. Every call takes the [`Plan`] that the stream was made from.
pub struct Stream<S: RealFft, L: RealFft> {
    short: S::Buffers,
    long: L::Buffers,
}

impl<S: RealFft, L: RealFft> Stream<S, L> {
    /// Samples from the end of a frame to the sample that completes what is known of it.
    pub const DELAY: usize = 0;

    pub(super) fn new(short: S::Buffers, long: L::Buffers) -> Self {
        Self { short, long }
    }

    /// Pushes mono samples in `[-1, 1]` at [`SAMPLE_RATE`](super::SAMPLE_RATE).
    pub fn push(
        &mut self,
        _plan: &Plan<S, L>,
        _samples: &[f32],
        _sink: impl FnMut(Event<'_>),
    ) {
    }

    /// Ends the clip: gives the frames that are still due. Afterwards the stream is as new.
    pub fn finish(&mut self, _plan: &Plan<S, L>, _sink: impl FnMut(Event<'_>)) {
        self.reset();
    }

    /// Forgets all samples; the next frame has index 0.
    pub fn reset(&mut self) {}
}

impl<S: RealFft, L: RealFft> fmt::Debug for Stream<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::Stream;
    use crate::front_end::StdFft;

    /// A stream whose transforms are realfft's.
    pub type StdStream = Stream<StdFft, StdFft>;
}
#[cfg(feature = "std")]
pub use on_heap::StdStream;
