//! What is drawn over time, thinned out so that an hour takes no more room than a minute.

use slap_edge::core::score::Outcome;
use slap_edge::core::voice::{Descriptor, Frame};
use slap_edge::{Segment, TaskScore};

use super::thin::{Join, Thin};

/// Least and most entries of a track: about one and two a pixel.
const ENTRIES: usize = 600;

/// Least and most answers of a task over time.
const ANSWERS: usize = 150;

/// Everything over time.
#[derive(Clone, Debug)]
pub struct Tracks {
    /// A sample an item.
    pub wave: Thin<Wave>,
    /// A frame of the front end an item.
    pub spectrum: Thin<Column>,
    /// A frame of the measures an item.
    pub voice: Thin<Voice>,
    /// A step of the tower an item.
    pub answers: Thin<Answers>,
}

impl Tracks {
    pub fn new() -> Self {
        Self {
            wave: Thin::new(ENTRIES),
            spectrum: Thin::new(ENTRIES),
            voice: Thin::new(ENTRIES),
            answers: Thin::new(ANSWERS),
        }
    }
}

/// The samples of a stretch.
#[derive(Clone, Copy, Debug)]
pub struct Wave {
    /// The lowest.
    pub low: f32,
    /// The highest.
    pub high: f32,
}

impl Wave {
    pub fn new(sample: f32) -> Self {
        Self { low: sample, high: sample }
    }
}

impl Join for Wave {
    fn join(&mut self, next: Self) {
        self.low = self.low.min(next.low);
        self.high = self.high.max(next.high);
    }
}

/// The frames of a stretch, band by band.
#[derive(Clone, Debug)]
pub struct Column {
    sums: Vec<f32>,
    frames: f32,
}

impl Column {
    pub fn new(frame: &[f32]) -> Self {
        Self { sums: frame.to_vec(), frames: 1.0 }
    }

    /// The mean of each band, the lowest first.
    pub fn means(&self) -> impl DoubleEndedIterator<Item = f32> {
        self.sums.iter().map(|sum| sum / self.frames)
    }
}

impl Join for Column {
    fn join(&mut self, next: Self) {
        self.sums.iter_mut().zip(next.sums).for_each(|(sum, next)| *sum += next);
        self.frames += next.frames;
    }
}

/// Pitch and level of a stretch.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// Pitch in Hz: lowest, mean and highest; absent where nothing is voiced.
    pub pitch: Option<(f32, f32, f32)>,
    /// Voiced frames.
    pub voiced: u32,
    /// The highest level, in dBFS.
    pub level: Option<f32>,
}

impl Voice {
    pub fn new(frame: &Frame) -> Self {
        let pitch = frame.get(Descriptor::Pitch);
        Self {
            pitch: pitch.map(|hertz| (hertz, hertz, hertz)),
            voiced: u32::from(pitch.is_some()),
            level: frame.get(Descriptor::Level),
        }
    }
}

impl Join for Voice {
    fn join(&mut self, next: Self) {
        self.pitch = match (self.pitch, next.pitch) {
            (Some((low, mean, high)), Some((next_low, next_mean, next_high))) => {
                let (mine, theirs) = (self.voiced as f32, next.voiced as f32);
                let mean = (mean * mine + next_mean * theirs) / (mine + theirs);
                Some((low.min(next_low), mean, high.max(next_high)))
            }
            (mine, theirs) => mine.or(theirs),
        };
        self.voiced += next.voiced;
        self.level = match (self.level, next.level) {
            (Some(mine), Some(theirs)) => Some(mine.max(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// What every task says of a stretch.
#[derive(Clone, Debug)]
pub struct Answers(Vec<Tally>);

/// What one task says of a stretch.
#[derive(Clone, Debug, Default)]
struct Tally {
    answered: u32,
    unsure: u32,
    abstained: u32,
    not_applicable: u32,
    /// Sums of the probabilities of the other steps.
    probabilities: Vec<f32>,
}

/// The prevailing answer of a stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// A class with its mean probability.
    Class(usize, f32),
    /// No class was probable enough; the likeliest with its mean probability.
    Unsure(usize, f32),
    /// The recording allows no answer.
    Abstained,
    /// The question makes no sense there.
    NotApplicable,
}

impl Answers {
    pub fn new(segment: &Segment<'_>) -> Self {
        Self(segment.tasks.iter().map(Tally::new).collect())
    }

    /// What the task at `index` says.
    pub fn of(&self, index: usize) -> Answer {
        self.0.get(index).map_or(Answer::Abstained, Tally::answer)
    }
}

impl Tally {
    fn new(score: &TaskScore) -> Self {
        let probabilities = score.probabilities().unwrap_or_default().to_vec();
        let mut tally = Self { probabilities, ..Self::default() };
        match score.outcome() {
            Outcome::Class(_) => tally.answered = 1,
            Outcome::Unsure(_) => tally.unsure = 1,
            Outcome::Abstained(_) => tally.abstained = 1,
            Outcome::NotApplicable { .. } => tally.not_applicable = 1,
        }
        tally
    }

    fn answer(&self) -> Answer {
        let scored = self.answered + self.unsure;
        let top = self.probabilities.iter().copied().enumerate().max_by(|a, b| {
            // Of equals the first, as scores have it.
            a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))
        });
        match top {
            Some((class, sum))
                if scored > 0 && scored >= self.abstained.max(self.not_applicable) =>
            {
                let probability = sum / scored as f32;
                if self.answered >= self.unsure {
                    Answer::Class(class, probability)
                } else {
                    Answer::Unsure(class, probability)
                }
            }
            _ if self.not_applicable > self.abstained => Answer::NotApplicable,
            _ => Answer::Abstained,
        }
    }
}

impl Join for Answers {
    fn join(&mut self, next: Self) {
        for (mine, next) in self.0.iter_mut().zip(next.0) {
            mine.answered += next.answered;
            mine.unsure += next.unsure;
            mine.abstained += next.abstained;
            mine.not_applicable += next.not_applicable;
            if mine.probabilities.is_empty() {
                mine.probabilities = next.probabilities;
            } else {
                let pairs = mine.probabilities.iter_mut().zip(next.probabilities);
                pairs.for_each(|(sum, next)| *sum += next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(answered: bool, probabilities: &[f32]) -> Answers {
        let abstained = probabilities.is_empty();
        Answers(vec![Tally {
            answered: u32::from(answered),
            unsure: u32::from(!answered && !abstained),
            abstained: u32::from(abstained),
            not_applicable: 0,
            probabilities: probabilities.to_vec(),
        }])
    }

    #[test]
    fn the_prevailing_answer_counts() {
        let mut answers = step(true, &[0.9, 0.1]);
        assert_eq!(answers.of(0), Answer::Class(0, 0.9));
        answers.join(step(false, &[0.5, 0.5]));
        assert_eq!(answers.of(0), Answer::Class(0, 0.7));
        answers.join(step(false, &[0.4, 0.6]));
        assert!(matches!(answers.of(0), Answer::Unsure(0, p) if (p - 0.6).abs() < 1e-6));
        for _ in 0..4 {
            answers.join(step(false, &[]));
        }
        assert_eq!(answers.of(0), Answer::Abstained);
        assert_eq!(answers.of(1), Answer::Abstained);
    }

    #[test]
    fn what_mostly_does_not_apply_does_not_apply() {
        let hidden = || Answers(vec![Tally { not_applicable: 1, ..Tally::default() }]);
        let mut answers = hidden();
        assert_eq!(answers.of(0), Answer::NotApplicable);
        answers.join(step(true, &[0.9, 0.1]));
        assert_eq!(answers.of(0), Answer::Class(0, 0.9));
        answers.join(hidden());
        assert_eq!(answers.of(0), Answer::NotApplicable);
        answers.join(step(false, &[]));
        answers.join(step(false, &[]));
        assert_eq!(answers.of(0), Answer::Abstained, "of equals the weightier");
    }

    #[test]
    fn pitch_is_weighed_by_voiced_frames() {
        let frame = |hertz: Option<f32>| {
            let mut frame = Frame::new(0);
            if let Some(hertz) = hertz {
                frame.set(Descriptor::Pitch, hertz);
            }
            frame.set(Descriptor::Level, -30.0);
            Voice::new(&frame)
        };
        let mut voice = frame(None);
        voice.join(frame(Some(100.0)));
        voice.join(frame(None));
        voice.join(frame(Some(130.0)));
        voice.join(frame(Some(130.0)));
        assert_eq!(voice.pitch, Some((100.0, 120.0, 130.0)));
        assert_eq!((voice.voiced, voice.level), (3, Some(-30.0)));
    }
}
