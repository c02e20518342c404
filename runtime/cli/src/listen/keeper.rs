//! The disposable thread that owns a stream.
//!
//! Opening and closing can block for ever: ALSA's way to a sound server that has died never
//! returns from closing. So each stream lives on a thread of its own, with the audio system's
//! handles, and nobody waits for that thread. One that does not end is given up.

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Device, HostId, SampleFormat, Stream};

use super::capture::{Counters, Layout, Lease, Producer, Tap};
use super::device::{self, DeviceError};

/// How long the audio system may take to set up a stream, where it keeps to limits at all.
const BUILD: Duration = Duration::from_secs(2);

/// What a broken stream sleeps between two errors: ALSA reports the same one for ever.
const BREATH: Duration = Duration::from_millis(20);

/// How long the callback may take to let go of its queue once the stream is closed.
const HOMECOMING: Duration = Duration::from_secs(1);

/// What to open.
#[derive(Clone, Debug)]
pub struct Order {
    /// The input, by id, name or part of a name; `None` for the default.
    pub device: Option<String>,
    /// The audio systems to ask, in this order.
    pub hosts: Vec<HostId>,
    /// The number of the stream.
    pub stream: u32,
    /// How many times larger than usual the buffer is.
    pub slack: u32,
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The audio system.
    pub host: HostId,
    /// What the audio system calls the input.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Frames a second, Hz.
    pub rate: u32,
    /// Interleaved channels.
    pub channels: u16,
    /// How a sample is stored.
    pub format: SampleFormat,
    /// Frames a callback, where the audio system says so.
    pub period: Option<u32>,
    /// How long it took.
    pub took: Duration,
}

/// A stream, seen from outside its thread.
pub struct Keeper {
    thread: JoinHandle<Option<Producer>>,
    reports: Receiver<Result<Opened, DeviceError>>,
    close: Option<Sender<()>>,
    /// What the stream counts.
    pub counters: Arc<Counters>,
    /// The number of the stream.
    pub stream: u32,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counters = &self.counters;
        f.debug_struct("Keeper")
            .field("stream", &self.stream)
            .field("counters", counters)
            .finish()
    }
}

impl Keeper {
    /// Opens a stream that writes to `producer` and wakes `worker`. Returns at once.
    ///
    /// # Errors
    ///
    /// When the system gives no thread; the producer comes back.
    pub fn start(
        order: Order,
        producer: Producer,
        base: Instant,
        worker: Thread,
    ) -> Result<Self, Option<Producer>> {
        let counters = Arc::new(Counters::new(base));
        let (report, reports) = mpsc::channel();
        let (close, closing) = mpsc::channel();
        let stream = order.stream;
        let counted = Arc::clone(&counters);
        // Where no thread can be had, what was to move into it is lost, except this way.
        let handover = Arc::new(Mutex::new(Some(producer)));
        let taken = Arc::clone(&handover);
        let keep = move || {
            let producer = take(&taken)?;
            let (home, homecoming) = mpsc::channel();
            let lease = Lease::new(producer, home);
            let opened = open(&order, lease, &counted, &worker);
            let result = opened.map(|(stream, device, opened)| {
                let _ = report.send(Ok(opened));
                worker.unpark();
                // Ends with a word or when the other side is gone.
                let _ = closing.recv();
                drop(stream);
                drop(device);
            });
            if let Err(error) = result {
                let _ = report.send(Err(error));
                worker.unpark();
            }
            homecoming.recv_timeout(HOMECOMING).ok()
        };
        match thread::Builder::new().name("microphone".to_owned()).spawn(keep) {
            Ok(thread) => Ok(Self { thread, reports, close: Some(close), counters, stream }),
            Err(_) => Err(take(&handover)),
        }
    }

    /// How opening went, once, when it is known.
    pub fn report(&self) -> Option<Result<Opened, DeviceError>> {
        self.reports.try_recv().ok()
    }

    /// Has the stream closed. Returns at once; see [`Keeper::is_gone`].
    pub fn close(&mut self) {
        self.close = None;
    }

    /// Whether everything is closed and the thread has ended.
    pub fn is_gone(&self) -> bool {
        self.thread.is_finished()
    }

    /// The queue, where it came home. Does not wait if [`Keeper::is_gone`].
    pub fn into_producer(self) -> Option<Producer> {
        self.thread.join().ok().flatten()
    }
}

fn take(slot: &Mutex<Option<Producer>>) -> Option<Producer> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn open(
    order: &Order,
    lease: Lease,
    counters: &Arc<Counters>,
    worker: &Thread,
) -> Result<(Stream, Device, Opened), DeviceError> {
    let began = Instant::now();
    let input = device::find(order.device.as_deref(), &order.hosts)?;
    let choice = input.choose(order.slack)?;
    let config = choice.config;
    let layout =
        Layout { stream: order.stream, rate: config.sample_rate, channels: config.channels };
    let mut tap = Tap::new(lease, Arc::clone(counters), layout, worker.clone());
    let (faults, waiting) = (Arc::clone(counters), worker.clone());
    let refused = |error: cpal::Error| DeviceError::refused(&input.name, &error);
    let stream = input
        .device
        .build_input_stream_raw(
            config,
            choice.format,
            move |data, info| tap.call(data, info),
            move |error| {
                if faults.report(error.kind()) {
                    waiting.unpark();
                    thread::sleep(BREATH);
                }
            },
            Some(BUILD),
        )
        .map_err(refused)?;
    stream.play().map_err(refused)?;
    let period = stream.buffer_size().ok();
    let opened = Opened {
        host: input.host,
        id: input.id,
        name: input.name,
        rate: config.sample_rate,
        channels: config.channels,
        format: choice.format,
        period,
        took: began.elapsed(),
    };
    Ok((stream, input.device, opened))
}
