//! What one stream of audio needs: its recent samples and what was found in them.

use super::descriptor::Descriptor;
use super::frame::Frame;
use super::harmonicity::harmonics_to_noise;
use super::periods::{Jitter, Mark, Marker, Shimmer};
use super::pitch::{self, Path, Scan, Track, Voiced};
use super::plan::Plan;
use super::recent::Recent;
use super::spectrum::{LongState, ShortState, WINDOW};
use super::{HOP, SAMPLE_RATE};
use crate::front_end::RealFft;
use core::fmt;
use heapless::Deque;

/// Samples about the middle of a frame, to either side, from whose marks its jitter and its
/// shimmer are taken: 30 ms.
const REGULARITY: f64 = 480.0;

/// Frames that a frame waits after its pitch is decided, for the marks behind it: 30 ms of
/// them, and the search for the next at the lowest pitch.
const MARKS_DELAY: usize = 6;

/// The most marks that are looked back to: of [`REGULARITY`] before a frame, and of the
/// frames in which they are placed before it, at the highest pitch.
const MARKS: usize = 128;

/// What a stream reports. A frame comes after all marks before its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// A glottal cycle begins.
    Mark(Mark),
    /// A frame is known.
    Frame(&'a Frame),
}

/// One stream of audio through the measures.
///
/// Samples go in by [`Stream::push`] in pieces of any size, [`Event`]s come out to a
/// closure, [`Stream::DELAY`] samples later; they are the same bits however the samples are
/// cut. Every call takes the [`Plan`] that the stream was made from.
///
/// It needs 26 KiB besides the transforms' buffers, 6 KiB where these are in place, and
/// about 10 KiB of stack during a call.
pub struct Stream<S: RealFft, L: RealFft> {
    scan: Scan<S>,
    long: L::Buffers,
    short_state: ShortState,
    long_state: LongState,
    recent: Recent,
    path: Path,
    track: Track,
    marker: Marker,
    marks: Deque<Mark, MARKS>,
    /// How many of the marks are reported.
    reported: usize,
    /// Samples since the stream began.
    samples: u64,
    /// Frames reported.
    frames: u64,
    /// Where the clip ends, once that is known, in samples.
    end: f64,
}

impl<S: RealFft, L: RealFft> Stream<S, L> {
    /// Samples from the end of a frame to the sample that completes what is known of it:
    /// 190 ms.
    pub const DELAY: usize = (Scan::<S>::DELAY_FRAMES + pitch::DELAY + MARKS_DELAY) * HOP;

    pub(super) fn new(plan: &Plan<S, L>) -> Self {
        Self {
            scan: plan.scan.scan(),
            long: plan.long.buffers(),
            short_state: ShortState::new(),
            long_state: LongState::new(),
            recent: Recent::new(),
            path: Path::new(),
            track: Track::new(),
            marker: Marker::new(),
            marks: Deque::new(),
            reported: 0,
            samples: 0,
            frames: 0,
            end: f64::INFINITY,
        }
    }

    /// Pushes mono samples in `[-1, 1]` at [`SAMPLE_RATE`](super::SAMPLE_RATE). What is not
    /// finite counts as 0, what is larger than 64 as 64.
    pub fn push(
        &mut self,
        plan: &Plan<S, L>,
        samples: &[f32],
        mut sink: impl FnMut(Event<'_>),
    ) {
        self.samples += samples.len() as u64;
        self.take(plan, samples, &mut sink);
    }

    /// Ends the clip: gives the frames that are still due. Afterwards the stream is as new.
    pub fn finish(&mut self, plan: &Plan<S, L>, mut sink: impl FnMut(Event<'_>)) {
        // Marks so near the end are placed only now: they wait longer than a period.
        self.end = self.samples as f64;
        let frames = self.samples / HOP as u64;
        while self.frames < frames {
            self.take(plan, &[0.0; HOP], &mut sink);
        }
        self.reset();
    }

    /// Forgets all samples; the next frame has index 0.
    pub fn reset(&mut self) {
        self.scan.reset();
        self.short_state = ShortState::new();
        self.long_state = LongState::new();
        self.recent = Recent::new();
        self.path = Path::new();
        self.track = Track::new();
        self.marker = Marker::new();
        self.marks.clear();
        self.reported = 0;
        self.samples = 0;
        self.frames = 0;
        self.end = f64::INFINITY;
    }

    fn take(
        &mut self,
        plan: &Plan<S, L>,
        mut samples: &[f32],
        sink: &mut impl FnMut(Event<'_>),
    ) {
        while !samples.is_empty() {
            let taken = self.recent.fill(samples);
            samples = &samples[taken..];
            if self.recent.hop().is_some() {
                self.step(plan, sink);
            }
        }
    }

    /// Goes on by the hop that just became full.
    fn step(&mut self, plan: &Plan<S, L>, sink: &mut impl FnMut(Event<'_>)) {
        let Self { scan, recent, path, track, .. } = self;
        let hop = recent.hop().unwrap_or_default();
        scan.push(&plan.scan, hop, |_, candidates| {
            if let Some((frame, decision)) = path.push(candidates) {
                let middle = (frame * HOP as u64) as i64 + HOP as i64 / 2;
                let about = recent.slice(middle - pitch::HALF as i64, 2 * pitch::HALF);
                track.push(
                    decision
                        .map(|candidate| pitch::refine(plan.scan.sinc(), about, &candidate)),
                );
            }
        });

        let marks = &mut self.marks;
        let reported = &mut self.reported;
        let end = self.end;
        self.marker.advance(plan.scan.sinc(), &self.recent, &self.track, end, |mark| {
            if marks.is_full() {
                marks.pop_front();
                *reported = reported.saturating_sub(1);
            }
            // Room was made.
            let _ = marks.push_back(mark);
        });

        if self.track.count() > self.frames + MARKS_DELAY as u64 {
            self.report(plan, sink);
        }
    }

    /// Reports the next frame and the marks before its end.
    fn report(&mut self, plan: &Plan<S, L>, sink: &mut impl FnMut(Event<'_>)) {
        let start = (self.frames * HOP as u64) as i64;
        let middle = start + HOP as i64 / 2;
        let mut frame = Frame::new(self.frames);
        let voiced = self.track.get(self.frames).copied();
        if let Some(voiced) = &voiced {
            self.describe(voiced, middle as f64, &mut frame);
        }
        if let Some(window) =
            self.recent.slice(middle - WINDOW as i64 / 2, WINDOW).first_chunk::<WINDOW>()
        {
            let pitch_hz = frame.get(Descriptor::Pitch);
            // The scan is between frames, so its buffers are free.
            let (fft, buffers) = (plan.scan.fft(), self.scan.buffers());
            plan.short.analyse(fft, buffers, &mut self.short_state, window, &mut frame);
            plan.formants.analyse(fft, buffers, window, pitch_hz, &mut frame);
            let (long, state) = (&mut self.long, &mut self.long_state);
            plan.spectrum.analyse(&plan.long, long, state, window, pitch_hz, &mut frame);
        }

        let end = (start + HOP as i64) as f64;
        for mark in self.marks.iter().skip(self.reported) {
            if mark.position >= end {
                break;
            }
            self.reported += 1;
            sink(Event::Mark(*mark));
        }
        let next = middle as f64 + HOP as f64 - REGULARITY;
        while self.reported > 0 && self.marks.front().is_some_and(|mark| mark.position < next) {
            self.marks.pop_front();
            self.reported -= 1;
        }
        self.frames += 1;
        sink(Event::Frame(&frame));
    }

    /// Sets what the pitch and the marks tell of a voiced frame.
    fn describe(&self, voiced: &Voiced, middle: f64, frame: &mut Frame) {
        let pitch_hz = SAMPLE_RATE as f32 / voiced.period;
        frame.set(Descriptor::Pitch, pitch_hz);
        frame.set(Descriptor::PitchSemitones, 12.0 * libm::log2f(pitch_hz / 27.5));
        frame.set(Descriptor::Confidence, voiced.confidence);
        if let Some(ratio) = voiced.height.and_then(harmonics_to_noise) {
            frame.set(Descriptor::HarmonicsToNoise, ratio);
        }
        let (mut jitter, mut shimmer) = (Jitter::default(), Shimmer::default());
        for mark in &self.marks {
            if (mark.position - middle).abs() <= REGULARITY {
                jitter.add(mark);
                shimmer.add(mark);
            }
        }
        if let Some(local) = jitter.local() {
            frame.set(Descriptor::Jitter, local);
        }
        if let Some(local) = shimmer.local_db() {
            frame.set(Descriptor::Shimmer, local);
        }
    }
}

impl<S: RealFft, L: RealFft> fmt::Debug for Stream<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("samples", &self.samples)
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "std")]
mod on_heap {
    use super::Stream;
    use crate::front_end::StdFft;

    /// A stream whose transforms are realfft's.
    pub type StdStream = Stream<StdFft, StdFft>;
}
#[cfg(feature = "std")]
pub use on_heap::StdStream;
