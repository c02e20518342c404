//! What the user typed, as typed: the flags, their help, and nothing interpreted.
//!
//! The help text is also the man page and the source of the shell completions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// How every help ends.
macro_rules! closing {
    () => {
        "\
Exit status:
  0  everything asked for was done
  1  at least one recording could not be read; the others were. With listen: standard
     input could not be heard, or the microphone was lost and --exit-on-loss asked to end
  2  the command line, the bundle or a prompt is wrong, or the results cannot be written

Environment:
  SLAP_EDGE_BUNDLE  the bundle to use where --bundle is not given
  ORT_DYLIB_PATH    the file of ONNX Runtime's library, for --engine ort
  COLUMNS           how wide tables are, 40 to 100
  NO_COLOR          any value turns colours off

Audio never leaves this machine, and nothing is written unless an output is named."
    };
}

mod batch;
mod choice;
mod devices;
mod engine;
mod format;
mod listen;
mod measure;
mod tasks;

pub use batch::BatchArgs;
pub use choice::ChoiceArgs;
pub use devices::DevicesArgs;
pub use engine::{EngineArg, EngineArgs, EnginesArgs, PrecisionArg, ProviderArg};
pub use format::{Form, Format, ListenFormat, MeasureFormat, OutputFormat};
pub use listen::{Gate, ListenArgs};
pub use measure::{MeasureArgs, ReportArgs};
pub use tasks::TaskArgs;

/// What the help and the man page of the program say after the options.
const AFTER_HELP: &str = concat!(
    "\
Examples:
  slap-edge score interview.wav
  slap-edge score --prompt \"a tired, hoarse voice\" *.flac
  slap-edge measure --format csv *.wav > measures.csv
  slap-edge report interview.wav --output interview.html
  slap-edge listen

",
    closing!()
);

/// The same of `score`.
const AFTER_SCORE: &str = concat!(
    "\
Examples:
  slap-edge score interview.wav
  slap-edge score --prompt \"a tired, hoarse voice\" *.flac
  slap-edge score --recursive archive --format ndjson > scores.ndjson
  slap-edge score --group recording interview.wav
  slap-edge score --segments --format ndjson call.mp3 | jq .payload
  arecord -f S16_LE -r 16000 -t raw | slap-edge score - --rate 16000 --format s16le

",
    closing!()
);

/// The same of `measure`.
const AFTER_MEASURE: &str = concat!(
    "\
Examples:
  slap-edge measure vowel.wav
  slap-edge measure --speech held vowel.wav
  slap-edge measure --all interview.wav | less
  slap-edge measure --format csv *.wav > measures.csv
  slap-edge measure --frames --format csv interview.wav > frames.csv
  arecord -f S16_LE -r 16000 -t raw | slap-edge measure - --rate 16000 --format s16le

",
    closing!()
);

/// The same of `report`.
const AFTER_REPORT: &str = concat!(
    "\
Examples:
  slap-edge report interview.wav --output interview.html
  slap-edge report interview.wav --output interview.svg
  slap-edge report vowel.wav --speech held --task hoarse --output vowel.html
  arecord -f S16_LE -r 16000 -t raw -d 10 | slap-edge report - --rate 16000 -o now.html

",
    closing!()
);

/// The same of `listen`.
const AFTER_LISTEN: &str = concat!(
    "\
Examples:
  slap-edge listen
  slap-edge listen --device \"USB\" --prompt \"a tired, hoarse voice\"
  slap-edge listen --format ndjson --group voice | jq .payload
  slap-edge listen --quiet --save-scores scores.ndjson --duration 8h
  arecord -f S16_LE -r 16000 -t raw | slap-edge listen --input - --rate 16000 --format s16le

Keys of the screen:
  /            score a sentence: type it, Enter adds it, Esc does not
  t            all answers, or those worth a look
  space        rest, and go on
  m            hear nothing, and hear again
  ?  q         help, end

Lines of ndjson, by their event: session, segment, onset, offset, speech, idle, gap, notice,
health, prompt, score, end. docs/listen.md tells what is in each.

",
    closing!()
);

/// Describe voices in words: score recordings against sentences, on this machine.
///
/// A bundle holds a model that puts a voice and a sentence into one space. slap-edge
/// listens to recordings and says how well each sentence fits, without a network and
/// without keeping the audio. It is not a medical device: what it prints describes
/// how a recording sounds, not a person's health.
#[derive(Debug, Parser)]
#[command(
    name = "slap-edge",
    version,
    after_long_help = AFTER_HELP,
    after_help = "Run 'slap-edge help <COMMAND>' for the options of a command.",
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct LowArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        alias = "colour",
        hide_short_help = true,
        display_order = 900
    )]
    pub color: ColorWhen,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Score recordings against tasks and sentences.
    #[command(after_long_help = AFTER_SCORE)]
    Score(ScoreArgs),
    /// Measure voices: pitch, its regularity, noise, timbre, loudness. Needs no bundle.
    #[command(after_long_help = AFTER_MEASURE)]
    Measure(MeasureArgs),
    /// Draw a recording with its measures and scores: one page to read, print or send.
    #[command(after_long_help = AFTER_REPORT)]
    Report(ReportArgs),
    /// Listen to a microphone, for as long as it takes.
    #[command(after_long_help = AFTER_LISTEN)]
    Listen(ListenArgs),
    /// List the microphones.
    Devices(DevicesArgs),
    /// List what can run a tower on this machine, and why the rest cannot.
    Engines(EnginesArgs),
    /// Verify a bundle and show what it is made of.
    Inspect(InspectArgs),
    /// List, add and embed sentences.
    #[command(subcommand, arg_required_else_help = true)]
    Prompts(PromptsCommand),
    /// Print a shell completion script.
    Completions(CompletionsArgs),
    /// Print the manual page (roff), or write one page per command.
    Man(ManArgs),
}

/// `slap-edge score`.
#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// Recordings: WAV, FLAC, Ogg Vorbis or MP3; `-` is standard input.
    ///
    /// What a file holds is found out from its content, not its name. Standard input
    /// holds one of the same formats, or raw PCM where --rate is given. With --recursive
    /// folders stand for the recordings in them.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// What is scored.
    #[command(flatten)]
    pub choice: ChoiceArgs,

    /// Also show how the scores develop over time.
    #[arg(short, long)]
    pub segments: bool,

    /// Also measure the voice: pitch, its regularity, noise, timbre, loudness.
    #[arg(short, long)]
    pub measures: bool,

    /// Folders, and how many recordings at once.
    #[command(flatten)]
    pub batch: BatchArgs,

    /// What to print: human, json or ndjson; for raw PCM also how a sample is stored.
    ///
    /// Give the option twice to state both. Raw PCM is 16-bit where nothing is said.
    #[arg(short, long = "format", value_enum, value_name = "FORMAT")]
    pub formats: Vec<Format<OutputFormat>>,

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

/// The layout of raw PCM, shared by the commands that hear recordings.
#[derive(Debug, Args)]
pub struct RawArgs {
    /// Standard input is raw PCM with this many frames a second.
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32)
        .range(i64::from(slap_edge::LOWEST_RATE)..=i64::from(slap_edge::HIGHEST_RATE)))]
    pub rate: Option<u32>,

    /// Interleaved channels of raw PCM [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=26))]
    pub channels: Option<u32>,
}

/// `--bundle`, shared by the commands that look one up.
#[derive(Debug, Args)]
pub struct BundleArg {
    /// The folder of the bundle.
    ///
    /// Without it: $SLAP_EDGE_BUNDLE, then models/slap-voice-small in the current folder,
    /// then ../share/slap-edge/models/slap-voice-small beside the program.
    #[arg(short, long, value_name = "FOLDER")]
    pub bundle: Option<PathBuf>,
}

/// `slap-edge inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The folder of the bundle; looked up like --bundle where it is left out.
    #[arg(value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,

    /// Also run the tower by the engine asked for, and show what really ran it, and how fast.
    /// Naming an engine asks for it, too.
    #[arg(long)]
    pub run: bool,

    /// What runs the audio tower with --run.
    #[command(flatten)]
    pub engine: EngineArgs,

    /// What to print.
    #[arg(short, long, value_enum, default_value = "human")]
    pub format: DocumentFormat,
}

/// `slap-edge prompts`.
#[derive(Debug, Subcommand)]
pub enum PromptsCommand {
    /// List the tasks and sentences of a pack; the bundle's own by default.
    List(PromptsListArgs),
    /// Embed sentences and write them into a pack file, extending it if it exists.
    Add(PromptsAddArgs),
    /// Print the embeddings of sentences as JSON.
    Embed(PromptsEmbedArgs),
    /// Show what the bundle takes sentences to say.
    Read(PromptsReadArgs),
}

/// `slap-edge prompts list`.
#[derive(Debug, Args)]
pub struct PromptsListArgs {
    /// The pack to list.
    #[arg(value_name = "PACK")]
    pub pack: Option<PathBuf>,

    /// What to print.
    #[arg(short, long, value_enum, default_value = "human")]
    pub format: DocumentFormat,

    /// The bundle whose pack is listed, or whose tower PACK was made for.
    #[command(flatten)]
    pub bundle: BundleArg,
}

/// `slap-edge prompts add`.
#[derive(Debug, Args)]
pub struct PromptsAddArgs {
    /// The sentences.
    #[arg(required = true, value_name = "SENTENCE")]
    pub sentences: Vec<String>,

    /// The pack file to write; one that exists is extended.
    #[arg(short, long, value_name = "PACK")]
    pub output: PathBuf,

    /// A name for a new pack; the file's own name by default.
    #[arg(long)]
    pub name: Option<String>,

    /// The bundle whose text tower embeds the sentences.
    #[command(flatten)]
    pub bundle: BundleArg,
}

/// `slap-edge prompts embed`.
#[derive(Debug, Args)]
pub struct PromptsEmbedArgs {
    /// The sentences.
    #[arg(required = true, value_name = "SENTENCE")]
    pub sentences: Vec<String>,

    /// The bundle whose text tower embeds the sentences.
    #[command(flatten)]
    pub bundle: BundleArg,
}

/// `slap-edge prompts read`.
#[derive(Debug, Args)]
pub struct PromptsReadArgs {
    /// The sentences.
    #[arg(required = true, value_name = "SENTENCE")]
    pub sentences: Vec<String>,

    /// What to print.
    #[arg(short, long, value_enum, default_value = "human")]
    pub format: DocumentFormat,

    /// The bundle whose text tower reads the sentences.
    #[command(flatten)]
    pub bundle: BundleArg,
}

/// `slap-edge completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `slap-edge man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write one page per command into this folder instead of printing the main page.
    #[arg(short, long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Even into a file or a pipe.
    Always,
    /// Not at all.
    Never,
}

/// What a command prints that prints one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        LowArgs::command().debug_assert();
    }
}
