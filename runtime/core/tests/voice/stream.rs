//! When frames and marks come, and that pieces make no difference.

use crate::synth::{noisy, single, steady, vowel};
use crate::{Measured, PLAN};
use proptest::prelude::*;
use slap_core::voice::{Descriptor, Event, Frame, HOP, SAMPLE_RATE, StdStream};

#[test]
fn short_clips() {
    let tenth = Measured::of(&single(&vowel(0.1, steady(150.0))));
    assert_eq!(tenth.frames.len(), 10);
    assert!(tenth.frames[3..7].iter().all(Frame::is_voiced));
    assert_eq!(Measured::of(&[]).frames.len(), 0);
    assert_eq!(Measured::of(&[0.5; HOP - 1]).frames.len(), 0);
    assert_eq!(Measured::of(&[0.5; HOP]).frames.len(), 1);
    assert_eq!(Measured::of(&[0.5; 2 * HOP + 7]).frames.len(), 2);
}

#[test]
fn a_voice_is_the_same_at_any_hour() {
    // A minute shows whether places are kept in single precision: there, they would be off
    // by a sixteenth of a sample.
    let voice = single(&vowel(0.5, steady(170.3)));
    let after = |seconds: u32| {
        let silence = vec![0.0; (seconds * SAMPLE_RATE) as usize];
        Measured::by(&mut PLAN.stream(), [&silence[..], &voice[..]])
    };
    let (fresh, late) = (after(1), after(60));
    let offset = f64::from(59 * SAMPLE_RATE);
    let late_frames = &late.frames[late.frames.len() - fresh.frames.len()..];
    for (late, fresh) in late_frames.iter().zip(&fresh.frames) {
        assert_eq!(late.get(Descriptor::Pitch), fresh.get(Descriptor::Pitch));
    }
    assert_eq!(late.marks.len(), fresh.marks.len());
    for (late, fresh) in late.marks.iter().zip(&fresh.marks) {
        assert_eq!(late.period, fresh.period);
        let place = late.position - offset;
        assert!((place - fresh.position).abs() < 1e-6, "{late:?}, {fresh:?}");
    }
}

#[test]
fn marks_come_in_order_and_before_their_frame() {
    let mut samples = vowel(0.5, steady(150.0));
    samples.extend([0.0; 3_200]);
    samples.extend(vowel(0.5, steady(240.0)));
    let mut frames = 0;
    let mut last: Option<f64> = None;
    let mut stretches = 0;
    let mut check = |event: Event<'_>| match event {
        Event::Mark(mark) => {
            assert!(mark.position >= (frames * HOP) as f64, "{mark:?} after frame {frames}");
            assert!(mark.position < ((frames + 1) * HOP) as f64, "{mark:?} too early");
            match mark.period {
                Some(period) => {
                    let step = mark.position - last.unwrap();
                    assert!((step - f64::from(period)).abs() < 1e-3, "{mark:?}, {step}");
                }
                None => stretches += 1,
            }
            assert!(mark.amplitude.unwrap() > 0.0);
            last = Some(mark.position);
        }
        Event::Frame(frame) => {
            assert_eq!(frame.index, frames as u64);
            frames += 1;
        }
    };
    let mut stream = PLAN.stream();
    stream.push(&PLAN, &single(&samples), &mut check);
    stream.finish(&PLAN, &mut check);
    assert_eq!((frames, stretches), (samples.len() / HOP, 2));
}

#[test]
fn frames_come_when_the_delay_says() {
    let mut stream = PLAN.stream();
    let mut frames = 0;
    for n in 1..=StdStream::DELAY + 3 * HOP {
        stream.push(&PLAN, &[0.1], |event| {
            frames += usize::from(matches!(event, Event::Frame(_)))
        });
        assert_eq!(frames, n.saturating_sub(StdStream::DELAY) / HOP, "after {n} samples");
    }
}

#[test]
fn a_finished_stream_is_as_new() {
    let (one, other) = (vowel(0.3, steady(210.0)), noisy(&vowel(0.4, steady(90.0)), 10.0));
    let mut stream = PLAN.stream();
    Measured::by(&mut stream, [&single(&one)[..]]);
    let again = Measured::by(&mut stream, [&single(&other)[..]]);
    assert_eq!(again, Measured::of(&single(&other)));
    stream.push(&PLAN, &single(&one), |_| {});
    stream.reset();
    assert_eq!(Measured::by(&mut stream, [&single(&other)[..]]), again);
}

#[cfg(feature = "microfft")]
#[test]
fn a_transform_without_a_heap_serves_as_well() {
    use slap_core::front_end::MicroFft;
    use slap_core::voice::{Plan, Stream};

    type Small = Stream<MicroFft<512>, MicroFft<1_024>>;
    assert!(size_of::<Small>() <= 32 * 1_024, "{} bytes", size_of::<Small>());
    let plan = Plan::with_transforms(MicroFft::<512>, MicroFft::<1_024>).unwrap();
    let samples = single(&noisy(&vowel(0.4, steady(187.1)), 15.0));
    let mut stream = plan.stream();
    let mut measured = Measured::default();
    stream.push(&plan, &samples, |event| measured.add(event));
    stream.finish(&plan, |event| measured.add(event));
    let other = Measured::of(&samples);
    for (a, b) in measured.inner().iter().zip(other.inner()) {
        for descriptor in [Descriptor::Pitch, Descriptor::HarmonicsToNoise] {
            let (a, b) = (a.get(descriptor).unwrap(), b.get(descriptor).unwrap());
            assert!((a - b).abs() < 1e-3 * b.abs(), "{descriptor:?}: {a}, not {b}");
        }
    }
    let refused = Plan::with_transforms(MicroFft::<512>, MicroFft::<512>);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the transform must have 1024 samples, got 512"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_make_no_difference(
        hz in 60.0..900.0,
        decibels in 0.0..30.0,
        cuts in prop::collection::vec(1_usize..1_500, 1..24),
    ) {
        let samples = single(&noisy(&vowel(0.5, steady(hz)), decibels));
        let mut pieces = Vec::new();
        let mut rest = &samples[..];
        for cut in cuts.iter().cycle() {
            let (piece, behind) = rest.split_at((*cut).min(rest.len()));
            pieces.push(piece);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        let cut = Measured::by(&mut PLAN.stream(), pieces);
        prop_assert_eq!(cut, Measured::of(&samples));
    }
}
