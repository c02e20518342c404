//! Which engines and providers there are here.

use std::path::{Path, PathBuf};

use super::{Engine, EngineError, Provider, ort, tract};

/// An engine or one of its providers, and whether it can be had on this machine.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The engine.
    pub engine: Engine,
    /// What it computes with.
    pub provider: Provider,
    /// What was found, or why it cannot be had.
    pub found: Result<Found, String>,
}

/// An engine that is there.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its version.
    pub version: String,
    /// Its library; none where it is part of the program.
    pub library: Option<PathBuf>,
}

/// What this machine offers, and why the rest is missing. Engines and providers are tried,
/// without a graph: what runs a graph may still refuse one. `library` as
/// [`TowerOptions::library`](super::TowerOptions::library).
#[must_use]
pub fn offers(library: Option<&Path>) -> Vec<Offer> {
    let tract = Offer {
        engine: Engine::Tract,
        provider: Provider::Cpu,
        found: Ok(Found { version: tract::VERSION.to_owned(), library: None }),
    };
    let of_ort = ort::offers(library).unwrap_or_else(|error| {
        let reason = match error {
            EngineError::NoEngine { reason, .. } => reason,
            other => other.to_string(),
        };
        vec![Offer { engine: Engine::Ort, provider: Provider::Cpu, found: Err(reason) }]
    });
    [tract].into_iter().chain(of_ort).collect()
}
