//! Prompt embeddings in half precision, used where they lie.

use core::fmt;

use half::f16;

use crate::simd::{dots, widen};

/// How far the length of a row may be from 1. Rounding a unit vector to half precision
/// moves its length by less than 0.0005; a row that was never normalised is far outside.
const UNIT_TOLERANCE: f64 = 5e-3;

/// A matrix of unit embeddings in half precision, one row a prompt.
///
/// `E` holds the embeddings: a slice, an array or a `Vec` of `f16`. They are used where
/// they lie, a constant in flash for one, and never expanded. Every row is checked once,
/// when the set is made, to be finite and of length 1, so that what follows can be plain
/// arithmetic.
///
/// The dot product adds in a fixed order that does not depend on the processor, whatever
/// instructions it has: the same bits on every run.
#[derive(Clone, Copy, Debug)]
pub struct PromptSet<E> {
    embeddings: E,
    dim: usize,
}

impl<E: AsRef<[f16]>> PromptSet<E> {
    /// Views `embeddings`, row after row, as unit vectors of `dim` values.
    ///
    /// No values are a set of no prompts.
    ///
    /// # Errors
    ///
    /// [`PromptError::Dimension`] if `dim` is 0, [`PromptError::Shape`] if they are not
    /// whole rows, [`PromptError::NotUnit`] for the first row whose length is not 1 (a row
    /// with a value that is not finite among them).
    pub fn new(embeddings: E, dim: usize) -> Result<Self, PromptError> {
        let values = embeddings.as_ref();
        if dim == 0 {
            return Err(PromptError::Dimension { expected: 1, got: 0 });
        }
        if !values.len().is_multiple_of(dim) {
            return Err(PromptError::Shape { dim, got: values.len() });
        }
        for (row, values) in values.chunks_exact(dim).enumerate() {
            let square: f64 = values.iter().map(|v| v.to_f64() * v.to_f64()).sum();
            let norm = libm::sqrt(square);
            if norm.is_nan() || (norm - 1.0).abs() > UNIT_TOLERANCE {
                return Err(PromptError::NotUnit { row, norm: norm as f32 });
            }
        }
        Ok(Self { embeddings, dim })
    }

    /// All embeddings, row after row.
    pub fn embeddings(&self) -> &[f16] {
        self.embeddings.as_ref()
    }

    /// The number of prompts.
    pub fn len(&self) -> usize {
        self.embeddings().len() / self.dim
    }

    /// Whether there is no prompt.
    pub fn is_empty(&self) -> bool {
        self.embeddings().is_empty()
    }

    /// The values in one embedding.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The embedding of one prompt, or `None` past the end.
    pub fn row(&self, row: usize) -> Option<&[f16]> {
        let start = row.checked_mul(self.dim)?;
        self.embeddings().get(start..start.checked_add(self.dim)?)
    }

    /// Writes the embedding of one prompt in single precision; the conversion is exact.
    ///
    /// # Errors
    ///
    /// [`PromptError::Row`] past the end, [`PromptError::Dimension`] if `out` is not
    /// [`dim`](Self::dim) long.
    pub fn row_into(&self, row: usize, out: &mut [f32]) -> Result<(), PromptError> {
        let values =
            self.row(row).ok_or(PromptError::Row { expected: self.len(), got: row })?;
        if out.len() != self.dim {
            return Err(PromptError::Dimension { expected: self.dim, got: out.len() });
        }
        for (out, &value) in out.iter_mut().zip(values) {
            *out = widen(value);
        }
        Ok(())
    }

    /// The cosine of one prompt with `unit`, a vector of [`dim`](Self::dim) values and of
    /// length 1 (which is the caller's to ensure).
    ///
    /// # Errors
    ///
    /// [`PromptError::Row`] past the end, [`PromptError::Dimension`] for a vector of another
    /// length, [`PromptError::NotFinite`] if the vector holds NaN or infinity.
    pub fn cosine(&self, row: usize, unit: &[f32]) -> Result<f32, PromptError> {
        self.check(unit)?;
        let values =
            self.row(row).ok_or(PromptError::Row { expected: self.len(), got: row })?;
        let mut out = [0.0];
        dots(values, unit, &mut out);
        finite(out[0])
    }

    /// The cosine of every prompt with `unit`, into `out`, which holds [`len`](Self::len)
    /// values.
    ///
    /// # Errors
    ///
    /// As [`cosine`](Self::cosine), and [`PromptError::Output`] if `out` is not
    /// [`len`](Self::len) long. After an error `out` holds nothing of use.
    pub fn cosines(&self, unit: &[f32], out: &mut [f32]) -> Result<(), PromptError> {
        self.check(unit)?;
        if out.len() != self.len() {
            return Err(PromptError::Output { expected: self.len(), got: out.len() });
        }
        dots(self.embeddings(), unit, out);
        out.iter().try_for_each(|&value| finite(value).map(drop))
    }

    /// The length of the sum of some rows, for the re-normalisation of a class.
    pub(super) fn norm_of_sum(&self, rows: &[usize]) -> Result<f64, PromptError> {
        for &row in rows {
            if row >= self.len() {
                return Err(PromptError::Row { expected: self.len(), got: row });
            }
        }
        let mut square = 0.0;
        for column in 0..self.dim {
            let sum: f64 = rows
                .iter()
                .filter_map(|row| self.embeddings().get(row * self.dim + column))
                .map(|value| value.to_f64())
                .sum();
            square += sum * sum;
        }
        Ok(libm::sqrt(square))
    }

    fn check(&self, unit: &[f32]) -> Result<(), PromptError> {
        if unit.len() == self.dim {
            Ok(())
        } else {
            Err(PromptError::Dimension { expected: self.dim, got: unit.len() })
        }
    }
}

fn finite(value: f32) -> Result<f32, PromptError> {
    if value.is_finite() { Ok(value) } else { Err(PromptError::NotFinite) }
}

/// Why prompt embeddings, or a vector they are compared with, cannot be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PromptError {
    /// The number of values is not a multiple of the dimension.
    Shape {
        /// Values in one embedding.
        dim: usize,
        /// Values given.
        got: usize,
    },
    /// A row is not a unit vector, or holds NaN or infinity.
    NotUnit {
        /// The row, from 0.
        row: usize,
        /// Its length; NaN or infinite if one of its values is.
        norm: f32,
    },
    /// A vector does not have the dimension of the prompts.
    Dimension {
        /// Values in one embedding.
        expected: usize,
        /// Values given.
        got: usize,
    },
    /// The place for results does not hold one value a prompt.
    Output {
        /// Prompts in the set.
        expected: usize,
        /// Values the output holds.
        got: usize,
    },
    /// There is no such prompt.
    Row {
        /// Prompts in the set.
        expected: usize,
        /// The row asked for, from 0.
        got: usize,
    },
    /// The vector holds NaN or infinity.
    NotFinite,
}

impl fmt::Display for PromptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Shape { dim, got } => {
                write!(f, "prompt embeddings must be whole rows of {dim} values, got {got}")
            }
            Self::NotUnit { row, norm } => {
                write!(f, "prompt embedding {row} must have length 1, got {norm}")
            }
            Self::Dimension { expected, got } => {
                write!(f, "an embedding must have {expected} values, got {got}")
            }
            Self::Output { expected, got } => {
                write!(f, "{expected} prompts need {expected} results, got room for {got}")
            }
            Self::Row { expected, got } => {
                write!(f, "there is no prompt {got} in a set of {expected}")
            }
            Self::NotFinite => f.write_str("the audio embedding holds NaN or infinity"),
        }
    }
}

impl core::error::Error for PromptError {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    fn halves(values: &[f32]) -> Vec<f16> {
        values.iter().map(|&v| f16::from_f32(v)).collect()
    }

    #[test]
    fn cosines_by_hand() {
        // 0.6 and 0.8 round to 0.60009766 and 0.7998047 in half precision.
        let e = halves(&[1.0, 0.0, 0.0, -1.0, 0.6, 0.8]);
        let set = PromptSet::new(&e, 2).unwrap();
        assert_eq!((set.len(), set.dim(), set.is_empty()), (3, 2, false));
        let mut out = [0.0; 3];
        set.cosines(&[0.6, 0.8], &mut out).unwrap();
        assert_eq!(out[0], 0.6);
        assert_eq!(out[1], -0.8);
        assert!((out[2] - (0.600_097_66 * 0.6 + 0.799_804_7 * 0.8)).abs() < 1e-6);
        assert_eq!(set.cosine(2, &[0.6, 0.8]).unwrap(), out[2]);
        let mut row = [0.0; 2];
        set.row_into(1, &mut row).unwrap();
        assert_eq!(row, [0.0, -1.0]);
    }

    #[test]
    fn every_misuse_has_its_name() {
        let e = halves(&[1.0, 0.0, 0.0]);
        assert_eq!(PromptSet::new(&e, 2).unwrap_err(), PromptError::Shape { dim: 2, got: 3 });
        assert!(matches!(PromptSet::new(&e, 0), Err(PromptError::Dimension { .. })));
        let long = halves(&[1.0, 0.0, 0.0, 2.0]);
        assert_eq!(
            PromptSet::new(&long, 2).unwrap_err(),
            PromptError::NotUnit { row: 1, norm: 2.0 }
        );
        for bad in [f16::NAN, f16::INFINITY, f16::ZERO] {
            let e = [f16::ONE, f16::ZERO, bad, f16::ZERO];
            assert!(matches!(PromptSet::new(&e, 2), Err(PromptError::NotUnit { row: 1, .. })));
        }
        let set = PromptSet::new(&e[..2], 2).unwrap();
        assert!(matches!(set.cosine(0, &[1.0]), Err(PromptError::Dimension { .. })));
        assert!(matches!(set.cosine(1, &[1.0, 0.0]), Err(PromptError::Row { .. })));
        assert!(matches!(
            set.cosines(&[1.0, 0.0], &mut [0.0; 2]),
            Err(PromptError::Output { expected: 1, got: 2 })
        ));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(set.cosine(0, &[0.0, bad]), Err(PromptError::NotFinite));
            assert_eq!(set.cosines(&[bad, 0.0], &mut [0.0]), Err(PromptError::NotFinite));
        }
        assert!(set.row(usize::MAX).is_none());
    }
}
