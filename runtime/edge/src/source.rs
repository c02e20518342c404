//! PCM as it is recorded in, one channel at a wanted rate out.

use core::fmt;

use slap_core::quality::{Dropouts, Intake};

use crate::pcm::{Format, FormatError, MOST_CHANNELS, Pcm};
use crate::resampler::{ResampleError, Resampler};

/// The beginning of a stream: PCM of any usual format becomes one channel at one rate.
///
/// Channels are mixed to their mean and resampled, with what was wrong with the samples
/// counted before anything can hide it. It works in blocks whose borders lie in the stream
/// and not in the pushes, so that what comes out is the same, bit for bit, however the PCM
/// is cut. [`Screener`](crate::Screener) and [`Measurer`](crate::Measurer) begin with one;
/// by itself it serves whoever wants to look at the samples they hear.
#[derive(Debug)]
pub struct Source {
    to: u32,
    open: Option<Open>,
}

/// A source that knows its format.
#[derive(Debug)]
struct Open {
    format: Format,
    resampler: Resampler,
    block: Vec<f32>,
    filled: usize,
    intake: Intake,
    dropouts: Dropouts,
    /// Frames since it was opened or its latest part began.
    received: u64,
    /// Whether nothing has come since the latest part ended, so that another format may.
    parted: bool,
}

/// What a source hands on: first what was wrong with a block, then the samples it became.
#[derive(Debug)]
pub enum Passing<'a> {
    /// Counts of samples as they were recorded.
    Intake(&'a Intake),
    /// Samples of one channel at the wanted rate.
    Samples(&'a [f32]),
}

impl Source {
    /// A source of samples at `to` Hz. Its memory is taken when the format is known;
    /// a rate that cannot be had is an error then.
    pub fn new(to: u32) -> Self {
        Self { to, open: None }
    }

    /// The rate of what comes out, in Hz.
    pub fn rate(&self) -> u32 {
        self.to
    }

    /// The format of what goes in, once it is known.
    pub fn format(&self) -> Option<Format> {
        self.open.as_ref().map(|open| open.format)
    }

    /// Takes the memory for a format, or checks that it is the one the stream began with.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if the format cannot be taken or is not that of the stream.
    pub fn prepare(&mut self, rate: u32, channels: u16) -> Result<(), SourceError> {
        let got = Format { rate, channels };
        match &self.open {
            Some(open) if open.format == got => {}
            Some(open) if !open.parted => {
                return Err(FormatError::Changed { expected: open.format, got }.into());
            }
            _ => self.open = Some(Open::new(got, self.to)?),
        }
        if let Some(open) = &mut self.open {
            open.parted = false;
        }
        Ok(())
    }

    /// Takes interleaved samples of `channels` channels at `rate` frames a second, any
    /// number of whole frames, and gives `pass` what became of them.
    ///
    /// # Errors
    ///
    /// [`SourceError::Format`] for a format that cannot be taken, that changes within the
    /// stream, or for part of a frame: nothing is taken then, and the stream can go on.
    /// Otherwise the stream is broken: [`SourceError::Resample`], or the first error of
    /// `pass`, which is not called again.
    pub fn push<E: From<SourceError>>(
        &mut self,
        pcm: Pcm<'_>,
        rate: u32,
        channels: u16,
        mut pass: impl FnMut(Passing<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.prepare(rate, channels)?;
        if !pcm.len().is_multiple_of(usize::from(channels)) {
            let ragged = FormatError::Ragged { channels, got: pcm.len() };
            return Err(SourceError::Format(ragged).into());
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        let mut first = 0;
        loop {
            let room = &mut open.block[open.filled..];
            let taken = pcm.mix(first, open.format.channels, room, &mut open.intake);
            if taken == 0 {
                return Ok(());
            }
            first += taken;
            open.received += taken as u64;
            open.filled += taken;
            if open.filled == open.block.len() {
                open.flush(&mut pass)?;
            }
        }
    }

    /// The duration of what came since the beginning or the end of the latest part.
    pub(crate) fn seconds(&self) -> f64 {
        let open = self.open.as_ref();
        open.map_or(0.0, |open| open.received as f64 / f64::from(open.format.rate))
    }

    /// Takes digital silence of `seconds`, in whole frames that are no longer than it.
    pub(crate) fn push_silence<E: From<SourceError>>(
        &mut self,
        seconds: f64,
        mut pass: impl FnMut(Passing<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(Format { rate, channels }) = self.format() else { return Ok(()) };
        let silence = [0.0; 8 * MOST_CHANNELS as usize];
        let channel_count = usize::from(channels);
        let most = silence.len() / channel_count;
        // What was a whole number of frames before it became seconds stays one.
        let mut frames = (seconds * f64::from(rate) + 1e-4) as u64;
        while frames > 0 {
            let now = usize::try_from(frames).map_or(most, |frames| frames.min(most));
            let pcm = Pcm::F32(&silence[..now * channel_count]);
            self.push(pcm, rate, channels, &mut pass)?;
            frames -= now as u64;
        }
        Ok(())
    }

    /// Ends a part of the stream: hands on what is still held back. The next part may be of
    /// another format.
    pub(crate) fn part<E: From<SourceError>>(
        &mut self,
        pass: impl FnMut(Passing<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.finish(pass)?;
        if let Some(open) = &mut self.open {
            (open.received, open.parted) = (0, true);
        }
        Ok(())
    }

    /// Ends the stream: hands on what is still held back.
    ///
    /// # Errors
    ///
    /// [`SourceError::Resample`], or the first error of `pass`.
    pub fn finish<E: From<SourceError>>(
        &mut self,
        mut pass: impl FnMut(Passing<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.flush(&mut pass)?;
        let mut result = Ok(());
        open.resampler
            .finish(|samples| {
                if result.is_ok() {
                    result = pass(Passing::Samples(samples));
                }
            })
            .map_err(SourceError::Resample)?;
        result
    }

    /// Begins a new stream, of any format.
    pub fn reset(&mut self) {
        self.open = None;
    }
}

impl Open {
    fn new(format: Format, to: u32) -> Result<Self, SourceError> {
        format.check()?;
        let resampler = Resampler::new(format.rate, to).map_err(SourceError::Resample)?;
        // Between equal rates nothing asks for blocks; 10 ms keep the delay short.
        let block = if format.rate == to { (to / 100) as usize } else { resampler.block_len() };
        Ok(Self {
            format,
            resampler,
            block: vec![0.0; block],
            filled: 0,
            intake: Intake::default(),
            dropouts: Dropouts::new(format.rate),
            received: 0,
            parted: false,
        })
    }

    fn flush<E: From<SourceError>>(
        &mut self,
        pass: &mut impl FnMut(Passing<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let block = &self.block[..self.filled];
        self.dropouts.push(block, &mut self.intake);
        pass(Passing::Intake(&core::mem::take(&mut self.intake)))?;
        let mut result = Ok(());
        self.resampler
            .push(block, |samples| {
                if result.is_ok() {
                    result = pass(Passing::Samples(samples));
                }
            })
            .map_err(SourceError::Resample)?;
        self.filled = 0;
        result
    }
}

/// Why PCM cannot become samples.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceError {
    /// The format cannot be taken, or is not what the stream began with.
    Format(FormatError),
    /// The resampler failed.
    Resample(ResampleError),
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(error) => error.fmt(f),
            Self::Resample(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Format(error) => Some(error),
            Self::Resample(error) => Some(error),
        }
    }
}

impl From<FormatError> for SourceError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}
