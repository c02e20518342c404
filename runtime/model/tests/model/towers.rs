//! Streaming, window and waveform towers against sums done by hand.

use proptest::prelude::*;
use serde_json::json;
use slap_model::{Engine, EngineError, Precision, Sha256, Tower, TowerOptions};

use crate::draft::{DIM, Draft, fixture, pack, tensors};

fn load(draft: &Draft, precision: Precision) -> Result<Tower, EngineError> {
    Tower::load(&draft.write().open().unwrap(), precision)
}

fn with(output: &str, precision: Precision) -> TowerOptions {
    TowerOptions { precision, outputs: vec![output.to_owned()], ..TowerOptions::default() }
}

fn unit(v: [f32; DIM]) -> [f32; DIM] {
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.map(|x| x / norm)
}

fn assert_near(a: [f32; DIM], b: [f32; DIM]) {
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} {b:?}");
}

/// A draft whose graph is `bytes`, with prompts and background to match.
fn with_graph(mut draft: Draft, bytes: Vec<u8>) -> Draft {
    let tower = Sha256::of(&bytes);
    draft.files.insert("audio.onnx".into(), bytes);
    draft.files.insert("prompts.safetensors".into(), pack(tower).write().unwrap());
    let background = tensors("slap-edge-background", tower, &[("description", "x")]);
    draft.files.insert("background.safetensors".into(), background);
    draft
}

#[test]
fn a_stream_carries_its_states() {
    for precision in [Precision::Float32, Precision::Int8] {
        let tower = load(&Draft::stream(), precision).unwrap();
        assert_eq!((tower.input_len(), tower.embedding_dim()), (6, DIM));
        assert_eq!(tower.report().engine, Engine::Tract);
        assert_eq!(tower.report().precision, precision);
        let (mut one, mut two) = (tower.state().unwrap(), tower.state().unwrap());
        let mut embedding = [0.0; DIM];
        one.step(&[1.0, 0.0, 0.0, 3.0, 0.0, 0.0], &mut embedding).unwrap();
        assert_near(embedding, [1.0, 0.0, 0.0]);
        one.step(&[0.0, 2.0, 0.0, 0.0, 1.0, 4.0], &mut embedding).unwrap();
        assert_near(embedding, unit([4.0, 3.0, 4.0]));
        // Streams do not mix, and a clone of the tower is the same tower.
        two.step(&[0.0, 0.0, 2.0, 0.0, 0.0, 2.0], &mut embedding).unwrap();
        assert_near(embedding, [0.0, 0.0, 1.0]);
        one.step(&[0.0, 0.0, 0.0, 0.0, 0.0, -4.0], &mut embedding).unwrap();
        assert_near(embedding, unit([4.0, 3.0, 0.0]));
        one.reset();
        one.step(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0], &mut embedding).unwrap();
        assert_near(embedding, [0.0, 1.0, 0.0]);
        let mut three = tower.clone().state().unwrap();
        three.step(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0], &mut embedding).unwrap();
        assert_near(embedding, [0.0, 0.0, 1.0]);
    }
}

#[test]
fn further_outputs_are_computed_when_asked_for() {
    let bundle = Draft::stream().write();
    let bundle = bundle.open().unwrap();
    let tower = Tower::load(&bundle, with("tokens", Precision::Float32)).unwrap();
    let mut state = tower.state().unwrap();
    assert_eq!(state.outputs(), [[0.0; 6]]);
    let mut embedding = [0.0; DIM];
    state.step(&[1.0, 0.0, 0.0, 3.0, 0.0, 0.0], &mut embedding).unwrap();
    assert_near(embedding, [1.0, 0.0, 0.0]);
    assert_eq!(state.outputs(), [[1.0, 0.0, 0.0, 3.0, 0.0, 0.0]]);
    // The states still find their way.
    state.step(&[0.0, 2.0, 0.0, 0.0, 1.0, 4.0], &mut embedding).unwrap();
    assert_near(embedding, unit([4.0, 3.0, 4.0]));
    assert_eq!(state.outputs(), [[0.0, 2.0, 0.0, 0.0, 1.0, 4.0]]);
    state.reset();
    assert_eq!(state.outputs(), [[0.0; 6]]);
    assert!(
        Tower::load(&bundle, Precision::Float32).unwrap().state().unwrap().outputs().is_empty()
    );
    for name in ["embedding", "speaker"] {
        let error = Tower::load(&bundle, with(name, Precision::Float32)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "expected an output of the tower beside its embedding, got `{name}`; \
                 there are: tokens"
            )
        );
    }
}

#[test]
fn what_was_heard_lately_is_embedded_beside_the_rest() {
    let bundle = Draft::recent().write();
    let bundle = bundle.open().unwrap();
    for precision in [Precision::Float32, Precision::Int8] {
        let tower = Tower::load(&bundle, with("recent", precision)).unwrap();
        let mut state = tower.state().unwrap();
        let mut embedding = [0.0; DIM];
        state.step(&[1.0, 0.0, 0.0, 3.0, 0.0, 0.0], &mut embedding).unwrap();
        state.step(&[0.0, 2.0, 0.0, 0.0, 1.0, 4.0], &mut embedding).unwrap();
        assert_near(embedding, unit([4.0, 3.0, 4.0]));
        assert_eq!(state.outputs(), [[0.0, 1.5, 2.0]]);
    }
}

#[test]
fn windows_stand_by_themselves() {
    let mut state = load(&Draft::window(), Precision::Float32).unwrap().state().unwrap();
    let mut embedding = [0.0; DIM];
    let window = [1.0, 0.0, -1.0, 0.0, 2.0, -1.0, 0.0, 0.0, -2.0, 1.0, 1.0, -3.0];
    for _ in 0..2 {
        state.step(&window, &mut embedding).unwrap();
        assert_near(embedding, unit([1.0, 2.0, -1.0]));
    }
}

#[test]
fn a_waveform_goes_in_as_it_is() {
    let mut state = load(&Draft::waveform(), Precision::Float32).unwrap().state().unwrap();
    let mut embedding = [0.0; DIM];
    state.step(&[0.5, 0.5, 1.0, 1.0, -1.0, -1.0, 9.0, 9.0], &mut embedding).unwrap();
    assert_near(embedding, unit([1.0, 2.0, -2.0]));
}

#[test]
fn bad_steps_leave_a_clean_stream() {
    let mut state = load(&Draft::stream(), Precision::Float32).unwrap().state().unwrap();
    let mut embedding = [0.0; DIM];
    let error = state.step(&[0.0; 5], &mut embedding).unwrap_err();
    assert!(matches!(error, EngineError::Length { what: "input", expected: 6, got: 5 }));
    let error = state.step(&[0.0; 6], &mut embedding[..2]).unwrap_err();
    assert!(matches!(error, EngineError::Length { what: "embedding", expected: 3, got: 2 }));
    state.step(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], &mut embedding).unwrap();
    for bad in [f32::NAN, f32::INFINITY] {
        let error = state.step(&[0.0, 0.0, 0.0, 0.0, 0.0, bad], &mut embedding).unwrap_err();
        assert!(matches!(error, EngineError::NotFinite { what: "input" }));
    }
    // The refused inputs have left no trace.
    state.step(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0], &mut embedding).unwrap();
    assert_near(embedding, unit([1.0, 1.0, 0.0]));
    // An overflow inside the graph does, so the stream starts afresh.
    let error = state.step(&[f32::MAX; 6], &mut embedding).unwrap_err();
    assert!(matches!(error, EngineError::NotFinite { what: "embedding" }));
    state.step(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0], &mut embedding).unwrap();
    assert_near(embedding, [0.0, 0.0, 1.0]);
    state.reset();
    let error = state.step(&[0.0; 6], &mut embedding).unwrap_err();
    assert!(matches!(error, EngineError::ZeroEmbedding));
}

#[test]
fn a_graph_must_be_the_one_the_manifest_describes() {
    let error = load(&Draft::window(), Precision::Int8).unwrap_err();
    assert!(matches!(error, EngineError::NoGraph { precision: Precision::Int8 }));

    for bytes in [b"not a graph".to_vec(), Vec::new(), fixture("step.onnx")[..200].to_vec()] {
        let error = load(&with_graph(Draft::stream(), bytes), Precision::Float32).unwrap_err();
        assert!(
            matches!(error, EngineError::Graph { .. } | EngineError::Tensors { .. }),
            "{error:?}"
        );
    }
    let mut draft = Draft::stream();
    draft.manifest["tower"]["input_name"] = "frames".into();
    let error = load(&draft, Precision::Float32).unwrap_err();
    assert!(matches!(error, EngineError::Tensors { .. }), "{error:?}");
    assert!(error.to_string().contains("the inputs frames, sum_in, count_in"), "{error}");

    let mut draft = Draft::stream();
    draft.manifest["tower"]["states"].as_array_mut().unwrap().pop();
    let error = load(&draft, Precision::Float32).unwrap_err();
    assert!(matches!(error, EngineError::Tensors { .. }), "{error:?}");

    let mut draft = Draft::stream();
    draft.manifest["tower"]["outputs"][0]["name"] = "vector".into();
    let error = load(&draft, Precision::Float32).unwrap_err();
    assert!(matches!(error, EngineError::Tensors { .. }), "{error:?}");

    let mut draft = Draft::stream();
    draft.manifest["tower"]["states"][0]["shape"] = json!([1, 4]);
    let error = load(&draft, Precision::Float32).unwrap_err();
    assert!(matches!(error, EngineError::Dimension { .. }), "{error:?}");
    assert!(error.to_string().contains("[1, 4]"), "{error}");

    let mut draft = Draft::stream();
    draft.manifest["tower"]["input_shape"] = json!([1, 4, DIM]);
    draft.manifest["tower"]["hop_frames"] = 4.into();
    let error = load(&draft, Precision::Float32).unwrap_err();
    assert!(matches!(error, EngineError::Dimension { .. }), "{error:?}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

proptest! {
    /// A damaged graph that comes with the right digest, as from a broken
    /// exporter, is answered with an error or runs; it never panics.
    #[test]
    fn any_damage_to_a_graph_is_answered(
        name in prop::sample::select(vec!["step.onnx", "window.onnx", "waveform.onnx"]),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = fixture(name);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let draft = match name {
            "step.onnx" => Draft::stream(),
            "window.onnx" => Draft::window(),
            _ => Draft::waveform(),
        };
        if let Ok(tower) = load(&with_graph(draft, bytes), Precision::Float32) {
            let input = vec![0.5; tower.input_len()];
            let _ = tower.state().unwrap().step(&input, &mut [0.0; DIM]);
        }
    }
}

#[test]
fn towers_are_shared_and_streams_move_between_threads() {
    fn shared<T: Send + Sync>() {}
    fn moved<T: Send>() {}
    shared::<slap_model::Bundle>();
    shared::<Tower>();
    shared::<slap_model::TextTower>();
    moved::<slap_model::TowerState>();
}
