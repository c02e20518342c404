//! What the user typed about listening.

use std::path::PathBuf;

use clap::Args;

use super::{BundleArg, ChoiceArgs, EngineArgs, Format, ListenFormat, RawArgs};
use crate::listen::{parse_gate, parse_seconds};

/// `slap-edge listen`.
#[derive(Debug, Args)]
pub struct ListenArgs {
    /// The microphone: an id that `slap-edge devices` lists, or part of a name.
    ///
    /// Without it, what the system takes for its default input.
    #[arg(short, long, value_name = "DEVICE", conflicts_with = "input")]
    pub device: Option<String>,

    /// Listen to standard input instead of a microphone; only `-` is known.
    ///
    /// It holds WAV, FLAC, Ogg Vorbis or MP3, or raw PCM where --rate is given, and is heard
    /// as fast as it comes.
    #[arg(short, long, value_name = "-")]
    pub input: Option<PathBuf>,

    /// What is scored.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Report scores every so many seconds, a whole number of the tower's steps.
    ///
    /// One step by default, 0.48 s with slap-voice-small. What begins and ends is told at
    /// once all the same.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub hop: Option<f64>,

    /// Smooth scores over this time; 0 is not at all. The bundle's own by default.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub smooth: Option<f64>,

    /// How sure the voice gate must be that someone speaks, 0 to 1, or `off`.
    ///
    /// The tower rests while nobody speaks. Lower values let more through; `off` scores
    /// everything, as `slap-edge score` does.
    #[arg(long, value_name = "GATE", default_value = "0.3", value_parser = parse_gate)]
    pub gate: Gate,

    /// What to print: human or ndjson; for raw PCM also how a sample is stored.
    ///
    /// On a terminal, human is a screen that follows the sound, otherwise a line a score.
    #[arg(short, long = "format", value_enum, value_name = "FORMAT")]
    pub formats: Vec<Format<ListenFormat>>,

    /// How raw PCM on standard input is laid out.
    #[command(flatten)]
    pub raw: RawArgs,

    /// Draw no screen and print lines, even on a terminal.
    #[arg(long)]
    pub lines: bool,

    /// Print only what begins and ends, not every score; draw no screen.
    #[arg(short, long)]
    pub quiet: bool,

    /// End after this long: 90, 90s, 10m, 1h30m, 7d.
    #[arg(long, value_name = "TIME", value_parser = parse_seconds)]
    pub duration: Option<f64>,

    /// Tell the state of the run every so often, once a second at most; 0 is never.
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = parse_seconds)]
    pub health: f64,

    /// Also append what is reported to FILE, as ndjson. Audio is never written.
    ///
    /// With all tasks, a score takes 12 KB: an hour of speech takes 90 MB. --quiet leaves the
    /// scores out of the file too, --hop and --group make it smaller. A file that has grown to --save-size is renamed to FILE.1, that one to FILE.2 and so
    /// on, nine at most.
    #[arg(long, value_name = "FILE")]
    pub save_scores: Option<PathBuf>,

    /// The size at which --save-scores begins a new file, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 64, requires = "save_scores",
        value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    pub save_size: u64,

    /// End with exit status 1 when the microphone cannot be opened or is lost, instead of
    /// trying again: for supervisors that restart the program.
    #[arg(long, conflicts_with = "input")]
    pub exit_on_loss: bool,

    /// What runs the audio tower.
    #[command(flatten)]
    pub engine: EngineArgs,

    /// The bundle to use.
    #[command(flatten)]
    pub bundle: BundleArg,
}

/// `--gate`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gate {
    /// Everything is scored.
    Off,
    /// Scored is what is a voice with at least this probability.
    At(f32),
}
