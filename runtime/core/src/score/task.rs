//! A closed question: classes, each with its wordings, and a calibrated softmax over them.

use core::fmt;

use half::f16;

use super::{PromptError, PromptSet};
use crate::quality::{Reason, Verdict};

/// The sum of a class's prompts may not be shorter than this: wordings that cancel one
/// another have no direction to compare with.
const SHORTEST_SUM: f64 = 1e-2;

/// One class of a task: which prompts word it, and their re-normalisation.
///
/// The class's embedding is the mean of its prompts' embeddings, brought back to length 1.
/// It is never formed: its cosine is the sum of the prompts' cosines times `1 / ‖sum of the
/// prompts‖`, which is computed once, here.
///
/// `I` holds the prompts' rows: an array, a slice or a `Vec` of `usize`.
#[derive(Clone, Copy, Debug)]
pub struct ClassPlan<I> {
    rows: I,
    inv_norm: f32,
    bias: f32,
}

impl<I: AsRef<[usize]>> ClassPlan<I> {
    /// A class worded by the prompts in `rows`, with `bias` added to its logit.
    ///
    /// # Errors
    ///
    /// [`TaskError::NoPrompt`] without a row, [`TaskError::Prompt`] for a row outside
    /// `prompts`, [`TaskError::Opposed`] if the prompts cancel one another,
    /// [`TaskError::Bias`] if the bias is not finite.
    pub fn new<E: AsRef<[f16]>>(
        prompts: &PromptSet<E>,
        rows: I,
        bias: f32,
    ) -> Result<Self, TaskError> {
        if rows.as_ref().is_empty() {
            return Err(TaskError::NoPrompt);
        }
        if !bias.is_finite() {
            return Err(TaskError::Bias { got: bias });
        }
        let norm = prompts.norm_of_sum(rows.as_ref()).map_err(TaskError::Prompt)?;
        if norm < SHORTEST_SUM {
            return Err(TaskError::Opposed { norm: norm as f32 });
        }
        Ok(Self { rows, inv_norm: (1.0 / norm) as f32, bias })
    }

    /// The rows of the prompts that word this class.
    pub fn rows(&self) -> &[usize] {
        self.rows.as_ref()
    }

    /// The cosine of the class's embedding, from the cosines of all prompts of the set.
    ///
    /// # Errors
    ///
    /// [`TaskError::Prompt`] if `cosines` is shorter than the set this class was made with.
    pub fn cosine(&self, cosines: &[f32]) -> Result<f32, TaskError> {
        let mut sum = 0.0;
        for &row in self.rows.as_ref() {
            sum += cosines.get(row).ok_or(TaskError::Prompt(PromptError::Row {
                expected: cosines.len(),
                got: row,
            }))?;
        }
        Ok(sum * self.inv_norm)
    }
}

/// A task: two or more classes, one of which is to be chosen.
///
/// The probability of a class is the softmax over the classes of
/// `logit_scale · cosine / temperature + bias`.
///
/// `C` holds the classes: an array, a slice or a `Vec` of [`ClassPlan`].
#[derive(Clone, Copy, Debug)]
pub struct TaskPlan<C> {
    classes: C,
    scale: f32,
    minimum_probability: f32,
}

impl<C> TaskPlan<C> {
    /// A task over `classes`.
    ///
    /// `logit_scale` belongs to the tower and `temperature` to the task's calibration, both
    /// above 0. Below `minimum_probability`, 0 to 1, the top class is not an answer.
    ///
    /// # Errors
    ///
    /// [`TaskError::Classes`] for fewer than two classes, [`TaskError::Scale`] and
    /// [`TaskError::MinimumProbability`] for a number outside its range.
    pub fn new<I>(
        classes: C,
        logit_scale: f32,
        temperature: f32,
        minimum_probability: f32,
    ) -> Result<Self, TaskError>
    where
        C: AsRef<[ClassPlan<I>]>,
        I: AsRef<[usize]>,
    {
        let got = classes.as_ref().len();
        if got < 2 {
            return Err(TaskError::Classes { got });
        }
        let scale = logit_scale / temperature;
        if !(logit_scale > 0.0 && temperature > 0.0 && scale > 0.0 && scale.is_finite()) {
            return Err(TaskError::Scale { logit_scale, temperature });
        }
        if !(0.0..=1.0).contains(&minimum_probability) {
            return Err(TaskError::MinimumProbability { got: minimum_probability });
        }
        Ok(Self { classes, scale, minimum_probability })
    }

    /// The classes, in the order of the probabilities.
    pub fn classes<I>(&self) -> &[ClassPlan<I>]
    where
        C: AsRef<[ClassPlan<I>]>,
    {
        self.classes.as_ref()
    }

    /// The probability below which the top class is not an answer.
    pub fn minimum_probability(&self) -> f32 {
        self.minimum_probability
    }

    /// Writes the probability of each class into `out`, in the order of the classes, from
    /// `cosines`: the cosines of all prompts of the set the classes were made with.
    ///
    /// # Errors
    ///
    /// [`TaskError::Output`] if `out` does not hold one value a class,
    /// [`TaskError::Prompt`] if `cosines` is too short, [`TaskError::NotFinite`] if a logit
    /// is not finite. After an error `out` holds nothing of use.
    pub fn probabilities<I>(&self, cosines: &[f32], out: &mut [f32]) -> Result<(), TaskError>
    where
        C: AsRef<[ClassPlan<I>]>,
        I: AsRef<[usize]>,
    {
        let classes = self.classes.as_ref();
        if out.len() != classes.len() {
            return Err(TaskError::Output { expected: classes.len(), got: out.len() });
        }
        let mut largest = f32::NEG_INFINITY;
        for (out, class) in out.iter_mut().zip(classes) {
            *out = self.scale * class.cosine(cosines)? + class.bias;
            if !out.is_finite() {
                return Err(TaskError::NotFinite);
            }
            largest = largest.max(*out);
        }
        let mut sum = 0.0;
        for out in out.iter_mut() {
            *out = libm::expf(*out - largest);
            sum += *out;
        }
        for out in out {
            *out /= sum;
        }
        Ok(())
    }

    /// What `probabilities` (of this task, smoothed or not) and the input's quality amount
    /// to.
    ///
    /// Poor input is an abstention whatever the probabilities say, and so are
    /// probabilities none of which is a number. Usable input is scored.
    pub fn outcome(&self, probabilities: &[f32], quality: &Verdict) -> Outcome {
        if !quality.is_scored() {
            return Outcome::Abstained(quality.reasons().first().copied());
        }
        match Top::of(probabilities) {
            None => Outcome::Abstained(None),
            Some(top) if top.probability < self.minimum_probability => Outcome::Unsure(top),
            Some(top) => Outcome::Class(top),
        }
    }
}

/// The most probable class and its probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Top {
    /// The class, from 0, in the order of the task.
    pub class: usize,
    /// Its probability, 0 to 1.
    pub probability: f32,
}

impl Top {
    /// The largest of `probabilities`, the first of equals; values that are not finite are
    /// left out, and `None` means that no value remains.
    pub fn of(probabilities: &[f32]) -> Option<Self> {
        let mut top: Option<Self> = None;
        for (class, &probability) in probabilities.iter().enumerate() {
            if probability.is_finite() && top.is_none_or(|top| probability > top.probability) {
                top = Some(Self { class, probability });
            }
        }
        top
    }
}

/// What a task says about some audio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The top class reaches the task's minimum probability.
    Class(Top),
    /// The top class stays below it: no answer.
    Unsure(Top),
    /// The input does not allow an answer, and there is no number: for the reason given, or
    /// because nothing has been scored.
    Abstained(Option<Reason>),
    /// The question makes no sense of this audio: what it needs is contradicted by the
    /// answers to other tasks. A single task never says so; whoever scores several does.
    NotApplicable {
        /// Which of the task's needs, from 0.
        need: usize,
    },
}

/// Why a task cannot be built or scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TaskError {
    /// A class is worded by no prompt.
    NoPrompt,
    /// A prompt of a class does not exist, or has the wrong shape.
    Prompt(PromptError),
    /// The prompts of a class cancel one another.
    Opposed {
        /// The length of their sum.
        norm: f32,
    },
    /// A bias is not finite.
    Bias {
        /// The bias given.
        got: f32,
    },
    /// A task has fewer than two classes.
    Classes {
        /// Classes given.
        got: usize,
    },
    /// The logit scale or the temperature is not above 0 and finite.
    Scale {
        /// The logit scale given.
        logit_scale: f32,
        /// The temperature given.
        temperature: f32,
    },
    /// The minimum probability is outside 0 to 1.
    MinimumProbability {
        /// The probability given.
        got: f32,
    },
    /// The place for results does not hold one value a class.
    Output {
        /// Classes in the task.
        expected: usize,
        /// Values the output holds.
        got: usize,
    },
    /// A logit is NaN or infinite.
    NotFinite,
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoPrompt => f.write_str("a class needs at least one prompt, got none"),
            Self::Prompt(error) => write!(f, "a class cannot use its prompts: {error}"),
            Self::Opposed { norm } => write!(
                f,
                "the prompts of a class must point the same way, but their sum has length {norm}"
            ),
            Self::Bias { got } => write!(f, "the bias of a class must be finite, got {got}"),
            Self::Classes { got } => {
                write!(f, "a task needs at least two classes, got {got}")
            }
            Self::Scale { logit_scale, temperature } => write!(
                f,
                "logit scale and temperature must be above 0, got {logit_scale} and {temperature}"
            ),
            Self::MinimumProbability { got } => {
                write!(f, "the minimum probability must be 0 to 1, got {got}")
            }
            Self::Output { expected, got } => {
                write!(f, "{expected} classes need {expected} results, got room for {got}")
            }
            Self::NotFinite => f.write_str("a logit is NaN or infinite"),
        }
    }
}

impl core::error::Error for TaskError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Prompt(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn axes() -> [f16; 9] {
        let mut e = [f16::ZERO; 9];
        for i in 0..3 {
            e[i * 3 + i] = f16::ONE;
        }
        e
    }

    #[test]
    fn templates_are_averaged_and_renormalised() {
        let e = axes();
        let set = PromptSet::new(&e, 3).unwrap();
        // The mean of two axes, brought back to length 1, is (1, 1, 0) / sqrt 2.
        let class = ClassPlan::new(&set, [0, 1], 0.0).unwrap();
        let mut cosines = [0.0; 3];
        set.cosines(&[0.6, 0.8, 0.0], &mut cosines).unwrap();
        let expected = (0.6 + 0.8) / core::f32::consts::SQRT_2;
        assert!((class.cosine(&cosines).unwrap() - expected).abs() < 1e-6);
        assert_eq!(class.rows(), [0, 1]);
    }

    #[test]
    fn probabilities_by_hand() {
        let e = axes();
        let set = PromptSet::new(&e, 3).unwrap();
        let classes = [
            ClassPlan::new(&set, &[0usize][..], 0.5).unwrap(),
            ClassPlan::new(&set, &[2][..], -0.25).unwrap(),
        ];
        let task = TaskPlan::new(classes, 10.0, 2.0, 0.6).unwrap();
        let mut p = [0.0; 2];
        // Logits 5 * 0.6 + 0.5 = 3.5 and 5 * 0.8 - 0.25 = 3.75; 1 / (1 + e^0.25) = 0.4378.
        task.probabilities(&[0.6, 0.0, 0.8], &mut p).unwrap();
        assert!((p[0] - 0.437_823_5).abs() < 1e-6, "{p:?}");
        assert!((p[1] - 0.562_176_5).abs() < 1e-6, "{p:?}");
        let top = Top { class: 1, probability: p[1] };
        assert_eq!(task.outcome(&p, &Verdict::GOOD), Outcome::Unsure(top));
        let poor = Reason::NotFinite { samples: 3 };
        assert_eq!(task.outcome(&p, &Verdict::poor(poor)), Outcome::Abstained(Some(poor)));
        task.probabilities(&[0.0, 0.0, 1.0], &mut p).unwrap();
        assert!(matches!(task.outcome(&p, &Verdict::GOOD), Outcome::Class(t) if t.class == 1));
        assert_eq!(task.outcome(&[f32::NAN; 2], &Verdict::GOOD), Outcome::Abstained(None));
    }

    #[test]
    fn every_misuse_has_its_name() {
        let mut e = axes();
        e[6] = f16::NEG_ONE;
        e[8] = f16::ZERO;
        let set = PromptSet::new(&e, 3).unwrap();
        assert_eq!(ClassPlan::new(&set, [], 0.0).unwrap_err(), TaskError::NoPrompt);
        assert!(matches!(ClassPlan::new(&set, [0, 2], 0.0), Err(TaskError::Opposed { .. })));
        assert!(matches!(
            ClassPlan::new(&set, [3], 0.0),
            Err(TaskError::Prompt(PromptError::Row { expected: 3, got: 3 }))
        ));
        assert!(matches!(ClassPlan::new(&set, [0], f32::NAN), Err(TaskError::Bias { .. })));
        let one = ClassPlan::new(&set, [0], 0.0).unwrap();
        assert!(matches!(
            TaskPlan::new([one], 1.0, 1.0, 0.5),
            Err(TaskError::Classes { got: 1 })
        ));
        for (scale, temperature) in [
            (0.0, 1.0),
            (1.0, 0.0),
            (-1.0, -1.0),
            (f32::NAN, 1.0),
            (1.0, f32::INFINITY),
            (f32::MAX, f32::MIN_POSITIVE),
        ] {
            assert!(matches!(
                TaskPlan::new([one, one], scale, temperature, 0.5),
                Err(TaskError::Scale { .. })
            ));
        }
        for minimum in [-0.1, 1.1, f32::NAN] {
            assert!(matches!(
                TaskPlan::new([one, one], 1.0, 1.0, minimum),
                Err(TaskError::MinimumProbability { .. })
            ));
        }
        let task = TaskPlan::new([one, one], 1.0, 1.0, 0.5).unwrap();
        assert!(matches!(
            task.probabilities(&[0.0; 3], &mut [0.0; 3]),
            Err(TaskError::Output { expected: 2, got: 3 })
        ));
        assert_eq!(
            task.probabilities(&[f32::NAN; 3], &mut [0.0; 2]),
            Err(TaskError::NotFinite)
        );
        assert!(matches!(task.probabilities(&[], &mut [0.0; 2]), Err(TaskError::Prompt(_))));
    }

    proptest! {
        #[test]
        fn probabilities_are_a_distribution(
            cosines in prop::collection::vec(-1.0f32..=1.0, 2..12),
            biases in prop::collection::vec(-5.0f32..5.0, 12),
            scale in 0.1f32..200.0,
            temperature in 0.05f32..20.0,
        ) {
            let n = cosines.len();
            let mut e = vec![f16::ZERO; n * n];
            for i in 0..n {
                e[i * n + i] = f16::ONE;
            }
            let set = PromptSet::new(&e, n).unwrap();
            let classes: Vec<_> =
                (0..n).map(|i| ClassPlan::new(&set, [i], biases[i]).unwrap()).collect();
            let task = TaskPlan::new(classes, scale, temperature, 0.5).unwrap();
            let mut p = vec![0.0; n];
            task.probabilities(&cosines, &mut p).unwrap();
            prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
            prop_assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }

        #[test]
        fn repeating_a_wording_changes_nothing(x in -1.0f32..1.0, y in -1.0f32..1.0) {
            let e = axes();
            let set = PromptSet::new(&e, 3).unwrap();
            let once = ClassPlan::new(&set, vec![0], 0.0).unwrap();
            let thrice = ClassPlan::new(&set, vec![0, 0, 0], 0.0).unwrap();
            let cosines = [x, y, 0.0];
            let difference = once.cosine(&cosines).unwrap() - thrice.cosine(&cosines).unwrap();
            prop_assert!(difference.abs() < 1e-6);
        }
    }
}
