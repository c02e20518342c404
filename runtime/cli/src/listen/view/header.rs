//! The top row: what listens to what, whether it does, and for how long.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget as _, Wrap};

use super::colour::Colours;
use super::row::Row;
use crate::listen::board::{Board, Link};
use crate::output::{columns, safe};

/// Blank columns between two things in the row.
const GAP: usize = 2;

/// A narrower row does without the program's name.
const NARROW: usize = 60;

/// Draws the row.
pub fn draw(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) {
    if area.is_empty() {
        return;
    }
    let mut words = state(board, colours);
    let time = clock(board.seconds);
    let width = usize::from(area.width);
    let total = |words: &[(&str, Style)]| -> usize {
        let all: usize = words.iter().map(|(word, _)| columns(word) + GAP).sum();
        all.saturating_sub(GAP)
    };
    if total(&words) > width {
        // The signs alone say it, too.
        for (word, _) in &mut words {
            *word = word.split(' ').next().unwrap_or(word);
        }
    }
    let mut needed = total(&words);
    let with_time = needed + GAP + columns(&time) + GAP < width;
    if with_time {
        needed += GAP + columns(&time);
    }
    let mut left = Row::new(buffer, area, 0);
    let right = left.split_right(needed + GAP.min(width.saturating_sub(needed)));
    if width >= NARROW {
        left.put(" slap-edge ", colours.badge()).skip(1);
    }
    left.put(&board.bundle, colours.strong());
    if !board.source.is_empty() && left.room() > 2 * GAP {
        left.skip(GAP).put(&board.source, colours.faint());
    }
    let mut row = Row::new(buffer, right, 0);
    row.skip(usize::from(right.width).saturating_sub(needed));
    for (index, (word, style)) in words.iter().enumerate() {
        row.skip(if index == 0 { 0 } else { GAP }).put(word, *style);
    }
    if with_time {
        row.skip(GAP).put(&time, colours.plain());
    }
}

/// Whether sound comes and what is done with it, in words.
fn state(board: &Board, colours: Colours) -> Vec<(&'static str, Style)> {
    let mut words = match board.link {
        Link::Opening => vec![("○ waiting", colours.caution())],
        Link::Lost(_) => vec![("✗ lost", colours.bad())],
        Link::Live if board.paused || board.muted => Vec::new(),
        Link::Live => vec![("● live", colours.good())],
    };
    if board.paused {
        words.push(("‖ paused", colours.caution()));
    }
    if board.muted {
        words.push(("ø muted", colours.caution()));
    }
    words
}

/// A time as `0:07`, `1:02:03` or `2 d 01:02:03`.
pub fn clock(seconds: f64) -> String {
    // Casting a float saturates and makes 0 of what is no number.
    let all = seconds as u64;
    let (days, hours, minutes, seconds) =
        (all / 86_400, all / 3600 % 24, all / 60 % 60, all % 60);
    if days > 0 {
        format!("{days} d {hours:02}:{minutes:02}:{seconds:02}")
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// Says in words, in place of a picture that is out of date, that no sound comes; false
/// where it does.
pub fn absence(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) -> bool {
    let (title, reason, style) = match &board.link {
        Link::Live => return false,
        Link::Opening => ("Waiting for the microphone", String::new(), colours.caution()),
        Link::Lost(reason) => ("The microphone is lost", safe(reason), colours.bad()),
    };
    let badge = style.add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let mut lines = vec![Line::styled(format!(" {title} "), badge)];
    let mut rows = 1;
    if !reason.is_empty() {
        if area.height > 6 {
            lines.push(Line::default());
        }
        rows = lines.len() + columns(&reason) / usize::from(area.width.max(1)) + 2;
        lines.push(Line::from(reason));
        lines.push(Line::styled("It is opened again as soon as it can be.", colours.faint()));
    }
    let above = usize::from(area.height).saturating_sub(rows) as u16 / 2;
    let place = Rect { y: area.y + above, height: area.height - above, ..area };
    let words = Paragraph::new(lines).alignment(Alignment::Center);
    words.wrap(Wrap { trim: false }).render(place, buffer);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u16, board: &Board) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, board, Colours::None);
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn the_state_is_the_last_to_go() {
        let mut board = Board {
            bundle: "slap-voice-small".into(),
            source: "USB mic, 48 kHz".into(),
            link: Link::Live,
            seconds: 83.9,
            ..Board::default()
        };
        let wide = " slap-edge  slap-voice-small  USB mic, 48 kHz           ● live  1:23";
        assert_eq!(drawn(68, &board), wide);
        assert_eq!(drawn(28, &board), "slap-voice-sm…  ● live  1:23");
        assert_eq!(drawn(10, &board), "s…  ● live");
        assert_eq!(drawn(1, &board), "●");
        board.paused = true;
        board.muted = true;
        assert!(drawn(40, &board).contains("‖ paused  ø muted  1:23"));
        board.link = Link::Lost("unplugged".into());
        assert!(drawn(50, &board).contains("✗ lost  ‖ paused  ø muted  1:23"));
    }

    #[test]
    fn days_are_counted() {
        assert_eq!(clock(7.9), "0:07");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(2.0 * 86_400.0 + 3723.0), "2 d 01:02:03");
        assert_eq!((clock(f64::NAN), clock(-1.0)), ("0:00".into(), "0:00".into()));
    }
}
