//! What a tower really ran on, for people and for machines.

use std::time::Duration;

use anyhow::Context;
use serde::Serialize;
use slap_edge::model::Tower;

use crate::trial::step_time;

/// What a tower really runs on, and how fast.
#[derive(Clone, Debug, Serialize)]
pub struct Execution {
    /// The engine.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// What computes.
    pub provider: String,
    /// Share of the tower's nodes that the provider runs, 0 to 1.
    pub provider_share: f64,
    /// The nodes behind it where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Nodes>,
    /// Which of the bundle's towers.
    pub precision: String,
    /// What its products are computed in.
    pub arithmetic: String,
    /// The median time of a step at the start, in milliseconds.
    pub step_milliseconds: f64,
    /// Why the provider is not the one asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// Nodes that ran on the provider, and all.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Nodes {
    /// On the provider.
    pub on_provider: usize,
    /// Altogether.
    pub all: usize,
}

impl Execution {
    /// Times a few steps of `tower`.
    ///
    /// # Errors
    ///
    /// When it cannot run.
    pub fn measure(tower: &Tower) -> anyhow::Result<Self> {
        let step = step_time(tower).context("the audio tower cannot be used")?;
        let report = tower.report();
        let nodes = report.nodes;
        Ok(Self {
            engine: report.engine.to_string(),
            engine_version: report.version.clone(),
            provider: report.provider.to_string(),
            provider_share: report.share(),
            nodes: nodes.map(|it| Nodes { on_provider: it.on_provider, all: it.all }),
            precision: report.precision.to_string(),
            arithmetic: report.arithmetic.to_string(),
            step_milliseconds: milliseconds(step),
            fallback: report.fallback.clone(),
        })
    }

    /// The same in one line.
    pub fn sentence(&self) -> String {
        let on = match self.nodes {
            Some(Nodes { on_provider, all }) => format!("{on_provider} of {all} nodes"),
            None => format!("{:.0} % of the nodes", self.provider_share * 100.0),
        };
        let Self { engine, engine_version, provider, precision, arithmetic, .. } = self;
        let numbers = match precision == arithmetic {
            true => precision.clone(),
            false => format!("{precision} as {arithmetic}"),
        };
        format!(
            "{engine} {engine_version} runs {on} on {provider} in {numbers}: {:.2} ms a step",
            self.step_milliseconds
        )
    }
}

/// A time in milliseconds, to the microsecond: finer digits are noise.
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
