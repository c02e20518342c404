//! Resonances of the vocal tract, by linear prediction.

use super::frame::Frame;
use super::spectrum::WINDOW;
use crate::front_end::RealFft;

/// Tables of the formants; made once, shared.
#[derive(Clone, Debug)]
pub(super) struct FormantTables {}

impl FormantTables {
    /// Builds the tables.
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Sets frequencies and bandwidths of the formants of a frame that has a pitch. `fft`
    /// has [`SHORT`](super::plan::SHORT) samples; `window` is centred on the frame. Nothing
    /// is remembered from frame to frame.
    pub(super) fn analyse<F: RealFft>(
        &self,
        _fft: &F,
        _buffers: &mut F::Buffers,
        _window: &[f32; WINDOW],
        _pitch_hz: Option<f32>,
        _frame: &mut Frame,
    ) {
    }
}
