//! The contestants that are called from Python, in a process of their own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Result;
use crate::Outcome;
use crate::statistics::{best, median};

/// The script that feeds them.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/front_end.py");

/// Runs the script, which takes the audio on its standard input and prints the
/// microseconds a hop of every round.
pub fn measure(
    python: &Path,
    audio: &[f32],
    hop: usize,
    rounds: usize,
) -> Outcome<Vec<Result>> {
    let mut child = Command::new(python)
        .arg(SCRIPT)
        .args([hop.to_string(), rounds.to_string()])
        .env("OMP_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} could not be started: {error}", python.display()))?;
    let bytes: Vec<u8> = audio.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&bytes).map_err(|error| format!("{SCRIPT} took no audio: {error}"))?;
    }
    let output =
        child.wait_with_output().map_err(|error| format!("{SCRIPT} did not end: {error}"))?;
    if !output.status.success() {
        return Err(format!("{SCRIPT} ended with {}", output.status));
    }
    let printed: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{SCRIPT} printed no JSON: {error}"))?;
    let contestants = printed.as_object().ok_or("expected an object of contestants")?;
    Ok(contestants
        .iter()
        .map(|(name, rounds)| {
            let rounds: Vec<f64> =
                rounds.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            Result {
                name: name.clone(),
                micros: median(&rounds),
                best: best(&rounds),
                heap: None,
            }
        })
        .collect())
}
