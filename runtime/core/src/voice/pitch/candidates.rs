//! The peaks of a frame's autocorrelation that may be its pitch.

use super::super::sinc::{REACH, STEPS, Sinc, climb};
use super::decimate::FACTOR;
use super::{CEILING_HZ, FLOOR_HZ};
use crate::voice::SAMPLE_RATE;

/// The most candidates that a frame keeps.
pub(super) const MOST: usize = 8;

/// The rate at which they are looked for, in Hz.
const RATE: f32 = (SAMPLE_RATE as usize / FACTOR) as f32;

/// The longest period looked for, in samples, rounded up.
const LONGEST: usize = (RATE / FLOOR_HZ) as usize + 1;

/// Values of the autocorrelation that are needed: the longest period, its neighbour, and
/// what a value between samples takes.
pub(super) const LAGS: usize = LONGEST + 2 + REACH + 2;

/// Below this height a peak cannot win against "unvoiced", whatever the path.
const LOWEST: f32 = 0.2;

/// How strong "unvoiced" is in a frame that is not silent (Boersma's voicing threshold).
const VOICING: f32 = 0.42;

/// What a candidate loses for each octave below the ceiling (Boersma's octave cost): of
/// a period and its multiples, equally high, the shortest wins.
const OCTAVE_COST: f32 = 0.02;

/// A level below this share of the recent loudest is silent (Boersma's silence threshold,
/// of root mean squares instead of peaks).
const SILENCE: f32 = 0.03;

/// Up to this lag, in samples of the low rate, a candidate must show at its multiples, too:
/// 12.5 ms. The ringing of a resonance decays from multiple to multiple, a voice does not.
const ECHOES: f32 = 50.0;

/// How far a candidate may stand above the mean of its multiples.
const ABOVE_ECHOES: f32 = 0.07;

/// Of two candidates, one a multiple of the other's period, the shorter is believed unless
/// the longer is higher by this share of what it lacks: in noise, the heights at multiples of
/// the true period scatter.
const SCATTER: f32 = 0.4;

/// How far a ratio of periods may be from a whole number, relative to it.
const MULTIPLE: f32 = 0.04;

/// A pitch that a frame may have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Candidate {
    /// Frequency, in Hz.
    pub frequency_hz: f32,
    /// Octaves from the ceiling, negative.
    pub(super) octaves: f32,
    /// Height of the autocorrelation divided by that of the window, 0 to 1.
    pub periodicity: f32,
    /// What counts in the choice: the periodicity less a cost for low pitch, and less what
    /// its multiples do not bear out.
    pub strength: f32,
}

/// What a [`Scan`](super::Scan) finds in a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidates {
    list: [Candidate; MOST],
    count: usize,
    /// How strong the case for "unvoiced" is.
    pub(super) unvoiced: f32,
}

impl Candidates {
    /// None, in silence.
    pub(super) const SILENT: Self = Self {
        list: [Candidate { frequency_hz: 0.0, octaves: 0.0, periodicity: 0.0, strength: 0.0 };
            MOST],
        count: 0,
        unvoiced: VOICING + 2.0,
    };

    /// The candidates, from the highest frequency to the lowest; at most 8.
    pub fn as_slice(&self) -> &[Candidate] {
        &self.list[..self.count]
    }

    /// The strongest candidate, if it is stronger than the case for "unvoiced".
    pub fn best(&self) -> Option<&Candidate> {
        let strongest = self.as_slice().iter().max_by(|a, b| a.strength.total_cmp(&b.strength));
        strongest.filter(|candidate| candidate.strength > self.unvoiced)
    }

    /// Whether the frame, judged by itself, is voiced.
    pub fn is_voiced(&self) -> bool {
        self.best().is_some()
    }

    /// Candidates as tests need them: frequency and strength each.
    #[cfg(test)]
    pub(super) fn made_up(list: &[(f32, f32)]) -> Self {
        let mut made = Self { unvoiced: VOICING, ..Self::SILENT };
        for &(frequency_hz, strength) in list {
            let octaves = libm::log2f(frequency_hz / CEILING_HZ);
            made.keep(Candidate { frequency_hz, octaves, periodicity: strength, strength });
        }
        made
    }

    /// Picks the peaks of `correlation`, which is 1 at lag 0 and `reach` values beyond it on
    /// either side (`correlation[reach + lag]`). `loudness` is the frame's level, as a share
    /// of the recent loudest.
    pub(super) fn pick(correlation: &[f32; REACH + LAGS], sinc: &Sinc, loudness: f32) -> Self {
        let silence = loudness * (1.0 + VOICING) / SILENCE;
        let mut found = Self { unvoiced: VOICING + (2.0 - silence).max(0.0), ..Self::SILENT };
        let shortest = (RATE / CEILING_HZ) as usize - 1;
        for lag in shortest..=LONGEST {
            let at = REACH + lag;
            let around = [correlation[at - 1], correlation[at], correlation[at + 1]];
            let is_peak = around[1] > around[0] && around[1] >= around[2];
            if !is_peak || around[1] < LOWEST {
                continue;
            }
            let top = climb(around, |steps| sinc.value(correlation, at, steps));
            let period = lag as f32 + top.offset;
            let frequency_hz = RATE / period;
            if !(FLOOR_HZ..=CEILING_HZ).contains(&frequency_hz) {
                continue;
            }
            let periodicity = top.height.min(1.0);
            let borne_out = echoes(correlation, sinc, period, periodicity) + ABOVE_ECHOES;
            let octaves = libm::log2f(frequency_hz / CEILING_HZ);
            found.keep(Candidate {
                frequency_hz,
                octaves,
                periodicity,
                strength: periodicity.min(borne_out) + OCTAVE_COST * octaves,
            });
        }
        found.demote_multiples();
        found
    }

    /// Puts candidates below those of which they may be a multiple, unless these cannot win
    /// themselves.
    fn demote_multiples(&mut self) {
        for longer in 1..self.count {
            for shorter in 0..longer {
                let (other, own) = (self.list[shorter], self.list[longer]);
                if other.strength < LOWEST {
                    continue;
                }
                let ratio = other.frequency_hz / own.frequency_hz;
                let whole = libm::roundf(ratio);
                let is_multiple = whole >= 2.0 && (ratio - whole).abs() < MULTIPLE * whole;
                let height = other.strength - OCTAVE_COST * other.octaves;
                if is_multiple && height >= own.periodicity - SCATTER * (1.0 - own.periodicity)
                {
                    let below = other.strength - OCTAVE_COST * libm::log2f(whole);
                    self.list[longer].strength = own.strength.min(below);
                }
            }
        }
    }

    /// Adds a candidate, in place of the weakest where there is no room.
    fn keep(&mut self, candidate: Candidate) {
        if self.count == MOST {
            let weakest = (0..MOST)
                .min_by(|&a, &b| self.list[a].strength.total_cmp(&self.list[b].strength));
            let Some(weakest) = weakest else { return };
            if self.list[weakest].strength >= candidate.strength {
                return;
            }
            self.list.copy_within(weakest + 1.., weakest);
            self.count -= 1;
        }
        self.list[self.count] = candidate;
        self.count += 1;
    }
}

/// Mean height at a period and its multiples up to 12.5 ms.
fn echoes(correlation: &[f32; REACH + LAGS], sinc: &Sinc, period: f32, height: f32) -> f32 {
    let (mut sum, mut count, mut place) = (height, 1.0, 2.0 * period);
    while place <= ECHOES {
        let nearest = libm::roundf(place);
        let steps = libm::roundf((place - nearest) * STEPS as f32) as i32;
        sum += sinc.value(correlation, REACH + nearest as usize, steps);
        count += 1.0;
        place += period;
    }
    sum / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_gives_way() {
        let strengths = [0.5, 0.6, 0.4, 0.7, 0.8, 0.45, 0.55, 0.65, 0.75, 0.3];
        let mut list = [(0.0, 0.0); 10];
        for (i, (slot, strength)) in list.iter_mut().zip(strengths).enumerate() {
            *slot = (900.0 - 50.0 * i as f32, strength);
        }
        let made = Candidates::made_up(&list);
        assert_eq!(made.as_slice().len(), MOST);
        assert!(made.as_slice().iter().all(|candidate| candidate.strength > 0.4));
        assert!(made.as_slice().is_sorted_by(|a, b| a.frequency_hz > b.frequency_hz));
        assert_eq!(made.best().map(|best| best.strength), Some(0.8));
        assert!(!Candidates::made_up(&[(200.0, 0.3)]).is_voiced());
        assert!(!Candidates::SILENT.is_voiced());
    }

    #[test]
    fn of_equals_the_shorter_period_wins() {
        let mut made = Candidates::made_up(&[(400.0, 0.78), (200.0, 0.8), (133.0, 0.81)]);
        made.demote_multiples();
        assert_eq!(made.best().map(|best| best.frequency_hz), Some(400.0));
        // A second harmonic that is merely strong does not.
        let mut made = Candidates::made_up(&[(400.0, 0.85), (200.0, 0.99)]);
        made.demote_multiples();
        assert_eq!(made.best().map(|best| best.frequency_hz), Some(200.0));
        // Nor does a resonance that rings, beside rough pulses of a low voice.
        let mut made = Candidates::made_up(&[(702.0, 0.1), (78.0, 0.32)]);
        made.demote_multiples();
        assert_eq!(made.as_slice()[1].strength, 0.32);
    }
}
