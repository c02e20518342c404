//! Standard input as a source that can be waited for.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::Context;

use crate::audio::{Audio, AudioError, Description, Input, RawPcm};

/// Blocks that wait to be scored: reading goes on while a step runs, and stops when scoring
/// is slower, so that nothing is ever dropped.
const WAITING: usize = 4;

/// Standard input, read by a thread of its own so that signals and the clock are heeded
/// while nothing comes.
#[derive(Debug)]
pub struct Feed {
    blocks: Receiver<Fed>,
    description: Description,
}

/// What became of opening something that has to be waited for.
#[derive(Debug)]
pub enum Opening<T> {
    /// It is open.
    Opened(T),
    /// It was over before that.
    Over,
    /// It is no audio that this program knows.
    Failed(AudioError),
}

/// What came.
#[derive(Debug)]
pub enum Fed {
    /// Interleaved samples.
    Samples(Vec<f32>),
    /// Nothing so far.
    Waiting,
    /// The input ended; what was wrong with it but could be read past.
    Ended(Vec<String>),
    /// It cannot be read any further.
    Failed(AudioError),
}

impl Feed {
    /// Reads standard input; `raw` states the layout of headerless PCM. Waits for its first
    /// samples, unless `is_over` says that nobody waits any more.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn open(
        raw: Option<RawPcm>,
        mut is_over: impl FnMut() -> bool,
    ) -> anyhow::Result<Opening<Self>> {
        let (opened, opening) = sync_channel(1);
        let (sender, blocks) = sync_channel(WAITING);
        let reader = move || match Audio::open(&Input::Stdin, raw.as_ref()) {
            Ok(audio) => {
                if opened.send(Ok(audio.description().clone())).is_ok() {
                    pump(audio, &sender);
                }
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(reader)
            .context("no thread can be started to read standard input")?;
        while !is_over() {
            match opening.recv_timeout(Duration::from_millis(50)) {
                Ok(Ok(description)) => {
                    return Ok(Opening::Opened(Self { blocks, description }));
                }
                Ok(Err(error)) => return Ok(Opening::Failed(error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(Opening::Over)
    }

    /// What is read.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The next samples, waited for no longer than `patience`.
    pub fn next(&self, patience: Duration) -> Fed {
        match self.blocks.recv_timeout(patience) {
            Ok(fed) => fed,
            Err(RecvTimeoutError::Timeout) => Fed::Waiting,
            Err(RecvTimeoutError::Disconnected) => Fed::Ended(Vec::new()),
        }
    }
}

fn pump(mut audio: Audio, sender: &SyncSender<Fed>) {
    loop {
        let fed = match audio.next_block() {
            Ok(Some(block)) => Fed::Samples(block.to_vec()),
            Ok(None) => Fed::Ended(audio.warnings()),
            Err(error) => Fed::Failed(error),
        };
        let goes_on = matches!(fed, Fed::Samples(_));
        // The session may have ended before the input.
        if sender.send(fed).is_err() || !goes_on {
            return;
        }
    }
}
