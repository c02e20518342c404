//! The front end against a naive double-precision reference, against itself
//! under every way of cutting a clip, and across transforms.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use proptest::prelude::*;
use slap_core::front_end::{
    Framing, FrontEndSpec, Log, LogFloor, MelNorm, MelScale, Normalise, SpecError, Spectrum,
    StdPlan, Window,
};
use std::f64::consts::PI;

const FRAMINGS: [Framing; 5] = [
    Framing::Snip,
    Framing::CentreReflect,
    Framing::CentreReflectFloor,
    Framing::CentreZero,
    Framing::Mirror,
];

/// The front end of a small streaming tower.
fn spec() -> FrontEndSpec {
    FrontEndSpec {
        sample_rate: 16_000,
        frame_length: 400,
        hop_length: 160,
        fft_length: 512,
        framing: Framing::Snip,
        window: Window::Hann,
        input_scale: 1.0,
        remove_dc: false,
        pre_emphasis: 0.0,
        spectrum: Spectrum::Power,
        mel_scale: MelScale::Htk,
        mel_norm: MelNorm::None,
        bands: 64,
        low_hz: 50.0,
        high_hz: 8_000.0,
        log: Log::Ln,
        log_floor: 1e-6,
        log_floor_mode: LogFloor::Max,
        normalise: Normalise::None,
    }
}

/// Kaldi's front end, edges mirrored.
fn kaldi() -> FrontEndSpec {
    FrontEndSpec {
        framing: Framing::Mirror,
        window: Window::Povey,
        input_scale: 32_768.0,
        remove_dc: true,
        pre_emphasis: 0.97,
        mel_scale: MelScale::Kaldi,
        bands: 80,
        low_hz: 20.0,
        log_floor: 1.192_092_9e-7,
        ..spec()
    }
}

/// Whisper's front end.
fn whisper() -> FrontEndSpec {
    FrontEndSpec {
        fft_length: 400,
        framing: Framing::CentreReflectFloor,
        mel_scale: MelScale::Slaney,
        mel_norm: MelNorm::Slaney,
        bands: 80,
        low_hz: 0.0,
        log: Log::Log10,
        log_floor: 1e-10,
        ..spec()
    }
}

fn noise(samples: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15);
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * 0.5
        })
        .collect()
}

fn whole(plan: &StdPlan, samples: &[f32]) -> Vec<f32> {
    cut(plan, samples, &[samples.len().max(1)])
}

/// Pushes `samples` in pieces whose lengths repeat `pieces`.
fn cut(plan: &StdPlan, samples: &[f32], pieces: &[usize]) -> Vec<f32> {
    let mut out = Vec::new();
    let mut stream = plan.stream();
    let mut rest = samples;
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).min(rest.len()));
        rest = later;
        stream.push(plan, now, |index, frame| {
            assert_eq!(index as usize, out.len() / plan.bands());
            out.extend_from_slice(frame);
        });
    }
    stream.finish(plan, |index, frame| {
        assert_eq!(index as usize, out.len() / plan.bands());
        out.extend_from_slice(frame);
    });
    out
}

/// The same front end in double precision, straight from the definitions.
fn reference(spec: &FrontEndSpec, samples: &[f32]) -> Vec<f64> {
    let (n, hop, length, fft) = (
        samples.len() as i64,
        spec.hop_length as i64,
        spec.frame_length as i64,
        spec.fft_length,
    );
    let centre = |t: i64| t * hop - fft as i64 / 2 + (fft as i64 - length) / 2;
    let reflect = |i: i64| {
        let i = if i < 0 { -i } else { i };
        if i >= n { 2 * (n - 1) - i } else { i }
    };
    let mirror = |i: i64| {
        let i = if i < 0 { -1 - i } else { i };
        if i >= n { 2 * n - 1 - i } else { i }
    };
    let sample = |i: i64| f64::from(samples[i as usize]) * f64::from(spec.input_scale);
    let (frames, start): (i64, Box<dyn Fn(i64) -> i64>) = match spec.framing {
        Framing::Snip => (1 + (n - length) / hop, Box::new(move |t| t * hop)),
        Framing::CentreReflect | Framing::CentreZero => (1 + n / hop, Box::new(centre)),
        Framing::CentreReflectFloor => (n / hop, Box::new(centre)),
        Framing::Mirror => {
            ((n + hop / 2) / hop, Box::new(move |t| t * hop + hop / 2 - length / 2))
        }
    };
    let edges: Vec<f64> = {
        let to = |hz: f64| match spec.mel_scale {
            MelScale::Htk | MelScale::Kaldi => 1_127.010_480_5 * (1.0 + hz / 700.0).ln(),
            MelScale::Slaney if hz < 1_000.0 => hz * 0.015,
            MelScale::Slaney => 15.0 + (hz / 1_000.0).ln() * 27.0 / 6.4f64.ln(),
        };
        let from = |mel: f64| match spec.mel_scale {
            MelScale::Htk | MelScale::Kaldi => 700.0 * ((mel / 1_127.010_480_5).exp() - 1.0),
            MelScale::Slaney if mel < 15.0 => mel / 0.015,
            MelScale::Slaney => 1_000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp(),
        };
        let (low, high) = (to(spec.low_hz.into()), to(spec.high_hz.into()));
        (0..spec.bands + 2)
            .map(|i| from(low + (high - low) * i as f64 / (spec.bands + 1) as f64))
            .collect()
    };
    let axis = |hz: f64| match spec.mel_scale {
        MelScale::Kaldi => (1.0 + hz / 700.0).ln(),
        _ => hz,
    };
    let mut out = Vec::new();
    for t in 0..frames {
        let mut frame: Vec<f64> = (0..length)
            .map(|i| {
                let at = start(t) + i;
                match spec.framing {
                    Framing::Snip => sample(at),
                    Framing::CentreZero if !(0..n).contains(&at) => 0.0,
                    Framing::CentreZero => sample(at),
                    Framing::CentreReflect | Framing::CentreReflectFloor => sample(reflect(at)),
                    Framing::Mirror => sample(mirror(at)),
                }
            })
            .collect();
        if spec.remove_dc {
            let mean = frame.iter().sum::<f64>() / frame.len() as f64;
            frame.iter_mut().for_each(|v| *v -= mean);
        }
        for i in (0..frame.len()).rev() {
            frame[i] -= f64::from(spec.pre_emphasis) * frame[i.saturating_sub(1)];
        }
        for (i, v) in frame.iter_mut().enumerate() {
            let periodic = 0.5 - 0.5 * (2.0 * PI * i as f64 / length as f64).cos();
            let symmetric = 0.5 - 0.5 * (2.0 * PI * i as f64 / (length - 1) as f64).cos();
            *v *= match spec.window {
                Window::Hann => periodic,
                Window::HannSymmetric => symmetric,
                Window::Hamming => 0.08 + 0.92 * periodic,
                Window::HammingSymmetric => 0.08 + 0.92 * symmetric,
                Window::Povey => symmetric.powf(0.85),
                Window::Rectangular => 1.0,
            };
        }
        let spectrum: Vec<f64> = (0..=fft / 2)
            .map(|k| {
                let (mut re, mut im) = (0.0, 0.0);
                for (i, v) in frame.iter().enumerate() {
                    let angle = 2.0 * PI * ((k * i) % fft) as f64 / fft as f64;
                    re += v * angle.cos();
                    im -= v * angle.sin();
                }
                let power = re * re + im * im;
                if spec.spectrum == Spectrum::Power { power } else { power.sqrt() }
            })
            .collect();
        for band in 0..spec.bands {
            let [left, centre, right] = [edges[band], edges[band + 1], edges[band + 2]];
            let energy: f64 = spectrum
                .iter()
                .enumerate()
                .map(|(k, p)| {
                    let x = axis(f64::from(spec.sample_rate) * k as f64 / fft as f64);
                    let rise = (x - axis(left)) / (axis(centre) - axis(left));
                    let fall = (axis(right) - x) / (axis(right) - axis(centre));
                    p * rise.min(fall).max(0.0)
                })
                .sum();
            let gain = match spec.mel_norm {
                MelNorm::None => 1.0,
                MelNorm::Slaney => 2.0 / (right - left),
            };
            let floor = f64::from(spec.log_floor);
            let energy = match spec.log_floor_mode {
                LogFloor::Max => (energy * gain).max(floor),
                LogFloor::Add => energy * gain + floor,
            };
            out.push(match spec.log {
                Log::Ln => energy.ln(),
                Log::Log10 => energy.log10(),
                Log::Decibel => 10.0 * energy.log10(),
            });
        }
    }
    out
}

fn assert_close(got: &[f32], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (f64::from(*got) - want).abs();
        assert!(error <= tolerance, "value {i}: got {got}, expected {want}");
    }
}

/// The front end gives what its definition says.
fn assert_defined(spec: &FrontEndSpec, samples: &[f32], tolerance: f64) {
    let plan = StdPlan::new(spec).unwrap();
    let got = whole(&plan, samples);
    assert_eq!(got.len() as u64, plan.frames(samples.len() as u64) * plan.bands() as u64);
    assert_close(&got, &reference(spec, samples), tolerance);
}

#[test]
fn every_framing_matches_the_definition() {
    let samples = noise(2_007, 1);
    for framing in FRAMINGS {
        assert_defined(&FrontEndSpec { framing, ..spec() }, &samples, 2e-4);
    }
}

#[test]
fn every_window_scale_and_logarithm_matches_the_definition() {
    let samples = noise(1_200, 2);
    for window in [
        Window::Hann,
        Window::HannSymmetric,
        Window::Hamming,
        Window::HammingSymmetric,
        Window::Povey,
        Window::Rectangular,
    ] {
        let spec = FrontEndSpec { window, ..spec() };
        assert_defined(&spec, &samples, 2e-4);
    }
    for (mel_scale, mel_norm) in [
        (MelScale::Htk, MelNorm::None),
        (MelScale::Slaney, MelNorm::Slaney),
        (MelScale::Slaney, MelNorm::None),
        (MelScale::Kaldi, MelNorm::None),
    ] {
        let spec = FrontEndSpec { mel_scale, mel_norm, bands: 80, ..spec() };
        assert_defined(&spec, &samples, 2e-4);
    }
    for log in [Log::Ln, Log::Log10, Log::Decibel] {
        for log_floor_mode in [LogFloor::Max, LogFloor::Add] {
            for spectrum in [Spectrum::Power, Spectrum::Magnitude] {
                let spec =
                    FrontEndSpec { log, log_floor_mode, spectrum, log_floor: 1e-3, ..spec() };
                assert_defined(&spec, &samples, 5e-4);
            }
        }
    }
}

#[test]
fn published_front_ends_match_the_definition() {
    let samples = noise(4_000, 3);
    for spec in [kaldi(), whisper()] {
        assert_defined(&spec, &samples, 5e-4);
    }
}

#[test]
fn a_tone_at_nyquist_reaches_the_last_bin() {
    let spec = FrontEndSpec { window: Window::Rectangular, frame_length: 512, ..spec() };
    let plan = StdPlan::new(&FrontEndSpec { high_hz: 8_000.0, ..spec }).unwrap();
    let tone: Vec<f32> = (0..512).map(|i| if i % 2 == 0 { 0.5 } else { -0.5 }).collect();
    // The last filter's weight is zero at Nyquist itself, so nothing is left.
    assert!(whole(&plan, &tone).iter().all(|v| (*v - (1e-6f32).ln()).abs() < 1e-3));
    let below: Vec<f32> =
        (0..512).map(|i| (PI * i as f64 * 255.0 / 256.0).cos() as f32 * 0.5).collect();
    let frame = whole(&plan, &below);
    let loudest = (0..64).max_by(|a, b| frame[*a].total_cmp(&frame[*b])).unwrap();
    assert_eq!(loudest, 63);
}

#[test]
fn short_clips_have_the_frames_that_their_framing_says() {
    for samples in [0, 1, 2, 79, 80, 159, 160, 200, 399, 400, 401] {
        for framing in FRAMINGS {
            let plan = StdPlan::new(&FrontEndSpec { framing, ..spec() }).unwrap();
            let got = whole(&plan, &noise(samples, 4));
            assert_eq!(got.len() as u64, plan.frames(samples as u64) * 64);
            assert!(got.iter().all(|v| v.is_finite()));
        }
    }
}

#[test]
fn a_hop_longer_than_the_frame_skips_samples() {
    let spec = FrontEndSpec { hop_length: 1_111, ..spec() };
    let samples = noise(20_000, 5);
    let plan = StdPlan::new(&spec).unwrap();
    assert_close(&cut(&plan, &samples, &[7, 3_000]), &reference(&spec, &samples), 2e-4);
}

#[test]
fn bad_samples_give_finite_values() {
    let plan = StdPlan::new(&spec()).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        assert!(whole(&plan, &[bad; 1_000]).iter().all(|v| v.is_finite()));
    }
}

#[test]
fn bad_specifications_are_refused_by_name() {
    let refused = |spec: FrontEndSpec| StdPlan::new(&spec).unwrap_err();
    assert_eq!(
        refused(FrontEndSpec { bands: 129, ..spec() }),
        SpecError::OutOfRange { field: "bands", got: 129, low: 1, high: 128 }
    );
    assert_eq!(
        refused(FrontEndSpec { fft_length: 511, ..spec() }),
        SpecError::OddFftLength { got: 511 }
    );
    assert!(matches!(
        refused(FrontEndSpec { frame_length: 513, ..spec() }),
        SpecError::OutOfRange { field: "frame_length", .. }
    ));
    assert!(matches!(
        refused(FrontEndSpec { high_hz: 8_001.0, ..spec() }),
        SpecError::BandEdges { .. }
    ));
    assert!(matches!(
        refused(FrontEndSpec { low_hz: 7_999.9, ..spec() }),
        SpecError::NoBins { .. }
    ));
    for input_scale in [0.0, -1.0, 1e38, 1e-38, f32::NAN, f32::INFINITY] {
        assert!(matches!(
            refused(FrontEndSpec { input_scale, ..spec() }),
            SpecError::BadNumber { field: "input_scale", .. }
        ));
    }
    assert!(matches!(
        refused(FrontEndSpec { log_floor: 0.0, ..spec() }),
        SpecError::BadNumber { field: "log_floor", .. }
    ));
    assert!(matches!(
        refused(FrontEndSpec { normalise: Normalise::Fixed { mean: 0.0, std: 0.0 }, ..spec() }),
        SpecError::BadNumber { field: "normalise.std", .. }
    ));
}

#[cfg(feature = "microfft")]
#[test]
fn both_transforms_agree() {
    use slap_core::front_end::{MicroFft, Plan};
    let spec = FrontEndSpec { bands: 80, ..spec() };
    let samples = noise(16_000, 6);
    let want = whole(&StdPlan::new(&spec).unwrap(), &samples);
    let plan = Plan::new_in(&spec, MicroFft::<512>, vec![0.0; spec.table_len()]).unwrap();
    let mut stream = plan.stream_in(vec![0.0; plan.buffer_len()]).unwrap();
    let mut got = Vec::new();
    stream.push(&plan, &samples, |_, frame| got.extend_from_slice(frame));
    stream.finish(&plan, |_, frame| got.extend_from_slice(frame));
    let want: Vec<f64> = want.into_iter().map(f64::from).collect();
    assert_close(&got, &want, 1e-4);
    let wrong = Plan::new_in(&spec, MicroFft::<1024>, vec![0.0; spec.table_len()]);
    assert_eq!(wrong.err(), Some(SpecError::FftLength { expected: 512, got: 1_024 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cutting_changes_no_bit(
        // Up to ten seconds; pieces from one sample to all of them.
        samples in prop_oneof![1usize..2_000, 2_000usize..160_000],
        pieces in prop::collection::vec(prop_oneof![1usize..4, 1usize..700, 1usize..160_000], 1..6),
        which in 0usize..4,
        seed in any::<u64>(),
    ) {
        let spec = match which {
            0 => spec(),
            1 => kaldi(),
            2 => whisper(),
            _ => FrontEndSpec { framing: Framing::CentreReflect, hop_length: 100, ..spec() },
        };
        let plan = StdPlan::new(&spec).unwrap();
        let samples = noise(samples, seed);
        let want: Vec<u32> = whole(&plan, &samples).iter().map(|v| v.to_bits()).collect();
        let got: Vec<u32> = cut(&plan, &samples, &pieces).iter().map(|v| v.to_bits()).collect();
        prop_assert_eq!(got, want);
    }

    #[test]
    fn a_finished_stream_is_as_new(first in 1usize..3_000, second in 1usize..3_000) {
        let plan = StdPlan::new(&kaldi()).unwrap();
        let (first, second) = (noise(first, 7), noise(second, 8));
        let mut stream = plan.stream();
        stream.push(&plan, &first, |_, _| ());
        stream.finish(&plan, |_, _| ());
        let mut got = Vec::new();
        stream.push(&plan, &second, |_, frame| got.extend_from_slice(frame));
        stream.finish(&plan, |_, frame| got.extend_from_slice(frame));
        prop_assert_eq!(got, whole(&plan, &second));
    }
}
