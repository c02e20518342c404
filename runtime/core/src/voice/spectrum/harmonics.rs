//! Levels of harmonics, compared with that of the first.

use super::long::BINS;
use crate::voice::SAMPLE_RATE;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::plan::LONG;

const BIN_HZ: f32 = SAMPLE_RATE as f32 / LONG as f32;

/// How far from where a harmonic should be its peak is looked for, in harmonic spacings.
const TOLERANCE: f32 = 0.25;

/// Sets H1-H2, and, for the formants that the frame has, H1-A3 and amplitudes.
pub(super) fn measure(decibels: &[f32; BINS], pitch_hz: f32, frame: &mut Frame) {
    let harmonic = |number: f32| strongest(decibels, number * pitch_hz, TOLERANCE * pitch_hz);
    let Some(first) = harmonic(1.0) else { return };
    if let Some(second) = harmonic(2.0) {
        frame.set(Descriptor::H1H2, first - second);
    }
    // Within half a spacing of any frequency lies a harmonic.
    for (formant, amplitude) in [
        (Descriptor::F1, Descriptor::F1Amplitude),
        (Descriptor::F2, Descriptor::F2Amplitude),
        (Descriptor::F3, Descriptor::F3Amplitude),
    ] {
        let level = frame.get(formant).and_then(|hz| strongest(decibels, hz, pitch_hz / 2.0));
        if let Some(level) = level {
            frame.set(amplitude, level - first);
        }
    }
    let third = frame.get(Descriptor::F3).and_then(|hz| strongest(decibels, hz, pitch_hz));
    if let Some(third) = third {
        frame.set(Descriptor::H1A3, first - third);
    }
}

/// Level of the highest peak within `reach` of a frequency, in dB: the vertex of the
/// parabola through its bin and the two beside it. `None` if that lies outside the
/// spectrum.
fn strongest(decibels: &[f32; BINS], hz: f32, reach: f32) -> Option<f32> {
    let reach = reach.max(BIN_HZ);
    let first = (((hz - reach) / BIN_HZ + 0.5) as usize).max(1);
    let last = (((hz + reach) / BIN_HZ + 0.5) as usize).min(BINS - 2);
    let peak = (first..=last).max_by(|&a, &b| decibels[a].total_cmp(&decibels[b]))?;
    let [left, middle, right] = [decibels[peak - 1], decibels[peak], decibels[peak + 1]];
    let curvature = left - 2.0 * middle + right;
    // At the edge of the range, the highest bin may be no peak.
    if middle < left || middle < right || curvature >= 0.0 {
        return Some(middle);
    }
    let slope = (right - left) / 2.0;
    Some(middle - slope * slope / (2.0 * curvature))
}
