//! The log-mel front end: 16 kHz, 80 bands, one thread, 10 ms at a time.

mod ours;
#[cfg(feature = "peers")]
mod peer;
mod python;

use std::path::Path;
use std::time::Instant;

use crate::statistics::{best, median};
use crate::{Outcome, table};

/// Samples in 10 ms.
const HOP: usize = 160;

/// Hops in a round: 30 s of audio.
const HOPS: usize = 3_000;

/// Rounds of which the median is taken.
const ROUNDS: usize = 21;

/// A median this many times above the best round means that something else ran.
const BUSY: f64 = 1.5;

/// Something that turns 10 ms of audio into a frame.
trait Contestant {
    /// What it is, for the table.
    fn name(&self) -> String;

    /// Takes one hop; returns something that depends on the frame, so that the
    /// work cannot be left out.
    fn hop(&mut self, samples: &[f32]) -> f64;
}

/// What one contestant took for a hop.
struct Result {
    name: String,
    /// Microseconds, median of the rounds.
    micros: f64,
    /// Microseconds in the fastest round: what the code takes when nothing
    /// else runs.
    best: f64,
    /// Allocations, and bytes in them; `None` where they cannot be counted.
    heap: Option<(f64, f64)>,
}

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
    let mut results = measure(&mut contestants, &audio);
    results.extend(python::measure(python, &audio, HOP, ROUNDS)?);

    println!("Front end: 16 kHz, 80 bands, fed {HOP} samples at a time, one thread");
    println!("(a hop of 10 ms; {ROUNDS} rounds of {} s; ratio of medians)\n", HOPS / 100);
    let own = results.first().map_or(f64::NAN, |result| result.micros);
    let rows: Vec<Vec<String>> = results
        .iter()
        .map(|result| {
            let heap = |value: Option<f64>| {
                value.map_or("not counted".into(), |it| format!("{it:.0}"))
            };
            vec![
                result.name.clone(),
                format!("{:.2}", result.best),
                format!("{:.2}", result.micros),
                format!("{:.2}", result.micros / own),
                heap(result.heap.map(|it| it.0)),
                heap(result.heap.map(|it| it.1)),
            ]
        })
        .collect();
    let header = ["front end", "best µs", "median µs", "ratio", "allocations", "bytes"];
    table::print(&header, &rows);
    if results.iter().any(|result| result.micros > BUSY * result.best) {
        println!(
            "The machine was busy: medians lie far above the best rounds. Measure again.\n"
        );
    }
    Ok(())
}

fn measure(contestants: &mut [Box<dyn Contestant>], audio: &[f32]) -> Vec<Result> {
    let mut times = vec![Vec::new(); contestants.len()];
    // The first round warms caches up and is not counted.
    for round in 0..=ROUNDS {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let mut sum = 0.0;
            for hop in audio.chunks_exact(HOP) {
                sum += contestant.hop(hop);
            }
            let took = start.elapsed().as_secs_f64();
            std::hint::black_box(sum);
            if round > 0 {
                times.push(took * 1e6 / HOPS as f64);
            }
        }
    }
    contestants
        .iter_mut()
        .zip(times)
        .map(|(contestant, times)| {
            let counted = allocation_counter::measure(|| {
                for hop in audio.chunks_exact(HOP) {
                    std::hint::black_box(contestant.hop(hop));
                }
            });
            let each = |count: u64| count as f64 / HOPS as f64;
            Result {
                name: contestant.name(),
                micros: median(&times),
                best: best(&times),
                heap: Some((each(counted.count_total), each(counted.bytes_total))),
            }
        })
        .collect()
}

/// Noise under a changing level: no front end takes a short cut on it, and it
/// is the same in every run.
fn audio() -> Vec<f32> {
    let mut state = 1u32;
    (0..HOPS * HOP)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1 << 23) - 1.0;
            let level = 0.25 + 0.2 * (index as f64 / 4_000.0).sin();
            (noise * level) as f32
        })
        .collect()
}
