//! Sentences in, embeddings or clear errors out.

use serde_json::Value;
use slap_model::{EngineError, TextError, TextTower};

use crate::draft::{DIM, Draft, safetensors};

fn load(draft: &Draft) -> Result<TextTower, TextError> {
    TextTower::load(&draft.write().open().unwrap())
}

fn embed(sentence: &str) -> Result<Vec<f32>, TextError> {
    load(&Draft::stream()).unwrap().embed(sentence)
}

fn assert_near(a: &[f32], b: [f32; DIM]) {
    let norm = b.iter().map(|x| x * x).sum::<f32>().sqrt();
    assert_eq!(a.len(), DIM);
    assert!(a.iter().zip(b).all(|(a, b)| (a - b / norm).abs() < 1e-6), "{a:?} {b:?}");
}

#[test]
fn sentences_are_pooled_and_projected() {
    let tower = load(&Draft::stream()).unwrap();
    assert_near(&tower.embed("calm").unwrap(), [1.0, 0.0, 0.0]);
    assert_near(&tower.embed("A rough voice!").unwrap(), [1.0, 4.0, 0.0]);
    // Longer than the truncation the tokenizer's file asks for.
    assert_near(&tower.embed("a calm calm rough voice s").unwrap(), [3.0, 4.0, 0.0]);
}

#[test]
fn prompts_without_words() {
    for empty in ["", " ", "\t\n", "?!", "\u{200b}", "\u{1f600}"] {
        assert!(matches!(embed(empty), Err(TextError::Empty)), "{empty:?}");
    }
}

#[test]
fn prompts_too_long() {
    assert!(embed("voice voice voice voice voice voice").is_ok());
    let error = embed("voice voice voice voice voice voice voice").unwrap_err();
    assert!(matches!(error, TextError::TooLong { expected: 8, got: 9 }), "{error}");
    let error = embed(&"calm ".repeat(2_000)).unwrap_err();
    assert!(matches!(error, TextError::TooLong { expected: 8, got: 2_002 }), "{error}");
    // One word of ten thousand letters is one unknown token.
    assert!(matches!(embed(&"x".repeat(10_000)), Err(TextError::Unknown { .. })));
}

#[test]
fn prompts_the_encoder_cannot_read() {
    let error = embed("嘶哑的 声音").unwrap_err();
    assert!(matches!(error, TextError::Unknown { tokens: 5, unknown: 5 }), "{error}");
    // Known letters, but no words: spelling is not reading.
    let error = embed("где вав").unwrap_err();
    assert!(matches!(error, TextError::Unknown { .. }), "{error}");
    // Half is enough, less is not.
    assert!(embed("zzz voice").is_ok());
    let error = embed("zzz zzz voice").unwrap_err();
    assert!(matches!(error, TextError::Unknown { tokens: 3, unknown: 2 }), "{error}");
}

#[test]
fn a_sentence_without_direction_is_an_error() {
    let error = embed("a").unwrap_err();
    assert!(matches!(error, TextError::Engine(EngineError::ZeroEmbedding)), "{error}");
}

#[test]
fn each_broken_part_has_its_name() {
    let mut draft = Draft::stream();
    draft.manifest["text"] = Value::Null;
    assert!(matches!(load(&draft), Err(TextError::NoTextTower)));

    let mut draft = Draft::stream();
    draft.files.insert("tokenizer.json".into(), b"{}".to_vec());
    assert!(matches!(load(&draft), Err(TextError::Tokenizer { .. })));

    for projection in [
        b"short".to_vec(),
        safetensors("{}", "weight", "F32", &[DIM, 2], &[0; 24]),
        safetensors("{}", "matrix", "F32", &[2, DIM], &[0; 24]),
        safetensors("{}", "weight", "F16", &[2, DIM], &[0; 12]),
        safetensors("{}", "weight", "F32", &[2, DIM], &[0xff; 24]),
    ] {
        let mut draft = Draft::stream();
        draft.files.insert("text_projection.safetensors".into(), projection);
        let error = load(&draft).unwrap_err();
        assert!(matches!(error, TextError::Projection { .. }), "{error}");
    }

    let mut draft = Draft::stream();
    draft.files.insert("text.onnx".into(), b"not a graph".to_vec());
    assert!(matches!(load(&draft), Err(TextError::Engine(_))));

    let mut draft = Draft::stream();
    draft.manifest["text"]["output"] = "pooled".into();
    let error = load(&draft).unwrap_err();
    assert!(matches!(error, TextError::Engine(EngineError::Tensors { .. })), "{error}");

    let mut draft = Draft::stream();
    draft.manifest["text"]["dim"] = 4.into();
    draft.files.insert(
        "text_projection.safetensors".into(),
        safetensors("{}", "weight", "F32", &[4, DIM], &[0; 48]),
    );
    let error = load(&draft).unwrap_err();
    assert!(matches!(error, TextError::Engine(EngineError::Dimension { .. })), "{error}");
}
