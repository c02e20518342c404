//! Many live streams on one plan, shared out between two threads: what each costs.

use std::hint::black_box;
use std::path::Path;

use slap_edge::model::{Bundle, Tower};
use slap_edge::{Options, Pcm, Screener};
use slap_tests::bundle;

use crate::contest::RATE;
use crate::engines::{Way, fast_ways, open};
use crate::usage::{computed, resident};
use crate::{Outcome, python, table};

/// Live streams.
const COUNTS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Threads that the streams are shared out to.
const THREADS: usize = 2;

/// Seconds of audio that all streams hear together.
const SECONDS: usize = 384;

/// Samples that a stream is given at a time: 20 ms.
pub const BLOCK: usize = 320;

/// An engine, and its streams so far.
struct Crowd {
    way: Way,
    tower: Tower,
    streams: Vec<Screener>,
    /// Bytes that the streams took.
    memory: f64,
    /// Seconds of computing for a second of audio, for every number of streams.
    costs: Vec<f64>,
}

/// Measures and prints the tables.
///
/// # Errors
///
/// A sentence, if a tower could not be loaded or run.
pub fn run(python: &Path) -> Outcome {
    let audio = python::speech(python, SECONDS)?;
    let bundle = open(&bundle())?;
    let mut crowds = Vec::new();
    for way in fast_ways() {
        let tower = way.load(&bundle)?;
        crowds.push(Crowd { way, tower, streams: vec![], memory: 0.0, costs: vec![] });
    }
    // Streams are only ever added, so that no memory is used twice.
    for count in COUNTS {
        for crowd in &mut crowds {
            crowd.grow(&bundle, count, &audio)?;
        }
    }
    print(&mut crowds, &audio)
}

impl Crowd {
    /// Adds streams and lets all of them hear.
    fn grow(&mut self, bundle: &Bundle, count: usize, audio: &[f32]) -> Outcome {
        let before = resident()?;
        while self.streams.len() < count {
            self.streams.push(stream(bundle, &self.tower)?);
        }
        let audio = &audio[..audio.len() / count];
        let share = count.div_ceil(THREADS);
        let computed: f64 = std::thread::scope(|scope| {
            let feeders = self.streams.chunks_mut(share);
            let feeders: Vec<_> =
                feeders.map(|streams| scope.spawn(|| feed(streams, audio))).collect();
            feeders
                .into_iter()
                .map(|it| {
                    it.join().map_err(|_| "a thread of streams ended early".to_owned())?
                })
                .sum::<Outcome<f64>>()
        })?;
        self.memory += resident()? - before;
        self.costs.push(computed / (count * audio.len()) as f64 * RATE as f64);
        Ok(())
    }
}

/// A stream that scores everything in the bundle.
pub fn stream(bundle: &Bundle, tower: &Tower) -> Outcome<Screener> {
    Screener::new(bundle, tower, &Options::default()).map_err(|error| error.to_string())
}

/// Feeds all streams the same audio, block by block; the seconds that this thread computed.
fn feed(streams: &mut [Screener], audio: &[f32]) -> Outcome<f64> {
    let before = computed()?;
    streams.iter_mut().for_each(Screener::reset);
    for block in audio.chunks(BLOCK) {
        for stream in &mut *streams {
            push(stream, block)?;
        }
    }
    Ok(computed()? - before)
}

/// Gives a stream one block.
pub fn push(stream: &mut Screener, block: &[f32]) -> Outcome {
    let pushed = stream.push(Pcm::F32(block), RATE as u32, 1, |event| _ = black_box(event));
    pushed.map_err(|error| error.to_string())
}

fn print(crowds: &mut [Crowd], audio: &[f32]) -> Outcome {
    println!("Live streams of slap-voice-small, 20 ms of speech at a time, {THREADS} threads");
    println!(
        "(CPU time for a second of one stream's audio, and all streams' share of two cores)\n"
    );
    let mut header = vec!["streams".to_owned()];
    for crowd in &*crowds {
        header.extend([format!("{}, ms", crowd.way.name()), "share".to_owned()]);
    }
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let row = |(at, count): (usize, &usize)| {
        let mut cells = vec![count.to_string()];
        for cost in crowds.iter().filter_map(|crowd| crowd.costs.get(at)) {
            let share = cost * *count as f64 / THREADS as f64;
            cells.extend([format!("{:.2}", cost * 1e3), format!("{:.1} %", share * 100.0)]);
        }
        cells
    };
    let rows: Vec<_> = COUNTS.iter().enumerate().map(row).collect();
    table::print(&header, &rows);

    let mut rows = Vec::new();
    for crowd in crowds {
        let steps = audio.len() as f64 / RATE as f64 / crowd.streams[0].step_seconds();
        let lonely = &mut crowd.streams[..1];
        let counted = allocation_counter::measure(|| _ = black_box(feed(lonely, audio)));
        rows.push(vec![
            crowd.way.name(),
            format!("{:.2}", crowd.memory / crowd.streams.len() as f64 / 1e6),
            format!("{:.0}", counted.count_total as f64 / steps),
        ]);
    }
    let header = ["engine", "MB a stream", "allocations a step"];
    table::print(&header, &rows);
    Ok(())
}
