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
    /// flux and cepstral coefficients are taken over all frames, and the rest over the voiced
    /// ones. Unlike there, descriptors are not smoothed over three frames first, but for the
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

    PitchMean "pitch_hz.mean" Of(Pitch, Mean), "Mean pitch";
    PitchP50 "pitch_hz.p50" Of(Pitch, P50), "Median pitch";
    PitchSemitonesMean "pitch_semitones.mean" Of(PitchSemitones, Mean), "Mean pitch";
    PitchSemitonesCv "pitch_semitones.cv" Of(PitchSemitones, Cv),
        "Coefficient of variation of pitch";
    PitchSemitonesP20 "pitch_semitones.p20" Of(PitchSemitones, P20),
        "Pitch: a fifth of the frames lie below";
    PitchSemitonesP50 "pitch_semitones.p50" Of(PitchSemitones, P50), "Median pitch";
    PitchSemitonesP80 "pitch_semitones.p80" Of(PitchSemitones, P80),
        "Pitch: a fifth of the frames lie above";
    PitchSemitonesRange "pitch_semitones.range_20_80" Of(PitchSemitones, Range),
        "Range of pitch: the middle three fifths of the frames";
    PitchSemitonesRisingSlopeMean "pitch_semitones.rising_slope_mean"
        Of(PitchSemitones, RisingSlopeMean), "Mean slope of pitch where it rises";
    PitchSemitonesRisingSlopeStd "pitch_semitones.rising_slope_std"
        Of(PitchSemitones, RisingSlopeStd),
        "Standard deviation of the slope of pitch where it rises";
    PitchSemitonesFallingSlopeMean "pitch_semitones.falling_slope_mean"
        Of(PitchSemitones, FallingSlopeMean), "Mean slope of pitch where it falls";
    PitchSemitonesFallingSlopeStd "pitch_semitones.falling_slope_std"
        Of(PitchSemitones, FallingSlopeStd),
        "Standard deviation of the slope of pitch where it falls";
    ConfidenceMean "pitch_confidence.mean" Of(Confidence, Mean), "Mean periodicity";
    LoudnessMean "loudness.mean" Of(Loudness, Mean), "Mean loudness";
    LoudnessCv "loudness.cv" Of(Loudness, Cv), "Coefficient of variation of loudness";
    LoudnessP20 "loudness.p20" Of(Loudness, P20), "Loudness: a fifth of the frames lie below";
    LoudnessP50 "loudness.p50" Of(Loudness, P50), "Median loudness";
    LoudnessP80 "loudness.p80" Of(Loudness, P80), "Loudness: a fifth of the frames lie above";
    LoudnessRange "loudness.range_20_80" Of(Loudness, Range),
        "Range of loudness: the middle three fifths of the frames";
    LoudnessRisingSlopeMean "loudness.rising_slope_mean" Of(Loudness, RisingSlopeMean),
        "Mean slope of loudness where it rises";
    LoudnessRisingSlopeStd "loudness.rising_slope_std" Of(Loudness, RisingSlopeStd),
        "Standard deviation of the slope of loudness where it rises";
    LoudnessFallingSlopeMean "loudness.falling_slope_mean" Of(Loudness, FallingSlopeMean),
        "Mean slope of loudness where it falls";
    LoudnessFallingSlopeStd "loudness.falling_slope_std" Of(Loudness, FallingSlopeStd),
        "Standard deviation of the slope of loudness where it falls";
    EquivalentLevel "equivalent_level_dbfs" Window(Unit::DecibelFullScale),
        "Level of a steady sound with as much energy";
    JitterLocal "jitter.local" Window(Unit::Ratio),
        "Change from period to period over the whole window";
    JitterRap "jitter.rap" Window(Unit::Ratio),
        "Relative average perturbation: change of periods against the mean of three";
    JitterPpq5 "jitter.ppq5" Window(Unit::Ratio),
        "Perturbation quotient: change of periods against the mean of five";
    JitterMean "jitter.mean" Of(Jitter, Mean), "Mean jitter of a frame";
    JitterCv "jitter.cv" Of(Jitter, Cv), "Coefficient of variation of jitter of a frame";
    ShimmerLocalDb "shimmer.local_db" Window(Unit::Decibel),
        "Change of level from period to period over the whole window";
    ShimmerLocal "shimmer.local" Window(Unit::Ratio),
        "Change of amplitude from period to period over the whole window";
    ShimmerApq3 "shimmer.apq3" Window(Unit::Ratio),
        "Perturbation quotient: change of amplitudes against the mean of three";
    ShimmerApq5 "shimmer.apq5" Window(Unit::Ratio),
        "Perturbation quotient: change of amplitudes against the mean of five";
    ShimmerApq11 "shimmer.apq11" Window(Unit::Ratio),
        "Perturbation quotient: change of amplitudes against the mean of eleven";
    ShimmerMean "shimmer_db.mean" Of(Shimmer, Mean), "Mean shimmer of a frame";
    ShimmerCv "shimmer_db.cv" Of(Shimmer, Cv), "Coefficient of variation of shimmer of a frame";
    HnrMean "hnr_db.mean" Of(HarmonicsToNoise, Mean), "Mean harmonics-to-noise ratio";
    HnrCv "hnr_db.cv" Of(HarmonicsToNoise, Cv),
        "Coefficient of variation of harmonics-to-noise ratio";
    ProminenceMean "cpp_db.mean" Of(CepstralPeakProminence, Mean),
        "Mean smoothed cepstral peak prominence";
    ProminenceCv "cpp_db.cv" Of(CepstralPeakProminence, Cv),
        "Coefficient of variation of smoothed cepstral peak prominence";
    H1H2Mean "h1_h2_db.mean" Of(H1H2, Mean),
        "Mean level of the first harmonic above the second";
    H1H2Cv "h1_h2_db.cv" Of(H1H2, Cv),
        "Coefficient of variation of level of the first harmonic above the second";
    H1A3Mean "h1_a3_db.mean" Of(H1A3, Mean),
        "Mean level of the first harmonic above the third formant";
    H1A3Cv "h1_a3_db.cv" Of(H1A3, Cv),
        "Coefficient of variation of level of the first harmonic above the third formant";
    F1Mean "f1_hz.mean" Of(F1, Mean), "Mean frequency of the first formant";
    F1Cv "f1_hz.cv" Of(F1, Cv), "Coefficient of variation of frequency of the first formant";
    F1BandwidthMean "f1_bandwidth_hz.mean" Of(F1Bandwidth, Mean),
        "Mean bandwidth of the first formant";
    F1BandwidthCv "f1_bandwidth_hz.cv" Of(F1Bandwidth, Cv),
        "Coefficient of variation of bandwidth of the first formant";
    F1AmplitudeMean "f1_amplitude_db.mean" Of(F1Amplitude, Mean),
        "Mean level of the first formant above the first harmonic";
    F1AmplitudeCv "f1_amplitude_db.cv" Of(F1Amplitude, Cv),
        "Coefficient of variation of level of the first formant above the first harmonic";
    F2Mean "f2_hz.mean" Of(F2, Mean), "Mean frequency of the second formant";
    F2Cv "f2_hz.cv" Of(F2, Cv), "Coefficient of variation of frequency of the second formant";
    F2BandwidthMean "f2_bandwidth_hz.mean" Of(F2Bandwidth, Mean),
        "Mean bandwidth of the second formant";
    F2BandwidthCv "f2_bandwidth_hz.cv" Of(F2Bandwidth, Cv),
        "Coefficient of variation of bandwidth of the second formant";
    F2AmplitudeMean "f2_amplitude_db.mean" Of(F2Amplitude, Mean),
        "Mean level of the second formant above the first harmonic";
    F2AmplitudeCv "f2_amplitude_db.cv" Of(F2Amplitude, Cv),
        "Coefficient of variation of level of the second formant above the first harmonic";
    F3Mean "f3_hz.mean" Of(F3, Mean), "Mean frequency of the third formant";
    F3Cv "f3_hz.cv" Of(F3, Cv), "Coefficient of variation of frequency of the third formant";
    F3BandwidthMean "f3_bandwidth_hz.mean" Of(F3Bandwidth, Mean),
        "Mean bandwidth of the third formant";
    F3BandwidthCv "f3_bandwidth_hz.cv" Of(F3Bandwidth, Cv),
        "Coefficient of variation of bandwidth of the third formant";
    F3AmplitudeMean "f3_amplitude_db.mean" Of(F3Amplitude, Mean),
        "Mean level of the third formant above the first harmonic";
    F3AmplitudeCv "f3_amplitude_db.cv" Of(F3Amplitude, Cv),
        "Coefficient of variation of level of the third formant above the first harmonic";
    AlphaRatioVoicedMean "alpha_ratio_db.voiced_mean" Of(AlphaRatio, VoicedMean),
        "Mean alpha ratio where voiced";
    AlphaRatioVoicedCv "alpha_ratio_db.voiced_cv" Of(AlphaRatio, VoicedCv),
        "Coefficient of variation of alpha ratio where voiced";
    AlphaRatioUnvoicedMean "alpha_ratio_db.unvoiced_mean" Of(AlphaRatio, UnvoicedMean),
        "Mean alpha ratio where unvoiced";
    HammarbergVoicedMean "hammarberg_db.voiced_mean" Of(Hammarberg, VoicedMean),
        "Mean Hammarberg index where voiced";
    HammarbergVoicedCv "hammarberg_db.voiced_cv" Of(Hammarberg, VoicedCv),
        "Coefficient of variation of Hammarberg index where voiced";
    HammarbergUnvoicedMean "hammarberg_db.unvoiced_mean" Of(Hammarberg, UnvoicedMean),
        "Mean Hammarberg index where unvoiced";
    SlopeLowVoicedMean "slope_0_500_db_per_khz.voiced_mean" Of(SlopeLow, VoicedMean),
        "Mean spectral slope from 0 to 500 Hz where voiced";
    SlopeLowVoicedCv "slope_0_500_db_per_khz.voiced_cv" Of(SlopeLow, VoicedCv),
        "Coefficient of variation of spectral slope from 0 to 500 Hz where voiced";
    SlopeLowUnvoicedMean "slope_0_500_db_per_khz.unvoiced_mean" Of(SlopeLow, UnvoicedMean),
        "Mean spectral slope from 0 to 500 Hz where unvoiced";
    SlopeMidVoicedMean "slope_500_1500_db_per_khz.voiced_mean" Of(SlopeMid, VoicedMean),
        "Mean spectral slope from 500 to 1500 Hz where voiced";
    SlopeMidVoicedCv "slope_500_1500_db_per_khz.voiced_cv" Of(SlopeMid, VoicedCv),
        "Coefficient of variation of spectral slope from 500 to 1500 Hz where voiced";
    SlopeMidUnvoicedMean "slope_500_1500_db_per_khz.unvoiced_mean" Of(SlopeMid, UnvoicedMean),
        "Mean spectral slope from 500 to 1500 Hz where unvoiced";
    FluxMean "spectral_flux.mean" Of(Flux, Mean), "Mean spectral flux";
    FluxCv "spectral_flux.cv" Of(Flux, Cv), "Coefficient of variation of spectral flux";
    FluxVoicedMean "spectral_flux.voiced_mean" Of(Flux, VoicedMean),
        "Mean spectral flux where voiced";
    FluxVoicedCv "spectral_flux.voiced_cv" Of(Flux, VoicedCv),
        "Coefficient of variation of spectral flux where voiced";
    FluxUnvoicedMean "spectral_flux.unvoiced_mean" Of(Flux, UnvoicedMean),
        "Mean spectral flux where unvoiced";
    Mfcc1Mean "mfcc1.mean" Of(Mfcc1, Mean), "Mean first cepstral coefficient";
    Mfcc1Cv "mfcc1.cv" Of(Mfcc1, Cv), "Coefficient of variation of first cepstral coefficient";
    Mfcc1VoicedMean "mfcc1.voiced_mean" Of(Mfcc1, VoicedMean),
        "Mean first cepstral coefficient where voiced";
    Mfcc1VoicedCv "mfcc1.voiced_cv" Of(Mfcc1, VoicedCv),
        "Coefficient of variation of first cepstral coefficient where voiced";
    Mfcc2Mean "mfcc2.mean" Of(Mfcc2, Mean), "Mean second cepstral coefficient";
    Mfcc2Cv "mfcc2.cv" Of(Mfcc2, Cv), "Coefficient of variation of second cepstral coefficient";
    Mfcc2VoicedMean "mfcc2.voiced_mean" Of(Mfcc2, VoicedMean),
        "Mean second cepstral coefficient where voiced";
    Mfcc2VoicedCv "mfcc2.voiced_cv" Of(Mfcc2, VoicedCv),
        "Coefficient of variation of second cepstral coefficient where voiced";
    Mfcc3Mean "mfcc3.mean" Of(Mfcc3, Mean), "Mean third cepstral coefficient";
    Mfcc3Cv "mfcc3.cv" Of(Mfcc3, Cv), "Coefficient of variation of third cepstral coefficient";
    Mfcc3VoicedMean "mfcc3.voiced_mean" Of(Mfcc3, VoicedMean),
        "Mean third cepstral coefficient where voiced";
    Mfcc3VoicedCv "mfcc3.voiced_cv" Of(Mfcc3, VoicedCv),
        "Coefficient of variation of third cepstral coefficient where voiced";
    Mfcc4Mean "mfcc4.mean" Of(Mfcc4, Mean), "Mean fourth cepstral coefficient";
    Mfcc4Cv "mfcc4.cv" Of(Mfcc4, Cv), "Coefficient of variation of fourth cepstral coefficient";
    Mfcc4VoicedMean "mfcc4.voiced_mean" Of(Mfcc4, VoicedMean),
        "Mean fourth cepstral coefficient where voiced";
    Mfcc4VoicedCv "mfcc4.voiced_cv" Of(Mfcc4, VoicedCv),
        "Coefficient of variation of fourth cepstral coefficient where voiced";
    LoudnessPeaks "loudness_peaks_per_second" Window(Unit::PerSecond),
        "Peaks of loudness a second: close to the rate of syllables";
    VoicedSegments "voiced_segments_per_second" Window(Unit::PerSecond),
        "Voiced stretches a second";
    VoicedSegmentMean "voiced_segment_seconds.mean" Window(Unit::Second),
        "Mean length of voiced stretches";
    VoicedSegmentStd "voiced_segment_seconds.std" Window(Unit::Second),
        "Standard deviation of the length of voiced stretches";
    UnvoicedSegmentMean "unvoiced_segment_seconds.mean" Window(Unit::Second),
        "Mean length of unvoiced stretches: speech sounds without voice, and pauses";
    UnvoicedSegmentStd "unvoiced_segment_seconds.std" Window(Unit::Second),
        "Standard deviation of the length of unvoiced stretches";
    VoicedShare "voiced_share" Window(Unit::Ratio), "Share of frames that have a pitch";
    CreakShare "creak_share" Window(Unit::Ratio),
        "Share of voiced frames in the range of vocal fry";
    Duration "duration_seconds" Window(Unit::Second), "Length of the window";
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
            assert!(!functional.description().is_empty());
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
