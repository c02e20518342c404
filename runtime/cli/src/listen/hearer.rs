//! Sound in, reports out: everything between the microphone and what is told of it.
//!
//! It opens no device and prints nothing, and whoever feeds it says when a sample was
//! captured, so that a recording fed at full speed and a microphone pass the same code.

use std::time::{Duration, Instant};

use anyhow::Context;
use half::f16;
use slap_edge::core::quality::{Report as QualityReport, Verdict};
use slap_edge::{Encoder, Event, Pcm, Screener, Summary};

use super::pace::{Pace, Settled};
use super::report::{Added, Gap, Idle, Report};
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

    /// What the latest step's sound is like, and whether someone speaks in it.
    fn step(&mut self, _quality: &QualityReport, _verdict: &Verdict, _speech: bool) {}

    /// Samples came in, interleaved, at `rate` frames a second in `channels` channels.
    fn sound(&mut self, _samples: &[f32], _rate: u32, _channels: u16) {}

    /// A frame of log-mel energies.
    fn frame(&mut self, _log_mel: &[f32]) {}

    /// How things stand; told several times a second.
    fn moment(&mut self, _moment: &Moment<'_>) {}

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
    /// Seconds heard, gaps not counted.
    pub heard: f64,
    /// Frames that came but were not scored.
    pub lost_frames: u64,
    /// Gaps.
    pub gaps: u64,
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
    /// Seconds heard before the current format began.
    heard_before: f64,
    /// Nobody speaks, and that was told.
    idle: bool,
    /// Since when scoring rests because someone asked for it.
    paused: Option<f64>,
    /// What comes in is replaced by silence.
    muted: bool,
    silence: Vec<f32>,
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
            idle: false,
            paused: None,
            muted: false,
            silence: Vec::new(),
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
        self.paused.is_some()
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
            self.frames = 0;
            self.format = Some(format);
        }
        let frames = (samples.len() / usize::from(channels.max(1))) as u64;
        self.frames += frames;
        self.counts.frames += frames;
        let seconds = frames as f64 / f64::from(rate);
        // From whole counts: sums of many small lengths would drift.
        self.counts.heard = self.heard_before + self.frames as f64 / f64::from(rate);
        audience.sound(samples, rate, channels);
        if self.paused.is_some() {
            return Ok(());
        }
        let mut silence = std::mem::take(&mut self.silence);
        let heard = match self.muted {
            true => {
                silence.clear();
                silence.resize(samples.len(), 0.0);
                &silence
            }
            false => samples,
        };
        let began = Instant::now();
        let told = self.listen(captured, audience, |screener, sink| {
            screener.push(Pcm::F32(heard), rate, channels, sink)
        });
        self.pace.spend(began.elapsed(), seconds);
        self.silence = silence;
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
        if self.paused.is_none() {
            self.miss(seconds, audience)?;
        }
        self.base += seconds;
        self.counts.gaps += 1;
        audience.report(&Report::Gap(Gap { start, end: start + seconds, reason }))
    }

    /// Rests, or goes on. What comes in while it rests becomes a gap.
    ///
    /// # Errors
    ///
    /// As [`Hearer::samples`].
    pub fn pause(&mut self, rest: bool, audience: &mut dyn Audience) -> anyhow::Result<()> {
        match (rest, self.paused) {
            (true, None) => self.paused = Some(self.position()),
            (false, Some(start)) => {
                self.paused = None;
                let end = self.position();
                self.miss(end - start, audience)?;
                self.counts.gaps += 1;
                audience.report(&Report::Gap(Gap { start, end, reason: "paused" }))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Hears silence instead of what comes in, or hears it again.
    pub fn mute(&mut self, mute: bool) {
        self.muted = mute;
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
        self.pause(false, audience)?;
        self.listen(Instant::now(), audience, |screener, sink| screener.finish(sink))
    }

    /// Tells the screener that sound is missing.
    fn miss(&mut self, seconds: f64, audience: &mut dyn Audience) -> anyhow::Result<()> {
        self.listen(Instant::now(), audience, |screener, sink| screener.skip(seconds, sink))
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
        let Self { screener, live, hop, counts, pace, idle, .. } = self;
        let mut told = Ok(());
        let fed = feed(screener, &mut |event| {
            if told.is_ok() {
                told = tell(&event, *hop, counts, idle, audience, |end| {
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
    idle: &mut bool,
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
            audience.step(step.quality, step.verdict, false);
            match std::mem::replace(idle, true) {
                true => Ok(()),
                false => audience.report(&Report::Idle(Idle { start: step.start })),
            }
        }
        Event::Segment(segment) => {
            *idle = false;
            let nth = counts.steps;
            counts.steps += 1;
            audience.step(segment.quality, segment.verdict, true);
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
