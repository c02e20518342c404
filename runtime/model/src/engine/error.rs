//! Why a tower cannot be loaded or run.

use core::fmt;

use super::{Engine, Precision, Provider};
use crate::bundle::BundleError;

/// Why a tower cannot be loaded or run.
#[derive(Debug)]
#[non_exhaustive]
pub enum EngineError {
    /// The graph's file cannot be used.
    Bundle(BundleError),
    /// The bundle has no graph of that precision.
    NoGraph {
        /// The precision asked for.
        precision: Precision,
    },
    /// The engine is not there.
    NoEngine {
        /// The engine asked for.
        engine: Engine,
        /// Why, and how to get it.
        reason: String,
    },
    /// The provider that must run the graph is not there, or runs nothing of it.
    NoProvider {
        /// The provider asked for.
        provider: Provider,
        /// Why.
        reason: String,
    },
    /// The manifest has no output of that name beside the global one.
    NoOutput {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The engine cannot prepare the graph.
    Graph {
        /// Path of the graph inside the bundle.
        file: String,
        /// What the engine says.
        reason: String,
    },
    /// The graph's inputs or outputs are not those of the manifest.
    Tensors {
        /// Path of the graph inside the bundle.
        file: String,
        /// Names in the manifest.
        expected: String,
        /// Names in the graph.
        got: String,
    },
    /// A tensor of the graph has another type or shape than in the manifest.
    Dimension {
        /// Which tensor of which graph.
        what: String,
        /// As the manifest has it.
        expected: String,
        /// As the graph has it.
        got: String,
    },
    /// A buffer given to a step has the wrong length.
    Length {
        /// Which buffer.
        what: &'static str,
        /// Values needed.
        expected: usize,
        /// Values given.
        got: usize,
    },
    /// NaN or infinity.
    NotFinite {
        /// Where: `input`, `embedding` or `outputs`.
        what: &'static str,
    },
    /// The tower gave an embedding without direction.
    ZeroEmbedding,
    /// The engine failed while running.
    Run {
        /// What the engine says.
        reason: String,
    },
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(e) => e.fmt(f),
            Self::NoGraph { precision } => write!(
                f,
                "expected the bundle to have an {precision} graph, got none; \
                 use another precision"
            ),
            Self::NoEngine { engine, reason } => {
                write!(f, "expected the engine {engine} on this machine, got none: {reason}")
            }
            Self::NoProvider { provider, reason } => write!(
                f,
                "expected the provider {provider} to run the tower, got a fallback to the \
                 processor: {reason}"
            ),
            Self::NoOutput { name, known } => write!(
                f,
                "expected an output of the tower beside its embedding, got `{name}`; \
                 there are: {known}"
            ),
            Self::Graph { file, reason } => {
                write!(f, "expected `{file}` to be a graph this engine runs, got: {reason}")
            }
            Self::Tensors { file, expected, got } => {
                write!(f, "expected `{file}` to have {expected} as in the manifest, got {got}")
            }
            Self::Dimension { what, expected, got } => {
                write!(f, "expected {what} to be {expected} as in the manifest, got {got}")
            }
            Self::Length { what, expected, got } => {
                write!(f, "expected {expected} values in the {what}, got {got}")
            }
            Self::NotFinite { what } => {
                write!(f, "expected finite values in the {what}, got NaN or infinity")
            }
            Self::ZeroEmbedding => {
                f.write_str("expected an embedding with a direction, got all zeros")
            }
            Self::Run { reason } => {
                write!(f, "expected the tower to run, got: {reason}")
            }
        }
    }
}

impl core::error::Error for EngineError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Bundle(e) => Some(e),
            _ => None,
        }
    }
}

impl From<BundleError> for EngineError {
    fn from(e: BundleError) -> Self {
        Self::Bundle(e)
    }
}
