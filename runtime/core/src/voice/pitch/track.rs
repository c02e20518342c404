//! The pitch of the latest frames.

use crate::voice::HOP;

/// Frames that are remembered.
const FRAMES: usize = 16;

/// Neighbouring frames whose periods differ by a larger ratio are not blended.
const BLENDED: f32 = 1.25;

/// What is known of a voiced frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Voiced {
    /// Period, in samples.
    pub(in super::super) period: f32,
    /// Periodicity below 2 kHz, 0 to 1.
    pub(in super::super) confidence: f32,
    /// Correlation with the next period at the full rate, at most 1, if it has a summit.
    pub(in super::super) height: Option<f32>,
}

/// The pitch of the latest frames.
#[derive(Clone, Debug)]
pub(in super::super) struct Track {
    frames: [Option<Voiced>; FRAMES],
    count: u64,
}

impl Track {
    pub(in super::super) const fn new() -> Self {
        Self { frames: [None; FRAMES], count: 0 }
    }

    /// Adds the next frame, `None` if it is unvoiced.
    pub(in super::super) fn push(&mut self, frame: Option<Voiced>) {
        self.frames[(self.count % FRAMES as u64) as usize] = frame;
        self.count += 1;
    }

    /// How many frames are known.
    pub(in super::super) fn count(&self) -> u64 {
        self.count
    }

    /// Where the known frames end, in samples.
    pub(in super::super) fn end(&self) -> f64 {
        self.count as f64 * HOP as f64
    }

    /// A frame; `None` also for frames that are not known, or not any more.
    pub(in super::super) fn get(&self, frame: u64) -> Option<&Voiced> {
        let known = frame < self.count && frame + FRAMES as u64 >= self.count;
        if known { self.frames[(frame % FRAMES as u64) as usize].as_ref() } else { None }
    }

    /// Whether a place is in a voiced frame.
    pub(in super::super) fn is_voiced(&self, position: f64) -> bool {
        self.get((position / HOP as f64) as u64).is_some()
    }

    /// The period at a place, in samples, blended from the frames about it; `None` in a
    /// frame without one.
    pub(in super::super) fn period(&self, position: f64) -> Option<f32> {
        let here = self.get((position / HOP as f64) as u64)?.period;
        let middles = position / HOP as f64 - 0.5;
        if middles < 0.0 {
            return Some(here);
        }
        let before = middles as u64;
        let share = (middles - before as f64) as f32;
        let (Some(a), Some(b)) = (self.get(before), self.get(before + 1)) else {
            return Some(here);
        };
        let (a, b) = (a.period, b.period);
        Some(if a.max(b) <= BLENDED * a.min(b) { a + share * (b - a) } else { here })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blends_what_is_alike() {
        let mut track = Track::new();
        for period in [None, Some(100.0), Some(110.0), Some(220.0)] {
            track.push(period.map(|period| Voiced { period, confidence: 1.0, height: None }));
        }
        assert_eq!(track.end(), 640.0);
        assert_eq!(track.period(0.0), None);
        assert_eq!(track.period(170.0), Some(100.0));
        assert_eq!(track.period(320.0), Some(105.0));
        assert_eq!(track.period(475.0), Some(110.0));
        assert_eq!(track.period(485.0), Some(220.0));
        assert_eq!(track.period(645.0), None);
        assert!(track.is_voiced(160.0) && !track.is_voiced(159.9));
    }

    #[test]
    fn forgets() {
        let mut track = Track::new();
        for _ in 0..FRAMES + 2 {
            track.push(Some(Voiced { period: 100.0, confidence: 1.0, height: None }));
        }
        assert_eq!(track.get(1), None);
        assert!(track.get(2).is_some());
        assert_eq!(track.get(FRAMES as u64 + 2), None);
    }
}
