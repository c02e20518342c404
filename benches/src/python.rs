//! What is done in Python: contestants in a process of their own, and reading
//! FLAC files.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;
use crate::contest::{HOP, Measured};

/// So many seconds of the repository's recordings, at 16 kHz.
pub fn speech(python: &Path, seconds: usize) -> Outcome<Vec<f32>> {
    let script = "recordings.py";
    let output = command(python, script)
        .arg(seconds.to_string())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{} could not be started: {error}", python.display()))?;
    if !output.status.success() {
        return Err(format!("{script} ended with {}", output.status));
    }
    let samples = output.stdout.chunks_exact(4);
    Ok(samples.map(|it| f32::from_le_bytes([it[0], it[1], it[2], it[3]])).collect())
}

fn command(python: &Path, script: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).env("OMP_NUM_THREADS", "1");
    command
}

/// Runs one of the scripts beside this crate, which takes the audio on its
/// standard input and prints the microseconds a hop of every round.
pub fn measure(
    python: &Path,
    script: &str,
    audio: &[f32],
    rounds: usize,
) -> Outcome<Vec<Measured>> {
    let mut child = command(python, script)
        .args([HOP.to_string(), rounds.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} could not be started: {error}", python.display()))?;
    let bytes: Vec<u8> = audio.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&bytes).map_err(|error| format!("{script} took no audio: {error}"))?;
    }
    let output =
        child.wait_with_output().map_err(|error| format!("{script} did not end: {error}"))?;
    if !output.status.success() {
        return Err(format!("{script} ended with {}", output.status));
    }
    let printed: Vec<(String, Vec<f64>)> = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{script} printed something else: {error}"))?;
    Ok(printed.into_iter().map(|(name, rounds)| Measured::new(name, &rounds, None)).collect())
}
