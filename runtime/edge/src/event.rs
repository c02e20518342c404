//! What a stream reports.

use std::sync::Arc;

use slap_core::quality::{Report, Verdict};
use slap_core::score::Outcome;
use slap_model::Group;

use crate::pcm::Format;

/// What is known of a task beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskInfo {
    /// Its name, for programs.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// The names of its classes, in the order of their probabilities.
    pub classes: Vec<String>,
    /// The probability below which the top class is not an answer.
    pub minimum_probability: f32,
    /// What it is read together with.
    pub group: Option<Group>,
    /// The class that is nothing to remark on; none where no class is.
    pub usual: Option<String>,
    /// What must not be contradicted for the question to make sense, all of it: each is a
    /// list of answers to other tasks, one of which will do.
    pub needs: Vec<Vec<NeedInfo>>,
}

/// An answer to another task that a task needs.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedInfo {
    /// The other task, which need not be among those that are reported.
    pub task: Arc<TaskInfo>,
    /// The class that is needed, as in its [`TaskInfo::classes`].
    pub class: usize,
}

impl NeedInfo {
    /// The name of the class that is needed.
    pub fn class_name(&self) -> &str {
        self.task.classes.get(self.class).map_or("", String::as_str)
    }
}

/// What a task says about a segment or a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskScore {
    pub(crate) info: Arc<TaskInfo>,
    pub(crate) outcome: Outcome,
    pub(crate) probabilities: Vec<f32>,
    /// The classes that were answered in place of those of the need that failed.
    pub(crate) instead: Vec<usize>,
}

impl TaskScore {
    /// The task.
    pub fn info(&self) -> &Arc<TaskInfo> {
        &self.info
    }

    /// The answer, or why there is none.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The probability of each class, in the order of [`TaskInfo::classes`]; `None` where
    /// the task abstains or does not apply, so that a score of poor input or of a question
    /// without sense cannot be used by mistake.
    pub fn probabilities(&self) -> Option<&[f32]> {
        match self.outcome {
            Outcome::Abstained(_) | Outcome::NotApplicable { .. } => None,
            Outcome::Class(_) | Outcome::Unsure(_) => Some(&self.probabilities),
        }
    }

    /// The name of the class that is the answer; `None` if the task is unsure, abstains or
    /// does not apply.
    pub fn class(&self) -> Option<&str> {
        match self.outcome {
            Outcome::Class(top) => self.info.classes.get(top.class).map(String::as_str),
            _ => None,
        }
    }

    /// Why the task does not apply: the answers that were needed, one of which would have
    /// done, each with the name of the class that was answered in its place. Nothing where
    /// the task applies.
    pub fn contradiction(&self) -> impl ExactSizeIterator<Item = (&NeedInfo, &str)> {
        let need: &[NeedInfo] = match self.outcome {
            Outcome::NotApplicable { need } => {
                self.info.needs.get(need).map_or(&[], Vec::as_slice)
            }
            _ => &[],
        };
        need.iter().zip(&self.instead).map(|(need, &class)| {
            (need, need.task.classes.get(class).map_or("", String::as_str))
        })
    }
}

/// What is known of a free prompt beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptInfo {
    /// The sentence.
    pub text: String,
}

/// How well a free prompt fits a segment or a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptScore {
    pub(crate) info: Arc<PromptInfo>,
    pub(crate) cosine: Option<f32>,
    pub(crate) percentile: Option<f32>,
}

impl PromptScore {
    /// The prompt.
    pub fn info(&self) -> &Arc<PromptInfo> {
        &self.info
    }

    /// The cosine between prompt and audio, -1 to 1, which can be compared between audio
    /// but not between prompts; `None` for input too poor to be scored.
    pub fn cosine(&self) -> Option<f32> {
        self.cosine
    }

    /// Where the cosine stands among those of the bundle's background voices, 0 to 100;
    /// `None` also if the bundle has no background.
    pub fn percentile(&self) -> Option<f32> {
        self.percentile
    }
}

/// The scores of one step of the tower.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The step, from 0, counted together with those that were passed over.
    pub index: u64,
    /// Where the step's chunk or window begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds; never beyond the end of the audio.
    pub end: f64,
    /// What the audio that the embedding looks back on is like.
    pub quality: &'a Report,
    /// How good that is, and whether it may be scored.
    pub verdict: &'a Verdict,
    /// The tower's unit embedding, not smoothed.
    pub embedding: &'a [f32],
    /// The tasks, smoothed over time.
    pub tasks: &'a [TaskScore],
    /// The free prompts, smoothed over time.
    pub prompts: &'a [PromptScore],
}

/// A step that was passed over: nobody spoke, by the voice gate.
#[derive(Clone, Copy, Debug)]
pub struct Idle<'a> {
    /// The step, from 0, counted together with those that were scored.
    pub index: u64,
    /// Where the step's chunk or window begins, in seconds.
    pub start: f64,
    /// Where it ends, in seconds; never beyond the end of the audio.
    pub end: f64,
    /// What this and the latest steps are like.
    pub quality: &'a Report,
    /// How good that is.
    pub verdict: &'a Verdict,
}

/// A frame of log-mel energies on its way to the tower.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The frame, from 0, counted on behind gaps.
    pub index: u64,
    /// Where its step of the front end begins, in seconds.
    pub start: f64,
    /// One value a band, the lowest first, as the tower takes them; where the front end
    /// normalises whole windows, before that.
    pub log_mel: &'a [f32],
}

/// Something a stream reports, in the order in which it comes to be known.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A step was scored.
    Segment(Segment<'a>),
    /// A step was passed over, which only happens behind a voice gate.
    Idle(Idle<'a>),
    /// A frame was worked out; told only where that was asked for. The frames of a step are
    /// told before the step.
    Frame(Frame<'a>),
    /// A class has been probable for long enough.
    Onset {
        /// The task.
        task: &'a Arc<TaskInfo>,
        /// The class, as in [`TaskInfo::classes`].
        class: usize,
        /// Since when, in seconds.
        time: f64,
        /// When this was certain, in seconds.
        known: f64,
        /// The smoothed probability at that time.
        probability: f32,
    },
    /// A class is no longer probable, the task no longer applies, the input has become too
    /// poor to say, nobody speaks any more, or the stream has ended or broken off.
    Offset {
        /// The task.
        task: &'a Arc<TaskInfo>,
        /// The class, as in [`TaskInfo::classes`].
        class: usize,
        /// When, in seconds.
        time: f64,
    },
}

/// The scores of everything since the stream began.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The format of the samples, the latest if it changed; `None` if none came.
    pub format: Option<Format>,
    /// The duration of the audio: everything that was heard, and short gaps.
    pub seconds: f64,
    /// Steps that were scored.
    pub steps: u64,
    /// What the audio is like: that of the steps that were scored, or all of it where none
    /// was.
    pub quality: Report,
    /// How good that is, and whether it may be scored.
    pub verdict: Verdict,
    /// The clip's unit embedding: the mean of the steps that look back on the most,
    /// brought back to length 1. `None` without a step.
    pub embedding: Option<Vec<f32>>,
    /// The tasks, by that embedding.
    pub tasks: Vec<TaskScore>,
    /// The free prompts, by that embedding.
    pub prompts: Vec<PromptScore>,
}
