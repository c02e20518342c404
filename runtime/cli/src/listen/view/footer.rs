//! The bottom row: keys, a notice, or the sentence that is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::colour::Colours;
use super::entry::Entry;
use super::row::Row;
use crate::listen::board::Board;
use crate::output::columns;

/// Keys and what they do, in the order in which they stand, and their rank: those of the
/// highest rank go first where there is little room.
fn hints(board: &Board, all: bool) -> [(&'static str, &'static str, u8); 7] {
    [
        ("q", "quit", 0),
        ("?", "help", 1),
        ("space", if board.paused { "go on" } else { "pause" }, 3),
        ("m", if board.muted { "listen" } else { "mute" }, 5),
        ("/", "add a sentence", 2),
        ("t", if all { "worth a look" } else { "all tasks" }, 4),
        ("↑↓", "scroll", 6),
    ]
}

/// Draws the keys that there is room for.
pub fn keys(buffer: &mut Buffer, area: Rect, board: &Board, all: bool, colours: Colours) {
    let mut row = Row::new(buffer, area, 0);
    let mut shown = hints(board, all).to_vec();
    let width = |hints: &[(&str, &str, u8)]| -> usize {
        hints.iter().map(|(key, what, _)| columns(key) + 1 + columns(what) + 3).sum()
    };
    while width(&shown) > row.room() + 2 {
        let last = shown.iter().enumerate().max_by_key(|(_, (_, _, rank))| *rank);
        let Some((index, _)) = last else { break };
        shown.remove(index);
    }
    for (index, (key, what, _)) in shown.iter().enumerate() {
        row.skip(if index == 0 { 1 } else { 3 }).put(key, colours.strong());
        row.skip(1).put(what, colours.faint());
    }
}

/// Draws the latest thing that was said about the run.
pub fn notice(buffer: &mut Buffer, area: Rect, text: &str, colours: Colours) {
    Row::new(buffer, area, 0).skip(1).put(text, colours.caution());
}

/// Draws the line that is typed; where the cursor is.
pub fn typing(
    buffer: &mut Buffer,
    area: Rect,
    entry: &Entry,
    colours: Colours,
) -> Option<Position> {
    const LABEL: &str = " New sentence: ";
    const HINT: &str = "Enter adds · Esc leaves";
    let mut row = Row::new(buffer, area, 0);
    let hint = if row.room() >= 70 { columns(HINT) + 2 } else { 0 };
    let right = row.split_right(hint);
    if row.room() >= 2 * columns(LABEL) {
        row.put(LABEL, colours.caution());
    }
    let (text, at) = entry.window(row.room());
    let (x, y) = row.position();
    let is_seen = row.room() > 0;
    row.put(&text, colours.plain());
    Row::new(buffer, right, 0).skip(1).put(HINT, colours.faint());
    is_seen.then(|| Position::new(x + at as u16, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u16, draw: impl FnOnce(&mut Buffer, Rect)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area);
        let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        text.trim_end().to_owned()
    }

    #[test]
    fn hints_go_where_there_is_no_room() {
        let board = Board::default();
        let at = |width| drawn(width, |b, a| keys(b, a, &board, false, Colours::None));
        assert_eq!(
            at(80),
            " q quit   ? help   space pause   m mute   / add a sentence   t all tasks"
        );
        assert_eq!(at(40), " q quit   ? help   / add a sentence");
        assert_eq!(at(12), " q quit");
        assert_eq!(at(3), "");
    }

    #[test]
    fn what_is_typed_is_seen_with_its_cursor() {
        let mut entry = Entry::default();
        entry.insert("a 声");
        let mut cursor = None;
        let text = drawn(80, |b, a| cursor = typing(b, a, &entry, Colours::None));
        assert!(text.starts_with(" New sentence: a 声"), "{text}");
        assert!(text.ends_with("Enter adds · Esc leaves"), "{text}");
        assert_eq!(cursor, Some(Position::new(19, 0)));
        assert_eq!(drawn(4, |b, a| cursor = typing(b, a, &entry, Colours::None)), " 声");
        assert_eq!(cursor, Some(Position::new(3, 0)));
    }
}
