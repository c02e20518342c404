//! What runs for every sample, frame and embedding does not touch the heap.

use std::hint::black_box;

use slap_core::front_end::StdPlan;
use slap_core::quality;
use slap_core::score::{
    ClassPlan, Hysteresis, PromptSet, Smoother, TaskPlan, percentile, reference,
};
use slap_core::voice::{self, Event, Functional, Summary};
use slap_edge::{Encoder, Options, Parts, Pcm, Resampler, Screener};
use slap_model::{Bundle, EngineError, Precision, Tower, TowerState};
use slap_tests::bundle;

/// Allocations of this thread during `work`.
pub fn allocations(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

/// Ten seconds of a changing tone at 48 kHz.
pub fn tone() -> Vec<f32> {
    (0..480_000).map(|at| (at as f32 * 0.02 + (at as f32 * 1e-4).sin()).sin() * 0.3).collect()
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(black_box(vec![1u8]))), 1);
    assert_eq!(allocations(|| assert!(black_box(1u8) == 1)), 0);
}

#[test]
fn the_front_end_does_not_allocate() {
    let bundle = Bundle::open(bundle()).unwrap();
    let plan = StdPlan::new(&bundle.manifest().front_end).unwrap();
    let mut stream = plan.stream();
    let audio = tone();
    let mut frames = 0;
    let count = allocations(|| {
        for piece in [1, 160, 4_800] {
            for samples in audio.chunks(piece) {
                stream.push(&plan, samples, |_, frame| {
                    black_box(frame);
                    frames += 1;
                });
            }
            stream.finish(&plan, |_, _| frames += 1);
        }
    });
    assert!(frames > 5_000, "{frames} frames");
    assert_eq!(count, 0);
}

/// Ten seconds at 16 kHz: a buzz whose pitch wanders, silence and noise, in turns.
fn voice() -> Vec<f32> {
    let mut phase = 0.0;
    let mut state = 1u32;
    (0..160_000)
        .map(|at: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
            phase += (150.0 + 50.0 * (at as f32 * 1e-4).sin()) / 16_000.0;
            let buzz: f32 = (1..15)
                .map(|harmonic| (harmonic as f32 * phase * std::f32::consts::TAU).sin())
                .sum();
            match at / 8_000 % 4 {
                2 => 0.0,
                3 => noise * 0.1,
                _ => buzz * 0.05 + noise * 1e-3,
            }
        })
        .collect()
}

#[test]
fn the_measures_of_voice_do_not_allocate() {
    let plan = voice::StdPlan::new();
    let mut stream = plan.stream();
    let (mut whole, mut part) = (Summary::new(), Summary::new());
    let audio = voice();
    let (mut frames, mut marks, mut known) = (0, 0, 0);
    let count = allocations(|| {
        for piece in [1, 160, 4_800] {
            let mut sink = |event: Event<'_>| {
                match event {
                    Event::Frame(_) => frames += 1,
                    Event::Mark(_) => marks += 1,
                }
                part.add(&event);
            };
            for samples in audio.chunks(piece) {
                stream.push(&plan, samples, &mut sink);
            }
            stream.finish(&plan, &mut sink);
            whole.merge(&part);
            part.reset();
        }
        known = Functional::all().filter(|&it| black_box(whole.get(it)).is_some()).count();
    });
    assert_eq!(frames, 3_000);
    assert!(marks > 1_000, "{marks} marks");
    assert!(known > 90, "{known} functionals");
    assert_eq!(count, 0);
}

#[test]
fn the_resampler_does_not_allocate() {
    for rate in [8_000, 44_100, 48_000, 192_000] {
        let mut resampler = Resampler::new(rate, 16_000).unwrap();
        let audio = tone();
        let mut given = 0;
        let count = allocations(|| {
            for samples in audio.chunks(441) {
                resampler.push(samples, |out| given += out.len()).unwrap();
            }
            resampler.finish(|out| given += out.len()).unwrap();
        });
        assert!(given > 30_000, "{given} samples");
        assert_eq!(count, 0, "from {rate} Hz");
    }
}

#[test]
fn quality_and_scoring_do_not_allocate() {
    let bundle = Bundle::open(bundle()).unwrap();
    let judge = quality::StdPlan::new(16_000, bundle.manifest().quality).unwrap();
    let mut meter = judge.meter();
    let audio = tone();

    let pack = bundle.prompt_pack();
    let prompts = PromptSet::new(&pack.embeddings, pack.dim).unwrap();
    let task = pack.tasks.first().unwrap();
    let classes: Vec<ClassPlan<&[usize]>> = task
        .classes
        .iter()
        .map(|class| ClassPlan::new(&prompts, &class.prompts[..], class.bias).unwrap())
        .collect();
    let plan =
        TaskPlan::new(&classes[..], 20.0, task.temperature, task.minimum_probability).unwrap();
    let mut smoother = Smoother::new(1.0).unwrap();
    let mut hysteresis = Hysteresis::new(0.75, 0.55, 96).unwrap();
    let unit = vec![1.0 / (pack.dim as f32).sqrt(); pack.dim];
    let mut cosines = vec![0.0; prompts.len()];
    let mut probabilities = vec![0.0; classes.len()];
    let background = bundle.background().unwrap();
    let mut sorted = vec![0.0; background.rows()];
    let voices = PromptSet::new(&background.embeddings, background.dim).unwrap();

    let count = allocations(|| {
        reference(&voices, &unit, &mut sorted).unwrap();
        for step in 0..1_000u64 {
            meter.push(&judge, &audio[..480]);
            prompts.cosines(&unit, &mut cosines).unwrap();
            plan.probabilities(&cosines, &mut probabilities).unwrap();
            let verdict = judge.verdict(&meter.tally());
            black_box(plan.outcome(&probabilities, &verdict));
            let smooth = smoother.step(0.48, probabilities[0]).unwrap_or(0.0);
            black_box(hysteresis.step(step * 48, smooth));
            black_box(percentile(&sorted, cosines[0]));
        }
    });
    assert_eq!(count, 0);
}

/// The tower, not counted: its engine may allocate.
struct NotCounted(TowerState);

impl Encoder for NotCounted {
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        let mut result = Ok(());
        allocation_counter::opt_out(|| result = self.0.step(input, embedding));
        result
    }

    fn reset(&mut self) {
        allocation_counter::opt_out(|| self.0.reset());
    }
}

#[test]
fn a_whole_stream_does_not_allocate_but_in_the_tower() {
    let bundle = Bundle::open(bundle()).unwrap();
    let tower = Tower::load(&bundle, Precision::Float32).unwrap();
    let encoder = NotCounted(tower.state().unwrap());
    let mut screener =
        Screener::with_encoder(&Parts::from(&bundle), encoder, &Options::default()).unwrap();
    let audio = tone();
    screener.prepare(48_000, 1).unwrap();
    let mut events = 0;
    let count = allocations(|| {
        for samples in audio.chunks(480) {
            let sink = |event: slap_edge::Event<'_>| {
                black_box(&event);
                events += 1;
            };
            screener.push(Pcm::F32(samples), 48_000, 1, sink).unwrap();
        }
    });
    assert!(events >= 15, "{events} events");
    assert_eq!(count, 0);
}
