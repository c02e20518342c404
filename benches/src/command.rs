//! From a recording to scores: `slap-edge score` beside programs in Python, each a process of
//! its own from start to exit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use slap_tests::{bundle, onnx_runtime, scratch::Scratch, wav::Wav};

use crate::process::{self, Run};
use crate::statistics::median;
use crate::{Outcome, python, table};

/// The ways of `slap-edge score`: a name for the table, and further arguments. The first is the
/// 1.0 of the ratios.
const OURS: [(&str, &[&str]); 4] = [
    ("slap-edge score, tract, float32", &["--engine", "tract", "--precision", "float32"]),
    ("slap-edge score, tract, int8", &["--engine", "tract", "--precision", "int8"]),
    ("slap-edge score, ort, float32", &["--engine", "ort", "--precision", "float32"]),
    ("slap-edge score, ort, int8", &["--engine", "ort", "--precision", "int8"]),
];

/// The programs in Python: a name for the table, and what `end_to_end.py` calls it.
const PEERS: [(&str, &str); 4] = [
    ("transformers (PyTorch) and onnxruntime", "pipeline"),
    ("transformers (NumPy) and onnxruntime", "pipeline_without_torch"),
    ("openSMILE, eGeMAPSv02", "opensmile"),
    ("pymicro-wakeword, one phrase", "wakeword"),
];

/// A recording that everyone scores.
struct Length {
    name: &'static str,
    seconds: usize,
    /// Rounds of which the median is taken.
    rounds: usize,
    /// Rounds before those, which warm the system's cache up.
    uncounted: usize,
}

const LENGTHS: [Length; 2] = [
    Length { name: "a minute", seconds: 60, rounds: 5, uncounted: 1 },
    // After the minute, programs and libraries are in the cache.
    Length { name: "an hour", seconds: 3600, rounds: 1, uncounted: 0 },
];

/// Measures and prints a table for each length.
///
/// # Errors
///
/// A sentence, if a program or the recording could not be had.
pub fn run(python: &Path, slap_edge: &Path) -> Outcome {
    let scratch = Scratch::new().map_err(|error| format!("no temporary folder: {error}"))?;
    for length in &LENGTHS {
        let recording = recording(scratch.path(), length.seconds)?;
        let rows = measure(length, &programs(python, slap_edge, &recording))?;
        println!(
            "From a recording to scores: a WAV of {}, one core, start to exit",
            length.name
        );
        println!("({} rounds, by turns; the files are in the system's cache)\n", length.rounds);
        let header =
            ["program", "wall", "RTF", "CPU", "CPU ratio", "first score", "peak", "peak ratio"];
        table::print(&header, &rows);
    }
    Ok(())
}

/// Everyone, with their names.
fn programs(python: &Path, slap_edge: &Path, recording: &Path) -> Vec<(&'static str, Command)> {
    let ours = OURS.iter().map(|(name, further)| {
        let mut command = Command::new(slap_edge);
        command.args(["score", "--segments", "--format", "ndjson"]).args(*further);
        command.arg("--bundle").arg(bundle()).arg(recording);
        command.env("ORT_DYLIB_PATH", onnx_runtime::library());
        (*name, command)
    });
    let peers = PEERS.iter().map(|(name, which)| {
        let mut command = python::command(python, "end_to_end.py");
        command.arg(which).arg(recording);
        (*name, command)
    });
    ours.chain(peers).collect()
}

/// Lets all of them run by turns; the rows of the table.
fn measure(length: &Length, programs: &[(&str, Command)]) -> Outcome<Vec<Vec<String>>> {
    let mut runs: Vec<Vec<Run>> = programs.iter().map(|_| Vec::new()).collect();
    for round in 0..length.uncounted + length.rounds {
        for ((_, command), runs) in programs.iter().zip(&mut runs) {
            let run = process::run(command)?;
            if round >= length.uncounted {
                runs.push(run);
            }
        }
    }
    let middle = |runs: &[Run], part: fn(&Run) -> f64| {
        median(&runs.iter().map(part).collect::<Vec<_>>())
    };
    let ours = runs.first().map_or(&[][..], Vec::as_slice);
    let (cpu_of_ours, peak_of_ours) =
        (middle(ours, |run| run.cpu), middle(ours, |run| run.peak));
    let rows = programs.iter().zip(&runs).map(|((name, _), runs)| {
        let wall = middle(runs, |run| run.wall);
        let cpu = middle(runs, |run| run.cpu);
        let peak = middle(runs, |run| run.peak);
        vec![
            (*name).to_owned(),
            format!("{wall:.2} s"),
            format!("{:.4}", wall / length.seconds as f64),
            format!("{cpu:.2} s"),
            format!("{:.1}", cpu / cpu_of_ours),
            format!("{:.2} s", middle(runs, |run| run.first)),
            format!("{peak:.0} MiB"),
            format!("{:.1}", peak / peak_of_ours),
        ]
    });
    Ok(rows.collect())
}

/// The bundle's own speech, repeated until it is long enough.
fn recording(folder: &Path, seconds: usize) -> Outcome<PathBuf> {
    let speech = bundle().join("golden/speech.wav");
    let mut wav =
        Wav::read(&speech).map_err(|error| format!("{}: {error}", speech.display()))?;
    let wanted = seconds * wav.rate as usize * usize::from(wav.channels);
    wav.samples = wav.samples.iter().copied().cycle().take(wanted).collect();
    let path = folder.join(format!("{seconds}.wav"));
    fs::write(&path, wav.to_bytes())
        .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
    Ok(path)
}
