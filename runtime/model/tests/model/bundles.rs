//! Each way a bundle can be wrong.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use slap_core::front_end::{Framing, Normalise, Window};
use slap_model::json::JsonError;
use slap_model::manifest::TowerMode;
use slap_model::{Bundle, BundleError, Fit, Manifest, ManifestError, PackError, Sha256, Space};

use crate::draft::{DIM, Draft, Folder, pack, tensors};

fn manifest_error(folder: &Folder) -> ManifestError {
    match folder.open() {
        Err(BundleError::Manifest { path, source }) => {
            assert!(path.ends_with("manifest.json"));
            source
        }
        other => panic!("expected a manifest error, got {other:?}"),
    }
}

/// The error after the manifest's value at `pointer` became `value`.
fn changed(pointer: &str, value: Value) -> ManifestError {
    let draft = Draft::stream();
    let mut manifest = draft.listed();
    *manifest.pointer_mut(pointer).unwrap() = value;
    manifest_error(&draft.write_with(&manifest))
}

#[test]
fn a_whole_bundle_opens() {
    for draft in [Draft::stream(), Draft::recent(), Draft::window(), Draft::waveform()] {
        let folder = draft.write();
        let bundle = folder.open().unwrap();
        bundle.verify_all().unwrap();
        assert_eq!(bundle.dir(), folder.path());
        assert_eq!(bundle.prompt_pack(), &pack(bundle.tower_sha256()));
        assert_eq!(bundle.background().unwrap().rows(), 3);
        assert_eq!(bundle.manifest().name, "tiny");
    }
    let folder = Draft::stream().write();
    let bundle = folder.open().unwrap();
    let manifest = bundle.manifest();
    assert_eq!(manifest.tower.mode, TowerMode::Stream);
    assert_eq!((manifest.tower.hop(), manifest.tower.input_len()), (2, 6));
    assert_eq!(manifest.front_end.framing, Framing::Snip);
    assert_eq!(manifest.front_end.window, Window::Hann);
    assert_eq!(manifest.front_end.normalise, Normalise::Fixed { mean: -4.0, std: 3.5 });
    let again = Manifest::read(&serde_json::to_vec(manifest).unwrap()).unwrap();
    assert_eq!(&again, manifest);
}

#[test]
fn text_and_background_may_be_null_but_not_absent() {
    let mut draft = Draft::stream();
    draft.manifest["text"] = Value::Null;
    draft.manifest["background"] = Value::Null;
    assert!(draft.write().open().unwrap().background().is_none());
    for key in ["text", "background"] {
        let mut manifest = draft.listed();
        manifest.as_object_mut().unwrap().remove(key);
        let folder = draft.write_with(&manifest);
        let missing = ManifestError::Json(JsonError::MissingKey { key: key.into() });
        assert_eq!(manifest_error(&folder), missing);
    }
}

#[test]
fn not_a_bundle_at_all() {
    let folder = Draft::stream().write();
    let path = folder.path().join("nowhere");
    assert!(matches!(Bundle::open(&path), Err(BundleError::NotFound { path: p }) if p == path));
    let path = folder.path().join("audio.onnx");
    assert!(matches!(Bundle::open(path), Err(BundleError::NotADirectory { .. })));
    let path = folder.path().join("golden");
    assert!(matches!(Bundle::open(path), Err(BundleError::NoManifest { .. })));
    fs::write(folder.path().join("manifest.json"), "{\"format\": ").unwrap();
    assert!(matches!(manifest_error(&folder), ManifestError::Json(JsonError::Syntax { .. })));
}

#[test]
fn other_formats_and_versions() {
    assert_eq!(
        changed("/format", "sledge".into()),
        ManifestError::UnknownFormat { got: "sledge".into() }
    );
    assert_eq!(
        changed("/version", 3.into()),
        ManifestError::FutureVersion { expected: 2, got: 3 }
    );
    assert_eq!(
        changed("/version", 0.into()),
        ManifestError::UnknownVersion { expected: 2, got: 0 }
    );
    let past = changed("/version", 1.into());
    assert_eq!(past, ManifestError::PastVersion { expected: 2, got: 1 });
    assert_eq!(
        past.to_string(),
        "expected format version 2, got 1, which is older; export the bundle again"
    );
    // A future manifest may have other keys: its version is what matters.
    let draft = Draft::stream();
    let folder = draft.write_with(&json!({"format": "slap-edge-bundle", "version": 7}));
    let error = manifest_error(&folder);
    assert_eq!(error, ManifestError::FutureVersion { expected: 2, got: 7 });
}

#[test]
fn every_key_is_required_by_name() {
    fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    found.push(format!("{path}/{key}"));
                    keys(value, &format!("{path}/{key}"), found);
                }
            }
            Value::Array(items) => {
                for (i, value) in items.iter().enumerate() {
                    keys(value, &format!("{path}/{i}"), found);
                }
            }
            _ => {}
        }
    }
    let draft = Draft::stream();
    let whole = draft.listed();
    let mut found = Vec::new();
    keys(&draft.manifest, "", &mut found);
    found.retain(|path| path != "/tower/int8");
    assert!(found.len() > 75, "{}", found.len());
    for path in found {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut manifest = whole.clone();
        manifest.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        let error = Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err();
        let dotted = path[1..].replace("/0/", "[0].").replace("/1/", "[1].").replace('/', ".");
        assert_eq!(error, ManifestError::Json(JsonError::MissingKey { key: dotted }), "{path}");

        let mut manifest = whole.clone();
        manifest.pointer_mut(parent).unwrap()["colour"] = "red".into();
        let error = Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err();
        let ManifestError::Json(JsonError::UnknownKey { key, .. }) = &error else {
            panic!("{parent}: {error:?}");
        };
        assert!(key.ends_with("colour"), "{key}");

        let mut manifest = whole.clone();
        manifest.pointer_mut(parent).unwrap()[key_of(&path)] = json!([[]]);
        Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err();
    }
}

fn key_of(path: &str) -> &str {
    path.rsplit_once('/').unwrap().1
}

#[test]
fn unknown_words_are_refused_with_the_known_ones() {
    assert_eq!(
        changed("/front_end/window", "blackman".into()),
        ManifestError::Json(JsonError::UnknownValue {
            key: "front_end.window".into(),
            expected: "`hann`, `hann_symmetric`, `hamming`, `hamming_symmetric`, `povey` or \
                       `rectangular`"
                .into(),
            got: "blackman".into(),
        })
    );
    for pointer in ["/tower/mode", "/tower/input", "/front_end/log", "/tower/outputs/0/kind"] {
        assert!(matches!(
            changed(pointer, "other".into()),
            ManifestError::Json(JsonError::UnknownValue { .. })
        ));
    }
}

#[test]
fn paths_stay_inside() {
    for path in
        ["../x", "/etc/passwd", "a/../b", "a//b", "./a", "", "a\\b", "c:x", "manifest.json"]
    {
        let error = changed("/prompts", path.into());
        assert_eq!(error, ManifestError::UnsafePath { path: path.into() });
        let draft = Draft::stream();
        let mut manifest = draft.listed();
        manifest["files"][path] = json!({"bytes": 0, "sha256": Sha256::of(b"")});
        let error = manifest_error(&draft.write_with(&manifest));
        assert_eq!(error, ManifestError::UnsafePath { path: path.into() });
    }
    assert_eq!(
        changed("/text/file", "else.onnx".into()),
        ManifestError::Unlisted { key: "text.file".into(), path: "else.onnx".into() }
    );
}

#[cfg(unix)]
#[test]
fn links_out_of_the_bundle_are_refused() {
    let (inside, outside) = (Draft::stream().write(), Draft::stream().write());
    let name = "MODEL_CARD.md";
    fs::remove_file(inside.path().join(name)).unwrap();
    std::os::unix::fs::symlink(outside.path().join(name), inside.path().join(name)).unwrap();
    assert!(
        matches!(inside.open(), Err(BundleError::UnsafeFile { path }) if path.ends_with(name))
    );
}

#[test]
fn files_are_as_listed() {
    for name in Draft::stream().files.keys() {
        let spoil = |change: fn(&mut Vec<u8>)| {
            let folder = Draft::stream().write();
            let path = folder.path().join(name);
            let mut bytes = fs::read(&path).unwrap();
            change(&mut bytes);
            fs::write(&path, bytes).unwrap();
            (folder.open().unwrap_err(), path)
        };
        let (error, at) = spoil(|bytes| bytes[0] ^= 1);
        assert!(
            matches!(&error, BundleError::WrongHash { path, .. } if *path == at),
            "{error}"
        );
        let (error, at) = spoil(|bytes| {
            bytes.pop();
        });
        let BundleError::WrongSize { path, expected, got } = &error else { panic!("{error}") };
        assert_eq!((path, *expected), (&at, got + 1));
        let (error, _) = spoil(Vec::clear);
        assert!(matches!(error, BundleError::WrongSize { got: 0, .. }), "{error}");

        let folder = Draft::stream().write();
        fs::remove_file(folder.path().join(name)).unwrap();
        let error = folder.open().unwrap_err();
        let at = folder.path().join(name);
        assert!(matches!(&error, BundleError::MissingFile { path } if *path == at), "{error}");
    }
    let folder = Draft::stream().write();
    fs::write(folder.path().join("golden/.DS_Store"), "hidden").unwrap();
    folder.open().unwrap();
    fs::write(folder.path().join("golden/notes.txt"), "mine").unwrap();
    let error = folder.open().unwrap_err();
    assert!(
        matches!(&error, BundleError::UnlistedFile { path } if path.ends_with("notes.txt")),
        "{error}"
    );
}

#[test]
fn large_files_are_verified_when_read() {
    let mut draft = Draft::stream();
    draft.files.insert("text.onnx".into(), vec![7; (8 << 20) + 1]);
    let folder = draft.write();
    let mut bytes = draft.files["text.onnx"].clone();
    bytes[1 << 20] = 8;
    fs::write(folder.path().join("text.onnx"), bytes).unwrap();
    let bundle = folder.open().unwrap();
    assert!(matches!(bundle.read("text.onnx"), Err(BundleError::WrongHash { .. })));
    assert!(matches!(bundle.verify_all(), Err(BundleError::WrongHash { .. })));
    assert!(matches!(bundle.read("else"), Err(BundleError::NotListed { .. })));
}

#[test]
fn dimensions_must_fit() {
    let dimension = |pointer: &str, value: Value| match changed(pointer, value) {
        ManifestError::Dimension { what, .. } => what,
        other => panic!("{pointer}: {other:?}"),
    };
    assert_eq!(
        changed("/tower/input_shape", json!([1, 2, 4])),
        ManifestError::Dimension {
            what: "the last dimension of `tower.input_shape`".into(),
            expected: "the front end's 3 bands".into(),
            got: "4".into()
        }
    );
    dimension("/tower/input_shape", json!([1, 2]));
    dimension("/tower/input_shape", json!([]));
    dimension("/tower/input_shape", json!([2, 2, 3]));
    dimension("/tower/input_shape", json!([1, 0, 3]));
    dimension("/tower/input_shape", json!([1, u32::MAX, u32::MAX, u32::MAX]));
    dimension("/tower/hop_frames", 1.into());
    dimension("/tower/mode", "window".into());
    dimension("/tower/embedding_dim", 4.into());
    dimension("/tower/outputs/0/shape", json!([1, 4]));
    dimension("/tower/outputs/0/kind", "token".into());
    dimension("/tower/outputs/1/kind", "global".into());
    dimension("/tower/outputs/1/kind", "attribute".into());
    dimension("/tower/outputs/1/shape", json!([12, 160]));
    dimension("/tower/states/0/shape", json!([0]));
    dimension("/tower/states/0/input", "mel".into());
    dimension("/text/dim", 0.into());
    dimension("/text/dim", (1u64 << 40).into());
    dimension("/tower/states/0/shape", json!([1, (1 << 26) + 1]));
    for (pointer, value) in [
        ("/scoring/on_probability", json!(1.5)),
        ("/scoring/off_probability", json!(0.8)),
        ("/scoring/smoothing_seconds", json!(-1)),
        ("/quality/active_dbfs", json!(1e30)),
        ("/quality/usable/silence_dbfs", json!(3)),
        ("/quality/usable/maximum_clipped_share", json!(-0.1)),
        ("/quality/good/minimum_active_seconds", json!(-1)),
        ("/quality/good/minimum_snr_db", json!(-1000)),
        ("/quality/good/minimum_bandwidth_hz", json!(-1)),
        ("/quality/good/minimum_voiced_seconds", json!(1e9)),
        ("/quality/good/maximum_dropout_share", json!(2)),
        ("/quality/good/maximum_silent_share", json!(2)),
        ("/quality/usable/maximum_dc", json!(-0.5)),
        ("/tower/logit_scale", json!(0)),
        ("/tower/hop_frames", json!(0)),
        ("/text/max_tokens", json!(0)),
    ] {
        let error = changed(pointer, value);
        assert!(matches!(error, ManifestError::OutOfRange { .. }), "{pointer}: {error:?}");
    }
    assert!(matches!(changed("/front_end/high_hz", json!(9000)), ManifestError::FrontEnd(_)));
}

#[test]
fn a_recent_output_and_its_chunks_come_together() {
    let refused = |spoil: &dyn Fn(&mut Value)| {
        let mut manifest = Draft::recent().listed();
        spoil(&mut manifest["tower"]);
        Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&|tower| {
            tower.as_object_mut().unwrap().remove("recent_chunks");
        }),
        "expected the key `tower.recent_chunks`, got none"
    );
    assert_eq!(
        refused(&|tower| {
            tower["outputs"].as_array_mut().unwrap().remove(1);
        }),
        "expected `tower.recent_chunks` to be absent for a tower without a recent output, \
         got a value"
    );
    for (got, chunks) in [("0", 0), ("3", 3)] {
        assert_eq!(
            refused(&|tower| tower["recent_chunks"] = chunks.into()),
            format!("expected `tower.recent_chunks` to be between 1 and 2, got {got}")
        );
    }
    assert_eq!(
        refused(&|tower| {
            let mut other = tower["outputs"][1].clone();
            other["name"] = "latest".into();
            tower["outputs"].as_array_mut().unwrap().push(other);
        }),
        "expected the number of recent outputs to be at most 1, got 2"
    );
    assert_eq!(
        refused(&|tower| tower["outputs"][1]["shape"] = json!([1, 4])),
        "expected the shape of output `recent` to be [1, 3] (`tower.embedding_dim`), got [1, 4]"
    );
    assert_eq!(
        refused(&|tower| {
            tower["mode"] = "window".into();
            tower["states"] = json!([]);
            tower.as_object_mut().unwrap().remove("pool_chunks");
        }),
        "expected the number of recent outputs to be 0 for a window tower, got 1"
    );
}

#[test]
fn sizes_have_an_upper_bound() {
    for (pointer, most) in [
        ("/tower/pool_chunks", 4096u64),
        ("/tower/hop_frames", 1 << 26),
        ("/tower/embedding_dim", 1 << 16),
        ("/text/max_tokens", 8192),
    ] {
        let key = pointer[1..].replace('/', ".");
        for got in [most + 1, 1 << 34, 1 << 60, u64::MAX] {
            let expected = ManifestError::OutOfRange {
                key: key.clone(),
                expected: format!("between 1 and {most}"),
                got: got.to_string(),
            };
            let error = if key == "tower.embedding_dim" {
                let mut manifest = Draft::stream().listed();
                manifest["tower"]["embedding_dim"] = got.into();
                manifest["text"] = Value::Null;
                Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err()
            } else {
                changed(pointer, got.into())
            };
            assert_eq!(error, expected);
        }
    }
    let mut manifest = Draft::stream().listed();
    manifest["tower"]["pool_chunks"] = 4096.into();
    manifest["text"]["max_tokens"] = 8192.into();
    Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap();
    let output = manifest["tower"]["outputs"][1].clone();
    manifest["tower"]["outputs"].as_array_mut().unwrap().extend(vec![output; 300]);
    let error = Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "expected the number of outputs to be at most 256, got 302");
    for got in [1e-5, 2e4, 3e38] {
        let error = changed("/tower/logit_scale", got.into());
        assert!(matches!(error, ManifestError::OutOfRange { .. }), "{error:?}");
    }
}

#[test]
fn prompts_and_background_belong_to_the_tower() {
    let pack_error = |draft: &Draft, name: &str| match draft.write().open() {
        Err(BundleError::Pack { path, source }) => {
            assert!(path.ends_with(name));
            source
        }
        other => panic!("{other:?}"),
    };
    let mut draft = Draft::stream();
    let tower = Sha256::of(&draft.files["audio.onnx"]);
    let other = Sha256::of(b"another tower");
    draft.files.insert("prompts.safetensors".into(), pack(other).write().unwrap());
    assert_eq!(
        pack_error(&draft, "prompts.safetensors"),
        PackError::WrongTower { expected: Box::new(tower.into()), got: other }
    );
    let mut draft = Draft::stream();
    let background = tensors("slap-edge-background", other, &[("description", "x")]);
    draft.files.insert("background.safetensors".into(), background);
    assert_eq!(
        pack_error(&draft, "background.safetensors"),
        PackError::WrongTower { expected: Box::new(tower.into()), got: other }
    );
    let mut draft = Draft::stream();
    draft.manifest["tower"]["embedding_dim"] = 5.into();
    draft.manifest["tower"]["outputs"][0]["shape"] = json!([1, 5]);
    assert!(matches!(
        pack_error(&draft, "background.safetensors"),
        PackError::Dimension { expected: 5, got: DIM, .. }
    ));
}

#[test]
fn a_tower_may_be_in_the_space_of_another() {
    let sha256 = Sha256::of(b"a teacher");
    let mut draft = Draft::stream();
    assert_eq!(draft.write().open().unwrap().manifest().tower.space, None);
    draft.manifest["tower"]["space"] = json!({"name": "teacher", "sha256": sha256});
    let bundle = draft.write().open().unwrap();
    let space = Space { name: "teacher".into(), sha256 };
    let tower = bundle.tower_sha256();
    assert_eq!(bundle.fit(), Fit { tower, space: Some(space) });
    let again = Manifest::read(&serde_json::to_vec(bundle.manifest()).unwrap()).unwrap();
    assert_eq!(&again, bundle.manifest());

    // Prompts and background of its own carry the calibration of its own.
    let mut spoilt = Draft::stream();
    spoilt.manifest = draft.manifest.clone();
    spoilt.files.insert("prompts.safetensors".into(), pack(sha256).write().unwrap());
    assert!(matches!(
        spoilt.write().open(),
        Err(BundleError::Pack { source: PackError::WrongTower { .. }, .. })
    ));
}

#[test]
fn a_space_that_says_nothing_is_refused() {
    let sha256 = Sha256::of(b"a teacher").to_string();
    let wrong = |space: Value| {
        let mut manifest = Draft::stream().listed();
        manifest["tower"]["space"] = space;
        Manifest::read(&serde_json::to_vec(&manifest).unwrap()).unwrap_err()
    };
    for (digest, name) in [(&sha256[1..], "short"), (&sha256.to_uppercase(), "upper case")] {
        let error = wrong(json!({"name": "teacher", "sha256": digest}));
        assert!(error.to_string().contains("64 lower-case hexadecimal digits"), "{name}");
    }
    for space in [
        sha256.clone().into(),
        json!({"sha256": sha256}),
        json!({"name": "teacher"}),
        json!({"name": "teacher", "sha256": sha256, "version": 1}),
    ] {
        assert!(matches!(wrong(space), ManifestError::Json(_)));
    }
    assert_eq!(
        wrong(json!({"name": " ", "sha256": sha256})).to_string(),
        "expected `tower.space.name` to be the name of a bundle, got an empty one"
    );
    let own = Sha256::of(&Draft::stream().files["audio.onnx"]);
    assert_eq!(
        wrong(json!({"name": "tiny", "sha256": own})).to_string(),
        "expected `tower.space` to be absent for a tower that is its own space, got a value"
    );
}

#[test]
fn messages_say_expected_got_and_what_to_do() {
    let folder = Draft::stream().write();
    fs::write(folder.path().join("MODEL_CARD.md"), "# Tinx\n").unwrap();
    let message = folder.open().unwrap_err().to_string();
    for part in ["MODEL_CARD.md", "expected", "sha256", "got", "copy the bundle again"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains('\n'));
    let message = changed("/version", 3.into()).to_string();
    assert_eq!(message, "expected format version 2, got 3, which is newer; update slap-edge");
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Manifest::read(&bytes);
    }

    #[test]
    fn any_change_of_one_byte_is_answered(at in any::<prop::sample::Index>(), byte: u8) {
        let mut text = serde_json::to_vec(&Draft::stream().listed()).unwrap();
        let at = at.index(text.len());
        text[at] = byte;
        // Names and descriptions may say anything; what is read must hold together.
        if let Ok(manifest) = Manifest::read(&text) {
            prop_assert!(manifest.tower.input_len() > 0);
            prop_assert_eq!(manifest.front_end.bands, DIM);
        }
    }
}
