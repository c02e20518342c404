//! The 20 ms analysis: level, and what follows from the power spectrum.

use super::WINDOW;
use super::auditory::Auditory;
use super::flux::Flux;
use super::window::{load, unit_taper};
use super::{balance, loudness::Loudness, mfcc::Mfcc};
use crate::front_end::{LANES, RealFft, Window};
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::plan::SHORT;
use libm::log10f;

/// Samples of the window: 20 ms.
const LENGTH: usize = 320;

/// Bins of the power spectrum, 31.25 Hz apart.
pub(super) const BINS: usize = SHORT / 2 + 1;

/// A power spectrum as the mel bands read it: zeros behind its last bin.
pub(super) type Power = [f32; BINS + LANES - 1];

/// Tables of the short analysis; made once, shared.
#[derive(Clone, Debug)]
pub(in crate::voice) struct ShortTables {
    taper: [f32; LENGTH],
    auditory: Auditory,
    loudness: Loudness,
    mfcc: Mfcc,
}

/// What the short analysis remembers of a stream.
#[derive(Clone, Debug)]
pub(in crate::voice) struct ShortState {
    flux: Flux,
}

impl ShortState {
    /// Nothing heard yet.
    pub(in crate::voice) const fn new() -> Self {
        Self { flux: Flux::new() }
    }
}

impl ShortTables {
    /// Builds the tables.
    pub(in crate::voice) fn new() -> Self {
        let auditory = Auditory::new();
        Self {
            taper: unit_taper(Window::HammingSymmetric),
            loudness: Loudness::new(),
            mfcc: Mfcc::new(),
            auditory,
        }
    }

    /// Sets level, loudness, balance, flux and cepstral coefficients of a frame. `fft` has
    /// [`SHORT`] samples; frames come in order.
    pub(in crate::voice) fn analyse<F: RealFft>(
        &self,
        fft: &F,
        buffers: &mut F::Buffers,
        state: &mut ShortState,
        window: &[f32; WINDOW],
        frame: &mut Frame,
    ) {
        let Some(mean_square) = load(window, &self.taper, fft.input(buffers)) else {
            state.flux.silence(frame);
            frame.set(Descriptor::Loudness, 0.0);
            return;
        };
        let mut power: Power = [0.0; BINS + LANES - 1];
        fft.power(buffers, &mut power);
        frame.set(Descriptor::Level, 10.0 * log10f(mean_square));
        balance::measure(&power, frame);
        if let Some(power) = power.first_chunk() {
            state.flux.measure(power, frame);
        }
        let bands = self.auditory.bands(&power);
        self.loudness.measure(&bands, frame);
        self.mfcc.measure(&bands, frame);
    }
}
