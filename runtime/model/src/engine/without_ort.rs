//! What stands for ONNX Runtime in a build without the feature `ort`.

use core::convert::Infallible;
use std::path::Path;

use super::ports::Ports;
use super::{Engine, EngineError, Nodes, Offer, Plan, Provider, Session, TowerOptions};
use crate::Sha256;

/// Never made.
#[derive(Debug)]
pub(super) struct OrtPlan {
    never: Infallible,
    pub(super) version: &'static str,
    pub(super) provider: Provider,
    pub(super) nodes: Option<Nodes>,
    pub(super) fallback: Option<String>,
}

impl OrtPlan {
    pub(super) fn new(
        _bytes: &[u8],
        _source: Sha256,
        _file: &str,
        _ports: Ports,
        _options: &TowerOptions,
    ) -> Result<Self, EngineError> {
        Err(absent())
    }
}

impl Plan for OrtPlan {
    fn session(&self) -> Result<Box<dyn Session>, EngineError> {
        match self.never {}
    }
}

pub(crate) fn offers(_path: Option<&Path>) -> Result<Vec<Offer>, EngineError> {
    Err(absent())
}

fn absent() -> EngineError {
    let reason = "this program was built without it (feature `ort`)".to_owned();
    EngineError::NoEngine { engine: Engine::Ort, reason }
}
