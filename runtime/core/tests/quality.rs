//! Quality of recordings whose faults are known because they were made here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::f32::consts::TAU;

use proptest::prelude::*;
use slap_core::quality::{Bounds, Grade, Limits, Reason, Report, StdPlan, Tally, Verdict};

const RATE: usize = 16_000;

/// As strict as a bundle's, with nothing left out.
const LIMITS: Limits = Limits {
    active_dbfs: -45.0,
    usable: Bounds::new(-60.0, 0.5, 0.02),
    good: Bounds {
        silence_dbfs: -60.0,
        minimum_active_seconds: 0.5,
        maximum_clipped_share: 0.001,
        minimum_snr_db: Some(20.0),
        minimum_bandwidth_hz: Some(4_200.0),
        minimum_voiced_seconds: Some(0.3),
        maximum_dropout_share: Some(0.0),
        maximum_silent_share: Some(0.5),
        maximum_dc: Some(0.02),
    },
};

fn measure(samples: &[f32]) -> (Report, Verdict) {
    let plan = StdPlan::new(RATE as u32, LIMITS).unwrap();
    let mut meter = plan.meter();
    meter.push(&plan, samples);
    meter.finish(&plan);
    let tally = meter.tally();
    (plan.report(&tally), plan.verdict(&tally))
}

fn names(verdict: &Verdict) -> Vec<&'static str> {
    verdict.reasons().iter().map(Reason::name).collect()
}

/// Noise, always the same for the same seed.
struct Random(u64);

impl Random {
    /// -1 to 1, every value equally likely.
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
        ((self.0 >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    }
}

/// What kinds of noise there are: flat, less of the high, more of it, and a hum.
const NOISES: [&str; 4] = ["white", "pink", "blue", "hum"];

/// Noise with a mean square of 1.
fn noise(kind: &str, samples: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let mut poles = [0.0f32; 3];
    let mut previous = 0.0;
    let noise: Vec<f32> = (0..samples)
        .map(|at| {
            let white = random.next();
            match kind {
                "white" => white,
                "pink" => {
                    // Three first-order filters, an octave and more apart.
                    for (pole, (keep, gain)) in poles.iter_mut().zip([
                        (0.997_65, 0.099_046),
                        (0.963, 0.296_516_4),
                        (0.57, 1.052_691_3),
                    ]) {
                        *pole = keep * *pole + gain * white;
                    }
                    poles.iter().sum::<f32>() + 0.1848 * white
                }
                "blue" => {
                    let difference = white - previous;
                    previous = white;
                    difference
                }
                _ => {
                    let phase = TAU * 50.0 * at as f32 / RATE as f32;
                    phase.sin() + 0.2 * (3.0 * phase).sin() + 0.003 * white
                }
            }
        })
        .collect();
    let mean = noise.iter().map(|v| v * v).sum::<f32>() / samples as f32;
    noise.iter().map(|v| v / mean.sqrt()).collect()
}

/// Something like speech: syllables of a buzzing voice that rises and falls, each of
/// another level and followed by a hiss, with pauses between words. Returns the samples
/// and the mean square of what is active.
fn speech(seconds: usize) -> (Vec<f32>, f32) {
    let mut random = Random(7);
    let mut samples = vec![0.0f32; seconds * RATE];
    let (mut phase, mut ring) = (0.0f32, [[0.0f32; 2]; 3]);
    let mut hiss = 0.0;
    for (at, sample) in samples.iter_mut().enumerate() {
        let time = at as f32 / RATE as f32;
        let syllable = (time / 0.24) as usize;
        let within = time / 0.24 - syllable as f32;
        // Every fifth syllable is a pause.
        if syllable % 5 == 4 {
            continue;
        }
        let level = [1.0, 0.5, 0.7, 0.3][syllable % 4];
        let swell = (within * TAU / 2.0).sin().max(0.0).powf(0.6);
        phase += (110.0 + 25.0 * (time * 3.0).sin()) / RATE as f32;
        let mut value = if phase >= 1.0 { 1.0 } else { 0.02 * random.next() };
        phase -= phase.floor();
        for (memory, (hertz, width)) in
            ring.iter_mut().zip([(550.0, 90.0), (1_600.0, 120.0), (2_700.0, 200.0)])
        {
            let radius = (-TAU / 2.0 * width / RATE as f32).exp();
            let turn = 2.0 * radius * (TAU * hertz / RATE as f32).cos();
            let [one, two] = *memory;
            let now = value + turn * one - radius * radius * two;
            *memory = [now, one];
            value = now * 0.25;
        }
        let white = random.next();
        let sharp = white - hiss;
        hiss = white;
        let fricative = if within > 0.75 { 0.05 * sharp } else { 0.002 * sharp };
        *sample = level * swell * (value * 2.0 + fricative);
    }
    let peak = samples.iter().fold(0.0f32, |peak, v| peak.max(v.abs()));
    samples.iter_mut().for_each(|v| *v *= 0.5 / peak);
    // Active as P.56 has it, near enough: within 16 dB of the active level.
    let frames: Vec<f32> =
        samples.chunks(160).map(|f| f.iter().map(|v| v * v).sum::<f32>() / 160.0).collect();
    let mut level = frames.iter().sum::<f32>() / frames.len() as f32;
    for _ in 0..8 {
        let active: Vec<f32> = frames.iter().copied().filter(|&p| p > level / 39.0).collect();
        level = frames.iter().sum::<f32>() / active.len() as f32;
    }
    (samples, level)
}

fn add(samples: &[f32], noise: &[f32], mean_square: f32) -> Vec<f32> {
    samples.iter().zip(noise).map(|(s, n)| s + n * mean_square.sqrt()).collect()
}

#[test]
fn clean_speech_is_good() {
    let (samples, level) = speech(6);
    let clean = add(&samples, &noise("pink", samples.len(), 1), level * 1e-5);
    let (report, verdict) = measure(&clean);
    assert_eq!(verdict, Verdict::GOOD, "{report:?}");
    assert!((report.snr_db.unwrap() - 50.0).abs() < 3.0, "{report:?}");
    assert_eq!(report.bandwidth_hz, Some(8_000.0));
    assert!((3.5..5.2).contains(&report.voiced_seconds.unwrap()), "{report:?}");
}

#[test]
fn the_ratio_is_that_of_the_mixture() {
    let (samples, level) = speech(6);
    for kind in NOISES {
        for (seed, snr) in [0.0f32, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0].into_iter().enumerate() {
            let noise = noise(kind, samples.len(), 11 + seed as u64);
            let mixed = add(&samples, &noise, level * 10f32.powf(-snr / 10.0));
            let (report, verdict) = measure(&mixed);
            let found = report.snr_db.unwrap();
            // A frame is half a period of a hum, and its mean does not count.
            let most = if kind == "hum" { 10.0 } else { 3.0 };
            assert!((-3.0..=most).contains(&(found - snr)), "{kind} at {snr} dB: {found}");
            if snr + most < 20.0 {
                assert_eq!(verdict.grade(), Grade::Usable, "{kind} at {snr} dB");
                assert!(names(&verdict).contains(&"noisy"), "{verdict}");
            }
        }
    }
}

#[test]
fn what_has_no_pause_has_no_ratio() {
    // A vowel, a vowel that trembles, a steady noise.
    let buzz = |at: usize| if at % 130 < 4 { 0.8 } else { -0.02 };
    let vowel: Vec<f32> = (0..4 * RATE).map(buzz).collect();
    let trembling: Vec<f32> = (0..4 * RATE)
        .map(|at| buzz(at) * (0.5 + 0.25 * (TAU * 5.0 * at as f32 / RATE as f32).sin()))
        .collect();
    let hiss: Vec<f32> = noise("white", 4 * RATE, 5).iter().map(|v| v * 0.1).collect();
    for samples in [vowel, trembling, hiss] {
        let (report, verdict) = measure(&samples);
        assert_eq!(report.snr_db, None, "{report:?}");
        assert!(!names(&verdict).contains(&"noisy"), "{verdict}");
    }
}

/// Keeps what is below `cut` Hz: a windowed sinc of 511 taps.
fn low_pass(samples: &[f32], cut: f32) -> Vec<f32> {
    let taps: Vec<f32> = (0..511)
        .map(|i| {
            let t = i as f32 - 255.0;
            let x = TAU * cut / RATE as f32 * t;
            let sinc = if t == 0.0 { 1.0 } else { x.sin() / x };
            let window = 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / 511.0).cos();
            2.0 * cut / RATE as f32 * sinc * window
        })
        .collect();
    let padded: Vec<f32> = std::iter::repeat_n(0.0, 255)
        .chain(samples.iter().copied())
        .chain(std::iter::repeat_n(0.0, 255))
        .collect();
    padded.windows(511).map(|w| w.iter().zip(&taps).map(|(a, b)| a * b).sum()).collect()
}

fn rounded(samples: &[f32]) -> Vec<f32> {
    samples.iter().map(|v| (v * 32_768.0).round() / 32_768.0).collect()
}

#[test]
fn a_call_of_8_khz_is_no_speech_of_16_khz() {
    let (samples, level) = speech(4);
    let clean = add(&samples, &noise("pink", samples.len(), 3), level * 1e-4);
    let call = low_pass(&clean, 3_800.0);
    let eighth: Vec<f32> = call.iter().copied().step_by(2).collect();
    let next = |i: usize| eighth.get(i + 1).copied().unwrap_or(0.0);
    let resampled = [
        ("a good resampler", rounded(&call)),
        (
            "lines between the samples",
            (0..eighth.len()).flat_map(|i| [eighth[i], (eighth[i] + next(i)) / 2.0]).collect(),
        ),
        ("each sample twice", eighth.iter().flat_map(|&v| [v, v]).collect()),
        (
            "a short filter",
            (0..eighth.len())
                .flat_map(|i| {
                    let before = eighth[i.saturating_sub(1)];
                    let middle =
                        (eighth[i] + next(i)) * 0.5625 - (before + next(i + 1)) * 0.0625;
                    [eighth[i], middle]
                })
                .collect(),
        ),
    ];
    for (how, samples) in resampled {
        let (report, verdict) = measure(&samples);
        let found = report.bandwidth_hz.unwrap();
        assert!((3_500.0..=4_100.0).contains(&found), "{how}: {found} Hz");
        assert_eq!(names(&verdict), ["narrow_band"], "{how}: {verdict}");
    }
}

#[test]
fn bandwidth_is_that_of_the_filter() {
    let (samples, level) = speech(4);
    let clean = add(&samples, &noise("pink", samples.len(), 3), level * 1e-4);
    for cut in [2_500.0, 3_400.0, 5_500.0, 7_000.0] {
        let found = measure(&rounded(&low_pass(&clean, cut))).0.bandwidth_hz.unwrap();
        assert!((found - cut).abs() <= 200.0, "{cut} Hz: {found} Hz");
        // Noise that is added afterwards, 50 dB below the voice, does not hide the edge.
        let hiss = noise("white", samples.len(), 9);
        let noisy = add(&low_pass(&clean, cut), &hiss, level * 1e-5);
        let found = measure(&noisy).0.bandwidth_hz.unwrap();
        assert!((found - cut).abs() <= 300.0, "{cut} Hz in noise: {found} Hz");
    }
}

#[test]
fn lost_packets_are_dropouts() {
    let (samples, level) = speech(4);
    let mut lossy = add(&samples, &noise("pink", samples.len(), 3), level * 1e-4);
    for start in [2_000, 9_000, 13_000] {
        lossy[start..start + 320].fill(0.0);
    }
    let (report, verdict) = measure(&lossy);
    assert_eq!(report.dropouts, 3, "{report:?}");
    assert!((report.dropout_seconds - 0.06).abs() < 0.002, "{report:?}");
    assert_eq!(names(&verdict), ["dropouts"]);
}

#[test]
fn a_whisper_is_hardly_voiced_and_a_vowel_is() {
    let whisper: Vec<f32> = noise("white", 3 * RATE, 4)
        .iter()
        .enumerate()
        .map(|(at, v)| v * 0.1 * (TAU * 1.5 * at as f32 / RATE as f32).sin().max(0.001))
        .collect();
    let (report, verdict) = measure(&whisper);
    assert!(report.voiced_seconds.unwrap() < 0.1, "{report:?}");
    assert!(names(&verdict).contains(&"little_voice"), "{verdict}");
    let vowel: Vec<f32> =
        (0..3 * RATE).map(|at| if at % 130 < 4 { 0.8 } else { -0.02 }).collect();
    assert!(measure(&vowel).0.voiced_seconds.unwrap() > 2.8);
}

#[test]
fn other_sounds_say_what_they_lack() {
    let hum: Vec<f32> =
        (0..3 * RATE).map(|at| 0.3 * (TAU * 50.0 * at as f32 / RATE as f32).sin()).collect();
    let (report, verdict) = measure(&hum);
    assert!(report.bandwidth_hz.unwrap() <= 400.0, "{report:?}");
    assert_eq!(names(&verdict), ["narrow_band", "little_voice"]);

    // Chords, each dying away: music, for all that is asked here.
    let music: Vec<f32> = (0..4 * RATE)
        .map(|at| {
            let time = at as f32 / RATE as f32;
            let fade = (-(time * 2.0).fract() * 2.0).exp();
            let chord: f32 = [262.0, 330.0, 392.0, 1_046.0, 3_136.0, 5_274.0]
                .iter()
                .map(|hz| (TAU * hz * time).sin())
                .sum();
            0.1 * fade * chord
        })
        .collect();
    let (report, verdict) = measure(&music);
    assert!(verdict.is_scored(), "{verdict}");
    assert!((5_200.0..5_500.0).contains(&report.bandwidth_hz.unwrap()), "{report:?}");

    let silence = measure(&[0.0; RATE]);
    assert_eq!(names(&silence.1), ["silent"]);
    assert_eq!((silence.0.snr_db, silence.0.bandwidth_hz), (None, None));
    assert_eq!((silence.0.silent_share, silence.0.voiced_seconds), (1.0, Some(0.0)));

    let (samples, _) = speech(2);
    let mut muted = samples.clone();
    muted.resize(5 * RATE, 0.0);
    assert!(names(&measure(&muted).1).contains(&"digital_silence"));

    let short = measure(&samples[..1_600]);
    assert_eq!(names(&short.1), ["too_short"]);
    assert_eq!((short.0.snr_db, short.0.bandwidth_hz), (None, None));

    let loud: Vec<f32> = samples.iter().map(|v| (v * 8.0).clamp(-1.0, 1.0)).collect();
    assert_eq!(names(&measure(&loud).1)[0], "clipped");
    let shifted: Vec<f32> = samples.iter().map(|v| v * 0.5 + 0.1).collect();
    assert!(names(&measure(&shifted).1).contains(&"dc"));
}

#[test]
fn other_rates_leave_the_pitch_alone() {
    let plan = StdPlan::new(48_000, LIMITS).unwrap();
    let mut meter = plan.meter();
    let samples: Vec<f32> =
        (0..96_000).map(|at| 0.3 * (TAU * 200.0 * at as f32 / 48_000.0).sin()).collect();
    meter.push(&plan, &samples);
    meter.finish(&plan);
    let report = plan.report(&meter.tally());
    assert_eq!((report.seconds, report.active_seconds), (2.0, 2.0));
    assert_eq!(report.voiced_seconds, None);
    assert!(report.bandwidth_hz.unwrap() < 1_500.0, "{report:?}");
}

#[cfg(feature = "microfft")]
#[test]
fn transforms_agree() {
    use slap_core::front_end::MicroFft;
    use slap_core::quality::Plan;

    let (samples, level) = speech(3);
    let mixed = add(&samples, &noise("pink", samples.len(), 2), level * 1e-2);
    let plan = Plan::with_transform(RATE as u32, LIMITS, MicroFft::<512>).unwrap();
    let mut meter = plan.meter();
    meter.push(&plan, &mixed);
    meter.finish(&plan);
    assert_eq!(plan.report(&meter.tally()), measure(&mixed).0);
}

/// Everything a sample may be, more often than not a voice with faults.
fn anything() -> impl Strategy<Value = Vec<f32>> {
    let piece = prop_oneof![
        (1usize..2_000, -1.0f32..1.0).prop_map(|(n, v)| vec![v; n]),
        (1usize..2_000).prop_map(|n| vec![0.0; n]),
        (1usize..4_000, 20.0f32..3_000.0, 0.0f32..2.0).prop_map(|(n, hz, gain)| {
            (0..n).map(|at| gain * (TAU * hz * at as f32 / RATE as f32).sin()).collect()
        }),
        (1usize..4_000, any::<u64>(), 0.0f32..1.0).prop_map(|(n, seed, gain)| noise(
            "white", n, seed
        )
        .iter()
        .map(|v| v * gain)
        .collect()),
        prop::collection::vec(any::<f32>(), 1..50),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_breaks_a_report(samples in anything()) {
        let (report, verdict) = measure(&samples);
        for value in [
            report.seconds, report.active_seconds, report.peak_dbfs, report.rms_dbfs,
            report.loudest_dbfs, report.dc, report.zero_share, report.silent_share,
            report.clipped_share, report.dropout_seconds, report.dropout_share(),
        ] {
            prop_assert!(value.is_finite());
        }
        for (value, range) in [
            (report.snr_db, -10.0..=80.0),
            (report.bandwidth_hz, 0.0..=8_000.0),
            (report.voiced_seconds, 0.0..=report.seconds),
        ] {
            prop_assert!(value.is_none_or(|value| range.contains(&value)), "{value:?}");
        }
        prop_assert_eq!(verdict.grade() == Grade::Good, verdict.reasons().is_empty());
    }

    #[test]
    fn any_cutting_gives_the_same_bits(
        samples in anything(),
        cuts in prop::collection::vec(1usize..700, 1..20),
    ) {
        let plan = StdPlan::new(RATE as u32, LIMITS).unwrap();
        let mut whole = plan.meter();
        whole.push(&plan, &samples);
        whole.finish(&plan);
        let mut parts = plan.meter();
        let mut rest = samples.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            parts.push(&plan, now);
            rest = later;
        }
        parts.finish(&plan);
        prop_assert_eq!(whole.tally(), parts.tally());
    }

    #[test]
    fn parts_add_up_to_the_whole(
        samples in anything(),
        step in 400usize..9_000,
    ) {
        let plan = StdPlan::new(RATE as u32, LIMITS).unwrap();
        let whole = measure(&samples).0;
        let mut meter = plan.meter();
        let mut sum = Tally::new();
        for part in samples.chunks(step) {
            meter.push(&plan, part);
            sum.add(&meter.take());
        }
        meter.finish(&plan);
        sum.add(&meter.tally());
        let parts = plan.report(&sum);
        prop_assert_eq!(whole.snr_db, parts.snr_db);
        prop_assert_eq!(whole.voiced_seconds, parts.voiced_seconds);
        prop_assert_eq!(whole.dropouts, parts.dropouts);
        prop_assert_eq!(whole.silent_share, parts.silent_share);
        prop_assert_eq!(whole.clipped_share, parts.clipped_share);
        prop_assert_eq!(whole.active_seconds, parts.active_seconds);
        prop_assert_eq!(whole.bandwidth_hz.is_some(), parts.bandwidth_hz.is_some());
        prop_assert!((whole.rms_dbfs - parts.rms_dbfs).abs() < 1e-3);
    }
}
