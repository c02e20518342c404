//! When to open the microphone, when to give it up, and what to say about it.
//!
//! A state machine without a clock or a device: it is told the time and what there is to
//! see, and answers with what to do. [`Microphone`](super::microphone::Microphone) does it.

use std::time::Duration;

use super::capture::Loss;

/// The first wait before opening again; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The longest wait where attempts leave threads behind that may never end.
const LONGEST_COSTLY_WAIT: Duration = Duration::from_secs(60);

/// An attempt that failed after so long has waited for an audio system that stands still.
const SLOW: Duration = Duration::from_millis(1_500);

/// Attempts that do not end which make further ones costly.
const MANY_STUCK: u32 = 4;

/// A stream that ran this long was a success: waits begin anew.
const PROVEN: Duration = Duration::from_secs(5);

/// How long opening may take.
const OPENING: Duration = Duration::from_secs(5);

/// How long the first callback may take.
const FIRST_CALL: Duration = Duration::from_secs(4);

/// How long every further one may take.
const STALL: Duration = Duration::from_secs(2);

/// Seconds of nothing but zeros that are worth a word.
const SILENCE: Duration = Duration::from_secs(5);

/// How long a closed stream's queue is waited for before a new one is made.
const HOMECOMING: Duration = Duration::from_millis(300);

/// How long the audio system that last worked is the only one asked.
const LOYALTY: Duration = Duration::from_secs(10);

/// How long the rate is counted. Two such windows in a row must be wrong, and in the same
/// direction: sound that comes in bursts is early in one and late in the next.
const WINDOW: Duration = Duration::from_secs(10);

/// The share by which a rate may be off.
const RATE_TOLERANCE: f64 = 0.02;

/// Streams that are given up for their rate; if it stays wrong, it is the device's own.
const RATE_ATTEMPTS: u32 = 3;

/// What there is to see.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// How opening went, once.
    pub opened: Option<Result<u32, Refusal>>,
    /// Whether the stream has ended by itself.
    pub fault: Option<Loss>,
    /// When the latest callback came, and the frames up to it.
    pub latest: Option<(Duration, u64)>,
    /// How long nothing but zeros has come; zero where sound came.
    pub silent: Option<Duration>,
    /// Whether the queue of the last stream is there to be used again.
    pub home: bool,
    /// Streams that could not be closed and still are not.
    pub stuck: u32,
}

/// Why opening failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name of the kind of reason.
    pub code: &'static str,
    /// The sentence.
    pub reason: String,
    /// Whether waiting cannot mend it.
    pub is_final: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Let things be.
    Wait,
    /// Open a stream.
    Open {
        /// Ask only the audio system that last worked.
        loyal: bool,
        /// How many times larger than usual the buffer is.
        slack: u32,
    },
    /// Close the stream, or give up opening it.
    Close,
}

/// What to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// Sound comes.
    Listening,
    /// The stream ended by itself.
    Lost(Loss),
    /// It went quiet without a word.
    Stalled,
    /// Opening took too long.
    NoAnswer,
    /// Opening failed.
    Refused(Refusal),
    /// Nothing but zeros comes.
    Silent,
    /// That is over.
    Heard,
    /// Frames come at another rate than stated, both in Hz.
    WrongRate {
        /// What the audio system states.
        stated: u32,
        /// What was counted.
        got: u32,
    },
}

impl Word {
    /// What tells one kind of trouble from another.
    fn kind(&self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Lost(_) => "lost",
            Self::Stalled => "stalled",
            Self::NoAnswer => "no answer",
            Self::Refused(refusal) => refusal.code,
            Self::Silent => "silent",
            Self::Heard => "heard",
            Self::WrongRate { .. } => "wrong rate",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waiting { until: Duration },
    Opening { since: Duration },
    Running { since: Duration, rate: u32 },
}

/// The state machine. Times count from its making.
#[derive(Debug)]
pub struct Watchdog {
    state: State,
    /// Attempts since the last success.
    attempts: u32,
    /// When the last stream that was opened ended.
    ended: Option<Duration>,
    /// Kinds of trouble told since sound last came.
    told: Vec<&'static str>,
    silent: bool,
    /// Where the current window of the rate began.
    window: Option<(Duration, u64)>,
    /// By how much the window before was off.
    was_off: f64,
    wrong_rates: u32,
}

impl Watchdog {
    /// Nothing is open; the first step opens.
    pub fn new() -> Self {
        Self {
            state: State::Waiting { until: Duration::ZERO },
            attempts: 0,
            ended: None,
            told: Vec::new(),
            silent: false,
            window: None,
            was_off: 0.0,
            wrong_rates: 0,
        }
    }

    /// Looks at the world `now` and says what to do; `tell` gets every kind of trouble once
    /// until sound comes again.
    pub fn step(&mut self, now: Duration, sight: &Sight, tell: &mut dyn FnMut(Word)) -> Action {
        match self.state {
            State::Waiting { until } => self.wait(now, until, sight),
            State::Opening { since } => self.opening(now, since, sight, tell),
            State::Running { since, rate } => {
                self.listen_for_silence(sight, tell);
                self.running(now, since, rate, sight, tell)
            }
        }
    }

    fn wait(&mut self, now: Duration, until: Duration, sight: &Sight) -> Action {
        if now < until || (!sight.home && now < until + HOMECOMING) {
            return Action::Wait;
        }
        self.state = State::Opening { since: now };
        let loyal = self.ended.is_some_and(|ended| now < ended + LOYALTY);
        Action::Open { loyal, slack: 1 << self.wrong_rates.min(2) }
    }

    fn opening(
        &mut self,
        now: Duration,
        since: Duration,
        sight: &Sight,
        tell: &mut dyn FnMut(Word),
    ) -> Action {
        match &sight.opened {
            Some(Ok(rate)) => {
                self.state = State::Running { since: now, rate: *rate };
                self.window = None;
                self.was_off = 0.0;
                self.told.clear();
                tell(Word::Listening);
                Action::Wait
            }
            Some(Err(refusal)) => {
                self.give_up(now, Word::Refused(refusal.clone()), sight, tell)
            }
            None if now >= since + OPENING => self.give_up(now, Word::NoAnswer, sight, tell),
            None => Action::Wait,
        }
    }

    fn running(
        &mut self,
        now: Duration,
        since: Duration,
        rate: u32,
        sight: &Sight,
        tell: &mut dyn FnMut(Word),
    ) -> Action {
        if now >= since + PROVEN {
            self.attempts = 0;
        }
        let (last, patience) = match sight.latest {
            Some((last, _)) => (last.max(since), STALL),
            None => (since, FIRST_CALL),
        };
        let trouble = if let Some(loss) = sight.fault {
            Some(Word::Lost(loss))
        } else if now >= last + patience {
            Some(Word::Stalled)
        } else {
            self.wrong_rate(rate, sight.latest)
        };
        match trouble {
            Some(word @ Word::WrongRate { .. }) if self.wrong_rates >= RATE_ATTEMPTS => {
                self.tell_once(word, tell);
                Action::Wait
            }
            Some(word) => {
                self.ended = Some(now);
                self.wrong_rates += u32::from(matches!(word, Word::WrongRate { .. }));
                self.give_up(now, word, sight, tell)
            }
            None => Action::Wait,
        }
    }

    /// Compares the frames of a window with the time that it took.
    fn wrong_rate(&mut self, stated: u32, latest: Option<(Duration, u64)>) -> Option<Word> {
        let (now, frames) = latest?;
        let (began, before) = *self.window.get_or_insert((now, frames));
        let took = now.saturating_sub(began);
        if took < WINDOW {
            return None;
        }
        self.window = Some((now, frames));
        let got = frames.saturating_sub(before) as f64 / took.as_secs_f64();
        let off = got / f64::from(stated.max(1)) - 1.0;
        let again = self.was_off.abs() > RATE_TOLERANCE && self.was_off * off > 0.0;
        self.was_off = off;
        if off.abs() <= RATE_TOLERANCE {
            self.wrong_rates = 0;
        }
        (off.abs() > RATE_TOLERANCE && again)
            .then_some(Word::WrongRate { stated, got: got.round() as u32 })
    }

    fn listen_for_silence(&mut self, sight: &Sight, tell: &mut dyn FnMut(Word)) {
        let Some(silent) = sight.silent else { return };
        if !self.silent && silent > SILENCE {
            self.silent = true;
            tell(Word::Silent);
        } else if self.silent && silent.is_zero() {
            self.silent = false;
            tell(Word::Heard);
        }
    }

    fn give_up(
        &mut self,
        now: Duration,
        word: Word,
        sight: &Sight,
        tell: &mut dyn FnMut(Word),
    ) -> Action {
        let slow = matches!(self.state, State::Opening { since } if now >= since + SLOW);
        let costly = slow || sight.stuck >= MANY_STUCK;
        let longest = if costly { LONGEST_COSTLY_WAIT } else { LONGEST_WAIT };
        let wait = FIRST_WAIT.saturating_mul(1 << self.attempts.min(16)).min(longest);
        self.attempts = self.attempts.saturating_add(1);
        self.state = State::Waiting { until: now + wait };
        self.tell_once(word, tell);
        Action::Close
    }

    fn tell_once(&mut self, word: Word, tell: &mut dyn FnMut(Word)) {
        if !self.told.contains(&word.kind()) {
            self.told.push(word.kind());
            tell(word);
        }
    }
}

#[cfg(test)]
mod tests;
