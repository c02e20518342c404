//! How loud the input is, how good, and how well the device keeps up.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::colour::Colours;
use super::row::Row;
use crate::listen::board::{Board, Link, Voice};
use crate::output::columns;

/// The level at the left end of the bar, in dBFS; 0 dBFS is at the right.
const FLOOR_DBFS: f32 = -60.0;

/// A peak above this is about to be clipped, in dBFS.
const HOT_DBFS: f32 = -1.0;

/// A shorter bar tells nothing.
const BAR: usize = 8;

/// Columns that the quality keeps beside the figures.
const QUALITY: usize = 24;

/// Draws the level, the peak and whether someone speaks; where no sound comes, why.
pub fn level(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) {
    let (voice, voice_style) = match board.voice {
        Voice::Unknown => ("", colours.plain()),
        Voice::Speech => ("● voice", colours.good()),
        Voice::Silence => ("○ silence", colours.faint()),
    };
    let mut row = Row::new(buffer, area, 0);
    if let Link::Lost(reason) = &board.link {
        row.put(reason, colours.bad());
        return;
    }
    if board.link == Link::Opening {
        row.put("Waiting for the microphone", colours.caution());
        return;
    }
    let room = row.room();
    // The widest of the words, so that the bar does not change its length.
    let right = row.split_right(if room >= 20 { 10 } else { 0 });
    if room >= 60 {
        row.put("level ", colours.faint());
    }
    let level = board.level_dbfs.filter(|it| it.is_finite());
    let peak = board.peak_dbfs.filter(|it| it.is_finite());
    let hot = peak.is_some_and(|peak| peak > HOT_DBFS);
    let fill = if hot { colours.bad() } else { colours.amount() };
    let mut words = match level {
        Some(level) => format!("{:>4} dBFS", decibels(level)),
        None => "   silent".to_owned(),
    };
    if room >= 60 {
        let peak = peak.map_or_else(|| "  –".to_owned(), decibels);
        words += &format!("  peak {peak:>3}");
    }
    let bar = row.room().saturating_sub(columns(&words) + 3);
    if bar >= BAR {
        let (x, y) = row.position();
        row.bar(level.map(share), bar, fill, colours.faint());
        if let Some(peak) = peak {
            let at = (share(peak) * (bar - 1) as f32).round() as u16;
            let cell = &mut buffer[(x + at, y)];
            // The mark must not be as faint as the track.
            cell.reset();
            cell.set_symbol("┃").set_style(if hot { fill } else { colours.plain() });
        }
        let rest = Rect { x: x + bar as u16, width: right.x - x - bar as u16, ..area };
        row = Row::new(buffer, rest, 0);
        row.skip(1);
    }
    row.put(&words, if hot { colours.bad() } else { colours.plain() });
    Row::new(buffer, right, 0).put(voice, voice_style);
}

/// Draws the quality of the input, and at the right what was lost and how fast it goes.
pub fn status(buffer: &mut Buffer, area: Rect, board: &Board, colours: Colours) {
    let mut row = Row::new(buffer, area, 0);
    let quality = quality(board);
    let kept = columns(&quality).min(QUALITY.max(row.room() * 3 / 5)) + 2;
    let figures = figures(board, colours, row.room().saturating_sub(kept));
    let width: usize = figures.iter().map(|(text, _)| columns(text) + 3).sum();
    let right = row.split_right(width.saturating_sub(1));
    let style = match &board.grade {
        Some(("good", _)) => colours.good(),
        Some(("poor", _)) => colours.bad(),
        Some(_) => colours.caution(),
        None => colours.faint(),
    };
    row.put(&quality, style);
    let mut row = Row::new(buffer, right, 0);
    row.skip(2);
    for (index, (text, style)) in figures.iter().enumerate() {
        row.put(if index == 0 { "" } else { " · " }, colours.faint()).put(text, *style);
    }
}

fn quality(board: &Board) -> String {
    match &board.grade {
        // What was heard before says nothing of what will be.
        _ if board.link != Link::Live => String::new(),
        None => "input not judged yet".to_owned(),
        Some((grade, reasons)) if reasons.is_empty() => format!("input {grade}"),
        Some((grade, reasons)) => format!("input {grade}: {}", reasons.join(", ")),
    }
}

/// Those figures that fit into `room`, in the order in which they stand.
fn figures(board: &Board, colours: Colours, room: usize) -> Vec<(String, Style)> {
    let count = |count: u64| if count > 0 { colours.bad() } else { colours.faint() };
    let (lost, reopened) = (board.lost_frames, board.reconnects);
    // The last of these goes first; what happened counts more than what did not.
    let mut figures = vec![
        (if lost > 0 { 0 } else { 4 }, format!("{lost} dropped"), count(lost)),
        (if reopened > 0 { 1 } else { 5 }, format!("{reopened} reconnects"), count(reopened)),
    ];
    if reopened == 1 {
        figures[1].1 = "1 reconnect".to_owned();
    }
    if let Some(factor) = board.real_time_factor {
        let style = if factor > 1.0 { colours.bad() } else { colours.faint() };
        figures.push((2, format!("{factor:.2}× real time"), style));
    }
    if let Some(latency) = board.latency_ms {
        figures.push((3, format!("{latency:.0} ms"), colours.faint()));
    }
    let width = |figures: &[(i32, String, Style)]| -> usize {
        figures.iter().map(|(_, text, _)| columns(text) + 3).sum()
    };
    while width(&figures) > room + 3 {
        let last = figures.iter().enumerate().max_by_key(|(_, (order, ..))| *order);
        let Some((index, _)) = last else { break };
        figures.remove(index);
    }
    figures.into_iter().map(|(_, text, style)| (text, style)).collect()
}

/// How far along the bar a level is, 0 to 1.
fn share(dbfs: f32) -> f32 {
    (1.0 - dbfs / FLOOR_DBFS).clamp(0.0, 1.0)
}

/// A level with a true minus and no fraction.
fn decibels(dbfs: f32) -> String {
    let rounded = dbfs.round();
    if rounded < 0.0 { format!("−{:.0}", -rounded) } else { format!("{:.0}", rounded.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: u16, draw: impl Fn(&mut Buffer, Rect)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area);
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    fn board() -> Board {
        Board {
            link: Link::Live,
            level_dbfs: Some(-30.2),
            peak_dbfs: Some(-15.0),
            voice: Voice::Speech,
            real_time_factor: Some(0.021),
            latency_ms: Some(71.4),
            grade: Some(("good", Vec::new())),
            ..Board::default()
        }
    }

    #[test]
    fn a_level_is_a_bar_with_its_peak_and_words() {
        let at = |width| drawn(width, |b, a| level(b, a, &board(), Colours::None));
        assert_eq!(at(64), "level ━━━━━━━━━━━━━······┃······  −30 dBFS  peak −15  ● voice   ");
        assert_eq!(at(40), "━━━━━━━━━····┃····  −30 dBFS  ● voice   ");
        assert_eq!(at(12), " −30 dBFS   ");
    }

    #[test]
    fn a_lost_microphone_takes_the_place_of_its_level() {
        let board = Board { link: Link::Lost("USB mic went away".into()), ..board() };
        let text = drawn(30, |b, a| level(b, a, &board, Colours::None));
        assert_eq!(text.trim_end(), "USB mic went away");
    }

    #[test]
    fn what_went_wrong_is_the_last_figure_to_go() {
        let mut board = board();
        let at = |width, board: &Board| drawn(width, |b, a| status(b, a, board, Colours::None));
        assert_eq!(
            at(70, &board),
            "input good          0 dropped · 0 reconnects · 0.02× real time · 71 ms"
        );
        assert_eq!(at(36, &board), "input good   0.02× real time · 71 ms");
        board.lost_frames = 480;
        board.grade = Some(("poor", vec!["too quiet".into(), "clipped".into()]));
        assert_eq!(at(40, &board), "input poor: too quiet, cli…  480 dropped");
        assert_eq!(at(5, &board), "inpu…");
    }
}
