//! The log-mel front end: 16 kHz, 80 bands, one thread, 10 ms at a time.

mod ours;
#[cfg(feature = "peers")]
mod peer;

use std::path::Path;

use crate::contest::{Contestant, HOP, RATE, measure, warn_if_busy};
use crate::python::Peers;
use crate::{Outcome, table};

/// Seconds of audio in a round.
const SECONDS: usize = 30;

/// Rounds of which the median is taken.
const ROUNDS: usize = 21;

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if a contestant could not be run.
pub fn run(python: &Path) -> Outcome {
    let audio = audio();
    let mut contestants: Vec<Box<dyn Contestant>> = vec![Box::new(ours::whisper()?)];
    #[cfg(feature = "peers")]
    contestants.extend(peer::all());
    contestants.push(Box::new(ours::kaldi()?));
    let mut peers = Peers::start(python, "front_end.py", &audio)?;
    let results = measure(&mut contestants, &mut peers, &audio, ROUNDS)?;

    println!("Front end: 16 kHz, 80 bands, fed {HOP} samples at a time, one thread");
    println!("(a hop of 10 ms; {ROUNDS} rounds of {SECONDS} s; ratio of medians)\n");
    let own = results.first().map_or(f64::NAN, |result| result.micros);
    let rows: Vec<Vec<String>> = results
        .iter()
        .map(|result| {
            let [allocations, bytes] = result.heap_cells();
            vec![
                result.name.clone(),
                format!("{:.2}", result.best),
                format!("{:.2}", result.micros),
                format!("{:.2}", result.micros / own),
                allocations,
                bytes,
            ]
        })
        .collect();
    let header = ["front end", "best µs", "median µs", "ratio", "allocations", "bytes"];
    table::print(&header, &rows);
    warn_if_busy(&results);
    Ok(())
}

/// Noise under a changing level: no front end takes a short cut on it, and it
/// is the same in every run.
fn audio() -> Vec<f32> {
    let mut state = 1u32;
    (0..SECONDS * RATE)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1 << 23) - 1.0;
            let level = 0.25 + 0.2 * (index as f64 / 4_000.0).sin();
            (noise * level) as f32
        })
        .collect()
}
