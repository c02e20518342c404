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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::spectrum::test_signals::{Naive, noise, tones};

    fn measured(window: &[f32; WINDOW]) -> Frame {
        let fft = Naive(SHORT);
        let mut frame = Frame::new(0);
        let mut state = ShortState::new();
        ShortTables::new().analyse(&fft, &mut fft.buffers(), &mut state, window, &mut frame);
        frame
    }

    #[test]
    fn a_full_scale_tone() {
        let frame = measured(&tones(&[(1_000.0, 1.0)]));
        let get = |descriptor| frame.get(descriptor).unwrap_or(f32::NAN);
        assert!((get(Descriptor::Level) + 3.0103).abs() < 1e-3, "{frame:?}");
        // The phase moves the side lobes, whose loudness counts, too.
        assert!((get(Descriptor::Loudness) - 2.05).abs() < 0.1, "{frame:?}");
        let power_of_tone = {
            let fft = Naive(SHORT);
            let mut buffers = fft.buffers();
            let taper = unit_taper::<LENGTH>(Window::HammingSymmetric);
            load(&tones(&[(1_000.0, 0.5)]), &taper, fft.input(&mut buffers));
            let mut power = [0.0; BINS];
            fft.power(&mut buffers, &mut power);
            power[32]
        };
        assert!((power_of_tone - 0.25).abs() < 1e-3, "{power_of_tone}");
    }

    #[test]
    fn a_mean_changes_nothing() {
        let window = tones(&[(150.0, 0.1), (2_500.0, 0.05)]);
        let (plain, shifted) = (measured(&window), measured(&window.map(|x| x + 0.25)));
        for descriptor in Descriptor::ALL {
            match (plain.get(descriptor), shifted.get(descriptor)) {
                (Some(plain), Some(shifted)) => {
                    let error = (plain - shifted).abs();
                    assert!(error < 2e-2 * plain.abs().max(1.0), "{descriptor:?} {error}");
                }
                (plain, shifted) => assert_eq!(plain, shifted),
            }
        }
    }

    #[test]
    fn silence_is_not_loud_and_has_no_spectrum() {
        for level in [0.0, 0.5] {
            let frame = measured(&[level; WINDOW]);
            assert_eq!(frame.get(Descriptor::Loudness), Some(0.0));
            let known = Descriptor::ALL.into_iter().filter(|&d| frame.get(d).is_some());
            assert_eq!(known.count(), 1);
        }
    }

    #[test]
    fn every_signal_has_a_level() {
        let mut pulse = [0.0; WINDOW];
        pulse[WINDOW / 2] = 1.0;
        let noise = noise(WINDOW);
        let faint = core::array::from_fn(|i| noise[i] as f32 * 1e-7);
        let clipped = tones(&[(200.0, 100.0)]).map(|x| x.clamp(-1.0, 1.0));
        for window in [pulse, faint, clipped] {
            let frame = measured(&window);
            for descriptor in [
                Descriptor::Level,
                Descriptor::Loudness,
                Descriptor::AlphaRatio,
                Descriptor::Hammarberg,
                Descriptor::SlopeLow,
                Descriptor::SlopeMid,
                Descriptor::Mfcc4,
            ] {
                assert!(frame.get(descriptor).is_some(), "{descriptor:?} {frame:?}");
            }
        }
    }
}
