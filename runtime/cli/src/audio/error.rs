//! Why a recording could not be read.

use std::fmt;
use std::io;

/// One way an input can fail to be audio. `Display` is the part of a sentence
/// that follows the input's name: what was found, what was expected, what to do.
#[derive(Debug)]
pub enum AudioError {
    /// No such file.
    NotFound,
    /// The name is a folder's.
    Folder,
    /// The operating system refused to read.
    Unreadable(io::Error),
    /// Not a single byte.
    Empty,
    /// No container this program knows.
    NotAudio,
    /// A known container that ends before its first sample.
    EndsInHeader,
    /// A known container with something inside that is not supported.
    Unsupported(&'static str),
    /// A known container whose contents make no sense.
    Damaged(&'static str),
    /// A WAV whose samples are not packed one after another.
    BlockAlign {
        /// Bytes a frame takes, as the header states them.
        got: u16,
        /// Bytes a frame of this layout takes.
        expected: usize,
        /// Interleaved channels.
        channels: usize,
        /// How one sample is stored, in words.
        coding: &'static str,
    },
    /// A sound header followed by no samples at all.
    NoSamples,
}

impl AudioError {
    /// A stable name for machine-readable output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Folder => "folder",
            Self::Unreadable(_) => "unreadable",
            Self::Empty => "empty",
            Self::NotAudio => "not_audio",
            Self::EndsInHeader => "ends_in_header",
            Self::Unsupported(_) => "unsupported",
            Self::Damaged(_) => "damaged",
            Self::BlockAlign { .. } => "block_align",
            Self::NoSamples => "no_samples",
        }
    }
}

impl fmt::Display for AudioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such file; check the path"),
            Self::Folder => {
                f.write_str("is a folder, expected a recording; name the files inside it")
            }
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Self::Empty => {
                f.write_str("is empty (0 bytes), expected a WAV, FLAC, Ogg Vorbis or MP3 recording")
            }
            Self::NotAudio => f.write_str(
                "is not audio this program knows, expected WAV, FLAC, Ogg Vorbis or MP3; convert \
                 it, or for raw PCM give `-` with --rate, --format and --channels",
            ),
            Self::EndsInHeader => f.write_str(
                "ends inside its header, before the first sample; copy or record it again",
            ),
            Self::Unsupported(what) => write!(
                f,
                "uses something this program cannot decode ({what}); convert it to 16-bit WAV \
                 or FLAC"
            ),
            Self::Damaged(what) => {
                write!(f, "is damaged ({what}); copy or record it again")
            }
            Self::BlockAlign { got, expected, channels, coding } => write!(
                f,
                "states a block alignment of {got} bytes, expected {expected} ({channels} \
                 channel{} of {coding} samples); convert it to 16-bit WAV or FLAC",
                if *channels == 1 { "" } else { "s" },
            ),
            Self::NoSamples => f.write_str(
                "holds no samples (0 s), expected at least some audio; record it again",
            ),
        }
    }
}

impl std::error::Error for AudioError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

impl From<symphonia::core::errors::Error> for AudioError {
    fn from(error: symphonia::core::errors::Error) -> Self {
        use symphonia::core::errors::Error;
        match error {
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::EndsInHeader
            }
            Error::IoError(error) => Self::Unreadable(error),
            Error::DecodeError(what) | Error::LimitError(what) => Self::Damaged(what),
            Error::Unsupported(what) => Self::Unsupported(what),
            Error::SeekError(_) => Self::Damaged("a seek failed"),
            Error::ResetRequired => Self::Unsupported("several streams in one file"),
            _ => Self::Damaged("unknown reason"),
        }
    }
}
