//! Measures of the voice from PCM as it is recorded.

use core::fmt;

use slap_core::quality::{self, Bounds, Limits, PlanError, Report, StdMeter, Verdict};
use slap_core::voice::{self, StdPlan, StdStream};

use crate::pcm::{Format, FormatError, Pcm};
use crate::resampler::ResampleError;
use crate::source::{Passing, Source, SourceError};

/// What a recording must be like where no bundle says it: those of a bundle that listens
/// for seconds and has no special need.
pub const USUAL_LIMITS: Limits = Limits {
    active_dbfs: -45.0,
    usable: Bounds { maximum_dropout_share: Some(0.2), ..Bounds::new(-60.0, 0.5, 0.02) },
    good: Bounds {
        silence_dbfs: -60.0,
        minimum_active_seconds: 0.5,
        maximum_clipped_share: 0.001,
        minimum_snr_db: Some(20.0),
        minimum_bandwidth_hz: Some(4_200.0),
        minimum_voiced_seconds: Some(0.3),
        maximum_dropout_share: Some(0.0),
        maximum_silent_share: Some(0.5),
        maximum_dc: Some(0.02),
    },
};

/// Measures one stream of audio: pitch, its regularity, noise, timbre, loudness, and the
/// quality of the recording itself. It needs no bundle.
///
/// [`push`](Self::push) takes PCM as it comes and tells [`voice::Event`]s as they come to
/// be known, a little later; [`finish`](Self::finish) ends the stream;
/// [`measurement`](Self::measurement) is what holds for the stream as a whole. The same
/// samples give the same bits however they are cut.
///
/// Memory is taken when the measurer is made and when the first samples tell the format;
/// nothing allocates afterwards.
///
/// ```
/// use slap_edge::core::voice::{Descriptor, Event};
/// use slap_edge::{Measurer, Pcm, USUAL_LIMITS};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut measurer = Measurer::new(USUAL_LIMITS)?;
/// let mut voiced = 0;
/// let second = [0i16; 44_100];
/// measurer.push(Pcm::I16(&second), 44_100, 1, |event| {
///     if let Event::Frame(frame) = event {
///         voiced += usize::from(frame.get(Descriptor::Pitch).is_some());
///     }
/// })?;
/// measurer.finish(|_| {})?;
/// assert_eq!(measurer.measurement().seconds, 1.0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Measurer {
    source: Source,
    line: Line,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Finished,
    Failed,
}

/// The stream at the rate of the measures.
#[derive(Debug)]
struct Line {
    plan: StdPlan,
    stream: StdStream,
    judge: quality::StdPlan,
    meter: StdMeter,
    summary: voice::Summary,
    samples: u64,
}

impl Line {
    fn take(&mut self, passing: &Passing<'_>, sink: &mut dyn FnMut(voice::Event<'_>)) {
        match passing {
            Passing::Intake(intake) => self.meter.add_intake(intake),
            Passing::Samples(samples) => {
                self.samples += samples.len() as u64;
                self.meter.level(&self.judge, samples);
                let Self { plan, stream, summary, .. } = self;
                stream.push(plan, samples, |event| {
                    summary.add(&event);
                    sink(event);
                });
            }
        }
    }
}

impl Measurer {
    /// A measurer that judges recordings by `limits`: those of a bundle, or
    /// [`USUAL_LIMITS`] where there is none.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if a limit is out of range.
    pub fn new(limits: Limits) -> Result<Self, PlanError> {
        let plan = StdPlan::new();
        let judge = quality::StdPlan::new(voice::SAMPLE_RATE, limits)?;
        Ok(Self {
            source: Source::new(voice::SAMPLE_RATE),
            line: Line {
                stream: plan.stream(),
                plan,
                meter: judge.meter(),
                judge,
                summary: voice::Summary::new(),
                samples: 0,
            },
            state: State::Open,
        })
    }

    /// Takes the memory for a format ahead of the first [`push`](Self::push), which
    /// otherwise does it.
    ///
    /// # Errors
    ///
    /// [`MeasureError::Format`] if the format cannot be taken or is not that of the stream.
    pub fn prepare(&mut self, rate: u32, channels: u16) -> Result<(), MeasureError> {
        Ok(self.source.prepare(rate, channels)?)
    }

    /// Takes interleaved samples of `channels` channels at `rate` frames a second, any
    /// number of whole frames, and gives `sink` the frames and marks that come to be known.
    ///
    /// NaN and infinity count as silence and make the verdict poor. Values far beyond full
    /// scale are limited.
    ///
    /// # Errors
    ///
    /// [`MeasureError::Format`] for a format that cannot be taken, that changes within the
    /// stream, or for part of a frame: nothing is taken then, and the stream can go on.
    /// [`MeasureError::Finished`] after [`finish`](Self::finish). After an error of the
    /// resampler, [`MeasureError::Failed`] until [`reset`](Self::reset).
    pub fn push(
        &mut self,
        pcm: Pcm<'_>,
        rate: u32,
        channels: u16,
        mut sink: impl FnMut(voice::Event<'_>),
    ) -> Result<(), MeasureError> {
        match self.state {
            State::Open => {}
            State::Finished => return Err(MeasureError::Finished),
            State::Failed => return Err(MeasureError::Failed),
        }
        let line = &mut self.line;
        let result = self.source.push(pcm, rate, channels, |passing| {
            line.take(&passing, &mut sink);
            Ok(())
        });
        self.settle(result)
    }

    /// Ends the stream: gives the frames and marks that are still due.
    ///
    /// Finishing again does nothing.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), the format aside.
    pub fn finish(
        &mut self,
        mut sink: impl FnMut(voice::Event<'_>),
    ) -> Result<(), MeasureError> {
        match self.state {
            State::Open => {}
            State::Finished => return Ok(()),
            State::Failed => return Err(MeasureError::Failed),
        }
        let line = &mut self.line;
        let result = self.source.finish(|passing| {
            line.take(&passing, &mut sink);
            Ok(())
        });
        self.settle(result)?;
        let Line { plan, stream, judge, meter, summary, .. } = &mut self.line;
        meter.finish(judge);
        stream.finish(plan, |event| {
            summary.add(&event);
            sink(event);
        });
        self.state = State::Finished;
        Ok(())
    }

    /// What holds for everything since the stream began. Complete only after
    /// [`finish`](Self::finish).
    pub fn measurement(&self) -> Measurement<'_> {
        let line = &self.line;
        let tally = line.meter.tally();
        Measurement {
            format: self.source.format(),
            seconds: line.samples as f64 / f64::from(voice::SAMPLE_RATE),
            quality: line.judge.report(&tally),
            verdict: line.judge.verdict(&tally),
            voice: &line.summary,
        }
    }

    /// The statistics of the voice since the stream began.
    pub fn summary(&self) -> &voice::Summary {
        &self.line.summary
    }

    /// Begins a new stream, of any format.
    pub fn reset(&mut self) {
        self.source.reset();
        let line = &mut self.line;
        line.stream.reset();
        line.meter.reset();
        line.summary.reset();
        line.samples = 0;
        self.state = State::Open;
    }

    fn settle(&mut self, result: Result<(), MeasureError>) -> Result<(), MeasureError> {
        // A format that cannot be taken leaves the stream as it was.
        if result.as_ref().is_err_and(|error| !matches!(error, MeasureError::Format(_))) {
            self.state = State::Failed;
        }
        result
    }
}

/// The measures of everything since a stream began.
#[derive(Clone, Copy, Debug)]
pub struct Measurement<'a> {
    /// The format of the samples, `None` if none came.
    pub format: Option<Format>,
    /// The duration of the audio.
    pub seconds: f64,
    /// What the audio is like.
    pub quality: Report,
    /// Whether it may be trusted.
    pub verdict: Verdict,
    /// The statistics of the voice.
    pub voice: &'a voice::Summary,
}

/// Why a stream cannot be measured any further.
#[derive(Debug)]
#[non_exhaustive]
pub enum MeasureError {
    /// The samples are not what can be taken, or not what the stream began with.
    Format(FormatError),
    /// The resampler failed.
    Resample(ResampleError),
    /// The stream has been finished.
    Finished,
    /// The stream failed before.
    Failed,
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(error) => error.fmt(f),
            Self::Resample(error) => error.fmt(f),
            Self::Finished => f.write_str("the stream is finished; reset it to begin another"),
            Self::Failed => f.write_str("the stream failed; reset it to begin another"),
        }
    }
}

impl core::error::Error for MeasureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Format(error) => Some(error),
            Self::Resample(error) => Some(error),
            Self::Finished | Self::Failed => None,
        }
    }
}

impl From<SourceError> for MeasureError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Format(error) => Self::Format(error),
            SourceError::Resample(error) => Self::Resample(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything a measurer says of stereo at 44,100 Hz that comes in pieces.
    fn told(samples: &[f32], cuts: &[usize]) -> (Vec<String>, String) {
        let mut measurer = Measurer::new(USUAL_LIMITS).unwrap();
        let mut events = Vec::new();
        let mut rest = samples;
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((2 * cut).min(rest.len()));
            let event = |event: voice::Event<'_>| events.push(format!("{event:?}"));
            measurer.push(Pcm::F32(now), 44_100, 2, event).unwrap();
            rest = later;
        }
        measurer.finish(|event| events.push(format!("{event:?}"))).unwrap();
        let Measurement { format, seconds, quality, verdict, voice } = measurer.measurement();
        let values: Vec<_> = voice::Functional::all().map(|it| voice.get(it)).collect();
        (events, format!("{format:?} {seconds} {quality:?} {verdict:?} {values:?}"))
    }

    fn stereo(seconds: f32) -> Vec<f32> {
        (0..(seconds * 44_100.0) as usize)
            .flat_map(|n| {
                let phase = (n as f32 * 150.0 / 44_100.0).fract();
                let pulse = 0.5 * (-20.0 * phase).exp();
                [pulse, 0.5 * pulse]
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn any_chunking_gives_the_same_bits(
            cuts in prop::collection::vec(1usize..3_000, 1..20),
        ) {
            let samples = stereo(0.4);
            prop_assert_eq!(told(&samples, &[samples.len()]), told(&samples, &cuts));
        }
    }

    #[test]
    fn a_stream_has_an_end_and_begins_anew() {
        let mut measurer = Measurer::new(USUAL_LIMITS).unwrap();
        let samples = stereo(0.2);
        measurer.push(Pcm::F32(&samples), 44_100, 2, |_| {}).unwrap();
        assert!(matches!(
            measurer.push(Pcm::F32(&samples), 16_000, 2, |_| {}),
            Err(MeasureError::Format(FormatError::Changed { .. }))
        ));
        assert!(matches!(
            measurer.push(Pcm::F32(&samples[..3]), 44_100, 2, |_| {}),
            Err(MeasureError::Format(FormatError::Ragged { channels: 2, got: 3 }))
        ));
        measurer.finish(|_| {}).unwrap();
        measurer.finish(|_| panic!("it was finished")).unwrap();
        assert!((measurer.measurement().seconds - 0.2).abs() < 1e-3);
        assert!(matches!(
            measurer.push(Pcm::F32(&samples), 44_100, 2, |_| {}),
            Err(MeasureError::Finished)
        ));
        measurer.reset();
        assert_eq!(measurer.measurement().format, None);
        measurer.push(Pcm::I16(&[0; 160]), 16_000, 1, |_| {}).unwrap();
        measurer.finish(|_| {}).unwrap();
        assert_eq!(measurer.measurement().seconds, 0.01);
    }

    #[test]
    fn the_peak_is_that_of_the_recording() {
        // Cut flat, to one side only: what resampling adds lies beyond full scale.
        let clipped: Vec<f32> = (0..44_100)
            .map(|n| if (n / 50) % 2 == 0 { 1.0 } else { -0.5 })
            .flat_map(|sample| [sample, 0.0])
            .collect();
        let mut measurer = Measurer::new(USUAL_LIMITS).unwrap();
        measurer.push(Pcm::F32(&clipped), 44_100, 2, |_| {}).unwrap();
        measurer.finish(|_| {}).unwrap();
        assert_eq!(measurer.measurement().quality.peak_dbfs, 0.0);
    }

    #[test]
    fn limits_are_checked() {
        let limits = Limits { active_dbfs: f32::NAN, ..USUAL_LIMITS };
        assert!(matches!(Measurer::new(limits), Err(PlanError::Limits(_))));
    }
}
