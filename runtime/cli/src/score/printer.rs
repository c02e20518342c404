//! Results put out in the format the user chose.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Instant;

use serde::Serialize;

use super::session::{News, Session};
use crate::Outcome;
use crate::args::OutputFormat;
use crate::audio::Input;
use crate::hear::{Failure, warn};
use crate::output::human::Human;
use crate::output::report::{Model, Score};
use crate::output::{Panel, Tally, Terminal, json};
use crate::plan::ScorePlan;

/// Prints what is told of recordings, in the order it is told.
pub struct Printer<'a> {
    plan: &'a ScorePlan,
    terminal: &'a Terminal,
    tally: Tally,
    human: Human,
    panel: Panel,
    model: Model,
    /// Collected for the one document of `json`.
    document: Document,
    began: Instant,
    heard_seconds: f64,
    scored: usize,
    failed: usize,
}

/// The payload of `--format json`.
#[derive(Debug, Default, Serialize)]
struct Document {
    scores: Vec<Score>,
    errors: Vec<Failure>,
}

/// The payload of the last line of `--format ndjson`.
#[derive(Debug, Serialize)]
struct Totals {
    scored: usize,
    failed: usize,
    seconds: f64,
    elapsed_seconds: f64,
}

impl<'a> Printer<'a> {
    /// A printer of what `model` says. The time is taken from here on.
    pub fn new(
        plan: &'a ScorePlan,
        terminal: &'a Terminal,
        tally: Tally,
        model: Model,
    ) -> Self {
        Self {
            plan,
            terminal,
            tally,
            human: Human::new(terminal.out, terminal.width).brief(plan.choice.brief),
            panel: Panel::new(terminal.out, terminal.width),
            model,
            document: Document::default(),
            began: Instant::now(),
            heard_seconds: 0.0,
            scored: 0,
            failed: 0,
        }
    }

    /// Prints what the lines of `ndjson` begin with.
    ///
    /// # Errors
    ///
    /// When the tower cannot run or the line cannot be written.
    pub fn begin(&self, session: &Session<'_>) -> anyhow::Result<()> {
        match self.plan.output {
            OutputFormat::Ndjson => self.line("session", &session.header()?),
            OutputFormat::Human | OutputFormat::Json => Ok(()),
        }
    }

    /// Prints or keeps what is told of `input`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn take(&mut self, input: &Input, news: News) -> anyhow::Result<()> {
        match news {
            News::Line(event, payload) => {
                json::payload_line(&mut io::stdout().lock(), event, &payload)
            }
            News::Score(score) => self.score(input, *score),
            News::Failure(failure) => self.failure(failure),
        }
    }

    fn score(&mut self, input: &Input, score: Score) -> anyhow::Result<()> {
        for warning in &score.warnings {
            self.tally.aside(|| warn(self.terminal, &input.name(), warning))?;
        }
        self.scored += 1;
        self.heard_seconds += score.recording.seconds.unwrap_or(0.0);
        match self.plan.output {
            OutputFormat::Human => {
                let mut text = String::new();
                if self.scored > 1 {
                    text.push('\n');
                }
                text += &self.human.score(&self.title(input), &score);
                if let Some(measures) = &score.measures {
                    let basis = self.panel.basis(measures);
                    let _ = write!(text, "\n{basis}\n{}", self.panel.selection(measures));
                }
                let print = || {
                    let mut out = io::stdout().lock();
                    out.write_all(text.as_bytes())?;
                    out.flush()
                };
                self.tally.aside(print)?;
            }
            OutputFormat::Json => self.document.scores.push(score),
            OutputFormat::Ndjson => self.line("score", &score)?,
        }
        Ok(())
    }

    /// The heading of a recording. In folders, names repeat.
    fn title(&self, input: &Input) -> String {
        if self.plan.recursive { input.name() } else { input.title() }
    }

    fn failure(&mut self, failure: Failure) -> anyhow::Result<()> {
        self.tally.aside(|| failure.complain(self.terminal))?;
        self.failed += 1;
        match self.plan.output {
            OutputFormat::Human => {}
            OutputFormat::Json => self.document.errors.push(failure),
            OutputFormat::Ndjson => self.line("error", &failure)?,
        }
        Ok(())
    }

    fn line<T: Serialize>(&self, event: &str, payload: &T) -> anyhow::Result<()> {
        json::line(&mut io::stdout().lock(), event, payload)
    }

    /// Prints what is said of all recordings together.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finish(self) -> anyhow::Result<Outcome> {
        let elapsed_seconds = self.began.elapsed().as_secs_f64();
        match self.plan.output {
            OutputFormat::Human if self.scored > 0 => {
                let mut text = self.panel.notes();
                if !text.is_empty() {
                    text = format!("\n{text}");
                }
                let footer =
                    self.human.footer(&self.model, self.heard_seconds, elapsed_seconds);
                write!(io::stdout().lock(), "{text}\n{footer}")?;
            }
            OutputFormat::Human => {}
            OutputFormat::Json => {
                json::document(&mut io::stdout().lock(), "scores", &self.document)?;
            }
            OutputFormat::Ndjson => self.line(
                "end",
                &Totals {
                    scored: self.scored,
                    failed: self.failed,
                    seconds: self.heard_seconds,
                    elapsed_seconds,
                },
            )?,
        }
        Ok(if self.failed > 0 { Outcome::SomeFailed } else { Outcome::Done })
    }
}
