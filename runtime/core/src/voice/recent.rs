//! The samples that analyses still reach.

use super::{HOP, vector};

/// How many are kept.
pub(super) const KEPT: usize = 3_600;

/// The latest samples, and those of the hop being filled. Before the first lies silence.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    samples: [f32; KEPT],
    /// Place of the first of them.
    origin: i64,
    /// Samples of the hop being filled.
    filled: usize,
}

impl Recent {
    pub(super) const fn new() -> Self {
        Self { samples: [0.0; KEPT], origin: -((KEPT - HOP) as i64), filled: 0 }
    }

    /// Takes samples up to the end of the hop, and returns how many it took.
    pub(super) fn fill(&mut self, samples: &[f32]) -> usize {
        if self.filled == HOP {
            self.samples.copy_within(HOP.., 0);
            self.origin += HOP as i64;
            self.filled = 0;
        }
        let taken = samples.len().min(HOP - self.filled);
        let start = KEPT - HOP + self.filled;
        for (out, &sample) in self.samples[start..start + taken].iter_mut().zip(samples) {
            *out = vector::tame(sample);
        }
        self.filled += taken;
        taken
    }

    /// The hop, once it is full.
    pub(super) fn hop(&self) -> Option<&[f32]> {
        (self.filled == HOP).then(|| &self.samples[KEPT - HOP..])
    }

    /// The samples from a place on.
    pub(super) fn slice(&self, start: i64, length: usize) -> &[f32] {
        let start = start - self.origin;
        debug_assert!(start >= 0 && start as usize + length <= KEPT, "{start}, {length}");
        let start = (start.max(0) as usize).min(KEPT - length.min(KEPT));
        &self.samples[start..start + length.min(KEPT)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_stream() {
        let mut recent = Recent::new();
        let mut next = 0;
        while next < 2 * KEPT {
            let samples = [next as f32 / KEPT as f32, f32::NAN, 1e9];
            let taken = recent.fill(&samples);
            next += taken;
            if recent.hop().is_some() {
                assert_eq!(next % HOP, 0);
            }
        }
        let end = next.next_multiple_of(HOP) as i64;
        assert_eq!(end - KEPT as i64, recent.origin);
        let slice = recent.slice(end - HOP as i64 - 10, 10);
        assert!(slice.iter().all(|sample| (0.0..=64.0).contains(sample)));
        assert_eq!(recent.slice(recent.origin, KEPT).len(), KEPT);
    }

    #[test]
    fn silence_lies_before_the_first_sample() {
        let mut recent = Recent::new();
        assert_eq!(recent.fill(&[0.5; 2 * HOP]), HOP);
        assert_eq!(recent.slice(-2, 4), [0.0, 0.0, 0.5, 0.5]);
    }
}
