//! How steeply a contour rises and falls, and how often it peaks.

use super::chain::Stretch;
use super::moments::Moments;
use super::zigzag::{Move, Parts, Point, Zigzag};
use crate::voice::FRAMES_PER_SECOND;

/// A stretch of frames that have a value. Each is averaged with its neighbours in the
/// stretch (Eyben et al. 2016) before turning points are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Contour {
    far: Move,
    start: u64,
    end: u64,
    /// The first two values and the last two; twice the same if there is one.
    head: [f32; 2],
    tail: [f32; 2],
    /// Without the outermost frames: a window that follows may bring them a neighbour.
    inner: Zigzag<Slopes>,
}

/// The slopes of parts between turning points, per second and without a sign.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slopes {
    pub rising: Moments,
    pub falling: Moments,
    pub peaks: u64,
}

impl Contour {
    /// A stretch of one frame.
    pub fn of_frame(index: u64, value: f32, far: Move) -> Self {
        let pair = [value; 2];
        Self { far, start: index, end: index + 1, head: pair, tail: pair, inner: Zigzag::Empty }
    }

    fn is_one_frame(&self) -> bool {
        self.end - self.start == 1
    }
}

impl Stretch for Contour {
    type Totals = Slopes;

    const NOTHING: Slopes = Slopes::NOTHING;

    fn meets(&self, next: &Self) -> bool {
        self.end == next.start
    }

    fn join(&mut self, next: &Self) {
        let mean_of = |values: [f32; 3]| (values[0] + values[1] + values[2]) / 3.0;
        let [before, own] = self.tail;
        let [theirs, after] = next.head;
        if !self.is_one_frame() {
            let point = Point { index: self.end - 1, value: mean_of([before, own, theirs]) };
            self.inner.join(&Zigzag::of_point(point), self.far);
        }
        if !next.is_one_frame() {
            let point = Point { index: next.start, value: mean_of([own, theirs, after]) };
            self.inner.join(&Zigzag::of_point(point), self.far);
        }
        self.inner.join(&next.inner, self.far);

        if self.is_one_frame() {
            self.head[1] = theirs;
        }
        self.tail = if next.is_one_frame() { [own, theirs] } else { next.tail };
        self.end = next.end;
    }

    fn close(&self, totals: &mut Slopes) {
        let outermost = |index: u64, [a, b]: [f32; 2]| {
            Zigzag::of_point(Point { index, value: (a + b) / 2.0 })
        };
        let mut whole = outermost(self.start, self.head);
        whole.join(&self.inner, self.far);
        if !self.is_one_frame() {
            whole.join(&outermost(self.end - 1, self.tail), self.far);
        }
        Parts::merge(totals, &whole.parts());
    }

    fn merge(totals: &mut Slopes, other: &Slopes) {
        Parts::merge(totals, other);
    }
}

impl Parts for Slopes {
    const NOTHING: Self = Self { rising: Moments::EMPTY, falling: Moments::EMPTY, peaks: 0 };

    fn add(&mut self, from: Point, to: Point) {
        let seconds = (to.index - from.index) as f64 / f64::from(FRAMES_PER_SECOND);
        let slope = (f64::from(to.value) - f64::from(from.value)) / seconds;
        if slope > 0.0 {
            self.rising.add(slope);
        } else {
            self.falling.add(-slope);
        }
    }

    fn peak(&mut self) {
        self.peaks += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.rising.merge(&other.rising);
        self.falling.merge(&other.falling);
        self.peaks += other.peaks;
    }
}
