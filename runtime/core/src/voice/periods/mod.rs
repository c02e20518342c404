//! Glottal cycles: where they begin, and how regular they are.

/// The beginning of a glottal cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Its place, in samples since the stream began; between samples.
    pub position: f64,
    /// Samples since the mark before; `None` for the first of a voiced stretch.
    pub period: Option<f32>,
    /// Amplitude of the cycle that ends here, linear; `None` where `period` is.
    pub amplitude: Option<f32>,
}

/// Sums from which the jitter of any stretch of marks follows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Jitter {}

impl Jitter {
    /// Adds the next mark.
    pub fn add(&mut self, _mark: &Mark) {}
    /// Adds the sums of another stretch, its own marks apart.
    pub fn merge(&mut self, _other: &Self) {}
    /// Local jitter, a ratio; `None` with fewer than two neighbouring periods.
    pub fn local(&self) -> Option<f32> {
        None
    }
    /// Relative average perturbation over three periods, a ratio.
    pub fn rap(&self) -> Option<f32> {
        None
    }
    /// Perturbation quotient over five periods, a ratio.
    pub fn ppq5(&self) -> Option<f32> {
        None
    }
}

/// Sums from which the shimmer of any stretch of marks follows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shimmer {}

impl Shimmer {
    /// Adds the next mark.
    pub fn add(&mut self, _mark: &Mark) {}
    /// Adds the sums of another stretch, its own marks apart.
    pub fn merge(&mut self, _other: &Self) {}
    /// Local shimmer, in dB.
    pub fn local_db(&self) -> Option<f32> {
        None
    }
    /// Local shimmer, a ratio.
    pub fn local(&self) -> Option<f32> {
        None
    }
    /// Amplitude perturbation quotient over three periods, a ratio.
    pub fn apq3(&self) -> Option<f32> {
        None
    }
    /// Amplitude perturbation quotient over five periods, a ratio.
    pub fn apq5(&self) -> Option<f32> {
        None
    }
    /// Amplitude perturbation quotient over eleven periods, a ratio.
    pub fn apq11(&self) -> Option<f32> {
        None
    }
}
