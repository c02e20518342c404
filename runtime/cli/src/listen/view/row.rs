//! A row of the screen that is written from left to right.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::output::{columns, cut, safe};

/// A row and how far it is written.
#[derive(Debug)]
pub struct Row<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Row<'a> {
    /// The row of `area` that is `line` rows below its top; nothing is written where there
    /// is none.
    pub fn new(buffer: &'a mut Buffer, area: Rect, line: u16) -> Self {
        let area = area.intersection(*buffer.area());
        let (x, y) = (area.x, area.y.saturating_add(line));
        let end = if y < area.bottom() { area.right() } else { x };
        Self { buffer, x, y, end }
    }

    /// Columns that are left.
    pub fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// Where the next text begins.
    pub fn position(&self) -> (u16, u16) {
        (self.x, self.y)
    }

    /// Writes `text`, shortened where there is less room.
    pub fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let room = self.room();
        if room > 0 {
            let text = shown(text, room);
            (self.x, _) = self.buffer.set_stringn(self.x, self.y, &text, room, style);
        }
        self
    }

    /// Writes `text` in exactly `width` columns.
    pub fn fit(&mut self, text: &str, width: usize, style: Style) -> &mut Self {
        let width = width.min(self.room());
        let end = self.x + width as u16;
        if width > 0 {
            let text = shown(text, width);
            self.buffer.set_stringn(self.x, self.y, &text, width, style);
        }
        self.x = end;
        self
    }

    /// Leaves `width` columns blank.
    pub fn skip(&mut self, width: usize) -> &mut Self {
        self.x += width.min(self.room()) as u16;
        self
    }

    /// Keeps `width` columns at the right for later; the row that is them.
    pub fn split_right(&mut self, width: usize) -> Rect {
        let width = width.min(self.room()) as u16;
        self.end -= width;
        Rect { x: self.end, y: self.y, width, height: u16::from(width > 0) }
    }

    /// A bar of `width` columns, filled to `share` (0 to 1) in halves of a column. It is
    /// thin, so that bars below one another stay apart.
    pub fn bar(&mut self, share: Option<f32>, width: usize, fill: Style, track: Style) {
        let width = width.min(self.room());
        let share = share.filter(|it| it.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0);
        let halves = (share * width as f32 * 2.0).round() as usize;
        self.put(&"━".repeat(halves / 2), fill);
        self.put(if halves % 2 == 1 { "╸" } else { "" }, fill);
        self.put(&"·".repeat(width - halves.div_ceil(2)), track);
    }
}

/// `text` as it may be shown in `width` columns.
fn shown(text: &str, width: usize) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.len() <= width {
        return Cow::Borrowed(text);
    }
    let text = safe(text);
    Cow::Owned(if columns(&text) <= width { text } else { cut(&text, width) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: u16, write: impl Fn(&mut Row<'_>)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        write(&mut Row::new(&mut buffer, area, 0));
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn text_is_measured_in_columns_and_made_safe() {
        let style = Style::new();
        assert_eq!(
            written(8, |row| {
                row.fit("声の質", 5, style).put("|", style);
            }),
            "声 の …|  "
        );
        assert_eq!(
            written(5, |row| {
                row.put("a\x1b[2Jb", style);
            }),
            "a\u{fffd}[2…"
        );
        assert_eq!(
            written(3, |row| {
                row.skip(9).put("x", style);
            }),
            "   "
        );
    }

    #[test]
    fn a_bar_is_filled_in_halves() {
        let style = Style::new();
        let bar = |share| written(4, |row| row.bar(share, 4, style, style));
        assert_eq!(bar(Some(0.0)), "····");
        assert_eq!(bar(Some(0.6)), "━━╸·");
        assert_eq!(bar(Some(1.0)), "━━━━");
        assert_eq!(bar(Some(f32::NAN)), "····");
        assert_eq!(bar(None), "····");
    }

    #[test]
    fn there_is_no_row_below_the_last() {
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        let mut row = Row::new(&mut buffer, area, 1);
        assert_eq!(row.room(), 0);
        row.put("x", Style::new()).fit("x", 2, Style::new()).skip(1);
    }
}
