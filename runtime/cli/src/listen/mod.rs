//! `slap-edge listen`: a microphone in, answers out, for as long as it takes.
//!
//! Sound passes these files in order. [`capture`] runs in the audio system's callback: it
//! copies samples into a queue and returns. [`keeper`] owns the open stream on a thread that
//! nobody waits for, [`watchdog`] decides when to open, close and try again, and
//! [`microphone`] is the face of the three; [`feed`] is standard input instead. [`hearer`]
//! scores what comes and knows about gaps, [`session`] is the loop around it, and [`lines`]
//! or [`publisher`] tell of it: on standard output, or on the [`board`] that the [`view`]
//! draws. [`save`] keeps the lines; nothing here writes audio anywhere.

#[cfg(test)]
mod again;
pub mod board;
mod capture;
pub mod device;
mod feed;
mod hearer;
mod keeper;
mod lag;
mod lines;
mod microphone;
mod pace;
mod publisher;
pub mod quiet;
mod report;
mod save;
mod session;
mod stop;
mod tripwire;
mod view;
mod watchdog;

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::SignedDuration;
use slap_edge::model::manifest::{TowerInput, TowerMode, TowerSpec};
use slap_edge::model::pack::to_half;
use slap_edge::model::{Bundle, TextTower, TowerState};
use slap_edge::{GateOptions, Parts, Screener};

use crate::args::{ColorWhen, Gate};
use crate::audio::{AudioError, Input};
use crate::hear::{Stop as Stopped, unreadable};
use crate::output::execution::Execution;
use crate::output::report::{Recording, Score};
use crate::output::{Terminal, convert};
use crate::plan::{ListenPlan, ListenSound};
use crate::{Outcome, models};

use board::Board;
use feed::{Feed, Opening};
use hearer::{Audience, Hearer};
use lines::{Lines, Manner};
use microphone::Microphone;
use publisher::Publisher;
use quiet::Quiet;
use report::{Report, Session as Header};
use save::Saver;
use session::{Author, Authored, Ending, Session, Sound, Terms};
use stop::Stop;

/// Runs the command.
pub fn run(
    plan: &ListenPlan,
    terminal: &Terminal,
    color: ColorWhen,
) -> anyhow::Result<Outcome> {
    let stop = Stop::by_signals().context("signals cannot be heeded")?;
    let bundle = models::open_bundle(&plan.bundle)?;
    let (screener, header) = prepare(plan, &bundle, terminal)?;
    let saver = plan
        .save
        .as_ref()
        .map(|(path, limit)| {
            Saver::open(path, *limit)
                .with_context(|| format!("scores cannot be saved in '{}'", path.display()))
        })
        .transpose()?;
    // What the audio system's libraries have to say would tear the lines and the screen.
    let quiet = match plan.sound {
        ListenSound::Microphone(_) => {
            Some(Quiet::begin().context("standard error cannot be set aside")?)
        }
        ListenSound::Input { .. } => None,
    };
    let words: Box<dyn Write + Send> = match &quiet {
        Some(quiet) => Box::new(quiet.words()),
        None => Box::new(io::stderr()),
    };
    let manner = Manner { format: plan.output, quiet: plan.quiet, brief: plan.choice.brief };
    let lines = Lines::new(terminal, manner, words, saver);
    let sound = match open(plan, &stop)? {
        Opening::Opened(sound) => sound,
        Opening::Over => return Ok(Outcome::Done),
        Opening::Failed(error) => return unreadable_input(&error, terminal),
    };
    let live = matches!(sound, Sound::Microphone(_));
    let hop = steps(header.hop_seconds, header.step_seconds)?;
    let hearer = Hearer::new(screener, hop, live);
    let terms =
        Terms { duration: plan.duration, health: plan.health, exit_on_loss: plan.exit_on_loss };
    let session = Session::new(hearer, sound, terms, &stop);
    match plan.screen {
        true => {
            let colours = view::Colours::detect(color);
            on_screen(session, &header, lines, &bundle, &stop, colours, terminal)
        }
        false => {
            let mut lines = lines;
            lines.report(&Report::Session(Box::new(header.clone())))?;
            carry_out(session, &header, &mut lines, terminal)
        }
    }
}

/// Listens and sums up.
fn carry_out(
    mut session: Session<'_, TowerState>,
    header: &Header,
    audience: &mut dyn Audience,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let ending = session.run(audience)?;
    if session.hearer().counts().frames > 0 {
        let score = whole(&session, header, began.elapsed())?;
        audience.report(&Report::Score(Box::new(score)))?;
    }
    session.end(&ending, audience)?;
    match ending {
        Ending::Unreadable(error) => unreadable_input(&error, terminal),
        Ending::Refused(why) => bail!(why),
        Ending::Loss => Ok(Outcome::SomeFailed),
        _ => Ok(Outcome::Done),
    }
}

/// Listens with a screen, and prints the sum when it is gone.
fn on_screen(
    session: Session<'_, TowerState>,
    header: &Header,
    lines: Lines<'_>,
    bundle: &Bundle,
    stop: &Stop,
    colours: view::Colours,
    terminal: &Terminal,
) -> anyhow::Result<Outcome> {
    let board = Mutex::new(Board::default());
    let mut publisher = Publisher::new(&board, lines, &bundle.manifest().front_end);
    publisher.report(&Report::Session(Box::new(header.clone())))?;
    let (commands, asked) = channel();
    let (sentences, to_embed) = channel();
    let (answers, embedded) = channel();
    let session = session.with_screen(asked, Author { sentences, embedded });
    let outcome = thread::scope(|scope| {
        scope.spawn(|| write_prompts(bundle, to_embed, &answers));
        let worker = scope.spawn(|| {
            let outcome = carry_out(session, header, &mut publisher, terminal);
            // However it ended, the view has nothing more to show.
            stop.set();
            outcome
        });
        let stop_flag = stop.flag();
        let shown = view::run(view::View { board: &board, commands, stop: stop_flag, colours });
        stop.set();
        let outcome = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shown.context("the screen cannot be drawn; --lines does without")?;
        outcome
    })?;
    let (mut lines, rest) = publisher.into_rest();
    if !stop::output_is_gone() {
        for report in &rest {
            lines.report(report)?;
        }
    }
    Ok(outcome)
}

/// Embeds sentences as they are typed. The text tower is by far the largest part of a
/// bundle: it is loaded for a sentence and let go after it.
fn write_prompts(
    bundle: &Bundle,
    sentences: Receiver<String>,
    answers: &Sender<Result<Authored, String>>,
) {
    for sentence in sentences {
        let understood = TextTower::load(bundle).and_then(|text| text.understand(&sentence));
        let answer = understood.map_err(|error| error.to_string()).map(|(unit, reading)| {
            let doubt = models::doubt(&sentence, reading.as_ref());
            Authored { sentence, embedding: to_half(&unit), doubt }
        });
        if answers.send(answer).is_err() {
            return;
        }
    }
}

/// The screener and what the session begins with.
fn prepare(
    plan: &ListenPlan,
    bundle: &Bundle,
    terminal: &Terminal,
) -> anyhow::Result<(Screener, Header)> {
    let (pack, mut options) = plan.choice.resolve(bundle, terminal)?;
    options.frames = plan.screen && bundle.manifest().tower.input == TowerInput::LogMel;
    options.gate = match plan.gate {
        Gate::Off => None,
        Gate::At(threshold) => Some(GateOptions { threshold, ..GateOptions::default() }),
    };
    let mut parts = Parts::from(bundle);
    if let Some(pack) = &pack {
        parts.pack = pack;
    }
    let mut scoring = *parts.scoring;
    if let Some(seconds) = plan.smooth {
        scoring.smoothing_seconds = seconds as f32;
    }
    parts.scoring = &scoring;
    let mut spec = parts.tower.clone();
    if let (Some(hop), TowerMode::Window) = (plan.hop, spec.mode) {
        set_hop(&mut spec, hop, bundle)?;
    }
    parts.tower = &spec;
    let tower = plan.engine.load(bundle, terminal)?;
    let state = tower.state().context("the audio tower cannot be used")?;
    let screener = Screener::with_encoder(&parts, state, &options)
        .context("the tasks and sentences cannot be scored")?;
    let step_seconds = screener.step_seconds();
    let hop_seconds = plan.hop.unwrap_or(step_seconds);
    steps(hop_seconds, step_seconds)?;
    let header = Header {
        input: match &plan.sound {
            ListenSound::Input { .. } => "-".to_owned(),
            ListenSound::Microphone(device) => {
                device.clone().unwrap_or_else(|| "default".to_owned())
            }
        },
        model: convert::model(bundle, tower.report()),
        execution: Execution::measure(&tower)?,
        step_seconds,
        hop_seconds,
        smoothing_seconds: scoring.smoothing_seconds,
        gate: match plan.gate {
            Gate::Off => None,
            Gate::At(threshold) => Some(threshold),
        },
        tasks: screener.tasks().map(|task| task.name.clone()).collect(),
        prompts: screener.prompts().map(|prompt| prompt.text.clone()).collect(),
    };
    Ok((screener, header))
}

/// Windows overlap as much as is asked for.
fn set_hop(spec: &mut TowerSpec, hop: f64, bundle: &Bundle) -> anyhow::Result<()> {
    let front_end = &bundle.manifest().front_end;
    let samples = hop * f64::from(front_end.sample_rate);
    let (rows, field) = match spec.input {
        TowerInput::LogMel => (samples / front_end.hop_length as f64, &mut spec.hop_frames),
        TowerInput::Waveform => (samples, &mut spec.hop_samples),
    };
    let most = spec.input_shape.get(1).copied().unwrap_or(1);
    let rows = rows.round() as usize;
    if !(1..=most).contains(&rows) {
        bail!("--hop must be more than 0 and no longer than the tower's window, got {hop} s");
    }
    *field = Some(rows);
    Ok(())
}

/// How many steps of the tower a hop is.
fn steps(hop_seconds: f64, step_seconds: f64) -> anyhow::Result<u64> {
    let steps = (hop_seconds / step_seconds).round();
    if steps < 1.0 || (steps * step_seconds - hop_seconds).abs() > 0.01 * step_seconds {
        bail!(
            "--hop must be a whole number of the tower's steps of {step_seconds:.2} s, such as \
             {:.2}, got {hop_seconds}",
            steps.max(1.0) * step_seconds
        );
    }
    Ok(steps as u64)
}

fn open(plan: &ListenPlan, stop: &Stop) -> anyhow::Result<Opening<Sound>> {
    Ok(match &plan.sound {
        ListenSound::Microphone(device) => {
            Opening::Opened(Sound::Microphone(Box::new(Microphone::new(device.clone()))))
        }
        ListenSound::Input { raw } => match Feed::open(*raw, || stop.is_set())? {
            Opening::Opened(feed) => Opening::Opened(Sound::Input(feed)),
            Opening::Over => Opening::Over,
            Opening::Failed(error) => Opening::Failed(error),
        },
    })
}

/// Says on standard error why standard input was not heard to its end.
fn unreadable_input(error: &AudioError, terminal: &Terminal) -> anyhow::Result<Outcome> {
    match unreadable(&Input::Stdin, error) {
        Stopped::Input(failure) => failure.complain(terminal)?,
        Stopped::Output(error) => return Err(error),
    }
    Ok(Outcome::SomeFailed)
}

/// Everything that was heard, as one clip.
fn whole(
    session: &Session<'_, TowerState>,
    header: &Header,
    elapsed: Duration,
) -> anyhow::Result<Score> {
    let hearer = session.hearer();
    let summary = hearer.summary()?;
    let format = summary.format;
    Ok(Score {
        recording: Recording {
            input: header.input.clone(),
            format: session.source().to_owned(),
            sample_rate: format.map_or(0, |it| it.rate),
            channels: format.map_or(0, |it| usize::from(it.channels)),
            seconds: Some(hearer.counts().heard),
        },
        quality: convert::quality(&summary.quality, &summary.verdict),
        tasks: summary.tasks.iter().map(convert::task).collect(),
        prompts: summary.prompts.iter().map(convert::prompt).collect(),
        measures: None,
        warnings: Vec::new(),
        timeline: None,
        elapsed_seconds: elapsed.as_secs_f64(),
        model: header.model.clone(),
    })
}

/// A length of time in seconds: a number of them, or `1h30m`.
pub fn parse_seconds(text: &str) -> Result<f64, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<f64>().ok());
    let seconds = match days.map(|days| Ok(days * 86_400.0)).unwrap_or(text.parse::<f64>()) {
        Ok(seconds) => seconds,
        Err(_) => text.parse::<SignedDuration>().map(|it| it.as_secs_f64()).map_err(|_| {
            format!("expected seconds or a time such as 90s, 10m, 1h30m or 7d, got `{text}`")
        })?,
    };
    match (0.0..=1e9).contains(&seconds) {
        true => Ok(seconds),
        false => Err(format!("expected 0 to 1000000000 seconds, got `{text}`")),
    }
}

/// `--gate`.
pub fn parse_gate(text: &str) -> Result<Gate, String> {
    if text == "off" {
        return Ok(Gate::Off);
    }
    match text.parse::<f32>() {
        Ok(threshold) if (0.0..=1.0).contains(&threshold) => Ok(Gate::At(threshold)),
        _ => Err(format!("expected a number from 0 to 1, or `off`, got `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_words() {
        for (text, seconds) in
            [("90", 90.0), ("0.48", 0.48), ("10m", 600.0), ("1h30m", 5400.0), ("7d", 604_800.0)]
        {
            assert_eq!(parse_seconds(text), Ok(seconds), "{text}");
        }
        for text in ["", "x", "-1", "NaN", "inf", "-5m"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_gate_is_a_probability_or_off() {
        assert_eq!(parse_gate("off"), Ok(Gate::Off));
        assert_eq!(parse_gate("0.5"), Ok(Gate::At(0.5)));
        for text in ["", "on", "-0.1", "1.1", "NaN"] {
            assert!(parse_gate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_hop_is_a_whole_number_of_steps() {
        assert_eq!(steps(0.48, 0.48).unwrap(), 1);
        assert_eq!(steps(2.4, 0.48).unwrap(), 5);
        for hop in [0.0, 0.1, 0.5, 1.0] {
            let error = steps(hop, 0.48).unwrap_err().to_string();
            assert!(error.contains("0.48 s"), "{error}");
        }
    }
}
