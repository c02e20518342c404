//! Which sentences and tasks are shown, and how far they are scrolled.

use std::time::Duration;

use crate::listen::board::Line;
use crate::output::report::Certainty;

/// How long a task stays after it stopped being worth a look, so that the list is calm.
pub const LINGER: Duration = Duration::from_secs(10);

/// What is known of a line beyond what the board says.
#[derive(Debug)]
struct Known {
    name: String,
    sentence: bool,
    /// When it was last worth a look.
    remarkable: Option<Duration>,
}

/// The list as it is looked at.
#[derive(Debug, Default)]
pub struct List {
    known: Vec<Known>,
    /// Everything is shown, not only what is worth a look.
    all: bool,
    shown: Vec<usize>,
    top: usize,
    /// Rows that there were room for when it was last drawn.
    rows: usize,
}

/// How far to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the first row.
    Home,
    /// To the last row.
    End,
}

impl List {
    /// Takes note of `lines` at `now`, a time that never goes back.
    pub fn update(&mut self, lines: &[Line], now: Duration) {
        let first = self.shown.get(self.top).and_then(|index| self.known.get(*index));
        let first = first.map(|it| (it.name.clone(), it.sentence)).filter(|_| self.top > 0);
        self.recognise(lines);
        for (known, line) in self.known.iter_mut().zip(lines) {
            if line.remarkable {
                known.remarkable = Some(now);
            }
        }
        self.show(lines, now);
        if let Some((name, sentence)) = first {
            // What comes above does not push down what is looked at.
            let is_it = |index: &usize| {
                let known = &self.known[*index];
                known.name == name && known.sentence == sentence
            };
            self.top = self.shown.iter().position(is_it).unwrap_or(self.top);
        }
        self.scroll_to(self.top);
    }

    /// Switches between all and what is worth a look.
    pub fn toggle_all(&mut self, lines: &[Line], now: Duration) {
        self.all = !self.all;
        self.top = 0;
        self.update(lines, now);
    }

    /// Whether everything is shown.
    pub fn shows_all(&self) -> bool {
        self.all
    }

    /// The lines that are listed, as places on the board.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// The lines that are seen, as places on the board.
    pub fn visible(&self) -> &[usize] {
        let end = (self.top + self.rows).min(self.shown.len());
        &self.shown[self.top.min(end)..end]
    }

    /// Lines hidden above and below.
    pub fn hidden(&self) -> (usize, usize) {
        (self.top, self.shown.len().saturating_sub(self.top + self.rows))
    }

    /// Says how many lines there is room for.
    pub fn set_rows(&mut self, rows: usize) {
        self.rows = rows;
        self.scroll_to(self.top);
    }

    /// Moves what is seen.
    pub fn scroll(&mut self, scroll: Scroll) {
        let page = self.rows.saturating_sub(1).max(1);
        self.scroll_to(match scroll {
            Scroll::Up => self.top.saturating_sub(1),
            Scroll::Down => self.top + 1,
            Scroll::PageUp => self.top.saturating_sub(page),
            Scroll::PageDown => self.top + page,
            Scroll::Home => 0,
            Scroll::End => usize::MAX,
        });
    }

    fn scroll_to(&mut self, top: usize) {
        self.top = top.min(self.shown.len().saturating_sub(self.rows));
    }

    /// Finds the lines again by their names where their places changed.
    fn recognise(&mut self, lines: &[Line]) {
        let is = |known: &Known, line: &Line| {
            known.sentence == line.sentence && known.name == line.name
        };
        let same = self.known.len() == lines.len()
            && self.known.iter().zip(lines).all(|(known, line)| is(known, line));
        if same {
            return;
        }
        let before = std::mem::take(&mut self.known);
        self.known = lines
            .iter()
            .map(|line| Known {
                name: line.name.clone(),
                sentence: line.sentence,
                remarkable: before
                    .iter()
                    .find(|known| is(known, line))
                    .and_then(|known| known.remarkable),
            })
            .collect();
    }

    fn show(&mut self, lines: &[Line], now: Duration) {
        let lingers = |known: &Known| {
            known.remarkable.is_some_and(|then| now.saturating_sub(then) < LINGER)
        };
        let is_shown = |(known, line): &(&Known, &Line)| {
            self.all
                || line.sentence
                || lingers(known) && line.certainty != Some(Certainty::NotApplicable)
        };
        self.shown.clear();
        let pairs = self.known.iter().zip(lines).enumerate();
        self.shown.extend(pairs.filter(|(_, it)| is_shown(it)).map(|(index, _)| index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, sentence: bool, remarkable: bool) -> Line {
        Line {
            name: name.into(),
            answer: String::new(),
            share: None,
            certainty: Some(Certainty::Answered),
            remarkable,
            sentence,
            history: Default::default(),
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_worth_a_look_lingers() {
        let mut list = List::default();
        list.set_rows(9);
        let mut lines =
            vec![line("s", true, false), line("a", false, true), line("b", false, false)];
        list.update(&lines, seconds(0));
        assert_eq!(list.visible(), [0, 1]);
        lines[1].remarkable = false;
        list.update(&lines, seconds(9));
        assert_eq!(list.visible(), [0, 1]);
        list.update(&lines, seconds(10));
        assert_eq!(list.visible(), [0]);
        list.toggle_all(&lines, seconds(10));
        assert_eq!(list.visible(), [0, 1, 2]);
    }

    #[test]
    fn a_new_sentence_moves_the_others_and_nothing_is_forgotten() {
        let mut list = List::default();
        list.set_rows(9);
        let mut lines = vec![line("a", false, true), line("b", false, false)];
        list.update(&lines, seconds(0));
        lines[0].remarkable = false;
        lines.insert(0, line("a", true, false));
        list.update(&lines, seconds(5));
        assert_eq!(list.visible(), [0, 1]);
    }

    #[test]
    fn what_does_not_apply_is_not_worth_a_look() {
        let mut list = List::default();
        list.set_rows(9);
        let mut lines = vec![line("a", false, true)];
        list.update(&lines, seconds(0));
        lines[0].remarkable = false;
        lines[0].certainty = Some(Certainty::NotApplicable);
        list.update(&lines, seconds(1));
        assert!(list.visible().is_empty());
    }

    #[test]
    fn what_is_looked_at_stays_where_it_is() {
        let mut list = List::default();
        list.set_rows(2);
        let names: Vec<String> = (0..10).map(|it| it.to_string()).collect();
        let mut lines: Vec<Line> = names.iter().map(|it| line(it, false, true)).collect();
        lines[0].remarkable = false;
        list.update(&lines, seconds(0));
        for _ in 0..3 {
            list.scroll(Scroll::Down);
        }
        assert_eq!((list.visible(), list.hidden()), (&[4, 5][..], (3, 4)));
        lines[0].remarkable = true;
        list.update(&lines, seconds(1));
        assert_eq!((list.visible(), list.hidden()), (&[4, 5][..], (4, 4)));
        list.scroll(Scroll::End);
        assert_eq!((list.visible(), list.hidden()), (&[8, 9][..], (8, 0)));
        list.scroll(Scroll::PageUp);
        assert_eq!(list.visible(), [7, 8]);
        list.scroll(Scroll::Home);
        assert_eq!(list.visible(), [0, 1]);
        list.set_rows(20);
        list.scroll(Scroll::Down);
        assert_eq!(list.visible().len(), 10);
    }
}
