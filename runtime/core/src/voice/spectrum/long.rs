//! The 60 ms analysis: harmonics and cepstrum.

use super::WINDOW;
use super::harmonics;
use super::prominence::Prominence;
use super::window::{load, unit_taper};
use crate::front_end::{Log, LogFloor, RealFft, Window, logarithm};
use crate::voice::frame::Frame;
use crate::voice::plan::LONG;
use crate::voice::vector::highest;

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
        let floor = (highest(&decibels) * FLOOR).max(f32::MIN_POSITIVE);
        logarithm(Log::Decibel, floor, LogFloor::Max, &mut decibels);
        if let Some(pitch_hz) = pitch_hz {
            harmonics::measure(&decibels, pitch_hz, frame);
        }
        state.prominence.measure(fft, buffers, &decibels, frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::descriptor::Descriptor;
    use crate::voice::spectrum::test_signals::{Naive, tones};

    fn measured(window: &[f32; WINDOW], pitch_hz: Option<f32>, formants: [f32; 3]) -> Frame {
        let fft = Naive(LONG);
        let mut frame = Frame::new(0);
        for (descriptor, hz) in
            [Descriptor::F1, Descriptor::F2, Descriptor::F3].into_iter().zip(formants)
        {
            frame.set(descriptor, hz);
        }
        let mut state = LongState::new();
        let buffers = &mut fft.buffers();
        LongTables::new().analyse(&fft, buffers, &mut state, window, pitch_hz, &mut frame);
        frame
    }

    #[test]
    fn harmonics_of_known_levels() {
        for pitch_hz in [70.0, 123.4, 211.0, 397.0] {
            // Levels in dB of the harmonics; those between are far below.
            let levels = [0.0, -7.0, -12.0, -3.0, -20.0, -25.0, -9.0, -30.0, -18.0];
            let lines = core::array::from_fn::<_, 9, _>(|i| {
                (pitch_hz * (i + 1) as f64, 0.1 * libm::pow(10.0, levels[i] / 20.0))
            });
            let formants = [4.2, 6.8, 8.9].map(|h: f64| (h * pitch_hz) as f32);
            let frame = measured(&tones(&lines), Some(pitch_hz as f32), formants);
            // At 70 Hz the window holds four periods, and main lobes touch.
            let bound = if pitch_hz < 100.0 { 0.5 } else { 0.3 };
            for (descriptor, expected) in [
                (Descriptor::H1H2, 7.0),
                (Descriptor::F1Amplitude, -3.0),
                (Descriptor::F2Amplitude, -9.0),
                (Descriptor::F3Amplitude, -18.0),
                // The eighth and the ninth lie within a spacing of the third formant.
                (Descriptor::H1A3, 18.0),
            ] {
                let got = frame.get(descriptor).unwrap_or(f32::NAN);
                assert!((got - expected).abs() < bound, "{pitch_hz} {descriptor:?} {got}");
            }
        }
    }

    #[test]
    fn without_a_pitch_there_are_no_harmonics() {
        let frame = measured(&tones(&[(200.0, 0.1)]), None, [500.0, 1_500.0, 2_500.0]);
        assert_eq!(frame.get(Descriptor::H1H2), None);
        assert_eq!(frame.get(Descriptor::H1A3), None);
        assert_eq!(frame.get(Descriptor::F1Amplitude), None);
        assert!(frame.get(Descriptor::CepstralPeakProminence).is_some());
    }

    #[test]
    fn without_formants_there_are_no_amplitudes() {
        let window = tones(&[(200.0, 0.1), (400.0, 0.1)]);
        let frame = measured(&window, Some(200.0), [f32::NAN; 3]);
        assert!(frame.get(Descriptor::H1H2).is_some());
        assert_eq!(frame.get(Descriptor::H1A3), None);
        assert_eq!(frame.get(Descriptor::F3Amplitude), None);
    }

    #[test]
    fn harmonics_beyond_the_spectrum_are_absent() {
        let window = tones(&[(6_000.0, 0.1)]);
        let frame = measured(&window, Some(6_000.0), [500.0, 1_500.0, 2_500.0]);
        assert_eq!(frame.get(Descriptor::H1H2), None);
    }

    #[test]
    fn silence_has_neither() {
        let frame = measured(&[0.5; WINDOW], Some(100.0), [f32::NAN; 3]);
        assert_eq!(frame, Frame::new(0));
    }
}
