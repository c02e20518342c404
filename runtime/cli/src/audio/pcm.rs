//! Uncompressed samples: raw PCM, and the data of a WAV file.
//!
//! The samples of a WAV file are cut into packets here rather than by the
//! container reader, which drops an incomplete last packet: a recording that was
//! cut off is then read to its very last whole frame.

use std::io::{self, Read};

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_PCM_ALAW, CODEC_ID_PCM_F32LE, CODEC_ID_PCM_F64LE, CODEC_ID_PCM_MULAW,
    CODEC_ID_PCM_S16LE, CODEC_ID_PCM_S24LE, CODEC_ID_PCM_S32LE, CODEC_ID_PCM_U8,
};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use super::{AudioError, Description};

/// Most frames decoded at a time: 0.26 s at 16 kHz.
const BLOCK_FRAMES: usize = 4096;

/// Data lengths from here up are what programs write that stream a WAV into a
/// pipe and cannot know its length; no such file is that long.
const STREAMING_BYTES: u64 = 0x7fff_0000;

/// How one sample is stored. Integers are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// Unsigned 8-bit, silence at 128.
    U8,
    /// Signed 16-bit.
    S16Le,
    /// Signed 24-bit in three bytes.
    S24Le,
    /// Signed 32-bit.
    S32Le,
    /// Float32, full scale at 1.
    F32Le,
}

impl SampleFormat {
    fn codec(self) -> AudioCodecId {
        match self {
            Self::U8 => CODEC_ID_PCM_U8,
            Self::S16Le => CODEC_ID_PCM_S16LE,
            Self::S24Le => CODEC_ID_PCM_S24LE,
            Self::S32Le => CODEC_ID_PCM_S32LE,
            Self::F32Le => CODEC_ID_PCM_F32LE,
        }
    }
}

/// The layout of headerless PCM, as the user states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawPcm {
    /// Frames a second, Hz.
    pub rate: u32,
    /// How one sample is stored.
    pub format: SampleFormat,
    /// Interleaved channels, 1 to 26.
    pub channels: u32,
}

/// A reader of interleaved uncompressed samples.
pub struct Pcm {
    reader: Box<dyn Read>,
    decoder: Box<dyn AudioDecoder>,
    frame_bytes: usize,
    /// Data bytes yet to come by the header's word; `None` reads to the end.
    remaining: Option<u64>,
    bytes: Vec<u8>,
    description: Description,
}

impl Pcm {
    /// Raw PCM of the stated layout, read to the end of `reader`.
    pub fn raw(reader: Box<dyn Read>, raw: &RawPcm) -> Result<Self, AudioError> {
        let channels = Position::from_count(raw.channels)
            .map(Channels::Positioned)
            .ok_or(AudioError::Unsupported("a channel count outside 1 to 26"))?;
        let mut params = AudioCodecParameters::new();
        params.for_codec(raw.format.codec()).with_sample_rate(raw.rate).with_channels(channels);
        let name = coding(params.codec).map_or("unknown coding", |(_, name)| name);
        Self::new(reader, &params, None, format!("raw PCM, {name}"))
    }

    /// The data of a WAV file whose header says `params`, `promised` frames and
    /// `block_align` bytes a frame, with `reader` at its first sample.
    pub fn wav(
        reader: Box<dyn Read>,
        params: &AudioCodecParameters,
        promised: Option<u64>,
        block_align: Option<u16>,
    ) -> Result<Self, AudioError> {
        let name = coding(params.codec).map_or("unknown coding", |(_, name)| name);
        let pcm = Self::new(reader, params, promised, format!("WAV, {name}"))?;
        // Samples with padding between them would be read as noise.
        match block_align {
            Some(got) if usize::from(got) != pcm.frame_bytes => Err(AudioError::BlockAlign {
                got,
                expected: pcm.frame_bytes,
                channels: pcm.description.channels,
                coding: name,
            }),
            _ => Ok(pcm),
        }
    }

    /// Whether `codec` is one of plain samples, which this reader can take over.
    pub fn reads(codec: AudioCodecId) -> bool {
        coding(codec).is_some()
    }

    fn new(
        reader: Box<dyn Read>,
        params: &AudioCodecParameters,
        promised: Option<u64>,
        format: String,
    ) -> Result<Self, AudioError> {
        let channels = params.channels.as_ref().map_or(0, Channels::count);
        let sample_bytes = coding(params.codec).map_or(0, |(bytes, _)| bytes);
        let frame_bytes = sample_bytes * channels;
        let rate = params.sample_rate.unwrap_or(0);
        if frame_bytes == 0 || rate == 0 {
            return Err(AudioError::Damaged("the header states no channels or a rate of 0 Hz"));
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())?;
        let promised = promised
            .filter(|frames| frames.saturating_mul(frame_bytes as u64) < STREAMING_BYTES);
        Ok(Self {
            reader,
            decoder,
            frame_bytes,
            remaining: promised.map(|frames| frames * frame_bytes as u64),
            bytes: Vec::new(),
            description: Description { format, rate, channels, promised_frames: promised },
        })
    }

    /// What is read.
    pub fn description(&self) -> Description {
        self.description.clone()
    }

    /// Decodes what is there, up to [`BLOCK_FRAMES`] frames, into `out`; false at the end.
    pub fn next_block(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        let mut want = BLOCK_FRAMES * self.frame_bytes;
        if let Some(remaining) = self.remaining {
            want = want.min(usize::try_from(remaining).unwrap_or(want));
        }
        self.bytes.resize(want, 0);
        let got = read_frames(&mut self.reader, &mut self.bytes, self.frame_bytes)
            .map_err(AudioError::Unreadable)?;
        if let Some(remaining) = &mut self.remaining {
            *remaining -= got as u64;
        }
        let frames = got / self.frame_bytes;
        if frames == 0 {
            return Ok(false);
        }
        let data = self.bytes[..frames * self.frame_bytes].to_vec();
        let packet = Packet::new(0, Timestamp::new(0), Duration::new(frames as u64), data);
        self.decoder.decode(&packet)?.copy_to_vec_interleaved(out);
        Ok(true)
    }
}

/// Bytes a sample takes and the coding in words, for the codings of plain samples.
fn coding(codec: AudioCodecId) -> Option<(usize, &'static str)> {
    Some(match codec {
        CODEC_ID_PCM_U8 => (1, "8-bit"),
        CODEC_ID_PCM_S16LE => (2, "16-bit"),
        CODEC_ID_PCM_S24LE => (3, "24-bit"),
        CODEC_ID_PCM_S32LE => (4, "32-bit"),
        CODEC_ID_PCM_F32LE => (4, "32-bit float"),
        CODEC_ID_PCM_F64LE => (8, "64-bit float"),
        CODEC_ID_PCM_ALAW => (1, "A-law"),
        CODEC_ID_PCM_MULAW => (1, "μ-law"),
        _ => return None,
    })
}

/// Reads what is there, at least one frame and no part of another, or to the end; returns
/// how many bytes were read.
///
/// A live pipe gives a few frames at a time: they are passed on at once rather than when
/// the buffer is full.
fn read_frames(
    reader: &mut dyn Read,
    buffer: &mut [u8],
    frame_bytes: usize,
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() && (filled == 0 || !filled.is_multiple_of(frame_bytes)) {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(format: SampleFormat, channels: u32, bytes: &[u8]) -> Vec<f32> {
        let raw = RawPcm { rate: 16_000, format, channels };
        let mut pcm = Pcm::raw(Box::new(io::Cursor::new(bytes.to_vec())), &raw).unwrap();
        let (mut all, mut block) = (Vec::new(), Vec::new());
        while pcm.next_block(&mut block).unwrap() {
            all.extend_from_slice(&block);
        }
        all
    }

    #[test]
    fn every_format_reaches_the_same_half_scale() {
        assert_eq!(decode(SampleFormat::U8, 1, &[128, 192, 64]), [0.0, 0.5, -0.5]);
        assert_eq!(decode(SampleFormat::S16Le, 1, &[0, 0, 0, 0x40, 0, 0xc0]), [0.0, 0.5, -0.5]);
        assert_eq!(decode(SampleFormat::S24Le, 1, &[0, 0, 0x40, 0, 0, 0xc0]), [0.5, -0.5]);
        assert_eq!(
            decode(SampleFormat::S32Le, 1, &[0, 0, 0, 0x40, 0, 0, 0, 0xc0]),
            [0.5, -0.5]
        );
        assert_eq!(decode(SampleFormat::F32Le, 1, &0.5f32.to_le_bytes()), [0.5]);
    }

    #[test]
    fn an_incomplete_last_frame_is_left_out() {
        assert_eq!(decode(SampleFormat::S16Le, 2, &[0, 0x40, 0, 0x40, 0, 0x40, 7]), [0.5, 0.5]);
        assert!(decode(SampleFormat::S16Le, 2, &[1, 2, 3]).is_empty());
    }

    #[test]
    fn blocks_join_without_a_gap() {
        let samples: Vec<i16> = (0..10_000).map(|n| (n % 251) as i16).collect();
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let expected: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32_768.0).collect();
        assert_eq!(decode(SampleFormat::S16Le, 1, &bytes), expected);
    }

    /// Gives a few bytes a read, as a live pipe does.
    struct Trickle(io::Cursor<Vec<u8>>, usize);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(self.1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn a_live_pipe_is_passed_on_frame_by_frame() {
        let bytes: Vec<u8> = (0..=99).collect();
        let raw = RawPcm { rate: 16_000, format: SampleFormat::S24Le, channels: 2 };
        for trickle in 1..=13 {
            let reader = Trickle(io::Cursor::new(bytes.clone()), trickle);
            let mut pcm = Pcm::raw(Box::new(reader), &raw).unwrap();
            let (mut all, mut block) = (Vec::new(), Vec::new());
            while pcm.next_block(&mut block).unwrap() {
                assert!(block.len() <= 2 * trickle.max(1), "waited for more than one read");
                all.extend_from_slice(&block);
            }
            assert_eq!(all, decode(SampleFormat::S24Le, 2, &bytes), "{trickle} bytes a read");
        }
    }
}
