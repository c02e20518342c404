//! Exponential smoothing over seconds.

use core::fmt;

/// A first-order low-pass whose time constant is in seconds.
///
/// A value that stands for `dt` seconds is given the weight `1 − exp(−dt / τ)`, so the
/// result does not depend on how time is cut into steps: one step of a second equals ten of
/// a tenth. The first value is taken as it is. A time constant of 0 switches smoothing off.
#[derive(Clone, Copy, Debug)]
pub struct Smoother {
    time_constant: f32,
    state: Option<f32>,
}

impl Smoother {
    /// A smoother with a time constant of `seconds`, 0 or more.
    ///
    /// # Errors
    ///
    /// [`SmootherError`] if the time constant is negative or not finite.
    pub fn new(seconds: f32) -> Result<Self, SmootherError> {
        if seconds >= 0.0 && seconds.is_finite() {
            Ok(Self { time_constant: seconds, state: None })
        } else {
            Err(SmootherError { got: seconds })
        }
    }

    /// Takes a value that stands for the last `seconds` and returns the smoothed one.
    ///
    /// A value or a duration that is not finite, or a negative duration, is left out: the
    /// state stays, and what is returned is the value before it, `None` if there is none.
    pub fn step(&mut self, seconds: f32, value: f32) -> Option<f32> {
        if value.is_finite() && seconds.is_finite() && seconds >= 0.0 {
            self.state = Some(match self.state {
                Some(state) if self.time_constant > 0.0 => {
                    // 1 − exp(−x) without the loss of digits where x is small.
                    let weight = -libm::expm1f(-seconds / self.time_constant);
                    state + weight * (value - state)
                }
                _ => value,
            });
        }
        self.state
    }

    /// The smoothed value, `None` before the first.
    pub fn value(&self) -> Option<f32> {
        self.state
    }

    /// Forgets everything but the time constant.
    pub fn reset(&mut self) {
        self.state = None;
    }
}

/// A time constant that is negative or not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmootherError {
    /// The time constant given, in seconds.
    pub got: f32,
}

impl fmt::Display for SmootherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the smoothing time must be 0 seconds or more, got {}", self.got)
    }
}

impl core::error::Error for SmootherError {}

#[cfg(test)]
mod tests {
    extern crate std;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn step_response_by_hand() {
        let mut smoother = Smoother::new(2.0).unwrap();
        assert_eq!(smoother.value(), None);
        assert_eq!(smoother.step(0.5, 0.25), Some(0.25));
        // After one time constant a step from 0.25 to 1 has covered 1 - 1/e of the way.
        let expected = 0.25 + 0.75 * (1.0 - 1.0 / core::f32::consts::E);
        assert!((smoother.step(2.0, 1.0).unwrap() - expected).abs() < 1e-6);
        smoother.reset();
        assert_eq!(smoother.step(1.0, 0.5), Some(0.5));
    }

    #[test]
    fn zero_is_off() {
        let mut smoother = Smoother::new(0.0).unwrap();
        for value in [0.1, 0.9, 0.4] {
            assert_eq!(smoother.step(0.48, value), Some(value));
        }
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        let mut smoother = Smoother::new(1.0).unwrap();
        assert_eq!(smoother.step(1.0, f32::NAN), None);
        assert_eq!(smoother.step(1.0, 0.5), Some(0.5));
        for (dt, value) in [(1.0, f32::NAN), (1.0, f32::INFINITY), (f32::NAN, 0.0), (-1.0, 0.0)]
        {
            assert_eq!(smoother.step(dt, value), Some(0.5));
        }
        for bad in [-1.0, f32::NAN, f32::INFINITY] {
            assert!(Smoother::new(bad).is_err());
        }
    }

    proptest! {
        #[test]
        fn depends_on_seconds_not_on_hops(
            start in 0.0f32..1.0,
            value in 0.0f32..1.0,
            tau in 0.05f32..10.0,
            cuts in prop::collection::vec(0.001f32..1.0, 1..40),
        ) {
            let mut whole = Smoother::new(tau).unwrap();
            let mut parts = whole;
            whole.step(0.0, start);
            parts.step(0.0, start);
            whole.step(cuts.iter().sum(), value);
            for &dt in &cuts {
                parts.step(dt, value);
            }
            let difference = whole.value().unwrap() - parts.value().unwrap();
            prop_assert!(difference.abs() < 1e-5, "{difference}");
        }

        #[test]
        fn stays_between_what_it_was_given(
            tau in 0.0f32..10.0,
            values in prop::collection::vec((0.0f32..5.0, 0.0f32..1.0), 1..40),
        ) {
            let mut smoother = Smoother::new(tau).unwrap();
            let low = values.iter().map(|v| v.1).fold(f32::INFINITY, f32::min);
            let high = values.iter().map(|v| v.1).fold(f32::NEG_INFINITY, f32::max);
            for &(dt, value) in &values {
                let smoothed = smoother.step(dt, value).unwrap();
                prop_assert!((low - 1e-6..=high + 1e-6).contains(&smoothed));
            }
        }
    }
}
