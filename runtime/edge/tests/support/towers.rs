//! Towers that need no bundle.

use std::cell::RefCell;
use std::rc::Rc;

use slap_edge::Encoder;
use slap_edge::model::EngineError;

use super::DIM;

/// Its embedding is the direction of a leaky sum of fixed projections of its input: every
/// value of the input and of the past moves every value of the embedding.
#[derive(Clone, Debug)]
pub struct Projection {
    pub memory: [f64; DIM],
    pub leak: f64,
    pub steps: u64,
    /// Fails at this step.
    pub fail_at: Option<u64>,
}

impl Projection {
    pub fn streaming() -> Self {
        Self { memory: [0.0; DIM], leak: 0.7, steps: 0, fail_at: None }
    }

    pub fn windowed() -> Self {
        Self { leak: 0.0, ..Self::streaming() }
    }
}

impl Encoder for Projection {
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        if self.fail_at == Some(self.steps) {
            return Err(EngineError::ZeroEmbedding);
        }
        self.steps += 1;
        for (axis, memory) in self.memory.iter_mut().enumerate() {
            let sum: f64 = input
                .iter()
                .enumerate()
                .map(|(i, &x)| {
                    f64::from(x) * (0.37 * (i % 97 + 1) as f64 * (axis + 1) as f64).sin()
                })
                .sum();
            *memory = self.leak * *memory + sum + 1e-3;
        }
        let norm = self.memory.iter().map(|v| v * v).sum::<f64>().sqrt();
        for (out, value) in embedding.iter_mut().zip(&self.memory) {
            *out = (value / norm) as f32;
        }
        Ok(())
    }

    fn reset(&mut self) {
        *self = Self { fail_at: self.fail_at, leak: self.leak, ..Self::streaming() };
    }
}

/// What reached a tower.
#[derive(Clone, Debug, PartialEq)]
pub enum Met {
    Step(Vec<f32>),
    Reset,
}

/// A tower that tells what reaches it.
#[derive(Clone, Debug)]
pub struct Recorder {
    pub tower: Projection,
    pub met: Rc<RefCell<Vec<Met>>>,
}

impl Recorder {
    pub fn met(&self) -> Vec<Met> {
        self.met.borrow().clone()
    }

    /// The inputs of all steps.
    pub fn inputs(&self) -> Vec<Vec<f32>> {
        let input = |met| match met {
            Met::Step(input) => Some(input),
            Met::Reset => None,
        };
        self.met().into_iter().filter_map(input).collect()
    }
}

impl Encoder for Recorder {
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        self.met.borrow_mut().push(Met::Step(input.to_vec()));
        self.tower.step(input, embedding)
    }

    fn reset(&mut self) {
        self.met.borrow_mut().push(Met::Reset);
        self.tower.reset();
    }
}
