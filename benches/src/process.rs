//! A program as a process of its own, from start to exit, on one core.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// How often the peak memory of a running process is looked up.
const LOOK: Duration = Duration::from_millis(1);

/// Clock ticks in a second, as Linux tells the time of processes on every architecture.
const TICKS: f64 = 100.0;

/// What begins every line of JSON that holds a first score.
const SEGMENT: &str = "\"event\":\"segment\"";

/// One run of a program.
pub struct Run {
    /// From start to exit, in seconds.
    pub wall: f64,
    /// Computing, in seconds: user and system, to a tick of 10 ms.
    pub cpu: f64,
    /// Until the first score was printed, in seconds.
    pub first: f64,
    /// Peak resident memory, in MiB.
    pub peak: f64,
}

/// Runs `program`, which prints lines of JSON, bound to one core.
///
/// # Errors
///
/// A sentence, if it could not be started, failed, or printed no score.
pub fn run(program: &Command) -> Outcome<Run> {
    let name = program.get_program().to_string_lossy().into_owned();
    let before = children()?;
    let start = Instant::now();
    // One core: what a small device has to spare.
    let mut bound = Command::new("taskset");
    bound.args(["--cpu-list", "0"]).arg(program.get_program()).args(program.get_args());
    for (variable, value) in program.get_envs() {
        match value {
            Some(value) => bound.env(variable, value),
            None => bound.env_remove(variable),
        };
    }
    let mut child = bound
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("taskset could not be started: {error}"))?;
    let output = child.stdout.take().ok_or("the program has no output")?;
    let reader = std::thread::spawn(move || first_score(output, start));
    let peak = watch(&mut child).map_err(|error| format!("{name} {error}"))?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = children()? - before;
    let first = reader.join().ok().flatten();
    let first = first.ok_or_else(|| format!("{name} printed no score"))?;
    Ok(Run { wall, cpu, first, peak })
}

/// Reads everything and returns when the first score came.
fn first_score(output: impl Read, start: Instant) -> Option<f64> {
    let mut first = None;
    for line in BufReader::new(output).lines() {
        if first.is_none() && line.ok()?.contains(SEGMENT) {
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
        match child.try_wait().map_err(|error| format!("was lost: {error}"))? {
            Some(status) if status.success() => return Ok(peak),
            Some(status) => return Err(format!("ended with {status}")),
            None => std::thread::sleep(LOOK),
        }
    }
}

/// What all ended children of this process have computed, in seconds.
fn children() -> Outcome<f64> {
    let path = "/proc/self/stat";
    let text = fs::read_to_string(path)
        .map_err(|error| format!("{path} could not be read: {error}"))?;
    computed(&text).ok_or_else(|| format!("{path} reads {text:?}"))
}

/// The fields `cutime` and `cstime` of proc(5), the 16th and 17th; the second is a name in
/// brackets, which may hold anything.
fn computed(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(16 - 3);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::{computed, first_score};
    use std::time::Instant;

    #[test]
    fn the_time_of_children_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 1 1 0 -1 4194304 90 12 0 0 3 4 150 27 20 0 1 0 99 0";
        assert_eq!(computed(stat), Some(1.77));
        assert_eq!(computed("7 (short) S 1"), None);
    }

    #[test]
    fn the_first_score_is_the_first_segment() {
        let text = b"{\"event\":\"begin\"}\n{\"event\":\"segment\"}\n";
        assert!(first_score(&text[..], Instant::now()).is_some());
        assert!(first_score(&text[..17], Instant::now()).is_none());
    }
}
