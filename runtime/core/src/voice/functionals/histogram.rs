//! Percentiles from counts in bins of one width.

/// How often values fell into each of `BINS` bins. What lies below them all counts as the
/// lowest value seen, and what lies above as one in the highest bin. Windows merge exactly.
#[derive(Clone, Debug)]
pub struct Histogram<const BINS: usize> {
    scale: Scale,
    counts: [u32; BINS],
    below: u64,
    total: u64,
    lowest: f32,
    highest: f32,
}

/// Where the bins lie.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The lower edge of the lowest bin.
    pub low: f32,
    /// Bins in a unit.
    pub density: f32,
}

impl<const BINS: usize> Histogram<BINS> {
    pub const fn new(scale: Scale) -> Self {
        Self {
            scale,
            counts: [0; BINS],
            below: 0,
            total: 0,
            lowest: f32::INFINITY,
            highest: f32::NEG_INFINITY,
        }
    }

    /// Counts a value; minus infinity is one that lies below everything.
    #[inline]
    pub fn add(&mut self, value: f32) {
        if value < self.scale.low {
            self.below += 1;
        } else {
            let bin = ((value - self.scale.low) * self.scale.density) as usize;
            self.counts[bin.min(BINS - 1)] += 1;
        }
        self.total += 1;
        self.lowest = self.lowest.min(value);
        self.highest = self.highest.max(value);
    }

    pub fn merge(&mut self, other: &Self) {
        for (own, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *own += theirs;
        }
        self.below += other.below;
        self.total += other.total;
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
    }

    /// The smallest value that a share of `percent` hundredths of all values does not
    /// exceed, to within a bin: values are taken to be spread evenly in theirs.
    pub fn percentile(&self, percent: u64) -> Option<f32> {
        if self.total == 0 {
            return None;
        }
        let rank = (self.total * percent).div_ceil(100).max(1);
        if rank <= self.below {
            return Some(self.lowest);
        }
        let mut below = self.below;
        for (bin, &count) in self.counts.iter().enumerate() {
            let count = u64::from(count);
            if below + count >= rank {
                let within = ((rank - below) as f32 - 0.5) / count as f32;
                let value = self.scale.low + (bin as f32 + within) / self.scale.density;
                return Some(value.clamp(self.lowest, self.highest));
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::vec::Vec;

    type Small = Histogram<100>;
    const SCALE: Scale = Scale { low: -2.0, density: 10.0 };
    const WIDTH: f32 = 0.1;

    fn of(values: &[f32]) -> Small {
        let mut histogram = Small::new(SCALE);
        values.iter().for_each(|&value| histogram.add(value));
        histogram
    }

    #[test]
    fn one_value_is_given_back_as_it_was() {
        assert_eq!(of(&[]).percentile(50), None);
        for value in [-1.234, 0.05, 7.999, -50.0, 1e9, f32::NEG_INFINITY] {
            for percent in [0, 20, 50, 100] {
                assert_eq!(of(&[value, value]).percentile(percent), Some(value));
            }
        }
    }

    #[test]
    fn silence_below_the_bins_stays_silence() {
        let silence = f32::NEG_INFINITY;
        let histogram = of(&[silence, silence, silence, 1.0, 1.0]);
        assert_eq!(histogram.percentile(50), Some(silence));
        assert!((histogram.percentile(80).unwrap() - 1.0).abs() <= WIDTH);
    }

    proptest! {
        #[test]
        fn percentiles_are_within_a_bin_of_those_by_sorting(
            values in prop::collection::vec(-2.0f32..8.0, 1..80),
            cut in 0usize..80,
            percent in 0u64..=100,
        ) {
            let mut sorted: Vec<f32> = values.clone();
            sorted.sort_by(f32::total_cmp);
            let rank = (values.len() * percent as usize).div_ceil(100).max(1);
            let expected = sorted[rank - 1];

            let got = of(&values).percentile(percent).unwrap();
            prop_assert!((got - expected).abs() <= WIDTH * 1.001, "{got} for {expected}");

            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = of(left);
            merged.merge(&of(right));
            prop_assert_eq!(merged.percentile(percent), Some(got));
        }
    }
}
