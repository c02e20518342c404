//! Finding a bundle, refusing a wrong one, inspecting a right one.

use std::fs;
use std::ops::Range;
use std::path::Path;

use slap_edge::model::Sha256;

use crate::harness::{Folder, bare, bundle, data, run, slap, student};

/// Scores and inspects with a bundle that must be refused with one sentence.
#[track_caller]
fn refused(bundle: &Path, parts: &[&str]) {
    let voice = data("voice.flac");
    for ran in [
        run(bare().arg("score").arg("--bundle").arg(bundle).arg(&voice)),
        run(bare().arg("inspect").arg(bundle)),
    ] {
        let ran = ran.exits(2).says(parts);
        assert_eq!(ran.out, "");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}

/// Puts `new` for `old` in the manifest of a copied bundle.
fn edit_manifest(bundle: &Path, old: &str, new: &str) {
    let path = bundle.join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "no {old} in the manifest");
    fs::write(path, text.replacen(old, new, 1)).unwrap();
}

#[test]
fn no_bundle_anywhere() {
    let folder = Folder::new();
    run(bare().current_dir(folder.path()).arg("score").arg(data("voice.flac")))
        .exits(2)
        .says(&["no bundle found", "models/slap-voice-small", "share/slap-edge", "--bundle"]);
}

#[test]
fn the_usual_place_and_the_flag_and_the_variable() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("models")).unwrap();
    fs::rename(folder.copy_of_bundle(), folder.path().join("models/slap-voice-small")).unwrap();
    let voice = data("voice.flac");
    run(bare().current_dir(folder.path()).arg("score").arg(&voice)).exits(0).quietly();
    run(bare().env("SLAP_EDGE_BUNDLE", bundle()).arg("score").arg(&voice)).exits(0);
    run(bare().env("SLAP_EDGE_BUNDLE", "/nowhere").arg("score").arg(&voice))
        .exits(2)
        .says(&["/nowhere"]);
    run(bare()
        .env("SLAP_EDGE_BUNDLE", "/nowhere")
        .arg("score")
        .arg(&voice)
        .arg("--bundle")
        .arg(bundle()))
    .exits(0);
}

#[test]
fn a_bundle_that_is_not_there_or_not_one() {
    let folder = Folder::new();
    refused(Path::new("/no/such/bundle"), &["/no/such/bundle", "expected", "got nothing"]);
    refused(folder.path(), &["manifest.json", "expected", "got none"]);
    refused(&data("voice.flac"), &["expected a bundle folder", "got a file"]);
}

#[test]
fn a_bundle_from_the_future() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    edit_manifest(&bundle, "\"version\": 2", "\"version\": 3");
    refused(&bundle, &["version", "expected", "2", "3"]);
}

#[test]
fn a_manifest_that_is_cut_off() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let path = bundle.join("manifest.json");
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    refused(&bundle, &["manifest.json"]);
}

#[test]
fn a_truncated_a_tampered_and_a_missing_file() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let path = bundle.join("audio.onnx");
    let whole = fs::read(&path).unwrap();

    fs::write(&path, &whole[..whole.len() - 100]).unwrap();
    refused(&bundle, &["audio.onnx", "bytes", "copy the bundle again"]);

    let mut tampered = whole.clone();
    tampered[whole.len() / 2] ^= 1;
    fs::write(&path, tampered).unwrap();
    refused(&bundle, &["audio.onnx", "sha256", "copy the bundle again"]);

    fs::remove_file(&path).unwrap();
    refused(&bundle, &["audio.onnx", "got nothing"]);
}

#[test]
fn a_file_that_is_not_listed() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    fs::write(bundle.join("extra.bin"), b"?").unwrap();
    refused(&bundle, &["extra.bin", "expected only files the manifest lists"]);
}

#[test]
fn inspect_shows_what_a_bundle_is_made_of() {
    let ran = run(bare().arg("inspect").arg(bundle())).exits(0).quietly();
    for part in [
        "every size and digest is as listed",
        "self-test: ",
        "self-test, int8: ",
        "Files",
        "audio.onnx",
        "MiB",
        "Contract",
        "16000 Hz mono",
        "streaming, a step every 0.48 s",
        "tract",
        "Tasks (",
        "(--group ",
    ] {
        assert!(ran.out.contains(part), "no {part:?} in: {}", ran.out);
    }
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn inspect_tells_whose_space_it_is() {
    let human = run(bare().arg("inspect").arg(student())).exits(0);
    assert!(human.out.contains("that of slap-voice-small ("), "{}", human.out);
    assert!(human.out.contains("prepared sentences, and packs of slap-voice-small"));
    let json = |bundle: &Path| {
        run(bare().args(["inspect", "--format", "json"]).arg(bundle)).exits(0).json()
    };
    let teacher = json(&bundle());
    let space = &json(&student())["payload"]["manifest"]["tower"]["space"];
    assert_eq!(space["name"], teacher["payload"]["manifest"]["name"]);
    assert_eq!(space["sha256"], teacher["payload"]["tower_sha256"]);
    assert!(teacher["payload"]["manifest"]["tower"].get("space").is_none());
    let own = run(bare().arg("inspect").arg(bundle())).exits(0);
    assert!(!own.out.contains("whose packs fit"), "{}", own.out);
}

#[test]
fn inspect_as_json_holds_the_whole_manifest() {
    let ran = run(bare().args(["inspect", "--format", "json"]).arg(bundle())).exits(0);
    let document = ran.json();
    assert_eq!(document["event"], "bundle");
    let payload = &document["payload"];
    assert_eq!(payload["verified"], true);
    assert_eq!(payload["tower_sha256"].as_str().unwrap().len(), 64);
    for (key, most) in [("self_test", 0.01), ("self_test_int8", 0.15)] {
        let test = &payload[key];
        assert!(test["probabilities"].as_u64().unwrap() > 0);
        let number = |key: &str| test[key].as_f64().unwrap();
        assert!(number("largest_difference") <= number("tolerance"));
        assert!(number("tolerance") <= most, "{key}: {}", number("tolerance"));
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(bundle().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(payload["manifest"]["files"], manifest["files"]);
    assert_eq!(payload["manifest"]["tower"]["states"], manifest["tower"]["states"]);
}

/// Lists the file `name` as it is now, as a bundle made elsewhere would.
fn vouch(bundle: &Path, name: &str) {
    let bytes = fs::read(bundle.join(name)).unwrap();
    let manifest = bundle.join("manifest.json");
    let mut contract: serde_json::Value =
        serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    contract["files"][name] = serde_json::json!({
        "bytes": bytes.len(),
        "sha256": Sha256::of(&bytes).to_string(),
    });
    fs::write(&manifest, serde_json::to_vec(&contract).unwrap()).unwrap();
}

/// A number of a protobuf message at `at`, seven bits a byte, and where it ends.
fn varint(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[at];
        value |= usize::from(byte & 0x7f) << shift;
        (at, shift) = (at + 1, shift + 7);
        if byte < 0x80 {
            return (value, at);
        }
    }
}

/// Where the fields `number` of the protobuf message in `within` lie, if they have a length.
fn fields(bytes: &[u8], within: Range<usize>, number: usize) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), within.start);
    while at < within.end {
        let (tag, after) = varint(bytes, at);
        at = match tag & 7 {
            0 => varint(bytes, after).1,
            1 => after + 8,
            2 => {
                let (length, start) = varint(bytes, after);
                if tag >> 3 == number {
                    found.push(start..start + length);
                }
                start + length
            }
            _ => after + 4,
        };
    }
    found
}

/// Where the raw data of an ONNX graph's weights lie: `graph`, `initializer`, `raw_data`.
fn weights(bytes: &[u8]) -> Vec<Range<usize>> {
    let below = |ranges: Vec<Range<usize>>, number| -> Vec<Range<usize>> {
        ranges.into_iter().flat_map(|range| fields(bytes, range, number)).collect()
    };
    below(below(fields(bytes, 0..bytes.len(), 7), 5), 9)
}

#[test]
fn inspect_notices_an_int8_tower_that_hears_something_else() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let path = bundle.join("audio.int8.onnx");
    let mut bytes = fs::read(&path).unwrap();
    // With large matrices lost it still loads.
    for range in weights(&bytes).into_iter().filter(|range| range.len() > 10_000) {
        bytes[range].fill(0x55);
    }
    fs::write(&path, bytes).unwrap();
    vouch(&bundle, "audio.int8.onnx");
    run(bare().arg("inspect").arg(&bundle)).exits(2).says(&[
        "the self-test expected a probability of",
        "audio.int8.onnx",
        "do not rely on",
    ]);
}

#[test]
fn inspect_notices_a_machine_that_hears_something_else() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let path = bundle.join("golden/scores.json");
    let old = fs::read(&path).unwrap();
    let mut scores: serde_json::Value = serde_json::from_slice(&old).unwrap();
    let task = scores["tasks"].as_object_mut().unwrap().values_mut().next().unwrap();
    let probability = task.as_object_mut().unwrap().values_mut().next().unwrap();
    *probability = (probability.as_f64().unwrap() - 0.05).abs().into();
    let new = serde_json::to_vec(&scores).unwrap();
    fs::write(&path, &new).unwrap();
    vouch(&bundle, "golden/scores.json");
    run(bare().arg("inspect").arg(&bundle))
        .exits(2)
        .says(&["the self-test expected a probability of", "do not rely on"]);
}

#[test]
fn inspect_verifies_files_that_scoring_does_not_touch() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let path = bundle.join("text.int8.onnx");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    run(bare().arg("inspect").arg(&bundle)).exits(2).says(&["text.int8.onnx", "sha256"]);
    run(slap()
        .args(["score", "--prompt", "a calm voice", "--bundle"])
        .arg(&bundle)
        .arg(data("voice.flac")))
    .exits(2)
    .says(&["text.int8.onnx", "sha256"]);
}

#[test]
fn the_int8_tower_gives_similar_answers() {
    let voice = data("voice.flac");
    let mut answers = Vec::new();
    for precision in ["float32", "int8"] {
        let ran = run(slap()
            .args(["score", "--format", "json", "--precision", precision])
            .arg(&voice))
        .exits(0);
        let mut document = ran.json();
        let score = document["payload"]["scores"][0].take();
        assert_eq!(score["model"]["precision"], precision);
        answers.push(score);
    }
    for (a, b) in answers[0]["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .zip(answers[1]["tasks"].as_array().unwrap())
    {
        // There is none where a task does not apply.
        let p = |task: &serde_json::Value| task["classes"][0]["probability"].as_f64();
        if let (Some(p), Some(q)) = (p(a), p(b)) {
            assert!((p - q).abs() < 0.15, "{a} {b}");
        }
    }
}
