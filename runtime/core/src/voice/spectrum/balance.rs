//! How power is spread over frequency: ratios and slopes.

use super::short::Power;
use crate::front_end::{Log, LogFloor, logarithm};
use crate::voice::SAMPLE_RATE;
use crate::voice::descriptor::Descriptor;
use crate::voice::frame::Frame;
use crate::voice::plan::SHORT;
use crate::voice::vector::{highest, sum};
use core::ops::RangeInclusive;
use libm::log10f;

/// Bins a kilohertz: 32.
const BINS_PER_KHZ: f32 = SHORT as f32 / (SAMPLE_RATE as f32 / 1_000.0);

/// Power below which a bin is empty: -120 dB, where 16-bit samples round.
const FLOOR: f32 = 1e-12;

// Bins of 62.5 Hz to just below 1 kHz, and of 1 kHz to 5 kHz.
const BELOW_1_KHZ: RangeInclusive<usize> = 2..=31;
const FROM_1_TO_5_KHZ: RangeInclusive<usize> = 32..=160;

// Bins to 2 kHz and above, to 5 kHz. The mean, bin 0, was taken away.
const BELOW_2_KHZ: RangeInclusive<usize> = 1..=64;
const FROM_2_TO_5_KHZ: RangeInclusive<usize> = 65..=160;

// Bins to 500 Hz, and to 1500 Hz.
const SLOPE_LOW: RangeInclusive<usize> = 1..=16;
const SLOPE_MID: RangeInclusive<usize> = 16..=48;

/// Sets alpha ratio, Hammarberg index and slopes. What would divide by an empty band is
/// left out.
pub(super) fn measure(power: &Power, frame: &mut Frame) {
    let energy = |bins: RangeInclusive<usize>| sum(&power[bins]);
    let alpha = energy(FROM_1_TO_5_KHZ) / energy(BELOW_1_KHZ);
    frame.set(Descriptor::AlphaRatio, 10.0 * log10f(alpha));

    let hammarberg = highest(&power[BELOW_2_KHZ]) / highest(&power[FROM_2_TO_5_KHZ]);
    frame.set(Descriptor::Hammarberg, 10.0 * log10f(hammarberg));

    let mut decibels = [0.0; *SLOPE_MID.end() + 1];
    decibels.copy_from_slice(&power[..=*SLOPE_MID.end()]);
    logarithm(Log::Decibel, FLOOR, LogFloor::Max, &mut decibels);
    frame.set(Descriptor::SlopeLow, slope(&decibels[SLOPE_LOW]) * BINS_PER_KHZ);
    frame.set(Descriptor::SlopeMid, slope(&decibels[SLOPE_MID]) * BINS_PER_KHZ);
}

/// Slope of the least-squares line through values a step apart.
fn slope(values: &[f32]) -> f32 {
    let middle = (values.len() - 1) as f32 / 2.0;
    let (mut products, mut squares) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let x = i as f32 - middle;
        products += x * value;
        squares += x * x;
    }
    products / squares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::spectrum::short::BINS;

    fn measured(value: impl Fn(usize) -> f64) -> Frame {
        let mut power: Power = [0.0; BINS + 3];
        for (bin, power) in power[..BINS].iter_mut().enumerate() {
            *power = value(bin) as f32;
        }
        let mut frame = Frame::new(0);
        measure(&power, &mut frame);
        frame
    }

    fn close(got: Option<f32>, expected: f32) {
        assert!(got.is_some_and(|got| (got - expected).abs() < 2e-3), "{got:?} {expected}");
    }

    #[test]
    fn two_lines() {
        // 500 Hz and 3 kHz, 20 dB apart.
        let frame = measured(|bin| match bin {
            16 => 1.0,
            96 => 0.01,
            _ => 0.0,
        });
        close(frame.get(Descriptor::AlphaRatio), -20.0);
        close(frame.get(Descriptor::Hammarberg), 20.0);
        // 1.5 kHz is above 1 kHz and below 2 kHz.
        let frame = measured(|bin| match bin {
            16 => 1.0,
            48 => 0.1,
            96 => 0.01,
            _ => 0.0,
        });
        close(frame.get(Descriptor::AlphaRatio), -9.586);
        close(frame.get(Descriptor::Hammarberg), 20.0);
    }

    #[test]
    fn a_straight_line_has_its_slope() {
        // -0.5 dB a bin is -16 dB/kHz.
        let frame = measured(|bin| libm::pow(10.0, -0.05 * bin as f64));
        close(frame.get(Descriptor::SlopeLow), -16.0);
        close(frame.get(Descriptor::SlopeMid), -16.0);
        // A bend at 500 Hz.
        let frame =
            measured(|bin| libm::pow(10.0, 0.1 * (bin.min(16) as f64 - bin as f64 / 2.0)));
        close(frame.get(Descriptor::SlopeLow), 16.0);
        close(frame.get(Descriptor::SlopeMid), -16.0);
    }

    #[test]
    fn an_empty_band_has_no_ratio() {
        let frame = measured(|bin| if bin == 16 { 1.0 } else { 0.0 });
        assert_eq!(frame.get(Descriptor::AlphaRatio), None);
        assert_eq!(frame.get(Descriptor::Hammarberg), None);
        let frame = measured(|bin| if bin == 96 { 1.0 } else { 0.0 });
        assert_eq!(frame.get(Descriptor::AlphaRatio), None);
        assert_eq!(frame.get(Descriptor::Hammarberg), None);
    }
}
