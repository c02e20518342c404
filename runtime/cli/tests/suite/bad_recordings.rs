//! Recordings that cannot be scored, or not wholly, and what is said about them.

use crate::harness::{Folder, answers, data, run, run_with_input, score, slap};
use crate::sound::{Coding, RATE, usual, voice, wav, wav_of_data};

/// Scores one file that must be refused with one sentence that holds `parts`.
#[track_caller]
fn refused(name: &str, content: &[u8], parts: &[&str]) {
    let folder = Folder::new();
    let path = folder.file(name, content);
    let ran = run(slap().arg("score").arg(&path)).exits(1).says(parts);
    assert_eq!(ran.out, "");
    assert!(ran.err.starts_with("error: '"), "{}", ran.err);
    assert!(ran.err.contains(path.to_str().unwrap()), "{}", ran.err);
}

/// Scores one file that is heard but must not be judged; returns the stable reason.
#[track_caller]
fn abstains(name: &str, content: &[u8]) -> String {
    let folder = Folder::new();
    let score = score(&folder.file(name, content));
    assert_eq!(score["quality"]["grade"], "poor");
    for answer in score["tasks"].as_array().unwrap() {
        assert_eq!(answer["certainty"], "abstained");
        assert!(answer["answer"].is_null());
        assert!(answer["probability"].is_null());
        assert_eq!(answer["classes"].as_array().unwrap().len(), 0);
    }
    for answer in score["prompts"].as_array().unwrap() {
        assert!(answer["cosine"].is_null());
        assert!(answer["percentile"].is_null());
    }
    score["quality"]["reasons"][0]["reason"].as_str().unwrap().to_owned()
}

#[test]
fn a_missing_file() {
    run(slap().args(["score", "/no/such/voice.wav"])).exits(1).says(&[
        "'/no/such/voice.wav'",
        "no such file",
        "check the path",
    ]);
}

#[test]
fn a_folder() {
    let folder = Folder::new();
    run(slap().arg("score").arg(folder.path()))
        .exits(1)
        .says(&["is a folder", "add --recursive"]);
}

#[test]
fn an_empty_file() {
    refused("empty.wav", b"", &["empty (0 bytes)", "expected a WAV"]);
    run_with_input(slap().args(["score", "-"]), b"").exits(1).says(&["error: standard input"]);
}

#[test]
fn a_text_file_named_wav() {
    refused(
        "notes.wav",
        b"Dear diary, my voice was hoarse today.\n",
        &[
            "is not audio this program knows",
            "expected WAV, FLAC, Ogg Vorbis or MP3",
            "convert it",
        ],
    );
}

#[test]
fn a_wav_without_a_single_sample() {
    refused("zero.wav", &wav(&[], RATE, 1, Coding::S16), &["holds no samples"]);
}

#[test]
fn a_wav_that_ends_in_its_header() {
    refused("header.wav", &usual(1.0)[..30], &["ends inside its header", "record it again"]);
}

#[test]
fn headers_that_make_no_sense() {
    let with = |at: usize, bytes: &[u8]| {
        let mut file = usual(1.0);
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    refused("rate.wav", &with(24, &0u32.to_le_bytes()), &["damaged", "0 Hz"]);
    refused("fast.wav", &with(24, &u32::MAX.to_le_bytes()), &["sample rate", "4294967295"]);
    refused("channels.wav", &with(22, &0u16.to_le_bytes()), &["damaged"]);
    refused("crowd.wav", &with(22, &999u16.to_le_bytes()), &["damaged"]);
    refused("bits.wav", &with(34, &12u16.to_le_bytes()), &["damaged", "8, 16, 24 or 32 bits"]);
    refused(
        "coding.wav",
        &with(20, &0x1234u16.to_le_bytes()),
        &["cannot decode", "convert it"],
    );
}

#[test]
fn a_wav_with_padding_between_its_samples() {
    let aligned = |coding: Coding, channels: u16, align: u16| {
        let samples = voice(1.0, RATE * u32::from(channels));
        let mut file = wav(&samples, RATE, channels, coding);
        file[32..34].copy_from_slice(&align.to_le_bytes());
        file
    };
    let expected =
        ["block alignment of 4 bytes, expected 3 (1 channel of 24-bit", "convert it"];
    refused("24in32.wav", &aligned(Coding::S24, 1, 4), &expected);
    let expected =
        ["block alignment of 4 bytes, expected 2 (1 channel of 16-bit", "convert it"];
    refused("16in32.wav", &aligned(Coding::S16, 1, 4), &expected);
    refused("mono.wav", &aligned(Coding::S16, 2, 2), &["expected 4 (2 channels of 16-bit"]);
    refused("zero.wav", &aligned(Coding::S16, 1, 0), &["alignment of 0 bytes, expected 2"]);
    // Chunks before the layout do not hide it, and neither does a pipe.
    let file = aligned(Coding::S24, 1, 4);
    let length = u32::try_from(file.len() - 8 + 14).unwrap().to_le_bytes();
    let junk = b"JUNK\x05\0\0\0junk?\0";
    let behind = [&file[..4], &length, &file[8..12], junk, &file[12..]].concat();
    refused("behind.wav", &behind, &["alignment of 4 bytes"]);
    run_with_input(slap().args(["score", "-"]), &file).exits(1).says(&["alignment of 4 bytes"]);
}

#[test]
fn a_truncated_wav_is_scored_for_what_is_there() {
    let folder = Folder::new();
    let whole = usual(4.0);
    let kept = 44 + 2 * 48_001;
    // One byte more than a whole number of samples.
    let path = folder.file("cut.wav", &whole[..kept + 1]);
    let ran = run(slap().args(["score", "--format", "json"]).arg(&path)).exits(0).says(&[
        "warning: '",
        "cut.wav'",
        "promises 4.00 s",
        "only 3.00 s could be read",
    ]);
    let cut = &ran.json()["payload"]["scores"][0];
    assert_eq!(cut["recording"]["seconds"], 48_001.0 / 16_000.0);
    assert_eq!(cut["warnings"].as_array().unwrap().len(), 1);

    let healed = wav_of_data(&whole[44..kept], RATE, 1, Coding::S16);
    assert_eq!(answers(cut), answers(&score(&folder.file("healed.wav", healed))));
}

#[test]
fn truncated_compressed_files_are_scored_for_what_is_there() {
    let folder = Folder::new();
    for name in ["voice.flac", "voice.mp3"] {
        let bytes = std::fs::read(data(name)).unwrap();
        let path = folder.file(name, &bytes[..bytes.len() * 3 / 4]);
        let ran = run(slap().args(["score", "--format", "json"]).arg(&path))
            .exits(0)
            .says(&["promises 4.10 s", "used what is there"]);
        let seconds = ran.json()["payload"]["scores"][0]["recording"]["seconds"].as_f64();
        assert!((2.0..4.0).contains(&seconds.unwrap()), "{name}: {seconds:?}");
    }
}

#[test]
fn a_damaged_piece_is_left_out_with_a_warning() {
    let folder = Folder::new();
    let mut bytes = std::fs::read(data("voice.flac")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x55);
    let path = folder.file("scratched.flac", &bytes);
    let ran = run(slap().args(["score", "--format", "json"]).arg(&path)).exits(0).says(&[
        "warning: '",
        "promises 4.10 s",
        "could be read",
    ]);
    assert!(ran.json()["payload"]["scores"][0]["recording"]["seconds"].as_f64().unwrap() > 2.0);
}

#[test]
fn an_ogg_that_lacks_something_is_scored_with_a_warning() {
    let folder = Folder::new();
    let whole = std::fs::read(data("voice.ogg")).unwrap();
    let (third, half) = (whole.len() / 3, whole.len() / 2);
    let mut flipped = whole.clone();
    flipped[half] ^= 1;
    let hole = [&whole[..third], &whole[half..]].concat();
    for (name, bytes, parts) in [
        ("bit.ogg", flipped.as_slice(), ["damaged or incomplete", "used what is there"]),
        ("hole.ogg", &hole, ["damaged or incomplete", "used what is there"]),
        ("cut.ogg", &whole[..half], ["without its end mark", "used what is there"]),
    ] {
        let path = folder.file(name, bytes);
        let ran = run(slap().args(["score", "--format", "json"]).arg(&path)).exits(0);
        let ran = ran.says(&["warning: '", name]).says(&parts);
        let document = ran.json();
        let warnings = document["payload"]["scores"][0]["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 1, "{name}: {warnings:?}");
        let piped = run_with_input(slap().args(["score", "-", "--format", "json"]), bytes);
        let piped = piped.exits(0).says(&parts).json();
        assert_eq!(piped["payload"]["scores"][0]["warnings"][0], warnings[0], "{name}");
    }
    let piped = run_with_input(slap().args(["score", "-", "--format", "json"]), &whole);
    piped.exits(0).quietly();
}

#[test]
fn silence_and_near_silence() {
    assert_eq!(abstains("0.wav", &wav(&[0.0; 32_000], RATE, 1, Coding::S16)), "silent");
    let faint: Vec<f32> = voice(2.0, RATE).iter().map(|sample| sample * 1e-4).collect();
    assert_eq!(abstains("faint.wav", &wav(&faint, RATE, 1, Coding::F32)), "silent");
}

#[test]
fn too_little_to_judge() {
    assert_eq!(abstains("one.wav", &wav(&[0.5], RATE, 1, Coding::S16)), "too_short");
    assert_eq!(abstains("short.wav", &usual(0.1)), "too_short");
    let mut lone = vec![0.0; 32_000];
    lone[..4_000].copy_from_slice(&voice(0.25, RATE));
    assert_eq!(abstains("lone.wav", &wav(&lone, RATE, 1, Coding::S16)), "little_sound");
}

#[test]
fn samples_that_are_not_numbers() {
    for (name, value) in [("nan.wav", f32::NAN), ("inf.wav", f32::INFINITY)] {
        let mut samples = voice(2.0, RATE);
        samples[9_999] = value;
        let file = wav(&samples, RATE, 1, Coding::F32);
        assert_eq!(abstains(name, &file), "not_finite");
    }
}

#[test]
fn clipping_beyond_use() {
    let loud: Vec<f32> =
        voice(2.0, RATE).iter().map(|sample| (sample * 30.0).clamp(-1.0, 1.0)).collect();
    assert_eq!(abstains("loud.wav", &wav(&loud, RATE, 1, Coding::S16)), "clipped");
}

#[test]
fn poor_input_is_explained_to_people() {
    let folder = Folder::new();
    let path = folder.file("silence.wav", wav(&[0.0; 32_000], RATE, 1, Coding::S16));
    let ran = run(slap().arg("score").arg(&path)).exits(0).quietly();
    assert!(ran.out.contains(" · silent"), "{}", ran.out);
    assert!(ran.out.contains("\nPoor – silent ("), "{}", ran.out);
    assert!(ran.out.contains("no answer"), "{}", ran.out);
    assert!(!ran.out.contains('%'), "a number for silence: {}", ran.out);
}

#[test]
fn a_bad_file_does_not_stop_the_others() {
    let folder = Folder::new();
    let bad = folder.file("bad.wav", b"not a recording");
    let good = data("voice.flac");
    let ran = run(slap().args(["score", "--format", "ndjson"]).args([&good, &bad, &good]))
        .exits(1)
        .says(&["bad.wav"]);
    let lines = ran.lines();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["session", "begin", "score", "error", "begin", "score", "end"]);
    assert_eq!(lines[3]["payload"]["code"], "not_audio");
    assert_eq!(lines[6]["payload"]["scored"], 2);
    assert_eq!(lines[6]["payload"]["failed"], 1);
}

/// Whatever a file holds, it is scored or refused: never a panic, never a hang.
#[test]
fn files_of_rubble_are_scored_or_refused() {
    let folder = Folder::new();
    // A small linear congruential generator: the same rubble every time.
    let mut state = 1u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut healthy: Vec<Vec<u8>> = ["voice.flac", "voice.ogg", "voice.mp3"]
        .iter()
        .map(|name| std::fs::read(data(name)).unwrap())
        .collect();
    healthy.push(usual(1.0));
    let mut files = Vec::new();
    for round in 0..120 {
        let mut bytes = healthy[round % healthy.len()].clone();
        // Headers are where damage does most harm.
        let reach = if round % 3 == 0 { 100 } else { bytes.len() };
        for _ in 0..=random() % 20 {
            let at = random() as usize % reach.min(bytes.len());
            bytes[at] = random() as u8;
        }
        if round % 5 == 0 {
            bytes.truncate(random() as usize % bytes.len());
        }
        files.push(folder.file(&format!("{round}.rubble"), bytes));
    }
    let ran = run(slap().args(["score", "--format", "json"]).args(&files));
    assert!((0..=1).contains(&ran.code), "{}", ran.err);
    let document = ran.json();
    let count = |key: &str| document["payload"][key].as_array().unwrap().len();
    assert_eq!(count("scores") + count("errors"), files.len());
    assert!(count("scores") > 0);
}
