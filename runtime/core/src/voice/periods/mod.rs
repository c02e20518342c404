//! Glottal cycles: where they begin, and how regular they are.
//!
//! | step | file | what it does |
//! |---|---|---|
//! | marks | `marker.rs` | places one mark a cycle by matching waveforms |
//! | regularity in time | `jitter.rs` | differences of neighbouring periods |
//! | regularity in level | `shimmer.rs` | differences of neighbouring amplitudes |
//!
//! # What is compared
//!
//! Neighbours are compared only where both periods belong to the same voiced stretch, the
//! longer is at most 1.3 times the shorter, and, for shimmer, the larger amplitude is at most
//! 1.6 times the smaller. What lies beyond is an error of the marks or an event, such as
//! the onset of another register, and not a perturbation. These are the limits usual in
//! the literature; they bound what jitter and shimmer can be reported.

mod jitter;
mod marker;
mod shimmer;

pub use jitter::Jitter;
pub(super) use marker::Marker;
pub use shimmer::Shimmer;

/// The largest ratio of neighbouring periods that is a perturbation.
pub const PERIOD_RATIO: f32 = 1.3;

/// The largest ratio of neighbouring amplitudes that is a perturbation.
pub const AMPLITUDE_RATIO: f32 = 1.6;

/// The beginning of a glottal cycle.
///
/// Marks stand at the same point of each cycle: that of the strongest excursion of the first
/// strong cycle of a voiced stretch. Where in the cycle that is differs from voice to voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Its place, in samples since the stream began; between samples.
    pub position: f64,
    /// Samples since the mark before; `None` for the first of a voiced stretch.
    pub period: Option<f32>,
    /// Amplitude of the cycle about the mark, linear: the root mean square under a Hann
    /// window of one and a half periods. `None` in silence.
    pub amplitude: Option<f32>,
}

/// Whether the larger of two positive numbers is at most `limit` times the smaller.
fn alike(a: f32, b: f32, limit: f32) -> bool {
    a.max(b) <= limit * a.min(b)
}

/// The latest values of a run of neighbours, oldest first.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run<const N: usize> {
    values: [f32; N],
    length: usize,
}

impl<const N: usize> Default for Run<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> Run<N> {
    const EMPTY: Self = Self { values: [0.0; N], length: 0 };

    fn push(&mut self, value: f32) {
        if self.length == N {
            self.values.copy_within(1.., 0);
            self.length -= 1;
        }
        self.values[self.length] = value;
        self.length += 1;
    }

    fn last(&self) -> Option<f32> {
        self.values[..self.length].last().copied()
    }

    /// How far the middle of the latest `count` values, an odd number, lies from their
    /// mean; `None` if there are not so many.
    fn perturbation(&self, count: usize) -> Option<f32> {
        let latest = &self.values[self.length.checked_sub(count)?..self.length];
        let mean = latest.iter().sum::<f32>() / count as f32;
        Some((latest[count / 2] - mean).abs())
    }
}

/// A sum and how much went into it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    total: f64,
    count: u32,
}

impl Sum {
    fn add(&mut self, value: Option<f32>) {
        if let Some(value) = value {
            self.total += f64::from(value);
            self.count += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.count += other.count;
    }

    fn mean(&self) -> Option<f32> {
        (self.count > 0).then(|| (self.total / f64::from(self.count)) as f32)
    }

    /// The mean, relative to another.
    fn relative(&self, to: &Self) -> Option<f32> {
        let to = to.mean().filter(|&mean| mean > 0.0)?;
        self.mean().map(|mean| mean / to)
    }
}
