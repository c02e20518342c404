//! Pitch, marks, jitter, shimmer and harmonics-to-noise of voices made to measure, and of
//! what is no voice at all.
#![cfg(feature = "std")]
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use proptest::prelude::*;
use slap_core::voice::pitch::{CEILING_HZ, FLOOR_HZ};
use slap_core::voice::{
    Descriptor, Event, Frame, HOP, Jitter, Mark, SAMPLE_RATE, Shimmer, StdPlan, StdStream,
};
use std::f64::consts::PI;
use std::sync::LazyLock;

static PLAN: LazyLock<StdPlan> = LazyLock::new(StdPlan::new);

/// Samples in a second.
const RATE: f64 = SAMPLE_RATE as f64;

/// What a stream says of a clip.
#[derive(Debug, Default, PartialEq)]
struct Measured {
    frames: Vec<Frame>,
    marks: Vec<Mark>,
}

impl Measured {
    fn add(&mut self, event: Event<'_>) {
        match event {
            Event::Mark(mark) => self.marks.push(mark),
            Event::Frame(frame) => self.frames.push(*frame),
        }
    }

    fn of(samples: &[f32]) -> Self {
        let mut stream = PLAN.stream();
        Self::by(&mut stream, [samples])
    }

    fn by<'a>(stream: &mut StdStream, pieces: impl IntoIterator<Item = &'a [f32]>) -> Self {
        let mut measured = Self::default();
        for piece in pieces {
            stream.push(&PLAN, piece, |event| measured.add(event));
        }
        stream.finish(&PLAN, |event| measured.add(event));
        measured
    }

    /// The frames but for the first and the last 60 ms.
    fn inner(&self) -> &[Frame] {
        &self.frames[6..self.frames.len() - 6]
    }

    fn values(&self, descriptor: Descriptor) -> Vec<f64> {
        self.inner().iter().filter_map(|f| f.get(descriptor)).map(f64::from).collect()
    }

    fn mean(&self, descriptor: Descriptor) -> f64 {
        let values = self.values(descriptor);
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn voiced_share(&self) -> f64 {
        let voiced = self.frames.iter().filter(|frame| frame.is_voiced()).count();
        voiced as f64 / self.frames.len() as f64
    }

    fn jitter(&self) -> Jitter {
        let mut jitter = Jitter::default();
        self.marks.iter().for_each(|mark| jitter.add(mark));
        jitter
    }

    fn shimmer(&self) -> Shimmer {
        let mut shimmer = Shimmer::default();
        self.marks.iter().for_each(|mark| shimmer.add(mark));
        shimmer
    }
}

/// Random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    /// Uniform from 0 to 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of mean 0 and variance 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Pulses at places between samples, each with its amplitude, without what lies above
/// 7.2 kHz.
fn pulses(length: usize, places: &[(f64, f64)]) -> Vec<f64> {
    const REACH: f64 = 32.0;
    let mut samples = vec![0.0; length];
    for &(place, amplitude) in places {
        let first = (place - REACH).ceil().max(0.0) as usize;
        let last = ((place + REACH) as usize).min(length - 1);
        for (n, sample) in samples.iter_mut().enumerate().take(last + 1).skip(first) {
            let t = n as f64 - place;
            let x = 0.9 * PI * t;
            let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
            *sample += amplitude * sinc * (0.5 * PI * t / REACH).cos().powi(2);
        }
    }
    samples
}

/// Places of pulses from the start to the end of a clip, and their amplitudes. `next` gives
/// the period that follows a place, and the amplitude at it.
fn places(length: usize, mut next: impl FnMut(f64) -> (f64, f64)) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    let mut place = 40.3;
    while place < length as f64 {
        let (period, amplitude) = next(place);
        places.push((place, amplitude));
        place += period;
    }
    places
}

/// Resonances of a vocal tract in its neutral shape.
const NEUTRAL: [(f64, f64); 4] =
    [(500.0, 80.0), (1_500.0, 100.0), (2_500.0, 150.0), (3_500.0, 250.0)];

/// Sends a source through resonances (frequency, bandwidth), without its mean, to a root
/// mean square of 0.1.
fn resonate(mut samples: Vec<f64>, resonances: &[(f64, f64)]) -> Vec<f64> {
    let mut last = 0.0;
    for sample in &mut samples {
        last = *sample + 0.95 * last;
        *sample = last;
    }
    for &(hz, bandwidth) in resonances {
        let radius = (-PI * bandwidth / RATE).exp();
        let (a, b) = (2.0 * radius * (2.0 * PI * hz / RATE).cos(), -radius * radius);
        let (mut before, mut last) = (0.0, 0.0);
        for sample in &mut samples {
            let out = *sample * (1.0 - a - b) + a * last + b * before;
            (before, last) = (last, out);
            *sample = out;
        }
    }
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let power = samples.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / samples.len() as f64;
    samples.iter().map(|s| (s - mean) * 0.1 / power.sqrt()).collect()
}

fn vowel(seconds: f64, next: impl FnMut(f64) -> (f64, f64)) -> Vec<f64> {
    let length = (seconds * RATE) as usize;
    resonate(pulses(length, &places(length, next)), &NEUTRAL)
}

fn steady(hz: f64) -> impl FnMut(f64) -> (f64, f64) {
    move |_| (RATE / hz, 1.0)
}

/// Adds white noise this many dB below a root mean square of 0.1.
fn noisy(samples: &[f64], decibels: f64) -> Vec<f64> {
    let mut dice = Dice(3);
    let level = 0.1 * 10.0_f64.powf(-decibels / 20.0);
    samples.iter().map(|sample| sample + level * dice.normal()).collect()
}

fn single(samples: &[f64]) -> Vec<f32> {
    samples.iter().map(|&sample| sample as f32).collect()
}

fn tone(seconds: f64, partials: &[(f64, f64)]) -> Vec<f32> {
    let value = |n: usize| -> f64 {
        let phase = 2.0 * PI * n as f64 / RATE;
        partials.iter().map(|(hz, amplitude)| amplitude * (hz * phase).sin()).sum()
    };
    (0..(seconds * RATE) as usize).map(|n| value(n) as f32).collect()
}

/// All inner frames are voiced, and their pitch is right to a share.
fn assert_pitch(measured: &Measured, hz: f64, tolerance: f64, what: &str) {
    for frame in measured.inner() {
        let got = frame.get(Descriptor::Pitch).map_or(0.0, f64::from);
        assert!(
            (got / hz - 1.0).abs() < tolerance,
            "{what}, {hz} Hz: {got} at {}",
            frame.index
        );
    }
}

#[test]
fn the_pitch_of_clean_sounds_is_right_to_a_thousandth() {
    // None divides the rate. The first is a creak, the last two are children's.
    for hz in [55.7, 68.3, 97.7, 133.3, 211.7, 317.9, 523.3, 787.0, 983.0] {
        assert_pitch(&Measured::of(&tone(0.4, &[(hz, 0.1)])), hz, 1e-3, "tone");
        assert_pitch(&Measured::of(&single(&vowel(0.4, steady(hz)))), hz, 1e-3, "vowel");
        let length = 6_400;
        let train = pulses(length, &places(length, steady(hz)));
        assert_pitch(&Measured::of(&single(&train)), hz, 1e-3, "pulses");
    }
}

#[test]
fn semitones_count_from_the_lowest_a() {
    let measured = Measured::of(&tone(0.3, &[(220.0, 0.1)]));
    for semitones in measured.values(Descriptor::PitchSemitones) {
        assert!((semitones - 36.0).abs() < 0.01, "{semitones}");
    }
}

#[test]
fn no_octave_is_mistaken() {
    // The second harmonic 20 dB above the others; no fundamental; two strong harmonics.
    let strong_second = [(130.0, 0.02), (260.0, 0.2), (390.0, 0.02), (520.0, 0.02)];
    assert_pitch(&Measured::of(&tone(0.4, &strong_second)), 130.0, 1e-3, "second harmonic");
    let missing = [(360.0, 0.1), (480.0, 0.1), (600.0, 0.1)];
    assert_pitch(&Measured::of(&tone(0.4, &missing)), 120.0, 1e-3, "no fundamental");
    // First resonances narrow and right at the second and the third harmonic.
    for (hz, resonance) in [(150.0, 300.0), (230.0, 460.0), (180.0, 540.0)] {
        let length = 6_400;
        let source = pulses(length, &places(length, steady(hz)));
        let shape = [(resonance, 50.0), (1_500.0, 100.0), (2_500.0, 150.0)];
        let measured = Measured::of(&single(&resonate(source, &shape)));
        assert_pitch(&measured, hz, 1e-3, "resonance");
    }
    // In noise, where multiples of the period are as high by chance.
    for hz in [120.0, 210.0, 310.0] {
        let measured = Measured::of(&single(&noisy(&vowel(1.0, steady(hz)), 3.0)));
        assert_pitch(&measured, hz, 0.05, "noise");
    }
}

#[test]
fn glides_and_tremor_are_followed() {
    // An octave up in 0.6 s, and 5 Hz of 4 %.
    let glide = |t: f64| 120.0 * 2.0_f64.powf(t / 0.6);
    let tremor = |t: f64| 180.0 * (1.0 + 0.04 * (2.0 * PI * 5.0 * t).sin());
    for (what, hz) in [("glide", &glide as &dyn Fn(f64) -> f64), ("tremor", &tremor)] {
        // A period reaches ahead; its frequency is that of its middle.
        let next = |place: f64| {
            let period = RATE / hz(place / RATE);
            (RATE / hz((place + period / 2.0) / RATE), 1.0)
        };
        let measured = Measured::of(&single(&vowel(0.6, next)));
        for frame in measured.inner() {
            let want = hz(frame.seconds());
            let got = frame.get(Descriptor::Pitch).map_or(0.0, f64::from);
            assert!((got / want - 1.0).abs() < 0.012, "{what}: {got}, not {want}");
        }
    }
}

#[test]
fn perfect_pulses_have_no_jitter_and_no_shimmer() {
    for hz in [61.3, 97.7, 143.9, 211.7, 333.7, 523.3] {
        let length = 16_000;
        let train = single(&pulses(length, &places(length, steady(hz))));
        let measured = Measured::of(&train);
        let (jitter, shimmer) = (measured.jitter(), measured.shimmer());
        assert!(f64::from(jitter.periods()) > 0.9 * hz, "{hz} Hz: {}", jitter.periods());
        assert!(jitter.local().unwrap() < 0.000_5, "{hz} Hz: {:?}", jitter.local());
        assert!(shimmer.local_db().unwrap() < 0.02, "{hz} Hz: {:?}", shimmer.local_db());
        for value in measured.values(Descriptor::Jitter) {
            assert!(value < 0.000_5, "{hz} Hz: {value}");
        }
    }
}

/// The mean absolute difference of neighbours.
fn neighbours(values: &[f64]) -> f64 {
    let sum: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    sum / (values.len() - 1) as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn jitter_is_what_was_put_in() {
    for (hz, deviation) in [(90.0, 0.002), (120.0, 0.01), (150.0, 0.005), (110.0, 0.03)] {
        let mut dice = Dice(7);
        let mut periods = Vec::new();
        let samples = vowel(3.0, |_| {
            let period = RATE / hz * (1.0 + deviation * dice.normal());
            periods.push(period);
            (period, 1.0)
        });
        let measured = Measured::of(&single(&samples));
        let want = neighbours(&periods) / mean(&periods);
        let got = f64::from(measured.jitter().local().unwrap());
        assert!((got / want - 1.0).abs() < 0.15, "{hz} Hz: {got}, not {want}");
        let frames = measured.mean(Descriptor::Jitter);
        assert!((frames / want - 1.0).abs() < 0.15, "{hz} Hz: {frames} by frames, not {want}");
    }
}

#[test]
fn shimmer_is_what_was_put_in() {
    for (hz, deviation) in [(90.0, 0.1), (120.0, 0.5), (150.0, 0.25), (110.0, 1.0)] {
        let mut dice = Dice(9);
        let mut levels = Vec::new();
        let samples = vowel(3.0, |_| {
            let level = deviation * dice.normal();
            levels.push(level);
            (RATE / hz, 10.0_f64.powf(level / 20.0))
        });
        let measured = Measured::of(&single(&samples));
        let want = neighbours(&levels);
        let got = f64::from(measured.shimmer().local_db().unwrap());
        assert!((got / want - 1.0).abs() < 0.2, "{hz} Hz: {got} dB, not {want}");
        let frames = measured.mean(Descriptor::Shimmer);
        assert!((frames / want - 1.0).abs() < 0.2, "{hz} Hz: {frames} by frames, not {want}");
    }
}

#[test]
fn harmonics_to_noise_is_what_was_put_in() {
    for hz in [90.0, 130.0, 210.0, 330.0] {
        let clean = vowel(1.5, steady(hz));
        for decibels in [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0] {
            let measured = Measured::of(&single(&noisy(&clean, decibels)));
            let got = measured.mean(Descriptor::HarmonicsToNoise);
            assert!((got - decibels).abs() < 0.7, "{hz} Hz, {decibels} dB: {got}");
        }
        let got = Measured::of(&single(&clean)).mean(Descriptor::HarmonicsToNoise);
        assert!(got > 50.0, "{hz} Hz, clean: {got}");
    }
}

#[test]
fn what_is_no_voice_has_no_pitch() {
    let mut dice = Dice(1);
    let mut white: Vec<f64> = (0..64_000).map(|_| 0.1 * dice.normal()).collect();
    assert!(Measured::of(&single(&white)).voiced_share() < 0.005);
    white = resonate(white, &[(500.0, 150.0), (1_500.0, 200.0), (2_500.0, 250.0)]);
    assert!(Measured::of(&single(&white)).voiced_share() < 0.03, "whisper");

    let silence = Measured::of(&[0.0; 16_000]);
    assert_eq!((silence.voiced_share(), silence.marks.len()), (0.0, 0));
    assert_eq!(Measured::of(&[0.25; 16_000]).voiced_share(), 0.0);
    assert_eq!(Measured::of(&tone(1.0, &[(50.0, 0.1)])).voiced_share(), 0.0, "hum");
    let mut clicks = vec![0.0; 32_000];
    clicks.iter_mut().skip(100).step_by(4_001).for_each(|sample| *sample = 0.9);
    assert_eq!(Measured::of(&clicks).voiced_share(), 0.0, "clicks");
}

#[test]
fn hum_behind_a_voice_is_silence() {
    let mut samples = vowel(1.0, steady(140.0));
    samples.extend([0.0; 8_000]);
    let hum = tone(1.5, &[(60.0, 0.004)]);
    let mixed: Vec<f32> = single(&samples).iter().zip(hum).map(|(a, b)| a + b).collect();
    let measured = Measured::of(&mixed);
    assert!(measured.frames[10..95].iter().all(Frame::is_voiced));
    assert!(!measured.frames[110..].iter().any(Frame::is_voiced));
}

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

/// Whatever is measured is finite and within its range.
fn assert_sane(measured: &Measured) {
    for frame in &measured.frames {
        assert!(frame.values().iter().flatten().all(|value| value.is_finite()), "{frame:?}");
        let pitch = frame.get(Descriptor::Pitch);
        assert!(pitch.is_none_or(|hz| (FLOOR_HZ * 0.999..=CEILING_HZ * 1.001).contains(&hz)));
        let confidence = frame.get(Descriptor::Confidence);
        assert!(confidence.is_none_or(|share| (0.0..=1.0).contains(&share)), "{confidence:?}");
        let ratio = frame.get(Descriptor::HarmonicsToNoise);
        assert!(ratio.is_none_or(|ratio| (-60.0..=60.0).contains(&ratio)), "{ratio:?}");
    }
    for mark in &measured.marks {
        assert!(
            mark.position.is_finite() && mark.period.is_none_or(f32::is_finite),
            "{mark:?}"
        );
        assert!(mark.amplitude.is_none_or(|a| a.is_finite() && a > 0.0), "{mark:?}");
    }
}

/// Samples such as files and broken drivers hold.
fn bad_samples() -> impl Strategy<Value = Vec<f32>> {
    let sample = prop_oneof![
        8 => -1.0_f32..1.0,
        1 => Just(0.0),
        1 => prop::sample::select(vec![
            f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE,
            1e-42, -1e-42, 1.0, -1.0, 3e4,
        ]),
    ];
    prop::collection::vec(sample, 0..3_000)
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

    #[test]
    fn nothing_bad_comes_of_bad_samples(samples in bad_samples(), hz in 55.0..1_000.0, scale in -9..9) {
        // A voice of any strength with bad samples strewn in.
        let voice = vowel(0.3, steady(hz)).into_iter().map(|s| s * 10.0_f64.powi(scale));
        let mut all: Vec<f32> = voice.map(|s| s as f32).collect();
        let step = 1 + all.len() / (samples.len() + 1);
        for (sample, bad) in all.iter_mut().step_by(step).zip(&samples) {
            *sample = *bad;
        }
        assert_sane(&Measured::of(&all));
        all.extend(&samples);
        assert_sane(&Measured::of(&all));
        assert_sane(&Measured::of(&samples));
    }
}
