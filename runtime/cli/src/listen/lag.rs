//! Sound that is missing although nobody said so.
//!
//! An audio system that stood still may go on as if nothing had been: what it did not record
//! meanwhile is not told, and every time after it would be too early for ever. The clock
//! tells: the stream falls behind it at once and stays there. Clocks that run at slightly
//! different rates part slowly, and sound that comes late catches up; neither is a loss.

use std::time::Duration;

/// Less than this is not told from sound that comes in pieces, seconds.
const LEAST: f64 = 0.25;

/// How long the stream must have been behind, so that sound which is only late has come.
const PATIENCE: f64 = 3.0;

/// The time in which the usual lag is followed, seconds.
const FOLLOWING: f64 = 20.0;

/// Watches how far a stream is behind the clock.
#[derive(Debug, Default)]
pub struct Lag {
    usual: Option<f64>,
    observed: f64,
    /// Since when it is further behind than usual, and the least it was behind since then.
    behind: Option<(f64, f64)>,
}

impl Lag {
    /// The latest sample was captured at `clock` since the beginning and lies at `position`
    /// seconds of the stream. Returns how much is missing, once that is certain.
    pub fn observe(&mut self, clock: Duration, position: f64) -> Option<f64> {
        let now = clock.as_secs_f64();
        let lag = now - position;
        let passed = now - std::mem::replace(&mut self.observed, now);
        let usual = *self.usual.get_or_insert(lag);
        if lag - usual < LEAST {
            self.behind = None;
            self.usual = Some(usual + (lag - usual) * (passed / FOLLOWING).clamp(0.0, 1.0));
            return None;
        }
        let (since, least) = self.behind.unwrap_or((now, lag));
        let least = least.min(lag);
        if now - since < PATIENCE {
            self.behind = Some((since, least));
            return None;
        }
        self.behind = None;
        Some(least - usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds pieces of 50 ms; `missing` says how much is left out before the piece at a time.
    fn run(seconds: f64, rate: f64, missing: impl Fn(f64) -> f64) -> Vec<f64> {
        let (mut lag, mut position, mut told) = (Lag::default(), 0.0, Vec::new());
        let mut clock = 0.3;
        while clock < seconds {
            clock += 0.05 / rate;
            position += 0.05;
            clock += missing(clock);
            if let Some(lost) = lag.observe(Duration::from_secs_f64(clock), position) {
                told.push(lost);
                position += lost;
            }
        }
        told
    }

    #[test]
    fn a_loss_nobody_told_of_is_found_once_and_to_the_millisecond() {
        let told = run(60.0, 1.0, |at| if (10.0..10.05).contains(&at) { 3.4 } else { 0.0 });
        assert_eq!(told.len(), 1, "{told:?}");
        assert!((told[0] - 3.4).abs() < 0.01, "{told:?}");
    }

    #[test]
    fn clocks_that_part_slowly_are_no_loss() {
        for rate in [0.9995, 1.0, 1.0005] {
            assert_eq!(run(7200.0, rate, |_| 0.0), [0.0; 0], "{rate}");
        }
    }

    #[test]
    fn sound_that_is_late_is_no_loss() {
        let mut lag = Lag::default();
        for step in 0..2000 {
            let clock = f64::from(step) * 0.05;
            // Two seconds of every ten come all at once at the end of them.
            let phase = clock % 10.0;
            let position = if phase < 2.0 { clock - phase } else { clock };
            assert_eq!(lag.observe(Duration::from_secs_f64(clock), position), None);
        }
    }
}
