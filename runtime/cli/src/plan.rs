//! What a command needs, worked out and checked once from what the user typed.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use slap_edge::core::voice::ranges::Speech;

use crate::args::{
    BatchArgs, Form, Format, Gate, ListenArgs, ListenFormat, MeasureArgs, MeasureFormat,
    OutputFormat, RawArgs, ReportArgs, ScoreArgs,
};
use crate::audio::{Input, RawPcm, SampleFormat};
use crate::engine::EngineChoice;
use crate::folders;
use crate::locate;
use crate::selection::{Choice, TaskSelection};

/// Everything `score` is to do.
#[derive(Debug)]
pub struct ScorePlan {
    /// Recordings, in the order given.
    pub inputs: Vec<Input>,
    /// Folders stand for the recordings in them.
    pub recursive: bool,
    /// How many recordings are heard side by side, at least 1.
    pub jobs: usize,
    /// The layout of standard input where it is headerless.
    pub raw: Option<RawPcm>,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// What runs the audio tower.
    pub engine: EngineChoice,
    /// What is scored.
    pub choice: Choice,
    /// Show scores over time.
    pub segments: bool,
    /// Measure the voice, too.
    pub measures: bool,
    /// How results are printed.
    pub output: OutputFormat,
    /// A progress bar may be drawn.
    pub progress: bool,
}

impl ScorePlan {
    /// Interprets `args`.
    ///
    /// # Errors
    ///
    /// One sentence for each combination that makes no sense, or when no bundle is found.
    pub fn new(args: ScoreArgs) -> anyhow::Result<Self> {
        let (output, sample) = split_formats(&args.formats)?;
        let BatchArgs { recursive, jobs } = args.batch;
        let files = if recursive { folders::expand(args.files) } else { args.files };
        let Sources { inputs, raw } = Sources::new(files, &args.raw, sample, "score")?;
        let jobs = jobs.map_or_else(cores, usize::from).min(inputs.len()).max(1);
        Ok(Self {
            inputs,
            recursive,
            jobs,
            raw,
            bundle: locate::bundle(args.bundle.bundle.as_deref())?,
            engine: EngineChoice::new(args.engine),
            choice: Choice::new(args.choice)?,
            segments: args.segments,
            measures: args.measures,
            output,
            progress: !args.no_progress,
        })
    }
}

/// Everything `measure` is to do.
#[derive(Debug)]
pub struct MeasurePlan {
    /// Recordings, in the order given.
    pub inputs: Vec<Input>,
    /// The layout of standard input where it is headerless.
    pub raw: Option<RawPcm>,
    /// Print every frame.
    pub frames: bool,
    /// List every statistic in the table for people.
    pub all: bool,
    /// What the recordings hold, where the user states it.
    pub speech: Option<Speech>,
    /// How results are printed.
    pub output: MeasureFormat,
    /// A progress bar may be drawn.
    pub progress: bool,
}

impl MeasurePlan {
    /// Interprets `args`.
    ///
    /// # Errors
    ///
    /// One sentence for each combination that makes no sense.
    pub fn new(args: MeasureArgs) -> anyhow::Result<Self> {
        let (output, sample) = split_formats(&args.formats)?;
        let Sources { inputs, raw } = Sources::new(args.files, &args.raw, sample, "measure")?;
        Ok(Self {
            inputs,
            raw,
            frames: args.frames,
            all: args.all,
            speech: args.speech.speech.map(Speech::from),
            output,
            progress: !args.no_progress,
        })
    }
}

/// Everything `report` is to do.
#[derive(Debug)]
pub struct ReportPlan {
    /// The recording.
    pub input: Input,
    /// The layout of standard input where it is headerless.
    pub raw: Option<RawPcm>,
    /// What the recording holds, where the user states it.
    pub speech: Option<Speech>,
    /// The file to write.
    pub output: PathBuf,
    /// What it is to hold.
    pub form: ReportForm,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// What runs the audio tower.
    pub engine: EngineChoice,
    /// Which tasks are scored.
    pub tasks: TaskSelection,
    /// Answers that are as usual or unsure are only named, and what does not apply is left
    /// out.
    pub brief: bool,
    /// A progress bar may be drawn.
    pub progress: bool,
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportForm {
    /// A page.
    Html,
    /// A picture.
    Svg,
}

impl ReportPlan {
    /// Interprets `args`.
    ///
    /// # Errors
    ///
    /// One sentence where the output is neither a page nor a picture, or no bundle is
    /// found.
    pub fn new(args: ReportArgs) -> anyhow::Result<Self> {
        let ending = args.output.extension().map(|it| it.to_string_lossy().to_lowercase());
        let form = match ending.as_deref() {
            Some("html" | "htm") => ReportForm::Html,
            Some("svg") => ReportForm::Svg,
            _ => bail!(
                "--output must end in .html (a page) or .svg (a picture), got '{}'; name such a \
                 file",
                args.output.display()
            ),
        };
        let sources = Sources::new(vec![args.file], &args.raw, args.format, "report")?;
        let Sources { mut inputs, raw } = sources;
        let all = args.tasks.all;
        let tasks = TaskSelection::new(args.tasks);
        Ok(Self {
            input: inputs.remove(0),
            raw,
            speech: args.speech.speech.map(Speech::from),
            output: args.output,
            form,
            bundle: locate::bundle(args.bundle.bundle.as_deref())?,
            engine: EngineChoice::new(args.engine),
            brief: !all && tasks == TaskSelection::All,
            tasks,
            progress: !args.no_progress,
        })
    }
}

/// Everything `listen` is to do.
#[derive(Debug)]
pub struct ListenPlan {
    /// Where the sound comes from.
    pub sound: ListenSound,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// What runs the audio tower.
    pub engine: EngineChoice,
    /// What is scored.
    pub choice: Choice,
    /// Seconds from one reported score to the next, where the user states it.
    pub hop: Option<f64>,
    /// Time constant of the smoothing, seconds, where the user states it.
    pub smooth: Option<f64>,
    /// When the tower rests.
    pub gate: Gate,
    /// How results are printed.
    pub output: ListenFormat,
    /// A screen is drawn instead.
    pub screen: bool,
    /// Only what begins and ends is printed.
    pub quiet: bool,
    /// When to end, seconds.
    pub duration: Option<f64>,
    /// How often the state is told.
    pub health: Option<Duration>,
    /// Where everything is saved, and how many bytes a file may take.
    pub save: Option<(PathBuf, u64)>,
    /// A lost microphone is the end.
    pub exit_on_loss: bool,
}

/// Where the sound comes from.
#[derive(Debug)]
pub enum ListenSound {
    /// A microphone by id or part of its name, or the default one.
    Microphone(Option<String>),
    /// Standard input.
    Input {
        /// Its layout, where it is headerless.
        raw: Option<RawPcm>,
    },
}

impl ListenPlan {
    /// Interprets `args`; `watched` says that a person looks at the terminal.
    ///
    /// # Errors
    ///
    /// One sentence for each combination that makes no sense, or when no bundle is found.
    pub fn new(args: ListenArgs, watched: bool) -> anyhow::Result<Self> {
        let (output, sample) = split_formats(&args.formats)?;
        let sound = match args.input {
            None if args.raw.rate.is_some()
                || args.raw.channels.is_some()
                || sample.is_some() =>
            {
                bail!(
                    "--rate, --channels and sample formats describe raw PCM on standard input, \
                     got a microphone, which states its own; add `--input -`"
                )
            }
            None => ListenSound::Microphone(args.device),
            Some(path) if path != Path::new("-") => bail!(
                "--input must be `-` for standard input, got '{}'; a recording is heard by \
                 `slap-edge score`",
                path.display()
            ),
            Some(path) => {
                let Sources { raw, .. } =
                    Sources::new(vec![path], &args.raw, sample, "listen --input")?;
                ListenSound::Input { raw }
            }
        };
        let plain = args.lines || args.quiet;
        Ok(Self {
            sound,
            bundle: locate::bundle(args.bundle.bundle.as_deref())?,
            engine: EngineChoice::new(args.engine),
            choice: Choice::new(args.choice)?,
            hop: args.hop,
            smooth: args.smooth,
            gate: args.gate,
            output,
            screen: watched && !plain && output == ListenFormat::Human,
            quiet: args.quiet,
            duration: args.duration,
            health: (args.health > 0.0).then(|| Duration::from_secs_f64(args.health.max(1.0))),
            save: args.save_scores.map(|path| (path, args.save_size << 20)),
            exit_on_loss: args.exit_on_loss,
        })
    }
}

/// What is to be heard.
struct Sources {
    inputs: Vec<Input>,
    raw: Option<RawPcm>,
}

impl Sources {
    /// `verb` is the command, for its error messages.
    fn new(
        files: Vec<PathBuf>,
        raw: &RawArgs,
        sample: Option<SampleFormat>,
        verb: &str,
    ) -> anyhow::Result<Self> {
        let inputs: Vec<Input> = files.into_iter().map(input).collect();
        let stdin_count = inputs.iter().filter(|input| **input == Input::Stdin).count();
        if stdin_count > 1 {
            bail!(
                "standard input (`-`) is named {stdin_count} times, expected once; remove one"
            );
        }
        let raw = raw_layout(stdin_count == 1, raw.rate, sample, raw.channels)?;
        if stdin_count == 1 && std::io::stdin().is_terminal() {
            bail!(
                "standard input is a terminal, expected audio; pipe a recording in, as in \
                 `slap-edge {verb} - < voice.wav`"
            );
        }
        Ok(Self { inputs, raw })
    }
}

/// Cores that this program may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn input(path: PathBuf) -> Input {
    if path == Path::new("-") { Input::Stdin } else { Input::File(path) }
}

/// Tells apart the two things `--format` can state.
fn split_formats<O: Form>(formats: &[Format<O>]) -> anyhow::Result<(O, Option<SampleFormat>)> {
    let (mut output, mut sample) = (None, None);
    for format in formats {
        let repeated = match format {
            Format::Output(format) => output.replace(*format).is_some(),
            Format::Sample(format) => sample.replace(*format).is_some(),
        };
        if repeated {
            bail!(
                "--format is given twice for the same thing, expected at most one of {} and one \
                 of u8, s16le, s24le, s32le, f32le; remove one",
                O::NAMES
            );
        }
    }
    Ok((output.unwrap_or_default(), sample))
}

fn raw_layout(
    from_stdin: bool,
    rate: Option<u32>,
    sample: Option<SampleFormat>,
    channels: Option<u32>,
) -> anyhow::Result<Option<RawPcm>> {
    let Some(rate) = rate else {
        if sample.is_some() || channels.is_some() {
            bail!(
                "raw PCM needs its sample rate, got only a sample format or channels; add --rate, \
                 as in `--rate 16000`"
            );
        }
        return Ok(None);
    };
    if !from_stdin {
        bail!(
            "--rate describes raw PCM on standard input, got only files, which state their own \
             rate; remove it, or name `-` as a recording"
        );
    }
    Ok(Some(RawPcm {
        rate,
        format: sample.unwrap_or(SampleFormat::S16Le),
        channels: channels.unwrap_or(1),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flag_states_output_and_samples() {
        let (json, f32le) =
            (Format::Output(OutputFormat::Json), Format::Sample(SampleFormat::F32Le));
        let both = (OutputFormat::Json, Some(SampleFormat::F32Le));
        assert_eq!(split_formats(&[json, f32le]).unwrap(), both);
        assert_eq!(split_formats(&[f32le, json]).unwrap(), both);
        assert_eq!(split_formats(&[]).unwrap(), (OutputFormat::Human, None));
        assert_eq!(split_formats(&[]).unwrap(), (MeasureFormat::Human, None));
        assert!(split_formats(&[json, json]).is_err());
    }

    #[test]
    fn raw_pcm_needs_a_rate_and_standard_input() {
        let s24 = Some(SampleFormat::S24Le);
        assert_eq!(raw_layout(true, None, None, None).unwrap(), None);
        assert!(raw_layout(true, None, s24, None).is_err());
        assert!(raw_layout(true, None, None, Some(2)).is_err());
        assert!(raw_layout(false, Some(8000), None, None).is_err());
        let defaults = RawPcm { rate: 8000, format: SampleFormat::S16Le, channels: 1 };
        assert_eq!(raw_layout(true, Some(8000), None, None).unwrap(), Some(defaults));
    }
}
