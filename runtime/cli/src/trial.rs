//! Timing a tower: how long a step takes, and by which engine it is the shortest.

use std::time::{Duration, Instant};

use slap_edge::model::{Bundle, Engine, EngineError, Provider, Tower, TowerOptions};

/// Steps that are not counted: memory is touched for the first time.
const WARM_UP: usize = 2;

/// Steps that are counted.
const COUNTED: usize = 8;

/// How one engine did.
#[derive(Debug)]
pub struct Trial {
    /// The engine.
    pub engine: Engine,
    /// The median time of a step, or why it could not run.
    pub step: Result<Duration, EngineError>,
}

/// Loads the tower by every engine in turn, times some steps of each, and gives the fastest
/// with what was measured; `options.engine` is of no account. Where another provider than
/// the processor is asked for, only ONNX Runtime is tried, which has them.
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
    for engine in Engine::ALL {
        if options.provider != Provider::Cpu && engine != Engine::Ort {
            continue;
        }
        let options = TowerOptions { engine, ..options.clone() };
        let timed = Tower::load(bundle, options)
            .and_then(|tower| step_time(&tower).map(|step| (step, tower)));
        let step = timed.map(|(step, tower)| {
            if best.as_ref().is_none_or(|(least, _)| step < *least) {
                best = Some((step, tower));
            }
            step
        });
        trials.push(Trial { engine, step });
    }
    match best {
        Some((_, tower)) => Ok((tower, trials)),
        // Something was tried, and nothing ran.
        None => Err(trials
            .into_iter()
            .find_map(|trial| trial.step.err())
            .unwrap_or(EngineError::ZeroEmbedding)),
    }
}

/// The median time of a step of `tower`, here and now, from a few steps of a stream of its
/// own.
///
/// # Errors
///
/// When the engine fails.
pub fn step_time(tower: &Tower) -> Result<Duration, EngineError> {
    let mut state = tower.state()?;
    let input = noise(tower.input_len());
    let mut embedding = vec![0.0; tower.embedding_dim()];
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

/// Values between -1 and 1, the same each time. Not zeros: of those alone a tower may make an
/// embedding without direction.
fn noise(length: usize) -> Vec<f32> {
    let mut state = 1u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
    };
    std::iter::from_fn(next).take(length).collect()
}
