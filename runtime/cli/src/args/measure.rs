//! `slap-edge measure` and `slap-edge report`.

use std::path::PathBuf;

use clap::Args;

use super::{BundleArg, Format, MeasureFormat, PrecisionArg, RawArgs};

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
    /// The other formats always hold them all.
    #[arg(short, long)]
    pub all: bool,

    /// What to print: human, csv or ndjson; for raw PCM also how a sample is stored.
    ///
    /// Give the option twice to state both. Raw PCM is 16-bit where nothing is said.
    #[arg(short, long = "format", value_enum, value_name = "FORMAT")]
    pub formats: Vec<Format<MeasureFormat>>,

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
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The file to write: .html for a page, .svg for a picture.
    ///
    /// Either is complete in itself, loads nothing and runs no script. The same recording
    /// and bundle give the same file, byte for byte. A file that exists is replaced.
    #[arg(short, long, value_name = "PAGE")]
    pub output: PathBuf,

    /// Score this task only (repeatable); all tasks by default.
    #[arg(short, long = "task", value_name = "NAME")]
    pub tasks: Vec<String>,

    /// The audio tower's numbers.
    #[arg(long, value_enum, default_value = "float32")]
    pub precision: PrecisionArg,

    /// The bundle to use.
    #[command(flatten)]
    pub bundle: BundleArg,

    /// No progress bar, even on a terminal.
    #[arg(long)]
    pub no_progress: bool,
}
