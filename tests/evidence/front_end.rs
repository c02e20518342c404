//! The front end against what other libraries computed: features that
//! published towers were trained with, recorded under `tests/golden/front_end`
//! by `export/tests/record_front_end_golden.py`.

use safetensors::SafeTensors;
use slap_core::front_end::{FrontEndSpec, Log, Normalise, Spectrum, StdPlan};
use slap_model::front_end::spec_from_json;
use slap_tests::root;

/// Natural-log units above the floor and above rounding.
const TOLERANCE: f32 = 1e-3;

/// Below a frame's loudest band by this much, single precision holds only its
/// own rounding, in the libraries too.
const ROUNDING_DECIBELS: f32 = 80.0;

const SIGNALS: [&str; 5] = ["noise", "tones", "silence", "clipped", "speech"];

fn floats(tensors: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let bytes = tensors.tensor(name).unwrap().data();
    bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
}

fn log_mel(spec: &FrontEndSpec, audio: &[f32]) -> Vec<f32> {
    let plan = StdPlan::new(spec).unwrap();
    let mut frames = Vec::new();
    let mut stream = plan.stream();
    stream.push(&plan, audio, |_, frame| frames.extend_from_slice(frame));
    stream.finish(&plan, |_, frame| frames.extend_from_slice(frame));
    plan.normalise_clip(&mut frames);
    frames
}

/// Spread of a band over the clip, as the normalisation per band divides by it.
fn spread(energy: &[f32], band: usize, bands: usize, epsilon: f32) -> f32 {
    let values: Vec<f32> = energy.iter().copied().skip(band).step_by(bands).collect();
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let squares: f32 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (squares / (count - 1.0) + epsilon).sqrt()
}

#[test]
fn recorded_libraries_are_matched() {
    let folder = root().join("tests/golden/front_end");
    let mut libraries = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = header.metadata().clone().unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let spec = spec_from_json(&metadata["front_end"]).unwrap();
        let natural: f32 = metadata["natural"].parse().unwrap();
        let plain = FrontEndSpec { log: Log::Ln, normalise: Normalise::None, ..spec };
        let decibel = match spec.spectrum {
            Spectrum::Power => std::f32::consts::LN_10 / 10.0,
            Spectrum::Magnitude => std::f32::consts::LN_10 / 20.0,
        };
        for signal in SIGNALS {
            let audio = floats(&tensors, &format!("{signal}.audio"));
            let want = floats(&tensors, &format!("{signal}.log_mel"));
            let got = log_mel(&spec, &audio);
            assert!(got.len() >= want.len() && !want.is_empty(), "{name} {signal}");
            let energy = &log_mel(&plain, &audio)[..want.len()];
            let mut compared = 0;
            for (frame, values) in energy.chunks_exact(spec.bands).enumerate() {
                let loudest = values.iter().copied().fold(f32::MIN, f32::max);
                let least = (spec.log_floor.ln() + TOLERANCE)
                    .max(loudest - ROUNDING_DECIBELS * decibel);
                for (band, value) in values.iter().enumerate() {
                    if *value <= least {
                        continue;
                    }
                    compared += 1;
                    let unit = match spec.normalise {
                        Normalise::PerBand { epsilon } => {
                            spread(energy, band, spec.bands, epsilon)
                        }
                        _ => natural,
                    };
                    let at = frame * spec.bands + band;
                    let error = (got[at] - want[at]).abs() * unit;
                    assert!(
                        error <= TOLERANCE,
                        "{name}, {signal}, frame {frame}, band {band}: off by {error}"
                    );
                }
            }
            if ["noise", "speech"].contains(&signal) {
                assert!(compared * 5 > want.len() * 4, "{name} {signal}: too little compared");
            }
        }
        libraries += 1;
    }
    assert_eq!(libraries, 9);
}
