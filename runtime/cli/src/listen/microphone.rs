//! A microphone that is there whenever it can be: opened, watched, closed and opened again.
//!
//! One thread calls [`Microphone::poll`] and [`Microphone::take`] in turn. Neither waits:
//! whatever can block is on the thread of a [`Keeper`]. The audio callback and the keeper
//! unpark the thread that polls, so it may park between turns; a twentieth of a second is a
//! good limit.

mod notice;

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use cpal::HostId;

use super::capture::{self, Block, Consumer, Counters, Producer};
use super::device::DeviceError;
use super::keeper::{Keeper, Opened, Order};
use super::watchdog::{Action, Refusal, Sight, Watchdog, Word};

pub use notice::Notice;

/// How long closing may take at the end.
const CLOSING: Duration = Duration::from_millis(900);

/// What comes out of a microphone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    /// Sound, whole interleaved frames.
    Samples {
        /// The samples, full scale at 1.
        samples: &'a [f32],
        /// Frames a second, Hz.
        rate: u32,
        /// Interleaved channels.
        channels: u16,
        /// How long ago the last of them was captured, as well as the audio system knows.
        age: Duration,
    },
    /// Frames were dropped before the next samples, because nobody took them in time.
    Lost {
        /// How many.
        frames: u64,
        /// Frames a second, Hz.
        rate: u32,
    },
    /// There was no stream; what comes next may be laid out in another way.
    Away {
        /// The time between the last sample and the next one.
        seconds: f64,
    },
}

/// What was counted since the beginning, over all streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Frames handed out.
    pub frames: u64,
    /// Frames dropped because nobody took them in time.
    pub lost_frames: u64,
    /// Losses that the audio system itself reported.
    pub overruns: u64,
    /// Times that a stream was opened after the first.
    pub reconnects: u64,
    /// Streams that did not let themselves be closed in time.
    pub stuck: u64,
    /// The longest that the audio callback took.
    pub worst_callback: Duration,
}

/// The microphone. See the module's documentation.
pub struct Microphone {
    device: Option<String>,
    base: Instant,
    dog: Watchdog,
    streams: u32,
    /// Streams that were opened.
    successes: u64,
    /// The audio system that last worked.
    host: Option<HostId>,

    /// The stream that is being opened or runs.
    keeper: Option<Keeper>,
    opened: Option<Opened>,
    /// Opening failed before it began.
    failed: bool,
    /// The stream that is being closed and still holds the queue.
    closing: Option<Keeper>,
    /// Streams that did not close in time, with their queues.
    stuck: Vec<(Keeper, Consumer)>,
    /// Queues of such streams that closed after all.
    spare: Vec<(Producer, Consumer)>,
    producer: Option<Producer>,
    consumer: Consumer,

    heard: Heard,
    totals: Totals,
}

/// What was handed out last.
#[derive(Debug, Default)]
struct Heard {
    stream: Option<u32>,
    /// When the last sample was captured, as nanoseconds since the beginning.
    until: u64,
    /// How long nothing but zeros has come.
    silent: Duration,
    frames: u64,
}

impl fmt::Debug for Microphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = f.debug_struct("Microphone");
        it.field("device", &self.device).field("opened", &self.opened);
        it.field("totals", &self.totals()).finish()
    }
}

impl Microphone {
    /// A microphone found by its id, name or part of its name, or else the default one.
    /// Nothing is opened yet.
    pub fn new(device: Option<String>) -> Self {
        let (producer, consumer) = capture::queue();
        Self {
            device,
            base: Instant::now(),
            dog: Watchdog::new(),
            streams: 0,
            successes: 0,
            host: None,
            keeper: None,
            opened: None,
            failed: false,
            closing: None,
            stuck: Vec::new(),
            spare: Vec::new(),
            producer: Some(producer),
            consumer,
            heard: Heard::default(),
            totals: Totals::default(),
        }
    }

    /// Starts, watches, closes and reopens the stream, without waiting for any of it. A kind
    /// of trouble is told once until sound comes again.
    pub fn poll(&mut self, now: Instant, tell: &mut dyn FnMut(Notice)) {
        self.collect();
        let sight = self.look();
        let mut words = Vec::new();
        let now = now.saturating_duration_since(self.base);
        let action = self.dog.step(now, &sight, &mut |word| words.push(word));
        for word in words {
            if let Some(notice) = self.notice(word) {
                tell(notice);
            }
        }
        match action {
            Action::Wait => {}
            Action::Open { loyal, slack } => self.open(loyal, slack),
            Action::Close => {
                self.opened = None;
                if let Some(mut keeper) = self.keeper.take() {
                    keeper.close();
                    self.closing = Some(keeper);
                }
            }
        }
    }

    /// Hands out what is there now, in order, without waiting for more.
    pub fn take(&mut self, take: &mut dyn FnMut(Piece<'_>)) {
        let now = capture::nanoseconds(self.base.elapsed());
        for (_, consumer) in &mut self.stuck {
            while let Some(block) = consumer.dequeue() {
                // What an abandoned stream still delivers is out of order by now.
                if self.heard.stream.is_none_or(|heard| block.stream >= heard) {
                    self.heard.hand_out(&block, now, take);
                }
            }
        }
        while let Some(block) = self.consumer.dequeue() {
            self.heard.hand_out(&block, now, take);
        }
    }

    /// What was counted since the beginning.
    pub fn totals(&self) -> Totals {
        let reconnects = self.successes.saturating_sub(1);
        let mut totals = Totals { frames: self.heard.frames, reconnects, ..self.totals };
        for keeper in self.keeper.iter().chain(&self.closing) {
            totals.add(&keeper.counters);
        }
        totals
    }

    /// What is open now.
    #[cfg(test)]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// Closes everything, within a second: what has not closed by then is left to the end
    /// of the program.
    pub fn close(mut self) {
        let began = Instant::now();
        let mut keepers: Vec<Keeper> = self.keeper.take().into_iter().collect();
        keepers.extend(self.closing.take());
        for keeper in &mut keepers {
            keeper.close();
        }
        while began.elapsed() < CLOSING && !keepers.iter().all(Keeper::is_gone) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Takes back the queues of streams that have closed.
    fn collect(&mut self) {
        if let Some(keeper) = self.closing.take_if(|keeper| keeper.is_gone()) {
            self.totals.add(&keeper.counters);
            self.producer = keeper.into_producer();
        }
        let (gone, still) =
            std::mem::take(&mut self.stuck).into_iter().partition(|(it, _)| it.is_gone());
        self.stuck = still;
        let gone: Vec<(Keeper, Consumer)> = gone;
        for (keeper, mut consumer) in gone {
            while consumer.dequeue().is_some() {}
            let pair = keeper.into_producer().map(|producer| (producer, consumer));
            self.spare.extend(pair);
        }
    }

    fn look(&mut self) -> Sight {
        let mut sight = Sight {
            home: self.producer.is_some(),
            stuck: u32::try_from(self.stuck.len()).unwrap_or(u32::MAX),
            ..Sight::default()
        };
        if std::mem::take(&mut self.failed) {
            sight.opened = Some(Err(Refusal {
                code: "no_thread",
                reason: "the system gives no thread to listen on".to_owned(),
                is_final: false,
            }));
        }
        let Some(keeper) = &self.keeper else { return sight };
        sight.fault = keeper.counters.fault();
        sight.latest = keeper.counters.latest();
        if self.heard.stream == Some(keeper.stream) {
            sight.silent = Some(self.heard.silent);
        }
        sight.opened = keeper.report().map(|report| match report {
            Ok(opened) => {
                let rate = opened.rate;
                self.host = Some(opened.host);
                self.opened = Some(opened);
                Ok(rate)
            }
            Err(error) => Err(refusal(&error)),
        });
        sight
    }

    fn open(&mut self, loyal: bool, slack: u32) {
        let producer = match self.producer.take() {
            Some(producer) => producer,
            None => {
                let (producer, consumer) = self.spare.pop().unwrap_or_else(capture::queue);
                let old = std::mem::replace(&mut self.consumer, consumer);
                if let Some(keeper) = self.closing.take() {
                    self.totals.add(&keeper.counters);
                    self.totals.stuck += 1;
                    self.stuck.push((keeper, old));
                }
                producer
            }
        };
        self.streams = self.streams.wrapping_add(1);
        let order = Order {
            device: self.device.clone(),
            hosts: hosts(cpal::ALL_HOSTS, self.host, loyal),
            stream: self.streams,
            slack,
        };
        match Keeper::start(order, producer, self.base, thread::current()) {
            Ok(keeper) => self.keeper = Some(keeper),
            Err(producer) => {
                self.producer = producer;
                self.failed = true;
            }
        }
    }

    fn notice(&mut self, word: Word) -> Option<Notice> {
        Some(match word {
            Word::Listening => {
                let opened = self.opened.clone()?;
                self.successes += 1;
                Notice::Listening(opened)
            }
            Word::Lost(loss) => Notice::Lost(loss),
            Word::Stalled => Notice::Stalled,
            Word::NoAnswer => Notice::NoAnswer,
            Word::Refused(Refusal { code, reason, is_final }) => {
                Notice::Unavailable { code, reason, is_final }
            }
            Word::Silent => Notice::Silent,
            Word::Heard => Notice::Heard,
            Word::WrongRate { stated, got } => Notice::WrongRate { stated, got },
        })
    }
}

impl Totals {
    fn add(&mut self, counters: &Counters) {
        self.lost_frames += counters.lost();
        self.overruns += counters.overruns();
        self.worst_callback = self.worst_callback.max(counters.worst());
    }
}

impl Heard {
    fn hand_out(&mut self, block: &Block, now: u64, take: &mut dyn FnMut(Piece<'_>)) {
        let rate = f64::from(block.rate.max(1));
        let frames = block.frames();
        if self.stream.replace(block.stream).is_some_and(|before| before != block.stream) {
            let length = (frames + u64::from(block.lost)) as f64 / rate;
            let gap = block.captured.saturating_sub(self.until) as f64 / 1e9 - length;
            take(Piece::Away { seconds: gap.max(0.0) });
        }
        if block.lost > 0 {
            take(Piece::Lost { frames: u64::from(block.lost), rate: block.rate });
        }
        let samples = block.samples();
        if samples.iter().all(|sample| *sample == 0.0) {
            self.silent += Duration::from_secs_f64(frames as f64 / rate);
        } else {
            self.silent = Duration::ZERO;
        }
        self.until = block.captured;
        self.frames += frames;
        take(Piece::Samples {
            samples,
            rate: block.rate,
            channels: block.channels,
            age: Duration::from_nanos(now.saturating_sub(block.captured)),
        });
    }
}

fn refusal(error: &DeviceError) -> Refusal {
    Refusal { code: error.code(), reason: error.to_string(), is_final: error.is_final() }
}

/// The audio systems to ask: the `last` one that worked first, or alone.
fn hosts(all: &[HostId], last: Option<HostId>, loyal: bool) -> Vec<HostId> {
    match last {
        Some(last) if loyal => vec![last],
        Some(last) => {
            let others = all.iter().copied().filter(|host| *host != last);
            std::iter::once(last).chain(others).collect()
        }
        None => all.to_vec(),
    }
}

#[cfg(test)]
mod tests;
