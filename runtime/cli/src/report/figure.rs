//! Everything over time, one strip below the other on a shared axis.

use std::fmt::Write as _;

use maud::{Markup, html};
use slap_edge::core::front_end::FrontEndSpec;
use slap_edge::core::voice::Unit;

use super::draw::{FAINT, GUIDE, INK, Scale, WAVE, cut, n, time_ticks, words};
use super::findings::Findings;
use super::spectrogram::picture;
use super::{answers, contours, draw, groups};
use crate::output::measures::number;

/// The width of the figure, and where its axis begins and ends.
pub const WIDTH: f64 = 900.0;
const LEFT: f64 = 162.0;
const RIGHT: f64 = 738.0;

/// Room between two strips.
const GAP: f64 = 12.0;

/// Heights of the strips.
const WAVE_HEIGHT: f64 = 70.0;
const SPECTRUM_HEIGHT: f64 = 128.0;
const PITCH_HEIGHT: f64 = 96.0;
const LEVEL_HEIGHT: f64 = 62.0;
const AXIS_HEIGHT: f64 = 26.0;

/// A drawing and the height it takes.
pub struct Drawing {
    pub height: f64,
    pub markup: Markup,
}

/// A strip: its place and the scale of time.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    pub top: f64,
    pub height: f64,
    pub time: Scale,
}

impl Strip {
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

/// Draws the figure from `top` downwards.
pub fn figure(findings: &Findings, top: f64) -> Drawing {
    let time = Scale::new((0.0, findings.seconds.max(1e-3)), (LEFT, RIGHT));
    let mut next = top;
    let mut place = |height: f64| {
        let strip = Strip { top: next, height, time };
        next += height + GAP;
        strip
    };
    let strips = [
        wave(findings, place(WAVE_HEIGHT)),
        spectrum(findings, place(SPECTRUM_HEIGHT)),
        contours::pitch(findings, place(PITCH_HEIGHT)),
        contours::level(findings, place(LEVEL_HEIGHT)),
    ];
    let mut unnamed = Vec::new();
    let tasks = groups::strips(findings, place, &mut unnamed);
    let bottom = next - GAP + 4.0;
    let key = answers::key(&unnamed, bottom + AXIS_HEIGHT);
    let markup = html! {
        (answers::patterns())
        @for (at, _) in time_ticks(findings.seconds) {
            path d=(format!("M{} {}V{}", n(time.at(at)), n(top), n(bottom))) stroke=(GUIDE) {}
        }
        @for strip in strips { (strip) }
        @for task in tasks { (task) }
        (axis(findings.seconds, time, bottom))
        (key.markup)
    };
    Drawing { height: bottom + AXIS_HEIGHT + key.height - top, markup }
}

fn axis(seconds: f64, time: Scale, top: f64) -> Markup {
    html! {
        path d=(format!("M{} {}H{}", n(LEFT), n(top), n(RIGHT))) stroke=(FAINT) {}
        @for (at, label) in time_ticks(seconds) {
            @let x = time.at(at);
            path d=(format!("M{} {}v4", n(x), n(top))) stroke=(FAINT) {}
            (text(x, top + 17.0, "middle", FAINT, 11.0, &label))
        }
    }
}

/// One line of text; `anchor` is `start`, `middle` or `end`.
pub fn text(x: f64, y: f64, anchor: &str, ink: &str, size: f64, content: &str) -> Markup {
    html! {
        text x=(n(x)) y=(n(y)) text-anchor=(anchor) fill=(ink) font-size=(n(size)) { (content) }
    }
}

/// The title of a strip, what is below it, and what holds for the whole recording.
pub fn labels(strip: Strip, title: &str, unit: &str, fact: &str, remark: &str) -> Markup {
    html! {
        text x="0" y=(n(strip.middle() - 1.0)) fill=(INK) font-size="13" font-weight="600" {
            (title)
        }
        (text(0.0, strip.middle() + 14.0, "start", FAINT, 11.0, unit))
        (text(RIGHT + 12.0, strip.middle() - 1.0, "start", INK, 13.0, fact))
        (text(RIGHT + 12.0, strip.middle() + 14.0, "start", FAINT, 11.0, remark))
    }
}

/// A line across a strip, and what it stands for.
pub fn tick(strip: Strip, y: f64, label: &str) -> Markup {
    html! {
        path d=(format!("M{} {}H{}", n(LEFT), n(y), n(RIGHT))) stroke=(GUIDE) {}
        (text(LEFT - 6.0, (y + 4.0).clamp(strip.top + 8.0, strip.bottom()), "end", FAINT, 10.5, label))
    }
}

/// The edge of a strip.
pub fn frame(strip: Strip) -> Markup {
    html! {
        rect x=(n(LEFT)) y=(n(strip.top)) width=(n(RIGHT - LEFT)) height=(n(strip.height))
            fill="none" stroke=(GUIDE) {}
    }
}

fn wave(findings: &Findings, strip: Strip) -> Markup {
    let rate = f64::from(findings.front_end.sample_rate);
    let entries = findings.tracks.wave.entries();
    let peak = entries.iter().map(|it| it.high.max(-it.low)).fold(1e-4, f32::max);
    let scale = Scale::new(
        (-f64::from(peak), f64::from(peak)),
        (strip.bottom() - 1.0, strip.top + 1.0),
    );
    let mut path = String::new();
    for (from, to, wave) in findings.tracks.wave.spans() {
        let x = strip.time.at((from + to) as f64 / 2.0 / rate);
        let (low, high) = (scale.at(f64::from(wave.low)), scale.at(f64::from(wave.high)));
        // A stretch of silence still leaves a line.
        let _ = write!(path, "M{} {}V{}", n(x), n(low + 0.3), n(high - 0.3));
    }
    let thick = (RIGHT - LEFT) / entries.len().max(1) as f64 * 1.15;
    let fact = decibels(findings.quality.peak_dbfs);
    html! {
        path d=(path) stroke=(WAVE) stroke-width=(n(thick.clamp(0.4, 3.0))) {}
        (labels(strip, "Waveform", "", &fact, "highest sample"))
    }
}

/// A level in dBFS, which is digital silence at its lowest.
pub fn decibels(dbfs: f32) -> String {
    if dbfs <= -120.0 {
        "silent".to_owned()
    } else {
        format!("{} dBFS", number(dbfs, Unit::DecibelFullScale))
    }
}

fn spectrum(findings: &Findings, strip: Strip) -> Markup {
    let (front, columns) = (&findings.front_end, findings.tracks.spectrum.entries());
    // Half a band below the middle of the lowest and above that of the highest.
    let scale = Scale::new((-0.5, front.bands as f64 - 0.5), (strip.bottom(), strip.top));
    let hop = front.hop_length as f64 / f64::from(front.sample_rate);
    let spectrum = &findings.tracks.spectrum;
    // The last entry may stand for less than the others: the picture shows it as wide.
    let seconds = (columns.len() as u64 * spectrum.each()) as f64 * hop;
    let width = (seconds / findings.seconds.max(1e-3) * (RIGHT - LEFT)).max(1.0);
    let ticks = frequencies(front, scale);
    html! {
        @if let Some(address) = picture(columns) {
            svg x=(n(LEFT)) y=(n(strip.top)) width=(n(RIGHT - LEFT)) height=(n(strip.height)) {
                image href=(address) x="0" y="0" width=(n(width)) height=(n(strip.height))
                    preserveAspectRatio="none" {}
            }
        }
        @for (hertz, y) in ticks {
            path d=(format!("M{} {}h-4", n(LEFT), n(y))) stroke=(FAINT) {}
            (text(LEFT - 6.0, y + 4.0, "end", FAINT, 10.5, &frequency(hertz)))
        }
        (frame(strip))
        (labels(strip, "Log-mel", "as the model hears", &bandwidth(findings), "sound up to"))
    }
}

/// Octaves of 1 kHz with their places, as many as can be read.
fn frequencies(front: &FrontEndSpec, scale: Scale) -> Vec<(f64, f64)> {
    let (low, high) = (f64::from(front.low_hz), f64::from(front.high_hz));
    let mut ticks: Vec<(f64, f64)> = Vec::new();
    for hertz in [16e3, 8e3, 4e3, 2e3, 1e3, 500.0, 250.0, 125.0] {
        let y = scale.at(front.band_at(hertz));
        let crowded = ticks.last().is_some_and(|(_, above)| y - above < 11.0);
        if (low..high * 0.99).contains(&hertz) && !crowded {
            ticks.push((hertz, y));
        }
    }
    ticks
}

fn bandwidth(findings: &Findings) -> String {
    match findings.quality.bandwidth_hz {
        Some(hertz) => format!("{:.1} kHz", hertz / 1_000.0),
        None => "–".to_owned(),
    }
}

/// A frequency in the unit people use for it.
pub fn frequency(hertz: f64) -> String {
    if hertz < 1_000.0 { format!("{} Hz", n(hertz)) } else { format!("{} kHz", n(hertz / 1e3)) }
}

/// The title of a task beside its strip.
pub fn task_title(strip: Strip, title: &str) -> Markup {
    let title = cut(&words(title), 12.0, LEFT - 10.0);
    text(0.0, strip.middle() + 4.0, "start", INK, 12.0, &title)
}

/// The answer of a task for the whole recording beside its strip, after a chip in its
/// colour.
pub fn task_answer(
    strip: Strip,
    chip: Option<Markup>,
    answer: &str,
    share: &str,
    ink: &str,
) -> Markup {
    let left = RIGHT + if chip.is_some() { 26.0 } else { 12.0 };
    let room = WIDTH - left - draw::width_of(share, 12.0) - 10.0;
    // Bold letters are wider.
    let answer = cut(&words(answer), 13.4, room);
    html! {
        @if let Some(chip) = chip {
            g transform=(format!("translate({} {})", n(RIGHT + 12.0), n(strip.middle() - 4.5))) {
                (chip)
            }
        }
        text x=(n(left)) y=(n(strip.middle() + 4.0)) fill=(ink) font-size="12"
            font-weight="600" { (answer) }
        (text(WIDTH, strip.middle() + 4.0, "end", FAINT, 12.0, share))
    }
}
