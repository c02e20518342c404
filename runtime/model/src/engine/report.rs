//! What a tower really runs on.

use super::{Engine, Precision, Provider};

/// What a tower really runs on, which need not be what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineReport {
    /// The engine.
    pub engine: Engine,
    /// Its version.
    pub version: String,
    /// Which graph.
    pub precision: Precision,
    /// What its products are computed in. tract scales weights of eight bits back when it
    /// loads them, which is faster.
    pub arithmetic: Precision,
    /// Path of the graph inside the bundle.
    pub file: String,
    /// What computes.
    pub provider: Provider,
    /// How many of the graph's nodes run on `provider`, where they were counted. Where they
    /// were not, all do.
    pub nodes: Option<Nodes>,
    /// Why the provider that was asked for is not the one above.
    pub fallback: Option<String>,
}

impl EngineReport {
    /// Share of the graph's nodes that run on the provider, 0 to 1; the processor runs the
    /// others.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.nodes.map_or(1.0, Nodes::share)
    }
}

/// Nodes of a prepared graph, which has fewer than the file: engines fuse them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    /// Those that ran on the provider.
    pub on_provider: usize,
    /// All that ran.
    pub all: usize,
}

impl Nodes {
    /// The share that ran on the provider, 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.all == 0 { 0.0 } else { self.on_provider as f64 / self.all as f64 }
    }
}
