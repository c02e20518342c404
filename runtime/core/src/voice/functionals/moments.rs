//! Mean and standard deviation, value by value.

/// Count, mean and sum of squared deviations (Welford 1962; merged after Chan et al. 1979),
/// which stay exact to rounding where sums of squares would cancel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub const EMPTY: Self = Self { count: 0, mean: 0.0, squares: 0.0 };

    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
    }

    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let count = self.count + other.count;
        let (own, theirs) = (self.count as f64, other.count as f64);
        let deviation = other.mean - self.mean;
        self.mean += deviation * theirs / count as f64;
        self.squares += other.squares + deviation * deviation * own * theirs / count as f64;
        self.count = count;
    }

    pub fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Of the values themselves: the divisor is their count.
    pub fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| libm::sqrt(self.squares / self.count as f64))
    }

    /// Standard deviation over the mean's absolute value.
    pub fn variation(&self) -> Option<f64> {
        let deviation = self.deviation()?;
        let mean = libm::fabs(self.mean);
        (mean > 0.0 && mean >= MINIMUM_MEAN * deviation).then(|| deviation / mean)
    }
}

/// The mean must be this share of the standard deviation for their ratio to say anything.
const MINIMUM_MEAN: f64 = 1e-3;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::EMPTY;
        values.iter().for_each(|&value| moments.add(value));
        moments
    }

    fn close(a: f64, b: f64, scale: f64) -> bool {
        (a - b).abs() <= 1e-9 * scale.max(1.0)
    }

    #[test]
    fn what_needs_more_values_is_absent() {
        let none = of(&[]);
        assert_eq!((none.mean(), none.deviation(), none.variation()), (None, None, None));
        let one = of(&[3.0]);
        assert_eq!((one.mean(), one.deviation(), one.variation()), (Some(3.0), None, None));
        let two = of(&[1.0, 3.0]);
        assert_eq!((two.deviation(), two.variation()), (Some(1.0), Some(0.5)));
        assert_eq!(of(&[-1.0, 1.0]).variation(), None);
        assert_eq!(of(&[0.0, 0.0]).variation(), None);
        assert_eq!(of(&[-1.0, -3.0]).variation(), Some(0.5));
    }

    #[test]
    fn a_small_spread_on_a_large_mean_is_kept() {
        let values: [f64; 4] = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        assert_eq!(of(&values).deviation(), Some(libm::sqrt(22.5)));
    }

    proptest! {
        #[test]
        fn parts_merge_to_the_whole(
            values in prop::collection::vec(-1e3f64..1e3, 2..60),
            cut in 0usize..60,
        ) {
            let (left, right) = values.split_at(cut.min(values.len()));
            let (whole, merged) = (of(&values), of(left).merged(&of(right)));
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / count;
            for moments in [whole, merged] {
                prop_assert_eq!(moments.count(), values.len() as u64);
                prop_assert!(close(moments.mean().unwrap(), mean, 1e3));
                prop_assert!(close(moments.deviation().unwrap(), variance.sqrt(), 1e3));
            }
        }
    }
}
