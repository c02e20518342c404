//! Background embeddings: what a tower gives for ordinary recordings, against
//! which the cosine of a free prompt becomes a percentile.

use half::f16;

use crate::hash::Sha256;
use crate::pack::PackError;
use crate::tensors;

/// The format named in the metadata.
pub const FORMAT: &str = "slap-edge-background";

/// Embeddings of ordinary recordings.
#[derive(Debug, Clone, PartialEq)]
pub struct Background {
    /// What the recordings are.
    pub description: String,
    /// Unit rows, `[recordings, dim]`, row after row.
    pub embeddings: Vec<f16>,
    /// Length of a row.
    pub dim: usize,
}

impl Background {
    /// Reads a background for the tower of digest `tower` and embeddings of
    /// length `dim`.
    ///
    /// # Errors
    ///
    /// [`PackError`] when the file is of another kind or tower, damaged or
    /// without rows.
    pub fn read(bytes: &[u8], tower: Sha256, dim: usize) -> Result<Self, PackError> {
        let (mut header, _, embeddings) = tensors::read(bytes, FORMAT, &tower.into(), dim)?;
        let description = header.take("description")?;
        header.finish()?;
        if embeddings.is_empty() {
            return Err(PackError::Tensor {
                expected: "at least one background embedding",
                got: "none".into(),
            });
        }
        Ok(Self { description, embeddings, dim })
    }

    /// Number of recordings.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.embeddings.len().checked_div(self.dim).unwrap_or(0)
    }
}
