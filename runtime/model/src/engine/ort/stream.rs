//! One stream through a session of ONNX Runtime.

use core::fmt;
use core::ptr;
use std::sync::{Arc, PoisonError};

use ort::AsPointer as _;
use ort::session::IoBinding;
use ort::value::Tensor;

use super::{Shared, message, zeros};
use crate::engine::{EngineError, Session};

/// The memory of one stream, bound to the graph's inputs and outputs once.
///
/// States are kept in two places by turns: what one step writes the next one reads. So a
/// step copies the chunk in and the embedding out, and nothing else.
pub(super) struct Stream {
    shared: Arc<Shared>,
    input: Tensor<f32>,
    /// The embedding, then further outputs.
    outputs: Vec<Tensor<f32>>,
    /// What the further outputs held after the latest step.
    further: Vec<Vec<f32>>,
    states: [Vec<Tensor<f32>>; 2],
    /// From zeros to the first place, from there to the second, and back.
    bindings: [IoBinding; 3],
    turn: Turn,
}

/// Which binding the next step uses.
#[derive(Clone, Copy)]
enum Turn {
    Begin,
    ToSecond,
    ToFirst,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("ports", &self.shared.ports).finish_non_exhaustive()
    }
}

impl Stream {
    pub(super) fn new(shared: Arc<Shared>) -> ort::Result<Self> {
        let ports = &shared.ports;
        let all = |ports: &[_]| ports.iter().map(zeros).collect::<ort::Result<Vec<_>>>();
        let input = zeros(&ports.input)?;
        let mut outputs = all(&ports.embeddings)?;
        let mut states = [all(&ports.states_out)?, all(&ports.states_out)?];
        let [first, second] = &mut states;
        let mut bind = |from: &[Tensor<f32>], to: &mut [Tensor<f32>]| {
            let mut binding = shared.session.create_binding()?;
            bind_inputs(&mut binding, &shared, &input, from)?;
            let ports = ports.embeddings.iter().chain(&ports.states_out);
            for (port, tensor) in ports.zip(outputs.iter_mut().chain(to)) {
                binding.bind_output(port.name.as_str(), tensor)?;
            }
            Ok::<_, ort::Error>(binding)
        };
        let bindings =
            [bind(&shared.zeros, first)?, bind(first, second)?, bind(second, first)?];
        let further =
            ports.embeddings.iter().skip(1).map(|port| vec![0.0; port.len()]).collect();
        Ok(Self { input, outputs, further, states, bindings, turn: Turn::Begin, shared })
    }

    fn run(&mut self, input: &[f32], global: &mut [f32]) -> ort::Result<()> {
        self.input.extract_tensor_mut().1.copy_from_slice(input);
        let (binding, from, next) = match self.turn {
            Turn::Begin => (0, &self.shared.zeros, Turn::ToSecond),
            Turn::ToSecond => (1, &self.states[0], Turn::ToFirst),
            Turn::ToFirst => (2, &self.states[1], Turn::ToSecond),
        };
        let binding = &mut self.bindings[binding];
        if !self.shared.in_place {
            bind_inputs(binding, &self.shared, &self.input, from)?;
        }
        {
            let turn = self.shared.turn.as_ref();
            let _turn = turn.map(|it| it.lock().unwrap_or_else(PoisonError::into_inner));
            run_bound(&self.shared.session, binding)?;
        }
        let wanted = [global].into_iter().chain(self.further.iter_mut().map(Vec::as_mut_slice));
        for (wanted, found) in wanted.zip(&self.outputs) {
            wanted.copy_from_slice(found.extract_tensor().1);
        }
        self.turn = next;
        Ok(())
    }
}

fn bind_inputs(
    binding: &mut IoBinding,
    shared: &Shared,
    input: &Tensor<f32>,
    states: &[Tensor<f32>],
) -> ort::Result<()> {
    binding.bind_input(shared.ports.input.name.as_str(), input)?;
    for (port, state) in shared.ports.states_in.iter().zip(states) {
        binding.bind_input(port.name.as_str(), state)?;
    }
    Ok(())
}

/// Runs what `binding` ties together.
///
/// The safe call of the crate takes the session for itself, so that streams would wait for
/// each other, and makes a list of all outputs, which are at hand, with twenty allocations.
#[expect(unsafe_code, reason = "a call of ONNX Runtime's C interface")]
fn run_bound(session: &ort::session::Session, binding: &IoBinding) -> ort::Result<()> {
    // SAFETY: both pointers are of live objects, and the binding was made for this session
    // (`Stream::new`). The tensors bound are owned by the stream and by the plan, which it
    // keeps alive; those that are written belong to this stream alone, which is borrowed
    // mutably by the caller. ONNX Runtime's documentation of `OrtApi::Run` lets several
    // threads run one session; providers other than the processor, some of which do not
    // keep to that, run one step at a time (`Shared::turn`). Null stands for the default
    // options.
    let status = unsafe {
        (ort::api().RunWithBinding)(session.ptr().cast_mut(), ptr::null(), binding.ptr())
    };
    // SAFETY: the status comes from the call above, and nobody else releases it.
    unsafe { ort::Error::result_from_status(status) }
}

impl Session for Stream {
    fn step(&mut self, input: &[f32], global: &mut [f32]) -> Result<(), EngineError> {
        self.run(input, global).map_err(|error| {
            self.reset();
            EngineError::Run { reason: message(&error) }
        })
    }

    fn outputs(&self) -> &[Vec<f32>] {
        &self.further
    }

    fn reset(&mut self) {
        self.turn = Turn::Begin;
        self.further.iter_mut().for_each(|values| values.fill(0.0));
    }
}
