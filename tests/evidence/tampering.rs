//! Bundles that are not what they say, as the person at the terminal meets
//! them: exit code 2, one sentence that names the culprit, no score.

use std::fs;
use std::path::{Path, PathBuf};

use slap_tests::{built, bundle, root, scratch::Scratch};

/// Scores a recording with a bundle that something was done to, and returns
/// what the command said.
#[track_caller]
fn refused(extra: &[&str], damage: impl FnOnce(&Path)) -> String {
    let scratch = Scratch::new().unwrap();
    let copy = scratch.copy_in(&bundle(), "bundle").unwrap();
    damage(&copy);
    refused_by(&copy, extra)
}

#[track_caller]
fn refused_by(bundle: &Path, extra: &[&str]) -> String {
    let recording = root().join("tests/recordings/woman.flac");
    let output = built::command(&["score", "--bundle"])
        .arg(bundle)
        .args(extra)
        .arg(recording)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "a refused bundle must not score: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "one sentence: {said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Replaces text in the manifest; the change must be one.
#[track_caller]
fn rewrite(bundle: &Path, from: &str, to: &str) {
    let path = bundle.join("manifest.json");
    let before = fs::read_to_string(&path).unwrap();
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "the manifest has no {from:?}");
    fs::write(path, after).unwrap();
}

fn flip_last_byte(path: PathBuf) {
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

fn truncate(path: PathBuf) {
    let bytes = fs::read(&path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn an_untouched_copy_is_used() {
    let scratch = Scratch::new().unwrap();
    let copy = scratch.copy_in(&bundle(), "bundle").unwrap();
    let recording = root().join("tests/recordings/woman.flac");
    let output =
        built::command(&["score", "--bundle"]).arg(copy).arg(recording).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_bundle_at_all() {
    let scratch = Scratch::new().unwrap();
    let missing = scratch.path().join("nothing-here");
    assert!(refused_by(&missing, &[]).contains("nothing-here"));
    assert!(refused_by(scratch.path(), &[]).contains("manifest.json"));
}

#[test]
fn one_changed_byte_in_any_file_that_is_used() {
    for name in ["audio.onnx", "prompts.safetensors", "background.safetensors"] {
        let said = refused(&[], |bundle| flip_last_byte(bundle.join(name)));
        assert!(said.contains(name), "{said}");
    }
    let int8 = ["--precision", "int8"];
    let said = refused(&int8, |bundle| flip_last_byte(bundle.join("audio.int8.onnx")));
    assert!(said.contains("audio.int8.onnx"), "{said}");
    let prompt = ["--prompt", "a hoarse voice"];
    for name in ["text.int8.onnx", "tokenizer.json", "text_projection.safetensors"] {
        let said = refused(&prompt, |bundle| flip_last_byte(bundle.join(name)));
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn truncated_and_missing_files() {
    for name in ["audio.onnx", "prompts.safetensors"] {
        let said = refused(&[], |bundle| truncate(bundle.join(name)));
        assert!(said.contains(name), "{said}");
        let said = refused(&[], |bundle| fs::remove_file(bundle.join(name)).unwrap());
        assert!(said.contains(name), "{said}");
    }
    let said = refused(&[], |bundle| truncate(bundle.join("manifest.json")));
    assert!(said.contains("manifest.json"), "{said}");
}

#[test]
fn a_file_that_is_not_listed() {
    let said = refused(&[], |bundle| fs::write(bundle.join("extra.onnx"), b"x").unwrap());
    assert!(said.contains("extra.onnx"), "{said}");
}

#[test]
fn a_manifest_of_the_future() {
    let said = refused(&[], |bundle| rewrite(bundle, "\"version\": 2", "\"version\": 3"));
    assert!(said.contains("update slap-edge"), "{said}");
    let said = refused(&[], |bundle| rewrite(bundle, "\"version\": 2", "\"version\": 1"));
    assert!(said.contains("export the bundle again"), "{said}");
    let said = refused(&[], |bundle| rewrite(bundle, "slap-edge-bundle", "another-bundle"));
    assert!(said.contains("another-bundle"), "{said}");
}

#[test]
fn a_manifest_that_asks_for_what_is_not_there() {
    let said = refused(&[], |bundle| rewrite(bundle, "\"snip\"", "\"sideways\""));
    assert!(said.contains("sideways"), "{said}");
    let said = refused(&[], |bundle| rewrite(bundle, "\"hop_length\"", "\"hop_lenght\""));
    assert!(said.contains("hop_len"), "{said}");
    let said = refused(&[], |bundle| rewrite(bundle, "\"audio.onnx\"", "\"../audio.onnx\""));
    assert!(said.contains("../audio.onnx"), "{said}");
}

#[test]
fn dimensions_that_do_not_fit() {
    let manifest = fs::read_to_string(bundle().join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let dim = manifest["tower"]["embedding_dim"].as_u64().unwrap();
    let from = format!("\"embedding_dim\": {dim}");
    let said = refused(&[], |bundle| {
        rewrite(bundle, &from, &format!("\"embedding_dim\": {}", dim + 1))
    });
    assert!(said.contains(&dim.to_string()), "{said}");
    let bands = manifest["front_end"]["bands"].as_u64().unwrap();
    let from = format!("\"bands\": {bands}");
    let said = refused(&[], |bundle| rewrite(bundle, &from, "\"bands\": 63"));
    assert!(said.contains("63"), "{said}");
}
