//! Regularity of periods.

use super::{Mark, PERIOD_RATIO, Run, Sum, alike};

/// Sums from which the jitter of any stretch of marks follows.
///
/// All three measures are mean absolute differences relative to the mean period `T` of the
/// stretch (Titze 1994; MDVP's Jitt, RAP and PPQ):
///
/// | measure | differences |
/// |---|---|
/// | local | of neighbouring periods |
/// | RAP | of a period from the mean of itself and both neighbours |
/// | PPQ5 | of a period from the mean of itself and two neighbours on either side |
///
/// Of fixed size, and merged by addition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jitter {
    periods: Sum,
    local: Sum,
    three: Sum,
    five: Sum,
    run: Run<5>,
}

impl Jitter {
    /// Adds the next mark.
    pub fn add(&mut self, mark: &Mark) {
        let Some(period) = mark.period else {
            self.run = Run::EMPTY;
            return;
        };
        let before = self.run.last();
        let before = before.filter(|&before| alike(before, period, PERIOD_RATIO));
        if before.is_none() {
            self.run = Run::EMPTY;
        }
        self.run.push(period);
        self.periods.add(Some(period));
        self.local.add(before.map(|before| (period - before).abs()));
        self.three.add(self.run.perturbation(3));
        self.five.add(self.run.perturbation(5));
    }

    /// Adds the sums of the stretch that follows. The differences between the last periods
    /// of this one and the first of the other are in neither, and stay out.
    pub fn merge(&mut self, other: &Self) {
        if other.periods.count > 0 {
            self.run = other.run;
        }
        self.periods.merge(&other.periods);
        self.local.merge(&other.local);
        self.three.merge(&other.three);
        self.five.merge(&other.five);
    }

    /// How many periods were added.
    pub fn periods(&self) -> u32 {
        self.periods.count
    }

    /// Mean period, in samples; `None` without a period.
    pub fn mean_period(&self) -> Option<f32> {
        self.periods.mean()
    }

    /// Local jitter, a ratio; `None` with fewer than two neighbouring periods.
    pub fn local(&self) -> Option<f32> {
        self.local.relative(&self.periods)
    }

    /// Relative average perturbation over three periods, a ratio; `None` with fewer than
    /// three neighbouring periods.
    pub fn rap(&self) -> Option<f32> {
        self.three.relative(&self.periods)
    }

    /// Perturbation quotient over five periods, a ratio; `None` with fewer than five
    /// neighbouring periods.
    pub fn ppq5(&self) -> Option<f32> {
        self.five.relative(&self.periods)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    fn marks(periods: &[f32]) -> Vec<Mark> {
        let mut position = 0.0;
        let first = Mark { position, period: None, amplitude: None };
        let rest = periods.iter().map(|&period| {
            position += f64::from(period);
            Mark { position, period: Some(period), amplitude: None }
        });
        core::iter::once(first).chain(rest).collect()
    }

    fn jitter(periods: &[f32]) -> Jitter {
        let mut jitter = Jitter::default();
        marks(periods).iter().for_each(|mark| jitter.add(mark));
        jitter
    }

    fn close(got: Option<f32>, want: f64) -> bool {
        got.is_some_and(|got| (f64::from(got) - want).abs() < 1e-6)
    }

    #[test]
    fn as_defined() {
        let found = jitter(&[100.0, 104.0, 99.0, 103.0, 104.0]);
        assert!(close(found.local(), (4.0 + 5.0 + 4.0 + 1.0) / 4.0 / 102.0));
        // From the means of three: 101, 102 and 102.
        assert!(close(found.rap(), (3.0 + 3.0 + 1.0) / 3.0 / 102.0));
        // The mean of five is 102, the middle one 99.
        assert!(close(found.ppq5(), 3.0 / 102.0));
    }

    #[test]
    fn too_few_periods() {
        assert_eq!(jitter(&[]).local(), None);
        assert_eq!(jitter(&[100.0]).local(), None);
        assert_eq!(jitter(&[100.0, 101.0]).rap(), None);
        assert_eq!(jitter(&[100.0, 101.0, 100.0, 101.0]).ppq5(), None);
    }

    #[test]
    fn what_is_no_neighbour_is_not_compared() {
        // Half a period is a missed or doubled mark.
        let found = jitter(&[100.0, 100.0, 50.0, 100.0, 100.0]);
        assert_eq!(found.local(), Some(0.0));
        assert_eq!(found.rap(), None);
        // Nor are periods of different stretches.
        let mut found = jitter(&[100.0, 100.0]);
        marks(&[110.0, 110.0]).iter().for_each(|mark| found.add(mark));
        assert_eq!(found.local(), Some(0.0));
    }

    #[test]
    fn merging_leaves_out_the_border() {
        let mut both = jitter(&[100.0, 102.0]);
        both.merge(&jitter(&[110.0, 113.0]));
        assert!(close(both.local(), 2.5 / 106.25));
        // What follows a merge neighbours the other's last.
        both.add(&Mark { position: 0.0, period: Some(114.0), amplitude: None });
        assert!(close(both.local(), 2.0 / 107.8));
        let kept = both;
        both.merge(&Jitter::default());
        assert_eq!(both, kept);
    }
}
