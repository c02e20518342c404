//! What one stream of audio needs: its recent samples and its scratch.

use super::fft::RealFft;
use super::framer::Framer;
use super::mel::LANES;
use super::plan::Plan;
use core::fmt;

/// One stream of audio through a front end.
///
/// Samples go in by [`Stream::push`] in pieces of any size, frames come out to
/// a closure; the frames are the same bits however the samples are cut. Every
/// call takes the [`Plan`] that the stream was made from.
pub struct Stream<F: RealFft, B> {
    fft_buffers: F::Buffers,
    framer: Framer,
    /// Recent samples, then the spectrum, then the frame.
    buffer: B,
}

impl<F: RealFft, B: AsRef<[f32]> + AsMut<[f32]>> Stream<F, B> {
    pub(super) fn new(fft_buffers: F::Buffers, mut buffer: B) -> Self {
        buffer.as_mut().fill(0.0);
        Self { fft_buffers, framer: Framer::default(), buffer }
    }

    /// Pushes mono samples in `[-1, 1]` at the specification's rate. `sink`
    /// gets each frame that they complete: its index since the stream began,
    /// and its values, one per band.
    pub fn push<T: AsRef<[f32]>>(
        &mut self,
        plan: &Plan<F, T>,
        mut samples: &[f32],
        mut sink: impl FnMut(u64, &[f32]),
    ) {
        while !samples.is_empty() {
            let (recent, spectrum, values) = split(plan, self.buffer.as_mut());
            let taken = self.framer.fill(plan.geometry(), recent, samples);
            samples = &samples[taken..];
            while let Some(frame) = self.framer.ready(plan.geometry(), recent) {
                plan.compute(&frame, &mut self.fft_buffers, spectrum, values);
                sink(self.framer.next_frame() - 1, values);
            }
        }
    }

    /// Ends the clip: gives the frames that reach beyond its last sample,
    /// where the framing has any. Afterwards the stream is as new.
    pub fn finish<T: AsRef<[f32]>>(
        &mut self,
        plan: &Plan<F, T>,
        mut sink: impl FnMut(u64, &[f32]),
    ) {
        let (recent, spectrum, values) = split(plan, self.buffer.as_mut());
        while let Some(frame) = self.framer.ready_at_end(plan.geometry(), recent) {
            plan.compute(&frame, &mut self.fft_buffers, spectrum, values);
            sink(self.framer.next_frame() - 1, values);
        }
        self.reset();
    }

    /// Forgets all samples; the next frame has index 0.
    pub fn reset(&mut self) {
        self.framer = Framer::default();
    }

    /// Samples pushed since the stream began.
    pub fn samples(&self) -> u64 {
        self.framer.received()
    }

    /// Frames given since the stream began.
    pub fn frames(&self) -> u64 {
        self.framer.next_frame()
    }
}

impl<F: RealFft, B> fmt::Debug for Stream<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("framer", &self.framer).finish_non_exhaustive()
    }
}

/// The buffer's parts: recent samples, spectrum, frame.
fn split<'b, F: RealFft, T: AsRef<[f32]>>(
    plan: &Plan<F, T>,
    buffer: &'b mut [f32],
) -> (&'b mut [f32], &'b mut [f32], &'b mut [f32]) {
    let (recent, rest) = buffer.split_at_mut(plan.geometry().buffer_len());
    let (spectrum, rest) = rest.split_at_mut(plan.spec().bins() + LANES - 1);
    (recent, spectrum, &mut rest[..plan.bands()])
}

#[cfg(feature = "std")]
mod on_heap {
    use super::super::fft::StdFft;
    use super::Stream;
    use std::boxed::Box;

    /// A stream whose memory lies on the heap.
    pub type StdStream = Stream<StdFft, Box<[f32]>>;
}

#[cfg(feature = "std")]
pub use on_heap::StdStream;
