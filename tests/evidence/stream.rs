//! How audio arrives changes nothing: not its pieces, not whether it is a file.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use slap_edge::{Options, Pcm, Screener};
use slap_model::{Bundle, Precision, Tower};
use slap_tests::{built, bundle, root, scratch::Scratch, wav::Wav};

/// A person, recorded at 48 kHz, from Debian's `alsa-utils`.
const HUMAN: &str = "/usr/share/sounds/alsa/Front_Center.wav";

/// Recordings at the tower's rate and at another.
fn recordings() -> Vec<PathBuf> {
    let golden = bundle().join("golden/speech.wav");
    let human = PathBuf::from(HUMAN);
    assert!(human.exists(), "{HUMAN} comes with Debian's alsa-utils");
    vec![golden, human]
}

/// Some of the samples.
fn part(pcm: Pcm<'_>, range: Range<usize>) -> Pcm<'_> {
    match pcm {
        Pcm::I16(samples) => Pcm::I16(&samples[range]),
        Pcm::F32(samples) => Pcm::F32(&samples[range]),
    }
}

/// Everything that a screener says about samples pushed in pieces of so many
/// frames, one after the other: every event and the summary, in full precision.
fn said(
    screener: &mut Screener,
    wav: &Wav,
    pcm: Pcm<'_>,
    pieces: impl Iterator<Item = usize>,
) -> String {
    let mut text = String::new();
    let mut sink = |event: slap_edge::Event<'_>| text.push_str(&format!("{event:?}\n"));
    let width = usize::from(wav.channels);
    let total = pcm.len() / width;
    let mut at = 0;
    for piece in pieces {
        let end = total.min(at + piece);
        let samples = part(pcm, at * width..end * width);
        screener.push(samples, wav.rate, wav.channels, &mut sink).unwrap();
        at = end;
        if at == total {
            break;
        }
    }
    assert_eq!(at, total, "every sample was pushed");
    screener.finish(&mut sink).unwrap();
    text.push_str(&format!("{:?}", screener.summary().unwrap()));
    screener.reset();
    text
}

/// Piece lengths that look random and are the same in every run.
fn uneven() -> impl Iterator<Item = usize> {
    let mut state = 7u32;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some((state >> 20) as usize % 3_000)
    })
}

#[test]
fn pieces_of_any_length_give_the_same_bits() {
    let bundle = Bundle::open(bundle()).unwrap();
    let tower = Tower::load(&bundle, Precision::Float32).unwrap();
    let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
    for path in recordings() {
        let wav = Wav::read(&path).unwrap();
        let floats: Vec<f32> = wav.samples.iter().map(|&it| f32::from(it) / 32_768.0).collect();
        let (integers, floats) = (Pcm::I16(&wav.samples), Pcm::F32(&floats));
        let whole = said(&mut screener, &wav, integers, std::iter::once(integers.len()));
        assert!(whole.lines().count() > 2, "{whole}");
        for length in [1, 160, 441, 4_801] {
            let cut = said(&mut screener, &wav, integers, std::iter::repeat(length));
            assert!(cut == whole, "{}, pieces of {length}", path.display());
        }
        let cut = said(&mut screener, &wav, integers, uneven());
        assert!(cut == whole, "{}, uneven pieces", path.display());
        let cut = said(&mut screener, &wav, floats, uneven());
        assert!(cut == whole, "{}, as floating point", path.display());
    }
}

/// What `score --segments --format ndjson` says, without what names the source
/// or the time of day.
fn scored(arguments: &[&str], input: Option<&[u8]>) -> Vec<Value> {
    let mut command = built::command(&["score", "--segments", "--format", "ndjson"]);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    // Beside reading: a command that cannot write on reads nothing more.
    let writer = std::thread::spawn(move || {
        // Small writes, so that the command meets the audio in pieces.
        for piece in input.chunks(4_099) {
            stdin.write_all(piece).unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        // How fast the tower was is another time another number.
        .filter(|line| !line.contains(r#""event":"session""#))
        .map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            value["timestamp"] = Value::Null;
            forget_source(&mut value);
            value
        })
        .collect()
}

fn forget_source(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (name, entry) in entries {
                match name.as_str() {
                    "input" | "format" | "elapsed_seconds" | "realtime_factor" => {
                        *entry = Value::Null;
                    }
                    _ => forget_source(entry),
                }
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(forget_source),
        _ => {}
    }
}

/// The scores among the lines: everything but what announces the recording.
fn scores(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|line| line["event"] != "begin").collect()
}

#[test]
fn a_file_is_scored_like_the_same_audio_from_a_pipe() {
    for path in recordings() {
        let wav = Wav::read(&path).unwrap();
        let raw: Vec<u8> = wav.samples.iter().flat_map(|it| it.to_le_bytes()).collect();
        let (rate, channels) = (wav.rate.to_string(), wav.channels.to_string());
        let name = path.to_str().unwrap();
        let file = scored(&[name], None);
        let piped = scored(&["-"], Some(&wav.to_bytes()));
        let raw = scored(
            &["-", "--rate", &rate, "--channels", &channels, "--format", "s16le"],
            Some(&raw),
        );
        assert!(scores(&file).len() > 2, "{file:?}");
        assert_eq!(scores(&file), scores(&piped), "{name} as a WAV on standard input");
        assert_eq!(scores(&file), scores(&raw), "{name} as raw PCM on standard input");
    }
}

#[test]
fn the_command_says_what_the_library_says() {
    let path = bundle().join("golden/speech.wav");
    let wav = Wav::read(&path).unwrap();
    let bundle = Bundle::open(bundle()).unwrap();
    let tower = Tower::load(&bundle, Precision::Float32).unwrap();
    let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
    screener.push(Pcm::I16(&wav.samples), wav.rate, wav.channels, |_| {}).unwrap();
    screener.finish(|_| {}).unwrap();
    let summary = screener.summary().unwrap();

    let lines = scored(&[path.to_str().unwrap()], None);
    let score = lines.iter().find(|line| line["event"] == "score").unwrap();
    let tasks = score["payload"]["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), summary.tasks.len());
    for (printed, task) in tasks.iter().zip(&summary.tasks) {
        assert_eq!(printed["task"], task.info().name);
        // None of a task that does not apply.
        let expected = task.probabilities().unwrap_or_default();
        let classes = printed["classes"].as_array().unwrap();
        assert_eq!(classes.len(), expected.len());
        for (class, expected) in classes.iter().zip(expected) {
            assert_eq!(class["probability"].as_f64().unwrap() as f32, *expected);
        }
    }
}

#[test]
fn every_recording_of_the_repository_can_be_scored() {
    let folder = root().join("tests/recordings");
    let recordings = slap_tests::files_below(&folder, "flac");
    assert!(recordings.len() >= 5);
    for recording in recordings {
        let lines = scored(&[recording.to_str().unwrap()], None);
        let score = lines.iter().find(|line| line["event"] == "score").unwrap();
        let quality = &score["payload"]["quality"];
        let reasons: Vec<&str> = quality["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["reason"].as_str().unwrap())
            .collect();
        let expected: &[&str] = match recording.file_stem().and_then(|name| name.to_str()) {
            Some("telephone") => &["narrow_band"],
            Some("whisper") => &["little_voice"],
            _ => &[],
        };
        assert_eq!(reasons, expected, "{}", recording.display());
        assert!(!score["payload"]["tasks"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_name_says_nothing_about_the_content() {
    let scratch = Scratch::new().unwrap();
    let path = scratch.path().join("really-a-wav.mp3");
    std::fs::copy(Path::new(HUMAN), &path).unwrap();
    let (renamed, original) = (scored(&[path.to_str().unwrap()], None), scored(&[HUMAN], None));
    assert_eq!(scores(&renamed), scores(&original));
}

#[test]
fn a_longer_pause_after_the_voice_changes_no_score() {
    let bundle = Bundle::open(bundle()).unwrap();
    let tower = Tower::load(&bundle, Precision::Float32).unwrap();
    let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
    for path in recordings() {
        let wav = Wav::read(&path).unwrap();
        let mut scores_after = |pause_seconds: u32| {
            let mut samples = wav.samples.clone();
            samples.resize(samples.len() + (pause_seconds * wav.rate) as usize, 0);
            screener.push(Pcm::I16(&samples), wav.rate, wav.channels, |_| {}).unwrap();
            screener.finish(|_| {}).unwrap();
            let summary = screener.summary().unwrap();
            screener.reset();
            (summary.embedding, summary.tasks)
        };
        assert_eq!(scores_after(20), scores_after(60), "{}", path.display());
    }
}
