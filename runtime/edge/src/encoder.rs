//! The tower, as the stream sees it.

use slap_model::{EngineError, TowerState};

/// What turns one chunk or window of input into an embedding.
///
/// The lengths of input and embedding are the bundle's, not the encoder's: they are stated
/// by the [`TowerSpec`](slap_model::manifest::TowerSpec) it is used with.
pub trait Encoder {
    /// Takes one chunk or window, row by row, and writes the unit embedding. A streaming
    /// tower carries its state on to the next step.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the tower cannot be run or gives nothing of use.
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError>;

    /// Starts a new stream, or goes on behind a pause as if it did.
    fn reset(&mut self);
}

impl Encoder for TowerState {
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        TowerState::step(self, input, embedding)
    }

    fn reset(&mut self) {
        TowerState::reset(self);
    }
}
