//! The 20 ms analysis: level, and what follows from the power spectrum.

use super::WINDOW;
use crate::front_end::RealFft;
use crate::voice::frame::Frame;

/// Tables of the short analysis; made once, shared.
#[derive(Clone, Debug)]
pub(in crate::voice) struct ShortTables {}

/// What the short analysis remembers of a stream.
#[derive(Clone, Debug)]
pub(in crate::voice) struct ShortState {}

impl ShortState {
    /// Nothing heard yet.
    pub(in crate::voice) const fn new() -> Self {
        Self {}
    }
}

impl ShortTables {
    /// Builds the tables.
    pub(in crate::voice) fn new() -> Self {
        Self {}
    }

    /// Sets level, loudness, balance, flux and cepstral coefficients of a frame. `fft` has
    /// [`SHORT`](crate::voice::plan::SHORT) samples; frames come in order.
    pub(in crate::voice) fn analyse<F: RealFft>(
        &self,
        _fft: &F,
        _buffers: &mut F::Buffers,
        _state: &mut ShortState,
        _window: &[f32; WINDOW],
        _frame: &mut Frame,
    ) {
    }
}
