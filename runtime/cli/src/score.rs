//! `slap-edge score`: recordings in, answers out.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use slap_edge::{Measurer, Parts, Screener};

use crate::args::OutputFormat;
use crate::audio::{Audio, Input};
use crate::hear::{Failure, Stop, hear, unmeasurable, unreadable, unscorable, warn};
use crate::output::human::Human;
use crate::output::measures::Measures;
use crate::output::report::{Model, Recording, Score, Timeline};
use crate::output::{Panel, Progress, Terminal, convert, json};
use crate::plan::ScorePlan;
use crate::{Outcome, models};

/// Runs the command.
pub fn run(plan: &ScorePlan, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let mut session = Session::new(plan, terminal)?;
    let mut printer = Printer::new(plan, terminal, session.model.clone());
    let mut outcome = Outcome::Done;
    for input in &plan.inputs {
        match session.score(input, &mut printer) {
            Ok(score) => printer.score(input, score)?,
            Err(Stop::Output(error)) => return Err(error),
            Err(Stop::Input(failure)) => {
                outcome = Outcome::SomeFailed;
                printer.failure(failure)?;
            }
        }
    }
    printer.finish()?;
    Ok(outcome)
}

/// The model, ready for one recording after another.
struct Session<'a> {
    plan: &'a ScorePlan,
    terminal: &'a Terminal,
    screener: Screener,
    measurer: Option<Measurer>,
    model: Model,
}

impl<'a> Session<'a> {
    fn new(plan: &'a ScorePlan, terminal: &'a Terminal) -> anyhow::Result<Self> {
        let bundle = models::open_bundle(&plan.bundle)?;
        let (pack, options) = plan.choice.resolve(&bundle, terminal)?;
        let tower = plan.engine.load(&bundle, terminal)?;
        let mut parts = Parts::from(&bundle);
        if let Some(pack) = &pack {
            parts.pack = pack;
        }
        let state = tower.state().context("the audio tower cannot be used")?;
        let screener = Screener::with_encoder(&parts, state, &options)
            .context("the tasks and sentences cannot be scored")?;
        let measurer = plan
            .measures
            .then(|| Measurer::new(*parts.quality))
            .transpose()
            .context("the voice cannot be measured")?;
        let model = convert::model(&bundle, tower.report());
        Ok(Self { plan, terminal, screener, measurer, model })
    }

    /// Decodes and scores one recording from beginning to end.
    fn score(&mut self, input: &Input, printer: &mut Printer<'_>) -> Result<Score, Stop> {
        let began = Instant::now();
        let audio = Audio::open(input, self.plan.raw.as_ref());
        let mut audio = audio.map_err(|error| unreadable(input, &error))?;
        let mut recording = convert::recording(&input.name(), audio.description());
        printer.begin(&recording)?;
        self.screener.reset();
        if let Some(measurer) = &mut self.measurer {
            measurer.reset();
        }
        let mut progress = Progress::new(
            self.terminal,
            self.plan.progress && printer.leaves_room_for_progress(),
            &input.title(),
            recording.seconds,
        );
        let mut timeline = self.plan.segments.then(Timeline::default);
        let mut written = Ok(());
        let Self { screener, measurer, .. } = self;
        hear(input, &mut audio, &mut progress, |pcm, rate, channels| {
            screener
                .push(pcm, rate, channels, |event| {
                    printer.event(input, &event, &mut timeline, &mut written);
                })
                .map_err(|error| unscorable(input, &error))?;
            if let Some(measurer) = measurer {
                let measured = measurer.push(pcm, rate, channels, |_| {});
                measured.map_err(|error| unmeasurable(input, &error))?;
            }
            std::mem::replace(&mut written, Ok(())).map_err(Stop::Output)
        })?;
        screener
            .finish(|event| printer.event(input, &event, &mut timeline, &mut written))
            .map_err(|error| unscorable(input, &error))?;
        written.map_err(Stop::Output)?;
        if let Some(measurer) = measurer {
            measurer.finish(|_| {}).map_err(|error| unmeasurable(input, &error))?;
        }
        progress.finish();

        let summary = self.screener.summary().map_err(|error| unscorable(input, &error))?;
        let comparable = summary.verdict.is_scored();
        let measures = self.measurer.as_ref().map(Measurer::summary);
        let measures = measures.map(|it| Measures::new(it, None, comparable));
        recording.seconds = Some(audio.seconds());
        Ok(Score {
            recording,
            quality: convert::quality(&summary.quality, &summary.verdict),
            tasks: summary.tasks.iter().map(convert::task).collect(),
            prompts: summary.prompts.iter().map(convert::prompt).collect(),
            measures,
            warnings: audio.warnings(),
            timeline: timeline.filter(|_| printer.keeps_timelines()),
            elapsed_seconds: began.elapsed().as_secs_f64(),
            model: self.model.clone(),
        })
    }
}

/// Puts results out in the format the user chose.
struct Printer<'a> {
    terminal: &'a Terminal,
    output: OutputFormat,
    segments: bool,
    human: Human,
    panel: Panel,
    model: Model,
    /// Collected for the one document of `json`.
    document: Document,
    heard_seconds: f64,
    elapsed_seconds: f64,
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
    fn new(plan: &ScorePlan, terminal: &'a Terminal, model: Model) -> Self {
        Self {
            terminal,
            output: plan.output,
            segments: plan.segments,
            human: Human::new(terminal.out, terminal.width).brief(plan.choice.brief),
            panel: Panel::new(terminal.out, terminal.width),
            model,
            document: Document::default(),
            heard_seconds: 0.0,
            elapsed_seconds: 0.0,
            scored: 0,
            failed: 0,
        }
    }

    /// Lines that stream to a terminal would tear a progress bar apart.
    fn leaves_room_for_progress(&self) -> bool {
        self.output != OutputFormat::Ndjson || !self.terminal.out_is_terminal
    }

    /// Whether a recording's timeline is printed with its score, and not as it happens.
    fn keeps_timelines(&self) -> bool {
        self.output != OutputFormat::Ndjson
    }

    fn line<T: Serialize>(&self, event: &str, payload: &T) -> anyhow::Result<()> {
        json::line(&mut io::stdout().lock(), event, payload)
    }

    fn begin(&self, recording: &Recording) -> Result<(), Stop> {
        match self.output {
            OutputFormat::Ndjson => self.line("begin", recording).map_err(Stop::Output),
            OutputFormat::Human | OutputFormat::Json => Ok(()),
        }
    }

    /// Prints or keeps one event. The first failure to print is left in `written`.
    fn event(
        &self,
        input: &Input,
        event: &slap_edge::Event<'_>,
        timeline: &mut Option<Timeline>,
        written: &mut anyhow::Result<()>,
    ) {
        if !self.segments || written.is_err() {
            return;
        }
        let Some(event) = convert::event(event) else { return };
        if self.output == OutputFormat::Ndjson {
            let input = input.name();
            let (name, payload) = convert::line(&input, &event);
            *written = self.line(name, &payload);
        } else if let Some(timeline) = timeline {
            match event {
                convert::Happening::Segment(segment) => timeline.segments.push(segment),
                convert::Happening::Event(event) => timeline.events.push(event),
            }
        }
    }

    fn score(&mut self, input: &Input, score: Score) -> anyhow::Result<()> {
        for warning in &score.warnings {
            warn(self.terminal, &input.name(), warning)?;
        }
        self.scored += 1;
        self.heard_seconds += score.recording.seconds.unwrap_or(0.0);
        self.elapsed_seconds += score.elapsed_seconds;
        match self.output {
            OutputFormat::Human => {
                let mut text = String::new();
                if self.scored > 1 {
                    text.push('\n');
                }
                text += &self.human.score(&input.title(), &score);
                if let Some(measures) = &score.measures {
                    let basis = self.panel.basis(measures);
                    let _ = write!(text, "\n{basis}\n{}", self.panel.selection(measures));
                }
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
            OutputFormat::Json => self.document.scores.push(score),
            OutputFormat::Ndjson => self.line("score", &score)?,
        }
        Ok(())
    }

    fn failure(&mut self, failure: Failure) -> anyhow::Result<()> {
        failure.complain(self.terminal)?;
        self.failed += 1;
        match self.output {
            OutputFormat::Human => {}
            OutputFormat::Json => self.document.errors.push(failure),
            OutputFormat::Ndjson => self.line("error", &failure)?,
        }
        Ok(())
    }

    fn finish(&self) -> anyhow::Result<()> {
        match self.output {
            OutputFormat::Human if self.scored > 0 => {
                let mut text = self.panel.notes();
                if !text.is_empty() {
                    text = format!("\n{text}");
                }
                let footer =
                    self.human.footer(&self.model, self.heard_seconds, self.elapsed_seconds);
                Ok(write!(io::stdout().lock(), "{text}\n{footer}")?)
            }
            OutputFormat::Human => Ok(()),
            OutputFormat::Json => {
                json::document(&mut io::stdout().lock(), "scores", &self.document)
            }
            OutputFormat::Ndjson => self.line(
                "end",
                &Totals {
                    scored: self.scored,
                    failed: self.failed,
                    seconds: self.heard_seconds,
                    elapsed_seconds: self.elapsed_seconds,
                },
            ),
        }
    }
}
