//! Which towers answer to the same embeddings.
//!
//! Towers are told apart by the digest of their float32 graphs. A tower may have been
//! trained into the space of another: a sentence then has one embedding for both. It goes
//! one way only. What was prepared for the student carries the calibration of the student,
//! so the tower whose space it is does not take it.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::hash::Sha256;

/// The space of another tower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// Name of the bundle with that tower.
    pub name: String,
    /// Digest of its float32 graph.
    pub sha256: Sha256,
}

/// A tower, and the other tower whose space it was trained into, if it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Digest of the tower's float32 graph.
    pub tower: Sha256,
    /// Whose space it is; none for a tower that is its own.
    pub space: Option<Space>,
}

impl Fit {
    /// Whether embeddings made for the tower of digest `tower` mean the same to this one.
    #[must_use]
    pub fn takes(&self, tower: Sha256) -> bool {
        tower == self.tower || self.space.as_ref().is_some_and(|it| it.sha256 == tower)
    }
}

impl From<Sha256> for Fit {
    /// A tower that is its own space.
    fn from(tower: Sha256) -> Self {
        Self { tower, space: None }
    }
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tower {}", self.tower)?;
        match &self.space {
            Some(space) => write!(f, " or for {} of {}", space.sha256, space.name),
            None => Ok(()),
        }
    }
}
