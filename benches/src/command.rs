//! The `slap-edge score` command as a whole: a process, from start to exit.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use slap_tests::{bundle, scratch::Scratch, wav::Wav};

use crate::statistics::median;
use crate::{Outcome, table};

/// Length of the scored recording, in seconds.
const SECONDS: usize = 60;

/// Runs of which the median is taken.
const RUNS: usize = 9;

/// How often the peak memory of a running process is looked up.
const LOOK: Duration = Duration::from_millis(1);

/// One run of the command.
struct Run {
    seconds: f64,
    /// Until the first score was printed.
    first: f64,
    /// Peak resident memory, in MiB.
    peak: f64,
}

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if the command or the recording could not be had.
pub fn run(slap_edge: &Path) -> Outcome {
    let scratch = Scratch::new().map_err(|error| format!("no temporary folder: {error}"))?;
    let recording = recording(scratch.path())?;

    println!("slap-edge score: a WAV of {SECONDS} s, one core, from start to exit");
    println!("(median of {RUNS} runs; the files are in the system's cache)\n");
    let mut rows = Vec::new();
    for precision in ["float32", "int8"] {
        let mut runs = Vec::new();
        // The first run warms the cache and is not counted.
        for number in 0..=RUNS {
            let run = score(slap_edge, &recording, precision)?;
            if number > 0 {
                runs.push(run);
            }
        }
        let middle = |part: fn(&Run) -> f64| median(&runs.iter().map(part).collect::<Vec<_>>());
        let seconds = middle(|run| run.seconds);
        rows.push(vec![
            precision.to_owned(),
            format!("{seconds:.3} s"),
            format!("{:.4}", seconds / SECONDS as f64),
            format!("{:.0} ms", middle(|run| run.first) * 1e3),
            format!("{:.0} MiB", middle(|run| run.peak)),
        ]);
    }
    table::print(&["tower", "wall time", "RTF", "start to first score", "peak memory"], &rows);
    Ok(())
}

/// The bundle's own speech, repeated until it is long enough.
fn recording(folder: &Path) -> Outcome<PathBuf> {
    let speech = bundle().join("golden/speech.wav");
    let mut wav =
        Wav::read(&speech).map_err(|error| format!("{}: {error}", speech.display()))?;
    let wanted = SECONDS * wav.rate as usize * usize::from(wav.channels);
    wav.samples = wav.samples.iter().copied().cycle().take(wanted).collect();
    let path = folder.join("minute.wav");
    fs::write(&path, wav.to_bytes())
        .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
    Ok(path)
}

fn score(slap_edge: &Path, recording: &Path, precision: &str) -> Outcome<Run> {
    let start = Instant::now();
    // One core: what a small device has to spare.
    let mut child = Command::new("taskset")
        .args(["--cpu-list", "0"])
        .arg(slap_edge)
        .args(["score", "--segments", "--format", "ndjson", "--precision", precision])
        .arg("--bundle")
        .arg(bundle())
        .arg(recording)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("taskset could not be started: {error}"))?;
    let output = child.stdout.take().ok_or("the command has no output")?;
    let reader = std::thread::spawn(move || first_score(output, start));
    let peak = watch(&mut child)?;
    let seconds = start.elapsed().as_secs_f64();
    let first = reader.join().ok().flatten().ok_or("the command printed no segment")?;
    Ok(Run { seconds, first, peak })
}

/// Reads everything and returns when the first score came.
fn first_score(output: impl Read, start: Instant) -> Option<f64> {
    let mut first = None;
    for line in BufReader::new(output).lines() {
        if first.is_none() && line.ok()?.contains("\"event\":\"segment\"") {
            first = Some(start.elapsed().as_secs_f64());
        }
    }
    first
}

/// Waits for the process and returns its peak memory in MiB: the high-water
/// mark that the system keeps, as it was last seen.
fn watch(child: &mut Child) -> Outcome<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak: f64 = 0.0;
    loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = mark.and_then(|mark| mark.trim().split(' ').next()?.parse::<f64>().ok());
            peak = peak.max(kib.unwrap_or(0.0) / 1024.0);
        }
        match child.try_wait().map_err(|error| format!("the command was lost: {error}"))? {
            Some(status) if status.success() => return Ok(peak),
            Some(status) => return Err(format!("the command ended with {status}")),
            None => std::thread::sleep(LOOK),
        }
    }
}
