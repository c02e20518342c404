//! What is added to a stream that runs, and what else it tells.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used)]

mod support;

use half::f16;
use slap_edge::{Event, Options, Pcm, PromptScore, Screener, SetupError};
use support::{Kit, Projection, unit, voice};

/// The scores of the free prompts of every step.
fn keep(into: &mut Vec<Vec<PromptScore>>) -> impl FnMut(Event<'_>) {
    |event| {
        if let Event::Segment(segment) = event {
            into.push(segment.prompts.to_vec());
        }
    }
}

#[test]
fn a_prompt_that_is_added_is_scored_like_one_that_was_there() {
    let mut kit = Kit::stream();
    kit.scoring.smoothing_seconds = 0.0;
    let sentence = ("late".to_owned(), unit([0.3, -0.5, 0.7, 0.2]).to_vec());
    let with = Options { prompts: vec![sentence.clone()], ..Options::default() };
    let samples = voice(16_000, 3.0);
    let (early, late) = samples.split_at(20_000);
    let (mut got, mut expected) = (Vec::new(), Vec::new());

    let mut there = kit.screener_with(&with);
    there.push(Pcm::F32(&samples), 16_000, 1, keep(&mut expected)).unwrap();
    there.finish(keep(&mut expected)).unwrap();
    let mut added = kit.screener();
    added.push(Pcm::F32(early), 16_000, 1, keep(&mut got)).unwrap();
    let before = got.len();
    assert!(before > 5 && got.iter().all(|prompts| prompts.len() == 1));
    added.add_prompt(&sentence.0, &sentence.1).unwrap();
    let texts: Vec<_> = added.prompts().map(|prompt| prompt.text.clone()).collect();
    assert_eq!(texts, ["prompt 5", "late"]);
    added.push(Pcm::F32(late), 16_000, 1, keep(&mut got)).unwrap();
    added.finish(keep(&mut got)).unwrap();

    assert_eq!(got[before..], expected[before..]);
    assert!(got[before][1].percentile().is_some());
    assert_eq!(added.summary().unwrap(), there.summary().unwrap());
    added.reset();
    assert_eq!(added.prompts().len(), 2, "it stays");
}

#[test]
fn a_prompt_that_does_not_fit_changes_nothing() {
    let mut screener = Kit::stream().screener();
    let short = screener.add_prompt("short", &[f16::ONE]).unwrap_err();
    assert!(matches!(short, SetupError::Prompt { expected: 4, got: 1, .. }));
    let long = screener.add_prompt("long", &[f16::ONE; 4]).unwrap_err();
    assert!(matches!(long, SetupError::Prompts(_)), "{long}");
    assert_eq!(screener.prompts().len(), 1);
    let mut scores = Vec::new();
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, keep(&mut scores)).unwrap();
    assert!(!scores.is_empty() && scores.iter().all(|prompts| prompts.len() == 1));
}

#[test]
fn frames_are_what_the_tower_takes() {
    let kit = Kit::stream();
    let (mut screener, tower) = kit.recorded(&Options { frames: true, ..Options::default() });
    let (mut frames, mut starts, mut steps) = (Vec::new(), Vec::new(), 0);
    let mut keep = |event: Event<'_>| match event {
        Event::Frame(frame) => {
            assert_eq!(frame.index as usize, starts.len());
            assert_eq!(frame.log_mel.len(), 16);
            starts.push(frame.start);
            frames.extend_from_slice(frame.log_mel);
        }
        Event::Segment(segment) => {
            steps += 1;
            assert!(starts.last().is_some_and(|&start| start < segment.end));
            assert!(starts.len() >= 12 * steps || segment.end == 1.0);
        }
        _ => {}
    };
    // 98 whole frames, and two that begin in the audio and end behind it.
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &mut keep).unwrap();
    screener.finish(&mut keep).unwrap();
    assert_eq!(starts.len(), 100);
    assert!((starts[99] - 0.99).abs() < 1e-9);
    let inputs = tower.inputs().concat();
    assert_eq!(frames, inputs[..frames.len()]);
}

#[test]
fn a_tower_that_takes_samples_has_no_frames() {
    let options = Options { frames: true, ..Options::default() };
    let kit = Kit::waveform();
    let error = Screener::with_encoder(&kit.parts(), Projection::windowed(), &options);
    assert!(matches!(error, Err(SetupError::NoFrames)));
}
