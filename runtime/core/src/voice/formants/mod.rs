//! Resonances of the vocal tract, by linear prediction.
//!
//! | step | file | what it does |
//! |---|---|---|
//! | prediction | `prediction.rs` | all-pole model of the spectrum to 5.5 kHz |
//! | roots | `roots.rs` | the poles of the model |
//! | formants | `resonances.rs` | which poles are formants, and which |
//!
//! The model is fitted to the part of the power spectrum that it is to explain (selective
//! linear prediction; Makhoul 1975), so nothing is resampled: the band from 0 to 5.5 kHz is
//! treated as if it were all there is. Pre-emphasis is a weight on the spectrum.

mod prediction;
mod resonances;
mod roots;

use super::descriptor::Descriptor;
use super::frame::Frame;
use super::plan::SHORT;
use super::spectrum::{WINDOW, load, unit_taper};
use crate::front_end::{RealFft, Window};
use prediction::Prediction;

/// Tables of the formants; made once, shared.
#[derive(Clone, Debug)]
pub(super) struct FormantTables {
    taper: [f32; SHORT],
    prediction: Prediction,
}

impl FormantTables {
    /// Builds the tables.
    pub(super) fn new() -> Self {
        Self { taper: unit_taper(Window::Hann), prediction: Prediction::new() }
    }

    /// Sets frequencies and bandwidths of the formants of a frame that has a pitch. `fft`
    /// has [`SHORT`] samples; `window` is centred on the frame. Nothing is remembered from
    /// frame to frame.
    pub(super) fn analyse<F: RealFft>(
        &self,
        fft: &F,
        buffers: &mut F::Buffers,
        window: &[f32; WINDOW],
        pitch_hz: Option<f32>,
        frame: &mut Frame,
    ) {
        if pitch_hz.is_none() || load(window, &self.taper, fft.input(buffers)).is_none() {
            return;
        }
        let mut power = [0.0; SHORT / 2 + 1];
        fft.power(buffers, &mut power);
        let Some(polynomial) =
            power.first_chunk().and_then(|band| self.prediction.polynomial(band))
        else {
            return;
        };
        let formants = resonances::formants(&roots::find(&polynomial));
        let places = [
            (Descriptor::F1, Descriptor::F1Bandwidth),
            (Descriptor::F2, Descriptor::F2Bandwidth),
            (Descriptor::F3, Descriptor::F3Bandwidth),
        ];
        for ((frequency, bandwidth), formant) in places.into_iter().zip(formants) {
            if let Some(formant) = formant {
                frame.set(frequency, formant.hz as f32);
                frame.set(bandwidth, formant.bandwidth_hz as f32);
            }
        }
    }
}
