//! All engines agree: one suite, run by each engine on each graph of each bundle.
//!
//! On a machine with an accelerator, `SLAP_TEST_PROVIDER` names the provider that the suite
//! runs on, too, and `ORT_DYLIB_PATH` a library that has it.

use std::fs;
use std::thread;

use slap_core::front_end::StdPlan;
use slap_core::score::Outcome;
use slap_edge::{Event, Options, Parts, Pcm, Screener};
use slap_model::{
    Bundle, Engine, EngineError, Precision, Provider, Tower, TowerOptions, offers,
};
use slap_tests::{files_below, onnx_runtime, root, wav::Wav};

use crate::allocation::{allocations, tone};

/// The largest difference of a value of a unit embedding between engines in float32.
const FLOAT32: f32 = 1e-4;

/// The least mean cosine between int8 and float32 that the export's gate lets pass.
const INT8_COSINE: f32 = 0.998;

fn bundles() -> Vec<Bundle> {
    let folders = fs::read_dir(root().join("models")).unwrap();
    let mut found: Vec<Bundle> = folders
        .map(|folder| folder.unwrap().path())
        .filter(|folder| folder.is_dir())
        .map(|folder| Bundle::open(folder).unwrap())
        .collect();
    found.sort_by_key(|bundle| bundle.manifest().name.clone());
    assert!(found.len() > 1);
    found
}

/// What runs the suite: tract, ONNX Runtime on the processor, and the provider that was named.
fn variants(precision: Precision) -> Vec<TowerOptions> {
    let named = std::env::var("SLAP_TEST_PROVIDER").ok();
    let named = named.map(|name| {
        let known = Provider::ALL.into_iter().find(|it| it.to_string() == name);
        known.unwrap_or_else(|| panic!("SLAP_TEST_PROVIDER: no provider {name}"))
    });
    let variant = |engine, provider| TowerOptions {
        precision,
        engine,
        provider,
        require_provider: true,
        library: library(),
        ..TowerOptions::default()
    };
    let mut variants =
        vec![variant(Engine::Tract, Provider::Cpu), variant(Engine::Ort, Provider::Cpu)];
    variants.extend(named.map(|provider| variant(Engine::Ort, provider)));
    variants
}

/// None where the environment names one.
fn library() -> Option<std::path::PathBuf> {
    std::env::var_os("ORT_DYLIB_PATH").is_none().then(onnx_runtime::library)
}

/// The towers of `bundle` in `precision`, each by another engine.
fn towers(bundle: &Bundle, precision: Precision) -> Vec<Tower> {
    variants(precision).into_iter().map(|it| Tower::load(bundle, it).unwrap()).collect()
}

fn name(bundle: &Bundle, tower: &Tower) -> String {
    let report = tower.report();
    format!(
        "{}, {}, {} on {}",
        bundle.manifest().name,
        report.precision,
        report.engine,
        report.provider
    )
}

/// Chunks of the log-mel of every recording in the repository, in one stream.
fn chunks(bundle: &Bundle, most: usize) -> Vec<Vec<f32>> {
    let plan = StdPlan::new(&bundle.manifest().front_end).unwrap();
    let mut stream = plan.stream();
    let mut values = Vec::new();
    let mut files = files_below(&root().join("models"), "wav");
    files.extend(files_below(&root().join("tests"), "wav"));
    for file in files {
        let wav = Wav::read(&file).unwrap();
        let samples: Vec<f32> =
            wav.samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        stream.push(&plan, &samples, |_, frame| values.extend_from_slice(frame));
    }
    let length = bundle.manifest().tower.input_len();
    let chunks: Vec<Vec<f32>> =
        values.chunks_exact(length).take(most).map(<[f32]>::to_vec).collect();
    assert!(chunks.len() >= 8, "{} chunks", chunks.len());
    chunks
}

/// The embedding of every chunk by a new stream.
fn embeddings(tower: &Tower, chunks: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut state = tower.state().unwrap();
    let mut embedding = vec![0.0; tower.embedding_dim()];
    let step = |chunk: &Vec<f32>| {
        state.step(chunk, &mut embedding).unwrap();
        embedding.clone()
    };
    chunks.iter().map(step).collect()
}

fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    assert_eq!(a.len(), b.len());
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

fn mean_cosine(a: &[Vec<f32>], b: &[Vec<f32>]) -> f32 {
    let cosine =
        |(a, b): (&Vec<f32>, &Vec<f32>)| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    a.iter().zip(b).map(cosine).sum::<f32>() / a.len() as f32
}

#[test]
fn embeddings_agree() {
    for bundle in bundles() {
        let chunks = chunks(&bundle, 60);
        let mut reference = None;
        for tower in towers(&bundle, Precision::Float32) {
            let found = embeddings(&tower, &chunks);
            let expected = reference.get_or_insert_with(|| found.clone());
            let most = difference(&found, expected);
            println!("{}: off by {most:.1e}", name(&bundle, &tower));
            assert!(most <= FLOAT32, "{}: off by {most}", name(&bundle, &tower));
        }
        let full = reference.unwrap();
        for tower in towers(&bundle, Precision::Int8) {
            let cosine = mean_cosine(&embeddings(&tower, &chunks), &full);
            println!("{}: cosine {cosine:.4}", name(&bundle, &tower));
            assert!(cosine >= INT8_COSINE, "{}: cosine {cosine}", name(&bundle, &tower));
        }
    }
}

#[test]
fn further_outputs_agree() {
    for bundle in bundles() {
        let spec = &bundle.manifest().tower;
        let outputs: Vec<String> =
            spec.outputs.iter().skip(1).map(|output| output.name.clone()).collect();
        let chunks = chunks(&bundle, 12);
        let mut reference: Option<Vec<Vec<f32>>> = None;
        for options in variants(Precision::Float32) {
            let options = TowerOptions { outputs: outputs.clone(), ..options };
            let tower = Tower::load(&bundle, options).unwrap();
            let mut state = tower.state().unwrap();
            let mut embedding = vec![0.0; tower.embedding_dim()];
            chunks.iter().for_each(|chunk| state.step(chunk, &mut embedding).unwrap());
            assert_eq!(state.outputs().len(), outputs.len());
            let expected = reference.get_or_insert_with(|| state.outputs().to_vec());
            let most = difference(state.outputs(), expected);
            // Tokens are not of length one: their values are some units large.
            assert!(most <= 10.0 * FLOAT32, "{}: off by {most}", name(&bundle, &tower));
            state.reset();
            assert!(state.outputs().iter().flatten().all(|value| *value == 0.0));
        }
    }
}

#[test]
fn streams_do_not_mix_and_begin_anew() {
    for bundle in bundles() {
        let chunks = chunks(&bundle, 12);
        for precision in [Precision::Float32, Precision::Int8] {
            for tower in towers(&bundle, precision) {
                let alone = embeddings(&tower, &chunks);
                let mut embedding = vec![0.0; tower.embedding_dim()];
                let (mut one, mut two) = (tower.state().unwrap(), tower.state().unwrap());
                for (index, chunk) in chunks.iter().enumerate() {
                    one.step(chunk, &mut embedding).unwrap();
                    assert_eq!(embedding, alone[index], "{}", name(&bundle, &tower));
                    two.step(&chunks[chunks.len() - 1 - index], &mut embedding).unwrap();
                }
                one.reset();
                // What is refused leaves the stream as it was.
                let nan = vec![f32::NAN; tower.input_len()];
                let refused = one.step(&nan, &mut embedding).unwrap_err();
                assert!(matches!(refused, EngineError::NotFinite { what: "input" }));
                one.step(&chunks[0], &mut embedding).unwrap();
                assert_eq!(embedding, alone[0], "{}", name(&bundle, &tower));
            }
        }
    }
}

#[test]
fn many_threads_share_a_tower() {
    for bundle in bundles() {
        let chunks = chunks(&bundle, 24);
        for precision in [Precision::Float32, Precision::Int8] {
            for tower in towers(&bundle, precision) {
                let alone = embeddings(&tower, &chunks);
                thread::scope(|scope| {
                    let streams: Vec<_> =
                        (0..8).map(|_| scope.spawn(|| embeddings(&tower, &chunks))).collect();
                    for stream in streams {
                        assert_eq!(stream.join().unwrap(), alone, "{}", name(&bundle, &tower));
                    }
                });
            }
        }
    }
}

#[test]
fn decisions_are_the_same() {
    for bundle in bundles() {
        let wav = Wav::read(&bundle.dir().join(&bundle.manifest().golden.audio)).unwrap();
        let mut reference: Option<Vec<String>> = None;
        for tower in towers(&bundle, Precision::Float32) {
            let mut screener = Screener::new(&bundle, &tower, &Options::default()).unwrap();
            screener.push(Pcm::I16(&wav.samples), wav.rate, wav.channels, |_| {}).unwrap();
            screener.finish(|_| {}).unwrap();
            let summary = screener.summary().unwrap();
            let decisions: Vec<String> = summary
                .tasks
                .iter()
                .map(|task| match task.outcome() {
                    Outcome::Class(top) => format!("class {}", top.class),
                    Outcome::Unsure(top) => format!("unsure, class {}", top.class),
                    other => format!("{other:?}"),
                })
                .collect();
            assert!(decisions.len() > 10);
            let expected = reference.get_or_insert_with(|| decisions.clone());
            assert_eq!(&decisions, expected, "{}", name(&bundle, &tower));
        }
    }
}

#[test]
fn onnx_runtime_allocates_nothing_of_ours() {
    for bundle in bundles() {
        let options =
            TowerOptions { engine: Engine::Ort, library: library(), ..TowerOptions::default() };
        let tower = Tower::load(&bundle, options).unwrap();
        let state = tower.state().unwrap();
        let mut screener =
            Screener::with_encoder(&Parts::from(&bundle), state, &Options::default()).unwrap();
        screener.prepare(48_000, 1).unwrap();
        let audio = tone();
        let mut segments = 0;
        let count = allocations(|| {
            for samples in audio.chunks(480) {
                let sink = |event: Event<'_>| {
                    segments += usize::from(matches!(event, Event::Segment(_)));
                };
                screener.push(Pcm::F32(samples), 48_000, 1, sink).unwrap();
            }
        });
        assert!(segments >= 15, "{segments} segments");
        assert_eq!(count, 0, "{}", bundle.manifest().name);
    }
}

#[test]
fn what_ran_is_reported() {
    for bundle in bundles() {
        let tower = |engine, provider, require_provider| {
            Tower::load(
                &bundle,
                TowerOptions {
                    engine,
                    provider,
                    require_provider,
                    count_nodes: true,
                    library: library(),
                    ..TowerOptions::default()
                },
            )
        };
        for engine in Engine::ALL {
            let tower = tower(engine, Provider::Cpu, true).unwrap();
            let report = tower.report();
            let nodes = report.nodes.unwrap();
            assert!(nodes.all > 50 && nodes.on_provider == nodes.all, "{nodes:?}");
            assert_eq!((report.engine, report.provider), (engine, Provider::Cpu));
            assert_eq!((report.share(), &report.fallback), (1.0, &None));
            assert_eq!(report.arithmetic, Precision::Float32);
            assert!(report.version.contains('.'), "{}", report.version);
        }
        // One that this machine surely lacks, whatever library is there.
        let absent = if cfg!(windows) { Provider::CoreMl } else { Provider::DirectMl };
        for engine in Engine::ALL {
            let error = tower(engine, absent, true).unwrap_err();
            assert!(matches!(error, EngineError::NoProvider { .. }), "{error}");
            let instead = tower(engine, absent, false).unwrap();
            assert_eq!(instead.report().provider, Provider::Cpu);
            assert!(instead.report().fallback.is_some());
        }
    }
}

#[test]
fn what_there_is_and_what_is_missing_is_listed() {
    let offers = offers(library().as_deref());
    let found = |engine, provider| {
        let offer = offers.iter().find(|it| (it.engine, it.provider) == (engine, provider));
        offer.unwrap().found.clone()
    };
    assert!(found(Engine::Tract, Provider::Cpu).is_ok());
    let path = found(Engine::Ort, Provider::Cpu).unwrap();
    let path = path.library.unwrap();
    assert!(path.to_string_lossy().contains("onnxruntime"), "{}", path.display());
    assert_eq!(offers.len(), 1 + Provider::ALL.len());
    assert!(found(Engine::Ort, Provider::DirectMl).is_err());
}
