//! `report`: the page and the picture.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Folder, bare, bundle, data, run, run_with_input, slap};
use crate::sound::{Coding, RATE, usual, voice, wav};

/// Reports on `recording`, expecting success, and returns what was written.
#[track_caller]
fn report(recording: &Path, output: &Path) -> String {
    run(slap().arg("report").arg(recording).arg("--output").arg(output)).exits(0).quietly();
    fs::read_to_string(output).unwrap()
}

/// Asserts that every tag is closed in its turn, and that attributes are quoted; returns
/// the text outside of tags.
#[track_caller]
fn well_formed(text: &str) -> String {
    const EMPTY: [&str; 2] = ["meta", "!DOCTYPE"];
    let (mut open, mut outside) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        outside.push_str(&rest[..start]);
        outside.push(' ');
        rest = &rest[start..];
        // A bracket within quotes ends no tag.
        let mut quoted = false;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            })
            .unwrap_or_else(|| panic!("a tag without an end: {}", &rest[..rest.len().min(80)]))
            .0;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name = tag.split(|c: char| c.is_whitespace()).next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed out of turn");
        } else if !name.starts_with('?') && !EMPTY.contains(&name) {
            let letters = |c: char| c.is_ascii_alphanumeric();
            assert!(!name.is_empty() && name.chars().all(letters), "a tag {tag:?}");
            open.push(name);
            if name == "style" {
                // Its text is not markup.
                rest = &rest[rest.find("</style>").unwrap()..];
            }
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    outside + rest
}

/// Asserts what holds of every report, and returns its text.
#[track_caller]
fn sound(report: &str) -> String {
    let text = well_formed(report);
    // A picture's own data may hold any letters.
    let drawn: String = report
        .replace("xmlns=\"http://www.w3.org/2000/svg\"", "")
        .split("base64,")
        .enumerate()
        .map(|(index, part)| &part[if index == 0 { 0 } else { part.find('"').unwrap() }..])
        .collect();
    for part in [
        "http:",
        "https:",
        "//",
        "<script",
        "javascript:",
        "@import",
        "<link",
        "onload",
        "NaN",
        " inf",
        "\"inf",
        "-inf",
    ] {
        assert!(!drawn.contains(part), "{part} in a report");
    }
    assert_eq!(drawn.matches("url(").count(), drawn.matches("url(#").count());
    // Titles of publications aside.
    let said = text.to_lowercase().replace("journal of speech-language pathology", "");
    for word in ["diagnos", "healthy", "patholog"] {
        assert!(!said.contains(word), "{word} in a report");
    }
    assert!(text.contains("It is not a medical device"), "{text}");
    text
}

#[test]
fn a_page_says_what_a_score_and_measures_say() {
    let (folder, recording) = (Folder::new(), data("voice.flac"));
    let page = report(&recording, &folder.path().join("voice.html"));
    let text = sound(&page);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("default-src 'none'"));
    assert!(text.contains("voice.flac") && text.contains("recording"), "{text}");
    assert!(text.contains(env!("CARGO_PKG_VERSION")));
    let arguments = ["score", "--measures", "--format", "json"];
    let scores = run(slap().args(arguments).arg(&recording)).exits(0).json();
    let score = &scores["payload"]["scores"][0];
    let model = &score["model"];
    for key in ["bundle", "tower_sha256", "engine", "engine_version", "precision"] {
        assert!(text.contains(model[key].as_str().unwrap()), "no {key}: {text}");
    }
    for task in score["tasks"].as_array().unwrap() {
        let is_told = text.contains(task["title"].as_str().unwrap());
        assert!(is_told || task["certainty"] == "not_applicable", "{task}");
        if let (Some(answer), "answered") =
            (task["answer"].as_str(), task["certainty"].as_str().unwrap())
        {
            assert!(text.contains(answer), "{task}");
        }
    }
    let pitch = score["measures"]["pitch_hz.p50"].as_f64().unwrap();
    assert!(text.contains(&format!(" {pitch:.0} ")), "no {pitch}: {text}");
    for reference in ["Fitch", "Kay Elemetrics", "Boersma"] {
        assert!(text.contains(reference), "no {reference}: {text}");
    }
    assert_eq!(page.matches("data:image/png;base64,").count(), 1);
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let folder = Folder::new();
    for name in ["page.html", "picture.svg"] {
        let one = report(&data("voice.flac"), &folder.path().join(name));
        let copy = folder.file("elsewhere/voice.flac", fs::read(data("voice.flac")).unwrap());
        let two = report(&copy, &folder.path().join(name));
        assert!(one == two, "{name} differs");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "something was left behind");
}

#[test]
fn a_picture_is_complete_in_itself() {
    let folder = Folder::new();
    let picture = report(&data("voice.flac"), &folder.path().join("voice.SVG"));
    let text = sound(&picture);
    assert!(picture.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    for part in
        ["voice.flac", "slap-voice-small", "Waveform", "Log-mel", "Pitch", "Jitter", "[1]"]
    {
        assert!(text.contains(part), "no {part}: {text}");
    }
}

#[test]
fn poor_recordings_are_drawn_and_not_scored() {
    let folder = Folder::new();
    let clipped: Vec<f32> =
        voice(2.0, RATE).iter().map(|it| (it * 30.0).clamp(-1.0, 1.0)).collect();
    for (name, content, reason) in [
        ("silence", wav(&[0.0; 32_000], RATE, 1, Coding::S16), "Silent"),
        ("short", usual(0.1), "Too short"),
        ("one", wav(&[0.1], RATE, 1, Coding::S16), "Too short"),
        ("clipped", wav(&clipped, RATE, 1, Coding::S16), "Clipped"),
        ("nan", wav(&[f32::NAN; 16_000], RATE, 1, Coding::F32), "Broken"),
    ] {
        let recording = folder.file(&format!("{name}.wav"), content);
        for ending in ["html", "svg"] {
            let made = report(&recording, &folder.path().join(format!("{name}.{ending}")));
            let text = sound(&made);
            assert!(text.contains("Poor recording: not scored"), "{name}: {text}");
            assert!(text.contains(&format!("{reason} (")), "{name}: {text}");
            assert!(text.contains("no answer"), "{name}: {text}");
            assert!(made.contains("url(#abstained)") || name == "one", "{name}");
        }
    }
}

#[test]
fn any_usual_recording_is_drawn() {
    let folder = Folder::new();
    let stereo: Vec<f32> = voice(1.0, 48_000).iter().flat_map(|it| [*it, -it * 0.5]).collect();
    let loud: Vec<f32> = voice(1.0, RATE).iter().map(|it| it * 1e6).collect();
    for (name, content) in [
        ("stereo", wav(&stereo, 48_000, 2, Coding::S24)),
        ("call", wav(&voice(1.0, 8_000), 8_000, 1, Coding::U8)),
        ("loud", wav(&loud, RATE, 1, Coding::F32)),
    ] {
        let recording = folder.file(&format!("{name}.wav"), content);
        sound(&report(&recording, &folder.path().join(format!("{name}.html"))));
    }
}

#[cfg(unix)]
#[test]
fn names_cannot_break_out_of_a_report() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new();
    for (index, name) in [
        b"\"><script>alert(1)<!-- ]]> & 'x'.wav".as_slice(),
        b"a\xe2\x80\xaegnp.wav\x1b[31m\n\x08.wav",
        b"not \xff utf8 \xf0.wav",
        "<style>*{display:none}<svg onload=x>".as_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        let recording = folder.path().join(OsStr::from_bytes(name));
        fs::write(&recording, usual(0.6)).unwrap();
        for ending in ["html", "svg"] {
            let made = report(&recording, &folder.path().join(format!("{index}.{ending}")));
            let text = well_formed(&made);
            assert!(!made.contains("<script") && !made.contains("<svg onload"), "{made:.300}");
            let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!made.chars().any(bad), "{text:.300}");
        }
    }
}

#[test]
fn a_long_recording_gives_no_long_report() {
    let folder = Folder::new();
    let minute = voice(60.0, 8_000);
    let mut sizes = Vec::new();
    for minutes in [1, 6] {
        let samples = minute.repeat(minutes);
        let name = format!("{minutes}.wav");
        let recording = folder.file(&name, wav(&samples, 8_000, 1, Coding::S16));
        let page = report(&recording, &folder.path().join("page.html"));
        sound(&page);
        sizes.push(page.len());
    }
    assert!(sizes.iter().all(|size| *size < 400_000), "{sizes:?}");
}

#[test]
fn what_is_asked_for_wrongly() {
    let (folder, recording) = (Folder::new(), data("voice.flac"));
    let to = |output: &Path| run(slap().arg("report").arg(&recording).arg("-o").arg(output));
    to(&folder.path().join("page.pdf")).exits(2).says(&[".html", ".svg", "page.pdf"]);
    to(&folder.path().join("page")).exits(2).says(&[".html", ".svg"]);
    to(&folder.path().join("missing/page.html"))
        .exits(2)
        .says(&["missing", "cannot be written"]);
    fs::create_dir(folder.path().join("folder.html")).unwrap();
    to(&folder.path().join("folder.html")).exits(2).says(&["got the folder"]);
    let output = folder.path().join("none.html");
    let report = |input: PathBuf| run(slap().arg("report").arg(input).arg("-o").arg(&output));
    report(folder.path().join("missing.wav")).exits(1).says(&["missing.wav", "no such file"]);
    report(folder.file("empty.wav", "")).exits(1).says(&["empty (0 bytes)"]);
    report(folder.file("text.wav", "no audio at all")).exits(1).says(&["not audio"]);
    assert!(!output.exists());
    run(bare().arg("report").arg(&recording).arg("-o").arg(&output).current_dir(folder.path()))
        .exits(2)
        .says(&["no bundle found"]);
    run(slap().args(["report", "--task", "nonsense", "-o"]).arg(&output).arg(&recording))
        .exits(2)
        .says(&["nonsense"]);
}

#[test]
fn raw_pcm_is_drawn_and_a_file_has_its_digest() {
    let folder = Folder::new();
    let page = folder.path().join("page.html");
    let raw = Coding::F32.encode(&voice(1.0, 8_000));
    let arguments = ["report", "-", "--rate", "8000", "--format", "f32le", "--output"];
    run_with_input(slap().args(arguments).arg(&page), &raw).exits(0).quietly();
    let text = sound(&fs::read_to_string(&page).unwrap());
    assert!(text.contains("8 kHz · mono") && text.contains("not a file"), "{text}");
    let recording = folder.file("voice.wav", usual(1.0));
    let digest = slap_edge::model::Sha256::of(&fs::read(&recording).unwrap()).to_string();
    for name in ["page.html", "page.svg"] {
        let text = sound(&report(&recording, &folder.path().join(name)));
        assert!(text.contains(&digest), "{name}: {text}");
    }
}

#[test]
fn a_report_says_what_its_signs_mean_and_does_not_contradict_itself() {
    let folder = Folder::new();
    for name in ["page.html", "page.svg"] {
        let text = sound(&report(&data("voice.flac"), &folder.path().join(name)));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["↑ above, ↓ below", "A dashed bar", "about", "w: women", "tan the second"]
        {
            assert!(text.contains(part), "{name}: no {part:?} in {text}");
        }
        let voiced = text.split(" Voiced ").skip(1);
        let amounts = voiced.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(amounts.count(), 1, "{name}: {text}");
    }
}

#[test]
fn one_task_can_be_asked_for() {
    let (folder, recording) = (Folder::new(), data("voice.flac"));
    let output = folder.path().join("page.html");
    let arguments = ["report", "--task", "whisper", "--output"];
    run(slap().args(arguments).arg(&output).arg(&recording)).exits(0).quietly();
    let text = sound(&fs::read_to_string(&output).unwrap());
    let listed = run(slap().args(["prompts", "list", "--format", "json"])).exits(0).json();
    let tasks: Vec<Value> = listed["payload"]["tasks"].as_array().unwrap().clone();
    for task in tasks {
        let title = task["title"].as_str().unwrap();
        assert_eq!(text.contains(&format!(" {title} ")), task["task"] == "whisper", "{title}");
    }
    assert!(bundle().is_dir());
}

#[test]
fn a_report_never_takes_the_place_of_its_recording() {
    let folder = Folder::new();
    let bytes = fs::read(data("voice.flac")).unwrap();
    let recording = folder.file("voice.html", &bytes);
    let link = folder.path().join("link.svg");
    std::os::unix::fs::symlink(&recording, &link).unwrap();
    for page in [&recording, &link] {
        run(slap().arg("report").arg(&recording).arg("--output").arg(page))
            .exits(2)
            .says(&["another file", "the recording"]);
        assert_eq!(fs::read(&recording).unwrap(), bytes);
    }
}
