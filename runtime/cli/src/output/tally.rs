//! A progress bar for many recordings, on standard error.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::safe;

/// Work that is done sooner is done before a bar could be read.
const LONG: Duration = Duration::from_secs(1);

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Shows how many recordings are done, how fast sound is heard, and the recording that was
/// begun last. Clones are the same bar: those who hear recordings share it.
#[derive(Clone, Debug)]
pub struct Tally {
    bar: ProgressBar,
    allowed: bool,
    /// The bar was put on the screen.
    shown: Arc<Once>,
    began: Instant,
    /// Milliseconds of sound that were heard, of all recordings together.
    heard: Arc<AtomicU64>,
}

impl Tally {
    /// A bar for `total` recordings; nothing is drawn before the work proves long, or where
    /// that is not `allowed`.
    pub fn new(total: usize, allowed: bool) -> Self {
        let (began, heard) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let bar =
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let template = "{pos}/{len} {wide_bar:.cyan/dim} {speed}  {msg:16!}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let heard = Arc::clone(&heard);
            let speed = move |_: &ProgressState, out: &mut dyn Write| {
                let heard = Duration::from_millis(heard.load(Ordering::Relaxed));
                let speed = heard.as_secs_f64() / began.elapsed().as_secs_f64().max(1e-3);
                // There is nobody to tell of a failure to write into a string.
                let _ = write!(out, "{speed:.0} × real time");
            };
            bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ ").with_key("speed", speed));
        }
        Self { bar, allowed, shown: Arc::new(Once::new()), began, heard }
    }

    /// The recording called `title` is begun.
    pub fn begin(&self, title: &str) {
        if self.allowed {
            self.bar.set_message(safe(title));
        }
    }

    /// `seconds` more of some recording were heard.
    pub fn heard(&self, seconds: f64) {
        self.heard.fetch_add((seconds * 1e3) as u64, Ordering::Relaxed);
        if self.allowed && self.began.elapsed() > LONG {
            self.shown.call_once(|| {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.enable_steady_tick(TICK);
            });
        }
    }

    /// A recording is done.
    pub fn end(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar off the screen while `act` writes there.
    pub fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        self.bar.suspend(act)
    }

    /// Takes the bar off the screen for good.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
