//! A copy of the board, so that nobody waits while the screen is drawn.

use std::collections::VecDeque;

use crate::listen::board::{Board, Column, Link, Voice};

/// How much differs from the copy before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nothing.
    None,
    /// What moves all the time: sound, level, time.
    Moved,
    /// Something that is waited for: an answer, the microphone, a notice.
    News,
}

/// The copy; its memory is used again.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// What is copied; of the columns only the latest.
    pub board: Board,
}

impl Snapshot {
    /// Copies what differs in `from`, and at most the latest `columns` of its columns.
    pub fn refresh(&mut self, from: &Board, columns: usize) -> Change {
        let to = &mut self.board;
        let mut news = false;
        news |= put(&mut to.bundle, &from.bundle);
        news |= put(&mut to.source, &from.source);
        news |= put(&mut to.link, &from.link);
        news |= put(&mut to.voice, &from.voice);
        news |= put(&mut to.paused, &from.paused);
        news |= put(&mut to.muted, &from.muted);
        news |= put(&mut to.lost_frames, &from.lost_frames);
        news |= put(&mut to.reconnects, &from.reconnects);
        news |= put(&mut to.lines, &from.lines);
        news |= put(&mut to.notice, &from.notice);
        news |= put(&mut to.column_seconds, &from.column_seconds);
        news |= put(&mut to.band_hz, &from.band_hz);
        let mut moved = false;
        // A tenth of a second is not shown.
        moved |= to.seconds as u64 != from.seconds as u64;
        to.seconds = from.seconds;
        moved |= put(&mut to.level_dbfs, &from.level_dbfs);
        moved |= put(&mut to.peak_dbfs, &from.peak_dbfs);
        moved |= put(&mut to.grade, &from.grade);
        moved |= put(&mut to.real_time_factor, &from.real_time_factor);
        moved |= put(&mut to.latency_ms, &from.latency_ms);
        moved |= self.scroll(from, columns);
        if news {
            Change::News
        } else if moved {
            Change::Moved
        } else {
            Change::None
        }
    }

    /// Whether little happens that is worth following closely.
    pub fn is_idle(&self) -> bool {
        let board = &self.board;
        board.paused || board.voice != Voice::Speech || board.link != Link::Live
    }

    /// Copies the columns that are new.
    fn scroll(&mut self, from: &Board, columns: usize) -> bool {
        let to = &mut self.board;
        let wanted = columns.min(from.columns.len());
        let new = from.column_count.wrapping_sub(to.column_count);
        let new = usize::try_from(new).unwrap_or(usize::MAX);
        let changed = new > 0 || to.columns.len() != wanted;
        // A screen that became wider needs older columns, too.
        let fresh = if to.columns.len().saturating_add(new) < wanted { wanted } else { new };
        let fresh = fresh.min(wanted);
        for column in from.columns.range(from.columns.len() - fresh..) {
            push(&mut to.columns, column, wanted);
        }
        while to.columns.len() > wanted {
            to.columns.pop_front();
        }
        to.column_count = from.column_count;
        changed
    }
}

/// Appends a copy of `column`; where there are `most` already, in place of the oldest.
fn push(columns: &mut VecDeque<Column>, column: &Column, most: usize) {
    let oldest = if columns.len() >= most { columns.pop_front() } else { None };
    columns.push_back(match oldest {
        Some(mut oldest) if oldest.len() == column.len() => {
            oldest.copy_from_slice(column);
            oldest
        }
        _ => column.clone(),
    });
}

fn put<T: Clone + PartialEq>(to: &mut T, from: &T) -> bool {
    let differs = to != from;
    if differs {
        to.clone_from(from);
    }
    differs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::board::COLUMNS;

    fn hear(board: &mut Board, count: u64) {
        for _ in 0..count {
            board.column_count += 1;
            if board.columns.len() == COLUMNS {
                board.columns.pop_front();
            }
            board.columns.push_back(vec![board.column_count as u8; 4].into());
        }
    }

    #[test]
    fn the_latest_columns_are_copied_whatever_happened_between() {
        let mut board = Board::default();
        let mut snapshot = Snapshot::default();
        for (count, width) in
            [(0, 10), (3, 10), (0, 10), (4, 10), (9, 10), (700, 10), (1, 40), (0, 5), (2, 600)]
        {
            hear(&mut board, count);
            snapshot.refresh(&board, width);
            let expected: Vec<Column> =
                board.columns.iter().rev().take(width).rev().cloned().collect();
            let got: Vec<Column> = snapshot.board.columns.iter().cloned().collect();
            assert_eq!(got, expected, "{count} more at a width of {width}");
        }
    }

    #[test]
    fn news_are_told_from_what_moves_all_the_time() {
        let mut board = Board::default();
        let mut snapshot = Snapshot::default();
        assert_eq!(snapshot.refresh(&board, 10), Change::None);
        board.seconds = 0.3;
        assert_eq!(snapshot.refresh(&board, 10), Change::None);
        board.seconds = 1.1;
        assert_eq!(snapshot.refresh(&board, 10), Change::Moved);
        hear(&mut board, 1);
        assert_eq!(snapshot.refresh(&board, 10), Change::Moved);
        board.link = Link::Lost("gone".into());
        assert_eq!(snapshot.refresh(&board, 10), Change::News);
        assert_eq!(snapshot.refresh(&board, 10), Change::None);
    }
}
