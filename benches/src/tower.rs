//! The step of a tower alone: the engines here and ONNX Runtime in Python, on one thread.

use std::ffi::OsString;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use slap_core::front_end::StdPlan;
use slap_edge::model::{Bundle, TowerState};
use slap_tests::{bundle, root};

use crate::contest::{Measured, warn_if_busy};
use crate::engines::{WAYS, Way, open};
use crate::python::{self, Peers};
use crate::{Outcome, floor, table};

/// Seconds of speech in a round.
const SECONDS: usize = 20;

/// Rounds of which the median is taken.
const ROUNDS: usize = 31;

/// The row that the others of its precision are compared with.
const PLAIN: &str = "I/O binding";

/// Measures and prints the tables: steps, and how far they are from what the core can do.
///
/// # Errors
///
/// A sentence, if a tower or a peer could not be run.
pub fn run(python: &Path) -> Outcome {
    let audio = python::speech(python, SECONDS)?;
    let folders = [bundle(), root().join("models/slap-nano")];
    let mut all = Vec::new();
    for folder in folders {
        let results = measure(python, &folder, &audio)?;
        print(&folder, &results);
        all.push((folder, results));
    }
    let named: Vec<(&PathBuf, &[Measured])> =
        all.iter().map(|(folder, results)| (folder, results.as_slice())).collect();
    floor::print(python, &named)
}

/// One of the engines here, with the states of one stream.
struct Stepper {
    name: String,
    state: TowerState,
    embedding: Vec<f32>,
}

impl Stepper {
    /// A stream from its beginning.
    fn hear(&mut self, steps: &[Vec<f32>]) -> Outcome {
        self.state.reset();
        for step in steps {
            let stepped = self.state.step(black_box(step), &mut self.embedding);
            stepped.map_err(|error| format!("{}: {error}", self.name))?;
            black_box(&self.embedding);
        }
        Ok(())
    }
}

/// Everyone's microseconds a step, round by round, those in Python last.
fn measure(python: &Path, folder: &Path, audio: &[f32]) -> Outcome<Vec<Measured>> {
    let bundle = open(folder)?;
    let steps = steps(&bundle, audio)?;
    let mut steppers = steppers(&bundle)?;
    let further = [OsString::from(folder)];
    let mut peers = Peers::start_with(python, "tower.py", audio, &further)?;
    let mut times = vec![Vec::new(); steppers.len()];
    let mut of_peers: Vec<(String, Vec<f64>)> = Vec::new();
    // The first round warms caches up and is not counted.
    for round in 0..=ROUNDS {
        for (stepper, times) in steppers.iter_mut().zip(&mut times) {
            let start = Instant::now();
            stepper.hear(&steps)?;
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e6 / steps.len() as f64);
            }
        }
        for (at, (name, micros)) in peers.round()?.into_iter().enumerate() {
            match of_peers.get_mut(at) {
                Some((_, times)) => times.push(micros),
                None => of_peers.push((name, Vec::new())),
            }
        }
    }
    let own = steppers.iter_mut().zip(times).map(|(stepper, times)| {
        let counted = allocation_counter::measure(|| _ = black_box(stepper.hear(&steps)));
        let each = |count: u64| count as f64 / steps.len() as f64;
        let heap = Some((each(counted.count_total), each(counted.bytes_total)));
        Measured::new(stepper.name.clone(), &times, heap)
    });
    let of_peers = of_peers.into_iter().map(|(name, times)| Measured::new(name, &times, None));
    Ok(own.chain(of_peers).collect())
}

fn steppers(bundle: &Bundle) -> Outcome<Vec<Stepper>> {
    let stepper = |way: &Way| {
        let tower = way.load(bundle)?;
        let state = tower.state().map_err(|error| format!("{}: {error}", way.name()))?;
        Ok(Stepper { name: way.name(), state, embedding: vec![0.0; tower.embedding_dim()] })
    };
    WAYS.iter().map(stepper).collect()
}

/// Log-mel of the audio, as many frames at a time as a step takes.
fn steps(bundle: &Bundle, audio: &[f32]) -> Outcome<Vec<Vec<f32>>> {
    let manifest = bundle.manifest();
    let plan = StdPlan::new(&manifest.front_end).map_err(|error| error.to_string())?;
    let mut values = Vec::new();
    plan.stream().push(&plan, audio, |_, frame| values.extend_from_slice(frame));
    Ok(values.chunks_exact(manifest.tower.input_len()).map(<[f32]>::to_vec).collect())
}

fn print(folder: &Path, results: &[Measured]) {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    println!("The step of {name}: {SECONDS} s of speech, one thread");
    println!("({ROUNDS} rounds, by turns; ratio to ONNX Runtime in Python by {PLAIN})\n");
    let rows: Vec<Vec<String>> = results
        .iter()
        .map(|result| {
            let [allocations, _] = result.heap_cells();
            let ratio = plain(results, precision(&result.name))
                .map_or_else(String::new, |plain| format!("{:.2}", result.micros / plain));
            vec![
                result.name.clone(),
                format!("{:.0}", result.best),
                format!("{:.0}", result.micros),
                ratio,
                allocations,
            ]
        })
        .collect();
    table::print(&["engine", "best µs", "median µs", "ratio", "allocations"], &rows);
    warn_if_busy(results);
}

/// What the plain ONNX Runtime takes for the graph of a precision.
fn plain(results: &[Measured], precision: &str) -> Option<f64> {
    let named = |it: &&Measured| it.name.contains(precision) && it.name.ends_with(PLAIN);
    results.iter().find(named).map(|it| it.micros)
}

/// The precision that a contestant's name tells.
pub fn precision(name: &str) -> &'static str {
    if name.contains("int8") { "int8" } else { "float32" }
}
