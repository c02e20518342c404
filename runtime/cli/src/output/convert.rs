//! From what the screener says to what is reported: names instead of indexes, words
//! instead of enums, and nothing computed.

use serde::Serialize;
use slap_edge::core::quality::{Report, Verdict};
use slap_edge::core::score::Outcome;
use slap_edge::model::{Bundle, EngineReport};

use super::report::{
    Certainty, ClassScore, Edge, Event, Model, Needed, PromptScore, Quality, Reason, Recording,
    Segment, TaskScore,
};
use crate::audio::Description;

/// Something that happens while a recording is heard.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Happening {
    /// A step was scored.
    Segment(Segment),
    /// A class begins or ends.
    Event(Event),
}

/// A line about something that happens in one of several recordings.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    input: &'a str,
    #[serde(flatten)]
    happening: &'a Happening,
}

/// The name and the payload of the line that reports `happening`.
pub fn line<'a>(input: &'a str, happening: &'a Happening) -> (&'static str, Line<'a>) {
    let name = match happening {
        Happening::Segment(_) => "segment",
        Happening::Event(Event { edge: Edge::Onset, .. }) => "onset",
        Happening::Event(Event { edge: Edge::Offset, .. }) => "offset",
    };
    (name, Line { input, happening })
}

/// Which model speaks.
pub fn model(bundle: &Bundle, engine: &EngineReport) -> Model {
    Model {
        bundle: bundle.manifest().name.clone(),
        tower_sha256: bundle.tower_sha256().to_string(),
        engine: engine.engine.to_string(),
        engine_version: engine.version.clone(),
        provider: engine.provider.to_string(),
        precision: engine.precision.to_string(),
    }
}

/// A recording that was opened.
pub fn recording(input: &str, description: &Description) -> Recording {
    let rate = f64::from(description.rate);
    Recording {
        input: input.to_owned(),
        format: description.format.clone(),
        sample_rate: description.rate,
        channels: description.channels,
        seconds: description.promised_frames.map(|frames| frames as f64 / rate),
    }
}

/// How good a recording is, and whether it may be judged.
pub fn quality(report: &Report, verdict: &Verdict) -> Quality {
    let reasons: Vec<Reason> = verdict
        .reasons()
        .iter()
        .map(|reason| Reason { reason: reason.name(), explanation: reason.to_string() })
        .collect();
    Quality {
        grade: verdict.grade().name(),
        level_dbfs: report.rms_dbfs,
        peak_dbfs: report.peak_dbfs,
        dc: report.dc,
        active_seconds: report.active_seconds,
        voiced_seconds: report.voiced_seconds,
        snr_db: report.snr_db,
        bandwidth_hz: report.bandwidth_hz,
        clipped_share: report.clipped_share,
        zero_share: report.zero_share,
        silent_share: report.silent_share,
        dropouts: report.dropouts,
        dropout_seconds: report.dropout_seconds,
        non_finite_samples: report.not_finite,
        reasons,
    }
}

/// The answer to a task.
pub fn task(score: &slap_edge::TaskScore) -> TaskScore {
    let info = score.info();
    let (certainty, top) = match score.outcome() {
        Outcome::Class(top) => (Certainty::Answered, Some(top)),
        Outcome::Unsure(top) => (Certainty::Unsure, Some(top)),
        Outcome::Abstained(_) => (Certainty::Abstained, None),
        Outcome::NotApplicable { .. } => (Certainty::NotApplicable, None),
    };
    let probabilities = score.probabilities().unwrap_or_default();
    TaskScore {
        task: info.name.clone(),
        title: info.title.clone(),
        group: info.group.clone(),
        usual: info.usual.clone(),
        certainty,
        answer: top.and_then(|top| info.classes.get(top.class).cloned()),
        probability: top.map(|top| top.probability),
        classes: info
            .classes
            .iter()
            .zip(probabilities)
            .map(|(class, &probability)| ClassScore { class: class.clone(), probability })
            .collect(),
        needs: score
            .contradiction()
            .map(|(need, answer)| Needed {
                task: need.task.name.clone(),
                title: need.task.title.clone(),
                class: need.class_name().to_owned(),
                answer: answer.to_owned(),
            })
            .collect(),
    }
}

/// The answer to a sentence.
pub fn prompt(score: &slap_edge::PromptScore) -> PromptScore {
    let certainty = match score.cosine() {
        Some(_) => Certainty::Answered,
        None => Certainty::Abstained,
    };
    PromptScore {
        prompt: score.info().text.clone(),
        certainty,
        cosine: score.cosine(),
        percentile: score.percentile(),
    }
}

/// What the screener reported, `None` for what is no score.
pub fn event(event: &slap_edge::Event<'_>) -> Option<Happening> {
    let class_name = |info: &slap_edge::TaskInfo, class: usize| {
        info.classes.get(class).cloned().unwrap_or_default()
    };
    let is_usual = |info: &slap_edge::TaskInfo, class: usize| {
        info.usual.is_some() && info.classes.get(class) == info.usual.as_ref()
    };
    Some(match event {
        slap_edge::Event::Segment(segment) => Happening::Segment(Segment {
            start: segment.start,
            end: segment.end,
            grade: segment.verdict.grade().name(),
            reasons: segment.verdict.reasons().iter().map(|reason| reason.name()).collect(),
            tasks: segment.tasks.iter().map(task).collect(),
            prompts: segment.prompts.iter().map(prompt).collect(),
        }),
        slap_edge::Event::Onset { task, class, time, known, probability } => {
            Happening::Event(Event {
                edge: Edge::Onset,
                task: task.name.clone(),
                title: task.title.clone(),
                class: class_name(task, *class),
                time: *time,
                known: Some(*known),
                probability: Some(*probability),
                usual: is_usual(task, *class),
            })
        }
        slap_edge::Event::Offset { task, class, time } => Happening::Event(Event {
            edge: Edge::Offset,
            task: task.name.clone(),
            title: task.title.clone(),
            class: class_name(task, *class),
            time: *time,
            known: None,
            probability: None,
            usual: is_usual(task, *class),
        }),
        slap_edge::Event::Idle(_) | slap_edge::Event::Frame(_) => return None,
    })
}
