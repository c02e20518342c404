//! The bundle's golden files, replayed: what training wrote down must come out
//! of the device's code again, within the tolerances that the manifest states.

use std::fs;

use safetensors::SafeTensors;
use serde_json::Value;
use slap_core::front_end::StdPlan;
use slap_core::score::{ClassPlan, PromptSet, TaskPlan};
use slap_edge::{Options, Pcm, Screener, USUAL_LIMITS};
use slap_model::{Bundle, Precision, Tower};
use slap_tests::{bundle, wav::Wav};

fn open() -> Bundle {
    Bundle::open(bundle()).unwrap()
}

fn audio(bundle: &Bundle) -> Wav {
    let golden = &bundle.manifest().golden;
    let wav = Wav::read(&bundle.dir().join(&golden.audio)).unwrap();
    assert_eq!(wav.rate, bundle.manifest().front_end.sample_rate);
    assert_eq!(wav.channels, 1);
    wav
}

/// A tensor of the golden files: its rows.
fn tensor(bundle: &Bundle, file: &str, name: &str) -> Vec<Vec<f32>> {
    let bytes = fs::read(bundle.dir().join(file)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = tensors.tensor(name).unwrap();
    let width = *tensor.shape().last().unwrap();
    let values: Vec<f32> = tensor
        .data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    values.chunks_exact(width).map(<[f32]>::to_vec).collect()
}

/// The largest difference between two tables, which must have one shape.
#[track_caller]
fn difference(found: &[Vec<f32>], expected: &[Vec<f32>]) -> f32 {
    assert_eq!(found.len(), expected.len(), "rows");
    let pairs = found.iter().zip(expected).flat_map(|(found, expected)| {
        assert_eq!(found.len(), expected.len(), "columns");
        found.iter().zip(expected)
    });
    pairs.fold(0.0, |most, (found, expected)| {
        assert!(found.is_finite());
        most.max((found - expected).abs())
    })
}

/// The log-mel of the recording followed by silence, as long as `rows` say.
fn log_mel(bundle: &Bundle, rows: usize) -> Vec<Vec<f32>> {
    let plan = StdPlan::new(&bundle.manifest().front_end).unwrap();
    let mut stream = plan.stream();
    let mut frames: Vec<Vec<f32>> = Vec::new();
    let samples: Vec<f32> =
        audio(bundle).samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    stream.push(&plan, &samples, |_, frame| frames.push(frame.to_vec()));
    let hop = vec![0.0; plan.spec().hop_length];
    while frames.len() < rows {
        stream.push(&plan, &hop, |_, frame| frames.push(frame.to_vec()));
    }
    frames.truncate(rows);
    frames
}

#[test]
fn the_front_end_gives_the_features_of_training() {
    let bundle = open();
    let golden = &bundle.manifest().golden;
    let expected = tensor(&bundle, &golden.log_mel, "log_mel");
    let found = log_mel(&bundle, expected.len());
    let most = difference(&found, &expected);
    assert!(most <= golden.tolerance.log_mel, "off by {most}");
}

#[test]
fn the_tower_gives_the_embeddings_of_training() {
    let bundle = open();
    let golden = &bundle.manifest().golden;
    let expected = tensor(&bundle, &golden.embeddings, "steps");
    let tower = Tower::load(&bundle, Precision::Float32).unwrap();
    let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
    let mut found = Vec::new();
    let mut sink = |event: slap_edge::Event<'_>| {
        if let slap_edge::Event::Segment(segment) = event {
            found.push(segment.embedding.to_vec());
        }
    };
    let wav = audio(&bundle);
    screener.push(Pcm::I16(&wav.samples), wav.rate, 1, &mut sink).unwrap();
    screener.finish(&mut sink).unwrap();
    let most = difference(&found, &expected);
    assert!(most <= golden.tolerance.embedding, "steps are off by {most}");

    let clip = screener.summary().unwrap().embedding.unwrap();
    let bytes = fs::read(bundle.dir().join(&golden.embeddings)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let expected: Vec<f32> = tensors
        .tensor("clip")
        .unwrap()
        .data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let most = difference(&[clip], &[expected]);
    assert!(most <= golden.tolerance.embedding, "the clip is off by {most}");
}

#[test]
fn the_scores_are_those_of_training() {
    let bundle = open();
    let golden = &bundle.manifest().golden;
    let scores = fs::read_to_string(bundle.dir().join(&golden.scores)).unwrap();
    let scores: Value = serde_json::from_str(&scores).unwrap();
    let clip = tensor(&bundle, &golden.embeddings, "clip").concat();

    let pack = bundle.prompt_pack();
    let prompts = PromptSet::new(&pack.embeddings, pack.dim).unwrap();
    let mut cosines = vec![0.0; prompts.len()];
    prompts.cosines(&clip, &mut cosines).unwrap();
    let expected = scores["prompts"].as_array().unwrap();
    assert_eq!(cosines.len(), expected.len());
    for ((found, expected), text) in cosines.iter().zip(expected).zip(&pack.texts) {
        let expected = expected.as_f64().unwrap() as f32;
        assert!((found - expected).abs() <= 1e-4, "{text}: {found}, expected {expected}");
    }

    let logit_scale = bundle.manifest().tower.logit_scale;
    assert_eq!(pack.tasks.len(), scores["tasks"].as_object().unwrap().len());
    for task in &pack.tasks {
        let classes: Vec<ClassPlan<&[usize]>> = task
            .classes
            .iter()
            .map(|class| ClassPlan::new(&prompts, &class.prompts[..], class.bias).unwrap())
            .collect();
        let plan =
            TaskPlan::new(classes, logit_scale, task.temperature, task.minimum_probability);
        let mut found = vec![0.0; task.classes.len()];
        plan.unwrap().probabilities(&cosines, &mut found).unwrap();
        for (class, found) in task.classes.iter().zip(found) {
            let expected = scores["tasks"][&task.name][&class.name].as_f64().unwrap() as f32;
            assert!(
                (found - expected).abs() <= golden.tolerance.probability,
                "{} {}: {found}, expected {expected}",
                task.name,
                class.name
            );
        }
    }
}

#[test]
fn int8_says_what_float32_says() {
    let bundle = open();
    if bundle.manifest().tower.int8.is_none() {
        return;
    }
    let wav = audio(&bundle);
    let summary = |precision| {
        let tower = Tower::load(&bundle, precision).unwrap();
        let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
        screener.push(Pcm::I16(&wav.samples), wav.rate, 1, |_| {}).unwrap();
        screener.finish(|_| {}).unwrap();
        screener.summary().unwrap().embedding.unwrap()
    };
    let (float, int8) = (summary(Precision::Float32), summary(Precision::Int8));
    let cosine: f32 = float.iter().zip(&int8).map(|(a, b)| a * b).sum();
    assert!(cosine >= 0.98, "cosine {cosine}");
}

#[test]
fn without_a_bundle_recordings_are_judged_as_with_this_one() {
    assert_eq!(open().manifest().quality, USUAL_LIMITS);
}
