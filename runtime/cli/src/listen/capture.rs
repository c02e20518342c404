//! What runs on the audio system's thread: samples into a queue, and counting.
//!
//! The audio system calls a [`Tap`] when it has sound. The tap converts and copies, counts
//! what did not fit and returns; it waits for nobody, allocates nothing and prints nothing,
//! which [`tripwire`] proves.

mod convert;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::Thread;
use std::time::{Duration, Instant};

use cpal::{Data, InputCallbackInfo, SampleFormat};
use heapless::spsc::{self, Queue};

use super::tripwire;

/// Samples in a full block.
pub const BLOCK: usize = 512;

/// Blocks that wait for the worker at most: 2.7 s at 48 kHz with two channels, 1 MiB.
const BLOCKS: usize = 512;

/// Samples as they came, interleaved and converted, with what there is to know of them.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    samples: [f32; BLOCK],
    len: u16,
    /// Interleaved channels.
    pub channels: u16,
    /// Frames a second, Hz.
    pub rate: u32,
    /// Frames that are missing before the first of these.
    pub lost: u32,
    /// Which stream they came from; each has its own number.
    pub stream: u32,
    /// When the last of them was captured, as nanoseconds since [`Counters::base`].
    pub captured: u64,
}

impl Block {
    /// The samples, whole frames.
    pub fn samples(&self) -> &[f32] {
        self.samples.get(..usize::from(self.len)).unwrap_or(&self.samples)
    }

    /// How many frames there are.
    pub fn frames(&self) -> u64 {
        u64::from(self.len) / u64::from(self.channels.max(1))
    }
}

/// The end of a queue that a tap writes to.
pub type Producer = spsc::Producer<'static, Block>;

/// The end that the worker reads from.
pub type Consumer = spsc::Consumer<'static, Block>;

/// A new queue. Its memory is never given back: a stream that cannot be closed may hold it
/// for as long as the program runs.
pub fn queue() -> (Producer, Consumer) {
    Box::leak(Box::new(Queue::<Block, BLOCKS>::new())).split()
}

/// Why a stream ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Loss {
    /// The device went away.
    Device = 1,
    /// The audio system went away, or closed the stream.
    Stream = 2,
    /// Anything else.
    Other = 3,
}

impl Loss {
    /// What an error that the audio system reports of a running stream means to it; `None`
    /// where it goes on.
    pub fn of(kind: cpal::ErrorKind) -> Option<Self> {
        use cpal::ErrorKind as Kind;
        match kind {
            Kind::Xrun | Kind::RealtimeDenied | Kind::DeviceChanged => None,
            Kind::DeviceNotAvailable => Some(Self::Device),
            Kind::StreamInvalidated | Kind::HostUnavailable => Some(Self::Stream),
            _ => Some(Self::Other),
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Device, Self::Stream, Self::Other].into_iter().find(|it| *it as u8 == code)
    }
}

/// What is counted of one stream. One thread writes, any may read, nobody waits.
#[derive(Debug)]
pub struct Counters {
    base: Instant,
    frames: AtomicU64,
    lost: AtomicU64,
    overruns: AtomicU64,
    worst: AtomicU64,
    last: AtomicU64,
    fault: AtomicU8,
}

impl Counters {
    /// Nothing yet; instants count from `base`.
    pub fn new(base: Instant) -> Self {
        Self {
            base,
            frames: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            overruns: AtomicU64::new(0),
            worst: AtomicU64::new(0),
            last: AtomicU64::new(0),
            fault: AtomicU8::new(0),
        }
    }

    /// When the latest callback came and the frames up to it, lost ones included; the two
    /// may belong to neighbouring callbacks.
    pub fn latest(&self) -> Option<(Duration, u64)> {
        let last = self.last.load(Ordering::Acquire);
        let frames = self.frames.load(Ordering::Relaxed);
        (last > 0).then_some((Duration::from_nanos(last), frames))
    }

    /// Frames for which the queue had no room.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Times that the audio system itself reported a loss.
    pub fn overruns(&self) -> u64 {
        self.overruns.load(Ordering::Relaxed)
    }

    /// The longest that a callback took.
    pub fn worst(&self) -> Duration {
        Duration::from_nanos(self.worst.load(Ordering::Relaxed))
    }

    /// Why the stream ended, if it did.
    pub fn fault(&self) -> Option<Loss> {
        Loss::from_code(self.fault.load(Ordering::Acquire))
    }

    /// Takes down an error that the audio system reports; whether it ended the stream.
    pub fn report(&self, kind: cpal::ErrorKind) -> bool {
        if kind == cpal::ErrorKind::Xrun {
            self.overruns.fetch_add(1, Ordering::Relaxed);
        }
        let loss = Loss::of(kind);
        if let Some(loss) = loss {
            self.fault.store(loss as u8, Ordering::Release);
        }
        loss.is_some()
    }

    fn now(&self) -> u64 {
        nanoseconds(self.base.elapsed())
    }
}

/// A producer that goes home when the audio system drops the callback that holds it.
pub struct Lease {
    producer: Option<Producer>,
    home: mpsc::Sender<Producer>,
}

impl Lease {
    /// Lends out `producer`.
    pub fn new(producer: Producer, home: mpsc::Sender<Producer>) -> Self {
        Self { producer: Some(producer), home }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("held", &self.producer.is_some()).finish()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(producer) = self.producer.take() {
            let _ = self.home.send(producer);
        }
    }
}

/// How a stream is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Which stream it is.
    pub stream: u32,
    /// Frames a second, Hz.
    pub rate: u32,
    /// Interleaved channels, 1 to [`BLOCK`].
    pub channels: u16,
}

/// The audio callback.
#[derive(Debug)]
pub struct Tap {
    lease: Lease,
    counters: Arc<Counters>,
    layout: Layout,
    worker: Thread,
    /// Frames lost since the last block that found room.
    missing: u32,
    provoked: bool,
}

impl Tap {
    /// A callback of the stream `layout`, which wakes `worker` when it has written.
    pub fn new(lease: Lease, counters: Arc<Counters>, layout: Layout, worker: Thread) -> Self {
        Self { lease, counters, layout, worker, missing: 0, provoked: tripwire::is_provoked() }
    }

    /// Whether samples stored like this can be taken.
    pub fn takes(format: SampleFormat) -> bool {
        use SampleFormat as Format;
        matches!(
            format,
            Format::U8
                | Format::I8
                | Format::I16
                | Format::U16
                | Format::I24
                | Format::U24
                | Format::I32
                | Format::U32
                | Format::F32
                | Format::F64
        )
    }

    /// Takes what the audio system has.
    pub fn call(&mut self, data: &Data, info: &InputCallbackInfo) {
        let stamp = info.timestamp();
        let age = stamp.callback.saturating_duration_since(stamp.capture);
        match data.sample_format() {
            SampleFormat::U8 => self.take(data.as_slice(), age, convert::u8),
            SampleFormat::I8 => self.take(data.as_slice(), age, convert::i8),
            SampleFormat::I16 => self.take(data.as_slice(), age, convert::i16),
            SampleFormat::U16 => self.take(data.as_slice(), age, convert::u16),
            SampleFormat::I24 => self.take(data.as_slice(), age, convert::i24),
            SampleFormat::U24 => self.take(data.as_slice(), age, convert::u24),
            SampleFormat::I32 => self.take(data.as_slice(), age, convert::i32),
            SampleFormat::U32 => self.take(data.as_slice(), age, convert::u32),
            SampleFormat::F32 => self.take(data.as_slice(), age, |sample: f32| sample),
            SampleFormat::F64 => self.take(data.as_slice(), age, |sample: f64| sample as f32),
            // Refused before the stream was opened.
            _ => {}
        }
    }

    /// Takes interleaved samples, the first of which was captured `age` ago.
    fn take<S: Copy>(&mut self, data: Option<&[S]>, age: Duration, convert: impl Fn(S) -> f32) {
        let Some(data) = data else { return };
        tripwire::armed(|| {
            if self.provoked {
                drop(std::hint::black_box(Box::new(self.missing)));
            }
            self.write(data, age, convert);
            self.worker.unpark();
        });
    }

    fn write<S: Copy>(&mut self, data: &[S], age: Duration, convert: impl Fn(S) -> f32) {
        let began = self.counters.now();
        let Some(queue) = self.lease.producer.as_mut() else { return };
        let Layout { stream, rate, channels } = self.layout;
        let width = usize::from(channels.max(1));
        let frames = data.len() / width;
        let length = |frames: usize| frames as u64 * 1_000_000_000 / u64::from(rate.max(1));
        // Without timestamps, the last frame counts as captured just now.
        let newest = nanoseconds(age).saturating_sub(length(frames));
        let mut rest = frames;
        let mut dropped = 0;

        for piece in data.chunks(BLOCK - BLOCK % width) {
            let count = piece.len() / width;
            rest = rest.saturating_sub(count);
            let mut block = Block {
                samples: [0.0; BLOCK],
                len: (count * width) as u16,
                channels,
                rate,
                lost: self.missing,
                stream,
                captured: began.saturating_sub(newest.saturating_add(length(rest))),
            };
            for (to, from) in block.samples.iter_mut().zip(piece) {
                *to = convert(*from);
            }
            if queue.enqueue(block).is_ok() {
                self.missing = 0;
            } else {
                self.missing = self.missing.saturating_add(count as u32);
                dropped += count as u64;
            }
        }

        let counters = &self.counters;
        counters.lost.fetch_add(dropped, Ordering::Relaxed);
        counters.frames.fetch_add(frames as u64, Ordering::Relaxed);
        let ended = counters.now();
        counters.worst.fetch_max(ended.saturating_sub(began), Ordering::Relaxed);
        counters.last.store(ended.max(1), Ordering::Release);
    }
}

/// Whole nanoseconds; as many as there can be of a longer time.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
