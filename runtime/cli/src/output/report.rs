//! What is said about a recording, independent of how it is printed.
//!
//! These are also the payloads of the machine-readable output. Times are seconds from the
//! beginning of the recording, levels are dB relative to full scale, shares and
//! probabilities are 0 to 1, percentiles 0 to 100.

use serde::{Serialize, Serializer};
use slap_edge::model::Group;

use super::measures::Measures;

/// Which model spoke.
#[derive(Clone, Debug, Serialize)]
pub struct Model {
    /// The bundle's name.
    pub bundle: String,
    /// SHA-256 of the float32 audio tower, hexadecimal.
    pub tower_sha256: String,
    /// The engine that ran it.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// What computed.
    pub provider: String,
    /// The numbers it ran with.
    pub precision: String,
}

impl Model {
    /// The engine, with what computed where that was not the processor.
    pub fn runner(&self) -> String {
        match self.provider.as_str() {
            "cpu" => self.engine.clone(),
            provider => format!("{} on {provider}", self.engine),
        }
    }
}

/// A recording that was opened.
#[derive(Clone, Debug, Serialize)]
pub struct Recording {
    /// The recording as the user named it.
    pub input: String,
    /// Container and coding in words.
    pub format: String,
    /// Frames a second, Hz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: usize,
    /// Length that was heard, or where nothing has been heard yet, what the header
    /// promises; `None` for a stream without an end in sight.
    pub seconds: Option<f64>,
}

/// Everything that was found in one recording.
#[derive(Clone, Debug, Serialize)]
pub struct Score {
    /// What was heard.
    pub recording: Recording,
    /// Whether it was fit to be judged.
    pub quality: Quality,
    /// One answer a task.
    pub tasks: Vec<TaskScore>,
    /// One answer a sentence.
    pub prompts: Vec<PromptScore>,
    /// What was measured of the voice; present where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
    /// What was wrong with the recording but could be read past.
    pub warnings: Vec<String>,
    /// Scores over time; present where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// How long scoring took, seconds.
    pub elapsed_seconds: f64,
    /// The model.
    pub model: Model,
}

/// Whether a recording was fit to be judged.
#[derive(Clone, Debug, Serialize)]
pub struct Quality {
    /// `good`, `usable` or `poor`; poor recordings are not scored.
    pub grade: &'static str,
    /// Everything that speaks against it, the most telling first.
    pub reasons: Vec<Reason>,
    /// Mean level, -120 for digital silence.
    pub level_dbfs: f32,
    /// Highest sample, -120 for digital silence.
    pub peak_dbfs: f32,
    /// Mean of the samples, -1 to 1.
    pub dc: f32,
    /// Time loud enough to be a voice.
    pub active_seconds: f32,
    /// Time with a pitch; `None` where none is looked for.
    pub voiced_seconds: Option<f32>,
    /// Signal-to-noise ratio; `None` where nothing tells the noise from the rest.
    pub snr_db: Option<f32>,
    /// Frequency up to which there is sound; `None` where there is none.
    pub bandwidth_hz: Option<f32>,
    /// Share of samples at full scale.
    pub clipped_share: f32,
    /// Share of samples that are exactly zero.
    pub zero_share: f32,
    /// Share of the time that is digital silence.
    pub silent_share: f32,
    /// How often sound breaks off and comes back.
    pub dropouts: u64,
    /// For how long altogether.
    pub dropout_seconds: f32,
    /// Samples that are NaN or infinite.
    pub non_finite_samples: u64,
}

/// Something that speaks against a recording.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// Its stable name.
    pub reason: &'static str,
    /// In words: what was found and what is expected.
    pub explanation: String,
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The answer stands.
    Answered,
    /// No class is probable enough.
    Unsure,
    /// The recording does not allow an answer.
    Abstained,
    /// The question makes no sense of this recording, as the answers to others say.
    NotApplicable,
}

/// The answer to a task.
#[derive(Clone, Debug, Serialize)]
pub struct TaskScore {
    /// The task's name.
    pub task: String,
    /// The task's title for people.
    pub title: String,
    /// What it is read together with, by its name; `None` where the pack has no groups.
    #[serde(serialize_with = "name_of")]
    pub group: Option<Group>,
    /// The class that is nothing to remark on; `None` where no class is.
    #[serde(skip)]
    pub usual: Option<String>,
    /// How sure the answer is.
    pub certainty: Certainty,
    /// The most probable class; `None` where abstained or not applicable.
    pub answer: Option<String>,
    /// Its probability; `None` where abstained or not applicable.
    pub probability: Option<f32>,
    /// Every class with its probability; empty where abstained or not applicable.
    pub classes: Vec<ClassScore>,
    /// Present where the task does not apply: the answers to other tasks of which it needs
    /// one, and what was answered instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
}

/// An answer to another task that a task needs and that was not given.
#[derive(Clone, Debug, Serialize)]
pub struct Needed {
    /// The other task's name.
    pub task: String,
    /// Its title for people.
    #[serde(skip)]
    pub title: String,
    /// The class that is needed.
    pub class: String,
    /// The class that was answered.
    pub answer: String,
}

/// The name of a class as people read it: `rough_breathy` is rough breathy.
pub fn spoken(class: &str) -> String {
    class.replace('_', " ")
}

impl Needed {
    /// The title and the answer in the fewest words.
    pub fn in_short(&self) -> String {
        format!("{}: {}", self.title, spoken(&self.answer))
    }
}

impl TaskScore {
    /// Whether the answer stands and is one to remark on.
    pub fn is_remarkable(&self) -> bool {
        self.certainty == Certainty::Answered && self.answer != self.usual
    }

    /// The title and the answer in the fewest words.
    pub fn in_short(&self) -> String {
        match (self.certainty, &self.answer) {
            (Certainty::Answered, Some(class)) => {
                format!("{}: {}", self.title, spoken(class))
            }
            (Certainty::Unsure, Some(class)) => {
                format!("{}: {}?", self.title, spoken(class))
            }
            _ => self.title.clone(),
        }
    }

    /// The answers of `tasks` by group, in the order in which the groups come.
    pub fn by_group(tasks: &[Self]) -> Vec<(Option<&Group>, Vec<&Self>)> {
        let mut groups: Vec<(Option<&Group>, Vec<&Self>)> = Vec::new();
        for task in tasks {
            let name = |group: Option<&Group>| group.map(|it| it.name.clone());
            let group = task.group.as_ref();
            match groups.iter_mut().find(|(known, _)| name(*known) == name(group)) {
                Some((_, members)) => members.push(task),
                None => groups.push((group, vec![task])),
            }
        }
        groups
    }
}

fn name_of<S: Serializer>(group: &Option<Group>, serializer: S) -> Result<S::Ok, S::Error> {
    group.as_ref().map(|it| &it.name).serialize(serializer)
}

/// One class of a task.
#[derive(Clone, Debug, Serialize)]
pub struct ClassScore {
    /// The class's name.
    pub class: String,
    /// Its probability.
    pub probability: f32,
}

/// The answer to a sentence.
#[derive(Clone, Debug, Serialize)]
pub struct PromptScore {
    /// The sentence.
    pub prompt: String,
    /// `Answered` or `Abstained`.
    pub certainty: Certainty,
    /// Raw cosine, -1 to 1; `None` where abstained.
    pub cosine: Option<f32>,
    /// Its rank among the reference voices; `None` where abstained or the bundle has none.
    pub percentile: Option<f32>,
}

/// Scores over time.
///
/// It is held until its recording ends and so grows with it; for recordings of hours,
/// `ndjson` keeps no timeline.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Timeline {
    /// One entry a step of the tower.
    pub segments: Vec<Segment>,
    /// Beginnings and ends of what was heard.
    pub events: Vec<Event>,
}

/// The scores at one step.
#[derive(Clone, Debug, Serialize)]
pub struct Segment {
    /// Where the step begins.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// The quality of what the step looks back on: `good`, `usable` or `poor`.
    pub grade: &'static str,
    /// The stable names of what speaks against it, the most telling first.
    pub reasons: Vec<&'static str>,
    /// Smoothed, one a task.
    pub tasks: Vec<TaskScore>,
    /// Smoothed, one a sentence.
    pub prompts: Vec<PromptScore>,
}

/// A class that begins or ends.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// Which of the two.
    pub edge: Edge,
    /// The task's name.
    pub task: String,
    /// The task's title for people.
    pub title: String,
    /// The class's name.
    pub class: String,
    /// When.
    pub time: f64,
    /// When that was certain; absent where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<f64>,
    /// Its smoothed probability when it began; absent where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f32>,
    /// Whether the class is nothing to remark on.
    pub usual: bool,
}

/// The two ends of what lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// It begins.
    Onset,
    /// It ends.
    Offset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_read_as_words() {
        let needed = Needed {
            task: "flat_slow".into(),
            title: "Flat and slow".into(),
            class: "lively_fast".into(),
            answer: "flat_slow".into(),
        };
        assert_eq!(needed.in_short(), "Flat and slow: flat slow");
    }
}
