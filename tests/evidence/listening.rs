//! `slap-edge listen` at a microphone: real samples through a real sound server.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use slap_tests::scratch::Scratch;
use slap_tests::soak::{self, GROWTH_BOUND};
use slap_tests::sound_server::SoundServer;
use slap_tests::wav::Wav;
use slap_tests::{built, markdown, root};

/// What a loaded machine may take for anything.
const PATIENCE: Duration = Duration::from_secs(90);

/// Human speech, 16-bit at 48 kHz in two channels, which passes the sound server unchanged.
fn speech() -> Wav {
    let (samples, rate) = soak::speech().unwrap();
    Wav { rate, channels: 2, samples: samples.iter().flat_map(|&it| [it, it]).collect() }
}

/// Tests that listen as time passes take turns: together they would be slower than it.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The program, listening in `ndjson`.
struct Listening {
    child: Child,
    lines: BufReader<ChildStdout>,
    seen: Vec<Value>,
}

impl Listening {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, seen: Vec::new() }
    }

    /// Reads on until a line for which `is_it` holds, and returns its payload.
    #[track_caller]
    fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let mut line = String::new();
            let got = self.lines.read_line(&mut line).unwrap();
            assert!(got > 0, "it ended before {what}: {:#?}", self.seen.last());
            assert!(began.elapsed() < PATIENCE, "never: {what}");
            let line: Value = serde_json::from_str(&line).unwrap();
            self.seen.push(line.clone());
            if is_it(&line) {
                return line["payload"].clone();
            }
        }
    }

    fn until_notice(&mut self, name: &str) -> Value {
        self.until(name, |line| line["event"] == "notice" && line["payload"]["notice"] == name)
    }

    /// Ends it as Ctrl-C does, and returns everything it said and its standard error.
    fn end(mut self) -> (Vec<Value>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &pid]).status().unwrap().success());
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        self.seen.extend(rest.lines().map(|line| serde_json::from_str(line).unwrap()));
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{said}");
        (self.seen, said)
    }
}

fn listen(server: &SoundServer, options: &[&str]) -> Command {
    let mut command = built::command(&["listen", "--format", "ndjson", "--health", "1"]);
    command.args(options).envs(server.environment());
    command
}

fn payloads<'a>(lines: &'a [Value], event: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == event).map(|line| &line["payload"]).collect()
}

/// Every probability of a segment or a score, by task and class; of those that are answered.
fn probabilities(scores: &Value) -> Vec<(String, f64)> {
    let tasks = scores["tasks"].as_array().unwrap();
    tasks
        .iter()
        .flat_map(|task| {
            task["classes"].as_array().unwrap().iter().map(|class| {
                let name = format!("{} {}", task["task"], class["class"]);
                (name, class["probability"].as_f64().unwrap())
            })
        })
        .collect()
}

/// The answers that stand, by task.
fn decisions(scores: &Value) -> Vec<(String, String)> {
    let tasks = scores["tasks"].as_array().unwrap();
    tasks
        .iter()
        .filter(|task| task["certainty"] == "answered")
        .map(|task| (task["task"].to_string(), task["answer"].to_string()))
        .collect()
}

/// The segments that `slap-edge score` gives `wav` with each of `silences` before it, in ms.
fn scored_after(scratch: &Scratch, wav: &Wav, silences: &[i64]) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    // Many a call, since a call takes longer to start than to score one; not all at once,
    // since each is a file.
    for silences in silences.chunks(24) {
        let mut call = built::command(&["score", "--segments", "--format", "ndjson"]);
        let name = |silence: i64| scratch.path().join(format!("{silence}.wav"));
        for &silence in silences {
            let frames = silence.max(0) as usize * wav.rate as usize / 1000;
            let mut samples = vec![0; frames * usize::from(wav.channels)];
            samples.extend(&wav.samples);
            fs::write(name(silence), Wav { samples, ..wav.clone() }.to_bytes()).unwrap();
            call.arg(name(silence));
        }
        let output = call.output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for &silence in silences {
            let file = name(silence);
            let own = payloads(&lines, "segment").into_iter().cloned();
            all.push(own.filter(|it| it["input"] == file.to_str().unwrap()).collect());
            fs::remove_file(file).unwrap();
        }
    }
    all
}

/// The largest difference between the probabilities of segments that both have.
fn distance(heard: &[&Value], scored: &[Value]) -> f64 {
    heard
        .iter()
        .zip(scored)
        .flat_map(|(a, b)| {
            let (a, b) = (probabilities(a), probabilities(b));
            a.into_iter().filter_map(move |(name, value)| {
                let other = b.iter().find(|(known, _)| *known == name)?;
                Some((value - other.1).abs())
            })
        })
        .fold(0.0, f64::max)
}

/// Listens while `file` is played, and returns what was said; `None` where some of it was
/// dropped, as it may be on a machine that is busy with other tests.
fn heard(server: &SoundServer, file: &Path) -> Option<Vec<Value>> {
    let options = ["--gate", "off", "--group", "speaker", "--group", "voice"];
    let mut listening = Listening::start(listen(server, &options));
    let opened = listening.until_notice("listening");
    assert!(opened["message"].as_str().unwrap().contains("48 kHz"), "{opened}");
    listening.until("the first score", |line| line["event"] == "segment");
    assert!(server.play(file).unwrap().wait().unwrap().success());
    let by_then = listening.until("its state", |line| line["event"] == "health");
    let frames = by_then["frames"].as_u64().unwrap();
    listening.until("all of it", |line| {
        let heard = line["payload"]["frames"].as_u64();
        line["event"] == "health" && heard.is_some_and(|it| it > frames + 96_000)
    });
    let (lines, said) = listening.end();
    assert_eq!(said.lines().count(), 1, "one sentence, on what is listened to: {said}");
    let lost = &payloads(&lines, "end")[0]["health"]["lost_frames"];
    assert_eq!(*lost == 0, payloads(&lines, "gap").is_empty(), "what is lost is told");
    (*lost == 0).then_some(lines)
}

#[test]
fn a_microphone_gets_the_scores_of_the_recording_that_is_played_to_it() {
    let _alone = alone();
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(scratch.path()).unwrap();
    server.start().unwrap();
    let wav = speech();
    let file = scratch.path().join("speech.wav");
    fs::write(&file, wav.to_bytes()).unwrap();
    let lines = (0..8).find_map(|_| heard(&server, &file)).expect("a run without a loss");

    // When in the silence the playing began is known to a few steps; the rest is found by
    // trying, every 10 ms at first and then every one around the best.
    let segments = payloads(&lines, "segment");
    let first = segments.iter().position(|it| it["grade"] != "poor").expect("a score");
    let nearest = |silences: &[i64]| {
        let all = scored_after(&scratch, &wav, silences);
        let far = all.into_iter().zip(silences).map(|(padded, &silence)| {
            let count = padded.len().min(segments.len()) - 1;
            (distance(&segments[first..count], &padded[first..count]), silence, padded)
        });
        far.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
    };
    let end = first as i64 * 480;
    let coarse: Vec<i64> = (end - 1440..=end).step_by(10).collect();
    let (mut far, near, mut padded) = nearest(&coarse);
    if far >= 0.05 {
        let fine: Vec<i64> = (near - 9..=near + 9).collect();
        (far, _, padded) = nearest(&fine);
    }
    assert!(far < 0.05, "the nearest alignment is {far} away");
    let count = padded.len().min(segments.len()) - 1;
    assert!(count > first + 8, "{first} to {count}");
    for (heard, padded) in segments[first..count].iter().zip(&padded[first..count]) {
        // Where one of them is unsure, a difference of nothing may tip it.
        let (heard_says, padded_says) = (decisions(heard), decisions(padded));
        for (task, answer) in &heard_says {
            let other = padded_says.iter().find(|it| it.0 == *task);
            assert!(other.is_none_or(|it| it.1 == *answer), "{task} at {}", heard["end"]);
        }
    }
}

#[test]
fn a_sound_server_that_died_is_waited_for() {
    let _alone = alone();
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(scratch.path()).unwrap();
    let wav = speech();
    let file = scratch.path().join("speech.wav");
    fs::write(&file, wav.to_bytes()).unwrap();

    // There is no microphone when it starts.
    let mut listening = Listening::start(listen(&server, &["--quiet"]));
    let none = listening.until_notice("unavailable");
    assert_eq!(none["trouble"], true);
    server.start().unwrap();
    listening.until_notice("listening");
    let mut player = server.play(&file).unwrap();
    listening.until("an answer", |line| line["event"] == "onset");

    server.signal("KILL").unwrap();
    player.wait().unwrap();
    listening.until_notice("lost");
    server.start().unwrap();
    let gap = listening.until("the gap", |line| line["event"] == "gap");
    assert_eq!(gap["reason"], "away");
    let length = gap["end"].as_f64().unwrap() - gap["start"].as_f64().unwrap();
    assert!((0.1..60.0).contains(&length), "{gap}");
    let mut player = server.play(&file).unwrap();
    listening.until("an answer again", |line| line["event"] == "onset");
    let (lines, said) = listening.end();
    player.wait().unwrap();
    let end = payloads(&lines, "end")[0];
    assert_eq!(end["reason"], "signal");
    assert_eq!(end["health"]["reconnects"], 1);
    // Each trouble is told once, on standard error too.
    for name in ["unavailable", "lost"] {
        let told = lines.iter().filter(|it| it["payload"]["notice"] == name).count();
        assert!((1..=2).contains(&told), "{name} is told {told} times: {said}");
    }
    assert!(said.lines().count() <= 6, "{said}");
    // What is told later lies behind the gap: times go on.
    let after = payloads(&lines, "onset").last().unwrap()["time"].as_f64().unwrap();
    assert!(after > gap["end"].as_f64().unwrap(), "{after} and {gap}");
}

#[test]
fn a_supervisor_is_told_by_the_exit_status() {
    let scratch = Scratch::new().unwrap();
    let server = SoundServer::new(scratch.path()).unwrap();
    let output = listen(&server, &["--exit-on-loss", "--quiet"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    let last = String::from_utf8(output.stdout).unwrap();
    assert!(last.lines().last().unwrap().contains("\"reason\":\"loss\""), "{last}");
}

#[test]
fn inputs_are_listed_and_the_default_is_marked() {
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(scratch.path()).unwrap();
    let devices = |server: &SoundServer, options: &[&str]| {
        let mut command = built::command(&["devices"]);
        command.args(options).envs(server.environment()).output().unwrap()
    };
    let none = devices(&server, &[]);
    assert!(none.status.success());
    assert!(none.stdout.is_empty());
    let said = String::from_utf8(none.stderr).unwrap();
    assert!(said.contains("microphone") || said.contains("input"), "{said}");

    server.start().unwrap();
    let table = devices(&server, &[]);
    let (out, said) =
        (String::from_utf8(table.stdout).unwrap(), String::from_utf8(table.stderr).unwrap());
    assert!(out.contains("mic0.monitor") && out.contains("48 kHz"), "{out}");
    assert_eq!(said, "");
    let document = devices(&server, &["--format", "json"]);
    let document: Value = serde_json::from_slice(&document.stdout).unwrap();
    let listed = document["payload"]["inputs"].as_array().unwrap().clone();
    let marked: Vec<&Value> = listed.iter().filter(|it| it["default"] == true).collect();
    assert_eq!(marked.len(), 1, "{document}");
    assert_eq!(marked[0]["id"], "pulseaudio:mic0.monitor");
}

#[test]
fn a_wrong_device_is_named_with_those_there_are() {
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(scratch.path()).unwrap();
    server.start().unwrap();
    let output =
        listen(&server, &["--device", "no such thing", "--exit-on-loss"]).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no such thing"), "{said}");
}

#[test]
fn ten_minutes_faster_than_they_pass_lose_nothing_and_keep_no_memory() {
    let _alone = alone();
    let seconds = 600.0;
    let run = soak::simulate(seconds, 0.2).unwrap();
    assert_eq!(run.frames.0, run.frames.1);
    assert_eq!(run.lost_frames, 0);
    assert!((run.heard_seconds - seconds).abs() < 0.001);
    assert!(run.growth < GROWTH_BOUND, "{} bytes", run.growth);
    let file = soak::scored(seconds).unwrap();
    assert_eq!(soak::answers(&file), soak::answers(&run.score));
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path().display().to_string()),
        }
    }
    found
}

#[test]
fn a_microphone_leaves_nothing_on_the_disk() {
    let _alone = alone();
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(&scratch.path().join("server")).unwrap();
    server.start().unwrap();
    let own = scratch.path().join("own");
    for name in ["home", "temporary", "work"] {
        fs::create_dir_all(own.join(name)).unwrap();
    }
    let file = scratch.path().join("speech.wav");
    fs::write(&file, speech().to_bytes()).unwrap();
    let mut command = listen(&server, &["--quiet"]);
    command.env("SLAP_EDGE_BUNDLE", root().join("models/slap-voice-small"));
    command.env("HOME", own.join("home")).env("TMPDIR", own.join("temporary"));
    command.current_dir(own.join("work"));
    let mut listening = Listening::start(command);
    listening.until_notice("listening");
    let mut player = server.play(&file).unwrap();
    listening.until("an answer", |line| line["event"] == "onset");
    assert_eq!(files(&own), [""; 0]);
    let (lines, _) = listening.end();
    player.wait().unwrap();
    assert!(payloads(&lines, "end")[0]["health"]["frames"].as_u64().unwrap() > 48_000);
    assert_eq!(files(&own), [""; 0]);
}

#[test]
fn the_program_in_the_documents_reacts_to_what_is_heard() {
    let _alone = alone();
    let page = fs::read_to_string(root().join("docs/listen.md")).unwrap();
    let blocks = markdown::blocks(&page, "python no-run");
    let [(_, lines)] = &blocks[..] else { panic!("one program, got {}", blocks.len()) };
    let scratch = Scratch::new().unwrap();
    let mut server = SoundServer::new(scratch.path()).unwrap();
    server.start().unwrap();
    let file = scratch.path().join("speech.wav");
    fs::write(&file, speech().to_bytes()).unwrap();

    let mut path = built::slap_edge().parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut python = Command::new("python3");
    python.args(["-u", "-c", &lines.join("\n")]).current_dir(root()).env("PATH", path);
    python.envs(server.environment()).stdout(Stdio::piped()).stderr(Stdio::null());
    // A group of its own, so that what it starts ends with it.
    std::os::unix::process::CommandExt::process_group(&mut python, 0);
    let mut python = python.spawn().unwrap();
    let mut printed = BufReader::new(python.stdout.take().unwrap());
    // It listens some time after it starts; speech is played until something is said of it.
    let (sender, first) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut line = String::new();
        printed.read_line(&mut line).unwrap();
        let _ = sender.send(line);
    });
    let mut line = None;
    for _ in 0..6 {
        assert!(server.play(&file).unwrap().wait().unwrap().success());
        line = first.try_recv().ok();
        if line.is_some() {
            break;
        }
    }
    let group = format!("-{}", python.id());
    let mut kill = Command::new("kill");
    assert!(kill.args(["-s", "TERM", "--", &group]).status().unwrap().success());
    python.wait().unwrap();
    reader.join().unwrap();
    let line = line.unwrap();
    assert!(line.trim_end().ends_with('%'), "{line}");
}
