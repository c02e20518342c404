//! What is done in Python: contestants in a process of their own, and reading
//! FLAC files.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Outcome;
use crate::contest::HOP;

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

/// Contestants in one of the scripts beside this crate. It takes the audio on
/// its standard input, and afterwards a line for each round, which it answers
/// with the microseconds a hop of everyone.
pub struct Peers {
    script: &'static str,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peers {
    /// Starts the script and gives it the audio.
    pub fn start(python: &Path, script: &'static str, audio: &[f32]) -> Outcome<Self> {
        Self::start_with(python, script, audio, &[])
    }

    /// The same with further arguments.
    pub fn start_with(
        python: &Path,
        script: &'static str,
        audio: &[f32],
        further: &[OsString],
    ) -> Outcome<Self> {
        let mut child = command(python, script)
            .args([HOP.to_string(), audio.len().to_string()])
            .args(further)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", python.display()))?;
        let mut input = child.stdin.take().ok_or("the script has no input")?;
        let output = child.stdout.take().ok_or("the script has no output")?;
        let bytes: Vec<u8> = audio.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        input.write_all(&bytes).map_err(|error| format!("{script} took no audio: {error}"))?;
        Ok(Self { script, child, input, output: BufReader::new(output) })
    }

    /// Runs a round: each contestant's name and microseconds a hop.
    pub fn round(&mut self) -> Outcome<Vec<(String, f64)>> {
        let script = self.script;
        let mut line = String::new();
        self.input
            .write_all(b"round\n")
            .and_then(|()| self.input.flush())
            .and_then(|()| self.output.read_line(&mut line))
            .map_err(|error| format!("{script} ended early: {error}"))?;
        serde_json::from_str(&line)
            .map_err(|error| format!("{script} printed {line:?} for a round: {error}"))
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // It only waits for the next round; there is nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A call of one of the scripts beside this crate, on one thread.
pub fn command(python: &Path, script: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).env("OMP_NUM_THREADS", "1");
    command
}
