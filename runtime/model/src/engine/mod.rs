//! The audio tower, run by an engine.
//!
//! Two parts: a [`Tower`] is loaded once, never changes and is cheap to clone
//! and to share; a [`TowerState`] belongs to one stream of audio. An engine
//! provides the pair behind the traits `Plan` and `Session`.

mod tract;

use core::fmt;
use std::sync::Arc;

pub(crate) use self::tract::{
    graph_error, guarded, optimise, parse, reason, wire_inputs, wire_outputs,
};
use crate::bundle::{Bundle, BundleError};
use crate::manifest::{OutputKind, TowerSpec};

/// Arithmetic of the graph that is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// The float32 graph, `tower.float32` in the manifest.
    #[default]
    Float32,
    /// The int8 graph, `tower.int8` in the manifest.
    Int8,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Float32 => "float32",
            Self::Int8 => "int8",
        })
    }
}

/// What a tower runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineReport {
    /// Name of the engine.
    pub engine: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Arithmetic of the graph.
    pub precision: Precision,
    /// Path of the graph inside the bundle.
    pub file: String,
}

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

/// A prepared graph: immutable, shared between streams.
trait Plan: fmt::Debug + Send + Sync {
    /// What a new stream needs, states at zero.
    fn session(&self) -> Result<Box<dyn Session>, EngineError>;
}

/// One stream's own memory.
trait Session: fmt::Debug + Send {
    /// Runs one step and writes the raw global output. After an error the
    /// states are at zero.
    fn step(&mut self, input: &[f32], global: &mut [f32]) -> Result<(), EngineError>;

    /// What the latest step gave besides, in the order asked for.
    fn outputs(&self) -> &[Vec<f32>];

    /// Puts the states back to zero.
    fn reset(&mut self);
}

/// A loaded audio tower. Clones share the graph.
#[derive(Debug, Clone)]
pub struct Tower {
    plan: Arc<dyn Plan>,
    report: Arc<EngineReport>,
    input_len: usize,
    embedding_dim: usize,
}

impl Tower {
    /// Loads the graph of `precision` from `bundle` and checks its inputs and
    /// outputs against the manifest, by name.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when there is no such graph, its file is damaged, the
    /// engine cannot run it, or it is not the graph the manifest describes.
    pub fn load(bundle: &Bundle, precision: Precision) -> Result<Self, EngineError> {
        Self::load_with(bundle, precision, &[])
    }

    /// As [`Tower::load`], with further `outputs` of the manifest, by name, which
    /// every step then computes and [`TowerState::outputs`] holds.
    ///
    /// # Errors
    ///
    /// As [`Tower::load`]; and [`EngineError::NoOutput`].
    pub fn load_with(
        bundle: &Bundle,
        precision: Precision,
        outputs: &[&str],
    ) -> Result<Self, EngineError> {
        let spec = &bundle.manifest().tower;
        let file = match precision {
            Precision::Float32 => Some(&spec.float32),
            Precision::Int8 => spec.int8.as_ref(),
        };
        let file = file.ok_or(EngineError::NoGraph { precision })?;
        let others = || spec.outputs.iter().filter(|o| o.kind != OutputKind::Global);
        let wanted = outputs
            .iter()
            .map(|name| others().find(|o| o.name == *name).ok_or(*name))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|name| EngineError::NoOutput {
                name: name.to_owned(),
                known: others().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", "),
            })?;
        let plan = tract::TractPlan::new(&bundle.read(file)?, file, spec, &wanted)?;
        Ok(Self::new(Arc::new(plan), precision, file, spec))
    }

    fn new(plan: Arc<dyn Plan>, precision: Precision, file: &str, spec: &TowerSpec) -> Self {
        let report = EngineReport {
            engine: tract::NAME,
            version: tract::VERSION,
            precision,
            file: file.to_owned(),
        };
        Self {
            plan,
            report: Arc::new(report),
            input_len: spec.input_len(),
            embedding_dim: spec.embedding_dim,
        }
    }

    /// What the tower runs on.
    #[must_use]
    pub fn report(&self) -> &EngineReport {
        &self.report
    }

    /// Values one step takes.
    #[must_use]
    pub fn input_len(&self) -> usize {
        self.input_len
    }

    /// Values one step gives.
    #[must_use]
    pub fn embedding_dim(&self) -> usize {
        self.embedding_dim
    }

    /// The state of a new stream.
    ///
    /// # Errors
    ///
    /// [`EngineError::Run`] when the engine cannot set the stream up.
    pub fn state(&self) -> Result<TowerState, EngineError> {
        Ok(TowerState {
            session: self.plan.session()?,
            input_len: self.input_len,
            embedding_dim: self.embedding_dim,
        })
    }
}

/// One stream through a [`Tower`].
#[derive(Debug)]
pub struct TowerState {
    session: Box<dyn Session>,
    input_len: usize,
    embedding_dim: usize,
}

impl TowerState {
    /// Takes one chunk or one window, row-major in the manifest's
    /// `input_shape`, and writes the global embedding, of length 1.
    ///
    /// A streaming tower advances its states. A window tower has none, and each
    /// step stands by itself.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when a length is wrong or the input is not finite: the
    /// stream is then as before. Also when the engine fails or the embedding
    /// is not finite or zero: the stream is then as after
    /// [`TowerState::reset`].
    pub fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        for (what, expected, got) in [
            ("input", self.input_len, input.len()),
            ("embedding", self.embedding_dim, embedding.len()),
        ] {
            if expected != got {
                return Err(EngineError::Length { what, expected, got });
            }
        }
        if !input.iter().all(|x| x.is_finite()) {
            return Err(EngineError::NotFinite { what: "input" });
        }
        self.session.step(input, embedding)?;
        let finite = self.outputs().iter().flatten().all(|x| x.is_finite());
        let finite =
            if finite { Ok(()) } else { Err(EngineError::NotFinite { what: "outputs" }) };
        finite.and_then(|()| normalise(embedding)).inspect_err(|_| self.session.reset())
    }

    /// The further outputs of the latest step, row-major, in the order that
    /// [`Tower::load_with`] was given; zeros before the first.
    #[must_use]
    pub fn outputs(&self) -> &[Vec<f32>] {
        self.session.outputs()
    }

    /// Starts a new stream.
    pub fn reset(&mut self) {
        self.session.reset();
    }
}

/// Scales `embedding` to length 1.
pub(crate) fn normalise(embedding: &mut [f32]) -> Result<(), EngineError> {
    let square: f64 = embedding.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    if !square.is_finite() {
        return Err(EngineError::NotFinite { what: "embedding" });
    }
    // What is left of so small a sum is rounding, not a direction.
    if square.sqrt() < 1e-12 {
        return Err(EngineError::ZeroEmbedding);
    }
    let scale = 1.0 / square.sqrt();
    for x in embedding {
        *x = (f64::from(*x) * scale) as f32;
    }
    Ok(())
}
