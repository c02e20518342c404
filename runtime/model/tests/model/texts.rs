//! Sentences in, embeddings or clear errors out.

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use slap_model::{EngineError, Reading, Said, Sha256, TextError, TextTower};

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

type Tensors = [(&'static str, Dtype, Vec<usize>, Vec<u8>)];

/// Two keys along the first axis and one along the second, of the tiny encoder's two.
fn memory(change: impl FnOnce(&mut Tensors)) -> Vec<u8> {
    let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let mut tensors = [
        ("base", Dtype::F32, vec![DIM], floats(&[0.0, 0.0, 1.0])),
        (
            "levels",
            Dtype::I8,
            vec![3, 2],
            [127i8, 0, 64, 0, 0, 127].map(i8::cast_unsigned).into(),
        ),
        (
            "meanings",
            Dtype::I32,
            vec![3],
            [0i32, 0, 1].iter().flat_map(|m| m.to_le_bytes()).collect(),
        ),
        ("scales", Dtype::F32, vec![3], floats(&[1.0 / 127.0; 3])),
        ("values", Dtype::F32, vec![2, DIM], floats(&[2.0, 0.0, 0.0, 0.0, 3.0, 0.0])),
    ];
    change(&mut tensors);
    let views = tensors.iter().map(|(name, dtype, shape, data)| {
        (*name, TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    let metadata = [("temperature", "0.5"), ("names", r#"["it is calm", "it is rough"]"#)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    safetensors::serialize(views, Some(metadata)).unwrap()
}

fn with_memory(file: Vec<u8>) -> Draft {
    let mut draft = Draft::stream();
    draft.files.insert("text_projection.safetensors".into(), file);
    draft
}

#[test]
fn a_phrase_memory_reads_a_sentence_as_things_it_knows() {
    let tower = load(&with_memory(memory(|_| {}))).unwrap();
    // The encoder's mean over [CLS] calm [SEP] is [1/3, 0].
    let weights = [1.0f32, 64.0 / 127.0, 0.0].map(|key| (key / 3.0 / 0.5).exp());
    let calm = (weights[0] + weights[1]) / weights.iter().sum::<f32>();
    assert_near(&tower.embed("calm").unwrap(), [2.0 * calm, 3.0 * (1.0 - calm), 1.0]);
    let reading = tower.read("calm").unwrap().unwrap();
    assert_eq!(reading.said[0].text, "it is calm");
    assert!((reading.said[0].share - calm).abs() < 1e-6);
    assert!((reading.said.iter().map(|thing| thing.share).sum::<f32>() - 1.0).abs() < 1e-6);
    assert_eq!(reading.clearly().len(), 2);
    assert!(matches!(tower.read("?"), Err(TextError::Empty)));
    assert!(load(&Draft::stream()).unwrap().read("calm").unwrap().is_none());
}

#[test]
fn a_thin_spread_says_nothing_clearly() {
    let said = |share| Said { text: "it is calm".into(), share };
    assert!(Reading { said: vec![said(0.04); 25] }.clearly().is_empty());
    assert_eq!(Reading { said: vec![said(0.8), said(0.16), said(0.04)] }.clearly().len(), 2);
}

#[test]
fn each_broken_memory_is_refused() {
    type Change = fn(&mut Tensors);
    let changes: [(Change, &str); 6] = [
        (|t| t[1].2 = vec![2, 3], "`levels` of [keys, 2]"),
        (|t| t[2].3[0] = 2, "`meanings` below 2"),
        (|t| t[2].3[3] = 0x80, "`meanings` below 2"),
        (|t| t[3].3[..4].copy_from_slice(&f32::NAN.to_le_bytes()), "finite"),
        (|t| t[4].2 = vec![DIM, 2], "`values` as F32 of [2, 3]"),
        (|t| t[0].0 = "bias", "tensors base, levels"),
    ];
    for (change, part) in changes {
        let error = load(&with_memory(memory(change))).unwrap_err();
        assert!(matches!(error, TextError::Projection { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
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
    assert!(matches!(load(&draft), Err(TextError::NoTextTower { space: None })));
    let sha256 = Sha256::of(b"a teacher");
    draft.manifest["tower"]["space"] = json!({"name": "teacher", "sha256": sha256});
    let error = load(&draft).unwrap_err().to_string();
    assert!(error.ends_with("; use a pack made with teacher, or its own prompts and tasks"));

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
