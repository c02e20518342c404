//! The spectrogram: time from left to right, frequency from the bottom up.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::colour::Colours;
use super::row::Row;
use crate::listen::board::{Board, Column};

/// Columns of a frequency such as ` 500 `.
const GUTTER: u16 = 5;

/// A narrower screen has no room for frequencies.
const NARROW: u16 = 50;

/// Frequencies that are written beside their bands, in Hz.
const HINTS: [(f32, &str); 7] = [
    (125.0, "125"),
    (250.0, "250"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (4000.0, "4k"),
    (8000.0, "8k"),
];

/// A hint this far from any band is left out, as a ratio.
const NEAR: f32 = 1.2;

/// Cells between two marks of the scale of time, at least.
const TICK: f32 = 12.0;

/// Seconds that marks may be apart.
const TICK_SECONDS: [f32; 9] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];

/// The part of `area` that shows sound: all but the frequencies.
pub fn inner(area: Rect, board: &Board) -> Rect {
    let gutter = if area.width < NARROW || board.band_hz.is_empty() { 0 } else { GUTTER };
    Rect { x: area.x + gutter, width: area.width - gutter, ..area }
}

/// Draws the spectrogram and its frequencies.
pub fn draw(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) {
    let picture = inner(area, board);
    if picture.width < area.width {
        frequencies(buffer, area, &board.band_hz, colours);
    }
    cells(buffer, picture, &board.columns, colours);
}

/// Writes how long ago what is above was heard.
pub fn scale(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) {
    let area = inner(area, board);
    if !board.column_seconds.is_finite() || board.column_seconds <= 0.0 || area.is_empty() {
        return;
    }
    let cell = board.column_seconds;
    let Some(step) = TICK_SECONDS.into_iter().find(|step| step / cell >= TICK) else {
        return;
    };
    let faint = colours.faint();
    const NOW: &str = "now";
    if area.width < NOW.len() as u16 {
        return;
    }
    buffer.set_string(area.right() - NOW.len() as u16, area.y, NOW, faint);
    for tick in 1.. {
        let seconds = step * tick as f32;
        let back = seconds / cell;
        if back > f32::from(area.width) {
            break;
        }
        let unit = if seconds < 120.0 {
            format!("{seconds} s")
        } else {
            format!("{} min", seconds / 60.0)
        };
        let text = format!("╵−{unit}");
        // The mark stands below the first column that is no older.
        let x = area.right() - back as u16;
        let mut row = Row::new(buffer, area, 0);
        row.skip(usize::from(x - area.x)).put(&text, faint);
    }
}

/// Writes frequencies at the left, each beside its band.
fn frequencies(buffer: &mut Buffer, area: Rect, band_hz: &[f32], colours: Colours) {
    let bands = band_hz.len();
    let mut last = None;
    for (hz, text) in HINTS {
        let ratio = |band: f32| (band / hz).max(hz / band.max(f32::MIN_POSITIVE));
        let near = band_hz.iter().map(|it| ratio(*it)).enumerate();
        let Some((band, off)) = near.min_by(|a, b| a.1.total_cmp(&b.1)) else { return };
        let line = (2 * band + 1) * usize::from(area.height) / (2 * bands);
        if off > NEAR || last == Some(line) || area.height == 0 {
            continue;
        }
        last = Some(line);
        let y = usize::from(area.height) - 1 - line;
        let text = format!("{text:>width$} ", width = usize::from(GUTTER) - 1);
        Row::new(buffer, area, y as u16).fit(&text, usize::from(GUTTER), colours.faint());
    }
}

/// Draws the latest columns at the right of `area`, two bands a cell where there are
/// colours and one where there are not.
fn cells(buffer: &mut Buffer, area: Rect, columns: &VecDeque<Column>, colours: Colours) {
    let area = area.intersection(*buffer.area());
    let halves = if colours == Colours::None { 1 } else { 2 };
    let lines = usize::from(area.height) * halves;
    for x in 0..area.width {
        let back = usize::from(area.width - 1 - x);
        let column: &[u8] = match columns.len().checked_sub(back + 1) {
            Some(index) => &columns[index],
            None => &[],
        };
        for y in 0..area.height {
            let cell = &mut buffer[(area.x + x, area.y + y)];
            let line = lines - usize::from(y) * halves - 1;
            if halves == 1 {
                cell.set_char(Colours::shade(loudness(column, line, lines)));
                continue;
            }
            let upper = colours.ramp(loudness(column, line, lines));
            let lower = colours.ramp(loudness(column, line - 1, lines));
            // A blank is shorter to send than a block.
            cell.set_char(if upper == lower { ' ' } else { '▀' });
            cell.set_fg(upper).set_bg(lower);
        }
    }
}

/// The loudest of the bands that share a line; line 0 is the lowest.
fn loudness(column: &[u8], line: usize, lines: usize) -> u8 {
    let first = line * column.len() / lines;
    let end = ((line + 1) * column.len() / lines).max(first + 1).min(column.len());
    column.get(first..end).and_then(|bands| bands.iter().max()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    fn text(buffer: &Buffer) -> Vec<String> {
        let area = buffer.area();
        let row = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect();
        (0..area.height).map(row).collect()
    }

    fn board(columns: &[&[u8]]) -> Board {
        let columns = columns.iter().map(|it| (*it).into()).collect();
        Board { columns, ..Board::default() }
    }

    #[test]
    fn the_newest_column_is_at_the_right_and_low_is_below() {
        let area = Rect::new(0, 0, 4, 2);
        let mut buffer = Buffer::empty(area);
        let board = board(&[&[255, 255, 0, 0], &[0, 100, 255, 100]]);
        draw(&mut buffer, area, &board, Colours::None);
        assert_eq!(text(&buffer), ["   █", "  █░"]);
    }

    #[test]
    fn colours_show_two_bands_a_cell() {
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, &board(&[&[0, 255]]), Colours::Sixteen);
        assert_eq!((buffer[(1, 0)].fg, buffer[(1, 0)].bg), (Color::White, Color::Black));
        assert_eq!(buffer[(1, 0)].symbol(), "▀");
        assert_eq!(buffer[(0, 0)].bg, Color::Black);
    }

    #[test]
    fn time_and_frequencies_are_written_where_they_belong() {
        let mut board = board(&[&[0; 8]]);
        board.band_hz = vec![125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0];
        board.column_seconds = 0.08;
        let area = Rect::new(0, 0, 52, 4);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, &board, Colours::None);
        let rows = text(&buffer);
        let gutter: Vec<&str> = rows.iter().map(|row| &row[..5]).collect();
        assert_eq!(gutter, ["  8k ", "  2k ", " 500 ", " 125 "]);
        let area = Rect::new(0, 0, 52, 1);
        let mut buffer = Buffer::empty(area);
        scale(&mut buffer, area, &board, Colours::None);
        let rows = text(&buffer);
        assert_eq!(rows, ["               ╵−3 s       ╵−2 s        ╵−1 s    now"]);
    }
}
