//! Push PCM, get scored events: what an application links.
//!
//! A [`Screener`] joins the rooms below into one stream. What a sample meets, in order:
//!
//! 1. [`Pcm`] of any usual rate and channel count: samples become `f32`, channels their
//!    mean, and what was wrong with them is counted before anything can hide it.
//! 2. [`Resampler`]: to the tower's rate, free of aliases, with the filter's delay taken
//!    out, so that time 0 stays time 0.
//! 3. The front end of [`slap_core`]: frames of log-mel energies.
//! 4. The tower, behind the trait [`Encoder`]: chunk after chunk or window after window, a
//!    unit embedding a step.
//! 5. Scoring, again of [`slap_core`]: probabilities of tasks, percentiles of free prompts,
//!    smoothed over time.
//! 6. [`Event`]s: a [`Segment`] a step, and the beginning and end of what lasts.
//!    [`Screener::summary`] scores the clip as a whole.
//!
//! The result is the same, bit for bit, however the audio is cut into pushes: a file read
//! at once and a microphone read in dribs give the same numbers. To this end every stage
//! works on blocks whose borders lie in the stream and not in the pushes.
//!
//! A [`Measurer`] takes the same first steps and then measures: pitch, its regularity,
//! noise, timbre and loudness every 10 ms, without a bundle.
//!
//! For listening that goes on for days there is more: a [`Gate`] lets the tower rest while
//! nobody speaks ([`Options::gate`]), [`Screener::skip`] keeps the time right where audio is
//! missing, and [`Screener::add_prompt`] takes another sentence while the stream runs.
//!
//! Input too poor to be scored gives an abstention and its reason, never a number.
//!
//! # What it does not do
//!
//! It opens no device and no audio file, prints nothing, keeps no thread and reads no
//! clock: time is counted in samples. It contains no signal processing formula of its own;
//! those are in `slap-core`, so that training, devices and firmware share them.
//!
//! # Example
//!
//! ```no_run
//! use slap_edge::{Event, Options, Pcm, Screener};
//! use slap_edge::model::{Bundle, Precision, Tower};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bundle = Bundle::open("models/slap-voice-small")?;
//! let tower = Tower::load(&bundle, Precision::Float32)?;
//! let mut screener = Screener::new(&bundle, &tower, &Options::default())?;
//! let microphone = [0i16; 480]; // 10 ms at 48 kHz, one channel
//! screener.push(Pcm::I16(&microphone), 48_000, 1, |event| {
//!     if let Event::Onset { task, class, time, .. } = event {
//!         // Here an application reacts.
//!         let _ = (&task.title, &task.classes[class], time);
//!     }
//! })?;
//! screener.finish(|_| {})?;
//! let summary = screener.summary()?;
//! # let _ = summary;
//! # Ok(())
//! # }
//! ```

mod chunker;
mod clip;
mod encoder;
mod event;
mod gate;
mod measure;
mod needs;
mod pcm;
mod resampler;
mod rows;
mod scorer;
mod screener;
mod source;
mod watch;

pub use encoder::Encoder;
pub use event::{
    Event, Frame, Idle, NeedInfo, PromptInfo, PromptScore, Segment, Summary, TaskInfo,
    TaskScore,
};
pub use gate::{Gate, GateError, GateOptions, GateState};
pub use measure::{MeasureError, Measurement, Measurer, USUAL_LIMITS};
pub use pcm::{Format, FormatError, HIGHEST_RATE, LOWEST_RATE, MOST_CHANNELS, Pcm};
pub use resampler::{ResampleError, Resampler, resample};
pub use screener::{LONGEST_FILLED, Options, Parts, ScreenError, Screener, SetupError};
pub use source::{Passing, Source, SourceError};

pub use slap_core as core;
pub use slap_model as model;
