//! What the values of a recording are compared with, and why.

use slap_edge::core::voice::ranges::Speech;

/// What values are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Ranges of the speech that the user says it is.
    Stated(Speech),
    /// Ranges of the speech that it seems to be.
    Guessed(Speech),
    /// Nothing: it could be either kind of speech.
    Unclear,
    /// Nothing: there is no voice.
    Unvoiced,
    /// Nothing: the recording is too poor.
    Poor,
}

impl Basis {
    /// The speech whose ranges apply.
    pub fn speech(self) -> Option<Speech> {
        match self {
            Self::Stated(speech) | Self::Guessed(speech) => Some(speech),
            Self::Unclear | Self::Unvoiced | Self::Poor => None,
        }
    }

    /// What is compared and why, a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Stated(Speech::Running) => {
                "Running speech, as stated: compared with ranges of running speech."
            }
            Self::Stated(Speech::HeldVowel) => {
                "A held vowel, as stated: compared with ranges of held vowels."
            }
            Self::Guessed(Speech::Running) => {
                "Seems to be running speech: compared with ranges of running speech."
            }
            Self::Guessed(Speech::HeldVowel) => {
                "Seems to be a held vowel: compared with ranges of held vowels."
            }
            Self::Unclear => {
                "Held vowel or running speech? That cannot be told, so nothing is compared with \
                 a range; --speech states it."
            }
            Self::Unvoiced => "No voiced sound was found, so nothing is compared with a range.",
            Self::Poor => {
                "The recording is poor: its values are of little use, and none is compared with \
                 a range."
            }
        }
    }
}
