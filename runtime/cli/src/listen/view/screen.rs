//! Everything on the screen: what it knows, how it looks, what keys do to it.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyEvent};
use ratatui::layout::{Position, Rect};

use super::colour::Colours;
use super::entry::Entry;
use super::keys::{Action, Edit, action, edit};
use super::layout::Layout;
use super::list::List;
use super::snapshot::{Change, Snapshot};
use super::{footer, header, help, lines, meter, spectrogram};
use crate::listen::board::{Board, COLUMNS, Command, Link};

/// How long a notice stands in the place of the keys.
pub const NOTICE: Duration = Duration::from_secs(6);

/// What the screen knows.
#[derive(Debug)]
pub struct Screen {
    colours: Colours,
    snapshot: Snapshot,
    list: List,
    /// The sentence that is typed.
    entry: Option<Entry>,
    help: bool,
    /// The latest notice and when it came.
    notice: Option<(String, Duration)>,
    /// Columns of the screen when it was last drawn.
    width: usize,
    now: Duration,
}

impl Screen {
    /// A screen that knows nothing yet.
    pub fn new(colours: Colours) -> Self {
        Self {
            colours,
            snapshot: Snapshot::default(),
            list: List::default(),
            entry: None,
            help: false,
            notice: None,
            width: COLUMNS,
            now: Duration::ZERO,
        }
    }

    /// Copies from `board` what is needed. `now` counts from any beginning.
    pub fn refresh(&mut self, board: &Board, now: Duration) -> Change {
        self.snapshot.refresh(board, self.width).max(self.pass(now))
    }

    /// Lets time pass.
    fn pass(&mut self, now: Duration) -> Change {
        let before = self.notice().map(str::to_owned);
        self.now = now;
        let board = &self.snapshot.board;
        if board.notice.as_ref() != self.notice.as_ref().map(|(text, _)| text) {
            self.notice = board.notice.clone().map(|text| (text, now));
        }
        let mut news = before.as_deref() != self.notice();
        let before = self.list.visible().to_vec();
        self.list.update(&self.snapshot.board.lines, now);
        news |= before != self.list.visible();
        if news { Change::News } else { Change::None }
    }

    /// The notice, as long as it is shown.
    fn notice(&self) -> Option<&str> {
        let (text, since) = self.notice.as_ref()?;
        (self.now.saturating_sub(*since) < NOTICE).then_some(text)
    }

    /// Whether little happens that is worth following closely.
    pub fn is_idle(&self) -> bool {
        self.snapshot.is_idle()
    }

    /// Takes a key, a paste or a new size; what is asked for.
    pub fn handle(&mut self, event: &Event) -> Option<Command> {
        match event {
            Event::Key(key) if self.entry.is_some() => self.edit(*key),
            Event::Key(key) => self.act(*key),
            Event::Paste(text) => {
                // What is pasted where nothing is typed is not meant as keys.
                self.entry.get_or_insert_default().insert(text);
                self.help = false;
                None
            }
            _ => None,
        }
    }

    fn act(&mut self, key: KeyEvent) -> Option<Command> {
        let board = &self.snapshot.board;
        match action(key)? {
            Action::Quit => return Some(Command::Quit),
            Action::Pause => return Some(Command::Pause(!board.paused)),
            Action::Mute => return Some(Command::Mute(!board.muted)),
            Action::Type => {
                self.entry = Some(Entry::default());
                self.help = false;
            }
            Action::All => self.list.toggle_all(&board.lines, self.now),
            Action::Help => self.help = !self.help,
            Action::Close => self.help = false,
            Action::Move(scroll) => self.list.scroll(scroll),
        }
        None
    }

    fn edit(&mut self, key: KeyEvent) -> Option<Command> {
        let entry = self.entry.as_mut()?;
        match edit(key)? {
            Edit::Insert(character) => entry.insert(character.encode_utf8(&mut [0; 4])),
            Edit::Backspace => entry.backspace(),
            Edit::Delete => entry.delete(),
            Edit::DeleteWord => entry.delete_word(),
            Edit::DeleteToStart => entry.delete_to_start(),
            Edit::Step(by) => entry.step(by),
            Edit::Enter => return self.entry.take()?.text().map(Command::AddPrompt),
            Edit::Cancel => self.entry = None,
            Edit::Quit => return Some(Command::Quit),
        }
        None
    }

    /// Draws everything; where the cursor is, if something is typed.
    pub fn draw(&mut self, buffer: &mut Buffer) -> Option<Position> {
        let area = *buffer.area();
        let colours = self.colours;
        let parts = Layout::new(area);
        self.width = usize::from(area.width);
        let rows = parts.list.height.saturating_mul(lines::side_by_side(area.width));
        self.list.set_rows(usize::from(rows));
        let board = &self.snapshot.board;
        header::draw(buffer, parts.header, board, colours);
        let picture =
            Rect { height: parts.picture.height + parts.scale.height, ..parts.picture };
        if !header::absence(buffer, picture, board, colours) {
            spectrogram::draw(buffer, parts.picture, board, colours);
            spectrogram::scale(buffer, parts.scale, board, colours);
        }
        let is_said = board.link != Link::Live && !parts.picture.is_empty();
        if !is_said {
            meter::level(buffer, parts.meter, board, colours);
        }
        meter::status(buffer, parts.status, board, colours);
        lines::title(buffer, parts.title, board, &self.list, colours);
        lines::draw(buffer, parts.list, board, &self.list, colours);
        if board.paused || matches!(board.link, Link::Lost(_)) {
            // What is said there is of the past.
            buffer.set_style(parts.list, colours.faint());
        }
        if self.help {
            let above = Rect { height: area.height - parts.footer.height, ..area };
            help::draw(buffer, above, colours);
        }
        self.footer(buffer, parts.footer, area)
    }

    /// Draws the bottom row; where it is missing and something is typed, the last one.
    fn footer(&self, buffer: &mut Buffer, footer: Rect, area: Rect) -> Option<Position> {
        let colours = self.colours;
        if let Some(entry) = &self.entry {
            let y = area.bottom().saturating_sub(1);
            let last = Rect { y, height: area.height.min(1), ..area };
            ratatui::widgets::Widget::render(ratatui::widgets::Clear, last, buffer);
            return footer::typing(buffer, last, entry, colours);
        }
        match self.notice() {
            Some(text) => footer::notice(buffer, footer, text, colours),
            None => {
                let all = self.list.shows_all();
                footer::keys(buffer, footer, &self.snapshot.board, all, colours);
            }
        }
        None
    }
}
