//! From rows to what the tower takes at once.

/// Collects rows (frames, or samples as rows of one value) into chunks or overlapping
/// windows.
#[derive(Debug)]
pub(crate) struct Chunker {
    width: usize,
    rows: usize,
    hop: usize,
    buffer: Vec<f32>,
    filled: usize,
    first_row: u64,
}

impl Chunker {
    /// Windows of `rows` rows of `width` values, a new one every `hop` rows, `hop` being
    /// no larger than `rows`. Chunks are windows whose hop is their length.
    pub(crate) fn new(width: usize, rows: usize, hop: usize) -> Self {
        Self { width, rows, hop, buffer: vec![0.0; width * rows], filled: 0, first_row: 0 }
    }

    /// Takes values of one or more rows, as many as complete a window at most. Returns how
    /// many values were taken.
    pub(crate) fn fill(&mut self, values: &[f32]) -> usize {
        let room = &mut self.buffer[self.filled..];
        let taken = room.len().min(values.len());
        room[..taken].copy_from_slice(&values[..taken]);
        self.filled += taken;
        taken
    }

    /// The window, if it is complete: the rows it covers, and its values.
    pub(crate) fn window(&self) -> Option<(u64, u64, &[f32])> {
        (self.filled == self.buffer.len())
            .then(|| (self.first_row, self.first_row + self.rows as u64, &self.buffer[..]))
    }

    /// Moves on to the next window.
    pub(crate) fn advance(&mut self) {
        self.buffer.copy_within(self.hop * self.width.., 0);
        self.filled = (self.rows - self.hop) * self.width;
        self.first_row += self.hop as u64;
    }

    /// The least number of rows, no less than `rows`, that ends with a complete window.
    pub(crate) fn complete(&self, rows: u64) -> u64 {
        let (window, hop) = (self.rows as u64, self.hop as u64);
        window + rows.saturating_sub(window).next_multiple_of(hop)
    }

    pub(crate) fn reset(&mut self) {
        self.filled = 0;
        self.first_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(chunker: &mut Chunker, mut values: &[f32]) -> Vec<(u64, Vec<f32>)> {
        let mut out = Vec::new();
        while !values.is_empty() {
            let taken = chunker.fill(values);
            values = &values[taken..];
            if let Some((first, _, window)) = chunker.window() {
                out.push((first, window.to_vec()));
                chunker.advance();
            }
        }
        out
    }

    #[test]
    fn chunks_and_windows() {
        let values: Vec<f32> = (0..14).map(|v| v as f32).collect();
        let mut chunks = Chunker::new(2, 3, 3);
        assert_eq!(
            windows(&mut chunks, &values),
            [(0, values[..6].to_vec()), (3, values[6..12].to_vec())]
        );
        let mut overlapping = Chunker::new(2, 3, 1);
        let got = windows(&mut overlapping, &values);
        assert_eq!(got.len(), 5);
        assert_eq!(got[4], (4, values[8..14].to_vec()));
        overlapping.reset();
        assert_eq!(windows(&mut overlapping, &values), got);
    }

    #[test]
    fn completion_covers_the_last_row() {
        let chunks = Chunker::new(1, 48, 48);
        for (rows, complete) in [(0, 48), (1, 48), (48, 48), (49, 96), (96, 96)] {
            assert_eq!(chunks.complete(rows), complete);
        }
        let windows = Chunker::new(1, 100, 30);
        for (rows, complete) in [(0, 100), (100, 100), (101, 130), (130, 130), (131, 160)] {
            assert_eq!(windows.complete(rows), complete);
        }
    }
}
