//! The Screener as an application sees it, with a small tower in place of a bundle's.

mod support;

use half::f16;
use proptest::prelude::*;
use slap_edge::core::quality::{Grade, Reason, Verdict};
use slap_edge::core::score::Outcome;
use slap_edge::{
    Event, Format, FormatError, Options, Pcm, ScreenError, Screener, SetupError, TaskScore,
};
use support::{Kit, Projection, run, voice};

fn events(screener: &mut Screener<Projection>, samples: &[f32]) -> Vec<String> {
    run(screener, Pcm::F32(samples), 16_000, 1, &[usize::MAX / 64]).0
}

fn kits() -> [Kit; 4] {
    [Kit::stream(), Kit::window(), Kit::waveform(), Kit::needing()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_chunking_gives_the_same_bits(
        kit in 0usize..4,
        rate in prop::sample::select([8_000u32, 16_000, 22_050, 44_100, 48_000].as_slice()),
        channels in 1u16..4,
        seconds in 0.0f64..2.5,
        cuts in prop::collection::vec(
            prop_oneof![1usize..8, 1usize..700, 1usize..50_000], 1..12
        ),
        bad in prop::option::of(0.0f64..1.0),
    ) {
        let kit = &kits()[kit];
        let mut samples = voice(rate, seconds * f64::from(channels));
        samples.truncate(samples.len() / usize::from(channels) * usize::from(channels));
        if let Some(place) = bad && !samples.is_empty() {
            let place = ((place * samples.len() as f64) as usize).min(samples.len() - 1);
            samples[place] = f32::NAN;
        }
        let mut screener = kit.screener();
        let whole = run(&mut screener, Pcm::F32(&samples), rate, channels, &[usize::MAX / 64]);
        screener.reset();
        let parts = run(&mut screener, Pcm::F32(&samples), rate, channels, &cuts);
        prop_assert_eq!(&whole.0, &parts.0);
        prop_assert_eq!(&whole.1, &parts.1);
        let finite = !format!("{:?}", whole).contains("NaN");
        prop_assert!(finite);
    }

    #[test]
    fn sixteen_bits_and_floats_agree(seconds in 0.1f64..1.5) {
        let ints: Vec<i16> = voice(16_000, seconds).iter().map(|s| (s * 32_767.0) as i16).collect();
        let floats: Vec<f32> = ints.iter().map(|&s| f32::from(s) / 32_768.0).collect();
        let kit = Kit::stream();
        let a = run(&mut kit.screener(), Pcm::I16(&ints), 16_000, 1, &[333]);
        let b = run(&mut kit.screener(), Pcm::F32(&floats), 16_000, 1, &[10_000]);
        prop_assert_eq!(a, b);
    }
}

#[test]
fn segments_follow_the_tower() {
    let kit = Kit::stream();
    // 2.0 s are 198 whole frames: 17 chunks of 12, the last one half padding.
    let mut screener = kit.screener();
    let mut spans = Vec::new();
    screener
        .push(Pcm::F32(&voice(16_000, 2.0)), 16_000, 1, |event| {
            if let Event::Segment(segment) = event {
                spans.push((segment.index, segment.start, segment.end));
            }
        })
        .unwrap();
    assert_eq!(spans.len(), 16);
    screener
        .finish(|event| {
            if let Event::Segment(segment) = event {
                spans.push((segment.index, segment.start, segment.end));
            }
        })
        .unwrap();
    assert_eq!(spans.len(), 17);
    assert_eq!(spans[0], (0, 0.0, 0.12));
    assert_eq!(spans[16], (16, 1.92, 2.0));
    assert!((screener.step_seconds() - 0.12).abs() < 1e-12);
    let summary = screener.summary().unwrap();
    assert_eq!((summary.steps, summary.seconds), (17, 2.0));
    assert_eq!(summary.format, Some(Format { rate: 16_000, channels: 1 }));
    assert_eq!(summary.verdict, Verdict::GOOD);
}

#[test]
fn padding_completes_the_last_chunk_and_no_more() {
    let steps = |kit: &Kit, samples: usize| {
        let mut screener = kit.screener();
        screener.push(Pcm::F32(&vec![0.1; samples]), 16_000, 1, |_| ()).unwrap();
        screener.finish(|_| ()).unwrap();
        screener.summary().unwrap().steps
    };
    let stream = Kit::stream();
    // 12 frames need 400 + 11 * 160 = 2160 samples.
    for (samples, expected) in
        [(0, 0), (1, 1), (399, 1), (400, 1), (2_160, 1), (2_319, 1), (2_320, 2), (4_080, 2)]
    {
        assert_eq!(steps(&stream, samples), expected, "{samples} samples");
    }
    let waveform = Kit::waveform();
    for (samples, expected) in [(0, 0), (1, 1), (4_000, 1), (4_001, 2), (5_600, 2), (5_601, 3)]
    {
        assert_eq!(steps(&waveform, samples), expected, "{samples} samples");
    }
    // Centred frames: 1 + n / 160, and windows of 30 every 12.
    let window = Kit::window();
    for (samples, expected) in [(0, 0), (1, 1), (4_799, 1), (4_800, 2), (6_719, 2), (6_720, 3)]
    {
        assert_eq!(steps(&window, samples), expected, "{samples} samples");
    }
}

#[test]
fn summary_is_the_mean_of_the_full_steps() {
    let kit = Kit::stream();
    let mut screener = kit.screener();
    let mut embeddings: Vec<Vec<f32>> = Vec::new();
    let samples = voice(16_000, 1.0);
    let mut keep = |event: Event<'_>| {
        if let Event::Segment(segment) = event {
            embeddings.push(segment.embedding.to_vec());
        }
    };
    screener.push(Pcm::F32(&samples), 16_000, 1, &mut keep).unwrap();
    screener.finish(&mut keep).unwrap();
    let full = &embeddings[2..];
    let mut mean: Vec<f64> =
        (0..support::DIM).map(|i| full.iter().map(|e| f64::from(e[i])).sum()).collect();
    let norm = mean.iter().map(|v| v * v).sum::<f64>().sqrt();
    mean.iter_mut().for_each(|v| *v /= norm);
    let summary = screener.summary().unwrap();
    for (got, expected) in summary.embedding.unwrap().iter().zip(&mean) {
        assert!((f64::from(*got) - expected).abs() < 1e-6);
    }
    for task in &summary.tasks {
        let sum: f32 = task.probabilities().unwrap().iter().sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }
    assert_eq!(summary.prompts.len(), 1, "the prompt of no task is free");
    assert_eq!(summary.prompts[0].info().text, "prompt 5");
    assert!(summary.prompts[0].cosine().is_some());
    let percentile = summary.prompts[0].percentile().unwrap();
    assert!((0.0..=100.0).contains(&percentile));
}

#[test]
fn poor_input_abstains_and_says_why() {
    let kit = Kit::stream();
    let loud: Vec<f32> =
        voice(16_000, 2.0).iter().map(|s| (s * 50.0).clamp(-1.0, 1.0)).collect();
    let mut broken = voice(16_000, 2.0);
    broken[5_000] = f32::INFINITY;
    let cases: [(&[f32], &str); 5] = [
        (&[], "too_short"),
        (&voice(16_000, 0.1), "too_short"),
        (&[0.0; 32_000], "silent"),
        (&loud, "clipped"),
        (&broken, "not_finite"),
    ];
    for (samples, name) in cases {
        let (_, summary) = run(&mut kit.screener(), Pcm::F32(samples), 16_000, 1, &[777]);
        assert_eq!(summary.verdict.grade(), Grade::Poor, "{name}");
        let reason = summary.verdict.reasons()[0];
        assert_eq!(reason.name(), name);
        for task in &summary.tasks {
            assert_eq!(task.outcome(), Outcome::Abstained(Some(reason)));
            assert_eq!((task.probabilities(), task.class()), (None, None));
        }
        for prompt in &summary.prompts {
            assert_eq!((prompt.cosine(), prompt.percentile()), (None, None));
        }
    }
}

#[test]
fn one_bad_sample_spoils_its_span_and_the_clip_and_nothing_else() {
    let kit = Kit::stream();
    let mut samples = voice(16_000, 3.0);
    samples[16_000] = f32::NAN;
    let mut screener = kit.screener();
    let mut spoilt = Vec::new();
    screener
        .push(Pcm::F32(&samples), 16_000, 1, |event| {
            if let Event::Segment(s) = event
                && *s.verdict == Verdict::poor(Reason::NotFinite { samples: 1 })
            {
                assert!(s.tasks.iter().all(|t: &TaskScore| t.probabilities().is_none()));
                spoilt.push(s.index);
            }
        })
        .unwrap();
    screener.finish(|_| ()).unwrap();
    // The sample at 1.0 s lies in the chunk that ends by 1.08 s; two more look back on it.
    assert_eq!(spoilt, [8, 9, 10]);
    assert_eq!(screener.summary().unwrap().quality.not_finite, 1);
}

#[test]
fn a_clipped_channel_is_not_hidden_by_the_other() {
    let kit = Kit::stream();
    let quiet = voice(48_000, 2.0);
    let stereo: Vec<f32> =
        quiet.iter().flat_map(|&s| [s * 0.1, (s * 100.0).clamp(-1.0, 1.0)]).collect();
    let (_, summary) = run(&mut kit.screener(), Pcm::F32(&stereo), 48_000, 2, &[480]);
    assert!(matches!(summary.verdict.reasons(), [Reason::Clipped { .. }]));
}

#[test]
fn events_begin_and_end() {
    let mut kit = Kit::stream();
    kit.scoring.smoothing_seconds = 0.0;
    kit.scoring.on_probability = 0.4;
    kit.scoring.off_probability = 0.3;
    let mut samples = voice(16_000, 3.0);
    samples.extend([0.0; 16_000]);
    samples.extend(voice(16_000, 2.0));
    let log = events(&mut kit.screener(), &samples);
    let count = |word: &str| log.iter().filter(|e| e.starts_with(word)).count();
    assert!(count("Onset") > 0, "{log:?}");
    assert_eq!(count("Onset"), count("Offset"), "every event ends");

    let mut open = Vec::new();
    let mut screener = kit.screener();
    let mut follow = |event: Event<'_>| match event {
        Event::Onset { task, class, time, known, .. } => {
            // 0.24 s are two steps.
            assert!((known - time - 0.24).abs() < 1e-9 || known - time > 0.24);
            assert!(!open.contains(&(task.name.clone(), class)));
            open.push((task.name.clone(), class));
        }
        Event::Offset { task, class, time } => {
            assert!(time <= 6.0);
            let at = open.iter().position(|o| *o == (task.name.clone(), class)).unwrap();
            open.remove(at);
        }
        Event::Segment(segment) => {
            let silent = segment.start > 3.5 && segment.end < 4.0;
            assert!(!silent || *segment.verdict != Verdict::GOOD, "{segment:?}");
        }
        Event::Idle(_) | Event::Frame(_) => panic!("neither was asked for: {event:?}"),
    };
    screener.push(Pcm::F32(&samples), 16_000, 1, &mut follow).unwrap();
    screener.finish(&mut follow).unwrap();
    assert!(open.is_empty());
}

#[test]
fn times_do_not_depend_on_the_rate_of_the_input() {
    let kit = Kit::stream();
    let spans = |rate: u32| {
        let mut out = Vec::new();
        let mut screener = kit.screener();
        let mut keep = |event: Event<'_>| {
            if let Event::Segment(s) = event {
                out.push((s.start, s.end));
            }
        };
        screener.push(Pcm::F32(&voice(rate, 2.0)), rate, 1, &mut keep).unwrap();
        screener.finish(&mut keep).unwrap();
        (out, screener.summary().unwrap())
    };
    let (reference, at_16k) = spans(16_000);
    for rate in [8_000, 22_050, 44_100, 48_000, 96_000] {
        let (got, summary) = spans(rate);
        assert_eq!(got, reference, "{rate} Hz");
        let cosine: f32 = (at_16k.embedding.iter().flatten())
            .zip(summary.embedding.iter().flatten())
            .map(|(a, b)| a * b)
            .sum();
        assert!(rate < 16_000 || cosine > 0.999, "{rate} Hz: {cosine}");
    }
}

#[test]
fn the_format_is_settled_by_the_first_push() {
    let kit = Kit::stream();
    let mut screener = kit.screener();
    assert!(matches!(
        screener.push(Pcm::F32(&[0.0]), 100, 1, |_| ()),
        Err(ScreenError::Format(FormatError::Rate { got: 100 }))
    ));
    assert!(matches!(
        screener.push(Pcm::F32(&[0.0]), 16_000, 0, |_| ()),
        Err(ScreenError::Format(FormatError::Channels { got: 0 }))
    ));
    screener.push(Pcm::F32(&[0.0; 4]), 16_000, 2, |_| ()).unwrap();
    assert!(matches!(
        screener.push(Pcm::F32(&[0.0; 3]), 16_000, 2, |_| ()),
        Err(ScreenError::Format(FormatError::Ragged { channels: 2, got: 3 }))
    ));
    for (rate, channels) in [(16_000, 1), (48_000, 2)] {
        let error = screener.push(Pcm::F32(&[0.0; 4]), rate, channels, |_| ()).unwrap_err();
        assert!(matches!(error, ScreenError::Format(FormatError::Changed { .. })));
        assert!(error.to_string().contains("16000 Hz with 2 channels"));
    }
    // None of these errors spoiled the stream.
    screener.push(Pcm::I16(&[0; 4]), 16_000, 2, |_| ()).unwrap();
    screener.finish(|_| ()).unwrap();
    screener.reset();
    screener.push(Pcm::F32(&[0.0; 4]), 48_000, 1, |_| ()).unwrap();
}

#[test]
fn finishing_is_idempotent_and_final() {
    let kit = Kit::stream();
    let mut screener = kit.screener();
    let first = events(&mut screener, &voice(16_000, 1.0));
    let mut again = 0;
    screener.finish(|_| again += 1).unwrap();
    assert_eq!(again, 0);
    assert!(matches!(
        screener.push(Pcm::F32(&[0.0]), 16_000, 1, |_| ()),
        Err(ScreenError::Finished)
    ));
    screener.reset();
    assert_eq!(events(&mut screener, &voice(16_000, 1.0)), first);
}

#[test]
fn a_failing_tower_stops_the_stream_until_reset() {
    let kit = Kit::stream();
    let encoder = Projection { fail_at: Some(3), ..Projection::streaming() };
    let mut screener =
        Screener::with_encoder(&kit.parts(), encoder, &Options::default()).unwrap();
    let mut segments = 0;
    let error =
        screener.push(Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, |_| segments += 1).unwrap_err();
    assert!(matches!(error, ScreenError::Engine(_)));
    assert_eq!(segments, 3);
    assert!(matches!(screener.finish(|_| ()), Err(ScreenError::Failed)));
    assert!(matches!(screener.summary(), Err(ScreenError::Failed)));
    screener.reset();
    screener.push(Pcm::F32(&[0.1; 400]), 16_000, 1, |_| ()).unwrap();
}

#[test]
fn tasks_and_prompts_can_be_chosen() {
    let kit = Kit::stream();
    let build = |options: &Options| {
        Screener::with_encoder(&kit.parts(), Projection::streaming(), options)
    };
    let mut options = Options {
        tasks: Some(vec!["axis".into(), "axis".into()]),
        pack_prompts: false,
        prompts: vec![("my own".into(), vec![f16::ONE, f16::ZERO, f16::ZERO, f16::ZERO])],
        ..Options::default()
    };
    let screener = build(&options).unwrap();
    let tasks: Vec<_> = screener.tasks().map(|task| task.name.clone()).collect();
    let prompts: Vec<_> = screener.prompts().map(|prompt| prompt.text.clone()).collect();
    assert_eq!((tasks, prompts), (vec!["axis".to_owned()], vec!["my own".to_owned()]));

    options.tasks = Some(vec!["nothing".into()]);
    let error = build(&options).unwrap_err();
    assert!(matches!(error, SetupError::UnknownTask(_)));
    assert!(error.to_string().contains("sign") && error.to_string().contains("axis"));
    options.tasks = None;
    options.prompts[0].1.pop();
    assert!(matches!(build(&options), Err(SetupError::Prompt { expected: 4, got: 3, .. })));
}

#[test]
fn what_does_not_fit_is_refused() {
    let refuse = |kit: &Kit| {
        Screener::with_encoder(&kit.parts(), Projection::streaming(), &Options::default())
            .unwrap_err()
    };
    let mut kit = Kit::window();
    kit.tower.mode = slap_edge::model::manifest::TowerMode::Stream;
    assert!(matches!(refuse(&kit), SetupError::ClipNormalisation));
    let mut kit = Kit::window();
    kit.tower.hop_frames = Some(31);
    assert!(matches!(refuse(&kit), SetupError::Hop { expected: 30, got: 31 }));
    let mut kit = Kit::stream();
    kit.tower.embedding_dim = 8;
    assert!(matches!(refuse(&kit), SetupError::Dimension { expected: 8, got: 4, .. }));
    let mut kit = Kit::stream();
    kit.scoring.off_probability = 0.9;
    assert!(matches!(refuse(&kit), SetupError::Thresholds(_)));
}

#[test]
fn without_a_background_there_is_no_percentile() {
    let mut kit = Kit::stream();
    kit.background = None;
    let (_, summary) =
        run(&mut kit.screener(), Pcm::F32(&voice(16_000, 1.0)), 16_000, 1, &[99]);
    assert!(summary.prompts[0].cosine().is_some());
    assert_eq!(summary.prompts[0].percentile(), None);
}

#[test]
fn a_screener_can_move_to_a_thread_of_its_own() {
    fn sendable<T: Send + 'static>() {}
    sendable::<Screener>();
}
