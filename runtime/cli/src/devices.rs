//! `slap-edge devices`: which microphones there are, and what they deliver.

use std::io::{self, Write as _};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use cpal::{SampleFormat, SupportedStreamConfigRange};
use serde::Serialize;

use crate::Outcome;
use crate::args::{DevicesArgs, DocumentFormat};
use crate::listen::device::{self, DeviceError, Input};
use crate::listen::quiet::Quiet;
use crate::output::{Page, Terminal, json};

/// How long the audio systems may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rates that are stated one by one, at most.
const RATES: usize = 6;

/// Rates above this mean that there is no limit.
const HIGHEST: u32 = 10_000_000;

/// What to do where there is no input.
const HOW_TO_CHECK: &str = "plug one in, or see what the system has with 'arecord -l' (ALSA) or \
                            'pactl list short sources' (PulseAudio, PipeWire)";

/// Runs the command.
pub fn run(args: &DevicesArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let found = ask()?;
    let (rows, none) = match &found {
        Ok(inputs) => (inputs.iter().map(Row::new).collect(), None),
        Err(error @ DeviceError::NoHost(_)) => (Vec::new(), Some(error.to_string())),
        Err(error) => anyhow::bail!("{error}"),
    };
    let rows: Vec<Row> = rows;
    let mut out = io::stdout().lock();
    match args.format {
        DocumentFormat::Json => {
            json::document(&mut out, "devices", &Payload { inputs: &rows })?;
        }
        DocumentFormat::Human if rows.is_empty() => {}
        DocumentFormat::Human => out.write_all(human(&rows, terminal).as_bytes())?,
    }
    if rows.is_empty() {
        let none = none.unwrap_or_else(|| "there is no microphone".to_owned());
        writeln!(io::stderr(), "{none}; {HOW_TO_CHECK}")?;
    }
    Ok(Outcome::Done)
}

/// Lists on a thread of its own: a sound server that stands still never answers.
fn ask() -> anyhow::Result<Result<Vec<Input>, DeviceError>> {
    let _quiet = Quiet::begin().context("standard error cannot be set aside")?;
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name("devices".to_owned())
        .spawn(move || sender.send(device::all(cpal::ALL_HOSTS)))
        .context("the system gives no thread")?;
    receiver.recv_timeout(PATIENCE).map_err(|_| {
        anyhow::anyhow!("the audio system has not answered for {} s", PATIENCE.as_secs())
    })
}

/// The machine-readable form.
#[derive(Debug, Serialize)]
struct Payload<'a> {
    inputs: &'a [Row],
}

/// An input as it is shown.
#[derive(Debug, Serialize)]
struct Row {
    /// What `--device` takes.
    id: String,
    name: String,
    host: &'static str,
    /// Whether it is what `slap-edge listen` takes where nothing else is asked for.
    default: bool,
    /// Whether it hears what an output plays.
    monitor: bool,
    /// How it comes by itself.
    rate: u32,
    channels: u16,
    format: String,
    /// What it can be asked for.
    supported: Vec<Group>,
}

/// Formats with the same rates and channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Group {
    formats: Vec<String>,
    channels: Span,
    rates: Vec<Span>,
}

/// A lowest and a highest number, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Span {
    min: u32,
    max: u32,
}

impl Row {
    fn new(input: &Input) -> Self {
        Self {
            id: input.id.clone(),
            name: input.name.clone(),
            host: input.host.name(),
            default: input.is_default,
            monitor: input.is_monitor(),
            rate: input.own.sample_rate(),
            channels: input.own.channels(),
            format: input.own.sample_format().to_string(),
            supported: group(&input.ranges()),
        }
    }
}

/// Puts together what goes together: rates of one format and number of channels, numbers of
/// channels that follow each other, and formats alike in both.
fn group(ranges: &[SupportedStreamConfigRange]) -> Vec<Group> {
    let mut formats: Vec<SampleFormat> = Vec::new();
    for range in ranges {
        if !formats.contains(&range.sample_format()) {
            formats.push(range.sample_format());
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for format in formats {
        for Group { formats, channels, rates } in of_format(format, ranges) {
            let alike =
                groups.iter_mut().find(|it| it.channels == channels && it.rates == rates);
            match alike {
                Some(group) => group.formats.extend(formats),
                None => groups.push(Group { formats, channels, rates }),
            }
        }
    }
    groups
}

fn of_format(format: SampleFormat, ranges: &[SupportedStreamConfigRange]) -> Vec<Group> {
    let own = || ranges.iter().filter(|range| range.sample_format() == format);
    let mut channels: Vec<u16> = own().map(SupportedStreamConfigRange::channels).collect();
    channels.sort_unstable();
    channels.dedup();
    let mut groups: Vec<Group> = Vec::new();
    for count in channels {
        let mut rates: Vec<Span> = own()
            .filter(|range| range.channels() == count)
            .map(|range| Span { min: range.min_sample_rate(), max: range.max_sample_rate() })
            .collect();
        rates.sort_unstable();
        rates.dedup();
        let count = u32::from(count);
        match groups.last_mut() {
            Some(last) if last.rates == rates && last.channels.max + 1 == count => {
                last.channels.max = count;
            }
            _ => groups.push(Group {
                formats: vec![format.to_string()],
                channels: Span { min: count, max: count },
                rates,
            }),
        }
    }
    groups
}

fn human(rows: &[Row], terminal: &Terminal) -> String {
    let mut page = Page::new(terminal.out, terminal.width);
    let s = if rows.len() == 1 { "" } else { "s" };
    page.heading("Microphones", &format!("{} input{s}", rows.len()));
    for row in rows {
        page.section(&row.name);
        page.pair("Id", &row.id);
        if row.default {
            page.pair("Default", "taken where no other is named");
        }
        page.pair("Through", row.host);
        if row.monitor {
            page.pair("Hears", "what an output plays");
        }
        page.pair(
            "Delivers",
            &format!("{}, {}, {}", hertz(row.rate), channels(row.channels.into()), row.format),
        );
        for (index, group) in row.supported.iter().enumerate() {
            page.pair(if index == 0 { "Can deliver" } else { "" }, &group.words());
        }
    }
    page.finish()
}

impl Group {
    fn words(&self) -> String {
        let Span { min, max } = self.channels;
        let count = if min == max { channels(max) } else { format!("{min} to {max} channels") };
        format!("{}, {count}, {}", rates(&self.rates), self.formats.join(" "))
    }
}

/// Rates in words: one by one if they are few, else from the lowest to the highest.
fn rates(spans: &[Span]) -> String {
    let single = spans.iter().all(|span| span.min == span.max);
    match spans {
        [only] if only.max > HIGHEST => format!("{} and above", hertz(only.min)),
        [only] if !single => format!("{} to {}", hertz(only.min), hertz(only.max)),
        _ if single && spans.len() <= RATES => {
            let kilo: Vec<String> =
                spans.iter().map(|span| (f64::from(span.min) / 1000.0).to_string()).collect();
            format!("{} kHz", kilo.join(", "))
        }
        [first, .., last] => {
            let kinds = spans.len();
            format!("{kinds} rates from {} to {}", hertz(first.min), hertz(last.max))
        }
        _ => "no rate".to_owned(),
    }
}

fn hertz(rate: u32) -> String {
    if rate < 1_000 {
        format!("{rate} Hz")
    } else {
        format!("{} kHz", f64::from(rate) / 1000.0)
    }
}

fn channels(count: u32) -> String {
    format!("{count} channel{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use cpal::SupportedBufferSize;

    use super::*;

    fn range(
        format: SampleFormat,
        channels: u16,
        min: u32,
        max: u32,
    ) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(
            channels,
            min,
            max,
            SupportedBufferSize::Unknown,
            format,
        )
    }

    #[test]
    fn a_hundred_and_sixty_ways_are_one_line() {
        let mut ranges = Vec::new();
        for format in [SampleFormat::U8, SampleFormat::I16, SampleFormat::F32] {
            for channels in 1..=31 {
                ranges.push(range(format, channels, 1, 384_000));
            }
        }
        let groups = group(&ranges);
        let words: Vec<String> = groups.iter().map(Group::words).collect();
        assert_eq!(words, ["1 Hz to 384 kHz, 1 to 31 channels, u8 i16 f32"]);
    }

    #[test]
    fn what_differs_stays_apart() {
        let ranges = [
            range(SampleFormat::I16, 1, 48_000, 48_000),
            range(SampleFormat::I16, 1, 44_100, 44_100),
            range(SampleFormat::I16, 2, 44_100, 44_100),
            range(SampleFormat::I16, 6, 44_100, 44_100),
            range(SampleFormat::I32, 6, 44_100, 44_100),
        ];
        let words: Vec<String> = group(&ranges).iter().map(Group::words).collect();
        assert_eq!(
            words,
            [
                "44.1, 48 kHz, 1 channel, i16",
                "44.1 kHz, 2 channels, i16",
                "44.1 kHz, 6 channels, i16 i32"
            ]
        );
        let many: Vec<Span> =
            (1..20).map(|k| Span { min: k * 8_000, max: k * 8_000 }).collect();
        assert_eq!(rates(&many), "19 rates from 8 kHz to 152 kHz");
        assert_eq!(rates(&[Span { min: 4_000, max: u32::MAX }]), "4 kHz and above");
    }
}
