//! Which candidate of each frame, if any: the best path through them, with a fixed delay.

use super::candidates::{Candidate, Candidates, MOST};

/// Frames that a decision comes late.
pub(in super::super) const DELAY: usize = 10;

/// What a jump of an octave from frame to frame costs (Boersma's octave-jump cost).
const OCTAVE_JUMP_COST: f32 = 0.35;

/// What a change between voiced and unvoiced costs (Boersma's voiced/unvoiced cost).
const VOICING_COST: f32 = 0.14;

/// Unvoiced, or one of the candidates.
const STATES: usize = MOST + 1;

/// A frame, and for each of its states the best state of the frame before.
#[derive(Clone, Copy, Debug)]
struct Column {
    candidates: Candidates,
    before: [u8; STATES],
}

/// The best paths to each state of the latest frame, as far back as decisions wait.
#[derive(Clone, Debug)]
pub(in super::super) struct Path {
    columns: [Column; DELAY + 1],
    /// How good the best path to each state is, relative to the best of all.
    scores: [f32; STATES],
    frames: u64,
}

impl Path {
    pub(in super::super) const fn new() -> Self {
        let column = Column { candidates: Candidates::SILENT, before: [0; STATES] };
        Self { columns: [column; DELAY + 1], scores: [0.0; STATES], frames: 0 }
    }

    /// Adds a frame. Once [`DELAY`] frames are there behind a frame, it is decided: its
    /// index, and its candidate if it is voiced.
    pub(in super::super) fn push(
        &mut self,
        candidates: &Candidates,
    ) -> Option<(u64, Option<Candidate>)> {
        let here = (self.frames % (DELAY as u64 + 1)) as usize;
        let last = (here + DELAY) % (DELAY + 1);
        let mut column = Column { candidates: *candidates, before: [0; STATES] };
        let mut scores = [f32::NEG_INFINITY; STATES];
        let states = candidates.as_slice().len() + 1;
        for (to, score) in scores.iter_mut().enumerate().take(states) {
            let (from, best) = self.arrive(&self.columns[last].candidates, candidates, to);
            column.before[to] = from as u8;
            *score = best;
        }
        let best = strongest(&scores);
        for score in &mut scores {
            *score -= best.1;
        }
        self.scores = scores;
        self.columns[here] = column;
        self.frames += 1;

        let decided = self.frames.checked_sub(DELAY as u64 + 1)?;
        let (mut state, mut at) = (best.0, here);
        for _ in 0..DELAY {
            state = self.columns[at].before[state] as usize;
            at = (at + DELAY) % (DELAY + 1);
        }
        let chosen = self.columns[at].candidates.as_slice();
        Some((decided, state.checked_sub(1).and_then(|i| chosen.get(i)).copied()))
    }

    /// The best state to come from, and how good the path through it is.
    fn arrive(&self, last: &Candidates, candidates: &Candidates, to: usize) -> (usize, f32) {
        let target = to.checked_sub(1).map(|i| &candidates.as_slice()[i]);
        let own = target.map_or(candidates.unvoiced, |candidate| candidate.strength);
        let voicing_cost = |changes: bool| if changes { VOICING_COST } else { 0.0 };
        let mut best = (0, self.scores[0] - voicing_cost(target.is_some()));
        for (i, source) in last.as_slice().iter().enumerate() {
            let cost = target.map_or(VOICING_COST, |target| {
                OCTAVE_JUMP_COST * (source.octaves - target.octaves).abs()
            });
            let score = self.scores[i + 1] - cost;
            if score > best.1 {
                best = (i + 1, score);
            }
        }
        (best.0, best.1 + own)
    }
}

/// The state with the best score, and its score.
fn strongest(scores: &[f32; STATES]) -> (usize, f32) {
    let mut best = (0, scores[0]);
    for (state, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (state, score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::vec::Vec;

    /// The frequencies decided for frames, whole, 0 for unvoiced.
    fn decided(frames: &[&[(f32, f32)]]) -> Vec<i32> {
        let mut path = Path::new();
        let silence = [&[][..]; DELAY];
        let made = frames.iter().chain(&silence).map(|list| Candidates::made_up(list));
        let mut found = Vec::new();
        for candidates in made {
            if let Some((frame, decision)) = path.push(&candidates) {
                assert_eq!(frame, found.len() as u64);
                found.push(decision.map_or(0, |candidate| candidate.frequency_hz as i32));
            }
        }
        found
    }

    #[test]
    fn a_passing_octave_is_not_believed() {
        let clear: &[(f32, f32)] = &[(400.0, 0.6), (200.0, 0.8)];
        let doubtful: &[(f32, f32)] = &[(400.0, 0.9), (200.0, 0.8)];
        let frames = [clear, clear, doubtful, clear, clear];
        assert_eq!(decided(&frames), [200; 5]);
        // What stays is.
        let frames = [clear, clear, doubtful, doubtful, doubtful, doubtful, doubtful, doubtful];
        assert_eq!(decided(&frames), [200, 200, 400, 400, 400, 400, 400, 400]);
    }

    #[test]
    fn voicing_has_inertia() {
        let voiced: &[(f32, f32)] = &[(200.0, 0.9)];
        let weak: &[(f32, f32)] = &[(200.0, 0.35)];
        let lone: &[(f32, f32)] = &[(200.0, 0.6)];
        assert_eq!(decided(&[voiced, voiced, weak, voiced]), [200; 4]);
        assert_eq!(decided(&[&[], lone, &[], voiced]), [0, 0, 0, 200]);
    }

    #[test]
    fn silence_decides_nothing_else() {
        assert_eq!(decided(&[&[][..]; 20]), [0; 20]);
        assert_eq!(decided(&[]), []);
    }
}
