//! `measure`, and `score --measures`.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Folder, bare, data, run, run_with_input, slap};
use crate::sound::{Coding, RATE, usual, voice, wav};

/// The measures of one recording, as JSON.
#[track_caller]
fn measures(path: &Path) -> Value {
    let ran = run(bare().args(["measure", "--format", "ndjson"]).arg(path)).exits(0).quietly();
    let lines = ran.lines();
    let found: Vec<&Value> = lines.iter().filter(|it| it["event"] == "measures").collect();
    assert_eq!(found.len(), 1);
    found[0]["payload"].clone()
}

/// The cells of a table; understands quotes.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, csv.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty(), "the last line has no end");
    rows
}

fn noise(seconds: f64) -> Vec<f32> {
    let mut state = 1u32;
    (0..(seconds * f64::from(RATE)) as usize)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (f64::from(state) / f64::from(u32::MAX) - 0.5) as f32 * 0.4
        })
        .collect()
}

#[test]
fn the_table_for_people_has_its_shape_and_needs_no_bundle() {
    let ran = run(bare().arg("measure").arg(data("voice.flac"))).exits(0).quietly();
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("voice.flac") && lines[0].contains("4.1 s"), "{}", lines[0]);
    assert!(lines[1].chars().all(|c| c == '─'));
    let grades = ["Good", "Usable – ", "Poor – "];
    assert!(grades.iter().any(|grade| lines[2].starts_with(grade)), "{}", lines[2]);
    for group in ["Pitch", "Regularity", "Noise", "Timbre", "Loudness", "Time"] {
        assert!(lines.contains(&group), "no {group} in: {}", ran.out);
    }
    for part in ["165 to 255 women, 85 to 155 men ¹", "¹ Fitch and Holbrook 1970"] {
        assert!(ran.out.contains(part), "no {part:?} in: {}", ran.out);
    }
    for line in &lines {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
        assert_eq!(line.trim_end(), *line, "blanks at the end of: {line:?}");
        assert!(!line.contains('\x1b'), "colours in a pipe: {line:?}");
    }
    assert!(!ran.out.contains("NaN") && !ran.out.contains("inf "), "{}", ran.out);
    let painted = run(bare().args(["--color", "always", "measure"]).arg(data("voice.flac")));
    assert!(painted.exits(0).out.contains("\x1b[36m"));
}

#[test]
fn all_lists_every_functional_by_name() {
    let path = data("voice.flac");
    let ran = run(bare().args(["measure", "--all"]).arg(&path)).exits(0).quietly();
    for name in measures(&path)["measures"].as_object().unwrap().keys() {
        assert!(ran.out.contains(&format!("  {name} ")), "no {name} in: {}", ran.out);
    }
}

#[test]
fn a_voice_of_known_pitch_is_measured() {
    let folder = Folder::new();
    let path = folder.file("voice.wav", usual(3.0));
    let measured = measures(&path);
    let of = |name: &str| measured["measures"][name].as_f64().unwrap();
    assert!((of("pitch_hz.p50") - 120.0).abs() < 1.2, "{}", of("pitch_hz.p50"));
    assert!(of("jitter.local") < 0.01, "{}", of("jitter.local"));
    assert!(of("hnr_db.mean") > 15.0, "{}", of("hnr_db.mean"));
    assert!((of("duration_seconds") - 3.0).abs() < 0.011);
    assert!(!measured["quality"]["grade"].is_null());
}

/// `seconds` of a vowel held at 120 Hz, its periods off by up to `share` at random.
fn held_vowel(seconds: f64, share: f64) -> Vec<f32> {
    let mut samples = vec![0.0; (seconds * f64::from(RATE)) as usize];
    let mut at = 0.0;
    let mut random = noise(seconds).into_iter().map(|it| f64::from(it) / 0.2);
    while at < samples.len() as f64 {
        for (n, sample) in samples.iter_mut().enumerate().skip(at as usize).take(400) {
            let t = (n as f64 - at) / f64::from(RATE);
            if t >= 0.0 {
                let ring = (t * 700.0 * std::f64::consts::TAU).cos() * (-t * 500.0).exp();
                *sample += (0.3 * ring) as f32;
            }
        }
        at += f64::from(RATE) / 120.0 * (1.0 + share * random.next().unwrap());
    }
    samples
}

#[test]
fn held_vowels_are_compared_with_held_vowels() {
    let folder = Folder::new();
    let table = |share: f64| {
        let content = wav(&held_vowel(3.0, share), RATE, 1, Coding::S16);
        run(bare().arg("measure").arg(folder.file("vowel.wav", content))).exits(0).quietly().out
    };
    let line = |table: &str, label: &str| {
        let line = table.lines().find(|line| line.trim_start().starts_with(label));
        line.unwrap_or_else(|| panic!("no {label}: {table}")).to_owned()
    };
    let regular = table(0.0);
    assert!(!regular.contains(['↑', '↕']), "{regular}");
    assert!(!line(&regular, "Jitter ").contains('↑'));
    let irregular = table(0.025);
    assert!(line(&irregular, "Jitter ").contains('↑'), "{irregular}");
    assert!(irregular.contains("↑ above, ↓ below"), "{irregular}");
    assert!(irregular.contains("\nSeems to be a held vowel: "), "{irregular}");
    // Running speech is more irregular, and the ranges are not about it.
    let running = run(bare().arg("measure").arg(data("voice.flac"))).exits(0).out;
    assert!(!line(&running, "Shimmer ").contains('↑'), "{running}");
}

#[test]
fn what_a_recording_holds_can_be_stated() {
    let folder = Folder::new();
    let content = wav(&held_vowel(3.0, 0.025), RATE, 1, Coding::S16);
    let vowel = folder.file("vowel.wav", content);
    let stated = |kind: &str| {
        run(bare().args(["measure", "--speech", kind]).arg(&vowel)).exits(0).quietly().out
    };
    let held = stated("held");
    assert!(held.contains("A held vowel, as stated: ") && held.contains('↑'), "{held}");
    let running = stated("running");
    assert!(running.contains("Running speech, as stated: "), "{running}");
    let jitter = running.lines().find(|line| line.trim_start().starts_with("Jitter ")).unwrap();
    assert!(!jitter.contains('↑'), "{running}");
    run(bare().args(["measure", "--speech", "sung"]).arg(&vowel)).exits(2);
}

#[test]
fn poor_recordings_are_compared_with_nothing() {
    let folder = Folder::new();
    let clipped: Vec<f32> =
        held_vowel(3.0, 0.025).iter().map(|it| (it * 300.0).clamp(-1.0, 1.0)).collect();
    let path = folder.file("clipped.wav", wav(&clipped, RATE, 1, Coding::S16));
    let ran = run(bare().args(["measure", "--speech", "held"]).arg(&path)).exits(0).quietly();
    assert!(ran.out.contains("\nPoor – clipped ("), "{}", ran.out);
    assert!(ran.out.contains("none is compared with"), "{}", ran.out);
    assert!(!ran.out.contains(['↑', '↓', '↕']), "{}", ran.out);
    let page = folder.path().join("page.html");
    let arguments = ["report", "--speech", "held", "--output"];
    run(slap().args(arguments).arg(&page).arg(&path)).exits(0).quietly();
    let page = std::fs::read_to_string(page).unwrap();
    assert!(!page.contains("class=\"outside\""), "a mark in the report of a poor recording");
}

#[test]
fn descriptions_are_whole_in_a_pipe_and_wrapped_where_columns_says_so() {
    let all = || {
        let mut command = bare();
        command.args(["measure", "--all"]).arg(data("voice.flac"));
        command
    };
    let piped = run(all().env_remove("COLUMNS")).exits(0).quietly().out;
    assert!(!piped.contains('…'), "{piped}");
    assert!(piped.lines().any(|line| line.chars().count() > 80), "{piped}");
    for columns in [50, 80] {
        let text = run(all().env("COLUMNS", columns.to_string())).exits(0).quietly().out;
        assert!(text.lines().all(|line| line.chars().count() <= columns), "{text}");
    }
    let table = run(bare().arg("measure").arg(data("voice.flac")).env("COLUMNS", "100"));
    let rule =
        table.exits(0).out.lines().find(|line| line.starts_with('─')).unwrap().to_owned();
    assert_eq!(rule.chars().count(), 100);
}

#[test]
fn no_sample_of_an_integer_file_is_above_full_scale() {
    let folder = Folder::new();
    let square: Vec<f32> =
        (0..88_200).map(|n| if (n / 147) % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let path = folder.file("square.wav", wav(&square, 44_100, 1, Coding::S16));
    let peak = measures(&path)["quality"]["peak_dbfs"].as_f64().unwrap();
    assert!((-0.01..=0.0).contains(&peak), "{peak} dBFS");
}

#[test]
fn rates_channels_and_ways_agree() {
    let folder = Folder::new();
    let mono = folder.file("mono.wav", usual(2.0));
    let expected = measures(&mono);
    let stereo: Vec<f32> = voice(2.0, 48_000).into_iter().flat_map(|it| [it, it]).collect();
    let stereo = folder.file("stereo.wav", wav(&stereo, 48_000, 2, Coding::F32));
    let (got, name) = (measures(&stereo), "pitch_hz.p50");
    let (got, expected_pitch) = (&got["measures"][name], &expected["measures"][name]);
    assert!((got.as_f64().unwrap() / expected_pitch.as_f64().unwrap() - 1.0).abs() < 1e-3);

    let raw = Coding::S16.encode(&voice(2.0, RATE));
    let arguments = ["measure", "-", "--rate", "16000", "-f", "s16le", "-f", "ndjson"];
    let ran = run_with_input(bare().args(arguments), &raw).exits(0).quietly();
    let piped = ran.lines().into_iter().find(|line| line["event"] == "measures").unwrap();
    assert_eq!(piped["payload"]["measures"], expected["measures"]);

    let scored = run(slap().args(["score", "--measures", "--format", "json"]).arg(&mono));
    let scored = scored.exits(0).quietly().json();
    assert_eq!(scored["payload"]["scores"][0]["measures"], expected["measures"]);
}

#[test]
fn a_score_tells_measures_only_when_asked() {
    let path = data("voice.flac");
    let without = run(slap().args(["score", "--format", "json"]).arg(&path)).exits(0).json();
    assert!(without["payload"]["scores"][0].get("measures").is_none());
    let ran = run(slap().args(["score", "--measures"]).arg(&path)).exits(0).quietly();
    let places = ["Whispering", "\nRegularity\n", "¹ Fitch", "slap-voice-small · float32"]
        .map(|part| ran.out.find(part).unwrap_or_else(|| panic!("no {part:?}: {}", ran.out)));
    assert!(places.is_sorted(), "{}", ran.out);
}

#[test]
fn a_spreadsheet_has_a_row_a_recording() {
    let folder = Folder::new();
    let odd = "a \"b\", c.wav";
    let files = [folder.file(odd, usual(1.0)), folder.file("silence.wav", silence(1.0))];
    let ran = run(bare().args(["measure", "-f", "csv"]).args(&files)).exits(0).quietly();
    let rows = cells(&ran.out);
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    assert_eq!(rows[0][..3], ["input", "quality", "reasons"]);
    assert!(rows[1][0].ends_with(odd), "{}", rows[1][0]);
    assert_eq!(rows[2][1], "poor");
    assert!(rows[2][2].split(' ').any(|reason| reason == "silent"), "{}", rows[2][2]);
    let column = rows[0].iter().position(|name| name == "pitch_hz.p50").unwrap();
    assert!((rows[1][column].parse::<f64>().unwrap() - 120.0).abs() < 1.2);
    assert_eq!(rows[2][column], "", "absent is empty");
    let expected = measures(&files[0]);
    for (name, cell) in rows[0].iter().zip(&rows[1]).skip(3) {
        let expected = &expected["measures"][name];
        assert_eq!(cell.parse::<f64>().ok(), expected.as_f64(), "{name}");
    }
}

#[test]
fn frames_come_every_ten_milliseconds_in_every_format() {
    let folder = Folder::new();
    let path = folder.file("voice.wav", usual(0.505));
    let csv = run(bare().args(["measure", "--frames", "-f", "csv"]).arg(&path)).exits(0);
    let rows = cells(&csv.quietly().out);
    assert_eq!(rows.len(), 51);
    assert_eq!(rows[0][..3], ["input", "seconds", "pitch_hz"]);
    let ndjson = run(bare().args(["measure", "--frames", "-f", "ndjson"]).arg(&path)).exits(0);
    let lines = ndjson.quietly().lines();
    let frames: Vec<&Value> = lines.iter().filter(|line| line["event"] == "frame").collect();
    assert_eq!(frames.len(), 50);
    for (index, (row, frame)) in rows[1..].iter().zip(frames).enumerate() {
        let payload = &frame["payload"];
        let seconds = payload["seconds"].as_f64().unwrap();
        assert!((seconds - (index as f64 * 0.01 + 0.005)).abs() < 1e-9);
        for (name, cell) in rows[0].iter().zip(row).skip(1) {
            assert_eq!(cell.parse::<f64>().ok(), payload[name].as_f64(), "{name}");
        }
    }
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!((events[0], events[51], events[52]), ("begin", "measures", "end"));
    let human = run(bare().args(["measure", "--frames"]).arg(&path)).exits(0).quietly();
    assert_eq!(human.out.lines().count(), 52);
    assert!(human.out.lines().all(|line| line.chars().count() <= 80), "{}", human.out);
}

fn silence(seconds: f64) -> Vec<u8> {
    wav(&vec![0.0; (seconds * f64::from(RATE)) as usize], RATE, 1, Coding::S16)
}

#[test]
fn what_cannot_be_measured_is_absent_and_quality_says_why() {
    let folder = Folder::new();
    let clipped: Vec<f32> =
        voice(2.0, RATE).iter().map(|it| (it * 30.0).clamp(-1.0, 1.0)).collect();
    let hum: Vec<f32> = (0..32_000)
        .map(|n| 0.3 * (n as f32 * 50.0 * std::f32::consts::TAU / 16_000.0).sin())
        .collect();
    for (name, content, reason, voiced) in [
        ("silence.wav", silence(2.0), Some("silent"), false),
        ("noise.wav", wav(&noise(2.0), RATE, 1, Coding::S16), None, false),
        ("short.wav", usual(0.1), Some("too_short"), true),
        ("one.wav", wav(&[0.1], RATE, 1, Coding::S16), Some("too_short"), false),
        ("clipped.wav", wav(&clipped, RATE, 1, Coding::S16), Some("clipped"), true),
        ("hum.wav", wav(&hum, RATE, 1, Coding::S16), None, true),
        (
            "broken.wav",
            wav(&[f32::NAN; 16_000], RATE, 1, Coding::F32),
            Some("not_finite"),
            false,
        ),
        ("slow.wav", wav(&voice(2.0, 8_000), 8_000, 1, Coding::U8), None, true),
    ] {
        let path = folder.file(name, content);
        let measured = measures(&path);
        let values = measured["measures"].as_object().unwrap();
        assert!(values.values().all(|it| it.is_null() || it.is_f64()), "{name}: {values:?}");
        if let Some(reason) = reason {
            let reasons = measured["quality"]["reasons"].as_array().unwrap();
            assert!(reasons.iter().any(|it| it["reason"] == reason), "{name}: {reasons:?}");
            assert_eq!(measured["quality"]["grade"], "poor", "{name}");
        }
        if !voiced {
            for measure in ["pitch_hz.p50", "jitter.local", "shimmer.local_db", "hnr_db.mean"] {
                assert!(values[measure].is_null(), "{name}: {measure} = {}", values[measure]);
            }
        }
        let human = run(bare().arg("measure").arg(&path)).exits(0).quietly();
        assert!(voiced || human.out.contains("– cannot be measured"), "{}", human.out);
        for word in ["NaN", " inf", "diagnos", "healthy", "patholog"] {
            assert!(!human.out.to_lowercase().contains(&word.to_lowercase()), "{}", human.out);
        }
    }
}

#[test]
fn one_recording_that_cannot_be_heard_does_not_stop_the_others() {
    let folder = Folder::new();
    let (good, empty) = (folder.file("good.wav", usual(1.0)), folder.file("empty.wav", ""));
    let ran = run(bare().args(["measure", "-f", "csv"]).args([&empty, &good])).exits(1);
    assert_eq!(cells(&ran.out).len(), 2);
    ran.says(&["empty.wav", "is empty (0 bytes)", "expected a WAV"]);
    let ran = run(bare().args(["measure", "-f", "ndjson"]).args([&empty, &good])).exits(1);
    let lines = ran.lines();
    let code = lines.iter().find(|line| line["event"] == "error").unwrap();
    assert_eq!(code["payload"]["code"], "empty");
    let end = lines.last().unwrap();
    assert_eq!(
        (&end["payload"]["measured"], &end["payload"]["failed"]),
        (&1.into(), &1.into())
    );
    let missing = folder.path().join("missing.wav");
    run(bare().arg("measure").arg(missing)).exits(1).says(&["missing.wav"]);
}

#[test]
fn command_lines_that_make_no_sense() {
    let path = data("voice.flac");
    run(bare().args(["measure", "--frames", "--all"]).arg(&path)).exits(2);
    run(bare().args(["measure", "-f", "json"]).arg(&path)).exits(2);
    run(bare().args(["measure", "-f", "csv", "-f", "ndjson"]).arg(&path))
        .exits(2)
        .says(&["given twice", "human, csv, ndjson"]);
    run(bare().args(["measure", "--rate", "8000"]).arg(&path)).exits(2).says(&["--rate"]);
    run(bare().args(["score", "-f", "csv"]).arg(&path)).exits(2);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let path = folder.file("long.wav", usual(60.0));
    let mut child = bare()
        .args(["measure", "--frames", "-f", "csv"])
        .arg(path)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
