use super::*;

const RATE: u32 = 48_000;

/// A watchdog and the time that passes for it.
struct World {
    dog: Watchdog,
    now: Duration,
    words: Vec<Word>,
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn refusal(code: &'static str) -> Refusal {
    Refusal { code, reason: String::new(), is_final: false }
}

fn idle() -> Sight {
    Sight { home: true, ..Sight::default() }
}

fn opened() -> Sight {
    Sight { opened: Some(Ok(RATE)), ..idle() }
}

fn refused(code: &'static str) -> Sight {
    Sight { opened: Some(Err(refusal(code))), ..idle() }
}

impl World {
    fn new() -> Self {
        Self { dog: Watchdog::new(), now: ms(0), words: Vec::new() }
    }

    fn step(&mut self, sight: &Sight) -> Action {
        let words = &mut self.words;
        self.dog.step(self.now, sight, &mut |word| words.push(word))
    }

    fn after(&mut self, milliseconds: u64, sight: &Sight) -> Action {
        self.now += ms(milliseconds);
        self.step(sight)
    }

    /// A world in which the stream runs.
    fn running() -> Self {
        let mut world = Self::new();
        assert!(matches!(world.step(&idle()), Action::Open { .. }));
        assert_eq!(world.after(100, &opened()), Action::Wait);
        assert_eq!(std::mem::take(&mut world.words), [Word::Listening]);
        world
    }

    /// Steps of 50 ms with a callback each, in which `factor` of the frames come.
    fn hear(&mut self, seconds: u64, factor: f64, frames: &mut f64) -> Action {
        for _ in 0..seconds * 20 {
            self.now += ms(50);
            *frames += f64::from(RATE) * 0.05 * factor;
            let latest = Some((self.now, *frames as u64));
            let action = self.step(&Sight { latest, ..idle() });
            if action != Action::Wait {
                return action;
            }
        }
        Action::Wait
    }

    /// Milliseconds until the next attempt.
    fn until_open(&mut self, sight: &Sight) -> u64 {
        for waited in 0..200_000 {
            if matches!(self.step(sight), Action::Open { .. }) {
                return waited;
            }
            self.now += ms(1);
        }
        panic!("it is never opened again");
    }
}

#[test]
fn it_opens_at_once_and_waits_longer_and_longer() {
    let mut world = World::new();
    let mut waits = Vec::new();
    for _ in 0..9 {
        waits.push(world.until_open(&idle()));
        assert_eq!(world.after(0, &refused("no_input")), Action::Close);
    }
    assert_eq!(waits, [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    assert_eq!(world.words, [Word::Refused(refusal("no_input"))]);
}

#[test]
fn each_kind_of_trouble_is_told_once_an_outage() {
    let mut world = World::new();
    for code in ["no_input", "refused", "no_input", "refused", "no_input"] {
        world.until_open(&idle());
        world.after(0, &refused(code));
    }
    let told = [Word::Refused(refusal("no_input")), Word::Refused(refusal("refused"))];
    assert_eq!(std::mem::take(&mut world.words), told);
    world.until_open(&idle());
    world.after(0, &opened());
    world.after(10, &Sight { fault: Some(Loss::Stream), ..idle() });
    world.until_open(&idle());
    world.after(0, &refused("no_input"));
    let told = [Word::Listening, Word::Lost(Loss::Stream), Word::Refused(refusal("no_input"))];
    assert_eq!(world.words, told);
}

#[test]
fn opening_that_does_not_answer_is_given_up_and_costs_longer_waits() {
    let mut world = World::new();
    let mut waits = Vec::new();
    for _ in 0..11 {
        waits.push(world.until_open(&idle()));
        assert_eq!(world.after(4_999, &idle()), Action::Wait);
        assert_eq!(world.after(1, &idle()), Action::Close);
    }
    assert_eq!(waits[8..], [32_000, 60_000, 60_000]);
    assert_eq!(world.words, [Word::NoAnswer]);
}

#[test]
fn attempts_that_fail_slowly_become_rarer() {
    for (took, longest) in [(1_499, 10_000), (1_500, 60_000)] {
        let mut world = World::new();
        for _ in 0..12 {
            world.until_open(&idle());
            assert_eq!(world.after(took, &refused("no_audio_system")), Action::Close);
        }
        assert_eq!(world.until_open(&idle()), longest);
    }
}

#[test]
fn many_streams_that_cannot_be_closed_make_attempts_rarer() {
    for (stuck, longest) in [(3, 10_000), (4, 60_000)] {
        let mut world = World::new();
        for _ in 0..12 {
            world.until_open(&idle());
            world.after(0, &Sight { stuck, ..refused("refused") });
        }
        assert_eq!(world.until_open(&idle()), longest);
    }
}

#[test]
fn a_stream_that_proved_itself_is_opened_again_soon() {
    for (ran, wait) in [(4_000, 2_000), (6_000, 250)] {
        let mut world = World::new();
        for _ in 0..3 {
            world.until_open(&idle());
            world.after(0, &refused("no_input"));
        }
        world.until_open(&idle());
        world.after(0, &opened());
        let heard = |world: &World| Sight { latest: Some((world.now, 0)), ..idle() };
        for _ in 0..ran / 1_000 {
            world.now += ms(1_000);
            let sight = heard(&world);
            assert_eq!(world.step(&sight), Action::Wait);
        }
        world.after(0, &Sight { fault: Some(Loss::Device), ..idle() });
        assert_eq!(world.until_open(&idle()), wait);
    }
}

#[test]
fn a_stall_is_two_seconds_and_four_before_the_first_callback() {
    let mut world = World::running();
    assert_eq!(world.after(3_999, &idle()), Action::Wait);
    assert_eq!(world.after(1, &idle()), Action::Close);
    assert_eq!(world.words, [Word::Stalled]);

    let mut world = World::running();
    world.now += ms(3_000);
    let sight = Sight { latest: Some((world.now, 1)), ..idle() };
    assert_eq!(world.after(1_999, &sight), Action::Wait);
    assert_eq!(world.after(1, &sight), Action::Close);
    assert_eq!(world.words, [Word::Stalled]);
}

#[test]
fn a_callback_from_before_the_report_is_no_stall() {
    let mut world = World::new();
    world.step(&idle());
    let latest = Some((ms(10), 480));
    assert_eq!(world.after(4_000, &Sight { latest, ..opened() }), Action::Wait);
    assert_eq!(world.after(10, &Sight { latest, ..idle() }), Action::Wait);
}

#[test]
fn a_queue_that_does_not_come_home_is_not_waited_for_long() {
    let mut world = World::running();
    world.after(10, &Sight { fault: Some(Loss::Stream), ..idle() });
    assert_eq!(world.until_open(&Sight::default()), 550);
}

#[test]
fn the_audio_system_that_worked_is_asked_alone_for_ten_seconds() {
    let mut world = World::new();
    assert_eq!(world.step(&idle()), Action::Open { loyal: false, slack: 1 });
    world.after(0, &opened());
    world.after(100, &Sight { fault: Some(Loss::Stream), ..idle() });
    let lost = world.now;
    for _ in 0..12 {
        world.until_open(&idle());
        // `until_open` has taken the step; the next one tells what it was.
        world.dog.state = State::Waiting { until: world.now };
        let Action::Open { loyal, .. } = world.step(&idle()) else { panic!("not opened") };
        assert_eq!(loyal, world.now < lost + LOYALTY, "at {:?}", world.now);
        world.after(0, &refused("refused"));
    }
}

#[test]
fn silence_is_told_once_and_sound_after_it() {
    let mut world = World::running();
    let mut at = |silent: u64, words: &[Word]| {
        let latest = Some((world.now, 0));
        let silent = Some(ms(silent));
        assert_eq!(world.step(&Sight { latest, silent, ..idle() }), Action::Wait);
        assert_eq!(std::mem::take(&mut world.words), words);
    };
    at(0, &[]);
    at(5_000, &[]);
    at(5_001, &[Word::Silent]);
    at(9_000, &[]);
    at(0, &[Word::Heard]);
    at(0, &[]);
    at(4_000, &[]);
}

#[test]
fn a_wrong_rate_is_given_up_three_times_with_larger_buffers_and_then_accepted() {
    for factor in [0.97, 1.03] {
        let mut world = World::running();
        let mut slacks = Vec::new();
        for _ in 0..3 {
            assert_eq!(world.hear(21, factor, &mut 0.0), Action::Close);
            world.now += ms(20_000);
            let Action::Open { slack, .. } = world.step(&idle()) else { panic!("not opened") };
            slacks.push(slack);
            world.after(0, &opened());
        }
        assert_eq!(slacks, [2, 4, 4]);
        assert_eq!(world.hear(60, factor, &mut 0.0), Action::Wait);
        let got = (f64::from(RATE) * factor).round() as u32;
        let wrong = Word::WrongRate { stated: RATE, got };
        let told: Vec<&Word> =
            world.words.iter().filter(|word| **word != Word::Listening).collect();
        assert_eq!(told, [&wrong; 4]);
    }
}

#[test]
fn a_rate_within_two_per_cent_and_sound_in_bursts_are_left_alone() {
    for factor in [0.981, 1.0, 1.019] {
        let mut world = World::running();
        assert_eq!(world.hear(120, factor, &mut 0.0), Action::Wait);
        assert_eq!(world.words, []);
    }
    // Bursts of 1.9 s, seen by windows of 10 s.
    let mut world = World::running();
    let mut frames = 0;
    for _ in 0..60 {
        world.now += ms(1_900);
        frames += u64::from(RATE) * 19 / 10;
        let latest = Some((world.now, frames));
        assert_eq!(world.step(&Sight { latest, ..idle() }), Action::Wait);
    }
    // A pause that is made up for later: one window wrong each way.
    let mut heard = frames as f64;
    for factor in [0.95, 1.05, 0.95, 1.05] {
        assert_eq!(world.hear(10, factor, &mut heard), Action::Wait);
    }
    assert_eq!(world.words, []);
}
