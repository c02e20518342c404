//! Whether anybody may be speaking.

mod options;

use core::fmt;

use earshot::Detector;
pub use options::{GateError, GateOptions};

/// The only rate at which a gate listens, in Hz.
pub(crate) const GATE_RATE: u32 = 16_000;

/// Samples that are decided upon at once: 16 ms.
const BLOCK: usize = 256;

/// Blocks below the floor after which the detector rests: a second. It goes on so long
/// since noise about the floor would otherwise look like one beginning after the other.
const QUIET_BLOCKS: u64 = 64;

/// What a gate said last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateState {
    /// Whether a voice was heard just now, or within the time that the gate is held.
    pub open: bool,
    /// The probability of a voice in the latest 16 ms, 0 to 1; `None` before the first, and
    /// where it has been too quiet for too long to look for one.
    pub probability: Option<f32>,
}

/// Tells time in which somebody may be speaking from time in which nobody is.
///
/// A small recurrent network (of the crate `earshot`) looks at 16 ms after 16 ms of one
/// channel at 16 kHz. Where it finds a voice the gate opens, and stays open for a while. It
/// is meant to let too much pass rather than too little: music and loud noise may open it.
///
/// Time is counted in samples, and nothing is allocated once the gate is made. The same
/// samples give the same answers, however they are cut.
///
/// ```
/// # fn main() -> Result<(), slap_edge::GateError> {
/// use slap_edge::{Gate, GateOptions};
///
/// let mut gate = Gate::new(GateOptions::default())?;
/// gate.push(&[0.0; 16_000]);
/// assert!(!gate.state().open);
/// # Ok(())
/// # }
/// ```
pub struct Gate {
    options: GateOptions,
    detector: Box<Detector>,
    block: [f32; BLOCK],
    filled: usize,
    /// The floor as the sum of squares of a block.
    floor: f64,
    hold: u64,
    /// Samples of the blocks that were decided upon.
    decided: u64,
    /// The sample up to which it is open, 0 before it first opens.
    open_until: u64,
    /// Blocks in a row that were below the floor.
    quiet: u64,
    probability: Option<f32>,
}

impl Gate {
    /// A gate that is shut.
    ///
    /// # Errors
    ///
    /// [`GateError`] names the option that is out of range.
    pub fn new(options: GateOptions) -> Result<Self, GateError> {
        options.check()?;
        let GateOptions { floor_dbfs, hold_seconds, .. } = options;
        Ok(Self {
            options,
            detector: Detector::default_boxed(),
            block: [0.0; BLOCK],
            filled: 0,
            floor: BLOCK as f64 * 10f64.powf(f64::from(floor_dbfs) / 10.0),
            hold: (f64::from(hold_seconds) * f64::from(GATE_RATE)).round() as u64,
            decided: 0,
            open_until: 0,
            quiet: 0,
            probability: None,
        })
    }

    /// What it was made with.
    pub fn options(&self) -> GateOptions {
        self.options
    }

    /// Takes samples of one channel at 16 kHz, any number. Those beyond full scale are
    /// limited, NaN and infinity are silence.
    pub fn push(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let room = &mut self.block[self.filled..];
            let (now, rest) = samples.split_at(room.len().min(samples.len()));
            for (out, &sample) in room.iter_mut().zip(now) {
                *out = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
            }
            self.filled += now.len();
            samples = rest;
            if self.filled == BLOCK {
                self.filled = 0;
                self.decide();
            }
        }
    }

    /// What it says of the latest 16 ms that are complete.
    pub fn state(&self) -> GateState {
        GateState { open: self.open_until > self.decided, probability: self.probability }
    }

    /// Whether it has been open at any time from `sample` on, counted from the first sample
    /// that was pushed.
    pub fn was_open_since(&self, sample: u64) -> bool {
        self.open_until > sample
    }

    /// Shuts it, and forgets what was heard; the next sample is sample 0.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.filled = 0;
        self.decided = 0;
        self.open_until = 0;
        self.quiet = 0;
        self.probability = None;
    }

    fn decide(&mut self) {
        self.decided += BLOCK as u64;
        let sum: f64 = self.block.iter().map(|&sample| f64::from(sample)).sum();
        let square: f64 = self.block.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
        let is_quiet = square - sum * sum / (BLOCK as f64) < self.floor;
        self.quiet = if is_quiet { self.quiet + 1 } else { 0 };
        if self.quiet > QUIET_BLOCKS {
            self.probability = None;
            return;
        }
        let probability = self.detector.predict_f32(&self.block);
        self.probability = Some(probability);
        if !is_quiet && probability >= self.options.threshold {
            self.open_until = self.decided + self.hold.max(1);
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("options", &self.options)
            .field("decided", &self.decided)
            .field("open_until", &self.open_until)
            .field("probability", &self.probability)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::f32::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    fn gate() -> Gate {
        Gate::new(GateOptions::default()).unwrap()
    }

    /// Uniform noise of this level.
    fn noise(dbfs: f32, samples: usize) -> Vec<f32> {
        let peak = 3f32.sqrt() * 10f32.powf(dbfs / 20.0);
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        (0..samples).map(|_| peak * next()).collect()
    }

    /// Harmonics of a pitch that moves, in syllables.
    fn vowels(amplitude: f32, samples: usize) -> Vec<f32> {
        let mut phase = 0.0;
        (0..samples)
            .map(|i| {
                let t = i as f32 / 16_000.0;
                phase = (phase + (130.0 + 25.0 * (3.0 * t).sin()) / 16_000.0) % 1.0;
                let syllable = (TAU * 3.0 * t).sin().max(0.0);
                let sum: f32 = (1..28)
                    .map(|k| {
                        let hz = 130.0 * k as f32;
                        let formants = [(600.0, 90.0), (1_200.0, 120.0), (2_500.0, 200.0)];
                        let gain: f32 = formants
                            .iter()
                            .map(|(f, b): &(f32, f32)| 1.0 / (1.0 + ((hz - f) / b).powi(2)))
                            .sum();
                        gain * (TAU * k as f32 * phase).sin()
                    })
                    .sum();
                amplitude * syllable * sum
            })
            .collect()
    }

    /// The share of the blocks in which it is open.
    fn open_share(gate: &mut Gate, samples: &[f32]) -> f32 {
        let open = samples.chunks_exact(BLOCK).filter(|block| {
            gate.push(block);
            gate.state().open
        });
        open.count() as f32 / (samples.len() / BLOCK) as f32
    }

    #[test]
    fn silence_and_faint_noise_leave_it_shut() {
        let mut gate = gate();
        assert_eq!(gate.state(), GateState { open: false, probability: None });
        assert_eq!(open_share(&mut gate, &[0.0; 160_000]), 0.0);
        assert_eq!(gate.state().probability, None, "nothing was looked at");
        assert_eq!(open_share(&mut gate, &noise(-70.0, 160_000)), 0.0);
        assert_eq!(open_share(&mut gate, &[0.7; 16_000]), 0.0, "a constant is no sound");
    }

    #[test]
    fn a_voice_opens_it_and_it_is_held() {
        for amplitude in [0.2, 0.01] {
            let mut gate = gate();
            gate.push(&[0.0; 8_000]);
            let share = open_share(&mut gate, &vowels(amplitude, 48_000));
            assert!(share > 0.9, "{amplitude}: {share}");
            assert!(gate.was_open_since(56_000 - 256));
            let until = gate.open_until;
            assert!(!gate.was_open_since(until) && gate.was_open_since(until - 1));
            gate.push(&vec![0.0; (until - gate.decided) as usize - BLOCK]);
            assert!(gate.state().open);
            gate.push(&[0.0; 2 * BLOCK]);
            assert!(!gate.state().open);
            gate.reset();
            assert!(!gate.was_open_since(0));
        }
    }

    #[test]
    fn a_detector_that_has_rested_hears_what_one_that_has_not_would() {
        let mut samples = vowels(0.1, 20 * 1_600);
        samples.extend(noise(-80.0, 80_000));
        samples.extend(vowels(0.02, 20 * 1_600));
        samples.extend(noise(-75.0, 80_000));
        samples.extend(noise(-60.0, 80_000));
        let options = GateOptions { hold_seconds: 0.0, ..Default::default() };
        let mut gate = Gate::new(options).unwrap();
        let mut restless = Detector::default();
        let (mut rested, mut blocks, mut differ) = (0, 0, 0);
        for block in samples.chunks_exact(BLOCK) {
            gate.push(block);
            let level = block.iter().map(|s| s * s).sum::<f32>() / BLOCK as f32;
            let open = restless.predict_f32(block) >= 0.3 && level >= 1e-7;
            blocks += 1;
            rested += u32::from(gate.state().probability.is_none());
            differ += u32::from(gate.state().open != open);
        }
        assert!(rested > 400, "{rested} of {blocks}");
        assert!(differ <= 2, "{differ} of {blocks}");
    }

    #[test]
    fn without_a_threshold_the_level_decides() {
        let options = GateOptions { threshold: 0.0, hold_seconds: 0.0, ..Default::default() };
        let mut gate = Gate::new(options).unwrap();
        assert_eq!(open_share(&mut gate, &noise(-66.0, 16_000)), 1.0);
        assert_eq!(open_share(&mut gate, &noise(-74.0, 16_000)), 0.0);
    }

    #[test]
    fn samples_that_are_none_do_no_harm() {
        let mut gate = gate();
        let mut samples = vowels(3.0, 16_000);
        samples[5_000] = f32::NAN;
        samples[6_000] = f32::INFINITY;
        gate.push(&samples);
        assert!(gate.state().probability.is_some_and(|p| (0.0..=1.0).contains(&p)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn it_does_not_matter_how_samples_are_cut(
            cuts in prop::collection::vec(1usize..2_000, 1..10),
        ) {
            let mut samples = vowels(0.05, 10_000);
            samples.extend([0.0; 4_000]);
            samples.extend(noise(-40.0, 6_000));
            let mut whole = gate();
            whole.push(&samples);
            let mut parts = gate();
            let mut rest = samples.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                parts.push(now);
                rest = later;
            }
            prop_assert_eq!(whole.state(), parts.state());
            prop_assert_eq!(whole.open_until, parts.open_until);
        }
    }
}
