//! Where cycles begin: matching the waveform of each cycle with the next.

use super::super::HOP;
use super::super::correlation::Stretch;
use super::super::pitch::Track;
use super::super::recent::Recent;
use super::super::sinc::{REACH, Sinc};
use super::super::vector;
use super::Mark;
use core::f32::consts::PI;

/// The shortest next period that is tried, as a share of the expected.
const SHORTEST: f32 = 0.8;

/// The longest.
const LONGEST: f32 = 1.25;

/// Cycles less alike than this are no neighbours.
const ALIKE: f32 = 0.3;

/// Reach of the window of an amplitude to either side, in periods. A wider one blurs cycles,
/// a narrower one weighs how a cycle begins more than how strong it is.
const AMPLITUDE: f32 = 0.75;

/// Periods in which the strongest excursion of a beginning stretch is looked for: a stretch
/// may begin a little before the voice, and its first cycles are weak.
const BEGINNING: f32 = 2.0;

/// The least of them, in samples: 15 ms.
const SHORTEST_BEGINNING: f32 = 240.0;

/// A cycle whose excursion is below this share of the strongest is before the voice.
const WEAKEST: f32 = 0.4;

/// Places marks in voiced stretches.
///
/// The first stands at the strongest excursion of the earliest cycle that is not much weaker
/// than those behind it, half a period or more behind where the stretch begins. From each, the
/// next is the place, 0.8 to 1.25 expected periods on, whose surroundings of one period are most
/// like those of the mark.
#[derive(Clone, Debug)]
pub(in super::super) struct Marker {
    /// The latest mark's place, while in a stretch.
    last: Option<f64>,
    /// The first mark of a stretch, until another follows: one alone is no cycle.
    first: Option<Mark>,
    /// Where to look for the next stretch, otherwise.
    from: f64,
}

impl Marker {
    pub(in super::super) const fn new() -> Self {
        Self { last: None, first: None, from: 0.0 }
    }

    /// Places all marks that the known pitches allow, none whose cycle reaches beyond `end`.
    pub(in super::super) fn advance(
        &mut self,
        sinc: &Sinc,
        recent: &Recent,
        track: &Track,
        end: f64,
        mut sink: impl FnMut(Mark),
    ) {
        // Blending looks at the frame behind a place.
        while let position = self.last.unwrap_or(self.from)
            && position + HOP as f64 <= track.end()
        {
            let Some(period) = track.period(position) else {
                self.last = None;
                self.from = libm::floor(position / HOP as f64 + 1.0) * HOP as f64;
                continue;
            };
            let reach = match self.last {
                Some(_) => LONGEST * period,
                None => 0.5 * period + beginning(period),
            };
            if position + f64::from(reach) + HOP as f64 > track.end() {
                return;
            }
            let mark = match self.last {
                Some(_) => Cycle::new(recent, position, period).next(sinc, position),
                None => first(recent, position, period),
            };
            let half = f64::from(0.5 * period);
            match mark.filter(|m| track.is_voiced(m.position) && m.position + half <= end) {
                Some(mark) if mark.period.is_none() => {
                    self.last = Some(mark.position);
                    self.first = Some(mark);
                }
                Some(mark) => {
                    self.last = Some(mark.position);
                    self.first.take().map(&mut sink);
                    sink(mark);
                }
                None => {
                    self.last = None;
                    self.from = position + f64::from(period);
                }
            }
        }
    }
}

/// Samples in which the strongest excursion of a beginning stretch is looked for.
fn beginning(period: f32) -> f32 {
    (BEGINNING * period).max(SHORTEST_BEGINNING)
}

/// The first mark of the stretch that begins at `position`.
fn first(recent: &Recent, position: f64, period: f32) -> Option<Mark> {
    let origin = libm::round(position + f64::from(0.5 * period)) as i64;
    let samples = recent.slice(origin, beginning(period) as usize);
    let mean = vector::mean(samples);
    let (mut at, strongest) = summit(samples, |sample| (sample - mean).abs())?;
    // Back from cycle to cycle, as far as there is a voice.
    let sign = 1.0_f32.copysign(samples[at] - mean);
    while let Some(end) = at.checked_sub((SHORTEST * period) as usize) {
        let start = at.saturating_sub((LONGEST * period) as usize);
        match summit(&samples[start..=end], |sample| sign * (sample - mean)) {
            Some((before, height)) if height >= WEAKEST * strongest => at = start + before,
            _ => break,
        }
    }
    // What is so much stronger than all before it may be the rim of something stronger still.
    if at + period as usize > samples.len() {
        return None;
    }
    let position = (origin + at as i64) as f64;
    let amplitude = Cycle::new(recent, position, period).amplitude(position);
    Some(Mark { position, period: None, amplitude })
}

/// Where the height of a sample is greatest, and how great; `None` of no samples.
fn summit(samples: &[f32], height: impl Fn(f32) -> f32) -> Option<(usize, f32)> {
    let heights = samples.iter().map(|&sample| height(sample));
    heights.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// The samples about a cycle and the next.
struct Cycle {
    stretch: Stretch,
    /// Place of the first of them.
    origin: i64,
    /// The cycle's place, to the nearest sample, from the first of them.
    centre: usize,
    /// The period expected.
    period: f32,
}

impl Cycle {
    fn new(recent: &Recent, position: f64, period: f32) -> Self {
        let before = period as usize + REACH;
        let after = (period * (1.0 + LONGEST)) as usize + 3 * REACH;
        let nearest = libm::round(position) as i64;
        let origin = nearest - before as i64;
        let stretch = Stretch::new(recent.slice(origin, before + after));
        Self { stretch, origin, centre: before, period }
    }

    /// The mark that follows the one at `position`; `None` if no cycle is like it.
    fn next(&self, sinc: &Sinc, position: f64) -> Option<Mark> {
        let length = self.period as usize;
        let shortest = (SHORTEST * self.period) as usize;
        let longest = libm::ceilf(LONGEST * self.period) as usize;
        let start = self.centre - length / 2;
        let found = self.stretch.find(sinc, start, length, (shortest, longest))?;
        if found.height < ALIKE {
            return None;
        }
        let position = position + f64::from(found.lag);
        let amplitude = self.amplitude(position);
        Some(Mark { position, period: Some(found.lag), amplitude })
    }

    /// The root mean square about a place, under a Hann window that reaches [`AMPLITUDE`]
    /// periods to either side.
    fn amplitude(&self, position: f64) -> Option<f32> {
        let samples = self.stretch.samples();
        let place = (position - self.origin as f64) as f32;
        let reach = AMPLITUDE * self.period;
        let first = libm::ceilf(place - reach).max(0.0) as usize;
        let last = ((place + reach) as usize).min(samples.len() - 1);
        // The cosine by rotation: one pair of functions instead of one for each sample.
        let step = PI / reach;
        let (mut sin, mut cos) = libm::sincosf((first as f32 - place) * step);
        let (step_sin, step_cos) = libm::sincosf(step);
        let (mut power, mut sum) = (0.0, 0.0);
        for sample in &samples[first..=last] {
            let weight = 0.5 + 0.5 * cos;
            power += weight * sample * sample;
            sum += weight;
            (sin, cos) = (sin * step_cos + cos * step_sin, cos * step_cos - sin * step_sin);
        }
        let amplitude = libm::sqrtf(power / sum);
        (amplitude > f32::EPSILON).then_some(amplitude)
    }
}
