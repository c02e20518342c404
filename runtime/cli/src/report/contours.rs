//! Pitch and level over time.

use std::fmt::Write as _;

use maud::{Markup, html};
use slap_edge::core::voice::{FRAMES_PER_SECOND, Functional, Unit};

use super::draw::{PITCH, Scale, VOICED, WAVE, n};
use super::figure::{Strip, decibels, frame, frequency, labels, tick};
use super::findings::Findings;
use super::tracks::Voice;
use crate::output::measures::{ABSENT, number};

/// The lowest level that is drawn, in dBFS.
const QUIETEST: f64 = -90.0;

/// Rectangles behind what is voiced.
fn voiced(findings: &Findings, strip: Strip) -> Markup {
    let mut path = String::new();
    let mut open: Option<(f64, f64)> = None;
    let mut close = |span: Option<(f64, f64)>| {
        if let Some((from, to)) = span {
            let (from, to) = (strip.time.at(from), strip.time.at(to));
            let (top, bottom) = (n(strip.top), n(strip.bottom()));
            let _ = write!(path, "M{} {top}H{}V{bottom}H{}z", n(from), n(to), n(from));
        }
    };
    for (from, to, voice) in findings.tracks.voice.spans() {
        let (start, end) = (seconds(from), seconds(to));
        // Of a longer stretch, most must be voiced.
        if u64::from(voice.voiced) * 2 > to - from {
            open = Some((open.map_or(start, |(start, _)| start), end));
        } else {
            close(open.take());
        }
    }
    close(open);
    html! { path d=(path) fill=(VOICED) {} }
}

/// The time at which a frame of the measures begins.
fn seconds(frame: u64) -> f64 {
    frame as f64 / f64::from(FRAMES_PER_SECOND)
}

/// The ends of the axis of pitch: an octave at least, and all of what there is.
fn pitches(voices: &[Voice]) -> (f64, f64) {
    let found = || voices.iter().filter_map(|voice| voice.pitch);
    let low = found().map(|(low, ..)| f64::from(low)).fold(f64::INFINITY, f64::min);
    let high = found().map(|(.., high)| f64::from(high)).fold(0.0, f64::max);
    if high == 0.0 {
        return (75.0, 300.0);
    }
    let (low, high) = (low / 1.1, high * 1.1);
    let lacking = (2.0 / (high / low)).max(1.0).sqrt();
    (low / lacking, high * lacking)
}

/// Pitch over time.
pub fn pitch(findings: &Findings, strip: Strip) -> Markup {
    let (low, high) = pitches(findings.tracks.voice.entries());
    // An octave is as high anywhere.
    let scale = Scale::new((low.log2(), high.log2()), (strip.bottom(), strip.top));
    let ticks = [50.0, 75.0, 100.0, 150.0, 200.0, 300.0, 400.0, 600.0, 800.0, 1_000.0];
    let (mut line, mut spread) = (String::new(), String::new());
    let mut joined = false;
    for (from, to, voice) in findings.tracks.voice.spans() {
        let Some((lowest, mean, highest)) = voice.pitch else {
            joined = false;
            continue;
        };
        let x = n(strip.time.at((seconds(from) + seconds(to)) / 2.0));
        let y = |hertz: f32| n(scale.at(f64::from(hertz).log2()));
        let _ = match joined {
            true => write!(line, "L{x} {}", y(mean)),
            // A lone frame shows as a dot.
            false => write!(line, "M{x} {}h0.01", y(mean)),
        };
        joined = true;
        if highest > lowest {
            let _ = write!(spread, "M{x} {}V{}", y(lowest), y(highest));
        }
    }
    let median = findings.measures.get(Functional::PitchP50);
    let fact = median.map_or(ABSENT.to_owned(), |it| format!("{} Hz", number(it, Unit::Hertz)));
    let remark = if median.is_some() { "median" } else { "no pitch found" };
    html! {
        (voiced(findings, strip))
        @for hertz in ticks.into_iter().filter(|hertz| (low..high).contains(hertz)) {
            (tick(strip, scale.at(hertz.log2()), &frequency(hertz)))
        }
        path d=(spread) stroke=(PITCH) stroke-opacity="0.35" {}
        path d=(line) stroke=(PITCH) fill="none" stroke-width="1.8" stroke-linecap="round"
            stroke-linejoin="round" {}
        (frame(strip))
        (labels(strip, "Pitch (F0)", "voiced is shaded", &fact, remark))
    }
}

/// Level over time.
pub fn level(findings: &Findings, strip: Strip) -> Markup {
    let voice = &findings.tracks.voice;
    let levels = || {
        voice.entries().iter().filter_map(|it| it.level).map(|it| f64::from(it).max(QUIETEST))
    };
    let high = (levels().fold(QUIETEST + 20.0, f64::max) / 10.0).ceil() * 10.0;
    let low = (levels().fold(high - 20.0, f64::min) / 10.0).floor() * 10.0;
    let scale = Scale::new((low, high), (strip.bottom(), strip.top));
    let mut line = String::new();
    let mut joined = false;
    for (from, to, entry) in voice.spans() {
        let Some(level) = entry.level else {
            joined = false;
            continue;
        };
        let x = n(strip.time.at((seconds(from) + seconds(to)) / 2.0));
        let _ =
            write!(line, "{}{x} {}", if joined { "L" } else { "M" }, n(scale.at(level.into())));
        joined = true;
    }
    let step = if high - low > 60.0 { 30.0 } else { 20.0 };
    let count = ((high - low) / step) as usize;
    let fact = decibels(findings.quality.level_dbfs);
    html! {
        (voiced(findings, strip))
        @for index in 0..=count {
            @let level = high - index as f64 * step;
            (tick(strip, scale.at(level), &n(level).replace('-', "−")))
        }
        path d=(line) stroke=(WAVE) fill="none" stroke-width="1.4" stroke-linejoin="round" {}
        (frame(strip))
        (labels(strip, "Level", "dBFS, every 10 ms", &fact, "mean"))
    }
}
