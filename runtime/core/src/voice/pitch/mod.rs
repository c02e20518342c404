//! Fundamental frequency: candidates, the path through them, and the refined value.

/// The lowest pitch looked for, in Hz: that of eGeMAPS.
pub const FLOOR_HZ: f32 = 55.0;

/// The highest pitch looked for, in Hz: that of eGeMAPS.
pub const CEILING_HZ: f32 = 1_000.0;

use crate::front_end::RealFft;

/// Samples at [`SAMPLE_RATE`](super::SAMPLE_RATE) in, per frame the candidates for its pitch
/// out: the first and cheap stage, which also serves where only "how much is voiced?" is asked.
pub struct Scan<F: RealFft> {
    buffers: F::Buffers,
}

/// What a [`Scan`] finds in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Candidates {}

impl Candidates {
    /// Whether the frame, judged by itself, is voiced.
    pub fn is_voiced(&self) -> bool {
        false
    }
}
