//! WAV files in their plainest form: integer PCM of 16 bits.

use std::fs;
use std::io;
use std::path::Path;

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Wav {
    /// Frames per second.
    pub rate: u32,
    /// Samples in a frame.
    pub channels: u16,
    /// Interleaved samples, full scale.
    pub samples: Vec<i16>,
}

impl Wav {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] for anything but 16-bit integer PCM.
    pub fn read(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let format = chunk(&bytes, b"fmt ").ok_or_else(|| wrong(path, "no format chunk"))?;
        let data = chunk(&bytes, b"data").ok_or_else(|| wrong(path, "no data chunk"))?;
        let u16_at = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
        if format.len() < 16 || u16_at(0) != 1 || u16_at(14) != 16 {
            return Err(wrong(path, "not 16-bit integer PCM"));
        }
        Ok(Self {
            rate: u32::from(u16_at(4)) | u32::from(u16_at(6)) << 16,
            channels: u16_at(2),
            samples: data
                .chunks_exact(2)
                .map(|it| i16::from_le_bytes([it[0], it[1]]))
                .collect(),
        })
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = u32::try_from(self.samples.len() * 2).unwrap_or(u32::MAX);
        let frame = self.channels * 2;
        let mut bytes = Vec::with_capacity(44 + self.samples.len() * 2);
        bytes.extend(b"RIFF");
        bytes.extend((36 + size).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16u32.to_le_bytes());
        bytes.extend(1u16.to_le_bytes());
        bytes.extend(self.channels.to_le_bytes());
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend((self.rate * u32::from(frame)).to_le_bytes());
        bytes.extend(frame.to_le_bytes());
        bytes.extend(16u16.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend(size.to_le_bytes());
        bytes.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }
}

fn chunk<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let size = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?);
        let body = rest.get(8..)?;
        let size = usize::try_from(size).ok()?;
        if rest.starts_with(name) {
            return Some(&body[..size.min(body.len())]);
        }
        // Chunks are padded to an even length.
        rest = body.get(size + size % 2..)?;
    }
}

fn wrong(path: &Path, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let scratch = crate::scratch::Scratch::new().unwrap();
        let path = scratch.path().join("three.wav");
        let wav = Wav { rate: 48_000, channels: 2, samples: vec![1, -2, i16::MIN, i16::MAX] };
        fs::write(&path, wav.to_bytes()).unwrap();
        assert_eq!(Wav::read(&path).unwrap(), wav);
    }
}
