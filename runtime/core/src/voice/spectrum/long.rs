//! The 60 ms analysis: harmonics and cepstrum.

use super::WINDOW;
use super::harmonics;
use super::prominence::Prominence;
use super::window::{load, unit_taper};
use crate::front_end::{Log, LogFloor, RealFft, Window, logarithm};
use crate::voice::frame::Frame;
use crate::voice::plan::LONG;

/// Bins of the spectrum, 15.625 Hz apart.
pub(super) const BINS: usize = LONG / 2 + 1;

/// Share of the strongest bin's power, below which a bin counts as that: -90 dB. What lies
/// below is rounding, not voice: the upper half of a telephone call.
const FLOOR: f32 = 1e-9;

/// Tables of the long analysis; made once, shared.
#[derive(Clone, Debug)]
pub(in crate::voice) struct LongTables {
    taper: [f32; WINDOW],
}

/// What the long analysis remembers of a stream.
#[derive(Clone, Debug)]
pub(in crate::voice) struct LongState {
    prominence: Prominence,
}

impl LongState {
    /// Nothing heard yet.
    pub(in crate::voice) const fn new() -> Self {
        Self { prominence: Prominence::new() }
    }
}

impl LongTables {
    /// Builds the tables.
    pub(in crate::voice) fn new() -> Self {
        Self { taper: unit_taper(Window::HannSymmetric) }
    }

    /// Sets the cepstral peak prominence of a frame and, where it has a pitch, what
    /// compares harmonics. `fft` has [`LONG`] samples; frames come in order, with their
    /// formants set.
    pub(in crate::voice) fn analyse<F: RealFft>(
        &self,
        fft: &F,
        buffers: &mut F::Buffers,
        state: &mut LongState,
        window: &[f32; WINDOW],
        pitch_hz: Option<f32>,
        frame: &mut Frame,
    ) {
        if load(window, &self.taper, fft.input(buffers)).is_none() {
            return state.prominence.forget();
        }
        let mut decibels = [0.0; BINS];
        fft.power(buffers, &mut decibels);
        let peak = decibels.iter().copied().fold(0.0, f32::max);
        let floor = (peak * FLOOR).max(f32::MIN_POSITIVE);
        logarithm(Log::Decibel, floor, LogFloor::Max, &mut decibels);
        if let Some(pitch_hz) = pitch_hz {
            harmonics::measure(&decibels, pitch_hz, frame);
        }
        state.prominence.measure(fft, buffers, &decibels, frame);
    }
}
