//! Everything a report shows, from one pass through a recording.

use std::fs::File;

use anyhow::Context;
use slap_edge::core::front_end::{FrontEndSpec, StdPlan, StdStream};
use slap_edge::core::voice;
use slap_edge::model::{Bundle, Sha256};
use slap_edge::{
    Event, Measurer, Options, Parts, Passing, ScreenError, Screener, Source, SourceError,
};

use super::tracks::{Answers, Column, Tracks, Voice, Wave};
use crate::audio::{Audio, Input};
use crate::hear::{Stop, hear, unmeasurable, unreadable, unscorable};
use crate::output::measures::Measures;
use crate::output::report::{Model, Quality, Recording, TaskScore};
use crate::output::{Progress, Terminal, convert};
use crate::plan::ReportPlan;

/// Everything a report shows.
#[derive(Debug)]
pub struct Findings {
    /// What the recording is called.
    pub title: String,
    pub recording: Recording,
    /// Length that was heard, in seconds.
    pub seconds: f64,
    pub quality: Quality,
    pub measures: Measures,
    /// The answers for the recording as a whole.
    pub tasks: Vec<TaskScore>,
    /// Tasks without anything to remark on are only named.
    pub brief: bool,
    /// The names of each task's classes.
    pub classes: Vec<Vec<String>>,
    pub tracks: Tracks,
    /// How the frames of the spectrum came about.
    pub front_end: FrontEndSpec,
    /// Seconds from one step of the tower to the next.
    pub step_seconds: f64,
    pub model: Model,
    pub warnings: Vec<String>,
    /// SHA-256 of the recording's file; `None` where it is no file.
    pub sha256: Option<String>,
    /// The level from which sound may be a voice, in dBFS.
    pub active_dbfs: f32,
}

/// What hears the recording.
pub struct Ears {
    screener: Screener,
    measurer: Measurer,
    source: Source,
    plan: StdPlan,
    stream: StdStream,
    model: Model,
    active_dbfs: f32,
}

impl Ears {
    /// Loads what the bundle needs.
    ///
    /// # Errors
    ///
    /// When the tower, the tasks or the limits of quality cannot be used.
    pub fn new(
        plan: &ReportPlan,
        bundle: &Bundle,
        terminal: &Terminal,
    ) -> anyhow::Result<Self> {
        let tower = plan.engine.load(bundle, terminal)?;
        let tasks = plan.tasks.names(bundle.prompt_pack())?;
        let options = Options { tasks, pack_prompts: false, ..Options::default() };
        let screener =
            Screener::new(bundle, &tower, &options).context("the tasks cannot be scored")?;
        let parts = Parts::from(bundle);
        let front_end =
            StdPlan::new(parts.front_end).context("the front end cannot be built")?;
        Ok(Self {
            screener,
            measurer: Measurer::new(*parts.quality).context("the voice cannot be measured")?,
            source: Source::new(parts.front_end.sample_rate),
            stream: front_end.stream(),
            plan: front_end,
            model: convert::model(bundle, tower.report()),
            active_dbfs: parts.quality.active_dbfs,
        })
    }

    /// Hears the recording from beginning to end.
    ///
    /// # Errors
    ///
    /// When the recording cannot be read, scored or measured.
    pub fn hear(mut self, plan: &ReportPlan, terminal: &Terminal) -> Result<Findings, Stop> {
        let ReportPlan { input, raw, speech, progress, brief, .. } = plan;
        let audio = Audio::open(input, raw.as_ref());
        let mut audio = audio.map_err(|error| unreadable(input, &error))?;
        let recording = convert::recording(&input.name(), audio.description());
        let mut progress =
            Progress::new(terminal, *progress, &input.title(), recording.seconds);
        let mut tracks = Tracks::new();
        let Self { screener, measurer, source, plan, stream, .. } = &mut self;
        let unheard = |error: SourceError| unscorable(input, &ScreenError::from(error));
        let mut look = |passing: Passing<'_>, tracks: &mut Tracks| {
            if let Passing::Samples(samples) = passing {
                samples.iter().for_each(|sample| tracks.wave.push(Wave::new(*sample)));
                stream.push(plan, samples, |_, frame| {
                    tracks.spectrum.push(Column::new(frame));
                });
            }
            Ok::<(), SourceError>(())
        };
        hear(input, &mut audio, &mut progress, |pcm, rate, channels| {
            screener
                .push(pcm, rate, channels, |event| answer(&event, &mut tracks))
                .map_err(|error| unscorable(input, &error))?;
            measurer
                .push(pcm, rate, channels, |event| voice(&event, &mut tracks))
                .map_err(|error| unmeasurable(input, &error))?;
            source
                .push(pcm, rate, channels, |passing| look(passing, &mut tracks))
                .map_err(unheard)
        })?;
        screener
            .finish(|event| answer(&event, &mut tracks))
            .map_err(|error| unscorable(input, &error))?;
        measurer
            .finish(|event| voice(&event, &mut tracks))
            .map_err(|error| unmeasurable(input, &error))?;
        source.finish(|passing| look(passing, &mut tracks)).map_err(unheard)?;
        stream.finish(plan, |_, frame| tracks.spectrum.push(Column::new(frame)));
        progress.finish();

        let summary = screener.summary().map_err(|error| unscorable(input, &error))?;
        let seconds = audio.seconds();
        Ok(Findings {
            title: input.title(),
            recording: Recording { seconds: Some(seconds), ..recording },
            seconds,
            quality: convert::quality(&summary.quality, &summary.verdict),
            measures: Measures::new(measurer.summary(), *speech, summary.verdict.is_scored()),
            tasks: summary.tasks.iter().map(convert::task).collect(),
            brief: *brief,
            classes: screener.tasks().map(|task| task.classes.clone()).collect(),
            tracks,
            front_end: *plan.spec(),
            step_seconds: screener.step_seconds(),
            model: self.model,
            warnings: audio.warnings(),
            sha256: digest(input),
            active_dbfs: self.active_dbfs,
        })
    }
}

/// The digest of a recording that is a file and can be read again.
fn digest(input: &Input) -> Option<String> {
    let Input::File(path) = input else { return None };
    // A pipe could only be read once, and a device has no end.
    if !path.metadata().is_ok_and(|it| it.is_file()) {
        return None;
    }
    let digest = Sha256::of_reader(File::open(path).ok()?).ok()?;
    Some(digest.to_string())
}

fn answer(event: &Event<'_>, tracks: &mut Tracks) {
    if let Event::Segment(segment) = event {
        tracks.answers.push(Answers::new(segment));
    }
}

fn voice(event: &voice::Event<'_>, tracks: &mut Tracks) {
    if let voice::Event::Frame(frame) = event {
        tracks.voice.push(Voice::new(frame));
    }
}
