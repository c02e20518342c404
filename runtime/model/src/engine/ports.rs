//! What enters and leaves the tower's graph, in the manifest's words.

use crate::manifest::{OutputSpec, StateSpec, TowerSpec};

/// A float32 tensor that enters or leaves a graph.
#[derive(Debug, Clone)]
pub(crate) struct Port {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
}

impl Port {
    /// Values in the tensor.
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }
}

/// All tensors of a step, in the order that engines are given them.
#[derive(Debug, Clone)]
pub(super) struct Ports {
    /// One chunk or window of the front end.
    pub(super) input: Port,
    /// States that a step takes, in the manifest's order.
    pub(super) states_in: Vec<Port>,
    /// The embedding, then further outputs in the order asked for.
    pub(super) embeddings: Vec<Port>,
    /// States that a step gives, in the order of `states_in`.
    pub(super) states_out: Vec<Port>,
}

impl Ports {
    /// Those of `spec`, with `further` outputs beside the embedding.
    pub(super) fn new(spec: &TowerSpec, further: &[&OutputSpec]) -> Self {
        let port =
            |name: &str, shape: &[usize]| Port { name: name.to_owned(), shape: shape.to_vec() };
        let output = |it: &&OutputSpec| port(&it.name, &it.shape);
        let states = |name: fn(&StateSpec) -> &str| {
            spec.states.iter().map(|it| port(name(it), &it.shape)).collect()
        };
        Self {
            input: port(&spec.input_name, &spec.input_shape),
            states_in: states(|it| &it.input),
            embeddings: spec.global().iter().chain(further).map(output).collect(),
            states_out: states(|it| &it.output),
        }
    }

    /// Everything that enters.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Port> {
        [&self.input].into_iter().chain(&self.states_in)
    }

    /// Everything that leaves.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &Port> {
        self.embeddings.iter().chain(&self.states_out)
    }
}
