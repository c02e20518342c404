//! How often the screen is drawn.

use std::time::Duration;

use super::snapshot::Change;

/// Time between two drawings at least: twelve a second.
const BUSY: Duration = Duration::from_millis(84);

/// The same while little happens that is worth following closely.
const IDLE: Duration = Duration::from_millis(500);

/// How often the board is looked at while nothing is to be drawn; also how long an end may
/// go unnoticed.
const LOOK: Duration = Duration::from_millis(100);

/// Decides when to draw; times count from any beginning.
#[derive(Debug, Default)]
pub struct Pace {
    last: Option<Duration>,
    pending: Option<Change>,
}

impl Pace {
    /// Takes note of something to be drawn.
    pub fn note(&mut self, change: Change) {
        if change > Change::None {
            self.pending = self.pending.max(Some(change));
        }
    }

    /// How long until it is time to draw; `None` where there is nothing to draw.
    fn until(&self, idle: bool, now: Duration) -> Option<Duration> {
        let pending = self.pending?;
        let apart = if idle && pending < Change::News { IDLE } else { BUSY };
        let due = self.last.map_or(now, |last| last.saturating_add(apart));
        Some(due.saturating_sub(now))
    }

    /// Whether it is time to draw; if so, it counts as done.
    pub fn draws(&mut self, idle: bool, now: Duration) -> bool {
        let draws = self.until(idle, now) == Some(Duration::ZERO);
        if draws {
            self.last = Some(now);
            self.pending = None;
        }
        draws
    }

    /// How long to wait for a key.
    pub fn wait(&self, idle: bool, now: Duration) -> Duration {
        let next = self.until(idle, now).unwrap_or(if idle { LOOK } else { BUSY });
        next.min(LOOK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often is drawn in a minute in which `change` is seen at each look.
    fn drawn(idle: bool, change: Change) -> u32 {
        let mut pace = Pace::default();
        let mut now = Duration::ZERO;
        let mut count = 0;
        while now < Duration::from_secs(60) {
            pace.note(change);
            count += u32::from(pace.draws(idle, now));
            now += pace.wait(idle, now).max(Duration::from_millis(1));
        }
        count
    }

    #[test]
    fn what_changes_is_drawn_as_often_as_it_needs() {
        assert!((700..=720).contains(&drawn(false, Change::Moved)));
        assert!((590..=720).contains(&drawn(true, Change::News)));
        assert!((118..=121).contains(&drawn(true, Change::Moved)));
        assert_eq!(drawn(false, Change::None), 0);
    }

    #[test]
    fn news_while_idle_are_drawn_at_once() {
        let mut pace = Pace::default();
        let ms = Duration::from_millis;
        pace.note(Change::Moved);
        assert!(pace.draws(true, ms(0)));
        pace.note(Change::Moved);
        assert!(!pace.draws(true, ms(200)));
        pace.note(Change::News);
        assert!(pace.draws(true, ms(200)));
        assert!(!pace.draws(true, ms(900)), "nothing is left to draw");
    }
}
