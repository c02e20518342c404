//! `slap-edge measure`: recordings in, measures of the voice out. No bundle is needed.

use std::io::{self, BufWriter, Write};
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use slap_edge::core::voice::{Descriptor, Event, Frame, Functional};
use slap_edge::{Measurer, USUAL_LIMITS};

use crate::Outcome;
use crate::args::MeasureFormat;
use crate::audio::{Audio, Input};
use crate::hear::{Failure, Stop, hear, unmeasurable, unreadable, warn};
use crate::output::csv::Row;
use crate::output::human::Human;
use crate::output::measures::{Measures, Values};
use crate::output::report::{Quality, Recording};
use crate::output::{Panel, Progress, Terminal, convert, frames, json};
use crate::plan::MeasurePlan;

/// Runs the command.
pub fn run(plan: &MeasurePlan, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let mut measurer = Measurer::new(USUAL_LIMITS).context("nothing can be measured")?;
    let mut printer = Printer::new(plan, terminal);
    let mut outcome = Outcome::Done;
    printer.start()?;
    for input in &plan.inputs {
        match measure(plan, terminal, &mut measurer, input, &mut printer) {
            Ok(measured) => printer.measured(input, &measured)?,
            Err(Stop::Output(error)) => return Err(error),
            Err(Stop::Input(failure)) => {
                outcome = Outcome::SomeFailed;
                printer.failure(&failure)?;
            }
        }
    }
    printer.finish()?;
    Ok(outcome)
}

/// What was measured in one recording; also the machine-readable payload.
#[derive(Debug, Serialize)]
struct Measured {
    recording: Recording,
    quality: Quality,
    measures: Measures,
    warnings: Vec<String>,
    elapsed_seconds: f64,
}

/// Decodes and measures one recording from beginning to end.
fn measure(
    plan: &MeasurePlan,
    terminal: &Terminal,
    measurer: &mut Measurer,
    input: &Input,
    printer: &mut Printer<'_>,
) -> Result<Measured, Stop> {
    let began = Instant::now();
    let audio = Audio::open(input, plan.raw.as_ref());
    let mut audio = audio.map_err(|error| unreadable(input, &error))?;
    let mut recording = convert::recording(&input.name(), audio.description());
    printer.begin(&recording).map_err(Stop::Output)?;
    measurer.reset();
    let allowed = plan.progress && printer.leaves_room_for_progress();
    let mut progress = Progress::new(terminal, allowed, &input.title(), recording.seconds);
    let mut written = Ok(());
    let mut tell = |event: Event<'_>, written: &mut anyhow::Result<()>| {
        if let Event::Frame(frame) = event
            && written.is_ok()
        {
            *written = printer.frame(input, frame);
        }
    };
    hear(input, &mut audio, &mut progress, |pcm, rate, channels| {
        measurer
            .push(pcm, rate, channels, |event| tell(event, &mut written))
            .map_err(|error| unmeasurable(input, &error))?;
        std::mem::replace(&mut written, Ok(())).map_err(Stop::Output)
    })?;
    measurer
        .finish(|event| tell(event, &mut written))
        .map_err(|error| unmeasurable(input, &error))?;
    written.map_err(Stop::Output)?;
    progress.finish();

    recording.seconds = Some(audio.seconds());
    let measurement = measurer.measurement();
    Ok(Measured {
        recording,
        quality: convert::quality(&measurement.quality, &measurement.verdict),
        measures: Measures::new(
            measurement.voice,
            plan.speech,
            measurement.verdict.is_scored(),
        ),
        warnings: audio.warnings(),
        elapsed_seconds: began.elapsed().as_secs_f64(),
    })
}

/// Puts measures out in the format the user chose.
struct Printer<'a> {
    plan: &'a MeasurePlan,
    terminal: &'a Terminal,
    human: Human,
    panel: Panel,
    /// Frames come a hundred a second: they are written a buffer at a time.
    out: BufWriter<io::Stdout>,
    heard_seconds: f64,
    elapsed_seconds: f64,
    measured: usize,
    failed: usize,
}

/// The payload of the last line of `--format ndjson`.
#[derive(Debug, Serialize)]
struct Totals {
    measured: usize,
    failed: usize,
    seconds: f64,
    elapsed_seconds: f64,
}

/// The payload of a line about a frame.
#[derive(Debug, Serialize)]
struct FrameLine<'a> {
    input: &'a str,
    #[serde(flatten)]
    values: Values<'a>,
}

impl<'a> Printer<'a> {
    fn new(plan: &'a MeasurePlan, terminal: &'a Terminal) -> Self {
        Self {
            plan,
            terminal,
            human: Human::new(terminal.out, terminal.width),
            panel: Panel::new(terminal.out, terminal.width).endless(terminal.endless),
            out: BufWriter::new(io::stdout()),
            heard_seconds: 0.0,
            elapsed_seconds: 0.0,
            measured: 0,
            failed: 0,
        }
    }

    /// Lines that stream to a terminal would tear a progress bar apart.
    fn leaves_room_for_progress(&self) -> bool {
        !(self.plan.frames && self.terminal.out_is_terminal)
    }

    fn line<T: Serialize>(&mut self, event: &str, payload: &T) -> anyhow::Result<()> {
        json::line(&mut self.out, event, payload)
    }

    /// The row of headings.
    fn start(&mut self) -> anyhow::Result<()> {
        if self.plan.output != MeasureFormat::Csv {
            return Ok(());
        }
        let mut row = Row::default();
        row.text("input");
        if self.plan.frames {
            row.text("seconds");
            Descriptor::ALL.iter().for_each(|descriptor| row.text(descriptor.name()));
        } else {
            row.text("quality");
            row.text("reasons");
            Functional::all().for_each(|functional| row.text(functional.name()));
        }
        Ok(self.out.write_all(row.finish().as_bytes())?)
    }

    fn begin(&mut self, recording: &Recording) -> anyhow::Result<()> {
        match self.plan.output {
            MeasureFormat::Ndjson => self.line("begin", recording),
            MeasureFormat::Human if self.plan.frames => {
                let gap = if self.measured > 0 { "\n" } else { "" };
                let head = frames::head(self.terminal.out, self.terminal.width);
                Ok(write!(self.out, "{gap}{head}")?)
            }
            MeasureFormat::Human | MeasureFormat::Csv => Ok(()),
        }
    }

    fn frame(&mut self, input: &Input, frame: &Frame) -> anyhow::Result<()> {
        if !self.plan.frames {
            return Ok(());
        }
        match self.plan.output {
            MeasureFormat::Human => {
                let line = frames::line(self.terminal.out, self.terminal.width, frame);
                Ok(self.out.write_all(line.as_bytes())?)
            }
            MeasureFormat::Csv => {
                let mut row = Row::default();
                row.text(&input.name());
                row.number(Some(frame.seconds()));
                frame.values().iter().for_each(|value| row.number(*value));
                Ok(self.out.write_all(row.finish().as_bytes())?)
            }
            MeasureFormat::Ndjson => {
                let input = input.name();
                let payload = FrameLine { input: &input, values: Values(frame) };
                json::unflushed_line(&mut self.out, "frame", &payload)
            }
        }
    }

    fn measured(&mut self, input: &Input, measured: &Measured) -> anyhow::Result<()> {
        for warning in &measured.warnings {
            warn(self.terminal, &input.name(), warning)?;
        }
        self.measured += 1;
        self.heard_seconds += measured.recording.seconds.unwrap_or(0.0);
        self.elapsed_seconds += measured.elapsed_seconds;
        let Measured { recording, quality, measures, .. } = measured;
        match self.plan.output {
            MeasureFormat::Human if self.plan.frames => {}
            MeasureFormat::Human => {
                let mut text = String::new();
                if self.measured > 1 {
                    text.push('\n');
                }
                text += &self.human.recording(&input.title(), recording, quality);
                text += &self.panel.basis(measures);
                text.push('\n');
                text += &if self.plan.all {
                    self.panel.all(measures)
                } else {
                    self.panel.selection(measures)
                };
                self.out.write_all(text.as_bytes())?;
            }
            MeasureFormat::Csv if self.plan.frames => {}
            MeasureFormat::Csv => {
                let mut row = Row::default();
                row.text(&input.name());
                row.text(quality.grade);
                let reasons: Vec<&str> = quality.reasons.iter().map(|it| it.reason).collect();
                row.text(&reasons.join(" "));
                Functional::all().for_each(|it| row.number(measures.get(it)));
                self.out.write_all(row.finish().as_bytes())?;
            }
            MeasureFormat::Ndjson => self.line("measures", measured)?,
        }
        // A reader of a pipe sees each recording as soon as it is done.
        Ok(self.out.flush()?)
    }

    fn failure(&mut self, failure: &Failure) -> anyhow::Result<()> {
        failure.complain(self.terminal)?;
        self.failed += 1;
        match self.plan.output {
            MeasureFormat::Human | MeasureFormat::Csv => Ok(()),
            MeasureFormat::Ndjson => self.line("error", failure),
        }
    }

    fn finish(&mut self) -> anyhow::Result<()> {
        match self.plan.output {
            MeasureFormat::Human if self.measured > 0 && !self.plan.frames => {
                let notes = self.panel.notes();
                if !notes.is_empty() {
                    write!(self.out, "\n{notes}")?;
                }
            }
            MeasureFormat::Human | MeasureFormat::Csv => {}
            MeasureFormat::Ndjson => {
                let totals = Totals {
                    measured: self.measured,
                    failed: self.failed,
                    seconds: self.heard_seconds,
                    elapsed_seconds: self.elapsed_seconds,
                };
                self.line("end", &totals)?;
            }
        }
        Ok(self.out.flush()?)
    }
}
