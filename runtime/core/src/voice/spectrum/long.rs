//! The 60 ms analysis: harmonics and cepstrum.

use super::WINDOW;
use crate::front_end::RealFft;
use crate::voice::frame::Frame;

/// Tables of the long analysis; made once, shared.
#[derive(Clone, Debug)]
pub(in crate::voice) struct LongTables {}

/// What the long analysis remembers of a stream.
#[derive(Clone, Debug)]
pub(in crate::voice) struct LongState {}

impl LongState {
    /// Nothing heard yet.
    pub(in crate::voice) const fn new() -> Self {
        Self {}
    }
}

impl LongTables {
    /// Builds the tables.
    pub(in crate::voice) fn new() -> Self {
        Self {}
    }

    /// Sets the cepstral peak prominence of a frame and, where it has a pitch, what
    /// compares harmonics. `fft` has [`LONG`](crate::voice::plan::LONG) samples; frames
    /// come in order, with their formants set.
    pub(in crate::voice) fn analyse<F: RealFft>(
        &self,
        _fft: &F,
        _buffers: &mut F::Buffers,
        _state: &mut LongState,
        _window: &[f32; WINDOW],
        _pitch_hz: Option<f32>,
        _frame: &mut Frame,
    ) {
    }
}
