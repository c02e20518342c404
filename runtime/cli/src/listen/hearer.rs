//! Sound in, reports out: everything between the microphone and what is told of it.
//!
//! It opens no device and prints nothing, and whoever feeds it says when a sample was
//! captured, so that a recording fed at full speed and a microphone pass the same code.

use std::time::{Duration, Instant};

use anyhow::Context;
use half::f16;
use slap_edge::core::quality::Verdict;
use slap_edge::{Encoder, Event, Pcm, Screener, Summary};

use super::pace::{Pace, Settled};
use super::report::{Added, Gap, Report, Turn};
use super::session::Moment;
use crate::output::convert;

/// Scoring that takes this share of the time of the sound is behind.
const BEHIND: f64 = 0.9;

/// Who is told.
pub trait Audience {
    /// Something happened.
    ///
    /// # Errors
    ///
    /// When it cannot be told any more, which ends the listening.
    fn report(&mut self, report: &Report) -> anyhow::Result<()>;

    /// How good the latest step's sound is, and whether someone speaks in it.
    fn step(&mut self, _verdict: &Verdict, _speech: bool) {}

    /// Samples came in, interleaved, at `rate` frames a second in `channels` channels.
    fn sound(&mut self, _samples: &[f32], _rate: u32, _channels: u16) {}

    /// A frame of log-mel energies.
    fn frame(&mut self, _log_mel: &[f32]) {}

    /// How things stand; told several times a second.
    fn moment(&mut self, _moment: &Moment<'_>) {}

    /// Nobody reads what is printed any more.
    fn reader_left(&mut self) {}

    /// Lines that could not be saved.
    fn unsaved(&self) -> u64 {
        0
    }
}

/// What was counted since the beginning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Frames heard.
    pub frames: u64,
    /// Seconds heard: gaps and rests not counted.
    pub heard: f64,
    /// Frames that came but were not scored.
    pub lost_frames: u64,
    /// Gaps.
    pub gaps: u64,
    /// Their length together, but for those that someone asked for, seconds.
    pub missing: f64,
    /// Steps of the tower.
    pub steps: u64,
    /// Steps left out because nobody spoke.
    pub idle_steps: u64,
}

/// Scores a stream that may have gaps, for as long as it takes.
#[derive(Debug)]
pub struct Hearer<E> {
    screener: Screener<E>,
    live: bool,
    /// Steps from one report to the next.
    hop: u64,
    counts: Counts,
    pace: Pace,
    format: Option<(u32, u16)>,
    /// Seconds of sound and gaps before the current format began, and frames since.
    base: f64,
    frames: u64,
    /// Seconds heard before the current format began, and frames heard since.
    heard_before: f64,
    format_frames: u64,
    /// When the latest sample was captured.
    captured: Option<Instant>,
    /// Whether somebody speaks, as was told last.
    speech: Option<bool>,
    /// Someone asked for scoring to rest, or not to be heard.
    paused: bool,
    muted: bool,
    /// Since when nothing is heard because of that, and its reason as it is told.
    rest: Option<(f64, &'static str)>,
}

impl<E: Encoder> Hearer<E> {
    /// Reports every `hop`th step of `screener`, 1 at least. Sound that is not `live` comes
    /// ahead of its time.
    pub fn new(screener: Screener<E>, hop: u64, live: bool) -> Self {
        Self {
            screener,
            live,
            hop: hop.max(1),
            counts: Counts::default(),
            pace: Pace::new(),
            format: None,
            base: 0.0,
            frames: 0,
            heard_before: 0.0,
            format_frames: 0,
            captured: None,
            speech: None,
            paused: false,
            muted: false,
            rest: None,
        }
    }

    /// What was counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The pace since this was last asked.
    pub fn settle(&mut self) -> Settled {
        self.pace.settle()
    }

    /// Seconds of computing per second of sound, lately.
    pub fn real_time_factor(&self) -> Option<f64> {
        self.pace.factor()
    }

    /// Scoring is slower than the sound.
    pub fn is_behind(&self) -> bool {
        self.pace.factor().is_some_and(|factor| factor > BEHIND)
    }

    /// Whether it rests because someone asked for it.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether silence is heard instead of what comes in.
    pub fn is_muted(&self) -> bool {
        self.muted
    }

    /// Where the stream is, in seconds of sound and gaps.
    pub fn position(&self) -> f64 {
        let rate = self.format.map_or(1, |(rate, _)| rate);
        self.base + self.frames as f64 / f64::from(rate)
    }

    /// Everything heard, as one clip.
    pub fn summary(&self) -> anyhow::Result<Summary> {
        self.screener.summary().context("what was heard cannot be scored as a whole")
    }

    /// Takes interleaved samples, the last of which was captured at `captured`.
    ///
    /// # Errors
    ///
    /// When the samples cannot be scored, or the audience left.
    pub fn samples(
        &mut self,
        samples: &[f32],
        rate: u32,
        channels: u16,
        captured: Instant,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        let format = (rate, channels);
        if self.format.is_some_and(|known| known != format) {
            self.miss(0.0, audience)?;
        }
        if self.format != Some(format) {
            self.base = self.position();
            self.heard_before = self.counts.heard;
            (self.frames, self.format_frames) = (0, 0);
            self.format = Some(format);
        }
        let frames = (samples.len() / usize::from(channels.max(1))) as u64;
        self.frames += frames;
        self.captured = Some(captured);
        if self.rest.is_some() {
            return Ok(());
        }
        audience.sound(samples, rate, channels);
        self.counts.frames += frames;
        self.format_frames += frames;
        // From whole counts: sums of many small lengths would drift.
        self.counts.heard = self.heard_before + self.format_frames as f64 / f64::from(rate);
        let seconds = frames as f64 / f64::from(rate);
        let began = Instant::now();
        let told = self.listen(captured, audience, |screener, sink| {
            screener.push(Pcm::F32(samples), rate, channels, sink)
        });
        self.pace.spend(began.elapsed(), seconds);
        told
    }

    /// Sound of `frames` frames is missing, for `reason`, before what comes next.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn lost(
        &mut self,
        frames: u64,
        rate: u32,
        reason: &'static str,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        self.counts.lost_frames += frames;
        self.gap(frames as f64 / f64::from(rate.max(1)), reason, audience)
    }

    /// Sound of `seconds` is missing, for `reason`, before what comes next.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn gap(
        &mut self,
        seconds: f64,
        reason: &'static str,
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        let start = self.position();
        self.base += seconds;
        if self.rest.is_some() {
            // It is a part of the gap that the rest becomes.
            return Ok(());
        }
        self.miss(seconds, audience)?;
        self.counts.gaps += 1;
        self.counts.missing += seconds;
        audience.report(&Report::Gap(Gap { start, end: start + seconds, reason }))
    }

    /// The sound stops, nobody knows for how long: what lasts is ended.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn interrupt(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        let start = self.position();
        self.listen(self.captured(), audience, |screener, sink| screener.interrupt(sink))?;
        match self.speech.replace(false) {
            Some(true) => audience.report(&Report::Idle(Turn { start })),
            _ => Ok(()),
        }
    }

    /// When the latest sample was captured, or now.
    pub fn captured(&self) -> Instant {
        self.captured.unwrap_or_else(Instant::now)
    }

    /// Rests, or goes on. What comes in while it rests becomes a gap.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn pause(&mut self, rest: bool, audience: &mut dyn Audience) -> anyhow::Result<()> {
        self.paused = rest;
        self.settle_rest(audience)
    }

    /// Hears nothing of what comes in, or hears it again. It becomes a gap.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn mute(&mut self, mute: bool, audience: &mut dyn Audience) -> anyhow::Result<()> {
        self.muted = mute;
        self.settle_rest(audience)
    }

    /// Begins or ends the rest as it is asked for.
    fn settle_rest(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        match (self.paused || self.muted, self.rest) {
            (true, None) => {
                self.interrupt(audience)?;
                let reason = if self.muted { "muted" } else { "paused" };
                self.rest = Some((self.position(), reason));
            }
            (false, Some((start, reason))) => {
                self.rest = None;
                let end = self.position();
                self.miss(end - start, audience)?;
                self.counts.gaps += 1;
                audience.report(&Report::Gap(Gap { start, end, reason }))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Scores one more sentence from here on.
    ///
    /// # Errors
    ///
    /// When the embedding is not of the tower's space, or the audience left.
    pub fn add_prompt(
        &mut self,
        text: String,
        embedding: &[f16],
        audience: &mut dyn Audience,
    ) -> anyhow::Result<()> {
        self.screener.add_prompt(&text, embedding).context("the sentence cannot be scored")?;
        audience.report(&Report::Added(Added { prompt: text, time: self.position() }))
    }

    /// The stream has ended.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn finish(&mut self, audience: &mut dyn Audience) -> anyhow::Result<()> {
        (self.paused, self.muted) = (false, false);
        self.settle_rest(audience)?;
        self.listen(self.captured(), audience, |screener, sink| screener.finish(sink))
    }

    /// Tells the screener that sound is missing.
    fn miss(&mut self, seconds: f64, audience: &mut dyn Audience) -> anyhow::Result<()> {
        self.listen(self.captured(), audience, |screener, sink| screener.skip(seconds, sink))
    }

    /// Runs `feed` and tells `audience` what the screener says meanwhile.
    fn listen(
        &mut self,
        captured: Instant,
        audience: &mut dyn Audience,
        feed: impl FnOnce(
            &mut Screener<E>,
            &mut dyn FnMut(Event<'_>),
        ) -> Result<(), slap_edge::ScreenError>,
    ) -> anyhow::Result<()> {
        let position = self.position();
        let Self { screener, live, hop, counts, pace, speech, .. } = self;
        let mut told = Ok(());
        let fed = feed(screener, &mut |event| {
            if told.is_ok() {
                told = tell(&event, *hop, counts, speech, audience, |end| {
                    // A microphone captured the end of the step before the latest sample.
                    let since = if *live { (position - end).max(0.0) } else { 0.0 };
                    let behind = Duration::from_secs_f64(since);
                    let latency = (captured.elapsed() + behind).as_secs_f64() * 1000.0;
                    pace.scored(latency);
                    latency
                });
            }
        });
        told?;
        fed.context("the sound cannot be scored")
    }
}

fn tell(
    event: &Event<'_>,
    hop: u64,
    counts: &mut Counts,
    speech: &mut Option<bool>,
    audience: &mut dyn Audience,
    latency: impl FnOnce(f64) -> f64,
) -> anyhow::Result<()> {
    match event {
        Event::Frame(frame) => {
            audience.frame(frame.log_mel);
            Ok(())
        }
        Event::Idle(step) => {
            counts.idle_steps += 1;
            audience.step(step.verdict, false);
            match speech.replace(false) {
                Some(false) => Ok(()),
                _ => audience.report(&Report::Idle(Turn { start: step.start })),
            }
        }
        Event::Segment(segment) => {
            if speech.replace(true) != Some(true) {
                audience.report(&Report::Speech(Turn { start: segment.start }))?;
            }
            let nth = counts.steps;
            counts.steps += 1;
            audience.step(segment.verdict, true);
            let latency = latency(segment.end);
            // The first score comes at once, and then every hop.
            match nth.is_multiple_of(hop) {
                true => convert::event(event).map_or(Ok(()), |happening| {
                    audience.report(&Report::happening(happening, latency))
                }),
                false => Ok(()),
            }
        }
        _ => convert::event(event)
            .map_or(Ok(()), |happening| audience.report(&Report::happening(happening, 0.0))),
    }
}
