//! The descriptors of a frame: names, units and where they come from.

/// The unit of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Cycles a second.
    Hertz,
    /// Semitones above 27.5 Hz (the lowest A of a piano).
    Semitone,
    /// Decibels.
    Decibel,
    /// Decibels relative to the mean square of a full-scale square wave.
    DecibelFullScale,
    /// Decibels a kilohertz.
    DecibelPerKilohertz,
    /// Seconds.
    Second,
    /// Times a second, or pure numbers a second.
    PerSecond,
    /// Semitones a second.
    SemitonePerSecond,
    /// A share of one, such as the mean change of a period relative to the mean period.
    Ratio,
    /// No unit.
    One,
}

impl Unit {
    /// The symbol printed after a value; empty for pure numbers.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Hertz => "Hz",
            Self::Semitone => "st",
            Self::Decibel => "dB",
            Self::DecibelFullScale => "dBFS",
            Self::DecibelPerKilohertz => "dB/kHz",
            Self::Second => "s",
            Self::PerSecond => "1/s",
            Self::SemitonePerSecond => "st/s",
            Self::Ratio | Self::One => "",
        }
    }
}

macro_rules! descriptors {
    ($(
        #[doc = $first:literal] $(#[doc = $more:literal])*
        $variant:ident $name:literal $unit:ident,
    )*) => {
        /// A quantity measured every 10 ms (a low-level descriptor).
        ///
        /// Each states its definition, the window it is taken from, its source, and what
        /// makes it undefined. All but those of the spectrum need a voiced frame.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(usize)]
        pub enum Descriptor {
            $(#[doc = $first] $(#[doc = $more])* $variant,)*
        }

        impl Descriptor {
            /// All of them, in the order in which tables list them.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];

            /// How many there are.
            pub const COUNT: usize = [$($name,)*].len();

            /// Its name in every table, file and binding.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Its unit.
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$variant => Unit::$unit,)*
                }
            }

            /// What it is, in one sentence: the first line of its documentation.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => $first.trim_ascii(),)*
                }
            }
        }
    };
}

descriptors! {
    /// Fundamental frequency, in Hz.
    ///
    /// The inverse of the period, 1 to 18.2 ms, at which 18.2 ms of samples are most like the
    /// same a period later (normalised cross-correlation, both centred on the frame). Where to
    /// look is decided on 55 ms about the frame below 2 kHz, by the autocorrelation of the
    /// windowed signal over that of the window and a best path through its peaks (Boersma
    /// 1993), which sees 0.1 s ahead. From 55 to 1,000 Hz. Undefined in unvoiced frames.
    Pitch "pitch_hz" Hertz,
    /// Fundamental frequency, in semitones above 27.5 Hz.
    ///
    /// `12 log2(f / 27.5 Hz)` of [`Pitch`](Self::Pitch) (Eyben et al. 2016), 12 to 62.2.
    /// Undefined in unvoiced frames.
    PitchSemitones "pitch_semitones" Semitone,
    /// How periodic the frame is at that pitch, 0 to 1.
    ///
    /// The height of the peak of the autocorrelation below 2 kHz, 55 ms about the frame, over
    /// that of the window (Boersma 1993). Voiced frames rarely have less than 0.4. It
    /// leaves out the noise of higher frequencies, which
    /// [`HarmonicsToNoise`](Self::HarmonicsToNoise) counts. Undefined in unvoiced frames.
    Confidence "pitch_confidence" Ratio,
    /// Mean absolute difference of neighbouring periods, relative to their mean.
    ///
    /// [Local jitter](super::Jitter::local) of the marks at most 30 ms from the middle of the
    /// frame. Undefined in unvoiced frames, and where no two neighbouring periods lie there.
    Jitter "jitter" Ratio,
    /// Mean absolute level difference of neighbouring periods, in dB.
    ///
    /// [Local shimmer](super::Shimmer::local_db) of the marks at most 30 ms from the middle of
    /// the frame. Undefined in unvoiced frames, and where no two neighbouring cycles lie
    /// there.
    Shimmer "shimmer_db" Decibel,
    /// Harmonics-to-noise ratio, in dB.
    ///
    /// `10 log10(r / (1 - r))`, where `r` is the normalised cross-correlation of 18.2 ms of
    /// samples with the same a period later, both centred on the frame, at the full bandwidth
    /// (Boersma 1993, eq. 4). From -60 to 60. Undefined in unvoiced frames, and where the
    /// correlation has no positive peak near the pitch.
    HarmonicsToNoise "hnr_db" Decibel,
    /// Smoothed cepstral peak prominence, in dB.
    CepstralPeakProminence "cpp_db" Decibel,
    /// Level of the frame, in dBFS.
    Level "level_dbfs" DecibelFullScale,
    /// Loudness by an auditory spectrum.
    Loudness "loudness" One,
    /// Alpha ratio.
    AlphaRatio "alpha_ratio_db" Decibel,
    /// Hammarberg index.
    Hammarberg "hammarberg_db" Decibel,
    /// Spectral slope from 0 to 500 Hz.
    SlopeLow "slope_0_500_db_per_khz" DecibelPerKilohertz,
    /// Spectral slope from 500 to 1500 Hz.
    SlopeMid "slope_500_1500_db_per_khz" DecibelPerKilohertz,
    /// Spectral flux.
    Flux "spectral_flux" One,
    /// First mel-frequency cepstral coefficient.
    Mfcc1 "mfcc1" One,
    /// Second mel-frequency cepstral coefficient.
    Mfcc2 "mfcc2" One,
    /// Third mel-frequency cepstral coefficient.
    Mfcc3 "mfcc3" One,
    /// Fourth mel-frequency cepstral coefficient.
    Mfcc4 "mfcc4" One,
    /// Level difference of the first and second harmonic.
    H1H2 "h1_h2_db" Decibel,
    /// Level difference of the first harmonic and the strongest near the third formant.
    H1A3 "h1_a3_db" Decibel,
    /// Frequency of the first formant.
    F1 "f1_hz" Hertz,
    /// Bandwidth of the first formant.
    F1Bandwidth "f1_bandwidth_hz" Hertz,
    /// Level at the first formant, relative to the first harmonic.
    F1Amplitude "f1_amplitude_db" Decibel,
    /// Frequency of the second formant.
    F2 "f2_hz" Hertz,
    /// Bandwidth of the second formant.
    F2Bandwidth "f2_bandwidth_hz" Hertz,
    /// Level at the second formant, relative to the first harmonic.
    F2Amplitude "f2_amplitude_db" Decibel,
    /// Frequency of the third formant.
    F3 "f3_hz" Hertz,
    /// Bandwidth of the third formant.
    F3Bandwidth "f3_bandwidth_hz" Hertz,
    /// Level at the third formant, relative to the first harmonic.
    F3Amplitude "f3_amplitude_db" Decibel,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_sentence() {
        for descriptor in Descriptor::ALL {
            let text = descriptor.description();
            assert!(text.ends_with('.') && text.len() > 10, "{text}");
            assert!(text.starts_with(char::is_uppercase), "{text}");
            assert!(!text.contains("[`"), "{text} is read outside the documentation, too");
        }
    }
}
