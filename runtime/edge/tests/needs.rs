//! Tasks that do not apply, because of what others answer.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use proptest::prelude::*;
use slap_edge::core::score::Outcome;
use slap_edge::model::pack::{Need, Task};
use slap_edge::{Event, Options, Pcm, Screener, SetupError, Summary, TaskScore};
use support::{Kit, Projection, need, question, run, voice};

/// How sure a task is whatever it hears.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Yes,
    No,
    Unsure,
}

fn task(name: &str, says: Says, needs: Vec<Vec<Need>>) -> Task {
    let (prompts, bias) = match says {
        Says::Yes => ([0, 3], 60.0),
        Says::No => ([0, 3], -60.0),
        Says::Unsure => ([0, 0], 0.0),
    };
    Task { minimum_probability: 0.9, ..question(name, prompts, bias, needs) }
}

fn kit(tasks: Vec<Task>) -> Kit {
    let mut kit = Kit::stream();
    kit.pack.tasks = tasks;
    kit
}

fn summary(kit: &Kit) -> Summary {
    run(&mut kit.screener(), Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &[999]).1
}

fn find<'a>(tasks: &'a [TaskScore], name: &str) -> &'a TaskScore {
    tasks.iter().find(|task| task.info().name == name).unwrap()
}

/// The need that fails of every task, in order; `None` where it applies.
fn failed(kit: &Kit) -> Vec<Option<usize>> {
    let failed = |task: &TaskScore| match task.outcome() {
        Outcome::NotApplicable { need } => Some(need),
        _ => None,
    };
    summary(kit).tasks.iter().map(failed).collect()
}

#[test]
fn what_is_contradicted_does_not_apply_and_says_why() {
    let kit = kit(vec![
        task("register", Says::Yes, vec![vec![need("sex", "no")]]),
        task("sex", Says::Yes, Vec::new()),
    ]);
    let summary = summary(&kit);
    let register = find(&summary.tasks, "register");
    assert_eq!(register.outcome(), Outcome::NotApplicable { need: 0 });
    assert_eq!((register.probabilities(), register.class()), (None, None));
    let why: Vec<_> = register
        .contradiction()
        .map(|(need, answer)| (need.task.title.as_str(), need.class_name(), answer))
        .collect();
    assert_eq!(why, [("SEX", "no", "yes")]);
    let sex = find(&summary.tasks, "sex");
    assert_eq!(sex.class(), Some("yes"));
    assert_eq!(sex.contradiction().len(), 0);
}

#[test]
fn only_a_decided_answer_contradicts() {
    let one = |says| {
        kit(vec![task("a", Says::Yes, vec![vec![need("b", "yes")]]), task("b", says, vec![])])
    };
    assert_eq!(failed(&one(Says::Yes)), [None, None]);
    assert_eq!(failed(&one(Says::Unsure)), [None, None]);
    assert_eq!(failed(&one(Says::No)), [Some(0), None]);
}

#[test]
fn one_answer_of_a_need_will_do_but_every_need_counts() {
    let either = |b, c| {
        let needs = vec![vec![need("b", "yes"), need("c", "yes")]];
        failed(&kit(vec![
            task("a", Says::Yes, needs),
            task("b", b, vec![]),
            task("c", c, vec![]),
        ]))[0]
    };
    assert_eq!(either(Says::No, Says::No), Some(0));
    for (b, c) in [
        (Says::No, Says::Yes),
        (Says::Yes, Says::No),
        (Says::No, Says::Unsure),
        (Says::Unsure, Says::No),
    ] {
        assert_eq!(either(b, c), None, "{b:?} {c:?}");
    }
    let both = |b, c| {
        let needs = vec![vec![need("b", "yes")], vec![need("c", "yes")]];
        failed(&kit(vec![
            task("a", Says::Yes, needs),
            task("b", b, vec![]),
            task("c", c, vec![]),
        ]))[0]
    };
    assert_eq!(both(Says::Yes, Says::Yes), None);
    assert_eq!(both(Says::No, Says::No), Some(0), "the first that fails is told");
    assert_eq!(both(Says::Yes, Says::No), Some(1));
}

#[test]
fn what_does_not_apply_contradicts_nothing() {
    let tasks = [
        task("a", Says::Yes, vec![vec![need("b", "no")]]),
        task("b", Says::Yes, vec![vec![need("c", "no")]]),
        task("c", Says::Yes, Vec::new()),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let kit = kit(order.map(|i| tasks[i].clone()).to_vec());
        let summary = summary(&kit);
        assert_eq!(find(&summary.tasks, "a").class(), Some("yes"));
        let b = find(&summary.tasks, "b").outcome();
        assert_eq!(b, Outcome::NotApplicable { need: 0 });
    }
}

#[test]
fn what_a_chosen_task_needs_is_worked_out_but_not_reported() {
    let kit = kit(vec![
        task("c", Says::Yes, Vec::new()),
        task("b", Says::Yes, vec![vec![need("c", "yes")]]),
        task("a", Says::Yes, vec![vec![need("b", "no")]]),
        task("other", Says::Yes, Vec::new()),
    ]);
    let options = Options { tasks: Some(vec!["a".into()]), ..Options::default() };
    let mut screener =
        Screener::with_encoder(&kit.parts(), Projection::streaming(), &options).unwrap();
    let names: Vec<_> = screener.tasks().map(|task| task.name.clone()).collect();
    assert_eq!(names, ["a"]);
    let mut told = 0;
    let mut look = |event: Event<'_>| match event {
        Event::Segment(segment) => {
            assert_eq!(segment.tasks.len(), 1);
            if segment.verdict.is_scored() {
                told += 1;
                assert_eq!(segment.tasks[0].outcome(), Outcome::NotApplicable { need: 0 });
            }
        }
        _ => panic!("{event:?}"),
    };
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &mut look).unwrap();
    screener.finish(&mut look).unwrap();
    assert!(told > 4);
    let summary = screener.summary().unwrap();
    assert_eq!(summary.tasks.len(), 1);
    let (need, answer) = summary.tasks[0].contradiction().next().unwrap();
    assert_eq!((need.task.name.as_str(), answer), ("b", "yes"));
}

#[test]
fn poor_input_abstains_whatever_is_needed() {
    let kit = Kit::needing();
    let (_, summary) = run(&mut kit.screener(), Pcm::F32(&[0.0; 32_000]), 16_000, 1, &[777]);
    for task in &summary.tasks {
        assert!(matches!(task.outcome(), Outcome::Abstained(Some(_))), "{task:?}");
        assert_eq!(task.contradiction().len(), 0);
    }
}

#[test]
fn no_event_lasts_where_its_task_does_not_apply() {
    let mut kit = Kit::needing();
    kit.scoring.smoothing_seconds = 0.0;
    kit.scoring.on_probability = 0.4;
    kit.scoring.off_probability = 0.3;
    kit.scoring.minimum_event_seconds = 0.0;
    let mut screener = kit.screener();
    let mut open: HashMap<String, usize> = HashMap::new();
    let (mut begun, mut cut_short, mut hidden) = (0, 0, Vec::<String>::new());
    let mut follow = |event: Event<'_>| match event {
        Event::Segment(segment) => {
            // What was hidden at the step before has ended by now.
            assert!(hidden.iter().all(|name| open.get(name).copied().unwrap_or(0) == 0));
            let of = segment.tasks.iter();
            let of = of.filter(|it| matches!(it.outcome(), Outcome::NotApplicable { .. }));
            hidden = of.map(|task| task.info().name.clone()).collect();
        }
        Event::Onset { task, .. } => {
            begun += 1;
            assert!(!hidden.contains(&task.name), "{}", task.name);
            *open.entry(task.name.clone()).or_default() += 1;
        }
        Event::Offset { task, .. } => {
            cut_short += usize::from(hidden.contains(&task.name));
            *open.get_mut(&task.name).unwrap() -= 1;
        }
        Event::Idle(_) | Event::Frame(_) => panic!("neither was asked for: {event:?}"),
    };
    screener.push(Pcm::F32(&voice(16_000, 8.0)), 16_000, 1, &mut follow).unwrap();
    screener.finish(&mut follow).unwrap();
    assert!(begun > 4 && cut_short > 0, "{begun} begun, {cut_short} cut short");
    assert!(open.values().all(|&count| count == 0), "every event ends");
}

#[test]
fn a_pack_made_by_hand_is_checked() {
    let circle = kit(vec![
        task("a", Says::Yes, vec![vec![need("b", "yes")]]),
        task("b", Says::Yes, vec![vec![need("a", "yes")]]),
    ]);
    let strange = kit(vec![task("a", Says::Yes, vec![vec![need("z", "yes")]])]);
    for (kit, words) in [(circle, "lead back"), (strange, "`z`")] {
        for tasks in [None, Some(vec!["a".into()])] {
            let options = Options { tasks, ..Options::default() };
            let error = Screener::with_encoder(&kit.parts(), Projection::streaming(), &options)
                .unwrap_err();
            let told = matches!(error, SetupError::Needs(_) | SetupError::UnknownTask(_));
            assert!(told && error.to_string().contains(words), "{error}");
        }
    }
}

/// Whether a task applies, and its decided answer, by looking them up from the needs down.
fn by_hand(tasks: &[Task], says: &[Says], index: usize) -> (bool, Option<&'static str>) {
    let contradicts = |need: &Need| {
        let other = tasks.iter().position(|task| task.name == need.task).unwrap();
        by_hand(tasks, says, other).1.is_some_and(|answer| answer != need.class)
    };
    let applies = !tasks[index].needs.iter().any(|need| need.iter().all(contradicts));
    let answer = match says[index] {
        Says::Yes => Some("yes"),
        Says::No => Some("no"),
        Says::Unsure => None,
    };
    (applies, answer.filter(|_| applies))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_rule_is_followed_in_any_pack(
        says in prop::collection::vec(
            prop::sample::select([Says::Yes, Says::No, Says::Unsure].as_slice()), 1..7
        ),
        wanted in prop::collection::vec((0usize..7, 0usize..7, 0usize..3, any::<bool>()), 0..12),
        turned in any::<bool>(),
        chosen in 0usize..7,
    ) {
        let count = says.len();
        let mut tasks: Vec<Task> =
            says.iter().enumerate().map(|(i, &says)| task(&format!("t{i}"), says, vec![])).collect();
        for (from, to, place, yes) in wanted {
            // Towards lower numbers, so that nothing leads back.
            let (from, to) = (from % count, to % count);
            if to >= from {
                continue;
            }
            let needs = &mut tasks[from].needs;
            if needs.len() <= place {
                needs.push(Vec::new());
            }
            let last = needs.len() - 1;
            let need = need(&format!("t{to}"), if yes { "yes" } else { "no" });
            let group = &mut needs[place.min(last)];
            if !group.contains(&need) {
                group.push(need);
            }
        }
        for task in &mut tasks {
            let mut seen: Vec<Vec<Need>> = Vec::new();
            task.needs.retain(|need| {
                let mut sorted = need.clone();
                sorted.sort_by(|a, b| (&a.task, &a.class).cmp(&(&b.task, &b.class)));
                let new = !seen.contains(&sorted);
                seen.push(sorted);
                new
            });
        }
        let expected: Vec<_> = (0..count).map(|i| by_hand(&tasks, &says, i)).collect();
        let mut kit = kit(tasks);
        if turned {
            kit.pack.tasks.reverse();
        }
        let all = summary(&kit).tasks;
        for (index, (applies, answer)) in expected.iter().enumerate() {
            let found = find(&all, &format!("t{index}"));
            let hidden = matches!(found.outcome(), Outcome::NotApplicable { .. });
            prop_assert_eq!(hidden, !applies);
            prop_assert_eq!(found.class(), *answer);
        }
        // A task says the same when it is chosen alone.
        let name = format!("t{}", chosen % count);
        let options = Options { tasks: Some(vec![name.clone()]), ..Options::default() };
        let mut alone =
            Screener::with_encoder(&kit.parts(), Projection::streaming(), &options).unwrap();
        let (_, alone) = run(&mut alone, Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &[999]);
        prop_assert_eq!(&alone.tasks[..], std::slice::from_ref(find(&all, &name)));
    }
}
