//! Which part of the screen shows what, from one cell to a wall.

use ratatui::layout::Rect;

/// The parts of the screen; those that there is no room for are empty.
///
/// It depends on the size alone, so that nothing jumps about while one looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Bundle, source, state, time.
    pub header: Rect,
    /// The spectrogram with its frequencies.
    pub picture: Rect,
    /// The scale of time below it.
    pub scale: Rect,
    /// Level, peak, voice.
    pub meter: Rect,
    /// Quality, losses, speed.
    pub status: Rect,
    /// What the list shows.
    pub title: Rect,
    /// The sentences and tasks.
    pub list: Rect,
    /// Keys, a notice or the line that is typed.
    pub footer: Rect,
}

/// A list of fewer rows is not worth a heading or a spectrogram.
const LIST: u16 = 3;

/// A spectrogram of fewer rows shows nothing.
const PICTURE: u16 = 3;

/// More rows than this make a spectrogram of half blocks no finer.
const TALLEST: u16 = 32;

impl Layout {
    /// Lays out `area`: what matters most gets its room first.
    pub fn new(area: Rect) -> Self {
        let mut left = area.height;
        let mut take = |rows: u16, beyond: u16| {
            let taken = if left >= rows.saturating_add(beyond) { rows } else { 0 };
            left -= taken;
            taken
        };
        let header = take(1, 0);
        let least = take(1, 0);
        let meter = take(1, 1);
        let footer = take(1, 0);
        let more = take(LIST - 1, 0);
        let title = if more > 0 { take(1, 0) } else { 0 };
        let low = take(PICTURE, 0);
        let status = if low > 0 { take(1, 0) } else { 0 };
        let scale = if low > 0 { take(1, 1) } else { 0 };
        let rest = left;
        // Room that is left goes to both; the list has the words and so the odd row.
        let higher = if low > 0 { (rest / 2).min(TALLEST - PICTURE) } else { 0 };
        let mut y = area.y;
        let mut part = |height: u16| {
            let part = Rect { y, height, ..area };
            y += height;
            part
        };
        Self {
            header: part(header),
            picture: part(low + higher),
            scale: part(scale),
            meter: part(meter),
            status: part(status),
            title: part(title),
            list: part(least + more + rest - higher),
            footer: part(footer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of each part, from top to bottom.
    fn rows(height: u16) -> [u16; 8] {
        let it = Layout::new(Rect::new(0, 0, 80, height));
        [it.header, it.picture, it.scale, it.meter, it.status, it.title, it.list, it.footer]
            .map(|part| part.height)
    }

    #[test]
    fn small_screens_leave_out_what_matters_least() {
        assert_eq!(rows(0), [0; 8]);
        assert_eq!(rows(1), [1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(rows(2), [1, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(rows(3), [1, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(rows(5), [1, 0, 0, 1, 0, 0, 2, 1]);
        assert_eq!(rows(10), [1, 3, 0, 1, 0, 1, 3, 1]);
        assert_eq!(rows(24), [1, 9, 1, 1, 1, 1, 9, 1]);
        assert_eq!(rows(50), [1, 22, 1, 1, 1, 1, 22, 1]);
    }

    #[test]
    fn every_row_belongs_to_one_part() {
        for height in 0..200 {
            let area = Rect::new(3, 5, 80, height);
            assert_eq!(rows(height).iter().sum::<u16>(), height);
            let it = Layout::new(area);
            assert_eq!(it.footer.bottom(), area.bottom());
        }
    }
}
