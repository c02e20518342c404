//! Up to which frequency there is sound.
//!
//! A call of 8 kHz that was resampled to 16 kHz still holds nothing above 4 kHz, and a
//! strong compression cuts off what is above its own limit. Three things show it in the
//! mean spectrum of active frames:
//!
//! 1. **Nothing.** Above the highest band that reaches 50 dB below the strongest of speech
//!    there is nothing to hear.
//! 2. **An edge.** All that is 250 Hz and more above it lies 20 dB or more below the mean of
//!    the 500 Hz under it. The fall-off of a voice is never as steep, that of a filter is.
//!    What is above may be noise that was added later.
//! 3. **A gap with images.** A poor resampler mirrors what is below 4 kHz to above. But
//!    about 4 kHz itself the filter before the call left a gap, and its mirror image
//!    another: a notch deeper than any other.

use super::report::decibels;

/// Bands of the spectrum, of two bins of the transform each.
pub(super) const BANDS: usize = 128;

/// Spectra that a bandwidth is found from, at the least: those of a quarter of a second.
const FEWEST: u32 = 6;

/// Below the strongest band of speech by this much there is nothing, in dB.
const BELOW_SPEECH: f32 = 50.0;

/// Nor below the strongest of all by this much, where a hum is stronger than speech, in dB.
const BELOW_ALL: f32 = 75.0;

/// Nor below this, in dBFS a band: rounding to 16 bits leaves about -119.
const ROUNDING: f32 = -113.0;

/// The range of the strongest parts of speech, in Hz.
const SPEECH_HZ: (f32, f32) = (300.0, 3_400.0);

/// From where edges are looked for, in Hz: below, voices fall off steeply, too, an [a] above
/// its second formant.
const LOWEST_EDGE_HZ: f32 = 2_300.0;

/// How long the part below an edge is that is compared, in Hz.
const SHOULDER_HZ: f32 = 500.0;

/// How wide an edge is at the most, in Hz.
const EDGE_HZ: f32 = 250.0;

/// How high an edge is at the least, in dB.
const EDGE: f32 = 20.0;

/// Where a poor resampler leaves a gap: half the rate of telephones.
const GAP_HZ: f32 = 4_000.0;

/// How deep the gap is below what is on its lower and its upper side, in dB.
const GAP: (f32, f32) = (20.0, 16.0);

/// How much deeper it is than any other, in dB.
const DEEPEST: f32 = 8.0;

/// Sums of the power in bands, over frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spectrum {
    power: [f32; BANDS],
    frames: u32,
}

impl Spectrum {
    pub(super) const EMPTY: Self = Self { power: [0.0; BANDS], frames: 0 };

    /// Adds a frame: `|X|^2` of bins 0 to 256.
    pub(super) fn count(&mut self, bins: &[f32]) {
        for (sum, pair) in self.power.iter_mut().zip(bins[1..].chunks_exact(2)) {
            *sum += pair[0] + pair[1];
        }
        self.frames = self.frames.saturating_add(1);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (to, from) in self.power.iter_mut().zip(&other.power) {
            *to += from;
        }
        self.frames = self.frames.saturating_add(other.frames);
    }

    /// The frequency up to which there is sound, in Hz; `None` of too few frames.
    ///
    /// `scale` turns the power of a frame into the mean square of its samples.
    pub(super) fn bandwidth_hz(&self, scale: f64, sample_rate: u32) -> Option<f32> {
        if self.frames < FEWEST {
            return None;
        }
        let mean = scale / f64::from(self.frames);
        let power = self.power.map(|sum| f64::from(sum) * mean);
        let width = sample_rate as f32 / (4 * BANDS) as f32 * 2.0;
        let shape = Shape { level: power.map(decibels), power, width };
        Some(shape.bands() as f32 * width)
    }
}

/// A mean spectrum.
struct Shape {
    /// Mean square of each band.
    power: [f64; BANDS],
    /// The same in dBFS.
    level: [f32; BANDS],
    /// Hz of a band.
    width: f32,
}

impl Shape {
    /// How many bands from the lowest on hold sound.
    fn bands(&self) -> usize {
        let speech = self.band(SPEECH_HZ.0)..self.band(SPEECH_HZ.1);
        let least = (self.strongest(speech) - BELOW_SPEECH)
            .max(self.strongest(0..BANDS) - BELOW_ALL)
            .max(ROUNDING);
        let top = self.level.iter().rposition(|&level| level >= least).map_or(0, |b| b + 1);
        // The images of a poor resampler may end in an edge of their own.
        let edge = self.edge(top).unwrap_or(top);
        self.gap().unwrap_or(top).min(edge)
    }

    /// The lowest edge below `top`.
    fn edge(&self, top: usize) -> Option<usize> {
        let wide = self.band(EDGE_HZ).max(1);
        let long = self.band(SHOULDER_HZ).max(2);
        let first = self.band(LOWEST_EDGE_HZ).max(long);
        // The top bands may hold the skirt of an earlier filter; alone they are no proof.
        let end = top.min(BANDS.saturating_sub(2 * wide));
        // From the top down: the strongest of all that follows is known at each place.
        let mut found = None;
        let mut follows = self.strongest((end + wide).min(BANDS)..BANDS);
        for place in (first..end).rev() {
            follows = follows.max(self.level[place + wide]);
            let shoulder = self.mean(place - long..place);
            if shoulder - follows >= EDGE {
                found = Some((place, shoulder));
            }
        }
        let (place, shoulder) = found?;
        // What is nearer to the shoulder than to what follows still belongs to the sound.
        let rest = &self.level[place..];
        let more = rest.iter().position(|&level| level < shoulder - EDGE / 2.0 - 2.0);
        Some(place + more.unwrap_or(rest.len()))
    }

    /// The band at which a poor resampler's images begin.
    fn gap(&self) -> Option<usize> {
        let place = self.band(GAP_HZ);
        let side = self.band(SHOULDER_HZ);
        // A notch is narrow where the filter before the call was steep.
        if side < 8 || place + 2 * side > BANDS {
            return None;
        }
        let lowest = |at: usize| self.level[at - 2..at + 2].iter().copied().fold(0.0, f32::min);
        let floor = lowest(place);
        let below = self.mean(place - side - 4..place - 4);
        let above = self.mean(place + 4..place + 4 + side);
        if below - floor < GAP.0 || above - floor < GAP.1 {
            return None;
        }
        let depth = |at: usize| {
            let sides = [at - 8..at - 3, at + 4..at + 9].map(|side| self.strongest(side));
            sides[0].min(sides[1]) - lowest(at)
        };
        let deepest = (self.band(2_250.0)..BANDS - 12)
            .filter(|at| at.abs_diff(place) > 6)
            .map(depth)
            .fold(f32::NEG_INFINITY, f32::max);
        (depth(place) - deepest >= DEEPEST).then_some(place)
    }

    fn band(&self, hertz: f32) -> usize {
        (libm::roundf(hertz / self.width) as usize).min(BANDS)
    }

    fn strongest(&self, bands: core::ops::Range<usize>) -> f32 {
        self.level[bands].iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }

    /// The level of the mean power of some bands.
    fn mean(&self, bands: core::ops::Range<usize>) -> f32 {
        let count = bands.len().max(1) as f64;
        decibels(self.power[bands].iter().sum::<f64>() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bandwidth of a spectrum at 16 kHz, given in dBFS by frequency.
    fn bandwidth(level: impl Fn(f32) -> f32) -> f32 {
        let mut spectrum = Spectrum::EMPTY;
        let bins: [f32; 2 * BANDS + 1] = core::array::from_fn(|bin| {
            let hertz = bin as f32 * 31.25;
            libm::exp10f(level(hertz) / 10.0) / 2.0
        });
        for _ in 0..FEWEST {
            spectrum.count(&bins);
        }
        spectrum.bandwidth_hz(1.0, 16_000).unwrap()
    }

    /// Speech: 8 dB less with each octave above 500 Hz, hills and valleys.
    fn speech(hertz: f32) -> f32 {
        let octaves = libm::log2f(hertz.max(500.0) / 500.0);
        -35.0 - 8.0 * octaves + 4.0 * libm::cosf(hertz / 160.0)
    }

    #[test]
    fn speech_fills_what_there_is() {
        assert_eq!(bandwidth(speech), 8_000.0);
    }

    #[test]
    fn a_filter_leaves_an_edge() {
        for cut in [2_500.0, 3_400.0, 4_000.0, 5_500.0, 7_000.0] {
            for floor in [-119.0_f32, -90.0, -80.0] {
                let found =
                    bandwidth(|hz| if hz <= cut { speech(hz) } else { floor.min(speech(hz)) });
                // Noise that hides the edge leaves nothing to find.
                if speech(cut) - floor > 24.0 {
                    assert!((found - cut).abs() <= 190.0, "{cut} Hz, {floor}: {found}");
                }
            }
        }
    }

    #[test]
    fn a_held_a_has_no_edge_above_its_second_formant() {
        let found = bandwidth(|hz| match hz {
            ..1_350.0 => -35.0,
            1_350.0..2_300.0 => -64.0,
            2_300.0..3_700.0 => -60.0,
            _ => -72.0,
        });
        assert_eq!(found, 8_000.0);
    }

    #[test]
    fn images_beyond_a_gap_are_no_sound() {
        let found = bandwidth(|hz| match hz {
            ..3_850.0 => speech(hz),
            3_850.0..4_150.0 => speech(hz) - 30.0,
            _ => speech(8_000.0 - hz) - 8.0,
        });
        assert_eq!(found, 4_000.0);
    }
    #[test]
    fn gaps_between_harmonics_are_no_gap() {
        // Harmonics of 470 Hz: one gap of many lies about 4 kHz.
        let found = bandwidth(|hz| {
            let phase = hz / 470.0 - libm::roundf(hz / 470.0);
            speech(hz) - if phase.abs() < 0.15 { 0.0 } else { 35.0 }
        });
        assert!(found > 7_400.0, "{found}");
    }

    #[test]
    fn a_tone_ends_where_it_is() {
        let found = bandwidth(|hz| if (hz - 440.0).abs() < 40.0 { -20.0 } else { -119.0 });
        assert!((400.0..=500.0).contains(&found), "{found}");
        let hum = bandwidth(|hz| if (hz - 50.0).abs() < 40.0 { -10.0 } else { -118.0 });
        assert!(hum <= 125.0, "{hum}");
    }

    #[test]
    fn silence_has_none() {
        assert_eq!(bandwidth(|_| -150.0), 0.0);
        assert_eq!(Spectrum::EMPTY.bandwidth_hz(1.0, 16_000), None);
    }

    #[test]
    fn other_rates_do_no_harm() {
        let mut spectrum = Spectrum::EMPTY;
        for _ in 0..FEWEST {
            spectrum.count(&[1e-9; 2 * BANDS + 1]);
        }
        for rate in [100, 8_000, 11_025, 44_100, 48_000, 384_000, u32::MAX] {
            let found = spectrum.bandwidth_hz(1.0, rate).unwrap();
            assert!((found / rate as f32 - 0.5).abs() < 1e-6, "{rate}: {found}");
        }
    }
}
