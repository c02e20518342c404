//! What can be heard, and that it does not matter how it is stored.

use serde_json::Value;

use crate::harness::{Folder, answers, data, run, run_with_input, score, slap};
use crate::sound::{Coding, RATE, usual, voice, wav};

/// The largest difference between the probabilities of two scores, of tasks that apply to
/// both.
#[track_caller]
fn distance(a: &Value, b: &Value) -> f64 {
    let tasks = |score: &Value| score["tasks"].as_array().unwrap().clone();
    let flat = |task: &Value| -> Vec<f64> {
        let classes = task["classes"].as_array().unwrap();
        classes.iter().map(|class| class["probability"].as_f64().unwrap()).collect()
    };
    let (a, b) = (tasks(a), tasks(b));
    assert_eq!(a.len(), b.len());
    let pairs: Vec<(f64, f64)> =
        a.iter().zip(&b).flat_map(|(a, b)| flat(a).into_iter().zip(flat(b))).collect();
    assert!(!pairs.is_empty(), "no probabilities: the input was not scored");
    pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn every_wav_coding_gives_the_same_answers() {
    let folder = Folder::new();
    let samples = voice(3.0, RATE);
    let file = |name: &str, coding| folder.file(name, wav(&samples, RATE, 1, coding));
    let reference = score(&file("f32.wav", Coding::F32));
    assert_eq!(reference["recording"]["format"], "WAV, 32-bit float");
    for (name, coding, format) in [
        ("16.wav", Coding::S16, "WAV, 16-bit"),
        ("24.wav", Coding::S24, "WAV, 24-bit"),
        ("32.wav", Coding::S32, "WAV, 32-bit"),
    ] {
        let got = score(&file(name, coding));
        assert_eq!(got["recording"]["format"], format);
        assert!(distance(&reference, &got) < 2e-2, "{name}");
    }
    // Eight bits add audible noise, which is the recording's own fault.
    let eight = score(&file("8.wav", Coding::U8));
    assert_eq!(eight["recording"]["format"], "WAV, 8-bit");
    assert_ne!(eight["quality"]["grade"], "poor");
}

#[test]
fn any_sample_rate_is_heard() {
    let folder = Folder::new();
    let reference = score(&folder.file("16k.wav", usual(3.0)));
    for (rate, tolerance) in [(8_000, 1.0), (44_100, 0.1), (48_000, 0.1), (192_000, 0.1)] {
        let name = format!("{rate}.wav");
        let file = folder.file(&name, wav(&voice(3.0, rate), rate, 1, Coding::S16));
        let got = score(&file);
        assert_eq!(got["recording"]["sample_rate"], rate);
        assert!((got["recording"]["seconds"].as_f64().unwrap() - 3.0).abs() < 1e-3);
        assert!(distance(&reference, &got) <= tolerance, "{rate} Hz");
    }
}

#[test]
fn eight_equal_channels_sound_like_one() {
    let folder = Folder::new();
    let mono = voice(3.0, RATE);
    let many: Vec<f32> = mono.iter().flat_map(|&sample| [sample; 8]).collect();
    let one = score(&folder.file("1.wav", wav(&mono, RATE, 1, Coding::F32)));
    let eight = score(&folder.file("8.wav", wav(&many, RATE, 8, Coding::F32)));
    assert_eq!(eight["recording"]["channels"], 8);
    assert!(distance(&one, &eight) < 1e-3);
}

#[test]
fn flac_vorbis_and_mp3_are_recognised_by_content() {
    let folder = Folder::new();
    for (name, format) in
        [("voice.flac", "FLAC"), ("voice.ogg", "Ogg Vorbis"), ("voice.mp3", "MP3")]
    {
        let got = score(&data(name));
        assert_eq!(got["recording"]["format"], format);
        assert!((got["recording"]["seconds"].as_f64().unwrap() - 4.103).abs() < 0.1, "{name}");
        assert_eq!(got["quality"]["grade"], "good", "{name}");
        assert_eq!(got["warnings"].as_array().unwrap().len(), 0, "{name}");

        let misnamed = folder.file("misnamed.wav", std::fs::read(data(name)).unwrap());
        assert_eq!(answers(&score(&misnamed)), answers(&got), "{name}");
    }
}

#[test]
fn an_mp3_behind_a_large_tag_is_found() {
    // An ID3v2 tag of 2 MiB, as music players leave with a cover picture.
    let length: u32 = 2 << 20;
    let syncsafe = [21, 14, 7, 0].map(|shift| ((length >> shift) & 0x7f) as u8);
    let mut file = b"ID3\x04\x00\x00".to_vec();
    file.extend(syncsafe);
    file.resize(10 + length as usize, 0);
    file.extend(std::fs::read(data("voice.mp3")).unwrap());
    let folder = Folder::new();
    let tagged = score(&folder.file("tagged.mp3", file));
    assert_eq!(answers(&tagged), answers(&score(&data("voice.mp3"))));
}

#[test]
fn standard_input_gives_what_the_file_gives() {
    let folder = Folder::new();
    let bytes = usual(2.5);
    let file = score(&folder.file("voice.wav", &bytes));
    let ran = run_with_input(slap().args(["score", "-", "--format", "json"]), &bytes);
    let piped = ran.exits(0).quietly().json()["payload"]["scores"][0].take();
    assert_eq!(piped["recording"]["input"], "-");
    assert_eq!(answers(&piped), answers(&file));
}

#[test]
fn raw_pcm_gives_what_the_wav_gives() {
    let folder = Folder::new();
    let samples = voice(2.5, RATE);
    for (name, coding) in [
        ("u8", Coding::U8),
        ("s16le", Coding::S16),
        ("s24le", Coding::S24),
        ("s32le", Coding::S32),
        ("f32le", Coding::F32),
    ] {
        let file = score(&folder.file("voice.wav", wav(&samples, RATE, 1, coding)));
        let ran = run_with_input(
            slap()
                .args(["score", "-", "--rate", "16000", "--format", "json", "--format", name]),
            &coding.encode(&samples),
        );
        let piped = ran.exits(0).quietly().json()["payload"]["scores"][0].take();
        assert_eq!(answers(&piped), answers(&file), "{name}");
    }
}

#[test]
fn raw_stereo_is_mixed() {
    let mono = voice(2.5, RATE);
    let stereo: Vec<f32> = mono.iter().flat_map(|&sample| [sample, sample]).collect();
    let raw = |channels: &str, samples: &[f32]| {
        run_with_input(
            slap()
                .args(["score", "-", "--rate", "16000", "--channels", channels])
                .args(["--format", "f32le", "--format", "json"]),
            &Coding::F32.encode(samples),
        )
        .exits(0)
        .json()["payload"]["scores"][0]
            .take()
    };
    assert!(distance(&raw("1", &mono), &raw("2", &stereo)) < 1e-3);
}

#[test]
fn a_wav_streamed_into_a_pipe_has_no_length_and_needs_none() {
    let whole = usual(2.5);
    let usual = run_with_input(slap().args(["score", "-", "--format", "json"]), &whole);
    for unknown in [u32::MAX, 0x7fff_ffff - 36] {
        let mut streamed = whole.clone();
        streamed[4..8].copy_from_slice(&unknown.saturating_add(36).to_le_bytes());
        streamed[40..44].copy_from_slice(&unknown.to_le_bytes());
        let ran = run_with_input(slap().args(["score", "-", "--format", "json"]), &streamed);
        let ran = ran.exits(0).quietly();
        assert_eq!(
            answers(&ran.json()["payload"]["scores"][0]),
            answers(&usual.json()["payload"]["scores"][0]),
            "{unknown:x}"
        );
    }
}

#[test]
fn the_same_file_gives_the_same_numbers_alone_and_among_others() {
    let folder = Folder::new();
    let (a, b) = (data("voice.flac"), folder.file("b.wav", usual(2.0)));
    let ran =
        run(slap().args(["score", "--format", "json"]).args([&b, &a, &b])).exits(0).quietly();
    let document = ran.json();
    let scores = &document["payload"]["scores"];
    assert_eq!(answers(&scores[0]), answers(&scores[2]));
    assert_eq!(answers(&scores[1]), answers(&score(&a)));
}
