//! `slap-edge measure` and `slap-edge report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{BundleArg, EngineArgs, Format, MeasureFormat, RawArgs, TaskArgs};
use crate::audio::SampleFormat;

/// `slap-edge measure`.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// Recordings: WAV, FLAC, Ogg Vorbis or MP3; `-` is standard input.
    ///
    /// What a file holds is found out from its content, not its name. Standard input
    /// holds one of the same formats, or raw PCM where --rate is given.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Print what is measured every 10 ms instead of statistics of the whole recording.
    #[arg(long, conflicts_with = "all")]
    pub frames: bool,

    /// In the table for people, list every statistic under its name.
    ///
    /// A name is that of what is measured and, after a point, what is said of it: `mean`,
    /// `p20`, `cv`. The other formats always hold them all.
    #[arg(short, long)]
    pub all: bool,

    /// What to print: human, csv or ndjson; for raw PCM also how a sample is stored.
    ///
    /// Give the option twice to state both. Raw PCM is 16-bit where nothing is said.
    #[arg(short, long = "format", value_enum, value_name = "FORMAT")]
    pub formats: Vec<Format<MeasureFormat>>,

    /// What the recording holds, where it need not be guessed.
    #[command(flatten)]
    pub speech: SpeechArg,

    /// How raw PCM on standard input is laid out.
    #[command(flatten)]
    pub raw: RawArgs,

    /// No progress bar, even on a terminal.
    #[arg(long)]
    pub no_progress: bool,
}

/// `slap-edge report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The recording: WAV, FLAC, Ogg Vorbis or MP3; `-` is standard input.
    ///
    /// Standard input holds one of the same formats, or raw PCM where --rate is given.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The file to write: .html for a page, .svg for a picture.
    ///
    /// Either is complete in itself, loads nothing and runs no script. The same recording
    /// and bundle give the same file, byte for byte. A file that exists is replaced.
    #[arg(short, long, value_name = "PAGE")]
    pub output: PathBuf,

    /// Which tasks.
    #[command(flatten)]
    pub tasks: TaskArgs,

    /// What the recording holds, where it need not be guessed.
    #[command(flatten)]
    pub speech: SpeechArg,

    /// How a sample of raw PCM is stored [default: s16le].
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    pub format: Option<SampleFormat>,

    /// How raw PCM on standard input is laid out.
    #[command(flatten)]
    pub raw: RawArgs,

    /// What runs the audio tower.
    #[command(flatten)]
    pub engine: EngineArgs,

    /// The bundle to use.
    #[command(flatten)]
    pub bundle: BundleArg,

    /// No progress bar, even on a terminal.
    #[arg(long)]
    pub no_progress: bool,
}

/// `--speech`, shared by the commands that compare with usual ranges.
#[derive(Clone, Copy, Debug, Args)]
pub struct SpeechArg {
    /// What the recordings hold; guessed by default.
    ///
    /// Usual ranges are about one kind of speech, and values are compared with those of
    /// the same kind only. A guess can fail, and where it cannot be made nothing is
    /// compared.
    #[arg(long, value_enum, value_name = "KIND")]
    pub speech: Option<SpeechKind>,
}

/// What a recording holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SpeechKind {
    /// A vowel held for seconds.
    Held,
    /// Reading or talking.
    Running,
}

impl From<SpeechKind> for slap_edge::core::voice::ranges::Speech {
    fn from(kind: SpeechKind) -> Self {
        match kind {
            SpeechKind::Held => Self::HeldVowel,
            SpeechKind::Running => Self::Running,
        }
    }
}
