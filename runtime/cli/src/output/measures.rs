//! Measures of a voice for programs and people: names, groups, units, words.

use serde::ser::{Serialize, SerializeMap, Serializer};
use slap_edge::core::voice::ranges::{Place, Reference, Speakers, Speech, UsualRange};
use slap_edge::core::voice::{Descriptor, Frame, Functional, Summary, Unit};

use super::basis::Basis;

/// Every functional of a recording with its value; serialised as an object with the
/// functionals' names as keys, `null` where a value is absent.
#[derive(Clone, Debug)]
pub struct Measures {
    values: [Option<f32>; Functional::COUNT],
    basis: Basis,
}

impl Measures {
    /// Those of a summary. Their speech is guessed unless it is `stated`, and those of a
    /// recording that is not `comparable` are compared with nothing.
    pub fn new(summary: &Summary, stated: Option<Speech>, comparable: bool) -> Self {
        let voiced = summary.get(Functional::VoicedShare).is_some_and(|share| share > 0.0);
        let basis = match (stated, Speech::of(summary)) {
            _ if !comparable => Basis::Poor,
            _ if !voiced => Basis::Unvoiced,
            (Some(speech), _) => Basis::Stated(speech),
            (None, Some(speech)) => Basis::Guessed(speech),
            (None, None) => Basis::Unclear,
        };
        Self { values: Functional::ALL.map(|functional| summary.get(functional)), basis }
    }

    /// A value in its unit; `None` where it is absent.
    pub fn get(&self, functional: Functional) -> Option<f32> {
        self.values[functional as usize]
    }

    /// What values are compared with.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The usual ranges to show beside a value: those of the kind of speech that the
    /// recording holds, or where there are none, those of another kind.
    pub fn ranges(&self, functional: Functional) -> Vec<&'static UsualRange> {
        let ranges = || UsualRange::of(functional);
        let mine = ranges().find(|range| Some(range.speech) == self.basis.speech());
        let speech = mine.or_else(|| ranges().next()).map(|range| range.speech);
        ranges().filter(|range| Some(range.speech) == speech).collect()
    }

    /// Where a value lies against its usual ranges, where there are any for such speech.
    pub fn place(&self, functional: Functional) -> Option<Place> {
        UsualRange::compare(functional, self.basis.speech()?, self.get(functional)?)
    }
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Functional::COUNT))?;
        for functional in Functional::all() {
            map.serialize_entry(functional.name(), &self.get(functional))?;
        }
        map.end()
    }
}

/// The descriptors of a frame; serialised as an object with `seconds` and the
/// descriptors' names as keys, `null` where a value is absent.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a>(pub &'a Frame);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Descriptor::COUNT + 1))?;
        map.serialize_entry("seconds", &self.0.seconds())?;
        for (descriptor, value) in Descriptor::ALL.into_iter().zip(self.0.values()) {
            map.serialize_entry(descriptor.name(), value)?;
        }
        map.end()
    }
}

/// What measures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Pitch,
    Regularity,
    Noise,
    Timbre,
    Loudness,
    Time,
}

impl Group {
    /// In the order of tables.
    pub const ALL: [Self; 6] =
        [Self::Pitch, Self::Regularity, Self::Noise, Self::Timbre, Self::Loudness, Self::Time];

    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pitch => "Pitch",
            Self::Regularity => "Regularity",
            Self::Noise => "Noise",
            Self::Timbre => "Timbre",
            Self::Loudness => "Loudness",
            Self::Time => "Time",
        }
    }

    /// Every functional of the group.
    pub fn functionals(self) -> impl Iterator<Item = Functional> {
        Functional::all().filter(move |functional| Self::of(*functional) == self)
    }

    /// The few that people look at first, each with a label that is clear under the
    /// group's heading.
    pub fn selection(self) -> &'static [(Functional, &'static str)] {
        use Functional::*;
        match self {
            Self::Pitch => &[
                (PitchP50, "Median pitch"),
                (PitchSemitonesRange, "Pitch span, middle 60 %"),
                (ConfidenceMean, "Periodicity"),
                (CreakShare, "Pitch below 78 Hz"),
            ],
            Self::Regularity => &[
                (JitterLocal, "Jitter"),
                (JitterRap, "Jitter (RAP)"),
                (JitterPpq5, "Jitter (PPQ5)"),
                (ShimmerLocalDb, "Shimmer"),
                (ShimmerLocal, "Shimmer, relative"),
                (ShimmerApq11, "Shimmer (APQ11)"),
            ],
            Self::Noise => {
                &[(HnrMean, "Harmonics to noise"), (ProminenceMean, "Cepstral peak prominence")]
            }
            Self::Timbre => &[
                (AlphaRatioVoicedMean, "Alpha ratio"),
                (HammarbergVoicedMean, "Hammarberg index"),
                (SlopeLowVoicedMean, "Slope, 0 to 500 Hz"),
                (SlopeMidVoicedMean, "Slope, 500 to 1500 Hz"),
                (H1H2Mean, "H1–H2"),
                (H1A3Mean, "H1–A3"),
                (F1Mean, "First formant"),
                (F2Mean, "Second formant"),
                (F3Mean, "Third formant"),
            ],
            Self::Loudness => &[
                (EquivalentLevel, "Mean level"),
                (LoudnessP50, "Median loudness"),
                (LoudnessRange, "Loudness, middle 60 %"),
            ],
            Self::Time => &[
                (Duration, "Length"),
                (VoicedShare, "Voiced"),
                (VoicedSegments, "Voiced stretches"),
                (VoicedSegmentMean, "Voiced stretch, mean"),
                (UnvoicedSegmentMean, "Unvoiced stretch, mean"),
                (LoudnessPeaks, "Loudness peaks"),
            ],
        }
    }

    fn of(functional: Functional) -> Self {
        use Functional::*;
        match functional.source().map(|(descriptor, _)| descriptor) {
            Some(descriptor) => Self::of_descriptor(descriptor),
            None => match functional {
                EquivalentLevel => Self::Loudness,
                CreakShare => Self::Pitch,
                JitterLocal | JitterRap | JitterPpq5 | ShimmerLocalDb | ShimmerLocal
                | ShimmerApq3 | ShimmerApq5 | ShimmerApq11 => Self::Regularity,
                _ => Self::Time,
            },
        }
    }

    fn of_descriptor(descriptor: Descriptor) -> Self {
        use Descriptor::*;
        match descriptor {
            Pitch | PitchSemitones | Confidence => Self::Pitch,
            Jitter | Shimmer => Self::Regularity,
            HarmonicsToNoise | CepstralPeakProminence => Self::Noise,
            Level | Loudness => Self::Loudness,
            _ => Self::Timbre,
        }
    }
}

/// What stands for an absent value.
pub const ABSENT: &str = "–";

/// A value as people read it: shares as percentages, a true minus sign, about three
/// digits.
pub fn number(value: f32, unit: Unit) -> String {
    let value = scaled(value, unit);
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 => 0,
        // Levels are read in tenths at most.
        _ if size >= 9.995 || unit == Unit::DecibelFullScale => 1,
        _ => 2,
    };
    let digits = format!("{size:.decimals$}");
    // What rounds to nothing has no sign.
    let zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !zero { format!("−{digits}") } else { digits }
}

/// The unit as people read it; empty for pure numbers.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Ratio => "%",
        Unit::PerSecond => "/s",
        unit => unit.symbol(),
    }
}

fn scaled(value: f32, unit: Unit) -> f32 {
    if unit == Unit::Ratio { value * 100.0 } else { value }
}

/// A range in words, such as `165 to 255`, `up to 1.04` or `14.5 or more`.
pub fn range(range: &UsualRange) -> String {
    let number = |end| {
        // Two decimals, without zeros at the end: as it stands in the publication.
        let end = format!("{:.2}", scaled(end, range.functional.unit()) + 1e-4);
        end.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let about = if range.approximate { "about " } else { "" };
    match (range.low, range.high) {
        (Some(low), Some(high)) => format!("{about}{} to {}", number(low), number(high)),
        (Some(low), None) => format!("{about}{} or more", number(low)),
        (None, Some(high)) => format!("{about}up to {}", number(high)),
        (None, None) => String::new(),
    }
}

/// A range in words with whom and what it is about, such as `165 to 255 women` or
/// `up to 1.04 held vowel`.
pub fn range_of(usual: &UsualRange) -> String {
    let mut text = range(usual);
    if usual.speakers != Speakers::Adults {
        text = format!("{text} {}", usual.speakers.name());
    }
    if usual.speech != Speech::Running {
        text = format!("{text}, {}", usual.speech.name());
    }
    text
}

/// References in the order in which a table first names them.
#[derive(Clone, Debug, Default)]
pub struct References(Vec<&'static Reference>);

impl References {
    /// The number of a reference, from 1.
    pub fn number(&mut self, reference: &'static Reference) -> usize {
        let place = self.0.iter().position(|known| *known == reference);
        place.unwrap_or_else(|| {
            self.0.push(reference);
            self.0.len() - 1
        }) + 1
    }

    /// All of them, in order.
    pub fn list(&self) -> &[&'static Reference] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_functional_is_in_one_group() {
        let count: usize = Group::ALL.iter().map(|group| group.functionals().count()).sum();
        assert_eq!(count, Functional::COUNT);
        for group in Group::ALL {
            for (functional, label) in group.selection() {
                assert_eq!(Group::of(*functional), group, "{}", functional.name());
                assert!(label.chars().count() <= 24, "{label}");
            }
        }
    }

    #[test]
    fn no_two_rows_are_called_the_same() {
        let rows = || Group::ALL.iter().flat_map(|group| group.selection());
        for (functional, label) in rows() {
            assert_eq!(rows().filter(|(_, other)| other == label).count(), 1, "{label}");
            assert_ne!(*label, functional.description());
        }
    }

    #[test]
    fn poor_and_silent_recordings_are_compared_with_nothing() {
        let basis =
            |stated, comparable| Measures::new(&Summary::new(), stated, comparable).basis();
        assert_eq!(basis(None, true), Basis::Unvoiced);
        assert_eq!(basis(Some(Speech::HeldVowel), false), Basis::Poor);
        assert_eq!(basis(Some(Speech::Running), true).speech(), None);
    }

    #[test]
    fn every_range_is_of_a_measure_that_people_see() {
        let seen = |functional| {
            Group::ALL.iter().any(|it| it.selection().iter().any(|(id, _)| *id == functional))
        };
        for range in UsualRange::all() {
            // The mean pitch is seen as the median.
            let hidden = range.functional == Functional::PitchMean;
            assert!(hidden || seen(range.functional), "{range:?}");
        }
    }

    #[test]
    fn numbers_read_well() {
        for (value, of, text) in [
            (203.14, Unit::Hertz, "203"),
            (99.96, Unit::Hertz, "100"),
            (-23.44, Unit::DecibelFullScale, "−23.4"),
            (-3.004, Unit::DecibelFullScale, "−3.0"),
            (0.0104, Unit::Ratio, "1.04"),
            (0.0068, Unit::Ratio, "0.68"),
            (1.0, Unit::Ratio, "100"),
            (-0.001, Unit::Decibel, "0.00"),
            (9.996, Unit::Decibel, "10.0"),
        ] {
            assert_eq!(number(value, of), text);
        }
    }

    #[test]
    fn ranges_read_as_published() {
        let words: Vec<String> = UsualRange::all().iter().map(range_of).collect();
        for expected in [
            "165 to 255 women",
            "85 to 155 men",
            "up to 1.04, held vowel",
            "up to 0.35, held vowel",
            "about 20 to 40, held vowel",
        ] {
            assert!(words.iter().any(|it| it == expected), "{expected}: {words:?}");
        }
    }

    #[test]
    fn absent_is_null_and_every_name_is_there() {
        let measures = Measures::new(&Summary::new(), None, true);
        let value = serde_json::to_value(&measures).unwrap();
        assert_eq!(value.as_object().unwrap().len(), Functional::COUNT);
        assert!(value["jitter.local"].is_null());
        let frame = Frame::new(3);
        let value = serde_json::to_value(Values(&frame)).unwrap();
        assert_eq!(value["seconds"], 0.035);
        assert!(value["pitch_hz"].is_null());
        assert_eq!(value.as_object().unwrap().len(), Descriptor::COUNT + 1);
    }
}
