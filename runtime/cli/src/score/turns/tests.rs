use std::panic::resume_unwind;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use super::*;

/// What one item is to do.
#[derive(Clone, Copy, Debug)]
struct Item {
    number: usize,
    messages: usize,
    /// It panics behind its messages.
    panics: bool,
    nap: Duration,
}

/// Work that says which item it is at, and the how manieth message this is.
#[derive(Default)]
struct Play {
    begun: AtomicUsize,
}

const LOST: usize = usize::MAX;

impl Work for Play {
    type Item = Item;
    /// The item before, which is to be finished.
    type State = Option<usize>;
    type Message = (usize, usize);

    fn state(&self) -> Option<Self::State> {
        Some(None)
    }

    fn work(
        &self,
        state: &mut Self::State,
        item: &Item,
        teller: &mut Teller<'_, Self::Message>,
    ) -> anyhow::Result<()> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        assert_eq!(state.replace(item.number), None, "the state of a panic is gone on with");
        for message in 0..item.messages {
            thread::sleep(item.nap);
            teller.tell((item.number, message))?;
        }
        if item.panics {
            // As a panic, but nothing is printed.
            resume_unwind(Box::new(()));
        }
        *state = None;
        Ok(())
    }

    fn lost(&self, item: &Item) -> Self::Message {
        (item.number, LOST)
    }
}

/// A small linear congruential generator: numbers below `bound`, the same every time.
fn dice(mut state: u32) -> impl FnMut(usize) -> usize {
    move |bound| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % bound
    }
}

#[test]
fn everything_is_told_in_order_and_nothing_runs_far_ahead() {
    for seed in 0..200 {
        let mut below = dice(seed);
        let pace = Pace { jobs: 1 + below(6), ahead: 1 + below(8), messages: 1 + below(4) };
        let items: Vec<Item> = (0..below(30))
            .map(|number| Item {
                number,
                messages: below(8),
                panics: pace.jobs > 1 && below(4) == 0,
                nap: Duration::from_micros(below(3) as u64 * below(200) as u64),
            })
            .collect();
        let expected: Vec<(usize, usize)> = items
            .iter()
            .flat_map(|item| {
                let messages = (0..item.messages).map(|message| (item.number, message));
                messages.chain(item.panics.then_some((item.number, LOST)))
            })
            .collect();
        let play = Play::default();
        let mut taken = Vec::new();
        in_order(&play, None, &items, pace, |item, message| {
            let begun = play.begun.load(Ordering::SeqCst);
            assert!(
                begun <= item.number + 1 + pace.ahead,
                "{begun} begun at {item:?}: {pace:?}"
            );
            taken.push(message);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, expected, "{pace:?}");
        assert_eq!(play.begun.load(Ordering::SeqCst), items.len());
    }
}

/// Items that wait for one another, and fail if that takes too long.
struct Waits<'a> {
    count: &'a AtomicUsize,
    /// The item tells this, then waits until the count is that.
    until: fn(usize) -> usize,
    add_when_begun: bool,
}

fn wait(what: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !what() {
        if began.elapsed() > Duration::from_secs(20) {
            return false;
        }
        thread::yield_now();
    }
    true
}

impl Work for Waits<'_> {
    type Item = usize;
    type State = ();
    type Message = bool;

    fn state(&self) -> Option<()> {
        Some(())
    }

    fn work(
        &self,
        (): &mut (),
        item: &usize,
        teller: &mut Teller<'_, bool>,
    ) -> anyhow::Result<()> {
        self.count.fetch_add(usize::from(self.add_when_begun), Ordering::SeqCst);
        teller.tell(true)?;
        let until = (self.until)(*item);
        teller.tell(wait(|| self.count.load(Ordering::SeqCst) >= until))
    }

    fn lost(&self, _: &usize) -> bool {
        false
    }
}

#[test]
fn the_item_whose_turn_it_is_is_heard_at_once() {
    // Each item goes on when its first message was taken.
    let count = AtomicUsize::new(0);
    let waits = Waits { count: &count, until: |item| 2 * item + 1, add_when_begun: false };
    for jobs in [1, 3] {
        count.store(0, Ordering::SeqCst);
        let pace = Pace { jobs, ahead: 6, messages: 4 };
        in_order(&waits, (), &[0, 1, 2, 3], pace, |_, heard| {
            count.fetch_add(1, Ordering::SeqCst);
            assert!(heard);
            Ok(())
        })
        .unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 8);
    }
}

#[test]
fn items_are_worked_on_side_by_side() {
    // None ends before all have begun.
    let count = AtomicUsize::new(0);
    let waits = Waits { count: &count, until: |_| 4, add_when_begun: true };
    let pace = Pace { jobs: 4, ahead: 8, messages: 2 };
    in_order(&waits, (), &[0, 1, 2, 3], pace, |_, together| {
        assert!(together);
        Ok(())
    })
    .unwrap();
}

/// Items that go on for as long as somebody listens, but for the first.
struct Endless;

impl Work for Endless {
    type Item = usize;
    type State = ();
    type Message = usize;

    fn state(&self) -> Option<()> {
        Some(())
    }

    fn work(
        &self,
        (): &mut (),
        item: &usize,
        teller: &mut Teller<'_, usize>,
    ) -> anyhow::Result<()> {
        if *item == 0 {
            return teller.tell(0);
        }
        assert!(wait(|| teller.check().is_err()), "nobody said that it is over");
        teller.check()
    }

    fn lost(&self, _: &usize) -> usize {
        1
    }
}

#[test]
fn a_listener_that_fails_ends_everything() {
    let items: Vec<usize> = (0..100).collect();
    let pace = Pace { jobs: 3, ahead: 6, messages: 2 };
    let result = in_order(&Endless, (), &items, pace, |_, message| match message {
        0 => bail!("the disk is full"),
        _ => Ok(()),
    });
    assert_eq!(result.unwrap_err().to_string(), "the disk is full");
}

/// Every item panics, and there is but the one state.
struct Doomed;

impl Work for Doomed {
    type Item = usize;
    type State = ();
    type Message = usize;

    fn state(&self) -> Option<()> {
        None
    }

    fn work(&self, (): &mut (), _: &usize, _: &mut Teller<'_, usize>) -> anyhow::Result<()> {
        resume_unwind(Box::new(()))
    }

    fn lost(&self, item: &usize) -> usize {
        *item
    }
}

#[test]
fn when_no_worker_is_left_every_item_is_lost_and_none_is_waited_for() {
    let items: Vec<usize> = (0..20).collect();
    let mut lost = Vec::new();
    let pace = Pace { jobs: 2, ahead: 4, messages: 2 };
    in_order(&Doomed, (), &items, pace, |_, item| {
        lost.push(item);
        Ok(())
    })
    .unwrap();
    assert_eq!(lost, items);
}
