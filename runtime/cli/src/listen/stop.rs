//! When to end: signals, and a reader that went away.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether to end, set by signals and by whoever has seen enough.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    flag: Arc<AtomicBool>,
}

impl Stop {
    /// Listens to Ctrl-C, SIGTERM and SIGHUP from here on: the first ends with a summary,
    /// a second one at once.
    ///
    /// # Errors
    ///
    /// When the system takes no handlers.
    pub fn by_signals() -> io::Result<Self> {
        let stop = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal finds the flag down and leaves the program be.
            flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop.flag))?;
            flag::register(signal, Arc::clone(&stop.flag))?;
        }
        Ok(stop)
    }

    /// Whether it is time.
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Makes it time.
    pub fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// The flag itself.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}

/// Whether the reader of standard output went away. While nothing is written, nothing else
/// would tell.
pub fn reader_is_gone() -> bool {
    let stdout = io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let gone = PollFlags::ERR | PollFlags::NVAL;
    poll(&mut watched, Some(&now)).is_ok_and(|count| count > 0)
        && watched[0].revents().intersects(gone)
}
