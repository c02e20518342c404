//! Listening for long: a day of sound faster than it passes, and half an hour of a
//! microphone as it passes.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scratch::Scratch;
use crate::sound_server::SoundServer;
use crate::wav::Wav;

/// How much memory may grow over any length, bytes: what an allocator's own bookkeeping
/// moves up and down, and far below what a leak of one line a step would take in a day.
pub const GROWTH_BOUND: f64 = 2.0 * 1024.0 * 1024.0;

/// Human speech and pauses, 16-bit in one channel, and its rate.
///
/// # Errors
///
/// When the recordings of alsa-utils are not installed.
pub fn speech() -> io::Result<(Vec<i16>, u32)> {
    let folder = Path::new("/usr/share/sounds/alsa");
    let mut samples = Vec::new();
    let mut rate = 0;
    for name in ["Front_Center", "Rear_Left", "Side_Right", "Front_Right", "Rear_Center"] {
        let wav = Wav::read(&folder.join(format!("{name}.wav")))?;
        rate = wav.rate;
        samples.extend(wav.samples.chunks(usize::from(wav.channels)).map(|frame| frame[0]));
        // Pauses of another length each, so that steps fall differently every time round.
        samples.resize(samples.len() + rate as usize / 3 + name.len() * 117, 0);
    }
    Ok((samples, rate))
}

/// What came of a simulated listening.
#[derive(Debug)]
pub struct Simulated {
    /// Sound, seconds.
    pub heard_seconds: f64,
    /// Time, seconds.
    pub elapsed_seconds: f64,
    /// Frames that went in, and that came out.
    pub frames: (u64, u64),
    /// Frames lost.
    pub lost_frames: u64,
    /// Steps of the tower.
    pub steps: u64,
    /// Memory in use, bytes: after a tenth of the time, and at the end.
    pub rss: (f64, f64),
    /// What the memory grows by over the whole, by a line through all it was.
    pub growth: f64,
    /// What was said of all of it.
    pub score: Value,
}

/// Listens to `seconds` of speech through standard input, faster than real time.
///
/// # Errors
///
/// When the program cannot be run or says what it should not.
pub fn simulate(seconds: f64, health: f64) -> io::Result<Simulated> {
    let (speech, rate) = speech()?;
    let began = Instant::now();
    let health = health.to_string();
    let mut command = crate::built::command(&["listen", "--input", "-", "--gate", "off"]);
    command.args(["--rate", &rate.to_string(), "--format", "s16le", "--format", "ndjson"]);
    command.args(["--quiet", "--health", &health]);
    let (frames, lines) = feed(&mut command, &speech, rate, seconds)?;
    let end = last(&lines, "end")?;
    let health = &end["health"];
    let memory: Vec<(f64, f64)> = lines
        .iter()
        .filter(|line| line["event"] == "health")
        .filter_map(|line| {
            let payload = &line["payload"];
            Some((payload["heard_seconds"].as_f64()?, payload["rss_bytes"].as_f64()?))
        })
        .collect();
    let settled = &memory[memory.len() / 10..];
    let first = settled.first().ok_or_else(|| wrong("too short for one health line"))?.1;
    Ok(Simulated {
        heard_seconds: number(health, "heard_seconds")?,
        elapsed_seconds: began.elapsed().as_secs_f64(),
        frames: (frames, number(health, "frames")? as u64),
        lost_frames: number(health, "lost_frames")? as u64,
        steps: number(health, "steps")? as u64,
        rss: (first, settled.last().map_or(first, |it| it.1)),
        growth: slope(settled) * seconds,
        score: last(&lines, "score")?.clone(),
    })
}

/// What `slap-edge score` says of the same sound.
///
/// # Errors
///
/// When the program cannot be run.
pub fn scored(seconds: f64) -> io::Result<Value> {
    let (speech, rate) = speech()?;
    let mut command = crate::built::command(&["score", "-", "--format", "s16le"]);
    command.args(["--rate", &rate.to_string(), "--format", "ndjson"]);
    let (_, lines) = feed(&mut command, &speech, rate, seconds)?;
    Ok(last(&lines, "score")?.clone())
}

/// What is said of sound, without how long that took and what it was called.
pub fn answers(score: &Value) -> [&Value; 3] {
    [&score["quality"], &score["tasks"], &score["prompts"]]
}

/// Runs `command` with `seconds` of speech on standard input; the frames written and the
/// lines read.
fn feed(
    command: &mut Command,
    speech: &[i16],
    rate: u32,
    seconds: f64,
) -> io::Result<(u64, Vec<Value>)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(wrong("no pipes"));
    };
    let frames = (seconds * f64::from(rate)) as u64;
    let bytes: Vec<u8> = speech.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let writer = thread::spawn(move || {
        let mut left = usize::try_from(frames).unwrap_or(usize::MAX) * 2;
        while left > 0 {
            let now = left.min(bytes.len());
            stdin.write_all(&bytes[..now])?;
            left -= now;
        }
        io::Result::Ok(())
    });
    let mut lines = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let line: Value = serde_json::from_str(&line?)?;
        // Onsets and offsets of a day would fill the memory of the test instead.
        if line["event"] != "onset" && line["event"] != "offset" {
            lines.push(line);
        }
    }
    let status = child.wait()?;
    writer.join().map_err(|_| wrong("the writer panicked"))??;
    match status.success() {
        true => Ok((frames, lines)),
        false => Err(wrong(&format!("it ended with {status}"))),
    }
}

/// What came of listening to a microphone.
#[derive(Debug, Default)]
pub struct Heard {
    /// State lines while someone spoke, while nobody did, and at the end.
    pub speech: Vec<Value>,
    /// The same while nobody did.
    pub silence: Vec<Value>,
    /// The last one.
    pub end: Value,
}

/// Listens to a microphone for `minutes`: speech in the first half, silence in the second.
///
/// # Errors
///
/// When the sound server or the program cannot be run.
pub fn listen(minutes: f64, options: &[&str]) -> io::Result<Heard> {
    let scratch = Scratch::new()?;
    let mut server = SoundServer::new(scratch.path())?;
    server.start()?;
    let (speech, rate) = speech()?;
    let half = minutes * 30.0;
    let wanted = (half * f64::from(rate)) as usize;
    let samples: Vec<i16> =
        speech.iter().cycle().take(wanted).flat_map(|&it| [it, it]).collect();
    let wav = scratch.path().join("speech.wav");
    fs::write(&wav, Wav { rate, channels: 2, samples }.to_bytes())?;

    let seconds = (minutes * 60.0).to_string();
    let health = (minutes * 2.0).clamp(1.0, 30.0).to_string();
    let mut command = crate::built::command(&["listen", "--format", "ndjson", "--quiet"]);
    command.args(["--duration", &seconds, "--health", &health]).args(options);
    command.envs(server.environment()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().ok_or_else(|| wrong("no pipe"))?;
    let mut player = None;
    let mut heard = Heard::default();
    let mut began = Instant::now();
    for line in BufReader::new(stdout).lines() {
        let line: Value = serde_json::from_str(&line?)?;
        match line["event"].as_str() {
            Some("notice") if line["payload"]["notice"] == "listening" && player.is_none() => {
                player = Some(server.play(&wav)?);
                began = Instant::now();
            }
            Some("health") => {
                let health = line["payload"].clone();
                // The line in which speech ends is of both kinds.
                let margin = Duration::from_secs_f64(minutes * 2.0 + 2.0);
                match began.elapsed() {
                    passed if passed < Duration::from_secs_f64(half) => {
                        heard.speech.push(health);
                    }
                    passed if passed > Duration::from_secs_f64(half) + margin => {
                        heard.silence.push(health);
                    }
                    _ => {}
                }
            }
            Some("end") => heard.end = line["payload"]["health"].clone(),
            _ => {}
        }
    }
    if let Some(mut player) = player {
        player.wait()?;
    }
    match child.wait()? {
        status if status.success() => Ok(heard),
        status => Err(wrong(&format!("it ended with {status}"))),
    }
}

/// The median of a field; the first line of a kind holds some of what was before.
pub fn median(lines: &[Value], field: &str) -> Option<f64> {
    let settled = if lines.len() > 2 { &lines[1..] } else { lines };
    let mut values: Vec<f64> = settled.iter().filter_map(|it| it[field].as_f64()).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The largest of a field.
pub fn most(lines: &[Value], field: &str) -> Option<f64> {
    lines.iter().filter_map(|it| it[field].as_f64()).max_by(f64::total_cmp)
}

/// The slope of a line through points, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let spread: f64 = points.iter().map(|it| (it.0 - x).powi(2)).sum();
    let common: f64 = points.iter().map(|it| (it.0 - x) * (it.1 - y)).sum();
    if spread > 0.0 { common / spread } else { 0.0 }
}

fn last<'a>(lines: &'a [Value], event: &str) -> io::Result<&'a Value> {
    let line = lines.iter().rev().find(|line| line["event"] == event);
    line.map(|it| &it["payload"]).ok_or_else(|| wrong(&format!("no line `{event}`")))
}

fn number(value: &Value, field: &str) -> io::Result<f64> {
    value[field].as_f64().ok_or_else(|| wrong(&format!("no {field} in {value}")))
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(format!("slap-edge listen: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_through_points() {
        let points: Vec<(f64, f64)> =
            (0..10).map(|it| (f64::from(it), 3.0 * f64::from(it) - 1.0)).collect();
        assert!((slope(&points) - 3.0).abs() < 1e-12);
        assert_eq!(slope(&points[..1]), 0.0);
    }
}
