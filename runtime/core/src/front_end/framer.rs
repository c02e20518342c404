//! Where frames begin, and what lies beyond the clip's edges.

use super::spec::{Framing, FrontEndSpec};

/// What stands for a sample beyond an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// Nothing is beyond: only whole frames.
    None,
    /// Zero.
    Zero,
    /// The clip reflected, its edge sample not repeated.
    Reflect,
    /// The clip reflected, its edge sample repeated.
    Mirror,
}

/// The frames' places, worked out from a specification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    length: usize,
    hop: usize,
    /// First sample of frame 0; negative where frames are centred.
    offset: i64,
    edge: Edge,
    framing: Framing,
}

impl Geometry {
    pub(super) fn new(spec: &FrontEndSpec) -> Self {
        let (length, hop) = (spec.frame_length, spec.hop_length);
        // A short window sits in the middle of a centred transform.
        let centred = ((spec.fft_length - length) / 2) as i64 - (spec.fft_length / 2) as i64;
        let (offset, edge) = match spec.framing {
            Framing::Snip => (0, Edge::None),
            Framing::CentreReflect | Framing::CentreReflectFloor => (centred, Edge::Reflect),
            Framing::CentreZero => (centred, Edge::Zero),
            Framing::Mirror => ((hop / 2) as i64 - (length / 2) as i64, Edge::Mirror),
        };
        Self { length, hop, offset, edge, framing: spec.framing }
    }

    /// Samples that the framer keeps at hand.
    pub(super) const fn buffer_len(&self) -> usize {
        // A frame and the samples that the next frames share with it, twice, so
        // that samples move down once in several hops.
        2 * (self.length + self.hop) + 4
    }

    /// Frames of a clip of `samples` samples.
    pub(super) fn frames(&self, samples: u64) -> u64 {
        let (length, hop) = (self.length as u64, self.hop as u64);
        match self.framing {
            _ if samples == 0 => 0,
            Framing::Snip if samples < length => 0,
            Framing::Snip => 1 + (samples - length) / hop,
            Framing::CentreReflect | Framing::CentreZero => 1 + samples / hop,
            Framing::CentreReflectFloor => samples / hop,
            Framing::Mirror => (samples + hop / 2) / hop,
        }
    }

    fn start(&self, frame: u64) -> i64 {
        (frame * self.hop as u64) as i64 + self.offset
    }

    /// Whether frame `frame` is known once `samples` samples are, with more to
    /// come.
    fn is_ready(&self, frame: u64, samples: u64) -> bool {
        let start = self.start(frame);
        // Beyond the left edge lie samples as far to its right.
        let mirrored = match self.edge {
            Edge::Reflect | Edge::Mirror => -start,
            Edge::None | Edge::Zero => 0,
        };
        let known = samples as i64;
        known >= start + self.length as i64 && known > mirrored && frame < self.frames(samples)
    }

    /// The sample that stands at position `at` of a clip of `samples` samples;
    /// `None` for a zero.
    fn resolve(&self, at: i64, samples: i64) -> Option<i64> {
        let inside = |at| (0..samples).contains(&at);
        if inside(at) {
            return Some(at);
        }
        match self.edge {
            Edge::None | Edge::Zero => None,
            Edge::Reflect if samples == 1 => Some(0),
            Edge::Reflect => {
                let period = 2 * (samples - 1);
                let at = at.rem_euclid(period);
                Some(if at < samples { at } else { period - at })
            }
            Edge::Mirror => {
                let period = 2 * samples;
                let at = at.rem_euclid(period);
                Some(if at < samples { at } else { period - 1 - at })
            }
        }
    }
}

/// Samples in, frames out; the samples at hand lie in a buffer of the caller's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Framer {
    /// Position in the clip of the buffer's first sample.
    base: u64,
    /// Samples in the buffer.
    held: usize,
    next_frame: u64,
}

impl Framer {
    /// Samples pushed so far, which is where the buffer ends.
    pub(super) fn received(&self) -> u64 {
        self.base + self.held as u64
    }

    pub(super) fn next_frame(&self) -> u64 {
        self.next_frame
    }

    /// Takes as many samples as fit; returns how many.
    pub(super) fn fill(
        &mut self,
        geometry: &Geometry,
        buffer: &mut [f32],
        samples: &[f32],
    ) -> usize {
        if self.held == buffer.len() {
            self.release(geometry, buffer);
        }
        let taken = samples.len().min(buffer.len() - self.held);
        buffer[self.held..self.held + taken].copy_from_slice(&samples[..taken]);
        self.held += taken;
        taken
    }

    /// Drops samples that no later frame needs, those mirrored at the clip's
    /// end included: these reach one sample below the next frame at most.
    fn release(&mut self, geometry: &Geometry, buffer: &mut [f32]) {
        let keep = (geometry.start(self.next_frame) - 2).max(0) as u64;
        let dropped = (keep.saturating_sub(self.base) as usize).min(self.held);
        buffer.copy_within(dropped..self.held, 0);
        self.base += dropped as u64;
        self.held -= dropped;
    }

    /// The next frame whose samples are all known, while the clip goes on.
    pub(super) fn ready<'b>(
        &mut self,
        geometry: &Geometry,
        buffer: &'b [f32],
    ) -> Option<Frame<'b>> {
        let received = self.received();
        geometry.is_ready(self.next_frame, received).then(|| self.take(geometry, buffer))
    }

    /// The next frame of a clip that has ended.
    pub(super) fn ready_at_end<'b>(
        &mut self,
        geometry: &Geometry,
        buffer: &'b [f32],
    ) -> Option<Frame<'b>> {
        (self.next_frame < geometry.frames(self.received()))
            .then(|| self.take(geometry, buffer))
    }

    fn take<'b>(&mut self, geometry: &Geometry, buffer: &'b [f32]) -> Frame<'b> {
        let frame = Frame {
            held: &buffer[..self.held],
            base: self.base as i64,
            start: geometry.start(self.next_frame),
            geometry: *geometry,
        };
        self.next_frame += 1;
        frame
    }
}

/// One frame's samples, in the framer's buffer.
pub(super) struct Frame<'b> {
    held: &'b [f32],
    base: i64,
    start: i64,
    geometry: Geometry,
}

impl Frame<'_> {
    /// The samples, where they lie side by side in the clip.
    #[inline]
    pub(super) fn contiguous(&self) -> Option<&[f32]> {
        let first = usize::try_from(self.start - self.base).ok()?;
        self.held.get(first..first + self.geometry.length)
    }

    /// Copies the samples, those beyond the edges too, to the front of `out`.
    pub(super) fn gather(&self, out: &mut [f32]) {
        let samples = self.base + self.held.len() as i64;
        for (i, value) in out[..self.geometry.length].iter_mut().enumerate() {
            let at = self.geometry.resolve(self.start + i as i64, samples);
            *value = at
                .and_then(|at| usize::try_from(at - self.base).ok())
                .and_then(|at| self.held.get(at))
                .copied()
                .unwrap_or(0.0);
        }
    }
}
