//! tract: ONNX graphs in pure Rust.

mod dequantise;
mod operators;

use core::fmt;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::pb::{GraphProto, ModelProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;

use super::ports::{Port, Ports};
use super::{EngineError, Plan, Session};

/// The dependency's version, which it does not publish itself; a test compares
/// this with the lock file.
pub(super) const VERSION: &str = "0.23.9";

/// Parses a graph.
///
/// Reading from memory, not from a path, makes the verified bytes the ones that
/// are run, and keeps a graph from pulling in other files.
pub(crate) fn parse(bytes: &[u8], file: &str) -> Result<InferenceModel, EngineError> {
    parse_with(bytes, file, |_| {})
}

/// Parses a graph that `change` changes first.
fn parse_with(
    bytes: &[u8],
    file: &str,
    change: impl FnOnce(&mut GraphProto),
) -> Result<InferenceModel, EngineError> {
    guarded(|| {
        let mut onnx = tract_onnx::onnx();
        operators::register(&mut onnx);
        let mut proto = onnx.proto_model_for_read(&mut &bytes[..])?;
        check_outputs(&proto)?;
        if let Some(graph) = &mut proto.graph {
            change(graph);
        }
        onnx.model_for_proto_model(&proto)
    })
    .map_err(graph_error(file))
}

/// tract takes it for granted that something computes each output.
fn check_outputs(proto: &ModelProto) -> TractResult<()> {
    let Some(graph) = &proto.graph else { return Ok(()) };
    let known: HashSet<&str> = graph
        .node
        .iter()
        .flat_map(|node| &node.output)
        .chain(graph.initializer.iter().map(|tensor| &tensor.name))
        .chain(graph.input.iter().map(|input| &input.name))
        .map(String::as_str)
        .collect();
    match graph.output.iter().find(|output| !known.contains(output.name.as_str())) {
        None => Ok(()),
        Some(output) => {
            Err(TractError::msg(format!("nothing computes the output `{}`", output.name)))
        }
    }
}

/// Optimises a graph whose inputs are settled.
pub(crate) fn optimise(model: InferenceModel, file: &str) -> Result<TypedModel, EngineError> {
    guarded(|| model.into_optimized()).map_err(graph_error(file))
}

/// Turns a panic of the engine into an error. Some graphs that contradict
/// themselves meet an `unwrap` deep inside tract; a bundle must not be able to
/// bring the program down.
pub(crate) fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> TractResult<T> {
    // What a panic leaves half done is dropped here, or put back by `reset`.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        Err(TractError::msg(format!("an internal error: {}", text.unwrap_or("unknown"))))
    })
}

/// The first line and the root of an engine's error, without its backtrace.
pub(crate) fn reason(e: &TractError) -> String {
    let (first, root) = (e.to_string(), e.root_cause().to_string());
    let line = |s: &str| s.lines().next().unwrap_or_default().to_owned();
    if first == root { line(&first) } else { format!("{}: {}", line(&first), line(&root)) }
}

pub(crate) fn graph_error(file: &str) -> impl Fn(TractError) -> EngineError + '_ {
    move |e| EngineError::Graph { file: file.to_owned(), reason: reason(&e) }
}

/// Reorders the graph's inputs to `names`, which must be all of them.
pub(crate) fn wire_inputs(
    model: &mut InferenceModel,
    names: &[&str],
    file: &str,
) -> Result<(), EngineError> {
    let outlets = model.input_outlets().map_err(graph_error(file))?.to_vec();
    let found: Vec<&str> = outlets.iter().map(|o| model.node(o.node).name.as_str()).collect();
    let wired: Option<Vec<OutletId>> = names
        .iter()
        .map(|name| found.iter().position(|f| f == name).map(|i| outlets[i]))
        .collect();
    match wired {
        Some(wired) if wired.len() == outlets.len() => {
            model.set_input_outlets(&wired).map_err(graph_error(file))
        }
        _ => Err(EngineError::Tensors {
            file: file.to_owned(),
            expected: format!("the inputs {}", names.join(", ")),
            got: found.join(", "),
        }),
    }
}

/// Selects the outputs `names`, in that order; others are dropped, and what
/// only they need is never computed.
pub(crate) fn wire_outputs(
    model: &mut InferenceModel,
    names: &[&str],
    file: &str,
) -> Result<(), EngineError> {
    let outlets = model.output_outlets().map_err(graph_error(file))?.to_vec();
    let label = |o: &OutletId| model.outlet_label(*o).unwrap_or_default();
    let wired: Option<Vec<OutletId>> =
        names.iter().map(|name| outlets.iter().copied().find(|o| label(o) == *name)).collect();
    match wired {
        Some(wired) => model.select_output_outlets(&wired).map_err(graph_error(file)),
        None => Err(EngineError::Tensors {
            file: file.to_owned(),
            expected: format!("the outputs {}", names.join(", ")),
            got: outlets.iter().map(label).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// The tower's graph, ready to run.
pub(super) struct TractPlan {
    plan: Arc<TypedSimplePlan>,
    input_shape: Vec<usize>,
    state_shapes: Vec<Vec<usize>>,
    /// Values of each further output.
    further: Vec<usize>,
}

impl fmt::Debug for TractPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TractPlan")
            .field("nodes", &self.plan.model().nodes().len())
            .field("input_shape", &self.input_shape)
            .field("state_shapes", &self.state_shapes)
            .finish()
    }
}

impl TractPlan {
    pub(super) fn new(bytes: &[u8], file: &str, ports: Ports) -> Result<Self, EngineError> {
        let failed = graph_error(file);
        let (inputs, outputs): (Vec<_>, Vec<_>) =
            (ports.inputs().collect(), ports.outputs().collect());
        let mut model = parse_with(bytes, file, dequantise::dequantise)?;
        wire_inputs(&mut model, &names(&inputs), file)?;
        wire_outputs(&mut model, &names(&outputs), file)?;
        for (i, port) in inputs.iter().enumerate() {
            // Before the manifest's shape replaces the graph's, they must agree.
            let declared = model.input_fact(i).map_err(&failed)?;
            let dims = declared.shape.as_concrete_finite().ok().flatten();
            let float = declared.datum_type.concretize().is_none_or(|t| t == f32::datum_type());
            if dims.as_deref().is_some_and(|d| d != port.shape) || !float {
                return Err(EngineError::Dimension {
                    what: format!("input `{}` of `{file}`", port.name),
                    expected: format!("{:?} float32", port.shape),
                    got: format!("{declared:?}"),
                });
            }
            let fact = InferenceFact::dt_shape(f32::datum_type(), &port.shape);
            model.set_input_fact(i, fact).map_err(&failed)?;
        }
        let model = optimise(model, file)?;
        for (i, port) in outputs.iter().enumerate() {
            let fact = model.output_fact(i).map_err(&failed)?;
            let fits = fact.datum_type == f32::datum_type()
                && fact.shape.as_concrete().is_some_and(|shape| shape == port.shape);
            if !fits {
                return Err(EngineError::Dimension {
                    what: format!("output `{}` of `{file}`", port.name),
                    expected: format!("{:?} float32", port.shape),
                    got: format!("{fact:?}"),
                });
            }
        }
        Ok(Self {
            plan: model.into_runnable().map_err(&failed)?,
            further: ports.embeddings.iter().skip(1).map(Port::len).collect(),
            input_shape: ports.input.shape,
            state_shapes: ports.states_in.into_iter().map(|port| port.shape).collect(),
        })
    }
}

fn names<'a>(ports: &[&'a Port]) -> Vec<&'a str> {
    ports.iter().map(|port| port.name.as_str()).collect()
}

impl TractPlan {
    /// Nodes of the prepared graph.
    pub(super) fn nodes(&self) -> usize {
        self.plan.model().nodes().len()
    }
}

impl Plan for TractPlan {
    fn session(&self) -> Result<Box<dyn Session>, EngineError> {
        let failed = |e: TractError| EngineError::Run { reason: reason(&e) };
        let zeros = self
            .state_shapes
            .iter()
            .map(|shape| Tensor::zero::<f32>(shape).map(Tensor::into_tvalue))
            .collect::<TractResult<TVec<TValue>>>()
            .map_err(failed)?;
        Ok(Box::new(TractSession {
            run: self.plan.spawn().map_err(failed)?,
            input_shape: self.input_shape.clone(),
            states: zeros.clone(),
            zeros,
            further: self.further.iter().map(|values| vec![0.0; *values]).collect(),
        }))
    }
}

struct TractSession {
    run: TypedSimpleState,
    input_shape: Vec<usize>,
    states: TVec<TValue>,
    zeros: TVec<TValue>,
    further: Vec<Vec<f32>>,
}

impl fmt::Debug for TractSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TractSession").field("states", &self.states.len()).finish()
    }
}

impl TractSession {
    fn run(&mut self, input: &[f32], global: &mut [f32]) -> TractResult<()> {
        let mut inputs = tvec![Tensor::from_shape(&self.input_shape, input)?.into_tvalue()];
        // Moved, not cloned: a tensor nobody else holds can be reused in place.
        inputs.append(&mut self.states);
        let mut outputs = self.run.run(inputs)?;
        for wanted in [global].into_iter().chain(self.further.iter_mut().map(Vec::as_mut_slice))
        {
            let found = outputs.remove(0);
            wanted.copy_from_slice(found.try_as_plain_ram()?.as_slice::<f32>()?);
        }
        self.states = outputs;
        Ok(())
    }
}

impl Session for TractSession {
    fn step(&mut self, input: &[f32], global: &mut [f32]) -> Result<(), EngineError> {
        guarded(|| self.run(input, global)).map_err(|e| {
            self.reset();
            EngineError::Run { reason: reason(&e) }
        })
    }

    fn outputs(&self) -> &[Vec<f32>] {
        &self.further
    }

    fn reset(&mut self) {
        self.states.clone_from(&self.zeros);
        self.further.iter_mut().for_each(|values| values.fill(0.0));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn version_is_the_one_in_the_lock_file() {
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let lock = std::fs::read_to_string(lock).unwrap();
        let mut lines = lock.lines().skip_while(|line| *line != r#"name = "tract-onnx""#);
        assert_eq!(lines.nth(1), Some(format!("version = \"{}\"", super::VERSION).as_str()));
    }
}
