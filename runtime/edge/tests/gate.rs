//! A tower that rests while nobody speaks.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use slap_edge::core::quality::{Bounds, Verdict};
use slap_edge::core::score::Outcome;
use slap_edge::{Event, GateOptions, Options, Pcm, Screener, SetupError};
use support::towers::Met;
use support::{Kit, Projection, noise, run, voice};

fn gated() -> Options {
    Options { gate: Some(GateOptions::default()), ..Options::default() }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    index: u64,
    scored: bool,
    start: f64,
    end: f64,
}

/// Voice of `parts` seconds after silence of `parts` seconds, over and over.
fn pauses(rate: u32, parts: &[f64]) -> Vec<f32> {
    let mut samples = Vec::new();
    for (place, &seconds) in parts.iter().enumerate() {
        if place % 2 == 0 {
            samples.resize(samples.len() + (seconds * f64::from(rate)) as usize, 0.0);
        } else {
            samples.extend(voice(rate, seconds));
        }
    }
    samples
}

fn steps<E: slap_edge::Encoder>(screener: &mut Screener<E>, samples: &[f32]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut keep = |event: Event<'_>| {
        steps.extend(match event {
            Event::Segment(s) => {
                Some(Step { index: s.index, scored: true, start: s.start, end: s.end })
            }
            Event::Idle(s) => {
                Some(Step { index: s.index, scored: false, start: s.start, end: s.end })
            }
            _ => None,
        });
    };
    screener.push(Pcm::F32(samples), 16_000, 1, &mut keep).unwrap();
    screener.finish(&mut keep).unwrap();
    steps
}

#[test]
fn silence_and_faint_noise_run_no_step() {
    for kit in [Kit::stream(), Kit::window(), Kit::waveform()] {
        for samples in [vec![0.0; 80_000], noise(-70.0, 80_000)] {
            let (mut screener, tower) = kit.recorded(&gated());
            let steps = steps(&mut screener, &samples);
            assert!(
                steps.len() > 20 && steps.iter().all(|step| !step.scored),
                "{:?} {steps:?}",
                &samples[..2]
            );
            assert_eq!(tower.met(), [], "the tower rests");
            let summary = screener.summary().unwrap();
            assert_eq!((summary.steps, summary.seconds), (0, 5.0));
            assert_eq!(summary.quality.seconds, 5.0, "there is nothing else to judge");
            assert_eq!(summary.embedding, None);
            for task in &summary.tasks {
                assert!(matches!(task.outcome(), Outcome::Abstained(_)));
            }
        }
    }
}

#[test]
fn where_it_never_shuts_nothing_changes() {
    let open = GateOptions { threshold: 0.0, floor_dbfs: -120.0, hold_seconds: 1.0 };
    let open = Options { gate: Some(open), ..Options::default() };
    for kit in [Kit::stream(), Kit::window(), Kit::waveform(), Kit::needing()] {
        for rate in [16_000, 44_100] {
            let samples = voice(rate, 3.0);
            let gated = run(&mut kit.screener_with(&open), Pcm::F32(&samples), rate, 1, &[999]);
            let off = run(&mut kit.screener(), Pcm::F32(&samples), rate, 1, &[999]);
            assert_eq!(gated, off);
        }
    }
}

#[test]
fn a_voice_wakes_the_tower_and_the_chunk_before_it_is_not_lost() {
    let kit = Kit::stream();
    let samples = pauses(16_000, &[3.01, 2.0, 4.0, 1.5, 0.5]);
    let (mut all, everything) = kit.recorded(&Options::default());
    steps(&mut all, &samples);
    let everything = everything.inputs();
    let (mut screener, tower) = kit.recorded(&gated());
    let steps = steps(&mut screener, &samples);

    // The line of time has neither hole nor overlap.
    assert_eq!(steps.len(), everything.len());
    for (place, step) in steps.iter().enumerate() {
        assert_eq!(step.index, place as u64);
        let before = place.checked_sub(1).map_or(0.0, |before| steps[before].end);
        assert_eq!(step.start, before);
    }
    // The voice begins in the chunk from 3.00 s to 3.12 s, and is held for a second.
    let scored = |from: f64, to: f64| {
        steps.iter().filter(|s| s.start >= from && s.end <= to).all(|s| s.scored)
    };
    assert!(scored(3.11, 6.0) && scored(9.12, 11.0));
    let idle = steps.iter().filter(|step| !step.scored).count();
    assert!((40..60).contains(&idle), "{idle}");

    // What reaches the tower: at each awakening a new beginning and the chunk before.
    let mut expected = Vec::new();
    for (place, step) in steps.iter().enumerate().filter(|(_, step)| step.scored) {
        if place > 0 && !steps[place - 1].scored {
            assert!(step.start >= 2.9, "{step:?}");
            expected.push(Met::Reset);
            expected.push(Met::Step(everything[place - 1].clone()));
        }
        expected.push(Met::Step(everything[place].clone()));
    }
    assert_eq!(expected.iter().filter(|met| **met == Met::Reset).count(), 2);
    assert_eq!(tower.met(), expected);
}

#[test]
fn windows_are_passed_over_and_none_is_run_twice() {
    for kit in [Kit::window(), Kit::waveform()] {
        let samples = pauses(16_000, &[2.0, 1.0, 3.0, 1.0]);
        let (mut all, everything) = kit.recorded(&Options::default());
        steps(&mut all, &samples);
        let everything = everything.inputs();
        let (mut screener, tower) = kit.recorded(&gated());
        let steps = steps(&mut screener, &samples);
        let expected: Vec<_> = steps.iter().zip(everything).filter(|(s, _)| s.scored).collect();
        assert!(expected.len() < steps.len() - 10, "{} of {}", expected.len(), steps.len());
        let expected: Vec<_> = expected.into_iter().map(|(_, input)| input).collect();
        assert_eq!(tower.inputs(), expected);
    }
}

#[test]
fn events_end_where_nobody_speaks() {
    let mut kit = Kit::stream();
    kit.scoring.on_probability = 0.4;
    kit.scoring.off_probability = 0.3;
    // Nothing is poor, so that the gate alone can end what lasts.
    kit.quality.usable = Bounds::new(-119.0, 0.0, 1.0);
    let mut lasting: Vec<(String, usize)> = Vec::new();
    let (mut ended, mut idle_since) = (0, None);
    let mut screener = kit.screener_with(&gated());
    let mut samples = voice(16_000, 2.0);
    samples.extend(noise(-55.0, 64_000));
    let mut follow = |event: Event<'_>| match event {
        Event::Onset { task, class, .. } => lasting.push((task.name.clone(), class)),
        Event::Offset { task, class, time } => {
            lasting.retain(|it| *it != (task.name.clone(), class));
            ended += usize::from(idle_since == Some(time));
        }
        Event::Idle(idle) => {
            // What lasted has been ended behind the first idle step.
            assert!(idle_since.is_none() || lasting.is_empty(), "{lasting:?}");
            idle_since.get_or_insert(idle.end);
        }
        _ => {}
    };
    screener.push(Pcm::F32(&samples), 16_000, 1, &mut follow).unwrap();
    screener.finish(&mut follow).unwrap();
    assert!(ended > 0 && lasting.is_empty(), "{ended} {lasting:?} {idle_since:?}");
}

#[test]
fn only_what_was_scored_counts_for_the_whole() {
    let kit = Kit::stream();
    let mut screener = kit.screener_with(&gated());
    let steps = steps(&mut screener, &pauses(16_000, &[20.0, 3.0, 20.0]));
    let scored = steps.iter().filter(|step| step.scored).count();
    let summary = screener.summary().unwrap();
    assert_eq!((summary.steps, summary.seconds), (scored as u64, 43.0));
    let heard = scored as f32 * 0.12;
    assert!((summary.quality.seconds - heard).abs() < 0.03, "{:?}", summary.quality);
    assert_eq!(summary.verdict, Verdict::GOOD);
    assert!(summary.tasks.iter().all(|task| task.probabilities().is_some()));
    screener.reset();
    assert_eq!(screener.summary().unwrap().steps, 0);
}

#[test]
fn an_awakened_tower_knows_of_the_chunk_before_and_no_more() {
    // A pause that is not poor, so that nothing but the gate ends what was before.
    let mut kit = Kit::stream();
    kit.quality.usable = Bounds::new(-119.0, 0.0, 1.0);
    kit.quality.good = kit.quality.usable;
    let mut samples = voice(16_000, 2.0);
    for _ in 0..2 {
        samples.extend(noise(-55.0, 48_000));
        samples.extend(voice(16_000, 2.0));
    }
    let mut at_once = kit.clone();
    at_once.scoring.smoothing_seconds = 0.0;
    let follow = |kit: &Kit| {
        let mut screener = kit.screener_with(&gated());
        // Steps since the tower woke, seconds that were judged, probabilities, embedding.
        let mut steps: Vec<(usize, f32, Vec<f32>, Vec<f32>)> = Vec::new();
        let (mut behind, mut idle, mut woken) = (0, false, Vec::new());
        let mut keep = |event: Event<'_>| match event {
            Event::Idle(_) => (behind, idle) = (1, true),
            Event::Segment(segment) => {
                if std::mem::take(&mut idle) {
                    woken.push(steps.len());
                }
                behind += 1;
                let all = segment.tasks.iter().flat_map(|task| task.probabilities().unwrap());
                let seconds = segment.quality.seconds;
                steps.push((
                    behind,
                    seconds,
                    all.copied().collect(),
                    segment.embedding.to_vec(),
                ));
            }
            _ => {}
        };
        screener.push(Pcm::F32(&samples), 16_000, 1, &mut keep).unwrap();
        screener.finish(&mut keep).unwrap();
        assert_eq!(woken.len(), 2);
        (steps, woken, screener.summary().unwrap().embedding.unwrap())
    };
    let (smoothed, woken, clip) = follow(&kit);
    let (raw, ..) = follow(&at_once);
    let mut sum = [0.0f64; support::DIM];
    for (behind, seconds, ..) in &smoothed[..smoothed.len() - 1] {
        let judged = 0.12 * (*behind).min(3) as f32;
        assert!((seconds - judged).abs() < 0.031, "{seconds} s behind {behind} steps");
    }
    for (_, _, _, embedding) in smoothed.iter().filter(|step| step.0 >= 3) {
        sum.iter_mut().zip(embedding).for_each(|(sum, &v)| *sum += f64::from(v));
    }
    let norm = sum.iter().map(|v| v * v).sum::<f64>().sqrt();
    for (got, sum) in clip.iter().zip(sum) {
        assert!((f64::from(*got) - sum / norm).abs() < 1e-6);
    }
    assert!(woken.iter().all(|&i| smoothed[i].2 == raw[i].2), "nothing is smoothed with");
    assert!(smoothed[woken[0] + 1].2 != raw[woken[0] + 1].2);
}

#[test]
fn what_it_said_last_can_be_asked() {
    let kit = Kit::stream();
    assert_eq!(kit.screener().gate(), None);
    let mut screener = kit.screener_with(&gated());
    screener.push(Pcm::F32(&[0.0; 24_000]), 16_000, 1, |_| ()).unwrap();
    let state = screener.gate().unwrap();
    assert_eq!((state.open, state.probability), (false, None));
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, |_| ()).unwrap();
    let state = screener.gate().unwrap();
    assert!(state.open && state.probability.is_some());
    screener.reset();
    assert!(!screener.gate().unwrap().open);
}

#[test]
fn a_gate_that_cannot_be_is_refused() {
    let refuse = |kit: &Kit, options: &Options| {
        Screener::with_encoder(&kit.parts(), Projection::streaming(), options).unwrap_err()
    };
    let mut kit = Kit::stream();
    let gate = Some(GateOptions { threshold: 2.0, ..GateOptions::default() });
    let error = refuse(&kit, &Options { gate, ..Options::default() });
    assert!(matches!(error, SetupError::Gate(_)), "{error}");
    kit.front_end.sample_rate = 24_000;
    let error = refuse(&kit, &gated());
    assert!(matches!(error, SetupError::GateRate { got: 24_000 }));
    assert!(error.to_string().contains("16000 Hz"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_chunking_gives_the_same_bits(
        kit in 0usize..4,
        rate in prop::sample::select([8_000u32, 16_000, 44_100, 48_000].as_slice()),
        parts in prop::collection::vec(0.0f64..2.0, 1..5),
        hold_seconds in 0.0f32..0.5,
        cuts in prop::collection::vec(
            prop_oneof![1usize..8, 1usize..700, 1usize..50_000], 1..12
        ),
    ) {
        let kits = [Kit::stream(), Kit::window(), Kit::waveform(), Kit::needing()];
        let samples = pauses(rate, &parts);
        let gate = Some(GateOptions { hold_seconds, ..GateOptions::default() });
        let options = Options { gate, frames: kit != 2, ..Options::default() };
        let mut screener = kits[kit].screener_with(&options);
        let whole = run(&mut screener, Pcm::F32(&samples), rate, 1, &[usize::MAX / 64]);
        screener.reset();
        let cut = run(&mut screener, Pcm::F32(&samples), rate, 1, &cuts);
        prop_assert_eq!(whole, cut);
    }
}
