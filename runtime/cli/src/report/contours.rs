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

/// How far the axis of pitch reaches beyond the middle four fifths of the frames: further
/// than a melody does, and not as far as a mistaken octave.
const REACH: f64 = 1.3;

/// The ends of the axis of pitch: an octave at least, and what there is, but for extremes that
/// would flatten the rest.
fn pitches(voices: &[Voice]) -> (f64, f64) {
    let found = voices.iter().filter_map(|voice| voice.pitch);
    let (mut lows, mut highs): (Vec<f32>, Vec<f32>) =
        found.map(|(low, _, high)| (low, high)).unzip();
    lows.sort_by(f32::total_cmp);
    highs.sort_by(f32::total_cmp);
    let few = lows.len() / 10;
    let ends = lows.get(few).zip(highs.get(highs.len().saturating_sub(few + 1)));
    let extremes = lows.first().zip(highs.last());
    let (Some((low, high)), Some((lowest, highest))) = (ends, extremes) else {
        return (75.0, 300.0);
    };
    let low = (f64::from(*low) / REACH).max((*lowest).into());
    let high = (f64::from(*high) * REACH).min((*highest).into());
    let (low, high) = (low / 1.1, high.max(low) * 1.1);
    let lacking = (2.0 / (high / low)).max(1.0).sqrt();
    (low / lacking, high * lacking)
}

/// Round pitches within the axis with their places, as many as can be read.
fn pitch_ticks((low, high): (f64, f64), scale: Scale) -> Vec<(f64, f64)> {
    // The roundest first.
    const ROUND: [f64; 11] =
        [100.0, 200.0, 400.0, 800.0, 50.0, 150.0, 300.0, 600.0, 75.0, 125.0, 250.0];
    let mut ticks: Vec<(f64, f64)> = Vec::new();
    for hertz in ROUND.into_iter().filter(|hertz| (low..high).contains(hertz)) {
        let y = scale.at(hertz.log2());
        if ticks.iter().all(|(_, other)| (other - y).abs() >= 13.0) {
            ticks.push((hertz, y));
        }
    }
    ticks
}

/// Pitch over time.
pub fn pitch(findings: &Findings, strip: Strip) -> Markup {
    let (low, high) = pitches(findings.tracks.voice.entries());
    // An octave is as high anywhere.
    let scale = Scale::new((low.log2(), high.log2()), (strip.bottom(), strip.top));
    let ticks = pitch_ticks((low, high), scale);
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
        @for (hertz, y) in ticks { (tick(strip, y, &frequency(hertz))) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(hertz: f32) -> Voice {
        Voice { pitch: Some((hertz, hertz, hertz)), voiced: 1, level: None }
    }

    #[test]
    fn the_axis_of_pitch_spans_an_octave_and_leaves_extremes_out() {
        assert_eq!(pitches(&[]), (75.0, 300.0));
        let mut voices: Vec<Voice> = (0..100).map(|step| voice(200.0 + step as f32)).collect();
        voices.push(voice(990.0));
        let (low, high) = pitches(&voices);
        assert!(low < 200.0 && (299.0..500.0).contains(&high), "{low} {high}");
        assert!(high / low >= 2.0 - 1e-9, "{low} {high}");
        // All that there is, where it is no more than a melody.
        let (low, high) = pitches(&voices[..100]);
        assert!(low < 200.0 && high > 299.0, "{low} {high}");
    }

    #[test]
    fn ticks_of_pitch_do_not_touch() {
        for ends in [(50.0f64, 1_000.0f64), (90.0, 180.0), (180.0, 360.0)] {
            let scale = Scale::new((ends.0.log2(), ends.1.log2()), (96.0, 0.0));
            let ticks = pitch_ticks(ends, scale);
            assert!(ticks.len() >= 2, "{ends:?}: {ticks:?}");
        }
    }
}
