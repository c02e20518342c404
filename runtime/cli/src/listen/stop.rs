//! When to end: signals, and a reader that went away.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Whether to end, set by signals and by whoever has seen enough.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    flag: Arc<AtomicBool>,
}

/// A second signal this long after the first ends the program at once. Sooner, it is the same
/// wish: who closes a terminal or stops a service may send two.
const INSISTENCE: Duration = Duration::from_millis(500);

/// How long ending may take. It takes longer only where nobody reads what is printed.
const DEADLINE: Duration = Duration::from_secs(10);

impl Stop {
    /// Listens to Ctrl-C, SIGTERM and SIGHUP from here on: the first ends with a summary, a
    /// later one at once.
    ///
    /// # Errors
    ///
    /// When the system takes no handlers, or gives no thread.
    pub fn by_signals() -> io::Result<Self> {
        let stop = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let told = stop.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let mut first: Option<Instant> = None;
            for _ in signals.forever() {
                told.set();
                match first {
                    Some(first) if first.elapsed() > INSISTENCE => process::exit(1),
                    Some(_) => {}
                    None => {
                        first = Some(Instant::now());
                        end_after(DEADLINE);
                    }
                }
            }
        })?;
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

/// Ends the program after `deadline`, if it has not ended by itself. Where the system gives no
/// thread for that, a later signal is left.
fn end_after(deadline: Duration) {
    let end = move || {
        thread::sleep(deadline);
        process::exit(1);
    };
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(end);
}

/// Whether standard output leads nowhere any more: its reader went away, or its terminal hung
/// up. While nothing is written, nothing else would tell.
pub fn output_is_gone() -> bool {
    let stdout = io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut watched, Some(&now)).is_ok_and(|count| count > 0)
        && watched[0].revents().intersects(gone)
}
