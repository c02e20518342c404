//! The statistics of a window beside naive ones that keep all frames.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use slap_core::voice::{Descriptor, Event, Frame, Functional, Mark, Statistic, Summary};

/// A voiced frame of this pitch, or an unvoiced one, with something of the rest.
fn frame(index: u64, pitch: Option<f32>, loudness: f32) -> Frame {
    let mut frame = Frame::new(index);
    if let Some(pitch) = pitch {
        frame.set(Descriptor::Pitch, pitch);
        frame.set(Descriptor::PitchSemitones, 12.0 * (pitch / 27.5).log2());
        frame.set(Descriptor::F1, 400.0 + pitch);
    }
    frame.set(Descriptor::Loudness, loudness);
    if loudness > 0.0 {
        frame.set(Descriptor::Level, 20.0 * loudness.log10() - 20.0);
        frame.set(Descriptor::AlphaRatio, 3.0 - loudness);
        frame.set(Descriptor::Flux, loudness * 0.1);
        frame.set(Descriptor::CepstralPeakProminence, 20.0 * loudness);
    }
    frame
}

fn summary(frames: &[Frame]) -> Summary {
    let mut summary = Summary::new();
    frames.iter().for_each(|frame| summary.add(&Event::Frame(frame)));
    summary
}

fn get(summary: &Summary, name: &str) -> Option<f32> {
    summary.get(Functional::named(name).unwrap())
}

/// A contour without turns or gaps at the given pitches.
fn voiced(pitches: &[f32]) -> Vec<Frame> {
    (0u64..).zip(pitches).map(|(index, &pitch)| frame(index, Some(pitch), 0.5)).collect()
}

fn close(got: Option<f32>, expected: f64, what: &str) {
    let got = got.map(f64::from);
    let near = |got: f64| (got - expected).abs() <= 1e-4 * expected.abs().max(1e-3);
    assert!(got.is_some_and(near), "{what}: {got:?} for {expected}");
}

#[test]
fn nothing_is_known_of_an_empty_window() {
    let summary = Summary::default();
    for functional in Functional::all() {
        assert_eq!(summary.get(functional), None, "{}", functional.name());
    }
    assert_eq!((summary.frames(), summary.seconds(), summary.voiced_seconds()), (0, 0.0, 0.0));
}

#[test]
fn one_frame_has_means_but_no_spread() {
    let summary = summary(&[frame(7, Some(220.0), 0.5)]);
    for functional in Functional::all() {
        let Some((_, statistic)) = functional.source() else { continue };
        let value = summary.get(functional);
        let is_mean = matches!(statistic, Statistic::Mean | Statistic::VoicedMean);
        let is_percentile =
            matches!(statistic, Statistic::P20 | Statistic::P50 | Statistic::P80);
        assert!(value.is_none() || is_mean || is_percentile, "{}", functional.name());
    }
    close(get(&summary, "pitch_hz.p50"), 220.0, "a single value");
    close(get(&summary, "pitch_semitones.p20"), 36.0, "a single value");
    close(get(&summary, "voiced_segment_seconds.mean"), 0.01, "a single frame");
    assert_eq!(get(&summary, "voiced_segment_seconds.std"), None);
    assert_eq!(get(&summary, "unvoiced_segment_seconds.mean"), None);
    assert_eq!(get(&summary, "voiced_share"), Some(1.0));
}

#[test]
fn memory_is_bounded() {
    let size = size_of::<Summary>();
    assert!(size <= 16 * 1024, "{size} bytes");
}

#[test]
fn pitch_in_hertz_is_the_median_to_two_thousandths() {
    // Over the whole range, so that every place within a bin occurs.
    let mut pitch = 55.0;
    while pitch < 1_000.0 {
        let pitches = [pitch * 0.93, pitch * 0.94, pitch, pitch * 1.05, pitch * 1.06];
        let median = get(&summary(&voiced(&pitches)), "pitch_hz.p50").unwrap();
        assert!((median / pitch - 1.0).abs() < 0.002, "{median} for {pitch}");
        pitch *= 1.000_7;
    }
}

#[test]
fn steady_pitch_has_its_own_median_and_no_slope() {
    let summary = summary(&voiced(&[137.3; 50]));
    close(get(&summary, "pitch_hz.p50"), 137.3, "median");
    assert_eq!(get(&summary, "pitch_semitones.range_20_80"), Some(0.0));
    assert_eq!(get(&summary, "pitch_semitones.rising_slope_mean"), None);
    assert_eq!(get(&summary, "pitch_semitones.falling_slope_std"), None);
}

#[test]
fn slopes_are_those_of_glides() {
    // Up an octave in 1.2 s, down one in 0.6 s, and up again in 0.9 s.
    let up = |frames: i32| (0..frames).map(move |at| f64::from(at) / f64::from(frames));
    let octaves = up(120).chain(up(60).map(|it| 1.0 - it)).chain(up(90));
    let pitches: Vec<f32> = octaves.map(|it| (110.0 * it.exp2()) as f32).collect();
    let summary = summary(&voiced(&pitches));
    // Smoothing takes the tips off.
    let near = |name: &str, expected: f32| {
        let got = get(&summary, name).unwrap();
        assert!((got - expected).abs() < 0.8, "{name}: {got} for {expected}");
    };
    near("pitch_semitones.rising_slope_mean", (10.0 + 13.33) / 2.0);
    near("pitch_semitones.rising_slope_std", 1.67);
    near("pitch_semitones.falling_slope_mean", 20.0);
    assert_eq!(get(&summary, "pitch_semitones.falling_slope_std"), None);
}

#[test]
fn slopes_do_not_cross_silence() {
    let low = (0..10).map(|index| frame(index, Some(100.0), 0.5));
    let gap = (10..12).map(|index| frame(index, None, 0.5));
    let high = (12..22).map(|index| frame(index, Some(300.0), 0.5));
    let frames: Vec<Frame> = low.chain(gap).chain(high).collect();
    assert_eq!(get(&summary(&frames), "pitch_semitones.rising_slope_mean"), None);
}

#[test]
fn syllables_are_peaks_of_loudness() {
    // Four swells a second for three seconds, over a hum.
    let swell = |at: u64| 0.3 + (at as f32 * std::f32::consts::TAU / 25.0).sin().max(0.0);
    let frames: Vec<Frame> = (0..300).map(|at| frame(at, None, swell(at))).collect();
    assert_eq!(get(&summary(&frames), "loudness_peaks_per_second"), Some(4.0));
    let steady: Vec<Frame> = (0..300).map(|at| frame(at, None, 0.4)).collect();
    assert_eq!(get(&summary(&steady), "loudness_peaks_per_second"), Some(0.0));
}

#[test]
fn the_equivalent_level_counts_silence_as_nothing() {
    let mut frames: Vec<Frame> = (0..10).map(|at| frame(at, None, 1.0)).collect();
    close(get(&summary(&frames), "equivalent_level_dbfs"), -20.0, "steady");
    frames.extend((10..100).map(Frame::new));
    close(get(&summary(&frames), "equivalent_level_dbfs"), -30.0, "a tenth of the time");
    let silence: Vec<Frame> = (0..100).map(Frame::new).collect();
    assert_eq!(get(&summary(&silence), "equivalent_level_dbfs"), None);
}

#[test]
fn fry_counts_among_voiced_frames() {
    let mut frames = voiced(&[60.0, 70.0, 77.9, 78.0, 90.0, 120.0]);
    frames.extend((6..20).map(|at| frame(at, None, 0.1)));
    assert_eq!(get(&summary(&frames), "creak_share"), Some(0.5));
    assert_eq!(get(&summary(&frames[6..]), "creak_share"), None);
}

#[test]
fn marks_come_to_jitter_and_shimmer_of_the_whole_window() {
    let mut summary = Summary::new();
    let mut position = 0.0;
    for cycle in 0..40 {
        let period = if cycle % 2 == 0 { 99.0 } else { 101.0 };
        position += f64::from(period);
        let amplitude = if cycle % 2 == 0 { 0.9 } else { 1.0 };
        let known = cycle > 0;
        summary.add(&Event::Mark(Mark {
            position,
            period: known.then_some(period),
            amplitude: known.then_some(amplitude),
        }));
    }
    let mean = (20.0 * 101.0 + 19.0 * 99.0) / 39.0;
    close(get(&summary, "jitter.local"), 2.0 / mean, "each period differs by two samples");
    close(get(&summary, "shimmer.local_db"), 20.0 * (1.0f64 / 0.9).log10(), "level");
}

#[test]
fn windows_that_do_not_follow_on_one_another_stay_apart() {
    let mut first = summary(&voiced(&[100.0; 10]));
    let second: Vec<Frame> = (30..40).map(|at| frame(at, Some(200.0), 0.5)).collect();
    first.merge(&summary(&second));
    close(get(&first, "voiced_segment_seconds.mean"), 0.1, "two of 0.1 s");
    assert_eq!(get(&first, "voiced_segment_seconds.std"), Some(0.0));
    assert_eq!(get(&first, "pitch_semitones.rising_slope_mean"), None);

    // The same frames again, as another recording would bring them.
    first.merge(&summary(&voiced(&[100.0; 10])));
    assert_eq!(get(&first, "voiced_segments_per_second"), Some(10.0));
}

#[test]
fn a_window_that_was_reset_is_as_new() {
    let mut used = summary(&voiced(&[100.0, 200.0, 300.0]));
    used.reset();
    assert_eq!(used.frames(), 0);
    assert!(Functional::all().all(|functional| used.get(functional).is_none()));
}

/// What a window comes to, from all its frames at once.
fn naive(frames: &[Frame], functional: Functional) -> Option<f64> {
    let (descriptor, statistic) = functional.source()?;
    let values = |voiced: &[bool]| -> Vec<f64> {
        let wanted = frames.iter().filter(|frame| voiced.contains(&frame.is_voiced()));
        wanted.filter_map(|frame| frame.get(descriptor).map(f64::from)).collect()
    };
    let mean = |values: &[f64]| {
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let variation = |values: &[f64]| {
        let mean = mean(values)?;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let deviation = (squares / values.len() as f64).sqrt();
        (values.len() > 1 && mean != 0.0 && mean.abs() >= 1e-3 * deviation)
            .then(|| deviation / mean.abs())
    };
    // Pauses have a cepstral peak, too.
    let whole: &[bool] =
        if descriptor == Descriptor::CepstralPeakProminence { &[true] } else { &[true, false] };
    let percentile = |percent: usize| {
        let mut sorted = values(&[true, false]);
        sorted.sort_by(f64::total_cmp);
        sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied()
    };
    match statistic {
        Statistic::Mean => mean(&values(whole)),
        Statistic::Cv => variation(&values(whole)),
        Statistic::P20 => percentile(20),
        Statistic::P50 => percentile(50),
        Statistic::P80 => percentile(80),
        Statistic::Range if values(&[true, false]).len() < 2 => None,
        Statistic::Range => Some(percentile(80)? - percentile(20)?),
        Statistic::VoicedMean => mean(&values(&[true])),
        Statistic::VoicedCv => variation(&values(&[true])),
        Statistic::UnvoicedMean => mean(&values(&[false])),
        _ => None,
    }
}

/// How far a percentile may be off: a bin.
fn tolerance(functional: Functional, value: f64) -> f64 {
    use Statistic::{P20, P50, P80, Range};
    let rounding = 2e-5 * value.abs().max(0.1);
    match functional.source() {
        Some((Descriptor::PitchSemitones, P20 | P50 | P80)) => 1.0 / 32.0 + rounding,
        Some((Descriptor::PitchSemitones, Range)) => 2.0 / 32.0 + rounding,
        Some((Descriptor::Pitch, P20 | P50 | P80)) => 0.002 * value,
        Some((Descriptor::Loudness, P20 | P50 | P80)) => 0.0101 * value + 1e-4,
        // The 80th percentile is what counts, and no loudness here lies above 4.
        Some((Descriptor::Loudness, Range)) => 0.08,
        _ => rounding,
    }
}

fn any_frames() -> impl Strategy<Value = Vec<Frame>> {
    // Runs, since frames that are voiced at random would have no contour.
    let run = (1usize..9, prop::option::of(56.0f32..900.0), 0.0f32..4.0, -0.4f32..0.4);
    prop::collection::vec(run, 1..14).prop_map(|runs| {
        let mut frames = Vec::new();
        for (length, pitch, loudness, slope) in runs {
            for at in 0..length {
                let growth = (at as f32 * slope).exp2();
                let pitch = pitch.map(|pitch| (pitch * growth).clamp(55.0, 1_000.0));
                let loudness = (loudness * growth).min(4.0);
                frames.push(frame(frames.len() as u64, pitch, loudness));
            }
        }
        frames
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn all_statistics_are_those_of_the_frames(frames in any_frames()) {
        let summary = summary(&frames);
        for functional in Functional::all() {
            use Statistic::{FallingSlopeMean, FallingSlopeStd, RisingSlopeMean, RisingSlopeStd};
            let Some((_, statistic)) = functional.source() else { continue };
            if matches!(
                statistic,
                RisingSlopeMean | RisingSlopeStd | FallingSlopeMean | FallingSlopeStd
            ) {
                continue;
            }
            let (got, expected) = (summary.get(functional), naive(&frames, functional));
            prop_assert_eq!(got.is_some(), expected.is_some(), "{}", functional.name());
            if let (Some(got), Some(expected)) = (got, expected) {
                let off = (f64::from(got) - expected).abs();
                let name = functional.name();
                prop_assert!(off <= tolerance(functional, expected), "{name}: {got}, {expected}");
            }
        }
    }

    #[test]
    fn segments_are_the_runs_of_frames(frames in any_frames()) {
        let summary = summary(&frames);
        let runs: Vec<&[Frame]> =
            frames.chunk_by(|a, b| a.is_voiced() == b.is_voiced()).collect();
        for (voiced, name) in [(true, "voiced"), (false, "unvoiced")] {
            let runs = runs.iter().filter(|run| run[0].is_voiced() == voiced);
            let lengths: Vec<f64> = runs.map(|run| run.len() as f64 / 100.0).collect();
            let mean = get(&summary, &format!("{name}_segment_seconds.mean"));
            prop_assert_eq!(mean.is_some(), !lengths.is_empty());
            if let Some(mean) = mean {
                let expected = lengths.iter().sum::<f64>() / lengths.len() as f64;
                prop_assert!((f64::from(mean) - expected).abs() < 1e-6);
            }
            if voiced {
                let rate = f64::from(get(&summary, "voiced_segments_per_second").unwrap());
                let expected = lengths.len() as f64 * 100.0 / frames.len() as f64;
                prop_assert!((rate - expected).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn windows_merge_to_the_whole(
        frames in any_frames(),
        cuts in prop::collection::vec(0usize..100, 0..4),
    ) {
        let whole = summary(&frames);
        let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut.min(frames.len())).collect();
        cuts.extend([0, frames.len()]);
        cuts.sort_unstable();
        let mut merged = Summary::new();
        for cut in cuts.windows(2) {
            merged.merge(&summary(&frames[cut[0]..cut[1]]));
        }
        for functional in Functional::all() {
            let (got, expected) = (merged.get(functional), whole.get(functional));
            let name = functional.name();
            prop_assert_eq!(got.is_some(), expected.is_some(), "{}", name);
            if let (Some(got), Some(expected)) = (got, expected) {
                let near = (got - expected).abs() <= 1e-5 * expected.abs().max(0.1);
                prop_assert!(near, "{name}: {got}, {expected}");
            }
        }
    }
}
