//! How far the voice stands out from the noise.
//!
//! In a recording of speech the noise is alone in the pauses, and there it is steady. So
//! the quietest frames are the noise, and what the others have more than it is the signal.
//! That is the idea of minimum statistics (Martin 1994, "Spectral subtraction based on
//! minimum statistics", EUSIPCO, 1182-1185), on levels instead of spectra. The level of the
//! signal is taken over the frames in which it is active, 15.9 dB below that level at the
//! lowest (ITU-T P.56).

use super::report::decibels;

/// Bins of a histogram of levels, of 1 dB each.
pub(super) const BINS: usize = 100;

/// The lower edge of the first bin, in dBFS.
const LOWEST_DBFS: f64 = -100.0;

/// Frames that a ratio is estimated from, at the least: a quarter of a second.
const FEWEST: u64 = 25;

/// The share of the frames among which the noise is looked for.
const QUIET_SHARE: f64 = 0.05;

/// How far above the noise a frame is active, in dB.
const STANDS_OUT: usize = 2;

/// The least share of active frames: with fewer, nothing tells noise from signal.
const ACTIVE_SHARE: f64 = 0.05;

/// How far below the level of the active signal frames are still active, in dB (P.56).
const MARGIN_DB: f64 = 15.9;

/// Below this ratio, in dB, quiet frames four fifths of which are voiced are no noise, but
/// a voice.
const VOICE_LIKE_DB: f64 = 20.0;

/// Quiet frames that differ by this much, in dB, are no steady noise, but the edges of
/// pauses that are digital silence.
const UNSTEADY_DB: usize = 8;

/// From this ratio on, in dB, it does not matter whether they are.
const CLEAR_DB: f64 = 30.0;

/// The lowest and the highest ratio that is stated, in dB.
const RANGE_DB: (f64, f64) = (-10.0, 80.0);

/// How many frames had which level: all of them, and those that are voiced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Levels {
    all: [u32; BINS],
    voiced: [u32; BINS],
}

impl Levels {
    pub(super) const EMPTY: Self = Self { all: [0; BINS], voiced: [0; BINS] };

    /// The bin of a mean square.
    pub(super) fn bin(mean_square: f64) -> u8 {
        let above = f64::from(decibels(mean_square)) - LOWEST_DBFS;
        // The cast is bounded by the clamp.
        above.clamp(0.0, (BINS - 1) as f64) as u8
    }

    pub(super) fn count(&mut self, bin: u8, voiced: bool) {
        let bin = usize::from(bin).min(BINS - 1);
        self.all[bin] = self.all[bin].saturating_add(1);
        self.voiced[bin] = self.voiced[bin].saturating_add(u32::from(voiced));
    }

    pub(super) fn add(&mut self, other: &Self) {
        let sum = |to: &mut [u32; BINS], from: &[u32; BINS]| {
            for (to, from) in to.iter_mut().zip(from) {
                *to = to.saturating_add(*from);
            }
        };
        sum(&mut self.all, &other.all);
        sum(&mut self.voiced, &other.voiced);
    }

    /// Frames that are voiced.
    pub(super) fn voiced(&self) -> u64 {
        self.voiced.iter().map(|&n| u64::from(n)).sum()
    }

    /// The signal-to-noise ratio, in dB; `None` where too few frames stand out, or where
    /// the quiet ones may be a voice.
    pub(super) fn snr_db(&self) -> Option<f32> {
        let frames: u64 = self.all.iter().map(|&n| u64::from(n)).sum();
        if frames < FEWEST {
            return None;
        }
        let Noise { mean_square: noise, end, spread } = self.noise(frames);
        let total: f64 = self.all.iter().enumerate().map(|(b, &n)| energy(b, n)).sum();
        let signal = total - noise * frames as f64;
        let noise_db = 10.0 * libm::log10(noise);
        let first = libm::ceil(noise_db - LOWEST_DBFS) as usize + STANDS_OUT;
        let needed = ACTIVE_SHARE * frames as f64;
        let active = count(&self.all, first..BINS);
        if signal <= 0.0 || (active as f64) < needed {
            return None;
        }
        let ratio = active_level(&self.all, signal, first, needed)? - noise_db;
        let quiet = count(&self.all, 0..end);
        let voice_like = 5 * count(&self.voiced, 0..end) > 4 * quiet;
        let unsteady = spread >= UNSTEADY_DB;
        if (voice_like && ratio < VOICE_LIKE_DB) || (unsteady && ratio < CLEAR_DB) {
            return None;
        }
        Some(ratio.clamp(RANGE_DB.0, RANGE_DB.1) as f32)
    }

    /// What is taken for noise.
    ///
    /// Its power is the mean over the quietest frames and those within a few decibels: the more
    /// the quietest differ among themselves, the more decibels.
    fn noise(&self, frames: u64) -> Noise {
        let quantile = |wanted: f64| {
            let mut seen = 0.0;
            self.all.iter().position(|&n| {
                seen += f64::from(n);
                seen >= wanted
            })
        };
        let share = QUIET_SHARE * frames as f64;
        let quiet = quantile(share.max(4.0)).unwrap_or(0);
        let quietest = quantile((share / 4.0).max(1.0)).unwrap_or(0);
        let spread = quiet - quietest;
        let end = (quiet + (2 + spread).min(8) + 1).min(BINS);
        let sum: f64 = (0..end).map(|b| energy(b, self.all[b])).sum();
        let mean_square = sum / count(&self.all, 0..end).max(1) as f64;
        Noise { mean_square, end, spread }
    }
}

/// The noise of a recording.
struct Noise {
    mean_square: f64,
    /// The bin that ends its frames.
    end: usize,
    /// How much the quietest frames differ, in dB.
    spread: usize,
}

/// The level of the signal over the frames in which it is active, in dBFS.
fn active_level(all: &[u32; BINS], signal: f64, first: usize, needed: f64) -> Option<f64> {
    let mut level = None;
    for bin in first..BINS {
        let active = count(all, bin..BINS);
        if level.is_some() && (active as f64) < needed {
            break;
        }
        let threshold = bin as f64 + LOWEST_DBFS;
        let above = 10.0 * libm::log10(signal / active as f64) - threshold;
        level = Some((threshold, above));
        if above <= MARGIN_DB {
            break;
        }
    }
    let (threshold, above) = level?;
    // Where the noise hides the weaker frames of the signal, fewer are counted than are
    // active. How many are left follows from how levels of speech are spread: of clean
    // speech 30 % of the active frames exceed its level, and 4.6 % more for each decibel
    // below it, all of them 15.9 dB below.
    let left = (0.3 + 0.046 * above).clamp(0.5, 1.0);
    Some(threshold + above + 10.0 * libm::log10(left))
}

/// The sum of the mean squares of `n` frames in a bin.
fn energy(bin: usize, n: u32) -> f64 {
    if n == 0 {
        return 0.0;
    }
    f64::from(n) * libm::exp10((bin as f64 + 0.5 + LOWEST_DBFS) / 10.0)
}

fn count(bins: &[u32; BINS], range: core::ops::Range<usize>) -> u64 {
    bins.get(range).map_or(0, |bins| bins.iter().map(|&n| u64::from(n)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `frames` of each level, in dBFS, voiced or not.
    fn levels(list: &[(f64, u32, bool)]) -> Levels {
        let mut levels = Levels::EMPTY;
        for &(dbfs, frames, voiced) in list {
            for _ in 0..frames {
                levels.count(Levels::bin(libm::exp10(dbfs / 10.0)), voiced);
            }
        }
        levels
    }

    #[test]
    fn bins_hold_their_levels() {
        for (dbfs, bin) in [(-130.0, 0), (-99.5, 0), (-98.5, 1), (-0.5, 99), (20.0, 99)] {
            assert_eq!(Levels::bin(libm::exp10(dbfs / 10.0)), bin, "{dbfs} dBFS");
        }
        assert_eq!(Levels::bin(0.0), 0);
        assert_eq!(Levels::bin(f64::NAN), 0);
    }

    #[test]
    fn a_ratio_by_hand() {
        // A third of the time noise at -60.5, two thirds a signal at -20.5 with it.
        let found = levels(&[(-60.5, 100, false), (-20.5, 200, true)]).snr_db().unwrap();
        assert!((found - 40.0).abs() < 0.01, "{found}");
        // As loud as the noise: together 3 dB more. Levels of speech are not all the same,
        // so this is near the bound of what is promised.
        let found = levels(&[(-40.5, 100, false), (-37.5, 200, true)]).snr_db().unwrap();
        assert!((-3.5..=3.5).contains(&found), "{found}");
    }

    #[test]
    fn steady_sound_has_no_ratio() {
        for voiced in [false, true] {
            assert_eq!(levels(&[(-30.5, 200, voiced), (-29.5, 150, voiced)]).snr_db(), None);
        }
    }

    #[test]
    fn a_trembling_vowel_is_not_its_own_noise() {
        let trembling = [(-30.5, 50, true), (-25.5, 100, true), (-20.5, 50, true)];
        assert_eq!(levels(&trembling).snr_db(), None);
        let unvoiced = trembling.map(|(level, frames, _)| (level, frames, false));
        assert!(levels(&unvoiced).snr_db().is_some());
    }

    #[test]
    fn edges_of_digital_silence_are_no_noise() {
        let gated: [(f64, u32, bool); 12] = core::array::from_fn(|i| {
            let dbfs = -95.0 + 7.0 * i as f64;
            (dbfs, if dbfs < -40.0 { 1 } else { 60 }, dbfs > -30.0)
        });
        assert_eq!(levels(&gated).snr_db(), None);
    }

    #[test]
    fn little_is_no_evidence() {
        assert_eq!(levels(&[]).snr_db(), None);
        assert_eq!(levels(&[(-60.0, 12, false), (-20.0, 12, true)]).snr_db(), None);
        // One click in three seconds.
        assert_eq!(levels(&[(-60.0, 300, false), (-20.0, 1, false)]).snr_db(), None);
    }

    #[test]
    fn the_range_is_bounded() {
        let quiet = levels(&[(-130.0, 100, false), (-0.5, 100, true)]);
        assert_eq!(quiet.snr_db(), Some(80.0));
    }
}
