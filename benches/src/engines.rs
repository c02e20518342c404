//! The engines that run towers here, and the towers they run.

use std::path::Path;

use slap_edge::model::{Bundle, Engine, Precision, Tower, TowerOptions};
use slap_tests::onnx_runtime;

use crate::Outcome;

/// An engine and the graph it is given.
#[derive(Clone, Copy)]
pub struct Way {
    pub engine: Engine,
    pub precision: Precision,
}

/// Every way, the default first.
pub const WAYS: [Way; 4] = [
    Way { engine: Engine::Tract, precision: Precision::Float32 },
    Way { engine: Engine::Tract, precision: Precision::Int8 },
    Way { engine: Engine::Ort, precision: Precision::Float32 },
    Way { engine: Engine::Ort, precision: Precision::Int8 },
];

impl Way {
    /// For a table.
    pub fn name(self) -> String {
        format!("{}, {}", self.engine, self.precision)
    }

    /// The bundle's tower, on one thread a step.
    ///
    /// # Errors
    ///
    /// A sentence, if the engine cannot run it.
    pub fn load(self, bundle: &Bundle) -> Outcome<Tower> {
        let Self { engine, precision } = self;
        let library = (engine == Engine::Ort).then(onnx_runtime::library);
        let options = TowerOptions { engine, precision, library, ..TowerOptions::default() };
        Tower::load(bundle, options).map_err(|error| format!("{}: {error}", self.name()))
    }
}

/// The ways without tract's int8, which is slower than its float32.
pub fn fast_ways() -> impl Iterator<Item = Way> {
    let slow = |way: &Way| way.engine == Engine::Tract && way.precision == Precision::Int8;
    WAYS.into_iter().filter(move |way| !slow(way))
}

/// Opens a bundle.
///
/// # Errors
///
/// A sentence, if it is damaged or missing.
pub fn open(folder: &Path) -> Outcome<Bundle> {
    Bundle::open(folder).map_err(|error| format!("{}: {error}", folder.display()))
}
