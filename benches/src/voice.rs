//! All measures of voice: 16 kHz, one thread, 10 ms at a time, and over the
//! whole in the end.

use std::path::Path;

use slap_core::voice::{Event, Functional, StdPlan, StdStream, Summary};

use crate::contest::{Contestant, HOP, RATE, measure, warn_if_busy};
use crate::python::{self, Peers};
use crate::{Outcome, table};

/// Seconds of speech in a round.
const SECONDS: usize = 60;

/// Rounds of which the median is taken.
const ROUNDS: usize = 9;

/// Microseconds of audio in a hop.
const HOP_MICROS: f64 = 1e6 * HOP as f64 / RATE as f64;

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if a contestant could not be run.
pub fn run(python: &Path) -> Outcome {
    let audio = python::speech(python, SECONDS)?;
    let mut contestants: Vec<Box<dyn Contestant>> = vec![Box::new(Ours::new())];
    let mut peers = Peers::start(python, "voice.py", &audio)?;
    let results = measure(&mut contestants, &mut peers, &audio, ROUNDS)?;

    println!("Measures of voice: {SECONDS} s of speech at 16 kHz, one thread");
    println!("(a frame of 10 ms; {ROUNDS} rounds; ratio of medians)\n");
    let own = results.first().map_or(f64::NAN, |result| result.micros);
    let rows: Vec<Vec<String>> = results
        .iter()
        .map(|result| {
            let [allocations, _] = result.heap_cells();
            vec![
                result.name.clone(),
                format!("{:.1}", result.best),
                format!("{:.1}", result.micros),
                format!("{:.4}", result.micros / HOP_MICROS),
                format!("{:.2}", result.micros / own),
                allocations,
            ]
        })
        .collect();
    let header = ["measures", "best µs", "median µs", "RTF", "ratio", "allocations"];
    table::print(&header, &rows);
    warn_if_busy(&results);
    Ok(())
}

/// slap-core: every descriptor of every frame, and every functional at the end.
struct Ours {
    plan: StdPlan,
    stream: StdStream,
    summary: Summary,
}

impl Ours {
    fn new() -> Self {
        let plan = StdPlan::new();
        Self { stream: plan.stream(), plan, summary: Summary::new() }
    }
}

impl Contestant for Ours {
    fn name(&self) -> String {
        format!("slap-core, {} functionals, fed 10 ms at a time", Functional::COUNT)
    }

    fn hop(&mut self, samples: &[f32]) -> f64 {
        let Self { plan, stream, summary } = self;
        stream.push(plan, samples, |event: Event<'_>| summary.add(&event));
        0.0
    }

    fn end(&mut self) -> f64 {
        let Self { plan, stream, summary } = self;
        stream.finish(plan, |event: Event<'_>| summary.add(&event));
        let sum = Functional::all().filter_map(|it| summary.get(it)).map(f64::from).sum();
        summary.reset();
        sum
    }
}
