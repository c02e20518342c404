//! From rows to seconds.

/// Tells the time of rows. Rows are counted anew after a long gap; the time goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) sample_rate: u32,
    pub(super) samples_per_row: usize,
    pub(super) rows_per_step: usize,
    /// Samples before row 0.
    pub(super) origin: u64,
    /// The end of the audio, once it is known.
    pub(super) end: Option<f64>,
}

impl Clock {
    /// When a row begins, never beyond the end of the audio.
    pub(super) fn seconds(&self, row: u64) -> f64 {
        let samples = self.origin as f64 + row as f64 * self.samples_per_row as f64;
        let seconds = samples / f64::from(self.sample_rate);
        self.end.map_or(seconds, |end| seconds.min(end))
    }

    /// When a sample is, counted like rows.
    pub(super) fn at_sample(&self, sample: u64) -> f64 {
        (self.origin + sample) as f64 / f64::from(self.sample_rate)
    }

    /// Seconds from one step to the next.
    pub(super) fn step_seconds(&self) -> f64 {
        self.rows_per_step as f64 / self.rows_per_second()
    }

    pub(super) fn rows_per_second(&self) -> f64 {
        f64::from(self.sample_rate) / self.samples_per_row as f64
    }

    /// The sample nearest to a time.
    pub(super) fn nearest_sample(&self, seconds: f64) -> u64 {
        (seconds * f64::from(self.sample_rate)).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_on_from_the_origin_and_stop_at_the_end() {
        let mut clock = Clock {
            sample_rate: 16_000,
            samples_per_row: 160,
            rows_per_step: 48,
            origin: 8_000,
            end: None,
        };
        assert_eq!((clock.seconds(0), clock.seconds(10)), (0.5, 0.6));
        assert_eq!((clock.at_sample(16), clock.step_seconds()), (0.501, 0.48));
        assert_eq!(clock.nearest_sample(0.500_04), 8_001);
        clock.end = Some(0.55);
        assert_eq!((clock.seconds(3), clock.seconds(u64::MAX)), (0.53, 0.55));
    }
}
