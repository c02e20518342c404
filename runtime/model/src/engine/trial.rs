//! Which engine is the fastest here.

use std::time::{Duration, Instant};

use super::{Engine, EngineError, Provider, Tower, TowerOptions};
use crate::bundle::Bundle;

/// Steps of a trial that are not counted: memory is touched for the first time.
const WARM_UP: usize = 2;

/// Steps of a trial that are counted.
const COUNTED: usize = 8;

/// How one engine did.
#[derive(Debug)]
pub struct Trial {
    /// The engine.
    pub engine: Engine,
    /// What it computed with.
    pub provider: Provider,
    /// The median time of a step, or why it could not run.
    pub step: Result<Duration, EngineError>,
}

/// Loads the tower by every engine in turn, times some steps of each, and gives the fastest
/// with what was measured. `options.engine` is of no account. Where another provider than
/// the processor is asked for, only the engines that have it are tried.
///
/// # Errors
///
/// What the first engine had to say, if none can run it.
pub fn fastest(
    bundle: &Bundle,
    options: &TowerOptions,
) -> Result<(Tower, Vec<Trial>), EngineError> {
    let mut trials = Vec::new();
    let mut best: Option<(Duration, Tower)> = None;
    let asked = options.provider;
    for engine in Engine::ALL {
        if asked != Provider::Cpu && engine != Engine::Ort {
            continue;
        }
        let options = TowerOptions { engine, ..options.clone() };
        let timed = Tower::load(bundle, options).and_then(|tower| {
            let step = tower.step_time()?;
            Ok((step, tower))
        });
        let provider = timed.as_ref().map_or(asked, |(_, tower)| tower.report().provider);
        let step = timed.map(|(step, tower)| {
            if best.as_ref().is_none_or(|(time, _)| step < *time) {
                best = Some((step, tower));
            }
            step
        });
        trials.push(Trial { engine, provider, step });
    }
    match best {
        Some((_, tower)) => Ok((tower, trials)),
        None => Err(trials
            .into_iter()
            .find_map(|trial| trial.step.err())
            .unwrap_or(EngineError::ZeroEmbedding)),
    }
}

impl Tower {
    /// The median time of a step here and now, from a few steps of a stream of its own.
    ///
    /// # Errors
    ///
    /// [`EngineError`] when the engine fails.
    pub fn step_time(&self) -> Result<Duration, EngineError> {
        let mut state = self.state()?;
        let input = noise(self.input_len());
        let mut embedding = vec![0.0; self.embedding_dim()];
        let mut times = [Duration::ZERO; COUNTED];
        for _ in 0..WARM_UP {
            state.step(&input, &mut embedding)?;
        }
        for time in &mut times {
            let start = Instant::now();
            state.step(&input, &mut embedding)?;
            *time = start.elapsed();
        }
        times.sort_unstable();
        Ok(times[COUNTED / 2])
    }
}

/// Values between -1 and 1, the same each time. Not zeros: of those alone a tower may make an
/// embedding without direction.
pub(super) fn noise(length: usize) -> Vec<f32> {
    let next = |state: &mut u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((*state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    let mut state = 1;
    core::iter::from_fn(|| next(&mut state)).take(length).collect()
}
