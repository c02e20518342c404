//! The model, and one recording after another through it.

use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use slap_edge::model::{Bundle, PromptPack, Tower};
use slap_edge::{Measurer, Options, Parts, Screener};

use super::turns::{Teller, Work};
use crate::args::OutputFormat;
use crate::audio::{Audio, AudioError, Input};
use crate::hear::{Failure, Stop, hear, unmeasurable, unreadable, unscorable};
use crate::models;
use crate::output::execution::Execution;
use crate::output::measures::Measures;
use crate::output::report::{Model, Score, Timeline};
use crate::output::{Progress, Tally, Terminal, convert, json};
use crate::plan::ScorePlan;

/// What is told of a recording, in this order: lines, then its score or why it has none.
pub enum News {
    /// A line of `ndjson`: its event and its payload, written out.
    Line(&'static str, String),
    /// Everything that was found.
    Score(Box<Score>),
    /// It could not be scored.
    Failure(Failure),
}

/// What all recordings share.
pub struct Session<'a> {
    plan: &'a ScorePlan,
    terminal: &'a Terminal,
    tally: Tally,
    bundle: Bundle,
    pack: Option<PromptPack>,
    options: Options,
    tower: Tower,
    model: Model,
}

/// The payload of the first line of `--format ndjson`.
#[derive(Debug, Serialize)]
pub struct Header {
    model: Model,
    /// What really runs it.
    execution: Execution,
    recordings: usize,
    jobs: usize,
}

/// What hears one recording at a time.
pub struct Ears {
    screener: Screener,
    measurer: Option<Measurer>,
}

impl<'a> Session<'a> {
    /// Opens what `plan` names. A single recording gets a progress bar of its own; many are
    /// counted by `tally`.
    pub fn new(
        plan: &'a ScorePlan,
        terminal: &'a Terminal,
        tally: Tally,
    ) -> anyhow::Result<Self> {
        let bundle = models::open_bundle(&plan.bundle)?;
        let (pack, options) = plan.choice.resolve(&bundle, terminal)?;
        let tower = plan.engine.load(&bundle, terminal)?;
        let model = convert::model(&bundle, tower.report());
        Ok(Self { plan, terminal, tally, bundle, pack, options, tower, model })
    }

    /// What the lines of `ndjson` begin with.
    pub fn header(&self) -> anyhow::Result<Header> {
        Ok(Header {
            model: self.model.clone(),
            execution: Execution::measure(&self.tower)?,
            recordings: self.plan.inputs.len(),
            jobs: self.plan.jobs,
        })
    }

    /// Which model speaks.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What one worker needs. It shares the tower with the others.
    pub fn ears(&self) -> anyhow::Result<Ears> {
        let mut parts = Parts::from(&self.bundle);
        if let Some(pack) = &self.pack {
            parts.pack = pack;
        }
        let state = self.tower.state().context("the audio tower cannot be used")?;
        let screener = Screener::with_encoder(&parts, state, &self.options)
            .context("the tasks and sentences cannot be scored")?;
        let measurer = self
            .plan
            .measures
            .then(|| Measurer::new(*parts.quality))
            .transpose()
            .context("the voice cannot be measured")?;
        Ok(Ears { screener, measurer })
    }

    /// Decodes and scores one recording from beginning to end.
    fn score(
        &self,
        ears: &mut Ears,
        input: &Input,
        teller: &mut Teller<'_, News>,
    ) -> Result<Score, Stop> {
        let began = Instant::now();
        let Ears { screener, measurer } = ears;
        let audio = Audio::open(input, self.plan.raw.as_ref());
        let mut audio = audio.map_err(|error| self.unopened(input, &error))?;
        let mut recording = convert::recording(&input.name(), audio.description());
        let lines = self.plan.output == OutputFormat::Ndjson;
        if lines {
            tell(teller, "begin", &recording).map_err(Stop::Output)?;
        }
        screener.reset();
        if let Some(measurer) = measurer {
            measurer.reset();
        }
        let mut progress = self.progress(input, recording.seconds);
        let mut timeline = (self.plan.segments && !lines).then(Timeline::default);
        // The first failure to tell is left here.
        let mut told = Ok(());
        let name = input.name();
        let mut happens = |event: slap_edge::Event<'_>, told: &mut anyhow::Result<()>| {
            if told.is_ok() {
                *told = teller.check();
            }
            if !self.plan.segments || told.is_err() {
                return;
            }
            let Some(happening) = convert::event(&event) else { return };
            match (&mut timeline, happening) {
                (None, happening) => {
                    let (event, payload) = convert::line(&name, &happening);
                    *told = tell(teller, event, &payload);
                }
                (Some(it), convert::Happening::Segment(segment)) => it.segments.push(segment),
                (Some(it), convert::Happening::Event(event)) => it.events.push(event),
            }
        };
        hear(input, &mut audio, &mut progress, |pcm, rate, channels| {
            screener
                .push(pcm, rate, channels, |event| happens(event, &mut told))
                .map_err(|error| unscorable(input, &error))?;
            if let Some(measurer) = measurer {
                let measured = measurer.push(pcm, rate, channels, |_| {});
                measured.map_err(|error| unmeasurable(input, &error))?;
            }
            std::mem::replace(&mut told, Ok(())).map_err(Stop::Output)
        })?;
        screener
            .finish(|event| happens(event, &mut told))
            .map_err(|error| unscorable(input, &error))?;
        told.map_err(Stop::Output)?;
        if let Some(measurer) = measurer {
            measurer.finish(|_| {}).map_err(|error| unmeasurable(input, &error))?;
        }
        progress.finish();

        let summary = screener.summary().map_err(|error| unscorable(input, &error))?;
        let comparable = summary.verdict.is_scored();
        let measures = measurer.as_ref().map(Measurer::summary);
        let measures = measures.map(|it| Measures::new(it, None, comparable));
        recording.seconds = Some(audio.seconds());
        Ok(Score {
            recording,
            quality: convert::quality(&summary.quality, &summary.verdict),
            tasks: summary.tasks.iter().map(convert::task).collect(),
            prompts: summary.prompts.iter().map(convert::prompt).collect(),
            measures,
            warnings: audio.warnings(),
            timeline,
            elapsed_seconds: began.elapsed().as_secs_f64(),
            model: self.model.clone(),
        })
    }

    fn progress(&self, input: &Input, seconds: Option<f64>) -> Progress {
        match self.plan.inputs.len() {
            1 => Progress::new(
                self.terminal,
                self.plan.leaves_room_for_progress(self.terminal),
                &input.title(),
                seconds,
            ),
            _ => Progress::of_many(&self.tally),
        }
    }

    /// As [`unreadable`], but a folder has an option of its own here.
    fn unopened(&self, input: &Input, error: &AudioError) -> Stop {
        let (code, message) = match (error, self.plan.recursive) {
            (AudioError::Folder, false) => (
                error.code(),
                "is a folder, expected a recording; add --recursive to score the recordings \
                 in it",
            ),
            // One with recordings has become its recordings.
            (AudioError::Folder, true) => (
                "no_recordings",
                "holds no recordings, expected files whose names end in .wav, .flac, .ogg, \
                 .oga or .mp3; recordings of other names can be named one by one",
            ),
            _ => return unreadable(input, error),
        };
        Stop::Input(Failure { input: input.name(), code, message: message.to_owned() })
    }
}

impl Work for Session<'_> {
    type Item = Input;
    type State = Ears;
    type Message = News;

    fn state(&self) -> Option<Ears> {
        self.ears().ok()
    }

    fn work(
        &self,
        ears: &mut Ears,
        input: &Input,
        teller: &mut Teller<'_, News>,
    ) -> anyhow::Result<()> {
        teller.check()?;
        self.tally.begin(&input.title());
        let news = match self.score(ears, input, teller) {
            Ok(score) => News::Score(Box::new(score)),
            Err(Stop::Input(failure)) => News::Failure(failure),
            Err(Stop::Output(error)) => return Err(error),
        };
        self.tally.end();
        teller.tell(news)
    }

    fn lost(&self, input: &Input) -> News {
        self.tally.end();
        News::Failure(Failure {
            input: input.name(),
            code: "internal",
            message: "could not be scored: the program failed, and not the recording; please \
                      report what it said above"
                .to_owned(),
        })
    }
}

fn tell<T: Serialize>(
    teller: &mut Teller<'_, News>,
    event: &'static str,
    payload: &T,
) -> anyhow::Result<()> {
    teller.tell(News::Line(event, json::payload(payload)?))
}
