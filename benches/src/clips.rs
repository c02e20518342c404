//! What a clip costs by its length, and what every clip costs however short.

use std::hint::black_box;
use std::path::Path;

use slap_edge::Screener;
use slap_edge::model::{Bundle, Tower};
use slap_tests::bundle;

use crate::contest::{Measured, RATE, warn_if_busy};
use crate::engines::{Way, fast_ways, open};
use crate::streams::{BLOCK, push, stream};
use crate::usage::computed;
use crate::{Outcome, python, table};

/// Seconds of audio. Without any, what is left is what every clip costs.
const LENGTHS: [usize; 6] = [0, 1, 5, 30, 120, 600];

/// Seconds of audio that shorter clips are heard again for, since CPU time is told in ticks.
const AGAIN: usize = 60;

/// Rounds of which the median is taken.
const ROUNDS: usize = 3;

/// Measures and prints the table.
///
/// # Errors
///
/// A sentence, if a tower could not be loaded or run.
pub fn run(python: &Path) -> Outcome {
    let longest = LENGTHS.into_iter().max().unwrap_or(0);
    let audio = python::speech(python, longest)?;
    let bundle = open(&bundle())?;
    let towers: Vec<(Way, Tower)> =
        fast_ways().map(|way| Ok((way, way.load(&bundle)?))).collect::<Outcome<_>>()?;
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for seconds in LENGTHS {
        let results = measure(&bundle, &towers, &audio[..seconds * RATE])?;
        let mut row = vec![format!("{seconds} s")];
        for result in &results {
            let millis = result.micros / 1e3;
            let each = match seconds {
                0 => String::new(),
                _ => format!("{:.2}", millis / seconds as f64),
            };
            row.extend([format!("{millis:.2}"), each]);
        }
        rows.push(row);
        all.extend(results);
    }
    println!("Clips of slap-voice-small, from the first sample to the summary, one thread");
    println!(
        "({ROUNDS} rounds, by turns; CPU time in milliseconds, and for a second of audio)\n"
    );
    let names: Vec<String> =
        towers.iter().flat_map(|(way, _)| [way.name(), "a second".to_owned()]).collect();
    let header: Vec<&str> =
        std::iter::once("clip").chain(names.iter().map(String::as_str)).collect();
    table::print(&header, &rows);
    warn_if_busy(&all);
    Ok(())
}

/// Microseconds of computing for a whole clip for every tower, by turns.
fn measure(bundle: &Bundle, towers: &[(Way, Tower)], audio: &[f32]) -> Outcome<Vec<Measured>> {
    let mut times = vec![Vec::new(); towers.len()];
    let again = (AGAIN * RATE).div_ceil(audio.len().max(RATE));
    // The first round warms caches up and is not counted.
    for round in 0..=ROUNDS {
        for ((_, tower), times) in towers.iter().zip(&mut times) {
            let before = computed()?;
            for _ in 0..again {
                hear(&mut stream(bundle, tower)?, audio)?;
            }
            if round > 0 {
                times.push((computed()? - before) * 1e6 / again as f64);
            }
        }
    }
    let named = towers.iter().zip(&times);
    Ok(named.map(|((way, _), times)| Measured::new(way.name(), times, None)).collect())
}

/// A clip from its first sample to its summary.
fn hear(stream: &mut Screener, audio: &[f32]) -> Outcome {
    for block in audio.chunks(BLOCK) {
        push(stream, block)?;
    }
    stream.finish(|event| _ = black_box(event)).map_err(|error| error.to_string())?;
    black_box(stream.summary().map_err(|error| error.to_string())?);
    Ok(())
}
