//! Recordings made by hand: samples, and WAV files byte by byte.

/// The rate most tests record at, Hz.
pub const RATE: u32 = 16_000;

/// `seconds` of something like a vowel at `rate` Hz: pulses at 120 Hz through two
/// resonances, a third of full scale, in syllables with short pauses.
pub fn voice(seconds: f64, rate: u32) -> Vec<f32> {
    let rate = f64::from(rate);
    let tau = std::f64::consts::TAU;
    (0..(seconds * rate) as usize)
        .map(|n| {
            let t = n as f64 / rate;
            let syllable = (t * tau * 1.6).sin().max(0.0).sqrt();
            let harmonics: f64 = (1..=20)
                .map(|k| {
                    let hertz = 120.0 * f64::from(k);
                    let near = |centre: f64| 1.0 / (1.0 + ((hertz - centre) / 120.0).powi(2));
                    (near(600.0) + 0.5 * near(1400.0)) * (t * tau * hertz).sin()
                })
                .sum();
            (0.15 * syllable * harmonics) as f32
        })
        .collect()
}

/// How samples are stored in a WAV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    U8,
    S16,
    S24,
    S32,
    F32,
}

impl Coding {
    fn bytes(self) -> u16 {
        match self {
            Self::U8 => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
        }
    }

    /// `samples` as stored.
    pub fn encode(self, samples: &[f32]) -> Vec<u8> {
        let mut data = Vec::new();
        for &sample in samples {
            let scaled =
                |full: f64| (f64::from(sample) * full).round().clamp(-full, full - 1.0);
            match self {
                Self::U8 => data.push((scaled(128.0) + 128.0) as u8),
                Self::S16 => data.extend((scaled(32_768.0) as i16).to_le_bytes()),
                Self::S24 => {
                    data.extend(&(scaled(8_388_608.0) as i32).to_le_bytes()[..3]);
                }
                Self::S32 => data.extend((scaled(2_147_483_648.0) as i32).to_le_bytes()),
                Self::F32 => data.extend(sample.to_le_bytes()),
            }
        }
        data
    }
}

/// A WAV file of interleaved `samples`.
pub fn wav(samples: &[f32], rate: u32, channels: u16, coding: Coding) -> Vec<u8> {
    wav_of_data(&coding.encode(samples), rate, channels, coding)
}

/// A WAV file around `data` that is already stored samples.
pub fn wav_of_data(data: &[u8], rate: u32, channels: u16, coding: Coding) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    let frame = channels * coding.bytes();
    let tag: u16 = if coding == Coding::F32 { 3 } else { 1 };
    let mut file = Vec::with_capacity(data.len() + 44);
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend((8 * coding.bytes()).to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(data);
    file
}

/// A usual recording: `seconds` of voice, 16-bit, mono, at [`RATE`].
pub fn usual(seconds: f64) -> Vec<u8> {
    wav(&voice(seconds, RATE), RATE, 1, Coding::S16)
}
