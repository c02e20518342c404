//! The table of functionals: names, units and what each is.

use super::statistic::Statistic::{self, *};
use crate::voice::descriptor::Descriptor::{self, *};
use crate::voice::descriptor::Unit;

/// Where a functional comes from.
enum Origin {
    /// A statistic of one descriptor.
    Of(Descriptor, Statistic),
    /// The window as a whole.
    Window(Unit),
}
use Origin::{Of, Window};

macro_rules! functionals {
    ($(#[$doc:meta])* $($variant:ident $name:literal $origin:expr, $description:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub enum Functional {
            $(#[doc = $description] $variant,)*
        }

        impl Functional {
            /// All of them, in the order in which tables list them.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];

            /// How many there are.
            pub const COUNT: usize = [$($name,)*].len();

            /// Its name in every table, file and binding, such as `pitch_semitones.p50`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is, in one line.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $description,)*
                }
            }

            const fn origin(self) -> Origin {
                match self {
                    $(Self::$variant => $origin,)*
                }
            }
        }
    };
}

impl Functional {
    /// All of them, in the order in which tables list them.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|functional| functional.name() == name)
    }

    /// The descriptor and which statistic of it; `None` for what is taken of the window as
    /// a whole.
    pub const fn source(self) -> Option<(Descriptor, Statistic)> {
        match self.origin() {
            Of(descriptor, statistic) => Some((descriptor, statistic)),
            Window(_) => None,
        }
    }

    /// Its unit.
    pub const fn unit(self) -> Unit {
        match self.origin() {
            Of(descriptor, statistic) => statistic.unit(descriptor.unit()),
            Window(unit) => unit,
        }
    }
}

functionals! {
    /// One number about a window.
    ///
    /// Most are a [`Statistic`] of a [`Descriptor`], named `descriptor.statistic`; see there
    /// for definitions and for what makes them undefined. [`Summary`](super::Summary) gathers
    /// them.
    ///
    /// They are the 88 functionals of the extended Geneva set (Eyben et al. 2016, "The Geneva
    /// minimalistic acoustic parameter set (GeMAPS) for voice research and affective
    /// computing", IEEE Trans. Affective Computing 7(2), 190-202), from the descriptors of this
    /// crate, and some that people who work with voices ask for besides. As there, loudness,
    /// flux and cepstral coefficients are taken over all frames, pauses among them, and the rest
    /// over the voiced ones; so is cepstral peak prominence, which noise and pauses have, too.
    /// Unlike there, descriptors are not smoothed over three frames first, but for the
    /// slopes and peaks of contours: a mean is that of the frames as they were given, and the
    /// coefficient of variation of a restless descriptor is larger.
    ///
    /// # Of the window as a whole
    ///
    /// They are undefined in a window without a frame. Stretches that a window cuts count with
    /// the part that lies in it.
    ///
    /// - `equivalent_level_dbfs`: `10 log10(mean(10^(level / 10)))` over all frames, of which
    ///   digital silence counts as nothing. Undefined if there is nothing else.
    /// - `jitter.*` and `shimmer.*`: [`Jitter`](crate::voice::Jitter) and
    ///   [`Shimmer`](crate::voice::Shimmer) over all cycles of the window. Undefined with too
    ///   few.
    /// - `loudness_peaks_per_second`: turns of loudness from rising to falling, as
    ///   [`Statistic::RisingSlopeMean`] has them, over all seconds.
    /// - `voiced_segments_per_second`: stretches of neighbouring voiced frames, over all
    ///   seconds.
    /// - `voiced_segment_seconds.*`: mean and standard deviation of the length of these
    ///   stretches. Undefined with less than one, and less than two.
    /// - `unvoiced_segment_seconds.*`: the same of stretches without voice.
    /// - `voiced_share`: voiced frames over all frames.
    /// - `creak_share`: voiced frames below 78 Hz, the upper end of vocal fry (Hollien and
    ///   Michel 1968, "Vocal fry as a phonational register", J. Speech Hear. Res. 11, 600-604),
    ///   over all voiced frames. Undefined without one. Creak also shows in irregular cycles,
    ///   and a low modal voice can lie below 78 Hz: the share is a hint.
    /// - `duration_seconds`: frames, of 10 ms each.
    ///
    /// For breathiness there is no number of its own: cepstral peak prominence falls with it
    /// (Hillenbrand et al. 1994), and the first harmonic rises above the second.

    PitchMean "pitch_hz.mean" Of(Pitch, Mean),
        "Fundamental frequency, averaged over the voiced frames";
    PitchP50 "pitch_hz.p50" Of(Pitch, P50),
        "Fundamental frequency: half of the voiced frames lie below";
    PitchSemitonesMean "pitch_semitones.mean" Of(PitchSemitones, Mean),
        "Fundamental frequency in semitones (st) above 27.5 Hz";
    PitchSemitonesCv "pitch_semitones.cv" Of(PitchSemitones, Cv),
        "Standard deviation over mean, both in semitones above 27.5 Hz";
    PitchSemitonesP20 "pitch_semitones.p20" Of(PitchSemitones, P20),
        "A fifth of the voiced frames lie below, in semitones above 27.5 Hz";
    PitchSemitonesP50 "pitch_semitones.p50" Of(PitchSemitones, P50),
        "Half of the voiced frames lie below, in semitones above 27.5 Hz";
    PitchSemitonesP80 "pitch_semitones.p80" Of(PitchSemitones, P80),
        "A fifth of the voiced frames lie above, in semitones above 27.5 Hz";
    PitchSemitonesRange "pitch_semitones.range_20_80" Of(PitchSemitones, Range),
        "Semitones that the middle three fifths of the voiced frames cover";
    PitchSemitonesRisingSlopeMean "pitch_semitones.rising_slope_mean"
        Of(PitchSemitones, RisingSlopeMean),
        "How fast the melody rises where it does, semitones a second";
    PitchSemitonesRisingSlopeStd "pitch_semitones.rising_slope_std"
        Of(PitchSemitones, RisingSlopeStd),
        "How unlike the rises of the melody are: standard deviation of their slopes";
    PitchSemitonesFallingSlopeMean "pitch_semitones.falling_slope_mean"
        Of(PitchSemitones, FallingSlopeMean),
        "How fast the melody falls where it does, semitones a second; a positive number";
    PitchSemitonesFallingSlopeStd "pitch_semitones.falling_slope_std"
        Of(PitchSemitones, FallingSlopeStd),
        "How unlike the falls of the melody are: standard deviation of their slopes";
    ConfidenceMean "pitch_confidence.mean" Of(Confidence, Mean),
        "How alike neighbouring periods are below 2 kHz, voiced frames, 0 to 1";
    LoudnessMean "loudness.mean" Of(Loudness, Mean),
        "Average of all frames, pauses included; grows with the gain";
    LoudnessCv "loudness.cv" Of(Loudness, Cv),
        "Standard deviation over mean of all frames, pauses included";
    LoudnessP20 "loudness.p20" Of(Loudness, P20),
        "A fifth of all frames, pauses included, lie below";
    LoudnessP50 "loudness.p50" Of(Loudness, P50),
        "Half of all frames, pauses included, lie below";
    LoudnessP80 "loudness.p80" Of(Loudness, P80),
        "A fifth of all frames, pauses included, lie above";
    LoudnessRange "loudness.range_20_80" Of(Loudness, Range),
        "What the middle three fifths of all frames cover, pauses included";
    LoudnessRisingSlopeMean "loudness.rising_slope_mean" Of(Loudness, RisingSlopeMean),
        "How fast the volume rises where it does, per second";
    LoudnessRisingSlopeStd "loudness.rising_slope_std" Of(Loudness, RisingSlopeStd),
        "How unlike the rises of the volume are: standard deviation of their slopes";
    LoudnessFallingSlopeMean "loudness.falling_slope_mean" Of(Loudness, FallingSlopeMean),
        "How fast the volume falls where it does, per second; a positive number";
    LoudnessFallingSlopeStd "loudness.falling_slope_std" Of(Loudness, FallingSlopeStd),
        "How unlike the falls of the volume are: standard deviation of their slopes";
    EquivalentLevel "equivalent_level_dbfs" Window(Unit::DecibelFullScale),
        "A steady sound of this level has as much energy; pauses included";
    JitterLocal "jitter.local" Window(Unit::Ratio),
        "How much a period differs from the next, over the mean period";
    JitterRap "jitter.rap" Window(Unit::Ratio),
        "Periods against the mean of three (relative average perturbation, RAP)";
    JitterPpq5 "jitter.ppq5" Window(Unit::Ratio),
        "Periods against the mean of five (period perturbation quotient, PPQ5)";
    JitterMean "jitter.mean" Of(Jitter, Mean),
        "Periods within 30 ms of a frame against the next, averaged over frames";
    JitterCv "jitter.cv" Of(Jitter, Cv),
        "Standard deviation over mean";
    ShimmerLocalDb "shimmer.local_db" Window(Unit::Decibel),
        "How much the level of a period differs from that of the next";
    ShimmerLocal "shimmer.local" Window(Unit::Ratio),
        "How much an amplitude differs from the next, over the mean amplitude";
    ShimmerApq3 "shimmer.apq3" Window(Unit::Ratio),
        "Amplitudes against the mean of three (amplitude perturbation quotient, APQ3)";
    ShimmerApq5 "shimmer.apq5" Window(Unit::Ratio),
        "Amplitudes against the mean of five (amplitude perturbation quotient, APQ5)";
    ShimmerApq11 "shimmer.apq11" Window(Unit::Ratio),
        "Amplitudes against the mean of eleven (amplitude perturbation quotient, APQ11)";
    ShimmerMean "shimmer_db.mean" Of(Shimmer, Mean),
        "Levels of periods within 30 ms of a frame against the next, averaged over frames";
    ShimmerCv "shimmer_db.cv" Of(Shimmer, Cv),
        "Standard deviation over mean";
    HnrMean "hnr_db.mean" Of(HarmonicsToNoise, Mean),
        "What repeats from period to period over what does not: higher is clearer";
    HnrCv "hnr_db.cv" Of(HarmonicsToNoise, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    ProminenceMean "cpp_db.mean" Of(CepstralPeakProminence, Mean),
        "How far harmonics stand out, where voiced: lower is breathier or rougher";
    ProminenceCv "cpp_db.cv" Of(CepstralPeakProminence, Cv),
        "Standard deviation over mean";
    H1H2Mean "h1_h2_db.mean" Of(H1H2, Mean),
        "First harmonic (H1) over the second (H2): higher is breathier";
    H1H2Cv "h1_h2_db.cv" Of(H1H2, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    H1A3Mean "h1_a3_db.mean" Of(H1A3, Mean),
        "First harmonic (H1) over that at the third formant (A3): higher is breathier";
    H1A3Cv "h1_a3_db.cv" Of(H1A3, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    F1Mean "f1_hz.mean" Of(F1, Mean),
        "Where the first resonance of the vocal tract lies";
    F1Cv "f1_hz.cv" Of(F1, Cv),
        "Standard deviation over mean";
    F1BandwidthMean "f1_bandwidth_hz.mean" Of(F1Bandwidth, Mean),
        "How wide the first resonance is at half power";
    F1BandwidthCv "f1_bandwidth_hz.cv" Of(F1Bandwidth, Cv),
        "Standard deviation over mean";
    F1AmplitudeMean "f1_amplitude_db.mean" Of(F1Amplitude, Mean),
        "Strongest harmonic at the first resonance over the first harmonic";
    F1AmplitudeCv "f1_amplitude_db.cv" Of(F1Amplitude, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    F2Mean "f2_hz.mean" Of(F2, Mean),
        "Where the second resonance of the vocal tract lies";
    F2Cv "f2_hz.cv" Of(F2, Cv),
        "Standard deviation over mean";
    F2BandwidthMean "f2_bandwidth_hz.mean" Of(F2Bandwidth, Mean),
        "How wide the second resonance is at half power";
    F2BandwidthCv "f2_bandwidth_hz.cv" Of(F2Bandwidth, Cv),
        "Standard deviation over mean";
    F2AmplitudeMean "f2_amplitude_db.mean" Of(F2Amplitude, Mean),
        "Strongest harmonic at the second resonance over the first harmonic";
    F2AmplitudeCv "f2_amplitude_db.cv" Of(F2Amplitude, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    F3Mean "f3_hz.mean" Of(F3, Mean),
        "Where the third resonance of the vocal tract lies";
    F3Cv "f3_hz.cv" Of(F3, Cv),
        "Standard deviation over mean";
    F3BandwidthMean "f3_bandwidth_hz.mean" Of(F3Bandwidth, Mean),
        "How wide the third resonance is at half power";
    F3BandwidthCv "f3_bandwidth_hz.cv" Of(F3Bandwidth, Cv),
        "Standard deviation over mean";
    F3AmplitudeMean "f3_amplitude_db.mean" Of(F3Amplitude, Mean),
        "Strongest harmonic at the third resonance over the first harmonic";
    F3AmplitudeCv "f3_amplitude_db.cv" Of(F3Amplitude, Cv),
        "Standard deviation over mean; says nothing where the mean is about 0";
    AlphaRatioVoicedMean "alpha_ratio_db.voiced_mean" Of(AlphaRatio, VoicedMean),
        "Energy from 1 to 5 kHz over that below 1 kHz, where voiced: higher is brighter";
    AlphaRatioVoicedCv "alpha_ratio_db.voiced_cv" Of(AlphaRatio, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    AlphaRatioUnvoicedMean "alpha_ratio_db.unvoiced_mean" Of(AlphaRatio, UnvoicedMean),
        "Energy from 1 to 5 kHz over that below 1 kHz, where unvoiced and in pauses";
    HammarbergVoicedMean "hammarberg_db.voiced_mean" Of(Hammarberg, VoicedMean),
        "Peak below 2 kHz over that from 2 to 5 kHz, where voiced: higher is softer";
    HammarbergVoicedCv "hammarberg_db.voiced_cv" Of(Hammarberg, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    HammarbergUnvoicedMean "hammarberg_db.unvoiced_mean" Of(Hammarberg, UnvoicedMean),
        "Peak below 2 kHz over that from 2 to 5 kHz, where unvoiced and in pauses";
    SlopeLowVoicedMean "slope_0_500_db_per_khz.voiced_mean" Of(SlopeLow, VoicedMean),
        "Rise (+) or fall (-) of the spectrum up to 500 Hz, where voiced";
    SlopeLowVoicedCv "slope_0_500_db_per_khz.voiced_cv" Of(SlopeLow, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    SlopeLowUnvoicedMean "slope_0_500_db_per_khz.unvoiced_mean" Of(SlopeLow, UnvoicedMean),
        "Rise (+) or fall (-) of the spectrum up to 500 Hz, where unvoiced and in pauses";
    SlopeMidVoicedMean "slope_500_1500_db_per_khz.voiced_mean" Of(SlopeMid, VoicedMean),
        "Rise (+) or fall (-) of the spectrum from 500 to 1500 Hz, where voiced";
    SlopeMidVoicedCv "slope_500_1500_db_per_khz.voiced_cv" Of(SlopeMid, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    SlopeMidUnvoicedMean "slope_500_1500_db_per_khz.unvoiced_mean" Of(SlopeMid, UnvoicedMean),
        "Rise (+) or fall (-) of the spectrum from 500 to 1500 Hz, where unvoiced and in pauses";
    FluxMean "spectral_flux.mean" Of(Flux, Mean),
        "How much the spectrum changes from frame to frame, pauses included";
    FluxCv "spectral_flux.cv" Of(Flux, Cv),
        "Standard deviation over mean, pauses included";
    FluxVoicedMean "spectral_flux.voiced_mean" Of(Flux, VoicedMean),
        "How much the spectrum changes from frame to frame, where voiced";
    FluxVoicedCv "spectral_flux.voiced_cv" Of(Flux, VoicedCv),
        "Standard deviation over mean, where voiced";
    FluxUnvoicedMean "spectral_flux.unvoiced_mean" Of(Flux, UnvoicedMean),
        "How much the spectrum changes from frame to frame, where unvoiced and in pauses";
    Mfcc1Mean "mfcc1.mean" Of(Mfcc1, Mean),
        "Low against high frequencies, pauses included: higher is darker";
    Mfcc1Cv "mfcc1.cv" Of(Mfcc1, Cv),
        "Standard deviation over mean, pauses included; says nothing where the mean is about 0";
    Mfcc1VoicedMean "mfcc1.voiced_mean" Of(Mfcc1, VoicedMean),
        "Low against high frequencies, where voiced: higher is darker";
    Mfcc1VoicedCv "mfcc1.voiced_cv" Of(Mfcc1, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    Mfcc2Mean "mfcc2.mean" Of(Mfcc2, Mean),
        "Middle of the spectrum against both ends, pauses included";
    Mfcc2Cv "mfcc2.cv" Of(Mfcc2, Cv),
        "Standard deviation over mean, pauses included; says nothing where the mean is about 0";
    Mfcc2VoicedMean "mfcc2.voiced_mean" Of(Mfcc2, VoicedMean),
        "Middle of the spectrum against both ends, where voiced";
    Mfcc2VoicedCv "mfcc2.voiced_cv" Of(Mfcc2, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    Mfcc3Mean "mfcc3.mean" Of(Mfcc3, Mean),
        "One and a half waves over the spectrum, pauses included";
    Mfcc3Cv "mfcc3.cv" Of(Mfcc3, Cv),
        "Standard deviation over mean, pauses included; says nothing where the mean is about 0";
    Mfcc3VoicedMean "mfcc3.voiced_mean" Of(Mfcc3, VoicedMean),
        "One and a half waves over the spectrum, where voiced";
    Mfcc3VoicedCv "mfcc3.voiced_cv" Of(Mfcc3, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    Mfcc4Mean "mfcc4.mean" Of(Mfcc4, Mean),
        "Two waves over the spectrum, pauses included";
    Mfcc4Cv "mfcc4.cv" Of(Mfcc4, Cv),
        "Standard deviation over mean, pauses included; says nothing where the mean is about 0";
    Mfcc4VoicedMean "mfcc4.voiced_mean" Of(Mfcc4, VoicedMean),
        "Two waves over the spectrum, where voiced";
    Mfcc4VoicedCv "mfcc4.voiced_cv" Of(Mfcc4, VoicedCv),
        "Standard deviation over mean, where voiced; says nothing where the mean is about 0";
    LoudnessPeaks "loudness_peaks_per_second" Window(Unit::PerSecond),
        "Swells of the volume: close to the rate of syllables";
    VoicedSegments "voiced_segments_per_second" Window(Unit::PerSecond),
        "Runs of frames with a pitch";
    VoicedSegmentMean "voiced_segment_seconds.mean" Window(Unit::Second),
        "How long runs of frames with a pitch last";
    VoicedSegmentStd "voiced_segment_seconds.std" Window(Unit::Second),
        "How unlike their lengths are: standard deviation";
    UnvoicedSegmentMean "unvoiced_segment_seconds.mean" Window(Unit::Second),
        "How long runs of frames without a pitch last: hissing sounds, stops and pauses";
    UnvoicedSegmentStd "unvoiced_segment_seconds.std" Window(Unit::Second),
        "How unlike their lengths are: standard deviation";
    VoicedShare "voiced_share" Window(Unit::Ratio),
        "Frames with a pitch over all frames";
    CreakShare "creak_share" Window(Unit::Ratio),
        "Voiced frames below 78 Hz, the range of vocal fry; low voices reach it, too";
    Duration "duration_seconds" Window(Unit::Second),
        "Frames of 10 ms that were measured, together";
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::collections::BTreeSet;
    use std::vec::Vec;
    use std::{format, vec};

    #[test]
    fn names_are_those_of_their_parts_and_unique() {
        let mut names = BTreeSet::new();
        for functional in Functional::all() {
            let name = functional.name();
            assert!(names.insert(name), "{name} twice");
            assert_eq!(Functional::named(name), Some(functional));
            assert!((20..=90).contains(&functional.description().len()), "{name}");
            if let Some((descriptor, statistic)) = functional.source() {
                assert_eq!(name, format!("{}.{}", descriptor.name(), statistic.name()));
            }
        }
        assert_eq!(names.len(), Functional::COUNT);
        assert_eq!(Functional::named("pitch"), None);
        assert_eq!(Functional::PitchSemitonesRisingSlopeMean.unit().symbol(), "st/s");
        assert_eq!(Functional::F1BandwidthCv.unit().symbol(), "");
    }

    #[test]
    fn all_functionals_of_the_extended_geneva_set_are_there() {
        type D = Descriptor;
        let of = |descriptor: D, statistics: &[&str]| -> Vec<_> {
            statistics.iter().map(|it| format!("{}.{it}", descriptor.name())).collect()
        };
        let mut names: Vec<_> = vec![
            "loudness_peaks_per_second".into(),
            "voiced_segments_per_second".into(),
            "voiced_segment_seconds.mean".into(),
            "voiced_segment_seconds.std".into(),
            "unvoiced_segment_seconds.mean".into(),
            "unvoiced_segment_seconds.std".into(),
            "equivalent_level_dbfs".into(),
        ];
        for descriptor in [D::PitchSemitones, D::Loudness] {
            names.extend(of(descriptor, &["mean", "cv", "p20", "p50", "p80", "range_20_80"]));
            names.extend(of(descriptor, &["rising_slope_mean", "rising_slope_std"]));
            names.extend(of(descriptor, &["falling_slope_mean", "falling_slope_std"]));
        }
        let cepstral = [D::Flux, D::Mfcc1, D::Mfcc2, D::Mfcc3, D::Mfcc4];
        let sources = [D::Jitter, D::Shimmer, D::HarmonicsToNoise, D::H1H2, D::H1A3];
        let formants = [
            [D::F1, D::F1Bandwidth, D::F1Amplitude],
            [D::F2, D::F2Bandwidth, D::F2Amplitude],
            [D::F3, D::F3Bandwidth, D::F3Amplitude],
        ];
        let balance = [D::AlphaRatio, D::Hammarberg, D::SlopeLow, D::SlopeMid];
        for descriptor in
            cepstral.into_iter().chain(sources).chain(formants.into_iter().flatten())
        {
            names.extend(of(descriptor, &["mean", "cv"]));
        }
        for descriptor in balance.into_iter().chain(cepstral) {
            names.extend(of(descriptor, &["voiced_mean", "voiced_cv"]));
        }
        for descriptor in balance.into_iter().chain([D::Flux]) {
            names.extend(of(descriptor, &["unvoiced_mean"]));
        }
        assert_eq!(names.len(), 88);
        for name in names {
            assert!(Functional::named(&name).is_some(), "{name}");
        }
    }
}
