//! Compressed recordings, and finding out what a file is.

use std::io;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_FLAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{FORMAT_ID_OGG, FORMAT_ID_WAVE};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::ogg::Damage;
use super::pcm::Pcm;
use super::watch::Watch;
use super::{AudioError, Description, Source, riff};

/// A lossy decoder shortens or lengthens a recording by up to this many frames, by its
/// own delay and padding, without anything being wrong.
const LOSSY_SLACK_FRAMES: u64 = 4608;

/// A recording behind a container reader and a decoder.
pub struct Container {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    watch: Watch,
    name: String,
    lossless: bool,
    promised_frames: Option<u64>,
    /// Rate and channels of what has been decoded; zero before the first packet.
    rate: u32,
    channels: usize,
    damaged_packets: u64,
    stopped: Option<String>,
}

/// Recognises what `source` holds by its content; the file's name plays no part.
pub fn probe(source: Box<dyn MediaSource>) -> Result<Source, AudioError> {
    let (watch, source) = Watch::over(source);
    let stream = MediaSourceStream::new(Box::new(source), Default::default());
    let format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| match error {
            // The probe's own way to say that it ran out of candidates.
            Error::Unsupported(what) if what.contains("no suitable format reader") => {
                AudioError::NotAudio
            }
            other => other.into(),
        })?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or(AudioError::Unsupported("no audio track"))?;
    let params = track
        .codec_params
        .as_ref()
        .and_then(|params| params.audio())
        .ok_or(AudioError::Unsupported("an unknown coding"))?
        .clone();
    let promised_frames = track.num_frames;
    let track = track.id;

    let kind = format.format_info().format;
    let head = watch.take_head();
    if kind != FORMAT_ID_OGG {
        watch.ignore_pages();
    }
    if kind == FORMAT_ID_WAVE && Pcm::reads(params.codec) {
        let samples = Box::new(format.into_inner());
        let block_align = riff::block_align(&head);
        return Pcm::wav(samples, &params, promised_frames, block_align).map(Source::Pcm);
    }
    Container::new(format, &params, track, promised_frames, watch).map(Source::Container)
}

impl Container {
    fn new(
        format: Box<dyn FormatReader>,
        params: &AudioCodecParameters,
        track: u32,
        promised_frames: Option<u64>,
        watch: Watch,
    ) -> Result<Self, AudioError> {
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())?;
        let name = match format.format_info().short_name {
            "wave" => format!("WAV, {}", decoder.codec_info().long_name),
            "flac" => "FLAC".to_owned(),
            "ogg" => format!("Ogg {}", decoder.codec_info().long_name),
            "mp3" => "MP3".to_owned(),
            other => other.to_uppercase(),
        };
        Ok(Self {
            format,
            decoder,
            track,
            watch,
            name,
            lossless: params.codec == CODEC_ID_FLAC,
            promised_frames,
            rate: 0,
            channels: 0,
            damaged_packets: 0,
            stopped: None,
        })
    }

    /// What is read; rate and channels are those of the first decoded packet.
    pub fn description(&self) -> Description {
        Description {
            format: self.name.clone(),
            rate: self.rate,
            channels: self.channels,
            promised_frames: self.promised_frames,
        }
    }

    /// How many frames a healthy recording may fall short of its header.
    pub fn slack_frames(&self) -> u64 {
        if self.lossless { 0 } else { LOSSY_SLACK_FRAMES }
    }

    /// What went wrong along the way without stopping the reading, or why it stopped.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.damaged_packets > 0 {
            warnings.push(format!(
                "{} damaged piece{} could not be decoded and {} left out",
                self.damaged_packets,
                if self.damaged_packets == 1 { "" } else { "s" },
                if self.damaged_packets == 1 { "was" } else { "were" },
            ));
        }
        if let Some(stopped) = &self.stopped {
            warnings.push(stopped.clone());
        } else {
            warnings.extend(self.missing_pages());
        }
        warnings
    }

    /// What an Ogg lacks, in words.
    fn missing_pages(&self) -> Option<String> {
        let Damage { gaps, no_end } = self.watch.pages(|pages| pages.damage(self.track))??;
        let gaps = match gaps {
            0 => None,
            1 => Some("is damaged or incomplete in one place".to_owned()),
            many => Some(format!("is damaged or incomplete in {many} places")),
        };
        let end = no_end.then(|| "stops without its end mark, so it may be cut off".to_owned());
        let faults: Vec<String> = gaps.into_iter().chain(end).collect();
        (!faults.is_empty()).then(|| format!("{}; used what is there", faults.join(" and ")))
    }

    /// Decodes the next packet that holds samples into `out`; false at the end.
    pub fn next_block(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        while self.stopped.is_none() {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                // The file was cut off inside a packet; the header's promise tells.
                Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(false);
                }
                Err(error) if self.rate == 0 => return Err(error.into()),
                Err(Error::ResetRequired) => {
                    self.stop("another recording follows in the same file and was left out");
                    return Ok(false);
                }
                Err(error) => {
                    let reason = AudioError::from(error);
                    self.stop(&format!("reading stopped early: the rest {reason}"));
                    return Ok(false);
                }
            };
            if packet.track_id != self.track {
                continue;
            }
            let buffer = match self.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    self.damaged_packets += 1;
                    continue;
                }
                Err(error) if self.rate == 0 => return Err(error.into()),
                Err(_) => {
                    self.stop("another recording follows in the same file and was left out");
                    return Ok(false);
                }
            };
            if buffer.frames() == 0 {
                continue;
            }
            let (rate, channels) = layout(&buffer);
            if self.rate == 0 {
                (self.rate, self.channels) = (rate, channels);
            }
            if (rate, channels) != (self.rate, self.channels) {
                let change = format!(
                    "the recording changes from {} Hz, {} channels to {rate} Hz, {channels} \
                     channels; scored the part before",
                    self.rate, self.channels
                );
                self.stop(&change);
                return Ok(false);
            }
            buffer.copy_to_vec_interleaved(out);
            return Ok(true);
        }
        Ok(false)
    }

    fn stop(&mut self, why: &str) {
        self.stopped = Some(why.to_owned());
    }
}

/// Rate in Hz and channel count of decoded audio.
fn layout(buffer: &GenericAudioBufferRef<'_>) -> (u32, usize) {
    (buffer.spec().rate(), buffer.spec().channels().count())
}
