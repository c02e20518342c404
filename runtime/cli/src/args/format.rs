//! `--format`: what is printed, and how a sample of raw PCM is stored.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::audio::SampleFormat;

/// The values of `--format`: two disjoint sets under one flag. `O` are the forms in which
/// a command prints results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format<O> {
    /// How results are printed.
    Output(O),
    /// How a sample of raw PCM is stored.
    Sample(SampleFormat),
}

/// How scores are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// A table for people.
    #[default]
    Human,
    /// One JSON document at the end.
    Json,
    /// One JSON object a line, as things happen.
    Ndjson,
}

/// How what is heard is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListenFormat {
    /// A screen, or lines for people.
    #[default]
    Human,
    /// One JSON object a line, as things happen.
    Ndjson,
}

/// How measures are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeasureFormat {
    /// A table for people.
    #[default]
    Human,
    /// A table for spreadsheets: a row a recording, or a row a frame.
    Csv,
    /// One JSON object a line, as things happen.
    Ndjson,
}

/// The forms in which a command prints results.
pub trait Form: Copy + Default + PartialEq + Send + Sync + 'static {
    /// All values of `--format`.
    const VALUES: &'static [Format<Self>];

    /// Their names, for an error message.
    const NAMES: &'static str;

    /// The name and what it stands for.
    fn describe(self) -> (&'static str, &'static str);
}

impl Form for OutputFormat {
    const VALUES: &'static [Format<Self>] = &[
        Format::Output(Self::Human),
        Format::Output(Self::Json),
        Format::Output(Self::Ndjson),
        Format::Sample(SampleFormat::U8),
        Format::Sample(SampleFormat::S16Le),
        Format::Sample(SampleFormat::S24Le),
        Format::Sample(SampleFormat::S32Le),
        Format::Sample(SampleFormat::F32Le),
    ];

    const NAMES: &'static str = "human, json, ndjson";

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Human => ("human", "Output: a table for people (the default)"),
            Self::Json => ("json", "Output: one JSON document at the end"),
            Self::Ndjson => ("ndjson", "Output: one JSON object a line, as it happens"),
        }
    }
}

impl Form for ListenFormat {
    const VALUES: &'static [Format<Self>] = &[
        Format::Output(Self::Human),
        Format::Output(Self::Ndjson),
        Format::Sample(SampleFormat::U8),
        Format::Sample(SampleFormat::S16Le),
        Format::Sample(SampleFormat::S24Le),
        Format::Sample(SampleFormat::S32Le),
        Format::Sample(SampleFormat::F32Le),
    ];

    const NAMES: &'static str = "human, ndjson";

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Human => {
                ("human", "Output: a screen on a terminal, else lines (the default)")
            }
            Self::Ndjson => ("ndjson", "Output: one JSON object a line, as it happens"),
        }
    }
}

impl Form for MeasureFormat {
    const VALUES: &'static [Format<Self>] = &[
        Format::Output(Self::Human),
        Format::Output(Self::Csv),
        Format::Output(Self::Ndjson),
        Format::Sample(SampleFormat::U8),
        Format::Sample(SampleFormat::S16Le),
        Format::Sample(SampleFormat::S24Le),
        Format::Sample(SampleFormat::S32Le),
        Format::Sample(SampleFormat::F32Le),
    ];

    const NAMES: &'static str = "human, csv, ndjson";

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Human => ("human", "Output: a table for people (the default)"),
            Self::Csv => ("csv", "Output: a table for spreadsheets, absent values empty"),
            Self::Ndjson => ("ndjson", "Output: one JSON object a line, absent values null"),
        }
    }
}

impl<O: Form> ValueEnum for Format<O> {
    fn value_variants<'a>() -> &'a [Self] {
        O::VALUES
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Output(form) => {
                let (name, help) = form.describe();
                Some(PossibleValue::new(name).help(help))
            }
            Self::Sample(format) => format.to_possible_value(),
        }
    }
}

impl ValueEnum for SampleFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::U8, Self::S16Le, Self::S24Le, Self::S32Le, Self::F32Le]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::U8 => ("u8", "Raw PCM: unsigned 8-bit"),
            Self::S16Le => ("s16le", "Raw PCM: signed 16-bit, little-endian"),
            Self::S24Le => ("s24le", "Raw PCM: signed 24-bit in three bytes"),
            Self::S32Le => ("s32le", "Raw PCM: signed 32-bit, little-endian"),
            Self::F32Le => ("f32le", "Raw PCM: float32, full scale at 1"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
