//! Items worked on side by side, and told of in their own order.
//!
//! Whoever works on an item whose turn it is speaks to the listener as things happen; what is
//! said of the items behind it waits. Both how many items wait and how much is said of each
//! are bounded, so a listener, or an item, that takes long costs time and not memory.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, anyhow, bail};

#[cfg(test)]
mod tests;

/// What is done with each item.
pub trait Work: Sync {
    /// What is worked on.
    type Item: Sync;
    /// What one worker needs for itself.
    type State: Send;
    /// What is told of an item.
    type Message: Send;

    /// What a further worker needs; `None` where it cannot be had.
    fn state(&self) -> Option<Self::State>;

    /// Works on `item`.
    ///
    /// # Errors
    ///
    /// Those of the teller, which end everything. What is wrong with the item is a message.
    fn work(
        &self,
        state: &mut Self::State,
        item: &Self::Item,
        teller: &mut Teller<'_, Self::Message>,
    ) -> anyhow::Result<()>;

    /// What is told of `item` where the work on it panicked.
    fn lost(&self, item: &Self::Item) -> Self::Message;
}

/// How many items are worked on at once, and how far ahead of what is told.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Items worked on at once, at least 1.
    pub jobs: usize,
    /// Items that may be begun behind the one whose turn it is.
    pub ahead: usize,
    /// Messages of one item that may wait for its turn, at least 1. A worker with more of
    /// them waits, too.
    pub messages: usize,
}

/// Why work ends early. Nobody is left to read it.
const UNHEARD: &str = "nobody listens any more";

/// Speaks to the listener, at once or when it is the item's turn.
pub struct Teller<'a, M> {
    tell: &'a mut dyn FnMut(M) -> anyhow::Result<()>,
    over: &'a AtomicBool,
}

impl<M> Teller<'_, M> {
    /// Tells `message`.
    ///
    /// # Errors
    ///
    /// When the listener can take no more.
    pub fn tell(&mut self, message: M) -> anyhow::Result<()> {
        (self.tell)(message)
    }

    /// Whether there is still a listener, for work that has nothing to tell for long.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.over.load(Ordering::Relaxed) {
            bail!(UNHEARD);
        }
        Ok(())
    }
}

/// Does `work` on each of `items` and gives `take` what is told, item by item in their order.
///
/// One job is done by the calling thread, with `state`. More are done by threads of their
/// own: there, a panic costs the item it happens in, and no other.
///
/// # Errors
///
/// The first of `take`, which ends everything; or when the system gives no thread at all.
pub fn in_order<W: Work>(
    work: &W,
    state: W::State,
    items: &[W::Item],
    pace: Pace,
    mut take: impl FnMut(&W::Item, W::Message) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let over = AtomicBool::new(false);
    if pace.jobs <= 1 {
        let mut state = state;
        return items.iter().try_for_each(|item| {
            let mut tell = |message| take(item, message);
            work.work(&mut state, item, &mut Teller { tell: &mut tell, over: &over })
        });
    }
    thread::scope(|scope| {
        let (desk, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut workers = Vec::new();
        let mut state = Some(state);
        for number in 1..=pace.jobs {
            let (state, queue, over) = (state.take(), Arc::clone(&queue), &over);
            let thread = thread::Builder::new().name(format!("worker {number}"));
            match thread.spawn_scoped(scope, move || attend(work, state, &queue, over)) {
                Ok(worker) => workers.push(worker),
                Err(error) if workers.is_empty() => {
                    return Err(error).context("no thread can be started; try --jobs 1");
                }
                // Those that there are do the work.
                Err(_) => break,
            }
        }
        // Held by the workers alone, it ends with the last of them.
        drop(queue);
        let result = listen(work, items, pace, &desk, &mut take);
        over.store(true, Ordering::Relaxed);
        drop(desk);
        for worker in workers {
            // One that panicked has left its item lost, which was told.
            let _ = worker.join();
        }
        result
    })
}

/// An item, and where what is told of it goes.
type Job<'a, W> = (&'a <W as Work>::Item, SyncSender<Told<<W as Work>::Message>>);

/// What comes from a worker. One that panics falls silent before the end.
enum Told<M> {
    Message(M),
    End,
}

/// Hands out the items and takes what is told of them, in their order.
fn listen<'a, W: Work>(
    work: &W,
    items: &'a [W::Item],
    pace: Pace,
    desk: &mpsc::Sender<Job<'a, W>>,
    take: &mut impl FnMut(&W::Item, W::Message) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut begun: VecDeque<Receiver<Told<W::Message>>> = VecDeque::new();
    let mut waiting = items.iter();
    for item in items {
        while begun.len() <= pace.ahead
            && let Some(next) = waiting.next()
        {
            // The end has a place of its own, so that no worker waits to say it.
            let (teller, told) = mpsc::sync_channel(pace.messages + 1);
            // Where no worker is left, the item is lost, which is told in its turn.
            let _ = desk.send((next, teller));
            begun.push_back(told);
        }
        let Some(told) = begun.pop_front() else { break };
        loop {
            match told.recv() {
                Ok(Told::Message(message)) => take(item, message)?,
                Ok(Told::End) => break,
                Err(_) => {
                    take(item, work.lost(item))?;
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Works on one item after the other until there are no more, or nobody listens.
fn attend<W: Work>(
    work: &W,
    mut state: Option<W::State>,
    queue: &Mutex<Receiver<Job<'_, W>>>,
    over: &AtomicBool,
) {
    while !over.load(Ordering::Relaxed) {
        let Some(mut current) = state.take().or_else(|| work.state()) else { return };
        let Some((item, teller)) = next(queue) else { return };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let mut tell =
                |message| teller.send(Told::Message(message)).map_err(|_| anyhow!(UNHEARD));
            work.work(&mut current, item, &mut Teller { tell: &mut tell, over })
        }));
        // What a panic leaves behind is not gone on with.
        if ended.is_ok() {
            let _ = teller.send(Told::End);
            state = Some(current);
        }
    }
}

fn next<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
