//! Sound that breaks off and comes back.

use super::Intake;

/// A change below this is none: smaller than a step of 16 bits and of any dither.
const STILL: f32 = 1e-6;

/// How long the signal stands still in a dropout, in milliseconds at least and at most.
/// Shorter, it may be a chance; longer, it may be a pause that a gate has cut out.
const LASTS_MS: (u32, u32) = (4, 100);

/// How much before and after is looked at for sound, in milliseconds.
const AROUND_MS: u32 = 3;

/// What counts as sound, as a mean square about the value that is held: -45 dBFS.
const SOUND: f64 = 3.2e-5;

/// How far the signal jumps into or out of a dropout at the least. Where a voice was made
/// by a program it pauses within milliseconds and exactly, but it does not jump.
const JUMP: f32 = 0.003;

/// Finds dropouts in one channel, at the rate at which it was recorded.
///
/// In a dropout the samples are all the same, zero or another value, for 4 to 100 ms, with
/// sound of -45 dBFS or more in the 3 ms before and in the 3 ms after, and a jump at either
/// end. A voice that dies away before a pause is none, and neither is a pause of digital
/// silence after it. Once a stream is resampled dropouts can no longer be told: the filter
/// rings into them.
///
/// Programs that make voices may put exact zeros where the mouth is shut for a `p`, `t` or
/// `k`, and begin again in the midst of a burst. Those of espeak-ng jump as far, for the
/// level around, as many a packet that is lost; they count.
///
/// What it finds is added to an [`Intake`] when the sound has come back. It is the same
/// however the stream is cut.
#[derive(Clone, Copy, Debug)]
pub struct Dropouts {
    sample_rate: u32,
    around: u32,
    lasts: (u32, u32),
    /// The sample before the previous one that was different, and the previous one.
    earlier: f32,
    previous: f32,
    /// Samples since the last change.
    still: u32,
    /// Whether there was sound before the last change.
    sound_before: bool,
    /// The samples before: two blocks, the later one being filled.
    before: [Block; 2],
    /// The stillness that has ended, if it may have been a dropout, and what follows it.
    after: Option<(u32, f32, Block)>,
}

/// Sums over some samples.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    count: u32,
    sum: f64,
    square: f64,
}

impl Block {
    fn add(&mut self, sample: f64) {
        self.count += 1;
        self.sum += sample;
        self.square += sample * sample;
    }

    fn join(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            square: self.square + other.square,
        }
    }

    /// Whether the samples are sound about `value`.
    fn is_sound(self, value: f32) -> bool {
        let (value, count) = (f64::from(value), f64::from(self.count));
        self.square - 2.0 * value * self.sum + count * value * value > SOUND * count
    }
}

impl Dropouts {
    /// A search in samples at `sample_rate`, in Hz.
    pub fn new(sample_rate: u32) -> Self {
        let samples = |milliseconds: u32| {
            u32::try_from(u64::from(sample_rate) * u64::from(milliseconds) / 1000)
                .unwrap_or(u32::MAX)
                .max(1)
        };
        Self {
            sample_rate: sample_rate.max(1),
            around: samples(AROUND_MS),
            lasts: (samples(LASTS_MS.0), samples(LASTS_MS.1)),
            earlier: 0.0,
            previous: 0.0,
            still: 0,
            sound_before: false,
            before: [Block::default(); 2],
            after: None,
        }
    }

    /// Takes the next samples, which are finite, and counts the dropouts they complete.
    pub fn push(&mut self, samples: &[f32], intake: &mut Intake) {
        for &sample in samples {
            if (sample - self.previous).abs() <= STILL {
                if self.still == 0 {
                    self.begin();
                }
                self.still = self.still.saturating_add(1);
            } else {
                if self.still > 0 {
                    self.end(sample);
                }
                self.earlier = self.previous;
                self.previous = sample;
            }
            self.listen(sample, intake);
        }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        *self = Self::new(self.sample_rate);
    }

    /// The signal stands still.
    fn begin(&mut self) {
        let [earlier, later] = self.before;
        self.sound_before = earlier.join(later).is_sound(self.previous);
    }

    /// The signal moves again, to `sample`.
    fn end(&mut self, sample: f32) {
        // The first of the equal samples was no repetition yet.
        let lasted = self.still.saturating_add(1);
        self.still = 0;
        if lasted < self.lasts.0 {
            return;
        }
        self.before = [Block::default(); 2];
        let held = self.previous;
        let jumps = (self.earlier - held).abs().max((sample - held).abs()) >= JUMP;
        if self.sound_before && jumps && lasted <= self.lasts.1 {
            self.after = Some((lasted, held, Block::default()));
        }
    }

    fn listen(&mut self, sample: f32, intake: &mut Intake) {
        let [earlier, later] = &mut self.before;
        later.add(f64::from(sample));
        if later.count >= self.around {
            (*earlier, *later) = (*later, Block::default());
        }
        if let Some((lasted, value, block)) = &mut self.after {
            block.add(f64::from(sample));
            if block.count >= self.around {
                if block.is_sound(*value) {
                    intake.dropouts += 1;
                    intake.dropout_microseconds +=
                        u64::from(*lasted) * 1_000_000 / u64::from(self.sample_rate);
                }
                self.after = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const RATE: usize = 16_000;

    fn tone(samples: usize) -> Vec<f32> {
        (0..samples)
            .map(|i| 0.2 * libm::sinf(i as f32 * core::f32::consts::TAU / 73.0))
            .collect()
    }

    fn find(rate: usize, samples: &[f32]) -> (u64, f64) {
        let mut intake = Intake::default();
        Dropouts::new(rate as u32).push(samples, &mut intake);
        (intake.dropouts, intake.dropout_microseconds as f64 / 1e6)
    }

    #[test]
    fn lost_packets_are_counted() {
        for rate in [8_000, 16_000, 48_000] {
            let mut samples = tone(rate);
            for start in [rate / 5, rate / 2] {
                samples[start..start + rate / 50].fill(0.0);
            }
            let (count, seconds) = find(rate, &samples);
            assert_eq!(count, 2);
            assert!((seconds - 0.04).abs() < 0.001, "{seconds}");
        }
    }

    #[test]
    fn a_held_sample_is_a_dropout_too() {
        let mut samples = tone(RATE);
        let held = samples[5_017];
        samples[5_017..5_337].fill(held);
        let (count, seconds) = find(RATE, &samples);
        assert_eq!(count, 1);
        assert!((seconds - 0.02).abs() < 0.001, "{seconds}");
        // The same on a constant.
        samples.iter_mut().for_each(|sample| *sample += 0.3);
        assert_eq!(find(RATE, &samples).0, 1);
    }

    #[test]
    fn a_pause_is_none() {
        // Dies away over 60 ms, then digital silence, then a sudden onset.
        let mut samples = tone(RATE);
        for (i, sample) in samples[4_000..5_000].iter_mut().enumerate() {
            *sample *= libm::expf(-(i as f32) / 100.0);
        }
        samples[5_000..6_000].fill(0.0);
        assert_eq!(find(RATE, &samples), (0, 0.0));
        // Cut off by a gate, for longer than packets are lost.
        let mut samples = tone(3 * RATE);
        samples[RATE..RATE + RATE / 5].fill(0.0);
        assert_eq!(find(RATE, &samples), (0, 0.0));
        // The end of the recording, its beginning, nothing at all, a constant.
        let mut samples = tone(RATE);
        samples[..1_000].fill(0.0);
        samples[15_000..].fill(0.0);
        assert_eq!(find(RATE, &samples), (0, 0.0));
        assert_eq!(find(RATE, &[0.0; 5_000]), (0, 0.0));
        assert_eq!(find(RATE, &[0.5; 5_000]), (0, 0.0));
    }

    #[test]
    fn a_closure_that_does_not_jump_is_none() {
        let mut samples = tone(RATE);
        let fade = 24;
        samples[5_000..5_500].fill(0.0);
        for i in 0..fade {
            let gain = (i as f32 / fade as f32) * (i as f32 / fade as f32);
            samples[4_999 - i] *= gain;
            samples[5_500 + i] *= gain;
        }
        assert_eq!(find(RATE, &samples), (0, 0.0));
    }

    #[test]
    fn eight_bits_stand_still_between_steps() {
        // A pause in 8 bits: mostly zero, a step now and then.
        let mut samples = tone(RATE);
        for (i, sample) in samples[2_000..12_000].iter_mut().enumerate() {
            *sample = if i % 90 == 0 { 1.0 / 128.0 } else { 0.0 };
        }
        assert_eq!(find(RATE, &samples), (0, 0.0));
    }

    proptest! {
        #[test]
        fn any_chunking_finds_the_same(
            gaps in prop::collection::vec((0usize..7_000, 1usize..400), 0..6),
            cuts in prop::collection::vec(1usize..500, 1..20),
        ) {
            let mut samples = tone(8_000);
            for (start, length) in gaps {
                samples[start..start + length].fill(0.0);
            }
            let mut whole = Intake::default();
            Dropouts::new(16_000).push(&samples, &mut whole);
            let mut parts = Intake::default();
            let mut dropouts = Dropouts::new(16_000);
            let mut rest = samples.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                dropouts.push(now, &mut parts);
                rest = later;
            }
            prop_assert_eq!(whole, parts);
        }
    }
}
