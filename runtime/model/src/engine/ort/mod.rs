//! ONNX Runtime: a shared library with kernels for many processors and accelerators.
//!
//! [`library`] finds and loads it, [`provider`] adds what computes, [`nodes`] counts what
//! ran where, and [`stream`] is one stream through a session. Nothing of it is linked: a
//! program without the library runs, and says how to get it when it is asked for.

mod library;
mod nodes;
mod prepared;
mod provider;
mod stream;

use core::fmt;
use core::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};

use ort::memory::Allocator;
use ort::session::Session as OrtSession;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::{Tensor, ValueType};

use self::library::{Library, library};
use self::prepared::Prepared;
pub(crate) use self::provider::offers;
use self::stream::Stream;
use super::ports::{Port, Ports};
use super::{EngineError, Nodes, Plan, Provider, Session, TowerOptions};
use crate::Sha256;

/// What ONNX Runtime is told of a graph: how to prepare it, and on what.
pub(super) struct OrtPlan {
    shared: Arc<Shared>,
    /// The library's version.
    pub(super) version: &'static str,
    pub(super) provider: Provider,
    /// Counted nodes; none where nothing but the processor can have run them.
    pub(super) nodes: Option<Nodes>,
    /// Why the provider is not the one asked for.
    pub(super) fallback: Option<String>,
}

/// What the streams of a plan have in common.
struct Shared {
    session: OrtSession,
    ports: Ports,
    /// States of a new stream: what every first step takes.
    zeros: Vec<Tensor<f32>>,
    /// Whether the provider computes where the tensors of a stream lie. Others copy each
    /// input when it is bound, so that it is bound anew for each step.
    in_place: bool,
    /// Held for a step, except on the processor, whose sessions may be run by many threads
    /// at a time.
    turn: Option<Mutex<()>>,
}

impl fmt::Debug for OrtPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrtPlan")
            .field("provider", &self.provider)
            .field("ports", &self.shared.ports)
            .finish_non_exhaustive()
    }
}

impl OrtPlan {
    /// Prepares the graph in `bytes`, which is `file` of the bundle and has the digest
    /// `source`.
    pub(super) fn new(
        bytes: &[u8],
        source: Sha256,
        file: &str,
        ports: Ports,
        options: &TowerOptions,
    ) -> Result<Self, EngineError> {
        let graph = |error: ort::Error| EngineError::Graph {
            file: file.to_owned(),
            reason: message(&error),
        };
        let threads = options.threads.unwrap_or(NonZeroUsize::MIN);
        let mut provider = options.provider;
        let mut fallback = None;
        let library = library(options.library.as_deref())?;
        let mut builder = builder(library, threads, provider).map_err(graph)?;
        if let Err(reason) = provider::register(&mut builder, provider, threads) {
            if options.require_provider {
                return Err(EngineError::NoProvider { provider, reason });
            }
            fallback = Some(reason);
            provider = Provider::Cpu;
        }
        let profile = match provider {
            // Everything runs there; counting is of interest, and no more.
            Provider::Cpu if options.count_nodes => nodes::Profile::begin().ok(),
            Provider::Cpu => None,
            _ => Some(nodes::Profile::begin().map_err(|reason| EngineError::Run { reason })?),
        };
        if let Some(profile) = &profile {
            builder = builder.with_profiling(profile.prefix()).map_err(|e| graph(e.into()))?;
        }
        // Other providers have caches of their own.
        let cache = options.cache.as_deref().filter(|_| provider == Provider::Cpu);
        let session = match cache {
            Some(folder) => commit_prepared(builder, bytes, Prepared::new(folder, source)),
            None => builder.commit_from_memory(bytes),
        }
        .map_err(graph)?;
        check(&session, &ports, file)?;
        let zeros = ports.states_in.iter().map(zeros).collect::<ort::Result<_>>();
        let mut plan = Self {
            shared: Arc::new(Shared {
                session,
                ports,
                zeros: zeros.map_err(graph)?,
                in_place: provider == Provider::Cpu,
                turn: (provider != Provider::Cpu).then(Mutex::default),
            }),
            version: &library.version,
            provider,
            nodes: None,
            fallback,
        };
        if let Some(profile) = profile {
            plan.count(profile)?;
        }
        match plan.nodes {
            Some(Nodes { on_provider: 0, .. }) if provider != Provider::Cpu => {
                let reason = "it runs none of the graph's nodes".to_owned();
                if options.require_provider {
                    return Err(EngineError::NoProvider { provider, reason });
                }
                plan.provider = Provider::Cpu;
                plan.nodes = plan.nodes.map(|it| Nodes { on_provider: it.all, ..it });
                plan.fallback = Some(reason);
            }
            _ => {}
        }
        Ok(plan)
    }

    /// Runs one step and counts from the profile what ran where.
    fn count(&mut self, profile: nodes::Profile) -> Result<(), EngineError> {
        let failed = |reason: String| EngineError::Run { reason };
        let mut stream = self.session()?;
        let shared = &self.shared.ports;
        let (input, output) =
            (shared.input.len(), shared.embeddings.first().map_or(0, Port::len));
        // Not zeros: of those alone a tower may make an embedding without direction.
        let ramp: Vec<f32> = (0..input).map(|n| n as f32 / input as f32 - 0.5).collect();
        stream.step(&ramp, &mut vec![0.0; output])?;
        drop(stream);
        // No stream is left, so nobody else holds the session.
        let shared = Arc::get_mut(&mut self.shared)
            .ok_or_else(|| failed("a stream began before its plan was made".to_owned()))?;
        let file = shared.session.end_profiling().map_err(|error| failed(message(&error)))?;
        self.nodes = Some(profile.count(Path::new(&file), self.provider).map_err(failed)?);
        Ok(())
    }
}

impl Plan for OrtPlan {
    fn session(&self) -> Result<Box<dyn Session>, EngineError> {
        let stream = Stream::new(Arc::clone(&self.shared));
        let stream = stream.map_err(|error| EngineError::Run { reason: message(&error) })?;
        Ok(Box::new(stream))
    }
}

fn builder(
    library: &Library,
    threads: NonZeroUsize,
    provider: Provider,
) -> ort::Result<SessionBuilder> {
    Ok(OrtSession::builder(&library.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(threads.get())?
        .with_inter_threads(1)?
        // Idle threads that spin would cost more than the steps of a live stream.
        .with_intra_op_spinning(false)?
        // Memory is planned once; DirectML does not allow it.
        .with_memory_pattern(provider != Provider::DirectMl)?)
}

/// Makes a session of the graph in `bytes`, or of what was prepared from it before.
fn commit_prepared(
    mut builder: SessionBuilder,
    bytes: &[u8],
    prepared: Prepared,
) -> ort::Result<OrtSession> {
    if let Some(graph) = prepared.read() {
        let as_it_is = builder.clone().with_optimization_level(GraphOptimizationLevel::Disable);
        if let Ok(session) = as_it_is?.commit_from_memory(&graph) {
            return Ok(session);
        }
    }
    let Some(draft) = prepared.draft() else { return builder.commit_from_memory(bytes) };
    let session = builder
        .clone()
        // What comes later is for one kind of processor, and the folder may move.
        .with_optimization_level(GraphOptimizationLevel::Level2)?
        .with_optimized_model_path(draft)?
        .commit_from_memory(bytes);
    prepared.keep();
    // Where the draft cannot be written, the session is made without.
    session.or_else(|_| builder.commit_from_memory(bytes))
}

/// Holds the graph against the manifest, by name, type and shape.
fn check(session: &OrtSession, ports: &Ports, file: &str) -> Result<(), EngineError> {
    let names = |found: &[ort::value::Outlet]| {
        found.iter().map(|it| it.name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let mut expected: Vec<&str> = ports.inputs().map(|it| it.name.as_str()).collect();
    let mut found: Vec<&str> = session.inputs().iter().map(|it| it.name()).collect();
    expected.sort_unstable();
    found.sort_unstable();
    if expected != found {
        return Err(EngineError::Tensors {
            file: file.to_owned(),
            expected: format!("the inputs {}", expected.join(", ")),
            got: names(session.inputs()),
        });
    }
    for (what, port, outlets) in ports
        .inputs()
        .map(|port| ("input", port, session.inputs()))
        .chain(ports.outputs().map(|port| ("output", port, session.outputs())))
    {
        let Some(outlet) = outlets.iter().find(|it| it.name() == port.name) else {
            return Err(EngineError::Tensors {
                file: file.to_owned(),
                expected: format!("the output {}", port.name),
                got: names(outlets),
            });
        };
        if !fits(outlet.dtype(), &port.shape) {
            return Err(EngineError::Dimension {
                what: format!("{what} `{}` of `{file}`", port.name),
                expected: format!("{:?} float32", port.shape),
                got: outlet.dtype().to_string(),
            });
        }
    }
    Ok(())
}

/// Whether a tensor is float32 and of that shape, as far as the graph states it.
fn fits(found: &ValueType, shape: &[usize]) -> bool {
    let ValueType::Tensor { ty, shape: dims, .. } = found else { return false };
    *ty == ort::value::TensorElementType::Float32
        && dims.len() == shape.len()
        && dims.iter().zip(shape).all(|(got, want)| *got < 0 || *got as usize == *want)
}

/// A tensor of zeros for `port`.
fn zeros(port: &Port) -> ort::Result<Tensor<f32>> {
    let mut tensor = Tensor::<f32>::new(&Allocator::default(), port.shape.as_slice())?;
    tensor.extract_tensor_mut().1.fill(0.0);
    Ok(tensor)
}

/// What ONNX Runtime says, in one line.
fn message<R>(error: &ort::Error<R>) -> String {
    let text = error.message();
    text.lines().next().unwrap_or_default().trim().to_owned()
}
