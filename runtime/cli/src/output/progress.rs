//! A progress bar for a long recording, on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Tally, Terminal, safe};

/// Recordings shorter than this are done before a bar could be read, seconds.
const LONG_SECONDS: f64 = 30.0;

/// Shows how far through a recording the scoring is, if it is long.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    allowed: bool,
    title: String,
    total_seconds: Option<f64>,
    /// What is told instead, where the recording is one of many.
    tally: Option<Tally>,
    heard_seconds: f64,
}

impl Progress {
    /// A bar for one recording; nothing is drawn before it proves long.
    ///
    /// `total_seconds` is what the recording's header promises, `None` for a stream.
    /// `allowed` is the user's and the output format's word.
    pub fn new(
        terminal: &Terminal,
        allowed: bool,
        title: &str,
        total_seconds: Option<f64>,
    ) -> Self {
        Self {
            bar: None,
            allowed: allowed && terminal.err_is_terminal,
            title: title.to_owned(),
            total_seconds,
            tally: None,
            heard_seconds: 0.0,
        }
    }

    /// No bar of its own: what is heard adds to `tally`.
    pub fn of_many(tally: &Tally) -> Self {
        Self {
            bar: None,
            allowed: false,
            title: String::new(),
            total_seconds: None,
            tally: Some(tally.clone()),
            heard_seconds: 0.0,
        }
    }

    /// `seconds` of the recording have been scored.
    pub fn at(&mut self, seconds: f64) {
        if let Some(tally) = &self.tally {
            tally.heard(seconds - self.heard_seconds);
            self.heard_seconds = seconds;
        }
        if !self.allowed || self.total_seconds.unwrap_or(seconds) < LONG_SECONDS {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| draw(&self.title, self.total_seconds));
        bar.set_position(seconds as u64);
    }

    /// Takes the bar off the screen.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn draw(title: &str, total_seconds: Option<f64>) -> ProgressBar {
    let (bar, template) = match total_seconds {
        Some(total) => (
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr()),
            "{msg:16!} {wide_bar:.cyan/dim} {percent:>3} %  {eta} left",
        ),
        None => (
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
            "{msg:16!} {spinner:.cyan} {pos} s heard",
        ),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.set_message(safe(title));
    bar
}
