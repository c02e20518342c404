//! From a probability over time to events with a beginning and an end.

use core::fmt;

/// A switch with two thresholds and a minimum duration.
///
/// It turns on once the probability has been at or above `on` for the minimum duration, and
/// off as soon as it is below `off`. Between the two thresholds it stays as it is, so a
/// probability that trembles around one threshold makes no events.
///
/// Time is a frame index that never goes back; what a frame is, is the caller's to say.
#[derive(Clone, Copy, Debug)]
pub struct Hysteresis {
    on: f32,
    off: f32,
    minimum_frames: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Off,
    /// At or above the upper threshold since this frame, but not yet for long enough.
    Rising(u64),
    On,
}

/// A change of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It turned on; the probability has been high since this frame.
    On {
        /// The frame index of the first step at or above the upper threshold.
        since: u64,
    },
    /// It turned off.
    Off {
        /// The frame index of the step below the lower threshold.
        at: u64,
    },
}

impl Hysteresis {
    /// A switch that is off.
    ///
    /// 0 ≤ `off` ≤ `on` ≤ 1; `minimum_frames` is how long the probability must stay high,
    /// 0 for at once.
    ///
    /// # Errors
    ///
    /// [`HysteresisError`] if the thresholds are not in this order.
    pub fn new(on: f32, off: f32, minimum_frames: u64) -> Result<Self, HysteresisError> {
        if 0.0 <= off && off <= on && on <= 1.0 {
            Ok(Self { on, off, minimum_frames, state: State::Off })
        } else {
            Err(HysteresisError { on, off })
        }
    }

    /// Takes the probability at a frame and says whether the switch changed.
    ///
    /// NaN is below no threshold and above none: it ends a rise, and leaves the switch as
    /// it is.
    pub fn step(&mut self, frame_index: u64, probability: f32) -> Option<Edge> {
        let high = probability >= self.on;
        match self.state {
            State::On => {
                if probability < self.off {
                    return self.release(frame_index);
                }
            }
            State::Off | State::Rising(_) if !high => self.state = State::Off,
            State::Off | State::Rising(_) => {
                let since = match self.state {
                    State::Rising(since) => since,
                    _ => frame_index,
                };
                if frame_index.saturating_sub(since) >= self.minimum_frames {
                    self.state = State::On;
                    return Some(Edge::On { since });
                }
                self.state = State::Rising(since);
            }
        }
        None
    }

    /// Turns the switch off, whatever the probability: the stream ended, or its quality no
    /// longer allows a score.
    pub fn release(&mut self, frame_index: u64) -> Option<Edge> {
        let was = core::mem::replace(&mut self.state, State::Off);
        (was == State::On).then_some(Edge::Off { at: frame_index })
    }

    /// Whether the switch is on.
    pub fn is_on(&self) -> bool {
        self.state == State::On
    }

    /// Turns the switch off without an event.
    pub fn reset(&mut self) {
        self.state = State::Off;
    }
}

/// Thresholds that are out of order or out of range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HysteresisError {
    /// The upper threshold given.
    pub on: f32,
    /// The lower threshold given.
    pub off: f32,
}

impl fmt::Display for HysteresisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "thresholds must be 0 ≤ off ≤ on ≤ 1, got off {} and on {}",
            self.off, self.on
        )
    }
}

impl core::error::Error for HysteresisError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn run(minimum: u64, values: &[f32]) -> Vec<(u64, Edge)> {
        let mut switch = Hysteresis::new(0.75, 0.55, minimum).unwrap();
        (0u64..)
            .zip(values)
            .filter_map(|(i, &p)| switch.step(i * 48, p).map(|e| (i * 48, e)))
            .collect()
    }

    #[test]
    fn on_after_the_minimum_off_at_once() {
        let values = [0.2, 0.8, 0.75, 0.9, 0.6, 0.55, 0.54, 0.9];
        assert_eq!(
            run(96, &values),
            [(144, Edge::On { since: 48 }), (288, Edge::Off { at: 288 })]
        );
    }

    #[test]
    fn a_dip_restarts_the_minimum() {
        assert_eq!(run(96, &[0.8, 0.8, 0.7, 0.8, 0.8, 0.8]), [(240, Edge::On { since: 144 })]);
        assert_eq!(
            run(96, &[0.8, 0.8, f32::NAN, 0.8, 0.8, 0.8]),
            [(240, Edge::On { since: 144 })]
        );
    }

    #[test]
    fn no_minimum_is_at_once_and_nan_does_not_end_an_event() {
        assert_eq!(run(0, &[0.8, f32::NAN, 0.8]), [(0, Edge::On { since: 0 })]);
    }

    #[test]
    fn release_closes_only_what_is_open() {
        let mut switch = Hysteresis::new(0.5, 0.5, 10).unwrap();
        assert_eq!(switch.release(0), None);
        switch.step(0, 0.9);
        assert_eq!(switch.release(5), None);
        switch.step(10, 0.9);
        assert_eq!(switch.step(20, 0.9), Some(Edge::On { since: 10 }));
        assert!(switch.is_on());
        assert_eq!(switch.release(30), Some(Edge::Off { at: 30 }));
        assert!(!switch.is_on());
    }

    #[test]
    fn thresholds_are_checked() {
        for (on, off) in [(0.5, 0.6), (1.1, 0.5), (0.5, -0.1), (f32::NAN, 0.5), (0.5, f32::NAN)]
        {
            assert!(Hysteresis::new(on, off, 0).is_err());
        }
    }

    proptest! {
        #[test]
        fn never_chatters_inside_the_band(
            start in prop::sample::select([0.0f32, 1.0].as_slice()),
            minimum in 0u64..3,
            band in prop::collection::vec(0.55f32..0.7499, 1..60),
        ) {
            let mut switch = Hysteresis::new(0.75, 0.55, minimum).unwrap();
            let mut frame = 0;
            for _ in 0..4 {
                switch.step(frame, start);
                frame += 1;
            }
            for p in band {
                prop_assert_eq!(switch.step(frame, p), None);
                frame += 1;
            }
            prop_assert_eq!(switch.is_on(), start == 1.0);
        }

        #[test]
        fn edges_alternate_and_time_never_goes_back(
            minimum in 0u64..5,
            values in prop::collection::vec(0.0f32..=1.0, 0..200),
        ) {
            let mut last = None;
            let mut time = 0;
            for (_, edge) in run(minimum * 48, &values) {
                let at = match edge {
                    Edge::On { since } => since,
                    Edge::Off { at } => at,
                };
                prop_assert!(at >= time);
                time = at;
                let on = matches!(edge, Edge::On { .. });
                prop_assert_ne!(last, Some(on));
                prop_assert!(last.is_some() || on);
                last = Some(on);
            }
        }
    }
}
