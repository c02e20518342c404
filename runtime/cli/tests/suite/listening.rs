//! `listen` from standard input: the same pipeline as from a microphone, without one.
//! Microphones are in the tests across crates.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Folder, answers, data, run, run_with_input, slap};
use crate::sound::{Coding, RATE, voice};

fn raw(samples: &[f32]) -> Vec<u8> {
    Coding::S16.encode(samples)
}

/// The program listening to raw PCM, 16-bit at [`RATE`], in `ndjson`.
fn listen() -> Command {
    let mut command = slap();
    command.args(["listen", "--input", "-", "--rate", "16000", "--format", "s16le"]);
    command.args(["--format", "ndjson", "--health", "0"]);
    command
}

fn of<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).map(|line| &line["payload"]).collect()
}

/// What a segment says, apart from when it was said and of what.
fn bare_segment(segment: &Value) -> Value {
    let mut segment = segment.clone();
    let fields = segment.as_object_mut().unwrap();
    fields.remove("latency_ms");
    fields.remove("input");
    segment
}

#[test]
fn standard_input_is_scored_as_a_recording_is() {
    let bytes = fs::read(data("voice.flac")).unwrap();
    let scored =
        run_with_input(slap().args(["score", "-", "--segments", "--format", "ndjson"]), &bytes)
            .exits(0);
    let heard = run_with_input(
        slap().args(["listen", "--input", "-", "--gate", "off", "--format", "ndjson"]),
        &bytes,
    )
    .exits(0)
    .quietly();
    let (scored, heard) = (scored.lines(), heard.lines());
    let segments = |lines: &[Value]| -> Vec<Value> {
        of(lines, "segment").into_iter().map(bare_segment).collect()
    };
    assert!(segments(&scored).len() > 5);
    assert_eq!(segments(&scored), segments(&heard));
    assert_eq!(answers(of(&scored, "score")[0]), answers(of(&heard, "score")[0]));
    let times = |lines: &[Value]| -> Vec<Value> {
        let both = lines.iter().filter(|it| it["event"] == "onset" || it["event"] == "offset");
        both.map(|it| it["payload"]["time"].clone()).collect()
    };
    assert_eq!(times(&scored), times(&heard));
    assert_eq!(heard.first().unwrap()["event"], "session");
    let last = heard.last().unwrap();
    assert_eq!((&last["event"], &last["payload"]["reason"]), (&"end".into(), &"input".into()));
    assert_eq!(last["payload"]["health"]["lost_frames"], 0);
}

#[test]
fn the_gate_changes_no_score_while_someone_speaks() {
    let bytes = fs::read(data("voice.flac")).unwrap();
    let with = |gate: &str| {
        let mut command = slap();
        command.args(["listen", "--input", "-", "--format", "ndjson", "--gate", gate]);
        run_with_input(&mut command, &bytes).exits(0).lines()
    };
    let (open, gated) = (with("off"), with("0.3"));
    assert_eq!(of(&gated, "idle").len(), 0, "the recording speaks throughout");
    assert_eq!(
        of(&open, "segment").into_iter().map(bare_segment).collect::<Vec<_>>(),
        of(&gated, "segment").into_iter().map(bare_segment).collect::<Vec<_>>()
    );
}

/// Whispers, breathy, creaky, hoarse and trembling voices, a telephone.
#[test]
fn the_gate_misses_no_voice_however_it_sounds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings");
    let mut tried = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "flac") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let with = |gate: &str| {
            let mut command = slap();
            command.args(["listen", "--input", "-", "--task", "pitch"]);
            command.args(["--format", "ndjson", "--gate", gate]);
            let lines = run_with_input(&mut command, &bytes).exits(0).lines();
            let health = of(&lines, "end")[0]["health"].clone();
            (health["steps"].as_u64().unwrap(), health["idle_steps"].as_u64().unwrap())
        };
        let (all, none) = with("off");
        let (scored, idle) = with("0.3");
        assert_eq!((none, scored + idle), (0, all), "{}", path.display());
        // A recording may begin with a breath of silence and end in one.
        assert!(idle <= 1, "{} steps of {all} are not scored in {}", idle, path.display());
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn silence_is_not_scored_and_told_once() {
    let mut samples = vec![0.0; RATE as usize * 6];
    samples.extend(voice(4.0, RATE));
    samples.extend(vec![0.0; RATE as usize * 6]);
    let lines = run_with_input(&mut listen(), &raw(&samples)).exits(0).lines();
    let idle = of(&lines, "idle");
    assert_eq!(idle.len(), 2, "{idle:?}");
    assert_eq!(idle[0]["start"], 0.0);
    assert!(idle[1]["start"].as_f64().unwrap() > 10.0);
    let segments = of(&lines, "segment");
    let first = segments[0]["start"].as_f64().unwrap();
    let last = segments.last().unwrap()["end"].as_f64().unwrap();
    assert!((5.0..=6.5).contains(&first), "{first}");
    assert!((10.0..=12.5).contains(&last), "{last}");
    let health = &of(&lines, "end")[0]["health"];
    assert!(health["idle_steps"].as_u64().unwrap() >= 18, "{health}");
    // Without the gate everything is.
    let lines = run_with_input(listen().args(["--gate", "off"]), &raw(&samples)).lines();
    assert_eq!(of(&lines, "idle").len(), 0);
    assert!(of(&lines, "segment").len() >= 33);
}

#[test]
fn a_hop_leaves_out_scores_but_not_what_begins() {
    let samples = raw(&voice(11.0, RATE));
    let ran = run_with_input(listen().args(["--hop", "2.4"]), &samples).exits(0).lines();
    let ends: Vec<f64> =
        of(&ran, "segment").iter().map(|it| it["end"].as_f64().unwrap()).collect();
    assert_eq!(ends.len(), 5, "{ends:?}");
    assert!(ends.windows(2).all(|pair| (pair[1] - pair[0] - 2.4).abs() < 0.01), "{ends:?}");
    let every = run_with_input(&mut listen(), &samples).exits(0).lines();
    assert_eq!(of(&ran, "onset"), of(&every, "onset"));
    assert!(!of(&ran, "onset").is_empty());
    run_with_input(listen().args(["--hop", "1"]), &samples).exits(2).says(&["--hop", "0.48"]);
}

#[test]
fn a_duration_is_one_of_sound() {
    let samples = raw(&voice(10.0, RATE));
    let ran = run_with_input(listen().args(["--duration", "3s"]), &samples).exits(0);
    let lines = ran.lines();
    assert_eq!(of(&lines, "end")[0]["reason"], "duration");
    assert_eq!(of(&lines, "score")[0]["recording"]["seconds"], 3.0);
}

#[test]
fn smoothing_can_be_taken_off() {
    let samples = raw(&voice(5.0, RATE));
    let with = |smooth: &str| {
        let ran = run_with_input(listen().args(["--smooth", smooth]), &samples).exits(0);
        of(&ran.lines(), "segment").last().map(|it| bare_segment(it)).unwrap()
    };
    assert_ne!(with("0"), with("5"));
}

#[test]
fn quiet_prints_what_begins_and_ends() {
    let samples = raw(&voice(6.0, RATE));
    let ran = run_with_input(listen().arg("--quiet"), &samples).exits(0).quietly();
    let lines = ran.lines();
    assert!(of(&lines, "segment").is_empty() && !of(&lines, "onset").is_empty());
    let mut human = slap();
    human.args(["listen", "--input", "-", "--rate", "16000", "--quiet"]);
    let ran = run_with_input(&mut human, &samples).exits(0).quietly();
    assert!(ran.out.lines().any(|line| line.contains("begins")), "{}", ran.out);
    assert!(ran.out.contains("nothing missing"), "{}", ran.out);
    assert!(ran.out.contains("someone speaks"), "{}", ran.out);
}

#[test]
fn what_is_saved_is_what_is_printed() {
    let folder = Folder::new();
    let file = folder.path().join("scores.ndjson");
    let samples = raw(&voice(6.0, RATE));
    let ran = run_with_input(listen().arg("--save-scores").arg(&file), &samples).exits(0);
    let strip = |text: &str| -> Vec<(Value, Value)> {
        let line = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        text.lines().map(line).map(|it| (it["event"].clone(), it["payload"].clone())).collect()
    };
    assert_eq!(strip(&ran.out), strip(&fs::read_to_string(&file).unwrap()));
    // A second run goes on in the same file.
    let before = fs::metadata(&file).unwrap().len();
    run_with_input(listen().args(["--quiet", "--save-scores"]).arg(&file), &samples).exits(0);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(strip(&text).iter().filter(|it| it.0 == "session").count(), 2);
    let segments = strip(&text).iter().filter(|it| it.0 == "segment").count();
    assert_eq!(segments, of(&ran.lines(), "segment").len(), "--quiet saves no scores");
    assert!(text.len() as u64 > before);
}

/// A program that listens to a pipe that stays open.
struct Listening {
    child: Child,
    stdin: Option<std::process::ChildStdin>,
}

impl Listening {
    fn new(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin }
    }

    fn speak(&mut self, samples: &[f32]) {
        self.stdin.as_mut().unwrap().write_all(&raw(samples)).unwrap();
    }

    /// Reads lines until one of `event`.
    fn read_until(&mut self, event: &str) -> BufReader<std::process::ChildStdout> {
        let mut reader = BufReader::new(self.child.stdout.take().unwrap());
        let mut line = String::new();
        loop {
            line.clear();
            assert!(reader.read_line(&mut line).unwrap() > 0, "no {event} before the end");
            let value: Value = serde_json::from_str(&line).unwrap();
            if value["event"] == event {
                return reader;
            }
        }
    }

    /// Waits until a signal no longer kills the program.
    #[cfg(target_os = "linux")]
    fn wait_for_handlers(&self) {
        const TERM: u64 = 1 << 14;
        loop {
            let path = format!("/proc/{}/status", self.child.id());
            let status = fs::read_to_string(path).unwrap();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            if u64::from_str_radix(caught.trim(), 16).unwrap() & TERM != 0 {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

#[test]
fn a_signal_ends_with_a_summary_though_nothing_comes() {
    for signal in ["INT", "TERM", "HUP"] {
        let mut listening = Listening::new(&mut listen());
        listening.speak(&voice(3.0, RATE));
        let mut reader = listening.read_until("segment");
        listening.signal(signal);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert!(listening.child.wait().unwrap().success(), "{signal}");
        let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
        assert_eq!(last["event"], "end");
        assert_eq!(last["payload"]["reason"], "signal");
        assert!(rest.contains("\"event\":\"score\""));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_is_heeded_before_the_first_sample() {
    let mut listening = Listening::new(&mut listen());
    listening.wait_for_handlers();
    listening.signal("TERM");
    let began = Instant::now();
    assert!(listening.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_reader_that_went_away_ends_it_quietly_though_nothing_is_written() {
    let mut command = listen();
    let mut listening = Listening::new(command.arg("--quiet"));
    listening.speak(&voice(1.0, RATE));
    drop(listening.read_until("session"));
    let mut said = String::new();
    listening.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(listening.child.wait().unwrap().success());
    assert_eq!(said, "");
}

#[test]
fn a_reader_that_does_not_read_cannot_keep_it_from_ending() {
    let mut listening = Listening::new(&mut listen());
    let stdout = listening.child.stdout.take().unwrap();
    let mut stdin = listening.stdin.take().unwrap();
    // Far more lines than a pipe holds; writing them waits for a reader that never reads.
    let samples = raw(&voice(60.0, RATE));
    let writer = thread::spawn(move || stdin.write_all(&samples));
    thread::sleep(Duration::from_secs(3));
    listening.signal("TERM");
    assert!(listening.child.wait().unwrap().code().is_some());
    drop(stdout);
    let _ = writer.join().unwrap();
}

#[test]
fn standard_error_that_takes_nothing_is_no_reason_to_end() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut listening = {
        let mut command = listen();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(full);
        command.spawn().unwrap()
    };
    listening.stdin.take().unwrap().write_all(&raw(&voice(3.0, RATE))).unwrap();
    let output = listening.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"event\":\"end\""));
}

#[test]
fn a_killed_program_loses_the_last_line_at_most() {
    let folder = Folder::new();
    let file = folder.path().join("scores.ndjson");
    let mut listening = Listening::new(listen().arg("--save-scores").arg(&file));
    listening.speak(&voice(4.0, RATE));
    let mut reader = listening.read_until("segment");
    listening.signal("KILL");
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    listening.child.wait().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let whole: Vec<&str> = text.split_inclusive('\n').filter(|it| it.ends_with('\n')).collect();
    assert!(whole.len() >= 2, "{text}");
    for line in whole {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

/// Every file below `folder` with its size.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => {
                let size = entry.metadata().unwrap().len();
                found.push((entry.path().display().to_string(), size));
            }
        }
    }
    found.sort();
    found
}

/// Ordinary files that a process has open for writing.
#[cfg(target_os = "linux")]
fn written_by(pid: u32) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/fd")) else { return found };
    for entry in entries.flatten() {
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let number = entry.file_name().into_string().unwrap();
        let info = fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}"));
        let Ok(info) = info else { continue };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim();
        let is_writable = i32::from_str_radix(flags, 8).unwrap() & 0o3 != 0;
        if is_writable && target.is_file() {
            found.push(target.display().to_string());
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn audio_is_never_written() {
    let folder = Folder::new();
    for name in ["home", "temporary", "work"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let mut command = listen();
    command
        .env("HOME", folder.path().join("home"))
        .env("TMPDIR", folder.path().join("temporary"))
        .env("XDG_CACHE_HOME", folder.path().join("home/cache"))
        .current_dir(folder.path().join("work"))
        .args(["--save-scores", "scores.ndjson"]);
    let mut listening = Listening::new(&mut command);
    let stdout = listening.child.stdout.take().unwrap();
    let drain = thread::spawn(move || BufReader::new(stdout).lines().count());
    let mut open = Vec::new();
    for _ in 0..20 {
        listening.speak(&voice(3.0, RATE));
        open.extend(written_by(listening.child.id()));
        thread::sleep(Duration::from_millis(20));
    }
    drop(listening.stdin.take());
    assert!(listening.child.wait().unwrap().success());
    drain.join().unwrap();
    open.sort();
    open.dedup();
    let scores = folder.path().join("work/scores.ndjson").display().to_string();
    // /dev/null and pipes are no files; the tests' own harness has none open.
    open.retain(|it| !it.starts_with("/dev/"));
    assert_eq!(open, std::slice::from_ref(&scores));
    let written = files(folder.path());
    assert_eq!(written.len(), 1, "{written:?}");
    assert_eq!(written[0].0, scores);
    // And that one file is text: nothing in it is as long as a step's samples.
    let text = fs::read_to_string(&scores).unwrap();
    for line in text.lines() {
        let longest = longest_array(&serde_json::from_str(line).unwrap());
        assert!(longest < 100, "an array of {longest} numbers");
    }
}

#[cfg(target_os = "linux")]
fn longest_array(value: &Value) -> usize {
    match value {
        Value::Array(items) => {
            items.iter().map(longest_array).max().unwrap_or(0).max(items.len())
        }
        Value::Object(fields) => fields.values().map(longest_array).max().unwrap_or(0),
        _ => 0,
    }
}

#[test]
fn what_makes_no_sense_is_said_in_one_sentence() {
    for (arguments, parts) in [
        (&["--input", "voice.wav"][..], &["--input", "slap-edge score"][..]),
        (&["--rate", "16000"], &["--rate"]),
        (&["--no-tasks"], &["--no-tasks"]),
        (&["--input", "-", "--group", "nonsense"], &["nonsense"]),
        (&["--save-scores", "/nowhere/at/all.ndjson"], &["/nowhere/at/all.ndjson"]),
        (&["--format", "human", "--format", "ndjson"], &["--format"]),
    ] {
        run(slap().arg("listen").args(arguments)).exits(2).says(parts);
    }
    for arguments in [
        &["--gate", "2"][..],
        &["--hop", "x"],
        &["--duration", "-1"],
        &["--save-size", "0", "--save-scores", "x"],
        &["--input", "-", "--device", "x"],
    ] {
        run(slap().arg("listen").args(arguments)).exits(2);
    }
    for input in [&b""[..], b"not audio at all, really"] {
        let parts = ["standard input is not audio this program knows", "--rate"];
        run_with_input(slap().args(["listen", "--input", "-"]), input).exits(1).says(&parts);
    }
    run_with_input(&mut listen(), b"").exits(1).says(&["standard input"]);
}

/// Processes whose command line names `mark`.
#[cfg(target_os = "linux")]
fn processes_with(mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        // Not `script` itself, nor a shell, which name it within one argument.
        if line.contains(mark)
            && line.split(' ').next().is_some_and(|it| it.ends_with("slap-edge"))
        {
            found.push(line);
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_goes_away_ends_the_screen_with_a_summary() {
    let folder = Folder::new();
    let scores = folder.path().join("scores.ndjson");
    let program = env!("CARGO_BIN_EXE_slap-edge");
    let line = format!("{program} listen --health 1 --save-scores {}", scores.display());
    let mut terminal = Command::new("script")
        .args(["--quiet", "--command", &line, "/dev/null"])
        .env("SLAP_EDGE_BUNDLE", crate::harness::bundle())
        .env("TERM", "xterm")
        // No microphone is there, and it waits for one.
        .env("PULSE_SERVER", "unix:/nowhere")
        .env("ALSA_CONFIG_PATH", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = terminal.stdout.take().unwrap();
    let drain = thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    let mark = scores.display().to_string();
    let began = Instant::now();
    while !fs::read_to_string(&scores).is_ok_and(|text| text.contains("\"event\":\"health\"")) {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not begin");
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(processes_with(&mark).len(), 1);
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    let began = Instant::now();
    while !processes_with(&mark).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", processes_with(&mark));
        thread::sleep(Duration::from_millis(50));
    }
    let _ = drain.join();
    let text = fs::read_to_string(&scores).unwrap();
    assert!(text.lines().last().unwrap().contains("\"event\":\"end\""), "{text}");
}
