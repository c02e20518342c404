//! What a stream saves: its step against the same tower run anew on a sliding window.

use std::path::Path;

use crate::contest::{Measured, warn_if_busy};
use crate::python::{self, Peers};
use crate::{Outcome, table};

/// Seconds of speech that the step hears in a round.
const SECONDS: usize = 30;

/// Rounds of which the median is taken.
const ROUNDS: usize = 9;

/// Seconds that a step takes.
const STEP: f64 = 0.48;

/// For each window that `windows.py` runs: its seconds, and how often it is run anew.
const WINDOWS: [(f64, [f64; 4]); 2] =
    [(3.84, [0.48, 1.0, 2.0, 4.0]), (10.08, [0.48, 1.0, 5.0, 10.0])];

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if the graphs could not be made or run.
pub fn run(python: &Path) -> Outcome {
    let audio = python::speech(python, SECONDS)?;
    let mut peers = Peers::start(python, "windows.py", &audio)?;
    let mut calls: Vec<(String, Vec<f64>)> = Vec::new();
    // The first round warms caches up and is not counted.
    for _ in 0..=ROUNDS {
        for (at, (name, micros)) in peers.round()?.into_iter().enumerate() {
            match calls.get_mut(at) {
                Some((_, times)) => times.push(micros),
                None => calls.push((name, Vec::new())),
            }
        }
    }
    let calls: Vec<Measured> =
        calls.into_iter().map(|(name, times)| Measured::new(name, &times, None)).collect();
    let (Some(step), Some(windows)) = (calls.first(), calls.get(1..)) else {
        return Err("windows.py measured nothing".into());
    };
    println!("The stream's step against windows: slap-voice-small, float32, ONNX Runtime");
    println!("({ROUNDS} rounds, by turns, one thread)\n");
    table::print(
        &["what runs", "a result every", "ms a call", "ms a second of audio", "ratio"],
        &rows(step.micros / 1e3, windows),
    );
    warn_if_busy(&calls);
    Ok(())
}

fn rows(step: f64, windows: &[Measured]) -> Vec<Vec<String>> {
    let stream = step / STEP;
    let row = |name: String, hop: f64, call: f64| {
        vec![
            name,
            format!("{hop} s"),
            format!("{call:.2}"),
            format!("{:.2}", call / hop),
            format!("{:.1}", call / hop / stream),
        ]
    };
    let mut rows = vec![row("the stream's step".into(), STEP, step)];
    for ((seconds, hops), window) in WINDOWS.iter().zip(windows) {
        let name = format!("a window of {seconds} s");
        rows.extend(hops.map(|hop| row(name.clone(), hop, window.micros / 1e3)));
    }
    rows
}
