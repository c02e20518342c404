//! What one step of a stream pays for its prompts: the cosine of each with the embedding
//! of the audio.
//!
//! Compared with the plain code that slap-core runs where it knows nothing of the processor.
//! It has no door of its own, so its file is compiled into this program.

#[path = "../../runtime/core/src/simd/scalar.rs"]
mod scalar;

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use half::f16;
use serde_json::Value;
use slap_core::score::PromptSet;
use slap_tests::bundle;

use crate::contest::{Measured, warn_if_busy};
use crate::{Outcome, machine, memory, table};

/// Prompts in a set.
const SIZES: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// Rounds of which the median is taken.
const ROUNDS: usize = 51;

/// Prompts that are scored in a round, so that the clock's own time does not count.
const PROMPTS: usize = 10_000;

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if the bundle could not be read, or if the plain code finds other cosines.
pub fn run() -> Outcome {
    let dim = dim()?;
    println!("Prompts: {dim} values each, half precision, one step of a stream, one thread");
    println!("({ROUNDS} rounds, medians; ratio to the plain code, share of reading alone)\n");
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for size in SIZES {
        let [ours, plain, reading] = measure(size, dim)?;
        let bytes = (size * dim * size_of::<f16>()) as f64;
        let speed = |it: &Measured| bytes / it.micros / 1e3;
        rows.push(vec![
            size.to_string(),
            machine::cache(bytes),
            format!("{:.3}", ours.best),
            format!("{:.3}", ours.micros),
            format!("{:.1}", ours.micros * 1e3 / size as f64),
            format!("{:.1}", speed(&ours)),
            format!("{:.1}", speed(&reading)),
            format!("{:.0} %", 100.0 * reading.micros / ours.micros),
            format!("{:.3}", plain.best),
            format!("{:.3}", plain.micros),
            format!("{:.1}", plain.micros / ours.micros),
        ]);
        all.extend([ours, plain, reading]);
    }
    let header = [
        "prompts",
        "lie in",
        "best µs",
        "median µs",
        "ns a prompt",
        "GB/s",
        "reading GB/s",
        "share",
        "plain best µs",
        "plain median µs",
        "times faster",
    ];
    table::print(&header, &rows);
    warn_if_busy(&all);
    Ok(())
}

/// Values in an embedding of the bundle.
fn dim() -> Outcome<usize> {
    let path = bundle().join("manifest.json");
    let text =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let manifest: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let dim = manifest["tower"]["embedding_dim"].as_u64();
    let dim = dim.ok_or_else(|| format!("{} names no embedding_dim", path.display()))?;
    usize::try_from(dim).map_err(|error| format!("{}: {error}", path.display()))
}

/// Microseconds a step of a set of this size: slap-core, the plain code, and reading alone.
fn measure(size: usize, dim: usize) -> Outcome<[Measured; 3]> {
    let embeddings: Vec<f16> = embeddings(size, dim);
    let unit: Vec<f32> = embeddings[..dim].iter().map(|value| value.to_f32()).collect();
    let set = PromptSet::new(&embeddings, dim).map_err(|error| error.to_string())?;
    let mut cosines = vec![0.0; size];
    let mut expected = vec![0.0; size];
    set.cosines(&unit, &mut cosines).map_err(|error| error.to_string())?;
    scalar::dots(&embeddings, &unit, &mut expected);
    let bits = |values: &[f32]| values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
    if bits(&cosines) != bits(&expected) {
        return Err(format!("the plain code finds other cosines for {size} prompts"));
    }

    let mut ours = || _ = black_box(set.cosines(black_box(&unit), black_box(&mut cosines)));
    let mut plain =
        || scalar::dots(black_box(&embeddings), black_box(&unit), black_box(&mut expected));
    let mut reading = || _ = black_box(memory::read(black_box(&embeddings)));
    let mut contestants: [&mut dyn FnMut(); 3] = [&mut ours, &mut plain, &mut reading];
    let mut times = [const { Vec::new() }; 3];
    let steps = PROMPTS.div_ceil(size);
    // The first round warms caches up and is not counted.
    for round in 0..=ROUNDS {
        for (step, times) in contestants.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..steps {
                step();
            }
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e6 / steps as f64);
            }
        }
    }
    Ok(times.map(|times| Measured::new(format!("{size} prompts"), &times, None)))
}

/// Noise of length 1, row by row, the same in every run.
fn embeddings(size: usize, dim: usize) -> Vec<f16> {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (f64::from(state) / f64::from(u32::MAX)) as f32 - 0.5
    };
    let mut values = Vec::with_capacity(size * dim);
    for _ in 0..size {
        let row: Vec<f32> = (0..dim).map(|_| noise()).collect();
        let norm = row.iter().map(|it| it * it).sum::<f32>().sqrt();
        values.extend(row.iter().map(|it| f16::from_f32(it / norm)));
    }
    values
}
