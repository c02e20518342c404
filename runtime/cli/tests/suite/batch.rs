//! Many recordings at once: side by side, in folders, with bad ones among them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Folder, bundle, data, run, run_with_input, slap};
use crate::sound::{Coding, RATE, usual, voice, wav};

/// How long anything may take that takes a moment.
const PATIENCE: Duration = Duration::from_secs(60);

/// Recordings of any kind: a long one before short ones, bad ones and a warning in between.
fn mixed(folder: &Folder) -> Vec<PathBuf> {
    vec![
        folder.file("long.wav", usual(20.0)),
        data("voice.flac"),
        folder.file("notes.wav", "Dear diary"),
        data("voice.ogg"),
        folder.file("cut.wav", &usual(4.0)[..100_044]),
        PathBuf::from("/no/such/voice.wav"),
        folder.path().to_owned(),
        folder.file("silence.wav", wav(&[0.0; 32_000], RATE, 1, Coding::S16)),
        data("voice.mp3"),
        folder.file("empty.wav", ""),
        folder.file("short.wav", usual(2.0)),
    ]
}

/// `text` without what tells how long something took, or when it was written.
fn untimed(text: &str) -> String {
    let mut text = text.to_owned();
    for key in ["\"timestamp\":", "\"elapsed_seconds\":", "\"step_milliseconds\":", "\"jobs\":"]
    {
        let mut parts = text.split(key);
        let mut rest = parts.next().unwrap().to_owned();
        for part in parts {
            let end = part.find([',', '}', '\n']).unwrap();
            rest = rest + key + &part[end..];
        }
        text = rest;
    }
    // The footer, which may take two lines.
    if let Some(at) = text.rfind(" · float32 · ") {
        let line = text[..at].rfind('\n').unwrap();
        text.truncate(line);
    }
    text
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let folder = Folder::new();
    let recordings = mixed(&folder);
    for arguments in [
        &["--format", "human"][..],
        &["--format", "human", "--segments", "--measures"],
        &["--format", "json", "--segments"],
        &["--format", "json", "--measures"],
        &["--format", "ndjson"],
        &["--format", "ndjson", "--segments", "--measures"],
    ] {
        let with = |jobs: &str| {
            let mut score = slap();
            score.args(["score", "--jobs", jobs]).args(arguments).args(&recordings);
            let ran = run(&mut score).exits(1);
            (untimed(&ran.out), ran.err)
        };
        let one = with("1");
        assert_eq!(one.1.lines().filter(|line| line.starts_with("error: ")).count(), 4);
        assert_eq!(one.1.lines().filter(|line| line.starts_with("warning: ")).count(), 1);
        assert!(one.0.len() > 1000, "{}", one.0);
        assert_eq!(with("4"), one, "{arguments:?}");
    }
}

#[test]
fn lines_of_recordings_are_not_mixed() {
    let folder = Folder::new();
    let recordings = mixed(&folder);
    let ran = run(slap()
        .args(["score", "--format", "ndjson", "--segments", "--jobs", "4"])
        .args(&recordings))
    .exits(1);
    let input = |line: &Value| {
        let payload = &line["payload"];
        [&payload["input"], &payload["recording"]["input"]]
            .into_iter()
            .find_map(Value::as_str)
            .map(str::to_owned)
    };
    let mut inputs: Vec<String> = ran.lines().iter().filter_map(input).collect();
    inputs.dedup();
    let expected: Vec<String> =
        recordings.iter().map(|path| path.display().to_string()).collect();
    assert_eq!(inputs, expected);
    let last = ran.lines().pop().unwrap();
    assert_eq!(last["event"], "end");
    assert_eq!(last["payload"]["scored"], 7);
    assert_eq!(last["payload"]["failed"], 4);
    // Time passes once, however many recordings are heard in it.
    let lines = ran.lines();
    let seconds = |line: &Value| line["payload"]["elapsed_seconds"].as_f64().unwrap();
    let slowest = lines.iter().filter(|line| line["event"] == "score").map(seconds);
    assert!(seconds(&last) >= slowest.fold(0.0, f64::max));
}

/// A run of the program whose standard input is held open.
struct Running {
    child: Child,
    lines: Receiver<Value>,
}

impl Running {
    fn new(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in out.lines() {
                let _ = send.send(serde_json::from_str(&line.unwrap()).unwrap());
            }
        });
        Self { child, lines }
    }

    /// Speaks into standard input, as raw PCM.
    fn speak(&mut self, seconds: f64) {
        let samples = Coding::S16.encode(&voice(seconds, RATE));
        self.child.stdin.as_mut().unwrap().write_all(&samples).unwrap();
    }

    /// The next line.
    #[track_caller]
    fn line(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    #[track_caller]
    fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `score` of raw PCM on standard input among files, line by line.
fn among(jobs: &str, inputs: &[&Path]) -> Command {
    let mut command = slap();
    command
        .args(["score", "--format", "ndjson", "--format", "s16le", "--rate", "16000"])
        .args(["--segments", "--jobs", jobs])
        .args(inputs);
    command
}

#[test]
fn the_recording_whose_turn_it_is_is_told_as_it_is_heard() {
    let file = data("voice.flac");
    let mut running = Running::new(&mut among("2", &[Path::new("-"), &file]));
    running.speak(3.0);
    assert_eq!(running.line()["event"], "session");
    assert_eq!(running.line()["event"], "begin");
    let first = running.line();
    assert_eq!(first["payload"]["input"], "-");
    running.speak(3.0);
    drop(running.child.stdin.take());
    let mut events = Vec::new();
    loop {
        let line = running.line();
        events.push(line["event"].as_str().unwrap().to_owned());
        if line["event"] == "end" {
            break;
        }
    }
    let begins = events.iter().position(|event| event == "begin").unwrap();
    // The file was heard meanwhile, and waited.
    assert_eq!(events[begins - 1], "score");
    assert!(running.wait().success());
}

#[test]
fn standard_input_among_files() {
    let file = data("voice.flac");
    let samples = Coding::S16.encode(&voice(3.0, RATE));
    let with = |jobs: &str| {
        let mut command = among(jobs, &[&file, Path::new("-"), &file]);
        untimed(&run_with_input(&mut command, &samples).exits(0).quietly().out)
    };
    assert_eq!(with("3"), with("1"));
}

#[test]
fn a_signal_ends_it_with_what_is_done_printed() {
    let file = data("voice.flac");
    for jobs in ["1", "2"] {
        // Standard input never ends: the program is in the midst of it.
        let inputs = [&*file, Path::new("-"), &file];
        let mut running = Running::new(&mut among(jobs, &inputs));
        running.speak(3.0);
        while running.line()["event"] != "score" {}
        let pid = running.child.id().to_string();
        // As Ctrl-C does, which a shell may have told its background to ignore.
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        assert_eq!(running.wait().signal(), Some(15), "{jobs} jobs");
    }
}

#[test]
fn a_reader_that_goes_away_ends_all_jobs() {
    let folder = Folder::new();
    let long = folder.file("long.wav", usual(120.0));
    for arguments in [&["--segments"][..], &[]] {
        let mut command = slap();
        command.args(["score", "--format", "ndjson", "--jobs", "4"]).args(arguments);
        command.args(std::iter::repeat_n(&long, 12)).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
}

/// What `score --recursive` of `paths`, in `folder`, names in its lines, and the exit code.
fn found(folder: &Path, paths: &[&str]) -> (Vec<String>, i32) {
    let mut score = slap();
    score.current_dir(folder).args(["score", "-r", "--format", "ndjson"]).args(paths);
    let ran = run(&mut score);
    let name = |line: Value| match line["event"].as_str().unwrap() {
        "score" => Some(line["payload"]["recording"]["input"].as_str().unwrap().to_owned()),
        "error" => {
            let payload = &line["payload"];
            let text = |key: &str| payload[key].as_str().unwrap();
            Some(format!("{}: {}", text("input"), text("code")))
        }
        _ => None,
    };
    (ran.lines().into_iter().filter_map(name).collect(), ran.code)
}

#[test]
fn folders_stand_for_the_recordings_in_them() {
    let folder = Folder::new();
    for name in ["b/2.WAV", "b/10.wav", "b/a/z.wav", "b/.hidden/x.wav", "b/._2.wav", "0.wav"] {
        folder.file(name, usual(1.0));
    }
    folder.file("b/c.flac", fs::read(data("voice.flac")).unwrap());
    folder.file("b/notes.txt", "none");
    folder.file("elsewhere/linked.wav", usual(1.0));
    symlink("../../elsewhere/linked.wav", folder.path().join("b/a/link.wav")).unwrap();
    symlink("../../elsewhere", folder.path().join("b/a/link")).unwrap();
    symlink("../..", folder.path().join("b/a/circle")).unwrap();
    symlink("nowhere", folder.path().join("b/a/gone.wav")).unwrap();
    // Nobody writes into it: opening it would wait for ever.
    let pipe = Command::new("mkfifo").arg(folder.path().join("b/a/pipe.wav")).status();
    assert!(pipe.unwrap().success());
    let inside = ["b/10.wav", "b/2.WAV", "b/a/link.wav", "b/a/z.wav", "b/c.flac"].as_slice();
    assert_eq!(found(folder.path(), &["b"]), (inside.iter().map(|&it| it.into()).collect(), 0));
    // A file that is named is heard whatever it is called, and where it is named.
    let named = ["b/notes.txt", "elsewhere", "0.wav"];
    let expected = ["b/notes.txt: not_audio", "elsewhere/linked.wav", "0.wav"].as_slice();
    assert_eq!(
        found(folder.path(), &named),
        (expected.iter().map(|&it| it.into()).collect(), 1)
    );
    // What the user named is not hidden.
    assert_eq!(found(folder.path(), &["b/.hidden"]), (vec!["b/.hidden/x.wav".into()], 0));
}

#[test]
fn headings_tell_recordings_of_one_name_apart() {
    let folder = Folder::new();
    folder.file("a/1.wav", usual(1.0));
    folder.file("b/1.wav", usual(1.0));
    let ran = run(slap().current_dir(folder.path()).args(["score", "-r", "a", "b"])).exits(0);
    for name in ["a/1.wav", "b/1.wav"] {
        assert!(ran.out.lines().any(|line| line.starts_with(name)), "{}", ran.out);
    }
}

#[test]
fn a_folder_without_recordings_is_said_to_have_none() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("bare")).unwrap();
    folder.file("a/1.wav", usual(1.0));
    folder.file("notes/a.txt", "none");
    let (names, code) = found(folder.path(), &["bare", "a", "notes"]);
    assert_eq!(names, ["bare: no_recordings", "a/1.wav", "notes: no_recordings"]);
    assert_eq!(code, 1);
    run(slap().args(["score", "--recursive"]).arg(folder.path().join("notes")))
        .exits(1)
        .says(&["notes' holds no recordings", ".flac", "named one by one"]);
}

#[test]
fn one_bar_counts_many_recordings() {
    let folder = Folder::new();
    let samples = folder.file("voice.raw", Coding::S16.encode(&voice(3.0, RATE)));
    // The sound takes long enough for a bar, on any machine.
    let line = format!(
        "(cat {raw}; sleep 2; cat {raw}; sleep 1) | {program} score --jobs 2 --rate 16000 - \
         {file} {file} > {out}",
        raw = samples.display(),
        program = env!("CARGO_BIN_EXE_slap-edge"),
        file = data("voice.flac").display(),
        out = folder.path().join("out").display(),
    );
    let shown = |line: &str| {
        let output = Command::new("script")
            .args(["--quiet", "--command", line, "/dev/null"])
            .env("SLAP_EDGE_BUNDLE", bundle())
            .env("TERM", "xterm")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let bar = shown(&line);
    assert!(bar.contains("2/3 ") && bar.contains(" × real time"), "{bar:?}");
    assert!(bar.contains("voice.flac") || bar.contains("standard input"), "{bar:?}");
    let quiet = shown(&line.replace("--jobs 2", "--jobs 2 --no-progress"));
    assert!(!quiet.contains("real time"), "{quiet:?}");
}
