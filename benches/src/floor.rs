//! What a step of a tower cannot go below on this core: its multiply-adds at the fastest the
//! core multiplies, its weights at the fastest the core reads so many bytes.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use half::f16;
use serde_json::Value;

use crate::contest::Measured;
use crate::statistics::best;
use crate::{Outcome, arithmetic, machine, memory, python, table, tower};

/// Rounds of which the best is taken: a floor is what is possible.
const ROUNDS: usize = 51;

/// What a step has to do.
struct Work {
    float_products: f64,
    int8_products: f64,
    weight_bytes: f64,
}

/// Prints a row for each graph of each bundle, then one for each engine on it.
///
/// # Errors
///
/// A sentence, if a graph could not be counted.
pub fn print(python: &Path, towers: &[(&PathBuf, &[Measured])]) -> Outcome {
    let peak = arithmetic::float32();
    let peak_int8 = arithmetic::int8().unwrap_or(peak);
    println!("The floor of a step on this core");
    println!(
        "(peak: {:.0} G multiply-adds a second in float32, {:.0} G in int8)\n",
        peak / 1e9,
        peak_int8 / 1e9
    );
    let mut floors = Vec::new();
    let mut engines = Vec::new();
    for (folder, results) in towers {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        for precision in ["float32", "int8"] {
            let work = work(python, folder, precision)?;
            let reading = reading(work.weight_bytes as usize);
            let products = work.float_products / peak + work.int8_products / peak_int8;
            let read = work.weight_bytes / reading;
            let floor = products.max(read) * 1e6;
            let graph = format!("{name}, {precision}");
            floors.push(vec![
                graph.clone(),
                format!("{:.1}", (work.float_products + work.int8_products) / 1e6),
                format!("{:.2}", work.weight_bytes / 1e6),
                machine::cache(work.weight_bytes),
                format!("{:.0}", reading / 1e9),
                format!("{:.0}", products * 1e6),
                format!("{:.0}", read * 1e6),
                if products > read { "products" } else { "reading" }.to_owned(),
            ]);
            let of_graph = results.iter().filter(|it| tower::precision(&it.name) == precision);
            engines.extend(of_graph.map(|it| {
                vec![
                    format!("{name}: {}", it.name),
                    format!("{:.0}", it.micros),
                    format!("{:.1}", it.micros / floor),
                ]
            }));
        }
    }
    let header = [
        "graph",
        "M multiply-adds",
        "MB of weights",
        "lie in",
        "reading GB/s",
        "products µs",
        "reading µs",
        "binds",
    ];
    table::print(&header, &floors);
    table::print(&["engine", "µs a step", "times the floor"], &engines);
    Ok(())
}

/// Counts what a graph does, from its file.
fn work(python: &Path, folder: &Path, precision: &str) -> Outcome<Work> {
    let script = "floor.py";
    let output = python::command(python, script)
        .arg(folder)
        .arg(precision)
        .output()
        .map_err(|error| format!("{} could not be started: {error}", python.display()))?;
    if !output.status.success() {
        return Err(format!("{script}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let counts: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{script} printed no JSON: {error}"))?;
    let count =
        |name: &str| counts[name].as_f64().ok_or_else(|| format!("{script} counted no {name}"));
    Ok(Work {
        float_products: count("float_products")?,
        int8_products: count("int8_products")?,
        weight_bytes: count("weight_bytes")?,
    })
}

/// Bytes a second, of a buffer of so many bytes that is read again and again.
fn reading(bytes: usize) -> f64 {
    let values = vec![f16::ONE; bytes / size_of::<f16>()];
    let times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(memory::read(black_box(&values)));
            start.elapsed().as_secs_f64()
        })
        .collect();
    bytes as f64 / best(&times)
}
