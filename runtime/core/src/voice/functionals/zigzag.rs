//! Where a contour turns, whatever it wiggles in between.

/// A value of a contour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The frame it belongs to.
    pub index: u64,
    pub value: f32,
}

/// How far a contour must move for it to count.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// Up or down by this much.
    By(f32),
    /// To this many times a value, or to a value this many times smaller.
    Times(f32),
}

impl Move {
    fn is_made(self, low: f32, high: f32) -> bool {
        match self {
            Self::By(difference) => high - low >= difference,
            Self::Times(ratio) => high > low && high >= low * ratio,
        }
    }
}

/// The turning points of a stretch of contour: it turns where it has moved far enough since
/// and, the first point apart, before. Zigzags of two stretches join to that of both, as if
/// it had been made point by point.
///
/// `P` gathers the parts between neighbouring turning points.
#[derive(Clone, Copy, Debug)]
pub enum Zigzag<P> {
    /// No point yet.
    Empty,
    /// No move yet: the lowest and the highest point, the earliest of equals.
    Level { low: Point, high: Point },
    /// At least one move.
    Moved(Turns<P>),
}

#[derive(Clone, Copy, Debug)]
pub struct Turns<P> {
    /// Where the first move starts. What comes before may still push it back.
    start: Point,
    /// The first and the last point at which the contour turned since.
    turned: Option<(Point, Point)>,
    /// The parts from the first to the last of them.
    parts: P,
    /// The farthest point of the last move.
    end: Point,
    /// Whether the last move goes up.
    up: bool,
}

/// What takes parts of a contour in.
pub trait Parts: Copy {
    const NOTHING: Self;

    /// Adds the part between two turning points.
    fn add(&mut self, from: Point, to: Point);

    /// Counts a turn from up to down.
    fn peak(&mut self);

    fn merge(&mut self, other: &Self);
}

impl<P: Parts> Zigzag<P> {
    pub fn of_point(point: Point) -> Self {
        Self::Level { low: point, high: point }
    }

    /// Goes on with what follows.
    pub fn join(&mut self, next: &Self, far: Move) {
        match (&mut *self, next) {
            (_, Self::Empty) => {}
            (Self::Empty, _) => *self = *next,
            (Self::Level { low, high }, Self::Level { low: next_low, high: next_high }) => {
                if far.is_made(low.value, next_high.value) {
                    *self = Self::Moved(Turns::one(*low, *next_high, true));
                } else if far.is_made(next_low.value, high.value) {
                    *self = Self::Moved(Turns::one(*high, *next_low, false));
                } else {
                    *low = lower(*low, *next_low);
                    *high = higher(*high, *next_high);
                }
            }
            (Self::Level { low, high }, Self::Moved(turns)) => {
                *self = Self::Moved(turns.led_by(*low, *high, far));
            }
            (Self::Moved(turns), Self::Level { low, high }) => {
                turns.follow(*low, *high, far);
            }
            (Self::Moved(turns), Self::Moved(next)) => turns.join(next, far),
        }
    }

    /// The parts of the stretch as far as it is known, those at its ends included.
    pub fn parts(&self) -> P {
        match self {
            Self::Empty | Self::Level { .. } => P::NOTHING,
            Self::Moved(turns) => turns.all(),
        }
    }
}

impl<P: Parts> Turns<P> {
    fn one(start: Point, end: Point, up: bool) -> Self {
        Self { start, turned: None, parts: P::NOTHING, end, up }
    }

    /// Whether the first move goes up.
    fn starts_up(&self) -> bool {
        match self.turned {
            None => self.up,
            Some((first, _)) => first.value > self.start.value,
        }
    }

    /// Turns at the end of the last move and goes to `to`.
    fn turn(&mut self, to: Point) {
        match &mut self.turned {
            None => self.turned = Some((self.end, self.end)),
            Some((_, last)) => {
                self.parts.add(*last, self.end);
                *last = self.end;
            }
        }
        if self.up {
            self.parts.peak();
        }
        self.up = !self.up;
        self.end = to;
    }

    /// Goes on with points that lie too close together for a move among themselves.
    fn follow(&mut self, low: Point, high: Point, far: Move) {
        let (ahead, back) = if self.up { (high, low) } else { (low, high) };
        let turns = if self.up {
            far.is_made(back.value, self.end.value)
        } else {
            far.is_made(self.end.value, back.value)
        };
        if turns {
            self.turn(back);
        } else if self.up {
            self.end = higher(self.end, ahead);
        } else {
            self.end = lower(self.end, ahead);
        }
    }

    /// The turns with points before them that lie too close together for a move.
    fn led_by(&self, low: Point, high: Point, far: Move) -> Self {
        let up = self.starts_up();
        let (against, along) = if up { (high, low) } else { (low, high) };
        let moved = if up {
            far.is_made(self.start.value, against.value)
        } else {
            far.is_made(against.value, self.start.value)
        };
        if moved {
            let mut all = Self::one(against, self.start, !up);
            all.go_on(self);
            all
        } else {
            let start = if up { lower(along, self.start) } else { higher(along, self.start) };
            Self { start, ..*self }
        }
    }

    fn join(&mut self, next: &Self, far: Move) {
        match (self.up, next.starts_up()) {
            // On the way up, down to where the next begins, and up again.
            (true, true) if far.is_made(next.start.value, self.end.value) => {
                self.turn(next.start);
            }
            (false, false) if far.is_made(self.end.value, next.start.value) => {
                self.turn(next.start);
            }
            (true, false) => self.end = higher(self.end, next.start),
            (false, true) => self.end = lower(self.end, next.start),
            // On and on in one direction.
            _ => {
                self.skip(next);
                return;
            }
        }
        self.go_on(next);
    }

    /// Goes on with moves that begin, in the other direction, where the last of these ends.
    fn go_on(&mut self, next: &Self) {
        match next.turned {
            None => self.turn(next.end),
            Some((first, last)) => {
                self.turn(first);
                self.extend(next, last);
            }
        }
    }

    /// Goes on with moves of which the first goes on with the last of these.
    fn skip(&mut self, next: &Self) {
        match next.turned {
            None => self.end = next.end,
            Some((first, last)) => {
                self.end = first;
                self.extend(next, last);
            }
        }
    }

    /// Takes over all from the first turn of `next` on, where the last move now ends.
    fn extend(&mut self, next: &Self, last: Point) {
        match &mut self.turned {
            None => self.turned = Some((self.end, last)),
            Some((_, own)) => {
                self.parts.add(*own, self.end);
                *own = last;
            }
        }
        self.parts.merge(&next.parts);
        self.end = next.end;
        self.up = next.up;
    }

    fn all(&self) -> P {
        let mut parts = self.parts;
        match self.turned {
            None => parts.add(self.start, self.end),
            Some((first, last)) => {
                parts.add(self.start, first);
                parts.add(last, self.end);
            }
        }
        parts
    }
}

fn lower(earlier: Point, later: Point) -> Point {
    if later.value < earlier.value { later } else { earlier }
}

fn higher(earlier: Point, later: Point) -> Point {
    if later.value > earlier.value { later } else { earlier }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    extern crate std;
    use std::vec::Vec;

    /// Which parts there are, whatever the order in which they come.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Seen {
        rising: u32,
        falling: u32,
        peaks: u32,
        /// Sum of a number for each part.
        places: u64,
    }

    impl Parts for Seen {
        const NOTHING: Self = Self { rising: 0, falling: 0, peaks: 0, places: 0 };

        fn add(&mut self, from: Point, to: Point) {
            assert!(from.index < to.index, "{from:?} to {to:?}");
            self.rising += u32::from(to.value > from.value);
            self.falling += u32::from(to.value < from.value);
            let place = (from.index << 32 | to.index).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.places = self.places.wrapping_add(place ^ place >> 29);
        }

        fn peak(&mut self) {
            self.peaks += 1;
        }

        fn merge(&mut self, other: &Self) {
            self.rising += other.rising;
            self.falling += other.falling;
            self.peaks += other.peaks;
            self.places = self.places.wrapping_add(other.places);
        }
    }

    fn points(values: &[f32]) -> Vec<Point> {
        (0u64..).zip(values).map(|(index, &value)| Point { index, value }).collect()
    }

    fn joined(points: &[Point], far: Move) -> Zigzag<Seen> {
        let mut all = Zigzag::Empty;
        points.iter().for_each(|&point| all.join(&Zigzag::of_point(point), far));
        all
    }

    /// The turning points, the ends of the outer moves among them, by going along.
    fn naive(points: &[Point], far: Move) -> Vec<Point> {
        let mut turns: Vec<Point> = Vec::new();
        let Some(&first) = points.first() else { return turns };
        let (mut low, mut high, mut up) = (first, first, None);
        for &point in points {
            low = if point.value < low.value { point } else { low };
            high = if point.value > high.value { point } else { high };
            let rises = far.is_made(low.value, point.value);
            let falls = far.is_made(point.value, high.value);
            if up != Some(true) && rises {
                turns.push(low);
                (up, high) = (Some(true), point);
            } else if up != Some(false) && falls {
                turns.push(high);
                (up, low) = (Some(false), point);
            }
            if up == Some(true) {
                low = point;
            } else if up == Some(false) {
                high = point;
            }
        }
        match up {
            Some(true) => turns.push(high),
            Some(false) => turns.push(low),
            None => {}
        }
        turns
    }

    fn seen(turns: &[Point]) -> Seen {
        let mut seen = Seen::NOTHING;
        turns.windows(2).for_each(|pair| seen.add(pair[0], pair[1]));
        seen.peaks = turns
            .windows(3)
            .filter(|it| it[0].value < it[1].value && it[1].value > it[2].value)
            .count() as u32;
        seen
    }

    #[test]
    fn small_wiggles_are_no_parts() {
        let far = Move::By(1.0);
        let contour = points(&[0.0, 0.5, 0.25, 2.0, 1.5, 3.0, 2.5, 0.0, 0.75]);
        let turns: Vec<u64> = naive(&contour, far).iter().map(|it| it.index).collect();
        assert_eq!(turns, [0, 5, 7]);
        let parts = joined(&contour, far).parts();
        assert_eq!((parts.rising, parts.falling, parts.peaks), (1, 1, 1));
    }

    #[test]
    fn a_ratio_is_told_from_silence() {
        let far = Move::Times(1.5);
        assert_eq!(joined(&points(&[0.0, 0.0, 0.0]), far).parts(), Seen::NOTHING);
        let parts = joined(&points(&[0.0, 0.0, 1e-6, 0.0]), far).parts();
        assert_eq!((parts.rising, parts.falling, parts.peaks), (1, 1, 1));
        assert_eq!(joined(&points(&[1.0, 1.4, 1.0]), far).parts(), Seen::NOTHING);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn pieces_join_to_the_whole(
            steps in prop::collection::vec(0u8..12, 0..40),
            cuts in prop::collection::vec(0usize..41, 0..4),
            ratio in any::<bool>(),
        ) {
            // Steps and bounds that have no rounding.
            let values: Vec<f32> = steps.iter().map(|&step| f32::from(step) / 4.0).collect();
            let far = if ratio { Move::Times(1.5) } else { Move::By(0.75) };
            let points = points(&values);
            let expected = seen(&naive(&points, far));
            prop_assert_eq!(joined(&points, far).parts(), expected);

            let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut.min(points.len())).collect();
            cuts.extend([0, points.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> =
                cuts.windows(2).map(|cut| joined(&points[cut[0]..cut[1]], far)).collect();
            let mut from_left = Zigzag::Empty;
            pieces.iter().for_each(|piece| from_left.join(piece, far));
            prop_assert_eq!(from_left.parts(), expected);
            let from_right = pieces.iter().rev().fold(Zigzag::Empty, |right, piece| {
                let mut left = *piece;
                left.join(&right, far);
                left
            });
            prop_assert_eq!(from_right.parts(), expected);
        }
    }
}
