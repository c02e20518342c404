//! The audio tower, run by an engine.
//!
//! Two parts: a [`Tower`] is loaded once, never changes and is cheap to clone
//! and to share; a [`TowerState`] belongs to one stream of audio. An engine
//! provides the pair behind the traits `Plan` and `Session`.

mod error;
mod offer;
mod options;
mod ports;
mod report;
mod tract;

#[cfg(feature = "ort")]
mod ort;
#[cfg(not(feature = "ort"))]
#[path = "without_ort.rs"]
mod ort;

use core::fmt;
use std::sync::Arc;

pub use self::error::EngineError;
pub use self::offer::{Found, Offer, offers};
pub use self::options::{Engine, Precision, Provider, TowerOptions};
pub use self::report::{EngineReport, Nodes};
pub(crate) use self::tract::{
    graph_error, guarded, optimise, parse, reason, wire_inputs, wire_outputs,
};
use crate::bundle::Bundle;
use crate::hash::Sha256;
use crate::manifest::{OutputKind, TowerSpec};

use self::ports::Ports;

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
    /// Loads a graph of `bundle` and checks its inputs and outputs against the manifest, by
    /// name.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when there is no such graph, engine, provider that must be, or output,
    /// when its file is damaged, the engine cannot run it, or it is not the graph the
    /// manifest describes.
    pub fn load(
        bundle: &Bundle,
        options: impl Into<TowerOptions>,
    ) -> Result<Self, EngineError> {
        let options = options.into();
        let spec = &bundle.manifest().tower;
        let file = match options.precision {
            Precision::Float32 => Some(&spec.float32),
            Precision::Int8 => spec.int8.as_ref(),
        };
        let file = file.ok_or(EngineError::NoGraph { precision: options.precision })?;
        let others = || spec.outputs.iter().filter(|o| o.kind != OutputKind::Global);
        let wanted = options
            .outputs
            .iter()
            .map(|name| others().find(|o| o.name == *name).ok_or(name))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|name| EngineError::NoOutput {
                name: name.clone(),
                known: others().map(|o| o.name.as_str()).collect::<Vec<_>>().join(", "),
            })?;
        let ports = Ports::new(spec, &wanted);
        let bytes = bundle.read(file)?;
        match options.engine {
            Engine::Tract => Self::by_tract(&bytes, file, ports, spec, &options),
            Engine::Ort => {
                // What was read just now is as listed.
                let listed = bundle.manifest().files.get(file).map(|entry| entry.sha256);
                let source = listed.unwrap_or_else(|| Sha256::of(&bytes));
                Self::by_ort(&bytes, source, file, ports, spec, &options)
            }
        }
    }

    fn by_tract(
        bytes: &[u8],
        file: &str,
        ports: Ports,
        spec: &TowerSpec,
        options: &TowerOptions,
    ) -> Result<Self, EngineError> {
        let (asked, processor) = (options.provider, Provider::Cpu);
        let reason = || "the engine tract runs on the processor alone".to_owned();
        if asked != processor && options.require_provider {
            return Err(EngineError::NoProvider { provider: asked, reason: reason() });
        }
        let plan = tract::TractPlan::new(bytes, file, ports)?;
        let nodes = plan.nodes();
        let report = EngineReport {
            engine: Engine::Tract,
            version: tract::VERSION.to_owned(),
            precision: options.precision,
            arithmetic: Precision::Float32,
            file: file.to_owned(),
            provider: processor,
            nodes: Some(Nodes { on_provider: nodes, all: nodes }),
            fallback: (asked != processor).then(reason),
        };
        Ok(Self::new(Arc::new(plan), report, spec))
    }

    fn by_ort(
        bytes: &[u8],
        source: Sha256,
        file: &str,
        ports: Ports,
        spec: &TowerSpec,
        options: &TowerOptions,
    ) -> Result<Self, EngineError> {
        let plan = ort::OrtPlan::new(bytes, source, file, ports, options)?;
        let report = EngineReport {
            engine: Engine::Ort,
            version: plan.version.to_owned(),
            precision: options.precision,
            arithmetic: options.precision,
            file: file.to_owned(),
            provider: plan.provider,
            nodes: plan.nodes,
            fallback: plan.fallback.clone(),
        };
        Ok(Self::new(Arc::new(plan), report, spec))
    }

    fn new(plan: Arc<dyn Plan>, report: EngineReport, spec: &TowerSpec) -> Self {
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
    /// [`TowerOptions::outputs`] has; zeros before the first.
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
