//! Audio that is missing, and formats that change.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use slap_edge::{Event, Format, LONGEST_FILLED, Options, Pcm, ScreenError, Screener};
use support::towers::Met;
use support::{Kit, log, voice};

/// Where an impulse stands in time, in samples of the tower, by what reached the tower.
fn impulse(starts: &[f64], inputs: &[Vec<f32>]) -> f64 {
    let (mut top, mut place) = (0.0, 0.0);
    for (&start, input) in starts.iter().zip(inputs) {
        for (sample, &value) in input.iter().enumerate() {
            if value.abs() > top {
                (top, place) = (value.abs(), start * 16_000.0 + sample as f64);
            }
        }
    }
    assert!(top > 1_000.0, "there is none: {top}");
    place
}

/// Frames of silence with an impulse at this place. Pairs of rates have whole samples in
/// common every 10 ms, so that it stays one sample wide.
fn click(rate: u32, channels: u16, tens_of_milliseconds: usize) -> Vec<f32> {
    let per = rate as usize / 100 * usize::from(channels);
    let mut samples = vec![0.0; per * (tens_of_milliseconds + 50)];
    samples[per * tens_of_milliseconds..][..usize::from(channels)].fill(0.9);
    samples
}

/// Pushes and skips, and where an impulse behind all of them stands.
fn heard_at(parts: &[(u32, u16, usize, f64)], last: (u32, u16)) -> f64 {
    let kit = Kit::waveform();
    let (mut screener, tower) = kit.recorded(&Options::default());
    let mut starts = Vec::new();
    let mut keep = |event: Event<'_>| {
        if let Event::Segment(segment) = event {
            starts.push(segment.start);
        }
    };
    for &(rate, channels, frames, missing) in parts {
        let samples = vec![0.001; frames * usize::from(channels)];
        screener.push(Pcm::F32(&samples), rate, channels, &mut keep).unwrap();
        screener.skip(missing, &mut keep).unwrap();
    }
    let (rate, channels) = last;
    let samples = click(rate, channels, 70);
    screener.push(Pcm::F32(&samples), rate, channels, &mut keep).unwrap();
    screener.finish(&mut keep).unwrap();
    impulse(&starts, &tower.inputs())
}

#[test]
fn times_stay_right_to_a_sample_however_much_is_missing() {
    for (rate, channels) in [(8_000, 1), (16_000, 1), (44_100, 2), (48_000, 1)] {
        for missing in [0.0, 0.010_1, 0.5, 1.999, 2.001, 3_600.3] {
            for frames in [0, 1, 441, 4_800, 30_001] {
                let expected = frames as f64 / f64::from(rate) + missing + 0.7;
                let got = heard_at(&[(rate, channels, frames, missing)], (44_100, 1));
                let off = got - expected * 16_000.0;
                assert!(off.abs() <= 1.001, "{rate} Hz, {frames}, {missing} s: {off}");
            }
        }
    }
}

#[test]
fn many_losses_do_not_add_up_to_a_wrong_time() {
    for (rate, missing) in [(44_100u32, 333.0 / 44_100.0), (48_000, 0.003_3), (8_000, 3.000_03)]
    {
        let parts = vec![(rate, 1, 1_237, missing); 300];
        let expected = 300.0 * (1_237.0 / f64::from(rate) + missing) + 0.7;
        let off = heard_at(&parts, (rate, 1)) - expected * 16_000.0;
        assert!(off.abs() <= 1.001, "{rate} Hz: {off}");
    }
}

/// Spans of all segments.
fn spans(screener: &mut Screener<impl slap_edge::Encoder>, gap: f64) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    let mut keep = |event: Event<'_>| {
        if let Event::Segment(segment) = event {
            spans.push((segment.start, segment.end));
        }
    };
    screener.push(Pcm::F32(&voice(48_000, 1.0)), 48_000, 1, &mut keep).unwrap();
    screener.skip(gap, &mut keep).unwrap();
    screener.push(Pcm::F32(&voice(44_100, 1.0)), 44_100, 1, &mut keep).unwrap();
    screener.finish(&mut keep).unwrap();
    spans
}

#[test]
fn a_short_loss_is_silence_and_a_long_one_a_new_beginning() {
    let kit = Kit::stream();
    let (mut screener, tower) = kit.recorded(&Options::default());
    let short = spans(&mut screener, LONGEST_FILLED);
    assert!(!tower.met().contains(&Met::Reset));
    assert!(short.windows(2).all(|pair| pair[0].1 == pair[1].0), "{short:?}");
    assert_eq!(short.last().unwrap().1, 4.0);
    let summary = screener.summary().unwrap();
    assert_eq!(summary.seconds, 4.0);
    assert!(summary.quality.silent_share > 0.4, "{:?}", summary.quality);

    let (mut screener, tower) = kit.recorded(&Options::default());
    let long = spans(&mut screener, 60.0);
    // A second is 9 chunks; what is behind the gap is in step with its end.
    assert_eq!(long.len(), 18);
    assert_eq!((long[0], long[8]), ((0.0, 0.12), (0.96, 1.0)));
    assert_eq!((long[9].0, long[17].1), (61.0, 62.0));
    let met = tower.met();
    assert_eq!(met.iter().position(|met| *met == Met::Reset), Some(9));
    assert_eq!(met.len(), 19);
    let summary = screener.summary().unwrap();
    assert_eq!((summary.steps, summary.seconds), (18, 2.0));
    assert!(summary.quality.silent_share < 0.1, "{:?}", summary.quality);
    assert_eq!(summary.format, Some(Format { rate: 44_100, channels: 1 }));
}

#[test]
fn behind_a_long_gap_the_tower_hears_what_a_new_stream_would() {
    let kit = Kit::stream();
    let (mut screener, tower) = kit.recorded(&Options::default());
    spans(&mut screener, 60.0);
    let (mut fresh, alone) = kit.recorded(&Options::default());
    fresh.push(Pcm::F32(&voice(44_100, 1.0)), 44_100, 1, |_| ()).unwrap();
    fresh.finish(|_| ()).unwrap();
    assert_eq!(tower.inputs()[9..], alone.inputs());
}

#[test]
fn what_lasts_ends_at_a_long_gap() {
    let mut kit = Kit::stream();
    kit.scoring.on_probability = 0.4;
    kit.scoring.off_probability = 0.3;
    let mut screener = kit.screener();
    let mut lasting = 0i32;
    let mut ends = Vec::new();
    let mut follow = |event: Event<'_>| match event {
        Event::Onset { .. } => lasting += 1,
        Event::Offset { time, .. } => {
            lasting -= 1;
            ends.push(time);
        }
        _ => {}
    };
    screener.push(Pcm::F32(&voice(16_000, 2.5)), 16_000, 1, &mut follow).unwrap();
    screener.skip(10.0, &mut follow).unwrap();
    assert_eq!(lasting, 0);
    assert!(ends.last().is_some_and(|&end| end == 2.5), "{ends:?}");
}

#[test]
fn the_format_may_change_where_nothing_is_missing() {
    let kit = Kit::stream();
    let mut screener = kit.screener();
    let stereo: Vec<f32> = voice(44_100, 1.0).iter().flat_map(|&s| [s, s]).collect();
    screener.push(Pcm::F32(&stereo), 44_100, 2, |_| ()).unwrap();
    let error = screener.push(Pcm::F32(&[0.0; 4]), 48_000, 1, |_| ()).unwrap_err();
    assert!(matches!(error, ScreenError::Format(_)));
    screener.skip(0.0, |_| ()).unwrap();
    screener.push(Pcm::F32(&voice(48_000, 1.0)), 48_000, 1, |_| ()).unwrap();
    assert!(matches!(
        screener.push(Pcm::F32(&[0.0; 4]), 44_100, 2, |_| ()),
        Err(ScreenError::Format(_))
    ));
    screener.skip(f64::NAN, |_| ()).unwrap();
    screener.skip(-1.0, |_| ()).unwrap();
    screener.finish(|_| ()).unwrap();
    assert_eq!(screener.summary().unwrap().seconds, 2.0);
    assert!(matches!(screener.skip(1.0, |_| ()), Err(ScreenError::Finished)));
}

#[test]
fn lost_samples_are_seen() {
    let kit = Kit::stream();
    let dropouts = |missing: f64| {
        let mut screener = kit.screener();
        for _ in 0..3 {
            screener.push(Pcm::F32(&voice(48_000, 1.0)), 48_000, 1, |_| ()).unwrap();
            screener.skip(missing, |_| ()).unwrap();
        }
        screener.push(Pcm::F32(&voice(48_000, 1.0)), 48_000, 1, |_| ()).unwrap();
        screener.finish(|_| ()).unwrap();
        screener.summary().unwrap().quality.dropouts
    };
    assert_eq!((dropouts(0.0), dropouts(0.02)), (0, 3));
}

#[test]
fn before_the_first_push_only_the_time_goes_on() {
    let mut screener = Kit::stream().screener();
    let mut first = None;
    screener.skip(1.5, |event| panic!("{event:?}")).unwrap();
    screener.skip(30.0, |event| panic!("{event:?}")).unwrap();
    let mut keep = |event: Event<'_>| {
        if let Event::Segment(segment) = event {
            first.get_or_insert((segment.index, segment.start));
        }
    };
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &mut keep).unwrap();
    assert_eq!(first, Some((0, 31.5)));
    screener.reset();
    let mut first = None;
    let mut keep = |event: Event<'_>| {
        if let Event::Segment(segment) = event {
            first.get_or_insert(segment.start);
        }
    };
    screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &mut keep).unwrap();
    assert_eq!(first, Some(0.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn it_does_not_matter_how_the_audio_between_gaps_is_cut(
        parts in prop::collection::vec((0usize..20_000, 0.0f64..4.0), 1..5),
        cuts in prop::collection::vec(1usize..5_000, 1..8),
    ) {
        let kit = Kit::stream();
        let samples = voice(44_100, 1.0);
        let run = |cuts: &[usize]| {
            let mut events = Vec::new();
            let mut screener = kit.screener();
            for &(length, missing) in &parts {
                let mut rest = &samples[..length];
                for cut in cuts.iter().cycle() {
                    let (now, later) = rest.split_at((*cut).min(rest.len()));
                    screener
                        .push(Pcm::F32(now), 44_100, 1, |event| log(event, &mut events))
                        .unwrap();
                    rest = later;
                    if rest.is_empty() {
                        break;
                    }
                }
                screener.skip(missing, |event| log(event, &mut events)).unwrap();
            }
            screener.finish(|event| log(event, &mut events)).unwrap();
            (events, screener.summary().unwrap())
        };
        prop_assert_eq!(run(&[usize::MAX]), run(&cuts));
    }
}

#[test]
fn an_interruption_ends_what_lasts_at_once_and_takes_no_time() {
    let mut kit = Kit::stream();
    kit.scoring.on_probability = 0.4;
    kit.scoring.off_probability = 0.3;
    // Everything that is told: while the sound stops, and until the end.
    let told = |interrupted: bool| {
        let mut screener = kit.screener();
        let mut events = Vec::new();
        screener.interrupt(|event| log(event, &mut events)).unwrap();
        assert!(events.is_empty(), "nothing was heard yet");
        let sound = voice(16_000, 2.55);
        screener.push(Pcm::F32(&sound), 16_000, 1, |event| log(event, &mut events)).unwrap();
        if interrupted {
            screener.interrupt(|event| log(event, &mut events)).unwrap();
            let ended = events.len();
            screener.interrupt(|event| log(event, &mut events)).unwrap();
            assert_eq!(events.len(), ended, "once is enough");
            assert!(events.last().unwrap().contains("Offset"), "{:?}", events.last());
        }
        screener.skip(10.0, |event| log(event, &mut events)).unwrap();
        screener.push(Pcm::F32(&sound), 16_000, 1, |event| log(event, &mut events)).unwrap();
        screener.finish(|event| log(event, &mut events)).unwrap();
        events
    };
    assert_eq!(told(true), told(false));
}
