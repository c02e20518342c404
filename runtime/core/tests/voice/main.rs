//! Pitch, marks, jitter, shimmer and harmonics-to-noise of voices made to measure, and of
//! what is no voice at all.
#![cfg(feature = "std")]

mod bad_input;
mod held;
mod pitch;
mod regularity;
mod stream;
mod synth;

use slap_core::voice::{Descriptor, Event, Frame, Jitter, Mark, Shimmer, StdPlan, StdStream};
use std::sync::LazyLock;

static PLAN: LazyLock<StdPlan> = LazyLock::new(StdPlan::new);

/// What a stream says of a clip.
#[derive(Debug, Default, PartialEq)]
struct Measured {
    frames: Vec<Frame>,
    marks: Vec<Mark>,
}

impl Measured {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Mark(mark) => self.marks.push(mark),
            Event::Frame(frame) => self.frames.push(*frame),
        }
    }

    fn of(samples: &[f32]) -> Self {
        let mut stream = PLAN.stream();
        Self::by(&mut stream, [samples])
    }

    fn by<'a>(stream: &mut StdStream, pieces: impl IntoIterator<Item = &'a [f32]>) -> Self {
        let mut measured = Self::default();
        for piece in pieces {
            stream.push(&PLAN, piece, |event| measured.add(event));
        }
        stream.finish(&PLAN, |event| measured.add(event));
        measured
    }

    /// The frames but for the first and the last 60 ms.
    fn inner(&self) -> &[Frame] {
        &self.frames[6..self.frames.len() - 6]
    }

    fn values(&self, descriptor: Descriptor) -> Vec<f64> {
        self.inner().iter().filter_map(|f| f.get(descriptor)).map(f64::from).collect()
    }

    fn mean(&self, descriptor: Descriptor) -> f64 {
        let values = self.values(descriptor);
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn voiced_share(&self) -> f64 {
        let voiced = self.frames.iter().filter(|frame| frame.is_voiced()).count();
        voiced as f64 / self.frames.len() as f64
    }

    fn jitter(&self) -> Jitter {
        let mut jitter = Jitter::default();
        self.marks.iter().for_each(|mark| jitter.add(mark));
        jitter
    }

    fn shimmer(&self) -> Shimmer {
        let mut shimmer = Shimmer::default();
        self.marks.iter().for_each(|mark| shimmer.add(mark));
        shimmer
    }
}
