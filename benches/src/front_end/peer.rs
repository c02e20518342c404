//! `mel_spec`, by both of its streaming interfaces.

use mel_spec::prelude::{MelConfig, MelSpectrogram, RingBuffer, Spectrogram};

use crate::contest::{Contestant, HOP};

const FFT: usize = 400;
const BANDS: usize = 80;
const RATE: f64 = 16_000.0;

pub fn all() -> Vec<Box<dyn Contestant>> {
    let config = MelConfig::new(FFT, HOP, BANDS, RATE);
    vec![
        Box::new(Pair {
            spectrogram: Spectrogram::new(FFT, HOP),
            mel: MelSpectrogram::new(FFT, RATE, BANDS),
        }),
        Box::new(Ring(RingBuffer::new(config, 16 * HOP))),
    ]
}

struct Pair {
    spectrogram: Spectrogram,
    mel: MelSpectrogram,
}

impl Contestant for Pair {
    fn name(&self) -> String {
        "mel_spec 0.5, Spectrogram and MelSpectrogram".into()
    }

    fn hop(&mut self, samples: &[f32]) -> f64 {
        let spectrum = self.spectrogram.add(samples);
        spectrum.map_or(0.0, |spectrum| self.mel.add(&spectrum)[[0, 0]])
    }
}

struct Ring(RingBuffer);

impl Contestant for Ring {
    fn name(&self) -> String {
        "mel_spec 0.5, RingBuffer".into()
    }

    fn hop(&mut self, samples: &[f32]) -> f64 {
        self.0.add_frame(samples);
        self.0.maybe_mel().map_or(0.0, |frame| frame[[0, 0]])
    }
}
