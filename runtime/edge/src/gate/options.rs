//! When a gate opens.

use core::fmt;

/// When a [`Gate`](super::Gate) opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateOptions {
    /// The probability of a voice from which it opens, 0 to 1. At 0 the level alone
    /// decides.
    pub threshold: f32,
    /// The level below which it does not open, in dBFS, -200 to 0. After a second below it,
    /// it does not even look for a voice.
    pub floor_dbfs: f32,
    /// How long it stays open after the last sign of a voice, in seconds, 0 to 60.
    pub hold_seconds: f32,
}

impl Default for GateOptions {
    /// 0.3, -70 dBFS and 1 s: whispered, hoarse and creaky voices pass, a quiet room does
    /// not.
    fn default() -> Self {
        Self { threshold: 0.3, floor_dbfs: -70.0, hold_seconds: 1.0 }
    }
}

impl GateOptions {
    /// Checks that every option is in range.
    pub(super) fn check(&self) -> Result<(), GateError> {
        let Self { threshold, floor_dbfs, hold_seconds } = *self;
        if !(0.0..=1.0).contains(&threshold) {
            return Err(GateError::Threshold { got: threshold });
        }
        if !(-200.0..=0.0).contains(&floor_dbfs) {
            return Err(GateError::Floor { got: floor_dbfs });
        }
        if !(0.0..=60.0).contains(&hold_seconds) {
            return Err(GateError::Hold { got: hold_seconds });
        }
        Ok(())
    }
}

/// An option of a gate that is out of range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GateError {
    /// The threshold is no probability.
    Threshold {
        /// The threshold given.
        got: f32,
    },
    /// The floor is no level below full scale.
    Floor {
        /// The level given, in dBFS.
        got: f32,
    },
    /// The hold is no short time.
    Hold {
        /// The seconds given.
        got: f32,
    },
}

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Threshold { got } => {
                write!(f, "the threshold of the voice gate must be 0 to 1, got {got}")
            }
            Self::Floor { got } => {
                write!(f, "the floor of the voice gate must be -200 to 0 dBFS, got {got}")
            }
            Self::Hold { got } => {
                write!(f, "the voice gate must be held for 0 to 60 seconds, got {got}")
            }
        }
    }
}

impl core::error::Error for GateError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(options: GateOptions) -> GateError {
        options.check().unwrap_err()
    }

    #[test]
    fn options_out_of_range_are_named() {
        let usual = GateOptions::default();
        for got in [-0.1, 1.1, f32::NAN] {
            let error = checked(GateOptions { threshold: got, ..usual });
            assert!(matches!(error, GateError::Threshold { .. }));
            assert!(error.to_string().contains("0 to 1"), "{error}");
        }
        for got in [-201.0, 1.0, f32::NAN] {
            let error = checked(GateOptions { floor_dbfs: got, ..usual });
            assert!(matches!(error, GateError::Floor { .. }));
        }
        for got in [-1.0, 61.0, f32::INFINITY] {
            let error = checked(GateOptions { hold_seconds: got, ..usual });
            assert!(matches!(error, GateError::Hold { .. }));
        }
    }
}
