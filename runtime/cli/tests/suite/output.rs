//! The shape of what is printed, exit codes, pipes and colours.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Folder, bundle, data, run, run_with_input, slap};
use crate::sound::{Coding, usual, voice, wav};

/// Digits become `0`, bars of any length `█`, runs of spaces one: the layout without the
/// numbers, which are the model's.
fn layout(text: &str) -> String {
    text.lines()
        .map(|line| {
            let line: String = line
                .chars()
                .filter(|c| !"▏▎▍▌▋▊▉·█".contains(*c) || *c == '·')
                .map(|c| if c.is_ascii_digit() { '0' } else { c })
                .collect();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_human_table_has_its_shape() {
    let ran = run(slap().args(["score", "--all"]).arg(data("voice.flac"))).exits(0).quietly();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        layout(lines[0]),
        "voice.flac 0.0 s · 00 kHz · mono · FLAC · −00.0 dBFS",
        "{}",
        ran.out
    );
    assert!(lines[1].chars().all(|c| c == '─'));
    assert_eq!(lines[1].chars().count(), 80);
    for line in &lines {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
        assert_eq!(line.trim_end(), *line, "blanks at the end of: {line:?}");
        assert!(!line.contains('\x1b'), "colours in a pipe: {line:?}");
    }
    let footer = lines.last().unwrap();
    assert!(footer.contains(" · float32 · tract"), "{footer}");
    assert!(footer.contains("real time"), "{footer}");
    // The grade is said even where it is good.
    let grades = ["Good", "Usable – ", "Poor – "];
    assert!(grades.iter().any(|grade| lines[2].starts_with(grade)), "{}", lines[2]);
    // One line a task, in the order of the pack, each with its title.
    let is_row = |line: &&&str| line.ends_with(" %") || line.contains("  does not apply (");
    let mut rows = lines.iter().filter(is_row);
    for task in tasks() {
        let row = rows.next().unwrap();
        assert!(row.trim_start().starts_with(task["title"].as_str().unwrap()), "{row}");
    }
    assert_eq!(rows.next(), None);
}

/// The tasks of the bundle, as `prompts list` tells them.
fn tasks() -> Vec<Value> {
    let listed = run(slap().args(["prompts", "list", "--format", "json"])).exits(0).json();
    listed["payload"]["tasks"].as_array().unwrap().clone()
}

#[test]
fn what_is_unremarkable_is_named_without_a_row() {
    let score = |arguments: &[&str]| {
        run(slap().arg("score").args(arguments).arg(data("voice.flac"))).exits(0).quietly().out
    };
    let rows = |text: &str| text.lines().filter(|line| line.ends_with(" %")).count();
    let (brief, full) = (score(&[]), score(&["--all"]));
    assert!(0 < rows(&brief) && rows(&brief) < rows(&full), "{brief}");
    let words = brief.split_whitespace().collect::<Vec<_>>().join(" ");
    let left_out = |title: &str| {
        let mut lines = full.lines().map(str::trim_start);
        lines.any(|line| line.starts_with(title) && line.contains("  does not apply"))
    };
    for task in tasks() {
        let title = task["title"].as_str().unwrap();
        assert!(words.contains(title) || left_out(title), "no {task} in {brief}");
    }
    // What is asked for by name has its row, whatever the answer is.
    assert_eq!(rows(&score(&["--task", "whisper", "--task", "noise"])), 2);
}

#[test]
fn a_group_of_tasks_can_be_asked_for() {
    let tasks = tasks();
    let group = tasks.last().unwrap()["group"].as_str().unwrap();
    let arguments = ["score", "--format", "json", "--group", group, "--task", "whisper"];
    let document = run(slap().args(arguments).arg(data("voice.flac"))).exits(0).json();
    let answers = document["payload"]["scores"][0]["tasks"].as_array().unwrap();
    let mut expected: Vec<&Value> =
        tasks.iter().filter(|task| task["group"] == group).map(|task| &task["task"]).collect();
    let whisper = Value::from("whisper");
    expected.push(&whisper);
    assert_eq!(answers.iter().map(|it| &it["task"]).collect::<Vec<_>>(), expected);
    assert_eq!(answers[0]["group"], group);
    for command in ["score", "report"] {
        let mut ran = slap();
        ran.args([command, "--group", "nonsense"]).arg(data("voice.flac"));
        if command == "report" {
            ran.args(["--output", "none.html"]);
        }
        run(&mut ran).exits(2).says(&["expected a group named", group, "`nonsense`"]);
    }
}

/// The keys of an object, in order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn ndjson_has_its_shape() {
    let ran =
        run(slap().args(["score", "--segments", "--format", "ndjson"]).arg(data("voice.flac")))
            .exits(0)
            .quietly();
    let lines = ran.lines();
    for line in &lines {
        assert_eq!(keys(line), ["event", "payload", "spec_version", "timestamp"]);
        assert_eq!(line["spec_version"], "1.0");
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(timestamp.ends_with('Z') && timestamp.contains('T'), "{timestamp}");
    }
    let of = |event: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter(|line| line["event"] == event)
            .map(|line| &line["payload"])
            .collect()
    };
    assert_eq!(lines.first().unwrap()["event"], "session");
    assert_eq!(keys(of("session")[0]), ["execution", "jobs", "model", "recordings"]);
    assert_eq!(lines.last().unwrap()["event"], "end");
    assert_eq!(keys(of("begin")[0]), ["channels", "format", "input", "sample_rate", "seconds"]);
    let segments = of("segment");
    assert_eq!(segments.len(), 9, "4.1 s in steps of 0.48 s");
    for (index, segment) in segments.iter().enumerate() {
        assert_eq!(
            keys(segment),
            ["end", "grade", "input", "prompts", "reasons", "start", "tasks"]
        );
        let start = segment["start"].as_f64().unwrap();
        assert!((start - index as f64 * 0.48).abs() < 1e-6);
    }
    assert_eq!(
        keys(&segments[5]["tasks"][0]),
        ["answer", "certainty", "classes", "group", "probability", "task", "title"]
    );
    let score = of("score")[0];
    assert_eq!(
        keys(score),
        ["elapsed_seconds", "model", "prompts", "quality", "recording", "tasks", "warnings"]
    );
    assert_eq!(
        keys(&score["quality"]),
        [
            "active_seconds",
            "bandwidth_hz",
            "clipped_share",
            "dc",
            "dropout_seconds",
            "dropouts",
            "grade",
            "level_dbfs",
            "non_finite_samples",
            "peak_dbfs",
            "reasons",
            "silent_share",
            "snr_db",
            "voiced_seconds",
            "zero_share"
        ]
    );
    assert_eq!(
        keys(&score["model"]),
        ["bundle", "engine", "engine_version", "precision", "provider", "tower_sha256"]
    );
    assert_eq!(keys(of("end")[0]), ["elapsed_seconds", "failed", "scored", "seconds"]);
}

#[test]
fn without_segments_ndjson_is_brief() {
    let ran = run(slap().args(["score", "--format", "ndjson"]).arg(data("voice.flac")));
    assert_eq!(ran.exits(0).lines().len(), 4);
}

#[test]
fn segments_in_json_and_for_people() {
    let voice = data("voice.flac");
    let document =
        run(slap().args(["score", "-s", "--format", "json"]).arg(&voice)).exits(0).json();
    let timeline = &document["payload"]["scores"][0]["timeline"];
    assert_eq!(timeline["segments"].as_array().unwrap().len(), 9);
    assert!(timeline["events"].is_array());
    let human = run(slap().args(["score", "-s"]).arg(&voice)).exits(0);
    assert!(human.out.contains("over time"), "{}", human.out);
    assert!(human.out.chars().any(|c| "▁▂▃▄▅▆▇█".contains(c)));
}

#[test]
fn probabilities_of_a_task_add_up() {
    let document =
        run(slap().args(["score", "--format", "json"]).arg(data("voice.flac"))).exits(0).json();
    for task in document["payload"]["scores"][0]["tasks"].as_array().unwrap() {
        let classes = task["classes"].as_array().unwrap();
        if task["certainty"] == "not_applicable" {
            assert!(classes.is_empty() && !task["needs"].as_array().unwrap().is_empty());
            continue;
        }
        let sum: f64 = classes.iter().map(|c| c["probability"].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{task}");
        let top = classes
            .iter()
            .max_by(|a, b| {
                let p = |class: &Value| class["probability"].as_f64().unwrap();
                p(a).total_cmp(&p(b))
            })
            .unwrap();
        assert_eq!(task["answer"], top["class"]);
    }
}

#[test]
fn wrong_command_lines_exit_2() {
    for (arguments, part) in [
        (&["score"][..], "FILE"),
        (&["score", "--rate", "16000", "voice.flac"], "standard input"),
        (&["score", "--format", "s16le", "-"], "--rate"),
        (&["score", "-", "-"], "named 2 times"),
        (&["score", "--jobs", "0", "voice.flac"], "1..=1024"),
        (&["score", "--no-tasks", "voice.flac"], "--prompt"),
        (&["score", "--format", "json", "--format", "human", "voice.flac"], "twice"),
        (&["score", "--format", "mp3", "voice.flac"], "possible values"),
        (&["score", "--rate", "0", "-"], "4000..=384000"),
        (&["score", "--channels", "27", "-", "--rate", "8000"], "1..=26"),
        (&["sing"], "unrecognized subcommand"),
    ] {
        let ran = run(slap().current_dir(data("")).args(arguments)).exits(2);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains(part), "expected {part:?} in: {}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    // Enough output to fill any pipe.
    let long = folder.file("long.wav", wav(&voice(120.0, 16_000), 16_000, 1, Coding::S16));
    let mut child = slap()
        .args(["score", "--segments", "--format", "ndjson"])
        .args([&long, &long, &long, &long])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 64];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn colours_only_where_they_are_wanted() {
    let coloured = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = slap();
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        let ran = run(command.arg("score").args(arguments).arg(data("voice.flac"))).exits(0);
        ran.out.contains('\x1b')
    };
    assert!(!coloured(&[], None));
    assert!(!coloured(&[], Some("1")));
    assert!(coloured(&["--color", "always"], None));
    // What is asked for on the command line wins over the environment.
    assert!(coloured(&["--color", "always"], Some("1")));
    assert!(!coloured(&["--color", "never"], None));
}

#[test]
fn a_file_name_cannot_command_the_terminal() {
    let folder = Folder::new();
    let path = folder.file("evil\x1b[2J.wav", usual(1.0));
    let ran = run(slap().arg("score").arg(&path)).exits(0);
    assert!(!ran.out.contains('\x1b'), "{:?}", ran.out);
    let missing = run(slap().args(["score", "gone\x1b[2J.wav"])).exits(1);
    assert!(!missing.err.contains('\x1b'), "{:?}", missing.err);
}

#[test]
fn nothing_is_written_unless_an_output_is_named() {
    let folder = Folder::new();
    let recording = folder.file("voice.wav", usual(1.0));
    let inside = || std::fs::read_dir(folder.path()).unwrap().count();
    let in_folder = |arguments: &[&str]| {
        run(slap()
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .args(arguments))
        .exits(0);
    };
    in_folder(&["score", recording.to_str().unwrap(), "--prompt", "a calm voice"]);
    in_folder(&["inspect"]);
    in_folder(&["prompts", "list"]);
    in_folder(&["prompts", "embed", "a calm voice"]);
    in_folder(&["completions", "bash"]);
    in_folder(&["man"]);
    assert_eq!(inside(), 1);
    assert!(bundle().is_dir());
}

#[test]
fn a_broken_wav_on_standard_input_is_reported_as_such() {
    run_with_input(slap().args(["score", "-"]), b"RIFF\x04\x00\x00\x00WAVE").exits(1).says(&[
        "standard input",
        "cannot decode",
        "missing data chunk",
    ]);
}
