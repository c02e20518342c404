//! What a command needs, worked out and checked once from what the user typed.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::bail;
use slap_edge::core::voice::ranges::Speech;

use crate::args::{
    Form, Format, MeasureArgs, MeasureFormat, OutputFormat, PrecisionArg, RawArgs, ReportArgs,
    ScoreArgs,
};
use crate::audio::{Input, RawPcm, SampleFormat};
use crate::locate;
use crate::selection::TaskSelection;

/// Everything `score` is to do.
#[derive(Debug)]
pub struct ScorePlan {
    /// Recordings, in the order given.
    pub inputs: Vec<Input>,
    /// The layout of standard input where it is headerless.
    pub raw: Option<RawPcm>,
    /// The folder of the bundle.
    pub bundle: PathBuf,
    /// Which audio tower runs.
    pub precision: PrecisionArg,
    /// Which tasks are scored.
    pub tasks: TaskSelection,
    /// Answers that are as usual or unsure are only named, and what does not apply is left
    /// out.
    pub brief: bool,
    /// Sentences to score.
    pub prompts: Vec<String>,
    /// Further prompt packs.
    pub packs: Vec<PathBuf>,
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
        let Sources { inputs, raw } = Sources::new(args.files, &args.raw, sample, "score")?;
        if args.no_tasks && args.prompts.is_empty() && args.packs.is_empty() {
            bail!(
                "--no-tasks leaves nothing to score; give a sentence with --prompt or a pack with \
                 --prompts"
            );
        }
        let all = args.tasks.all;
        let tasks = match args.no_tasks {
            true => TaskSelection::None,
            false => TaskSelection::new(args.tasks),
        };
        Ok(Self {
            inputs,
            raw,
            bundle: locate::bundle(args.bundle.bundle.as_deref())?,
            precision: args.precision,
            brief: !all && tasks == TaskSelection::All,
            tasks,
            prompts: args.prompts,
            packs: args.packs,
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
    /// Which audio tower runs.
    pub precision: PrecisionArg,
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
            precision: args.precision,
            brief: !all && tasks == TaskSelection::All,
            tasks,
            progress: !args.no_progress,
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
