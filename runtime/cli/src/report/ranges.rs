//! A measure against its usual ranges, as a small drawing.

use maud::{Markup, html};
use slap_edge::core::voice::Functional;
use slap_edge::core::voice::ranges::{Place, Speakers, UsualRange};

use super::draw::{FAINT, GUIDE, INK, OUTSIDE, RANGE, Scale, n};
use crate::output::measures::Measures;

/// The width of the drawing.
pub const WIDTH: f64 = 150.0;

/// The height of the bar of one range, and of each of several.
const ONE: f64 = 14.0;
const EACH: f64 = 9.0;

/// The place of the letters that tell women from men.
const LETTER: f64 = 9.0;

/// Draws the bars of the usual ranges and the place of the value, and says how high that
/// is; nothing for a measure without a range. Of ranges that are about other speech, the
/// bars are outlined only.
pub fn bars(measures: &Measures, functional: Functional) -> Option<(f64, Markup)> {
    let ranges = measures.ranges(functional);
    let value = measures.get(functional).map(f64::from);
    let scale = scale(&ranges)?;
    let each = if ranges.len() > 1 { EACH } else { ONE };
    let height = each * ranges.len() as f64 + 3.0;
    let outside = matches!(
        measures.place(functional),
        Some(Place::Below | Place::Above | Place::Between)
    );
    let markup = html! {
        path d=(format!("M{LETTER} {}H{}", n(height - 0.5), n(WIDTH))) stroke=(GUIDE) {}
        @for (index, range) in ranges.iter().enumerate() {
            @let top = 1.0 + index as f64 * each;
            @let from = range.low.map_or(LETTER, |low| scale.at(low.into()));
            @let to = range.high.map_or(WIDTH, |high| scale.at(high.into()));
            @let about = measures.basis().speech() == Some(range.speech);
            rect x=(n(from)) y=(n(top + 0.5)) width=(n((to - from).max(1.0)))
                height=(n(each - 1.0)) rx="1.5" fill=(if about { RANGE } else { "none" })
                stroke=(RANGE) stroke-dasharray=[(!about).then_some("2 1.5")] {}
            @if let Some(letter) = letter(range.speakers) {
                text x="0" y=(n(top + each - 1.0)) font-size="8.5" fill=(FAINT) { (letter) }
            }
        }
        @if let Some(value) = value {
            @let x = scale.at(value);
            @let ink = if outside { OUTSIDE } else { INK };
            @let middle = height * 0.5;
            @if scale.holds(value) {
                path d=(format!("M{} 0V{}", n(x), n(height))) stroke=(ink) stroke-width="1.6" {}
                path d=(format!("M{} {}l3 -5h-6z", n(x), n(middle + 2.5))) fill=(ink) {}
            } @else {
                // Off the scale: it points out of the bar.
                @let back = if x > LETTER { -8.0 } else { 8.0 };
                path d=(format!("M{} {}l{} -5v10z", n(x), n(middle), n(back))) fill=(ink) {}
            }
        }
    };
    Some((height, markup))
}

fn letter(speakers: Speakers) -> Option<&'static str> {
    match speakers {
        Speakers::Adults => None,
        Speakers::Women => Some("w"),
        Speakers::Men => Some("m"),
    }
}

/// A scale on which all ends have a place, the same for every value: to either side there
/// is room for what the ranges span together. A range without a lower end begins at zero and
/// takes a third.
fn scale(ranges: &[&UsualRange]) -> Option<Scale> {
    let ends = || ranges.iter().flat_map(|range| [range.low, range.high]).flatten();
    let highest = f64::from(ends().fold(f32::NEG_INFINITY, f32::max));
    let lowest = f64::from(ends().fold(f32::INFINITY, f32::min));
    if !highest.is_finite() {
        return None;
    }
    let ends = if ranges.iter().any(|range| range.low.is_none()) {
        (0.0, 3.0 * highest.abs())
    } else {
        let span = if highest > lowest { highest - lowest } else { lowest.abs() };
        // What is never negative is not drawn below zero.
        let floor = if lowest >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        ((lowest - span).max(floor), highest + span)
    };
    Some(Scale::new(ends, (LETTER, WIDTH)))
}

#[cfg(test)]
mod tests {
    use slap_edge::core::voice::Summary;

    use super::*;

    #[test]
    fn every_end_has_a_place_and_what_is_far_off_has_none() {
        for usual in UsualRange::all() {
            let ranges: Vec<_> = UsualRange::of(usual.functional).collect();
            let scale = scale(&ranges).unwrap();
            for end in ranges.iter().flat_map(|range| [range.low, range.high]).flatten() {
                let place = scale.at(end.into());
                assert!((LETTER..WIDTH).contains(&place), "{usual:?}: {place}");
                assert!(scale.holds(end.into()));
            }
            assert!(!scale.holds(5_000.0));
        }
    }

    #[test]
    fn what_has_no_range_has_no_bars() {
        let measures = Measures::new(&Summary::new(), None, true);
        assert!(bars(&measures, Functional::Mfcc1Mean).is_none());
        let (height, bars) = bars(&measures, Functional::PitchP50).unwrap();
        assert_eq!((height, bars.into_string().matches("<rect").count()), (21.0, 2));
    }
}
