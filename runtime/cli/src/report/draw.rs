//! What all drawings share: numbers, scales, ticks, colours, text.

use crate::output::safe;

/// The ink of text, of what stands back, and of lines that only guide the eye.
pub const INK: &str = "#1b2430";
pub const FAINT: &str = "#5d6875";
pub const GUIDE: &str = "#d8dee5";

/// The waveform and the level.
pub const WAVE: &str = "#44617f";

/// The pitch.
pub const PITCH: &str = "#b3400b";

/// What lies outside of a usual range.
pub const OUTSIDE: &str = "#b3400b";

/// The band of a usual range.
pub const RANGE: &str = "#a9c6df";

/// Behind what is voiced.
pub const VOICED: &str = "#eaf1f7";

/// The classes of a task: colours that people with any colour vision tell apart and that
/// differ in lightness (after Okabe and Ito 2008).
pub const CLASSES: [&str; 7] =
    ["#0072b2", "#c49a4a", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#6b5b95"];

/// A number with at most two decimals, as short as it can be.
pub fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text of the user's as it may stand on a page: what could hide or reorder its
/// surroundings becomes a visible substitute.
pub fn words(text: &str) -> String {
    let hides = |c: char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    safe(text).chars().map(|c| if hides(c) { '\u{fffd}' } else { c }).collect()
}

/// The width of `text` set in `size` pixels of a usual sans-serif face, generously.
pub fn width_of(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.56 } else { 1.0 }).sum::<f64>() * size
}

/// `text` cut with an ellipsis to `room` pixels.
pub fn cut(text: &str, size: f64, room: f64) -> String {
    if width_of(text, size) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if width_of(&cut, size) + 2.0 * size > room {
            break;
        }
        cut.push(c);
    }
    cut.trim_end().to_owned() + "…"
}

/// `text` broken between words into lines of at most `room` pixels.
pub fn lines(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            *line = cut(word, size, room);
        } else if width_of(&format!("{line} {word}"), size) <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(cut(word, size, room));
        }
    }
    lines
}

/// From a quantity to a place on the page.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// `from` is drawn at `start`, `to` at `end`.
    pub fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        Self { from, to, start, end }
    }

    /// Whether `value` lies within the scale's ends.
    pub fn holds(&self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// Where `value` is drawn, within the scale's ends.
    pub fn at(&self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }
}

/// Where a time axis has its ticks, and their labels: at most about ten.
pub fn time_ticks(seconds: f64) -> Vec<(f64, String)> {
    const STEPS: [f64; 22] = [
        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0,
        600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0,
    ];
    let step = STEPS.into_iter().find(|step| seconds / step <= 10.0);
    let step = step.unwrap_or_else(|| (seconds / 10.0 / 86_400.0).ceil() * 86_400.0);
    let count = (seconds / step + 1e-9).floor() as u64;
    (0..=count)
        .map(|index| {
            let time = index as f64 * step;
            (time, moment(time, seconds))
        })
        .collect()
}

fn moment(time: f64, seconds: f64) -> String {
    let whole = time.round() as u64;
    if seconds >= 3_600.0 {
        format!("{}:{:02}:{:02}", whole / 3_600, whole / 60 % 60, whole % 60)
    } else if seconds >= 60.0 {
        format!("{}:{:02}", whole / 60, whole % 60)
    } else {
        format!("{} s", n(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_and_round() {
        for (seconds, count, last) in [
            (0.0, 1, "0 s"),
            (0.1, 11, "0.1 s"),
            (4.38, 9, "4 s"),
            (59.0, 6, "50 s"),
            (75.0, 8, "1:10"),
            (3_600.0, 7, "1:00:00"),
            (200_000.0, 7, "48:00:00"),
        ] {
            let ticks = time_ticks(seconds);
            assert_eq!((ticks.len(), ticks[ticks.len() - 1].1.as_str()), (count, last));
        }
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(1.0, "1"), (-0.001, "0"), (12.345, "12.35"), (0.5, "0.5"), (100.0, "100")]
        {
            assert_eq!(n(value), text);
        }
    }

    #[test]
    fn text_of_the_users_hides_nothing() {
        assert_eq!(
            words("a\u{202e}b\u{200b}c\nd\u{feff}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(words("Stimme – 声.wav"), "Stimme – 声.wav");
    }

    #[test]
    fn text_is_broken_and_cut() {
        for line in lines("noisy (SNR 9.1 dB, needs 15 dB) and more", 12.0, 120.0) {
            assert!(width_of(&line, 12.0) <= 120.0, "{line}");
        }
        assert!(cut("a very long name of a file.wav", 12.0, 60.0).ends_with('…'));
        assert_eq!(cut("short", 12.0, 60.0), "short");
    }

    #[test]
    fn scales_do_not_divide_by_nothing() {
        assert_eq!(Scale::new((3.0, 3.0), (0.0, 10.0)).at(3.0), 0.0);
        assert_eq!(Scale::new((0.0, 2.0), (10.0, 0.0)).at(0.5), 7.5);
        assert_eq!(Scale::new((0.0, 2.0), (0.0, 10.0)).at(9.0), 10.0);
    }
}
