//! Measures of every 10 ms for people: the few that fit a line.

use slap_edge::core::voice::{Descriptor, Frame};

use super::measures::{ABSENT, number};
use super::terminal::{Style, columns};

/// Columns of a value, its gap included.
const CELL: usize = 9;

/// The columns, as many of them as there is room for.
const COLUMNS: [(Descriptor, &str); 10] = [
    (Descriptor::Pitch, "pitch"),
    (Descriptor::HarmonicsToNoise, "HNR"),
    (Descriptor::CepstralPeakProminence, "CPP"),
    (Descriptor::Jitter, "jitter"),
    (Descriptor::Shimmer, "shimmer"),
    (Descriptor::Level, "level"),
    (Descriptor::Loudness, "loudness"),
    (Descriptor::F1, "F1"),
    (Descriptor::F2, "F2"),
    (Descriptor::F3, "F3"),
];

/// The headings and their units.
pub fn head(style: Style, width: usize) -> String {
    let titles = shown(width).iter().map(|(_, title)| (*title).to_owned());
    let units = shown(width).iter().map(|(it, _)| super::measures::unit(it.unit()).to_owned());
    let titles = style.strong(line_of("time".to_owned(), titles));
    let units = style.faint(line_of("s".to_owned(), units));
    format!("{titles}\n{units}\n")
}

/// One frame.
pub fn line(style: Style, width: usize, frame: &Frame) -> String {
    let values = shown(width).iter().map(|(descriptor, _)| {
        let value = frame.get(*descriptor);
        value.map_or_else(|| ABSENT.to_owned(), |value| number(value, descriptor.unit()))
    });
    let text = line_of(format!("{:.3}", frame.seconds()), values);
    if frame.is_voiced() { text + "\n" } else { style.faint(text) + "\n" }
}

fn shown(width: usize) -> &'static [(Descriptor, &'static str)] {
    let count = (width / CELL).saturating_sub(1).clamp(1, COLUMNS.len());
    &COLUMNS[..count]
}

fn line_of(first: String, rest: impl Iterator<Item = String>) -> String {
    std::iter::once(first)
        .chain(rest)
        .map(|cell| format!("{}{cell}", " ".repeat(CELL.saturating_sub(columns(&cell)))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_fit_terminals_of_any_width() {
        let mut frame = Frame::new(120);
        frame.set(Descriptor::Pitch, 203.4);
        frame.set(Descriptor::Jitter, 0.0123);
        for width in [40, 80, 100] {
            let text = head(Style::PLAIN, width) + &line(Style::PLAIN, width, &frame);
            for line in text.lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
            assert!(text.contains("1.205") && text.contains("203") && text.contains('–'));
        }
        assert!(line(Style::PLAIN, 80, &frame).contains("1.23"));
    }
}
