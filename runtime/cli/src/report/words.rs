//! What a report says in words, the same on the page and in the picture.

use slap_edge::core::voice::Unit;
use slap_edge::core::voice::ranges::Speech;

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
pub const RANGES_MEAN: &str = "Usual ranges are those of the speakers of the studies below, \
    recorded in quiet rooms. A value is compared with a range only if the recording holds the \
    same kind of speech; of others the bar is dashed. Children, singers, microphones and rooms \
    move values beyond them.";

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
        "good" => ("✓", "Good recording", "Nothing speaks against measuring it.".to_owned()),
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

/// What the recording seems to hold, a sentence.
pub fn speech(findings: &Findings) -> &'static str {
    match findings.measures.speech() {
        Some(Speech::Running) => {
            "The recording seems to hold running speech: its voiced stretches are shorter than \
             a second on average."
        }
        Some(Speech::HeldVowel) => {
            "The recording seems to hold vowels: its voiced stretches last a second or more on \
             average."
        }
        None => "Nothing in the recording is voiced, so no range applies.",
    }
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
        ("Loud enough", duration(quality.active_seconds.into())),
        ("Voiced", or_absent(quality.voiced_seconds.map(|it| duration(it.into())))),
        ("At full scale", percent(quality.clipped_share)),
        ("Dropouts", dropouts),
        ("Digital silence", percent(quality.silent_share)),
        ("Off centre by", percent(quality.dc.abs())),
    ]
}

/// The program, the model and its digest.
pub fn origin(findings: &Findings) -> Vec<(&'static str, String)> {
    let model = &findings.model;
    vec![
        ("Program", format!("slap-edge {}", env!("CARGO_PKG_VERSION"))),
        ("Bundle", model.bundle.clone()),
        ("Tower, SHA-256", model.tower_sha256.clone()),
        ("Engine", format!("{} {}, {}", model.engine, model.engine_version, model.precision)),
    ]
}
