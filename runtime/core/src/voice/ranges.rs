//! Where measures of adult voices usually lie, and who says so.
//!
//! A range is given only where the literature has one for a comparable definition; most
//! measures have none. Cepstral peak prominence has published values, but those of Praat,
//! whose scale lies 3 to 4 dB above this one. A range describes the speakers of a study,
//! recorded in a quiet room, and judges nobody: what lies outside may be a child, a singer,
//! a cold microphone.

use super::functionals::{Functional, Summary};
use Functional::*;

/// Mean length of voiced stretches, in seconds, from which a recording counts as held
/// vowels. In running speech consonants and pauses end them sooner; but a rough voice breaks
/// off as well.
const HELD_SECONDS: f32 = 1.0;

/// How much the spectrum of voiced frames moves ([`Summary::voiced_movement`]) at the most
/// where one vowel is held, however rough: drawn vowels [a] have 0.3 to 4.6.
const STEADY: f32 = 6.0;

/// And at the least in running speech: that of two synthesisers and of a woman has 10 to 25,
/// in noise 10 dB below it 6.5 to 13.
const MOVING: f32 = 8.0;

/// Peaks of loudness for each voiced second that running speech has at the least: its
/// syllables, since about as long again goes to sounds without voice and to pauses. That of
/// the same speakers has 5 to 12.
const PEAKS_PER_VOICED_SECOND: f64 = 3.5;

/// Which speakers a range is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speakers {
    /// Women and men.
    Adults,
    /// Women.
    Women,
    /// Men.
    Men,
}

impl Speakers {
    /// The word for tables: `adults`, `women` or `men`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adults => "adults",
            Self::Women => "women",
            Self::Men => "men",
        }
    }
}

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    /// Reading or talking.
    Running,
    /// A vowel held for seconds.
    HeldVowel,
}

impl Speech {
    /// The words for tables: `running speech` or `held vowel`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running speech",
            Self::HeldVowel => "held vowel",
        }
    }

    /// What a window seems to hold; `None` where that cannot be told.
    ///
    /// - Held vowels: voiced stretches last 1 s on average, or there is 1 s of voice whose
    ///   spectrum hardly moves, as in a rough vowel, which breaks off again and again.
    /// - Running speech: stretches are shorter, the spectrum moves, and loudness swells as it
    ///   does with syllables.
    ///
    /// Neither is said where nothing or next to nothing is voiced, and where signs disagree,
    /// as of a vowel and a sentence in one recording. Where noise is less than 10 dB below the
    /// voice, speech may pass for a vowel.
    pub fn of(summary: &Summary) -> Option<Self> {
        if summary.get(VoicedSegmentMean)? >= HELD_SECONDS {
            return Some(Self::HeldVowel);
        }
        let movement = summary.voiced_movement()?;
        let voiced = summary.voiced_seconds();
        if movement <= STEADY {
            return (voiced >= f64::from(HELD_SECONDS)).then_some(Self::HeldVowel);
        }
        let peaks = f64::from(summary.get(LoudnessPeaks)?) * summary.seconds();
        let syllables = peaks >= PEAKS_PER_VOICED_SECOND * voiced;
        (movement >= MOVING && syllables).then_some(Self::Running)
    }
}

/// A publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Authors and year, as in running text.
    pub short: &'static str,
    /// Authors, year, title and where it appeared.
    pub full: &'static str,
}

static FITCH_HOLBROOK: Reference = Reference {
    short: "Fitch and Holbrook 1970",
    full: "J. L. Fitch, A. Holbrook (1970): Modal vocal fundamental frequency of young adults. \
           Archives of Otolaryngology 92, 379–382",
};
static KAY: Reference = Reference {
    short: "Kay Elemetrics 1993",
    full: "Kay Elemetrics Corp. (1993): Multi-Dimensional Voice Program (MDVP), model 4305, \
           operations manual. Lincoln Park, New Jersey",
};
static BOERSMA_WEENINK: Reference = Reference {
    short: "Boersma and Weenink",
    full: "P. Boersma, D. Weenink: Praat, doing phonetics by computer; manual, page \
           Harmonicity. University of Amsterdam",
};

/// Where a measure usually lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualRange {
    /// The measure.
    pub functional: Functional,
    /// Who spoke.
    pub speakers: Speakers,
    /// What they said. Of other speech the range says nothing.
    pub speech: Speech,
    /// The lower end, in the unit of the measure; `None` where it has none.
    pub low: Option<f32>,
    /// The upper end, in the unit of the measure; `None` where it has none.
    pub high: Option<f32>,
    /// The ends are round figures: nothing lies clearly outside.
    pub approximate: bool,
    /// Who says so.
    pub reference: &'static Reference,
    /// What to know when reading it, a clause; empty where there is nothing.
    pub remark: &'static str,
}

impl UsualRange {
    /// Every range, in the order of [`Functional::ALL`].
    pub fn all() -> &'static [Self] {
        &RANGES
    }

    /// The ranges of a measure, a few or none.
    pub fn of(functional: Functional) -> impl Iterator<Item = &'static Self> {
        RANGES.iter().filter(move |range| range.functional == functional)
    }

    /// Where `value` lies.
    pub fn place(&self, value: f32) -> Place {
        if self.low.is_some_and(|low| value < low) {
            Place::Below
        } else if self.high.is_some_and(|high| value > high) {
            Place::Above
        } else {
            Place::Within
        }
    }

    /// Where `value` lies against all ranges of a measure that are about `speech`: within
    /// as soon as it is within one of them. `None` where there is no such range, or only
    /// approximate ones.
    pub fn compare(functional: Functional, speech: Speech, value: f32) -> Option<Place> {
        let ranges =
            || Self::of(functional).filter(|it| it.speech == speech && !it.approximate);
        let first = ranges().next()?.place(value);
        let within = ranges().any(|range| range.place(value) == Place::Within);
        // Between two ranges it is outside of both, and beside neither in particular.
        let between = ranges().any(|range| range.place(value) != first);
        Some(match (within, between) {
            (true, _) => Place::Within,
            (false, true) => Place::Between,
            (false, false) => first,
        })
    }
}

/// Where a value lies against a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Below the range.
    Below,
    /// Within the range.
    Within,
    /// Outside of two ranges and between them.
    Between,
    /// Above the range.
    Above,
}

const fn pitch(functional: Functional, speakers: Speakers, low: f32, high: f32) -> UsualRange {
    UsualRange {
        functional,
        speakers,
        speech: Speech::Running,
        low: Some(low),
        high: Some(high),
        approximate: false,
        reference: &FITCH_HOLBROOK,
        remark: "the most frequent pitch of young adults who read a text",
    }
}

const fn up_to(functional: Functional, high: f32, remark: &'static str) -> UsualRange {
    UsualRange {
        functional,
        speakers: Speakers::Adults,
        speech: Speech::HeldVowel,
        low: None,
        high: Some(high),
        approximate: false,
        reference: &KAY,
        remark,
    }
}

const PERIODS: &str = "periods were found otherwise there, so close values may differ";
const AMPLITUDES: &str = "amplitudes were measured otherwise there, so close values may differ";

static RANGES: [UsualRange; 11] = [
    pitch(PitchMean, Speakers::Women, 165.0, 255.0),
    pitch(PitchMean, Speakers::Men, 85.0, 155.0),
    pitch(PitchP50, Speakers::Women, 165.0, 255.0),
    pitch(PitchP50, Speakers::Men, 85.0, 155.0),
    up_to(JitterLocal, 0.010_4, PERIODS),
    up_to(JitterRap, 0.006_8, PERIODS),
    up_to(JitterPpq5, 0.008_4, PERIODS),
    up_to(ShimmerLocalDb, 0.35, AMPLITUDES),
    up_to(ShimmerLocal, 0.038_1, AMPLITUDES),
    up_to(ShimmerApq11, 0.030_7, AMPLITUDES),
    UsualRange {
        functional: HnrMean,
        speakers: Speakers::Adults,
        speech: Speech::HeldVowel,
        low: Some(20.0),
        high: Some(40.0),
        approximate: true,
        reference: &BOERSMA_WEENINK,
        remark: "about 20 dB for [a] and [i], about 40 dB for [u]",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_ranges() {
        let mut last = 0;
        for range in UsualRange::all() {
            let (low, high) = (range.low, range.high);
            assert!(low.is_some() || high.is_some(), "{range:?}");
            assert!(low.zip(high).is_none_or(|(low, high)| low < high), "{range:?}");
            assert!(range.functional as usize >= last, "out of order: {range:?}");
            last = range.functional as usize;
            assert!(range.reference.full.contains(&range.reference.short[..5]), "{range:?}");
        }
    }

    #[test]
    fn a_value_has_a_place() {
        let pitch = |value| UsualRange::compare(PitchP50, Speech::Running, value);
        assert_eq!(pitch(70.0), Some(Place::Below));
        assert_eq!(pitch(120.0), Some(Place::Within));
        assert_eq!(pitch(160.0), Some(Place::Between));
        assert_eq!(pitch(165.0), Some(Place::Within));
        assert_eq!(pitch(300.0), Some(Place::Above));
        assert_eq!(UsualRange::compare(PitchP50, Speech::HeldVowel, 70.0), None);
        let jitter = |value| UsualRange::compare(JitterLocal, Speech::HeldVowel, value);
        assert_eq!(jitter(0.0104), Some(Place::Within));
        assert_eq!(jitter(0.02), Some(Place::Above));
        assert_eq!(UsualRange::compare(HnrMean, Speech::HeldVowel, 19.0), None);
        assert_eq!(UsualRange::compare(Mfcc1Mean, Speech::HeldVowel, 19.0), None);
    }

    #[test]
    fn an_empty_window_is_no_speech() {
        assert_eq!(Speech::of(&Summary::new()), None);
    }
}
