//! What a report says in words, the same on the page and in the picture.

use slap_edge::core::voice::Unit;
use slap_edge::core::voice::ranges::{Place, Reference, UsualRange};

use super::findings::Findings;
use crate::output::human::{duration, rate};
use crate::output::measures::{ABSENT, number};

/// What this is not.
pub const NOT_MEDICAL: &str = "This page describes how a recording sounds. It is not a medical \
    device, and nothing on it says whether a person is ill or well.";

/// What absent values mean.
pub const ABSENT_MEANS: &str = "– stands for a value that this recording does not allow: the \
    pitch of a whisper, the jitter of less than three periods. It is not zero.";

/// What usual ranges mean.
pub const RANGES_MEAN: &str = "Usual ranges are those of the studies below, of their speakers \
    and instruments, in quiet rooms. A value is compared with a range only if the recording \
    holds the same kind of speech and is not poor. Children, singers, microphones and rooms \
    move values beyond them.";

/// What the signs in the table mean.
pub const SIGNS_MEAN: &str = "↑ above, ↓ below, ↕ between the usual ranges; the mark in the bar \
    is red then, and a mark that points out of the bar stands for a value off its scale. A \
    range with “about” is a round figure: nothing is marked against it. A dashed bar is a range \
    with which the value is not compared. w: women, m: men, st: semitones.";

/// What the bars of a task mean.
pub const BARS_MEAN: &str = "Bars are as high as an answer is probable, and named where there is \
    room; on the right is the answer for the recording as a whole. Colours tell the classes of \
    a task apart, blue the first and tan the second; neither is better. Where other answers \
    say that a question makes no sense, it has no bar.";

/// What hatched bars and question marks mean.
pub const UNSURE_MEANS: &str = "unsure: less probable than the task asks for before it answers, \
    which may be more than 99 %.";

/// What crossed bars mean.
pub const ABSTAINED_MEANS: &str = "no answer: too little or too poor to judge.";

/// How many seconds of what.
pub fn facts(findings: &Findings) -> String {
    let recording = &findings.recording;
    let channels = match recording.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        many => format!("{many} channels"),
    };
    let (length, rate) = (duration(findings.seconds), rate(recording.sample_rate));
    format!("{length} · {rate} · {channels} · {}", recording.format)
}

/// The grade of the recording: a sign, a word and why.
pub fn verdict(findings: &Findings) -> (&'static str, &'static str, String) {
    let quality = &findings.quality;
    let reasons: Vec<&str> = quality.reasons.iter().map(|it| it.explanation.as_str()).collect();
    match quality.grade {
        "good" => ("✓", "Good recording", "No problems found.".to_owned()),
        "usable" => ("!", "Usable recording", format!("{}.", sentence(&reasons.join("; ")))),
        _ => {
            let reasons = sentence(&reasons.join("; "));
            ("✕", "Poor recording: not scored", format!("{reasons}."))
        }
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What the values are compared with and what to mind, sentences.
pub fn basis(findings: &Findings) -> String {
    let mut text = findings.measures.basis().sentence().to_owned();
    if findings.quality.grade == "usable" && findings.measures.basis().speech().is_some() {
        text += " The recording is only usable: what is wrong with it can move a value out of \
                 its range by itself.";
    }
    text
}

/// The quality of the recording, number by number.
pub fn quality(findings: &Findings) -> Vec<(&'static str, String)> {
    let quality = &findings.quality;
    let level = |dbfs: f32| {
        if dbfs <= -120.0 {
            "digital silence".to_owned()
        } else {
            format!("{} dBFS", number(dbfs, Unit::DecibelFullScale))
        }
    };
    let percent = |share: f32| format!("{} %", number(share, Unit::Ratio));
    let or_absent = |value: Option<String>| value.unwrap_or_else(|| ABSENT.to_owned());
    let dropouts = match quality.dropouts {
        0 => "none".to_owned(),
        count => format!("{count}, {:.2} s together", quality.dropout_seconds),
    };
    vec![
        ("Level", level(quality.level_dbfs)),
        ("Highest sample", level(quality.peak_dbfs)),
        (
            "Signal to noise",
            or_absent(quality.snr_db.map(|it| format!("{} dB", number(it, Unit::Decibel)))),
        ),
        (
            "Sound up to",
            or_absent(quality.bandwidth_hz.map(|it| format!("{:.1} kHz", it / 1e3))),
        ),
        (
            "Loud as a voice",
            format!(
                "{}, at {} dBFS or more",
                duration(quality.active_seconds.into()),
                number(findings.active_dbfs, Unit::DecibelFullScale)
            ),
        ),
        ("At full scale", percent(quality.clipped_share)),
        ("Gaps in the sound", dropouts),
        ("Digital silence", percent(quality.silent_share)),
        ("DC offset", percent(quality.dc.abs())),
        (
            "File, SHA-256",
            findings.sha256.clone().unwrap_or_else(|| "not a file, so none".to_owned()),
        ),
    ]
}

/// The program, the model and its digest.
pub fn origin(findings: &Findings) -> Vec<(&'static str, String)> {
    let model = &findings.model;
    vec![
        ("Program", format!("slap-edge {}", env!("CARGO_PKG_VERSION"))),
        ("Bundle", model.bundle.clone()),
        ("Tower, SHA-256", model.tower_sha256.clone()),
        ("Engine", format!("{} {}, {}", model.runner(), model.engine_version, model.precision)),
    ]
}

/// The sign of a value outside of its usual ranges, and its meaning.
pub fn place(place: Option<Place>) -> Option<(&'static str, &'static str)> {
    match place? {
        Place::Below => Some(("↓", "below the usual range")),
        Place::Above => Some(("↑", "above the usual range")),
        Place::Between => Some(("↕", "between the usual ranges")),
        Place::Within => None,
    }
}

/// What to know about the ranges of a reference, sentences.
pub fn remarks(reference: &Reference) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    for usual in UsualRange::all().iter().filter(|usual| usual.reference == reference) {
        let mut letters = usual.remark.chars();
        let Some(first) = letters.next() else { continue };
        let remark: String = first.to_uppercase().chain(letters).chain(['.']).collect();
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
    remarks
}
