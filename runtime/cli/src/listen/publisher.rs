//! Reports onto the board that the view shows.

use std::sync::{Mutex, MutexGuard, PoisonError};

use slap_edge::core::front_end::FrontEndSpec;
use slap_edge::core::quality::Verdict;

use super::board::{Board, COLUMNS, Column, HISTORY, Line, Link, Voice};
use super::hearer::Audience;
use super::lines::Lines;
use super::report::Report;
use super::session::Moment;
use crate::output::report::{Certainty, PromptScore, Segment, TaskScore, spoken};

/// Frames that share a column of the spectrogram, of which it shows the loudest.
const FRAMES: u32 = 8;

/// A sentence that ranks above this share of the reference voices is worth a look.
const REMARKABLE_SHARE: f32 = 0.9;

/// Share of the range of shades that is left to noise and stays dark.
const FLOOR: f32 = 0.15;

/// Share of a second over which the level is measured, and how long a peak is held.
const LEVEL_SECONDS: f32 = 0.1;
const PEAK_SECONDS: f32 = 1.5;

/// Keeps the board, and saves what is to be saved.
pub struct Publisher<'a> {
    board: &'a Mutex<Board>,
    lines: Lines<'a>,
    /// What is left to be printed when the screen is gone.
    last: Vec<Report>,
    gathered: Vec<f32>,
    frames: u32,
    shade: Shade,
    level: Level,
    columns: Vec<Column>,
    /// The lines of the tasks are there.
    begun: bool,
}

impl<'a> Publisher<'a> {
    /// Writes to `board`, and to the file of `lines`, which print nothing meanwhile.
    pub fn new(board: &'a Mutex<Board>, lines: Lines<'a>, front_end: &FrontEndSpec) -> Self {
        let mut empty = board.lock().unwrap_or_else(PoisonError::into_inner);
        let hop = front_end.hop_length as f32 / front_end.sample_rate as f32;
        empty.column_seconds = hop * FRAMES as f32;
        empty.band_hz = band_centres(front_end);
        drop(empty);
        Self {
            board,
            lines: lines.silent(),
            last: Vec::new(),
            gathered: Vec::new(),
            frames: 0,
            shade: Shade::default(),
            level: Level::default(),
            columns: Vec::new(),
            begun: false,
        }
    }

    /// The lines again, and what they are to print now that the screen is gone.
    pub fn into_rest(self) -> (Lines<'a>, Vec<Report>) {
        (self.lines.aloud(), self.last)
    }

    fn board(&self) -> MutexGuard<'a, Board> {
        // A view that panicked has left a board that can be written all the same.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn segment(&mut self, segment: &Segment, latency_ms: f64) {
        let brief = self.lines.is_brief();
        let mut board = self.board();
        board.latency_ms = Some(latency_ms as f32);
        if !std::mem::replace(&mut self.begun, true) {
            board.lines.extend(segment.tasks.iter().map(|task| Line::new(&task.title, false)));
        }
        // Sentences come first, and one more of them may have been added.
        let known = board.lines.iter().filter(|line| line.sentence).count();
        for (place, prompt) in segment.prompts.iter().enumerate().skip(known) {
            board.lines.insert(place, Line::new(&prompt.prompt, true));
        }
        let (prompts, tasks) = board.lines.split_at_mut(segment.prompts.len());
        for (line, prompt) in prompts.iter_mut().zip(&segment.prompts) {
            line.hear_prompt(prompt);
        }
        for (line, task) in tasks.iter_mut().zip(&segment.tasks) {
            line.hear_task(task, brief);
        }
    }
}

impl Line {
    fn new(name: &str, sentence: bool) -> Self {
        Self {
            name: name.to_owned(),
            answer: String::new(),
            share: None,
            certainty: None,
            remarkable: false,
            sentence,
            history: std::collections::VecDeque::new(),
        }
    }

    fn hear_prompt(&mut self, prompt: &PromptScore) {
        self.share = prompt.percentile.map(|it| it / 100.0);
        self.answer = match (prompt.percentile, prompt.cosine) {
            (Some(percentile), _) => format!("{:.0}", percentile.round().clamp(1.0, 99.0)),
            (None, Some(cosine)) => format!("{cosine:+.2}"),
            (None, None) => String::new(),
        };
        self.certainty = Some(prompt.certainty);
        self.remarkable = self.share.is_some_and(|share| share >= REMARKABLE_SHARE);
        self.remember(self.share);
    }

    fn hear_task(&mut self, task: &TaskScore, brief: bool) {
        self.answer = task.answer.as_deref().map(spoken).unwrap_or_default();
        self.share = task.probability;
        self.certainty = Some(task.certainty);
        self.remarkable = match brief {
            true => task.is_remarkable(),
            false => task.certainty == Certainty::Answered,
        };
        self.remember(task.probability);
    }

    fn remember(&mut self, share: Option<f32>) {
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(share);
    }
}

impl Audience for Publisher<'_> {
    fn report(&mut self, report: &Report) -> anyhow::Result<()> {
        self.lines.report(report)?;
        match report {
            Report::Segment(segment, latency_ms) => self.segment(segment, *latency_ms),
            Report::Idle(_) | Report::Gap(_) => {
                let mut board = self.board();
                for line in &mut board.lines {
                    line.share = None;
                    line.certainty = None;
                    line.remarkable = false;
                    line.answer.clear();
                    line.remember(None);
                }
            }
            Report::Notice(notice) => self.board().notice = Some(notice.message.clone()),
            Report::Added(added) => {
                let mut board = self.board();
                let known = board.lines.iter().filter(|line| line.sentence).count();
                board.lines.insert(known, Line::new(&added.prompt, true));
                board.notice = Some(format!("“{}” is scored from here on", added.prompt));
            }
            Report::Score(_) | Report::End(_) => self.last.push(report.clone()),
            Report::Session(session) => {
                let mut board = self.board();
                board.bundle.clone_from(&session.model.bundle);
                board.lines.extend(session.prompts.iter().map(|text| Line::new(text, true)));
            }
            Report::Speech(_) | Report::Event(_) | Report::Health(_) => {}
        }
        Ok(())
    }

    fn reader_left(&mut self) {
        self.lines.reader_left();
    }

    fn unsaved(&self) -> u64 {
        self.lines.unsaved()
    }

    fn step(&mut self, verdict: &Verdict, speech: bool) {
        let reasons = verdict.reasons().iter().map(ToString::to_string).collect();
        let mut board = self.board();
        board.grade = Some((verdict.grade().name(), reasons));
        board.voice = if speech { Voice::Speech } else { Voice::Silence };
    }

    fn sound(&mut self, samples: &[f32], rate: u32, channels: u16) {
        if let Some(level) = self.level.take_in(samples, rate, channels) {
            let mut board = self.board();
            (board.level_dbfs, board.peak_dbfs) = level;
        }
    }

    fn frame(&mut self, log_mel: &[f32]) {
        if self.frames == 0 {
            self.gathered.clear();
            self.gathered.extend_from_slice(log_mel);
        } else {
            for (most, &value) in self.gathered.iter_mut().zip(log_mel) {
                *most = most.max(value);
            }
        }
        self.frames += 1;
        if self.frames == FRAMES {
            self.frames = 0;
            self.shade.follow(&self.gathered);
            let column = self.gathered.iter().map(|&value| self.shade.of(value)).collect();
            self.columns.push(column);
        }
    }

    fn moment(&mut self, moment: &Moment<'_>) {
        let columns = std::mem::take(&mut self.columns);
        let mut board = self.board();
        board.column_count += columns.len() as u64;
        for column in columns {
            if board.columns.len() == COLUMNS {
                board.columns.pop_front();
            }
            board.columns.push_back(column);
        }
        board.seconds = moment.position;
        board.lost_frames = moment.counts.lost_frames;
        board.reconnects = moment.reconnects;
        board.real_time_factor = moment.real_time_factor.map(|it| it as f32);
        if moment.paused || moment.muted || *moment.link != Link::Live {
            // What was last heard is not what there is.
            (board.level_dbfs, board.peak_dbfs) = (None, None);
            board.voice = Voice::Unknown;
        }
        board.paused = moment.paused;
        board.muted = moment.muted;
        if board.link != *moment.link {
            board.link.clone_from(moment.link);
        }
        if board.source != moment.source {
            moment.source.clone_into(&mut board.source);
        }
    }
}

/// From log-mel energies to shades: the range between what is often the least and what is
/// nearly the most, followed slowly, since a bundle's features have a scale of their own.
#[derive(Debug, Default)]
struct Shade {
    range: Option<(f32, f32)>,
}

impl Shade {
    /// Takes a column into account.
    fn follow(&mut self, column: &[f32]) {
        let finite = column.iter().copied().filter(|value| value.is_finite());
        let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
        for value in finite {
            least = least.min(value);
            most = most.max(value);
        }
        if least > most {
            return;
        }
        let Some((low, high)) = &mut self.range else {
            self.range = Some((least, most));
            return;
        };
        // At once where it grows, in a quarter of a minute where it shrinks.
        *high = if most > *high { most } else { *high + (most - *high) * 0.005 };
        *low = if least < *low {
            *low + (least - *low) * 0.1
        } else {
            *low + (least - *low) * 0.02
        };
    }

    fn of(&self, value: f32) -> u8 {
        let Some((low, high)) = self.range else { return 0 };
        let span = (high - low).max(f32::MIN_POSITIVE);
        let share = (((value - low) / span - FLOOR) / (1.0 - FLOOR)).clamp(0.0, 1.0);
        // NaN becomes 0.
        (share * 255.0) as u8
    }
}

/// The level of the moment.
#[derive(Debug, Default)]
struct Level {
    squares: f32,
    count: f32,
    peak: f32,
    held: f32,
    held_for: f32,
}

impl Level {
    /// Takes samples in; the level and the peak of late in dBFS, every tenth of a second.
    /// `None` is digital silence.
    fn take_in(
        &mut self,
        samples: &[f32],
        rate: u32,
        channels: u16,
    ) -> Option<(Option<f32>, Option<f32>)> {
        for &sample in samples.iter().filter(|sample| sample.is_finite()) {
            self.squares += sample * sample;
            self.peak = self.peak.max(sample.abs());
        }
        self.count += samples.len() as f32;
        let seconds = self.count / (rate.max(1) as f32 * f32::from(channels.max(1)));
        if seconds < LEVEL_SECONDS {
            return None;
        }
        self.held_for += seconds;
        if self.peak >= self.held || self.held_for > PEAK_SECONDS {
            (self.held, self.held_for) = (self.peak, 0.0);
        }
        let dbfs = |amplitude: f32| (amplitude > 0.0).then(|| 20.0 * amplitude.log10());
        let level = (dbfs((self.squares / self.count).sqrt()), dbfs(self.held));
        (self.squares, self.count, self.peak) = (0.0, 0.0, 0.0);
        Some(level)
    }
}

/// The middle of each band, in Hz.
fn band_centres(front_end: &FrontEndSpec) -> Vec<f32> {
    (0..front_end.bands)
        .map(|band| {
            // The position on the axis of bands rises with the frequency, so halving finds it.
            let (mut low, mut high) =
                (f64::from(front_end.low_hz), f64::from(front_end.high_hz));
            for _ in 0..40 {
                let middle = low + (high - low) / 2.0;
                match front_end.band_at(middle) < band as f64 {
                    true => low = middle,
                    false => high = middle,
                }
            }
            low as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_that_of_the_moment_and_a_peak_is_held() {
        let mut level = Level::default();
        assert_eq!(level.take_in(&[0.5; 1599], 16_000, 1), None);
        let (rms, peak) = level.take_in(&[0.5; 1], 16_000, 1).unwrap();
        assert!((rms.unwrap() + 6.02).abs() < 0.01 && (peak.unwrap() + 6.02).abs() < 0.01);
        for _ in 0..14 {
            let (rms, peak) = level.take_in(&[0.0; 3200], 16_000, 2).unwrap();
            assert_eq!(rms, None);
            assert!(peak.is_some());
        }
        let latest = (0..3).map(|_| level.take_in(&[0.0; 1600], 16_000, 1)).last();
        assert_eq!(latest.unwrap().unwrap().1, None);
        assert!(level.take_in(&[f32::NAN; 1600], 16_000, 1).unwrap().0.is_none());
    }

    #[test]
    fn shades_use_the_whole_range_and_forget_a_bang() {
        let mut shade = Shade::default();
        for step in 0..2000 {
            shade.follow(&[-8.0, if step == 10 { 50.0 } else { 2.0 }]);
        }
        assert!(shade.of(-8.0) < 10 && shade.of(2.0) > 240, "{shade:?}");
        assert_eq!(shade.of(f32::NAN), 0);
        assert_eq!(Shade::default().of(1.0), 0);
    }
}
