//! One embedding for a whole clip.

/// The mean of the unit embeddings of the steps that look back on the most.
///
/// A streaming tower pools over a span longer than its chunk, so its first embeddings know
/// less than later ones. Once a step has a full span behind it, only such steps count; a
/// clip too short for one is represented by its last step. Steps that look back on audio
/// too poor to be scored, a long pause for one, say nothing about the voice and are left
/// out, unless there are no others.
#[derive(Debug)]
pub(crate) struct ClipMean {
    /// Steps in a full span.
    span: u64,
    steps: u64,
    /// Steps that the latest one looks back on, itself included, as far as it can.
    behind: u64,
    /// Sum of the embeddings that count in full, and how many they are.
    sum: Vec<f64>,
    full: u64,
    /// The latest step that may be scored, or the latest of all before there is one.
    last: Vec<f32>,
    last_is_good: bool,
}

impl ClipMean {
    pub(crate) fn new(dim: usize, span: usize) -> Self {
        Self {
            span: span as u64,
            steps: 0,
            behind: 0,
            sum: vec![0.0; dim],
            full: 0,
            last: vec![0.0; dim],
            last_is_good: false,
        }
    }

    /// Adds a step; `good` says whether its audio may be scored.
    pub(crate) fn add(&mut self, embedding: &[f32], good: bool) {
        self.steps += 1;
        self.behind += 1;
        if good || !self.last_is_good {
            self.last.copy_from_slice(embedding);
            self.last_is_good = good;
        }
        if good && self.behind >= self.span {
            self.full += 1;
            for (sum, &value) in self.sum.iter_mut().zip(embedding) {
                *sum += f64::from(value);
            }
        }
    }

    /// The tower began anew, with `behind` steps that are not added.
    pub(crate) fn resume(&mut self, behind: u64) {
        self.behind = behind;
    }

    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    /// The clip's unit embedding, `None` before the first step or in the odd case that the
    /// embeddings cancel one another.
    pub(crate) fn unit(&self) -> Option<Vec<f32>> {
        if self.steps == 0 {
            return None;
        }
        if self.full == 0 {
            return Some(self.last.clone());
        }
        let norm = self.sum.iter().map(|v| v * v).sum::<f64>().sqrt();
        (norm > 1e-9).then(|| self.sum.iter().map(|v| (v / norm) as f32).collect())
    }

    pub(crate) fn reset(&mut self) {
        self.steps = 0;
        self.behind = 0;
        self.full = 0;
        self.last_is_good = false;
        self.sum.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_clips_use_their_last_step_long_ones_their_full_steps() {
        let mut mean = ClipMean::new(2, 3);
        assert_eq!(mean.unit(), None);
        mean.add(&[1.0, 0.0], true);
        mean.add(&[0.6, 0.8], true);
        assert_eq!(mean.unit(), Some(vec![0.6, 0.8]));
        mean.add(&[0.0, 1.0], true);
        assert_eq!(mean.unit(), Some(vec![0.0, 1.0]));
        mean.add(&[1.0, 0.0], true);
        let half = core::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(mean.unit(), Some(vec![half, half]));
        mean.add(&[-1.0, 0.0], true);
        mean.add(&[0.0, -1.0], true);
        assert_eq!(mean.unit(), None, "they cancel");
        mean.reset();
        assert_eq!((mean.unit(), mean.steps()), (None, 0));
    }

    #[test]
    fn steps_too_poor_to_be_scored_are_left_out() {
        let mut mean = ClipMean::new(2, 2);
        mean.add(&[0.0, 1.0], false);
        assert_eq!(mean.unit(), Some(vec![0.0, 1.0]), "there is no other");
        mean.add(&[1.0, 0.0], true);
        mean.add(&[0.0, 1.0], false);
        assert_eq!(mean.unit(), Some(vec![1.0, 0.0]));
        mean.reset();
        mean.add(&[0.6, 0.8], true);
        mean.add(&[0.0, 1.0], false);
        assert_eq!(mean.unit(), Some(vec![0.6, 0.8]), "the last that may be scored");
    }
    #[test]
    fn after_a_new_beginning_a_full_span_is_needed_again() {
        let mut mean = ClipMean::new(2, 2);
        mean.add(&[1.0, 0.0], true);
        mean.add(&[1.0, 0.0], true);
        mean.resume(0);
        mean.add(&[0.0, 1.0], true);
        assert_eq!(mean.unit(), Some(vec![1.0, 0.0]), "it knows too little");
        mean.resume(1);
        mean.add(&[0.0, 1.0], true);
        let half = core::f32::consts::FRAC_1_SQRT_2;
        assert_eq!((mean.unit(), mean.steps()), (Some(vec![half, half]), 4));
    }
}
