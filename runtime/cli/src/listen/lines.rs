//! Reports as lines: for people, or one JSON object each.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::hearer::Audience;
use super::report::{Health, Report};
use super::save::{Saver, Turn};
use crate::args::ListenFormat;
use crate::output::human::{Human, clock, duration, percent};
use crate::output::report::{Certainty, Edge, Event, PromptScore, Score, Segment, spoken};
use crate::output::{Terminal, cut, safe};

/// Columns of a moment such as `1:02:03`.
const MOMENT: usize = 8;

/// A sentence that ranks above this share of the reference voices is worth a word.
const REMARKABLE_PERCENTILE: f32 = 90.0;

/// How reports are printed.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// For people or for programs.
    pub format: ListenFormat,
    /// Scores are left out; only what begins and ends is printed.
    pub quiet: bool,
    /// Answers that are as usual are left out.
    pub brief: bool,
}

/// Prints reports and saves them.
pub struct Lines<'a> {
    terminal: &'a Terminal,
    manner: Manner,
    /// Where words about the run go: standard error.
    words: Box<dyn Write + Send>,
    /// A screen is drawn, so nothing may be printed.
    silent: bool,
    saver: Option<Saver>,
}

impl<'a> Lines<'a> {
    /// Prints as `manner` says, and words about the run to `words`.
    pub fn new(
        terminal: &'a Terminal,
        manner: Manner,
        words: Box<dyn Write + Send>,
        saver: Option<Saver>,
    ) -> Self {
        Self { terminal, manner, words, silent: false, saver }
    }

    /// Whether answers that are as usual are left out.
    pub fn is_brief(&self) -> bool {
        self.manner.brief
    }

    /// The same, but nothing is printed, only saved.
    pub fn silent(self) -> Self {
        Self { silent: true, ..self }
    }

    /// The same, but everything is printed again. What comes from here on was saved before.
    pub fn aloud(self) -> Self {
        Self { silent: false, saver: None, ..self }
    }

    /// Whether a report is neither printed nor saved.
    fn leaves_out(&self, report: &Report) -> bool {
        self.manner.quiet && matches!(report, Report::Segment(..))
    }

    fn save(&mut self, line: &[u8]) {
        let Some(saver) = &mut self.saver else { return };
        let words = match saver.save(line) {
            None => return,
            Some(Turn::Failed(error)) => {
                format!("scores cannot be saved: {error}; listening goes on without")
            }
            Some(Turn::Unrenamed(error)) => {
                format!("the file of scores cannot be renamed, and grows: {error}")
            }
            Some(Turn::Recovered) => {
                format!("scores are saved again; {} lines were lost", saver.unsaved())
            }
        };
        if !self.silent {
            self.say(true, &words);
        }
    }

    /// Says something about the run. Where standard error cannot be written, nobody is
    /// there to be told, and that is no reason to stop listening.
    fn say(&mut self, trouble: bool, words: &str) {
        let label = self.label(trouble);
        let _ = writeln!(self.words, "{label} {words}");
    }

    fn label(&self, trouble: bool) -> String {
        match trouble {
            true => self.terminal.err.caution("warning:"),
            false => self.terminal.err.faint("note:"),
        }
    }

    fn print(&mut self, report: &Report, line: &[u8]) -> anyhow::Result<()> {
        // What is said about the run belongs on standard error in any format.
        if let Report::Notice(notice) = report {
            self.say(notice.trouble, &safe(&notice.message));
        }
        let text = match self.manner.format {
            ListenFormat::Ndjson => line,
            ListenFormat::Human => &self.human(report).into_bytes(),
        };
        let mut out = io::stdout().lock();
        out.write_all(text)?;
        Ok(out.flush()?)
    }

    fn human(&self, report: &Report) -> String {
        match report {
            Report::Segment(segment, _) => self.row(segment.end, &self.answers(segment)),
            Report::Idle(idle) => {
                self.row(idle.start, &self.terminal.out.faint("nobody speaks"))
            }
            Report::Event(event) if self.manner.quiet => match self.manner.brief && event.usual
            {
                true => String::new(),
                false => self.row(event.time, &edge(event)),
            },
            Report::Speech(turn) if self.manner.quiet => {
                self.row(turn.start, &self.terminal.out.faint("someone speaks"))
            }
            Report::Gap(gap) => {
                let words = match gap.reason {
                    "away" => "the microphone was away for",
                    "behind" => "too slow to score, left out",
                    "paused" => "paused for",
                    "muted" => "muted for",
                    _ => "dropped",
                };
                let words = format!("{words} {}", duration(gap.end - gap.start));
                self.row(gap.start, &self.terminal.out.caution(words))
            }
            Report::Added(added) => {
                self.row(added.time, &format!("also scored: “{}”", safe(&added.prompt)))
            }
            Report::Score(score) => self.whole(score),
            Report::End(end) => summary(&end.health) + "\n",
            _ => String::new(),
        }
    }

    fn row(&self, time: f64, words: &str) -> String {
        let time = self.terminal.out.faint(format!("{:>MOMENT$}", clock(time)));
        let line = format!("{time}  {words}");
        match self.terminal.endless {
            true => line + "\n",
            false => cut(&line, self.terminal.width) + "\n",
        }
    }

    /// What a step says, in one line: sentences, then answers to remark on.
    fn answers(&self, segment: &Segment) -> String {
        let prompts = segment.prompts.iter().filter_map(prompt);
        let tasks = segment
            .tasks
            .iter()
            .filter(|task| match self.manner.brief {
                true => task.is_remarkable(),
                false => task.certainty == Certainty::Answered,
            })
            .filter_map(|task| {
                let class = spoken(task.answer.as_deref()?);
                Some((format!("{class} {}", percent(task.probability?).trim()), true))
            });
        let words: Vec<String> = prompts
            .chain(tasks)
            .map(|(words, strong)| match strong {
                true => safe(&words),
                false => self.terminal.out.faint(safe(&words)),
            })
            .collect();
        match (words.is_empty(), segment.grade) {
            (_, "poor") => {
                let why = segment.reasons.join(", ").replace('_', " ");
                self.terminal.out.caution(format!("too poor to score: {why}"))
            }
            (true, _) => self.terminal.out.faint("nothing to remark on"),
            (false, _) => words.join(" · "),
        }
    }

    /// Everything that was heard, as `slap-edge score` says it.
    fn whole(&self, score: &Score) -> String {
        let human = Human::new(self.terminal.out, self.terminal.width).brief(self.manner.brief);
        let title = match score.recording.input.as_str() {
            "-" => "standard input",
            _ => "everything heard",
        };
        format!("\n{}\n", human.score(title, score))
    }
}

impl Audience for Lines<'_> {
    fn report(&mut self, report: &Report) -> anyhow::Result<()> {
        if self.leaves_out(report) {
            return Ok(());
        }
        let mut line = Vec::new();
        report.write(&mut line)?;
        self.save(&line);
        match self.silent {
            true => Ok(()),
            false => self.print(report, &line),
        }
    }

    fn reader_left(&mut self) {
        self.silent = true;
    }

    fn unsaved(&self) -> u64 {
        self.saver.as_ref().map_or(0, Saver::unsaved)
    }
}

/// A sentence and how it ranks, and whether that is worth a look.
fn prompt(score: &PromptScore) -> Option<(String, bool)> {
    let percentile = score.percentile?;
    let shown = percentile.round().clamp(1.0, 99.0);
    let text = cut(&score.prompt, 24);
    Some((format!("“{text}” {shown:.0}"), percentile >= REMARKABLE_PERCENTILE))
}

fn edge(event: &Event) -> String {
    let class = spoken(&event.class);
    match (event.edge, event.probability) {
        (Edge::Onset, Some(probability)) => {
            format!("begins  {}: {class} {}", event.title, percent(probability).trim())
        }
        (Edge::Onset, None) => format!("begins  {}: {class}", event.title),
        (Edge::Offset, _) => format!("ends    {}: {class}", event.title),
    }
}

/// The state in one sentence.
pub fn summary(health: &Health) -> String {
    let mut text = format!("heard {}", duration(health.heard_seconds));
    if health.idle_steps > 0 {
        let share = health.idle_steps as f64 / (health.idle_steps + health.steps) as f64;
        let share = percent(share as f32);
        let _ = write!(text, ", nobody spoke for {} of it", share.trim());
    }
    for (count, one, many) in [
        (health.lost_frames, "frame lost", "frames lost"),
        (health.overruns, "overrun", "overruns"),
        (health.reconnects, "reconnection", "reconnections"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {}", if count == 1 { one } else { many });
        }
    }
    if health.missing_seconds >= 0.01 {
        let _ = write!(text, ", {} missing", duration(health.missing_seconds));
    } else {
        text += ", nothing missing";
    }
    if let Some(share) = health.cpu_share {
        let _ = write!(text, ", {:.1} % of a core", share * 100.0);
    }
    text
}
