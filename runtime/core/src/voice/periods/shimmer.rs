//! Regularity of amplitudes.

use super::{AMPLITUDE_RATIO, Mark, PERIOD_RATIO, Run, Sum, alike};

/// Sums from which the shimmer of any stretch of marks follows.
///
/// | measure | what |
/// |---|---|
/// | local, in dB | mean absolute level difference of neighbouring cycles |
/// | local | mean absolute amplitude difference of neighbouring cycles, relative to the mean amplitude |
/// | APQ3, APQ5, APQ11 | mean absolute difference of an amplitude from the mean of itself and 1, 2 or 5 neighbours on either side, relative to the mean amplitude |
///
/// (Titze 1994; MDVP's ShdB, Shim and APQ.) Of fixed size, and merged by addition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shimmer {
    amplitudes: Sum,
    decibels: Sum,
    local: Sum,
    three: Sum,
    five: Sum,
    eleven: Sum,
    run: Run<11>,
    period: Option<f32>,
}

impl Shimmer {
    /// Adds the next mark.
    pub fn add(&mut self, mark: &Mark) {
        let last_period = core::mem::replace(&mut self.period, mark.period);
        let Some(amplitude) = mark.amplitude.filter(|&amplitude| amplitude > 0.0) else {
            self.run = Run::EMPTY;
            return;
        };
        let same_stretch = match (last_period, mark.period) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(last), Some(period)) => alike(last, period, PERIOD_RATIO),
        };
        let before = self
            .run
            .last()
            .filter(|&before| same_stretch && alike(before, amplitude, AMPLITUDE_RATIO));
        if before.is_none() {
            self.run = Run::EMPTY;
        }
        self.run.push(amplitude);
        self.amplitudes.add(Some(amplitude));
        self.local.add(before.map(|before| (amplitude - before).abs()));
        self.decibels.add(before.map(|before| 20.0 * libm::log10f(amplitude / before).abs()));
        self.three.add(self.run.perturbation(3));
        self.five.add(self.run.perturbation(5));
        self.eleven.add(self.run.perturbation(11));
    }

    /// Adds the sums of the stretch that follows. The differences between the last cycles of
    /// this one and the first of the other are in neither, and stay out.
    pub fn merge(&mut self, other: &Self) {
        if other.amplitudes.count > 0 {
            self.run = other.run;
            self.period = other.period;
        }
        self.amplitudes.merge(&other.amplitudes);
        self.decibels.merge(&other.decibels);
        self.local.merge(&other.local);
        self.three.merge(&other.three);
        self.five.merge(&other.five);
        self.eleven.merge(&other.eleven);
    }

    /// Local shimmer, in dB; `None` with fewer than two neighbouring cycles.
    pub fn local_db(&self) -> Option<f32> {
        self.decibels.mean()
    }

    /// Local shimmer, a ratio; `None` with fewer than two neighbouring cycles.
    pub fn local(&self) -> Option<f32> {
        self.local.relative(&self.amplitudes)
    }

    /// Amplitude perturbation quotient over three cycles, a ratio; `None` with fewer.
    pub fn apq3(&self) -> Option<f32> {
        self.three.relative(&self.amplitudes)
    }

    /// Amplitude perturbation quotient over five cycles, a ratio; `None` with fewer.
    pub fn apq5(&self) -> Option<f32> {
        self.five.relative(&self.amplitudes)
    }

    /// Amplitude perturbation quotient over eleven cycles, a ratio; `None` with fewer.
    pub fn apq11(&self) -> Option<f32> {
        self.eleven.relative(&self.amplitudes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(shimmer: &mut Shimmer, amplitudes: &[f32]) {
        for (i, &amplitude) in amplitudes.iter().enumerate() {
            let period = (i > 0).then_some(100.0);
            shimmer.add(&Mark { position: 0.0, period, amplitude: Some(amplitude) });
        }
    }

    fn shimmer(amplitudes: &[f32]) -> Shimmer {
        let mut shimmer = Shimmer::default();
        add(&mut shimmer, amplitudes);
        shimmer
    }

    fn close(got: Option<f32>, want: f64) -> bool {
        got.is_some_and(|got| (f64::from(got) - want).abs() < 1e-6)
    }

    #[test]
    fn as_defined() {
        let found = shimmer(&[1.0, 1.1, 0.9, 1.0, 1.0]);
        assert!(close(found.local(), (0.1 + 0.2 + 0.1) / 4.0));
        let decibels = |ratio: f64| 20.0 * libm::log10(ratio);
        let sum = decibels(1.1) + decibels(1.1 / 0.9) + decibels(1.0 / 0.9);
        assert!(close(found.local_db(), sum / 4.0));
        assert!(close(found.apq3(), (0.1 + 0.1 + 1.0 / 30.0) / 3.0));
        assert!(close(found.apq5(), 0.1));
        assert_eq!(found.apq11(), None);
        let mut eleven = [1.0; 11];
        eleven[5] = 1.11;
        assert!(close(shimmer(&eleven).apq11(), 0.1 / 1.01));
    }

    #[test]
    fn too_few_cycles() {
        assert_eq!(shimmer(&[]).local_db(), None);
        assert_eq!(shimmer(&[1.0]).local(), None);
        assert_eq!(shimmer(&[1.0, 1.0]).apq3(), None);
        // An amplitude of zero is none.
        assert_eq!(shimmer(&[1.0, 0.0, 1.0]).local_db(), None);
    }

    #[test]
    fn what_is_no_neighbour_is_not_compared() {
        assert!(close(shimmer(&[1.0, 1.0, 2.0, 2.0]).local(), 0.0));
        let mut two = shimmer(&[1.0, 1.0]);
        add(&mut two, &[1.2, 1.2]);
        assert!(close(two.local(), 0.0));
        let mut two = shimmer(&[1.0, 1.0]);
        let doubled = Mark { position: 0.0, period: Some(200.0), amplitude: Some(1.2) };
        two.add(&doubled);
        assert!(close(two.local(), 0.0));
    }

    #[test]
    fn merging_leaves_out_the_border() {
        let mut both = shimmer(&[1.0, 1.1]);
        both.merge(&shimmer(&[1.3, 1.4]));
        assert!(close(both.local(), 0.1 / 1.2));
        let kept = both;
        both.merge(&Shimmer::default());
        assert_eq!(both, kept);
    }
}
