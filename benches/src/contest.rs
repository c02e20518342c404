//! Contestants that are fed 10 ms of audio at a time, by turns.

use std::hint::black_box;
use std::time::Instant;

use crate::Outcome;
use crate::python::Peers;
use crate::statistics::{best, median};

/// Samples in 10 ms at 16 kHz.
pub const HOP: usize = 160;

/// Samples in a second.
pub const RATE: usize = 16_000;

/// A median this many times above the best round means that something else ran.
const BUSY: f64 = 1.5;

/// Something that takes audio.
pub trait Contestant {
    /// What it is, for the table.
    fn name(&self) -> String;

    /// Takes one hop; returns something that depends on what it found, so that
    /// the work cannot be left out.
    fn hop(&mut self, samples: &[f32]) -> f64;

    /// Ends the audio, and is as new.
    fn end(&mut self) -> f64 {
        0.0
    }
}

/// What one contestant took for a hop.
pub struct Measured {
    pub name: String,
    /// Microseconds, median of the rounds.
    pub micros: f64,
    /// Microseconds in the fastest round: what the code takes when nothing
    /// else runs.
    pub best: f64,
    /// Allocations, and bytes in them; `None` where they cannot be counted.
    pub heap: Option<(f64, f64)>,
}

impl Measured {
    /// From the microseconds a hop of every round.
    pub fn new(name: String, rounds: &[f64], heap: Option<(f64, f64)>) -> Self {
        Self { name, micros: median(rounds), best: best(rounds), heap }
    }

    /// Allocations a hop, and bytes a hop, for the table.
    pub fn heap_cells(&self) -> [String; 2] {
        let cell =
            |value: Option<f64>| value.map_or("not counted".into(), |it| format!("{it:.0}"));
        [cell(self.heap.map(|it| it.0)), cell(self.heap.map(|it| it.1))]
    }
}

/// Feeds all of them the same audio, round by round, those in Python last.
pub fn measure(
    contestants: &mut [Box<dyn Contestant>],
    peers: &mut Peers,
    audio: &[f32],
    rounds: usize,
) -> Outcome<Vec<Measured>> {
    let hops = (audio.len() / HOP) as f64;
    let mut times = vec![Vec::new(); contestants.len()];
    let mut of_peers: Vec<(String, Vec<f64>)> = Vec::new();
    // The first round warms caches up and is not counted.
    for round in 0..=rounds {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let start = Instant::now();
            black_box(feed(contestant.as_mut(), audio));
            let took = start.elapsed().as_secs_f64();
            if round > 0 {
                times.push(took * 1e6 / hops);
            }
        }
        let took = peers.round()?;
        if round == 0 {
            of_peers = took.into_iter().map(|(name, _)| (name, Vec::new())).collect();
        } else {
            let times = of_peers.iter_mut().map(|(_, times)| times);
            times.zip(took).for_each(|(times, (_, micros))| times.push(micros));
        }
    }
    let own = contestants.iter_mut().zip(times).map(|(contestant, times)| {
        let counted = allocation_counter::measure(|| {
            black_box(feed(contestant.as_mut(), audio));
        });
        let each = |count: u64| count as f64 / hops;
        let heap = Some((each(counted.count_total), each(counted.bytes_total)));
        Measured::new(contestant.name(), &times, heap)
    });
    let of_peers = of_peers.into_iter().map(|(name, times)| Measured::new(name, &times, None));
    Ok(own.chain(of_peers).collect())
}

fn feed(contestant: &mut dyn Contestant, audio: &[f32]) -> f64 {
    let sum: f64 = audio.chunks_exact(HOP).map(|hop| contestant.hop(hop)).sum();
    sum + contestant.end()
}

/// Says so, if something else ran while they were measured.
pub fn warn_if_busy(results: &[Measured]) {
    if results.iter().any(|result| result.micros > BUSY * result.best) {
        println!(
            "The machine was busy: medians lie far above the best rounds. Measure again.\n"
        );
    }
}
