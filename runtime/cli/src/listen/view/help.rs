//! The keys, explained over the rest of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Widget as _};

use super::colour::Colours;
use super::row::Row;
use crate::output::columns;

const KEYS: [(&str, &str); 8] = [
    ("q, Ctrl-C", "quit"),
    ("space, p", "pause scoring, or go on"),
    ("m", "mute the microphone, or listen again"),
    ("/, a", "add a sentence to be scored"),
    ("t", "all tasks, or those worth a look"),
    ("↑ ↓ PgUp PgDn", "scroll; Home and End, too"),
    ("?", "show or hide these words"),
    ("", ""),
];

const SIGNS: [(&str, &str); 3] = [
    ("●", "worth a look"),
    ("○", "was so within the last 10 seconds"),
    ("faint", "unsure, or no answer"),
];

/// Columns of the keys.
const KEY: usize = 15;

/// Draws the box in the middle of `area`, or as much of it as fits.
pub fn draw(buffer: &mut Buffer, area: Rect, colours: Colours) {
    let lines: Vec<(&str, &str)> = KEYS.into_iter().chain(SIGNS).collect();
    let widest = lines.iter().map(|(_, what)| columns(what)).max().unwrap_or(0);
    let wanted = (KEY + widest + 4) as u16;
    let with_border = area.height >= lines.len() as u16 + 2 && area.width >= wanted;
    let (width, height) = if with_border {
        (wanted, lines.len() as u16 + 2)
    } else {
        (area.width.min(wanted), area.height.min(lines.len() as u16))
    };
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(place, buffer);
    let mut inner = place;
    if with_border {
        let block = Block::bordered().title(" Keys ").border_style(colours.amount());
        inner = block.inner(place);
        block.render(place, buffer);
    }
    for (line, (key, what)) in lines.into_iter().enumerate().take(usize::from(inner.height)) {
        let mut row = Row::new(buffer, inner, line as u16);
        row.skip(1).fit(key, KEY, colours.strong()).put(what, colours.plain());
    }
}
