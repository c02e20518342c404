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
        /// "Usually" is what the synthetic speech of the repository's corpus gives, not what
        /// a publication found.
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
    ///
    /// How far the highest value of the cepstrum, between the quefrencies of 330 and 60 Hz,
    /// lies above the least-squares line through all values from 1 ms to 16.7 ms. The
    /// cepstrum is that of the power spectrum in dB of 60 ms (Hann; nothing more than 90 dB
    /// below its strongest bin), squared, averaged over 0.56 ms of quefrency and over the
    /// frame and the two before it, in dB (Hillenbrand et al. 1994; Hillenbrand & Houde
    /// 1996). It needs no pitch: noise has 2 to 4, running speech
    /// about 5 to 20, held clear vowels to 25; high pitches have less, as fewer ripples fit
    /// into the spectrum. Undefined in digital
    /// silence, which also ends the averaging.
    CepstralPeakProminence "cpp_db" Decibel,
    /// Level of the frame, in dBFS.
    ///
    /// `10 log10` of the mean square of 20 ms, less their mean: 0 for a square wave of full
    /// scale, -3 for a sinusoid. Speech usually has -50 to -15. Undefined in digital
    /// silence: where all samples are equal, or below -160.
    Level "level_dbfs" DecibelFullScale,
    /// Loudness by an auditory spectrum.
    ///
    /// The power spectrum of 20 ms (Hamming) in 26 triangular bands, even on the mel scale
    /// from 20 Hz to 8 kHz; each is weighted by the ear's sensitivity at its centre
    /// (equal-loudness curve of Hermansky 1990), raised to the power of 0.33, and all are
    /// added (Eyben et al. 2016). Scaled so that a sinusoid of full scale at 1 kHz has about
    /// 2; speech has 0.1 to 2. Full scale is not a sound pressure, so loudness compares
    /// recordings of the same gain only. Always defined; 0 in digital silence.
    Loudness "loudness" One,
    /// Alpha ratio: energy above 1 kHz over energy below, in dB.
    ///
    /// `10 log10` of the energy from 1 to 5 kHz over that from 50 Hz to 1 kHz, in the power
    /// spectrum of 20 ms (Hamming; Sundberg & Nordenberg 2006; Eyben et al. 2016). Voiced
    /// speech usually has -25 to 0, hissing consonants more. Undefined where one of both
    /// is empty, as in digital silence.
    AlphaRatio "alpha_ratio_db" Decibel,
    /// Hammarberg index: strongest peak below 2 kHz over the strongest above, in dB.
    ///
    /// Of the power spectrum of 20 ms (Hamming), the strongest bin up to 2 kHz over the
    /// strongest from 2 to 5 kHz (Hammarberg et al. 1980). Voiced speech usually has 5 to
    /// 35: the less, the more pressed. Undefined where one of both is empty, as in digital
    /// silence.
    Hammarberg "hammarberg_db" Decibel,
    /// Spectral slope from 0 to 500 Hz.
    ///
    /// Slope of the least-squares line through the power spectrum of 20 ms (Hamming) in dB,
    /// bins from 31 to 500 Hz, nothing below -120 dB (Eyben et al. 2016, who give it per Hz,
    /// a thousandth of this). Voiced speech usually has -25 to 60. Undefined in digital
    /// silence.
    SlopeLow "slope_0_500_db_per_khz" DecibelPerKilohertz,
    /// Spectral slope from 500 to 1500 Hz.
    ///
    /// As [`SlopeLow`](Self::SlopeLow), bins from 500 to 1500 Hz. Voiced speech usually
    /// has -50 to 10. Undefined in digital silence.
    SlopeMid "slope_500_1500_db_per_khz" DecibelPerKilohertz,
    /// Spectral flux: how much the spectrum changed since the frame before.
    ///
    /// Euclidean distance of the magnitude spectra of 20 ms (Hamming) of the frame and the
    /// one before it, a sinusoid of full scale having a magnitude of 1 (Eyben et al. 2016).
    /// It grows with the level; speech has 0 to 0.15. Undefined in the first frame.
    Flux "spectral_flux" One,
    /// First mel-frequency cepstral coefficient.
    ///
    /// Cosine transform of the natural logarithms of 26 triangular mel bands from 20 Hz to
    /// 8 kHz of the power spectrum of 20 ms (Hamming; nothing below -120 dB), times
    /// `sqrt(2 / 26)` and the lifter `1 + 11 sin(pi i / 22)` (Davis & Mermelstein 1980; Juang
    /// et al. 1987; Eyben et al. 2016). High where low frequencies prevail: voiced speech
    /// usually has 5 to 45, hissing consonants less than 0. Undefined in digital silence.
    Mfcc1 "mfcc1" One,
    /// Second mel-frequency cepstral coefficient.
    ///
    /// As [`Mfcc1`](Self::Mfcc1), with one full period over the bands: the middle against
    /// both ends. Usually -25 to 30.
    Mfcc2 "mfcc2" One,
    /// Third mel-frequency cepstral coefficient.
    ///
    /// As [`Mfcc1`](Self::Mfcc1), with one and a half periods over the bands. Usually -15
    /// to 70.
    Mfcc3 "mfcc3" One,
    /// Fourth mel-frequency cepstral coefficient.
    ///
    /// As [`Mfcc1`](Self::Mfcc1), with two periods over the bands. Usually -60 to 20.
    Mfcc4 "mfcc4" One,
    /// Level difference of the first and second harmonic.
    ///
    /// Each is the peak of the spectrum of 60 ms (Hann) within a quarter of the pitch of
    /// where it should be, between bins by a parabola; not corrected for formants (Eyben et
    /// al. 2016). Usually -10 to 10: breathy voices have more, pressed ones less. Undefined
    /// in unvoiced frames, and above 4 kHz.
    H1H2 "h1_h2_db" Decibel,
    /// Level difference of the first harmonic and the strongest near the third formant.
    ///
    /// As [`H1H2`](Self::H1H2); the other peak is the highest within one pitch of
    /// [`F3`](Self::F3) (Eyben et al. 2016). Usually 0 to 30: breathy voices have more.
    /// Undefined in unvoiced frames and without a third formant.
    H1A3 "h1_a3_db" Decibel,
    /// Frequency of the first formant.
    ///
    /// The lowest pair of poles from 180 to 1250 Hz, at most 400 Hz wide, of linear
    /// prediction of order 11 from the power spectrum of 32 ms (Hann) up to 5.5 kHz,
    /// pre-emphasised by 6 dB an octave from 50 Hz (selective linear prediction: Makhoul
    /// 1975; Markel & Gray 1976). Of synthetic vowels within 5 % or 0.3 times the pitch,
    /// whichever is more: between its harmonics a voice says nothing of the tract. Undefined
    /// in unvoiced frames, and where no pole is such.
    F1 "f1_hz" Hertz,
    /// Bandwidth of the first formant.
    ///
    /// Width at half power of the resonance of those poles, `-ln |z|` times 11 kHz over pi.
    /// Usually 20 to 300; of few harmonics it is a rough guess. Undefined without the
    /// formant.
    F1Bandwidth "f1_bandwidth_hz" Hertz,
    /// Level at the first formant, relative to the first harmonic.
    ///
    /// The highest peak of the spectrum of 60 ms (Hann) within half the pitch of the formant,
    /// less the first harmonic of [`H1H2`](Self::H1H2) (Eyben et al. 2016). Usually -5 to 20.
    /// Undefined without the formant.
    F1Amplitude "f1_amplitude_db" Decibel,
    /// Frequency of the second formant.
    ///
    /// As [`F1`](Self::F1): the lowest above it from 500 to 3500 Hz, at most 600 Hz wide.
    F2 "f2_hz" Hertz,
    /// Bandwidth of the second formant.
    ///
    /// As [`F1Bandwidth`](Self::F1Bandwidth).
    F2Bandwidth "f2_bandwidth_hz" Hertz,
    /// Level at the second formant, relative to the first harmonic.
    ///
    /// As [`F1Amplitude`](Self::F1Amplitude). Usually -25 to 10.
    F2Amplitude "f2_amplitude_db" Decibel,
    /// Frequency of the third formant.
    ///
    /// As [`F1`](Self::F1): the lowest above both from 1300 to 4500 Hz, at most 800 Hz wide.
    F3 "f3_hz" Hertz,
    /// Bandwidth of the third formant.
    ///
    /// As [`F1Bandwidth`](Self::F1Bandwidth).
    F3Bandwidth "f3_bandwidth_hz" Hertz,
    /// Level at the third formant, relative to the first harmonic.
    ///
    /// As [`F1Amplitude`](Self::F1Amplitude). Usually -30 to 5.
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
