//! The loop: sound in, reports out, until it is time to end.

use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use half::f16;
use slap_edge::Encoder;

use super::board::{Command, Link};
use super::feed::{Fed, Feed};
use super::hearer::{Audience, Counts, Hearer};
use super::lag::Lag;
use super::microphone::{Microphone, Notice as Said, Piece};
use super::pace::resident_bytes;
use super::report::{Device, End, Health, Notice, Report};
use super::stop::{Stop, output_is_gone};
use crate::audio::AudioError;

/// How long to wait for sound at most, so that everything else is heeded in time.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often it is looked whether the reader of the output went away.
const GLANCE: Duration = Duration::from_millis(500);

/// Where sound comes from.
pub enum Sound {
    /// A microphone.
    Microphone(Box<Microphone>),
    /// Standard input.
    Input(Feed),
}

/// How things stand.
#[derive(Debug)]
pub struct Moment<'a> {
    /// Seconds of sound and gaps.
    pub position: f64,
    /// What was counted.
    pub counts: Counts,
    /// Times that the microphone was opened again.
    pub reconnects: u64,
    /// Seconds of computing per second of sound, lately.
    pub real_time_factor: Option<f64>,
    /// Scoring rests because someone asked for it.
    pub paused: bool,
    /// Nothing is heard because someone asked for it.
    pub muted: bool,
    /// Whether sound comes.
    pub link: &'a Link,
    /// Where it comes from.
    pub source: &'a str,
}

/// Why listening ended.
#[derive(Debug)]
pub enum Ending {
    /// Someone asked for it by a signal.
    Signal,
    /// Someone asked for it at the screen.
    Quit,
    /// It had lasted as long as it was to.
    Duration,
    /// Standard input ended.
    Input,
    /// Standard input could not be read any further.
    Unreadable(AudioError),
    /// The microphone was lost, and that was to be the end.
    Loss,
    /// What was asked for is no microphone; why, in one sentence.
    Refused(String),
    /// The reader of the output went away.
    Reader,
}

impl Ending {
    fn name(&self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Reader => "reader",
            Self::Quit => "quit",
            Self::Duration => "duration",
            Self::Input | Self::Unreadable(_) => "input",
            Self::Loss | Self::Refused(_) => "loss",
        }
    }
}

/// What a session is to do.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long to listen: to a microphone by the clock, to standard input by its sound.
    pub duration: Option<f64>,
    /// How often the state is told.
    pub health: Option<Duration>,
    /// A lost microphone is the end.
    pub exit_on_loss: bool,
}

/// A sentence typed at the screen, on its way to an embedding and back.
pub struct Author {
    /// Sentences to embed.
    pub sentences: Sender<String>,
    /// The same with their embeddings and a doubt about them, or why there is none.
    pub embedded: Receiver<Result<Authored, String>>,
}

/// A sentence that can be scored.
pub struct Authored {
    /// The sentence.
    pub sentence: String,
    /// Its unit embedding.
    pub embedding: Vec<f16>,
    /// Why it may mean little.
    pub doubt: Option<String>,
}

/// A listening session.
pub struct Session<'a, E> {
    hearer: Hearer<E>,
    sound: Sound,
    terms: Terms,
    stop: &'a Stop,
    commands: Receiver<Command>,
    author: Option<Author>,
    began: Instant,
    link: Link,
    source: String,
    ending: Option<Ending>,
    health_due: Option<Instant>,
    glance_due: Instant,
    lag: Lag,
}

impl<'a, E: Encoder> Session<'a, E> {
    /// Begins now.
    pub fn new(hearer: Hearer<E>, sound: Sound, terms: Terms, stop: &'a Stop) -> Self {
        let began = Instant::now();
        let (link, source) = match &sound {
            Sound::Microphone(_) => (Link::Opening, String::new()),
            Sound::Input(_) => (Link::Live, "standard input".to_owned()),
        };
        Self {
            hearer,
            sound,
            terms,
            stop,
            commands: channel().1,
            author: None,
            began,
            link,
            source,
            ending: None,
            health_due: terms.health.map(|every| began + every),
            glance_due: began,
            lag: Lag::default(),
        }
    }

    /// The same, heeding what is asked for at a screen.
    pub fn with_screen(self, commands: Receiver<Command>, author: Author) -> Self {
        Self { commands, author: Some(author), ..self }
    }

    /// Listens until it is time to end, and tells `audience`. Then the stream is finished,
    /// but not summed up.
    ///
    /// # Errors
    ///
    /// When the sound cannot be scored, or the audience left.
    pub fn run(&mut self, audience: &mut dyn Audience) -> anyhow::Result<Ending> {
        let ending = loop {
            self.hear(audience)?;
            self.heed(audience)?;
            if self.stop.is_set() {
                self.ending.get_or_insert(Ending::Signal);
            }
            if let Some(ending) = self.ending.take() {
                break ending;
            }
            let now = Instant::now();
            self.tell_health(now, audience)?;
            if now >= self.glance_due {
                self.glance_due = now + GLANCE;
                if output_is_gone() {
                    break Ending::Reader;
                }
            }
            self.tell_moment(audience);
        };
        if matches!(ending, Ending::Reader) {
            audience.reader_left();
        }
        if matches!(self.link, Link::Lost(_)) && self.hearer.counts().frames > 0 {
            let seconds = self.hearer.captured().elapsed().as_secs_f64();
            self.hearer.gap(seconds, "away", audience)?;
        }
        self.hearer.finish(audience)?;
        self.tell_moment(audience);
        Ok(ending)
    }

    /// What was heard.
    pub fn hearer(&self) -> &Hearer<E> {
        &self.hearer
    }

    /// Where the sound came from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Lets go of the microphone and tells the end.
    ///
    /// # Errors
    ///
    /// When the audience left.
    pub fn end(mut self, ending: &Ending, audience: &mut dyn Audience) -> anyhow::Result<()> {
        let health = self.health(audience);
        audience.report(&Report::End(End { reason: ending.name(), health }))?;
        if let Sound::Microphone(microphone) = self.sound {
            microphone.close();
        }
        Ok(())
    }

    /// Takes what sound there is, or waits a moment for it.
    fn hear(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        match &mut self.sound {
            Sound::Microphone(_) => {
                if self
                    .terms
                    .duration
                    .is_some_and(|it| self.began.elapsed().as_secs_f64() >= it)
                {
                    self.ending = Some(Ending::Duration);
                    return Ok(());
                }
                self.hear_microphone(audience)
            }
            Sound::Input(feed) => {
                let description = feed.description();
                let (rate, channels) = (description.rate, description.channels);
                match feed.next(PATIENCE) {
                    Fed::Samples(samples) => {
                        self.hear_input(&samples, rate, channels, audience)?;
                    }
                    Fed::Waiting => {}
                    Fed::Ended(warnings) => {
                        for message in warnings {
                            let told = Notice::new(
                                "input_damaged",
                                true,
                                message,
                                self.hearer.position(),
                            );
                            audience.report(&Report::Notice(told))?;
                        }
                        self.ending = Some(Ending::Input);
                    }
                    Fed::Failed(error) => self.ending = Some(Ending::Unreadable(error)),
                }
                Ok(())
            }
        }
    }

    fn hear_input(
        &mut self,
        samples: &[f32],
        rate: u32,
        channels: usize,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        let mut samples = samples;
        if let Some(duration) = self.terms.duration {
            let wanted = (duration * f64::from(rate)).round() as u64;
            let room = wanted.saturating_sub(self.hearer.counts().frames) as usize * channels;
            if room <= samples.len() {
                samples = &samples[..room];
                self.ending = Some(Ending::Duration);
            }
        }
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        self.hearer.samples(samples, rate, channels, Instant::now(), audience)
    }

    fn hear_microphone(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        let Self { hearer, sound, link, source, terms, ending, began, lag, .. } = self;
        let Sound::Microphone(microphone) = sound else { return Ok(()) };
        let mut result = Ok(());
        let mut is_lost = false;
        microphone.poll(Instant::now(), &mut |said| {
            match &said {
                Said::Listening(opened) => {
                    *link = Link::Live;
                    *source = opened.to_string();
                }
                Said::Lost(_) | Said::Stalled | Said::NoAnswer | Said::Unavailable { .. } => {
                    *link = Link::Lost(said.to_string());
                    is_lost = true;
                    if said.is_final() {
                        *ending = Some(Ending::Refused(said.to_string()));
                        return;
                    }
                    if terms.exit_on_loss {
                        *ending = Some(Ending::Loss);
                    }
                }
                _ => {}
            }
            if result.is_ok() {
                let mut message = said.to_string();
                if terms.exit_on_loss && matches!(ending, Some(Ending::Loss)) {
                    // What follows says how it goes on, and it does not.
                    message.truncate(message.find(';').unwrap_or(message.len()));
                }
                let mut notice =
                    Notice::new(said.name(), said.is_trouble(), message, hearer.position());
                if let Said::Listening(opened) = &said {
                    notice.device = Some(Device {
                        id: opened.id.clone(),
                        name: opened.name.clone(),
                        rate: opened.rate,
                        channels: opened.channels,
                    });
                }
                result = audience.report(&Report::Notice(notice));
            }
        });
        result?;
        let mut result = Ok(());
        let mut heard = false;
        // Where scoring is slower than the sound, what has piled up by the time that some of
        // it was dropped is left out as a whole: one gap is better than a chopped stream.
        let mut shed: Option<(u64, u32)> = None;
        // Ages are those at this moment, however long the scoring of each piece takes.
        let now = Instant::now();
        microphone.take(&mut |piece| {
            heard = true;
            if result.is_err() {
                return;
            }
            result = match piece {
                Piece::Samples { samples, rate, channels, .. } if shed.is_some() => {
                    let frames = (samples.len() / usize::from(channels.max(1))) as u64;
                    let before = shed.map_or(0, |(frames, _)| frames);
                    shed = Some((before + frames, rate));
                    Ok(())
                }
                Piece::Samples { samples, rate, channels, age } => {
                    let captured = now.checked_sub(age).unwrap_or(now);
                    let heard = hearer.samples(samples, rate, channels, captured, audience);
                    let clock = captured.saturating_duration_since(*began);
                    match lag.observe(clock, hearer.position()) {
                        Some(seconds) if heard.is_ok() => hearer.gap(seconds, "away", audience),
                        _ => heard,
                    }
                }
                Piece::Lost { frames, rate } => match (shed, hearer.is_behind()) {
                    (None, false) => hearer.lost(frames, rate, "dropped", audience),
                    (before, _) => {
                        shed = Some((before.map_or(0, |(frames, _)| frames) + frames, rate));
                        Ok(())
                    }
                },
                Piece::Away { seconds } => hearer.gap(seconds, "away", audience),
            };
        });
        result?;
        if let Some((frames, rate)) = shed {
            hearer.lost(frames, rate, "behind", audience)?;
        }
        if is_lost {
            hearer.interrupt(audience)?;
        }
        if !heard {
            thread::park_timeout(PATIENCE);
        }
        Ok(())
    }

    /// Does what was asked for at the screen.
    fn heed(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Pause(rest)) => self.hearer.pause(rest, audience)?,
                Ok(Command::Mute(mute)) => self.hearer.mute(mute, audience)?,
                Ok(Command::AddPrompt(sentence)) => {
                    if let Some(author) = &self.author {
                        // A closed channel: the author's thread is gone with the screen.
                        let _ = author.sentences.send(sentence);
                    }
                }
                Ok(Command::Quit) => self.ending = Some(Ending::Quit),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        let Some(author) = &self.author else { return Ok(()) };
        while let Ok(authored) = author.embedded.try_recv() {
            let told = match authored {
                Ok(Authored { sentence, embedding, doubt }) => {
                    self.hearer.add_prompt(sentence, &embedding, audience)?;
                    doubt
                }
                Err(why) => Some(why),
            };
            if let Some(message) = told {
                let notice = Notice::new("prompt", true, message, self.hearer.position());
                audience.report(&Report::Notice(notice))?;
            }
        }
        Ok(())
    }

    fn tell_health(&mut self, now: Instant, audience: &mut dyn Audience) -> anyhow::Result<()> {
        let (Some(due), Some(every)) = (self.health_due, self.terms.health) else {
            return Ok(());
        };
        if now < due {
            return Ok(());
        }
        // After a machine slept, once is enough.
        self.health_due = Some(if now >= due + every { now + every } else { due + every });
        let health = self.health(audience);
        audience.report(&Report::Health(health))
    }

    fn health(&mut self, audience: &dyn Audience) -> Health {
        let settled = self.hearer.settle();
        let counts = self.hearer.counts();
        let (overruns, reconnects) = match &self.sound {
            Sound::Microphone(microphone) => {
                let totals = microphone.totals();
                (totals.overruns, totals.reconnects)
            }
            Sound::Input(_) => (0, 0),
        };
        Health {
            uptime_seconds: self.began.elapsed().as_secs_f64(),
            time: self.hearer.position(),
            heard_seconds: counts.heard,
            frames: counts.frames,
            lost_frames: counts.lost_frames,
            gaps: counts.gaps,
            missing_seconds: counts.missing,
            overruns,
            reconnects,
            steps: counts.steps,
            idle_steps: counts.idle_steps,
            unsaved_lines: audience.unsaved(),
            real_time_factor: settled.real_time_factor,
            cpu_share: settled.cpu_share,
            latency_ms: settled.latency_ms.map(|(median, _)| median),
            latency_p99_ms: settled.latency_ms.map(|(_, most)| most),
            rss_bytes: resident_bytes(),
        }
    }

    fn tell_moment(&self, audience: &mut dyn Audience) {
        let reconnects = match &self.sound {
            Sound::Microphone(microphone) => microphone.totals().reconnects,
            Sound::Input(_) => 0,
        };
        audience.moment(&Moment {
            position: self.hearer.position(),
            counts: self.hearer.counts(),
            reconnects,
            real_time_factor: self.hearer.real_time_factor(),
            paused: self.hearer.is_paused(),
            muted: self.hearer.is_muted(),
            link: &self.link,
            source: &self.source,
        });
    }
}

#[cfg(test)]
mod tests;
