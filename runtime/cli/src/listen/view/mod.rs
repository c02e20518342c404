//! The screen of a listening session.
//!
//! It owns the terminal while it runs, copies what it shows from the [`Board`] and never
//! holds the lock while it draws.

mod colour;
mod entry;
mod footer;
mod header;
mod help;
mod keys;
mod layout;
mod lines;
mod list;
mod meter;
mod pace;
mod row;
mod screen;
mod snapshot;
mod spectrogram;
#[cfg(test)]
mod tests;

use std::io::{self, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, DisableBracketedPaste, EnableBracketedPaste, Event};
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{execute, style::force_color_output};
use ratatui::{DefaultTerminal, Terminal};

pub use self::colour::Colours;
use self::pace::Pace;
use self::screen::Screen;
use self::snapshot::Change;
use super::board::{Board, Command};
use super::stop::output_is_gone;

/// What the screen is connected to.
#[derive(Debug)]
pub struct View<'a> {
    /// What is shown.
    pub board: &'a Mutex<Board>,
    /// Where wishes go; nobody need take them.
    pub commands: mpsc::Sender<Command>,
    /// Set from elsewhere when it is over.
    pub stop: &'a AtomicBool,
    /// The colours of the screen.
    pub colours: Colours,
}

/// Shows the board until someone quits, for which [`Command::Quit`] is sent too, `stop` is
/// set, or any thread panics. The terminal is as before afterwards.
///
/// Standard output must be a terminal. Fails where it cannot be switched, read or written.
pub fn run(view: View<'_>) -> io::Result<()> {
    force_color_output(view.colours != Colours::None);
    let loan = Loan::take()?;
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    match show(&view, &mut terminal, &loan) {
        // Nobody is left to be told that nothing can be drawn.
        Err(_) if output_is_gone() => Ok(()),
        shown => shown,
    }
}

fn show(view: &View<'_>, terminal: &mut DefaultTerminal, loan: &Loan) -> io::Result<()> {
    let is_over = || view.stop.load(Ordering::Relaxed) || loan.is_over();
    let began = Instant::now();
    let mut screen = Screen::new(view.colours);
    let mut pace = Pace::default();
    let keys = Keys::read()?;
    pace.note(Change::News);
    while !is_over() && !output_is_gone() {
        pace.note({
            let board = view.board.lock().unwrap_or_else(PoisonError::into_inner);
            screen.refresh(&board, began.elapsed())
        });
        if pace.draws(screen.is_idle(), began.elapsed()) {
            terminal.draw(|frame| {
                if let Some(cursor) = screen.draw(frame.buffer_mut()) {
                    frame.set_cursor_position(cursor);
                }
            })?;
        }
        let mut wait = pace.wait(screen.is_idle(), began.elapsed());
        while let Some(event) = keys.next(wait)? {
            if let Some(command) = screen.handle(&event) {
                let quits = command == Command::Quit;
                // Whoever took them may be gone already; then `stop` is about to be set.
                let _ = view.commands.send(command);
                if quits {
                    return Ok(());
                }
            }
            if !matches!(event, Event::FocusGained | Event::FocusLost) {
                pace.note(Change::News);
            }
            wait = Duration::ZERO;
        }
    }
    Ok(())
}

/// What is typed, read by a thread that nobody waits for: reading from a terminal that went
/// away never comes back.
struct Keys {
    events: mpsc::Receiver<io::Result<Event>>,
}

impl Keys {
    fn read() -> io::Result<Self> {
        let (sender, events) = mpsc::channel();
        thread::Builder::new().name("keys".to_owned()).spawn(move || {
            loop {
                let event = event::read();
                let failed = event.is_err();
                if sender.send(event).is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Self { events })
    }

    /// The next event, waited for no longer than `patience`.
    fn next(&self, patience: Duration) -> io::Result<Option<Event>> {
        match self.events.recv_timeout(patience) {
            Ok(event) => event.map(Some),
            Err(_) => Ok(None),
        }
    }
}

/// The terminal, until it is given back: when this is dropped or any thread panics,
/// whichever comes first. It happens once, as a second time would move the cursor back over
/// what was written since.
#[derive(Debug)]
struct Loan {
    is_over: Arc<AtomicBool>,
}

impl Loan {
    fn take() -> io::Result<Self> {
        let loan = Self { is_over: Arc::new(AtomicBool::new(false)) };
        let is_over = loan.is_over.clone();
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back(&is_over);
            hook(info);
        }));
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        Ok(loan)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        give_back(&self.is_over);
    }
}

fn give_back(is_over: &AtomicBool) {
    if !is_over.swap(true, Ordering::Relaxed) {
        // Where this fails there is no terminal left to speak of.
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}
