//! Sound in: files, WAV on standard input, raw PCM on standard input.
//!
//! [`Audio`] hands out interleaved float32 blocks at the input's own rate and
//! channel count, a few thousand frames at a time, so a recording of any length
//! is decoded in constant memory. Mixing and resampling happen further down.

mod container;
mod error;
mod ogg;
mod pcm;
mod riff;
mod watch;

use std::fs::File;
use std::path::{Path, PathBuf};

use symphonia::core::io::ReadOnlySource;

pub use error::AudioError;
pub use pcm::{RawPcm, SampleFormat};

use container::Container;
use pcm::Pcm;

/// Where a recording is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file the user named.
    File(PathBuf),
    /// Standard input, named `-`.
    Stdin,
}

impl Input {
    /// The input as the user wrote it; `-` for standard input.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "-".to_owned(),
        }
    }

    /// A short title for a heading: the file's own name without its folder.
    pub fn title(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .map_or_else(|| self.name(), |name| name.to_string_lossy().into_owned()),
            Self::Stdin => "standard input".to_owned(),
        }
    }
}

/// What is known about a recording once its first samples are decoded.
#[derive(Clone, Debug)]
pub struct Description {
    /// Container and coding in words, such as "WAV, 16-bit".
    pub format: String,
    /// Frames a second, Hz.
    pub rate: u32,
    /// Interleaved channels, at least 1.
    pub channels: usize,
    /// Frames the header promises; `None` where the header does not say.
    pub promised_frames: Option<u64>,
}

/// An open recording.
pub struct Audio {
    source: Source,
    description: Description,
    block: Vec<f32>,
    /// The first block was decoded to learn the layout and is yet to be handed out.
    primed: bool,
    frames: u64,
}

enum Source {
    Pcm(Pcm),
    Container(Container),
}

impl Audio {
    /// Opens `input`; `raw` states the layout of headerless PCM.
    ///
    /// # Errors
    ///
    /// When the input cannot be read, is empty, is not audio this program knows,
    /// or holds no samples.
    pub fn open(input: &Input, raw: Option<&RawPcm>) -> Result<Self, AudioError> {
        let mut source = match (input, raw) {
            (Input::Stdin, Some(raw)) => {
                Source::Pcm(Pcm::raw(Box::new(std::io::stdin()), raw)?)
            }
            (Input::Stdin, None) => {
                container::probe(Box::new(ReadOnlySource::new(std::io::stdin())))?
            }
            (Input::File(path), _) => container::probe(Box::new(open_file(path)?))?,
        };
        let mut block = Vec::new();
        if !source.next_block(&mut block)? {
            return Err(AudioError::NoSamples);
        }
        let description = source.description();
        Ok(Self { source, description, block, primed: true, frames: 0 })
    }

    /// What the recording is.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The next interleaved samples, nominally in -1..1, or `None` at the end.
    ///
    /// # Errors
    ///
    /// When the recording cannot be decoded any further and nothing before this
    /// point made sense either.
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, AudioError> {
        if self.primed {
            self.primed = false;
        } else if !self.source.next_block(&mut self.block)? {
            return Ok(None);
        }
        self.frames += (self.block.len() / self.description.channels) as u64;
        Ok(Some(&self.block))
    }

    /// Seconds handed out so far.
    pub fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.description.rate)
    }

    /// Sentences about what was wrong but could be read past; complete at the end.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = match &self.source {
            Source::Pcm(_) => Vec::new(),
            Source::Container(container) => container.warnings(),
        };
        let (got, rate) = (self.frames, f64::from(self.description.rate));
        if let Some(promised) = self.description.promised_frames
            && got + self.source.slack_frames() < promised
        {
            warnings.push(format!(
                "the header promises {:.2} s of audio but only {:.2} s could be read; used \
                 what is there",
                promised as f64 / rate,
                got as f64 / rate,
            ));
        }
        warnings
    }
}

impl Source {
    /// Decodes the next block into `out`; false at the end.
    fn next_block(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        match self {
            Self::Pcm(pcm) => pcm.next_block(out),
            Self::Container(container) => container.next_block(out),
        }
    }

    fn description(&self) -> Description {
        match self {
            Self::Pcm(pcm) => pcm.description(),
            Self::Container(container) => container.description(),
        }
    }

    /// How many frames a healthy recording may fall short of its header.
    fn slack_frames(&self) -> u64 {
        match self {
            Self::Pcm(_) => 0,
            Self::Container(container) => container.slack_frames(),
        }
    }
}

fn open_file(path: &Path) -> Result<File, AudioError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => AudioError::NotFound,
        _ => AudioError::Unreadable(error),
    })?;
    let metadata = file.metadata().map_err(AudioError::Unreadable)?;
    if metadata.is_dir() {
        return Err(AudioError::Folder);
    }
    if metadata.is_file() && metadata.len() == 0 {
        return Err(AudioError::Empty);
    }
    Ok(file)
}
