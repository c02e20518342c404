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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::descriptor::Descriptor as D;
    use crate::voice::spectrum::test_signals::{
        Naive, at_mean_square, noise, pulses, resonate, tones, windows,
    };

    fn measured(window: &[f32; WINDOW], pitch_hz: Option<f32>) -> Frame {
        let fft = Naive(SHORT);
        let mut frame = Frame::new(0);
        FormantTables::new().analyse(&fft, &mut fft.buffers(), window, pitch_hz, &mut frame);
        frame
    }

    /// Mean formants of American men in hid, head, had, hod, hood and who'd, and of an r
    /// (Peterson & Barney 1952), and those of the neutral tract.
    const VOWELS: [[f64; 3]; 8] = [
        [390.0, 1_990.0, 2_550.0],
        [530.0, 1_840.0, 2_480.0],
        [660.0, 1_720.0, 2_410.0],
        [730.0, 1_090.0, 2_440.0],
        [440.0, 1_020.0, 2_240.0],
        [300.0, 870.0, 2_240.0],
        [490.0, 1_350.0, 1_690.0],
        [500.0, 1_500.0, 2_500.0],
    ];

    #[test]
    fn vowels_of_known_formants() {
        for pitch_hz in [80.0, 125.0, 170.0, 220.0, 290.0] {
            for vowel in VOWELS {
                let [f1, f2, f3] = vowel;
                let mut signal = pulses(pitch_hz, WINDOW + 2_000);
                resonate(&mut signal, &[(f1, 60.0), (f2, 80.0), (f3, 120.0)]);
                // What lies above, to 8 kHz.
                resonate(&mut signal, &[(3_500.0, 150.0), (4_500.0, 200.0), (5_500.0, 250.0)]);
                resonate(&mut signal, &[(6_500.0, 300.0), (7_500.0, 400.0)]);
                let signal = at_mean_square(&signal[2_000..], 0.01);
                for window in windows(&signal) {
                    let frame = measured(window, Some(pitch_hz as f32));
                    for (formant, expected) in [D::F1, D::F2, D::F3].into_iter().zip(vowel) {
                        let got = frame.get(formant).map_or(f64::NAN, f64::from);
                        // Between harmonics there is nothing to see.
                        let bound = (0.05 * expected).max(0.3 * pitch_hz);
                        assert!(
                            (got - expected).abs() < bound,
                            "{formant:?} of {vowel:?} at {pitch_hz} Hz: {got}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn bandwidths_at_a_low_pitch() {
        let mut signal = pulses(80.0, WINDOW + 2_000);
        resonate(&mut signal, &[(500.0, 80.0), (1_500.0, 120.0), (2_500.0, 160.0)]);
        resonate(&mut signal, &[(3_500.0, 200.0), (4_500.0, 250.0), (5_500.0, 300.0)]);
        let signal = at_mean_square(&signal[2_000..], 0.01);
        let frame = windows(&signal).next().map(|w| measured(w, Some(80.0)));
        for (width, expected) in
            [(D::F1Bandwidth, 80.0), (D::F2Bandwidth, 120.0), (D::F3Bandwidth, 160.0)]
        {
            let got = frame.and_then(|frame| frame.get(width)).unwrap_or(f32::NAN);
            assert!((got / expected - 1.0).abs() < 0.4, "{width:?} {got}");
        }
    }

    #[test]
    fn without_a_pitch_or_sound_there_are_none() {
        let window = tones(&[(200.0, 0.1), (400.0, 0.2), (600.0, 0.1)]);
        assert_eq!(measured(&window, None), Frame::new(0));
        assert_eq!(measured(&[0.0; WINDOW], Some(100.0)), Frame::new(0));
        assert_eq!(measured(&[-0.3; WINDOW], Some(100.0)), Frame::new(0));
    }

    #[test]
    fn whatever_is_found_is_in_order() {
        let noise = noise(WINDOW);
        let mut pulse = [0.0; WINDOW];
        pulse[WINDOW / 2] = 1.0;
        for window in [
            pulse,
            tones(&[(1_000.0, 1.0)]),
            tones(&[(200.0, 100.0)]).map(|x| x.clamp(-1.0, 1.0)),
            core::array::from_fn(|i| noise[i] as f32),
            // Half the band is empty, as in a telephone call.
            tones(&core::array::from_fn::<_, 26, _>(|i| (150.0 * (i + 1) as f64, 0.05))),
        ] {
            let frame = measured(&window, Some(150.0));
            let mut above = 0.0;
            for (formant, bandwidth) in
                [(D::F1, D::F1Bandwidth), (D::F2, D::F2Bandwidth), (D::F3, D::F3Bandwidth)]
            {
                assert_eq!(frame.get(formant).is_some(), frame.get(bandwidth).is_some());
                if let (Some(hz), Some(width)) = (frame.get(formant), frame.get(bandwidth)) {
                    assert!(hz > above && width > 0.0, "{frame:?}");
                    above = hz;
                }
            }
        }
    }
}
