//! The sentences and tasks: a name, a bar, an answer and where it comes from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::colour::Colours;
use super::list::List;
use super::row::Row;
use crate::listen::board::{Board, Line};
use crate::output::report::Certainty;
use crate::output::{columns, safe};

/// A screen gets one more column of lines for every so many of its own.
const WIDE: u16 = 84;

/// Columns between two columns of lines.
const GAP: u16 = 3;

/// Columns of a percentage and the blank before it.
const PERCENT: usize = 6;

/// The parts of a line, in columns; 0 where there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Widths {
    name: usize,
    bar: usize,
    percent: usize,
    answer: usize,
    history: usize,
}

impl Widths {
    fn new(width: usize) -> Self {
        let part = |from: usize, columns: usize| if width >= from { columns } else { 0 };
        let mut it = Self {
            name: 0,
            bar: part(40, (width / 8).min(24)),
            percent: part(72, PERCENT),
            answer: part(16, (width / 4).clamp(8, 30)),
            history: part(60, (width / 8).min(32)),
        };
        let gaps = [it.bar, it.answer, it.history].iter().filter(|it| **it > 0).count();
        let taken = 2 + it.bar + it.percent + it.answer + it.history + gaps;
        it.name = width.saturating_sub(taken);
        it
    }
}

/// How many columns of lines fit side by side.
pub fn side_by_side(width: u16) -> u16 {
    (width / WIDE).max(1)
}

/// Draws what is listed, how much of it, and what is hidden.
pub fn title(buffer: &mut Buffer, area: Rect, board: &Board, list: &List, colours: Colours) {
    if area.is_empty() {
        return;
    }
    let faint = colours.faint();
    let tasks = board.lines.iter().filter(|it| !it.sentence).count();
    let sentences = board.lines.len() - tasks;
    let shown =
        list.shown().iter().filter(|it| board.lines.get(**it).is_some_and(|it| !it.sentence));
    let shown = shown.count();
    let mut parts = Vec::new();
    match sentences {
        0 => {}
        1 => parts.push("1 sentence".to_owned()),
        _ => parts.push(format!("{sentences} sentences")),
    }
    if list.shows_all() {
        parts.push(format!("all {tasks} tasks"));
    } else if tasks > 0 {
        let words = if area.width < 60 { "" } else { " worth a look" };
        parts.push(format!("{shown} of {tasks} tasks{words}"));
    }
    let hidden = match list.hidden() {
        (0, 0) => String::new(),
        (0, below) => format!(" ↓ {below} more "),
        (above, 0) => format!(" ↑ {above} more "),
        (above, below) => format!(" ↑ {above} ↓ {below} more "),
    };
    let mut row = Row::new(buffer, area, 0);
    let right = row.split_right(columns(&hidden) + 1);
    if row.room() > 8 && !parts.is_empty() {
        row.put("─", faint).put(&format!(" {} ", parts.join(" · ")), colours.plain());
    }
    row.put(&"─".repeat(row.room()), faint);
    Row::new(buffer, right, 0).put(&hidden, colours.strong()).put("─", faint);
}

/// Draws the lines that are seen.
pub fn draw(buffer: &mut Buffer, area: Rect, board: &Board, list: &List, colours: Colours) {
    if area.is_empty() {
        return;
    }
    if list.shown().is_empty() {
        let text = if board.lines.is_empty() {
            "Nothing to score yet. / adds a sentence."
        } else {
            "Nothing worth a look. t shows all tasks, / adds a sentence."
        };
        Row::new(buffer, area, 0).skip(2).put(text, colours.faint());
        return;
    }
    let count = side_by_side(area.width);
    let width = (area.width + GAP) / count - GAP;
    for (place, index) in list.visible().iter().enumerate() {
        let Some(line) = board.lines.get(*index) else { continue };
        let (column, row) =
            (place / usize::from(area.height), place % usize::from(area.height));
        let x = area.x + column as u16 * (width + GAP);
        let place = Rect { x, y: area.y + row as u16, width, height: 1 };
        let lingers = !list.shows_all();
        one(buffer, place.intersection(area), line, lingers, colours);
    }
}

/// Draws a line; `lingers` where a task that is not worth a look was so a moment ago.
fn one(buffer: &mut Buffer, area: Rect, line: &Line, lingers: bool, colours: Colours) {
    let widths = Widths::new(usize::from(area.width));
    let faint = colours.faint();
    let looks = Looks::new(line, colours);
    let mut row = Row::new(buffer, area, 0);
    if line.remarkable {
        row.put("● ", colours.caution());
    } else if lingers && !line.sentence {
        row.put("○ ", faint);
    } else {
        row.skip(2);
    }
    if line.sentence && widths.name > 2 {
        // The mark that closes must be seen even where the sentence is cut.
        let width = columns(&safe(&line.name)).min(widths.name - 2);
        row.put("“", looks.name).fit(&line.name, width, looks.name).put("”", looks.name);
        row.skip(widths.name - 2 - width);
    } else {
        row.fit(&line.name, widths.name, looks.name);
    }
    if widths.bar > 0 {
        row.skip(1).bar(looks.share, widths.bar, looks.bar, faint);
    }
    let mut room = widths.answer;
    if widths.percent > 0 {
        // What is said of a sentence is a figure already.
        match looks.share.filter(|_| !line.sentence) {
            Some(share) => {
                row.skip(1).fit(&format!("{:>5}", percent(share)), PERCENT - 1, looks.answer);
            }
            None => room += PERCENT,
        }
    }
    if widths.answer > 0 {
        row.skip(1).fit(&looks.words, room, looks.answer);
    }
    if widths.history > 0 {
        row.skip(1).put(&sparkline(line, widths.history), looks.history);
    }
}

/// How a line is shown, by how sure its answer is.
struct Looks {
    words: String,
    share: Option<f32>,
    name: Style,
    bar: Style,
    answer: Style,
    history: Style,
}

impl Looks {
    fn new(line: &Line, colours: Colours) -> Self {
        let faint = colours.faint();
        let all = |words: &str| Self {
            words: words.to_owned(),
            share: None,
            name: faint,
            bar: faint,
            answer: faint,
            history: faint,
        };
        match line.certainty {
            None => all("–"),
            Some(Certainty::Abstained) => Self { name: colours.plain(), ..all("no answer") },
            Some(Certainty::NotApplicable) => all("does not apply"),
            Some(Certainty::Unsure) => Self {
                words: if line.answer.is_empty() {
                    "unsure".to_owned()
                } else {
                    format!("{}?", line.answer)
                },
                share: line.share,
                name: colours.plain(),
                ..all("")
            },
            Some(Certainty::Answered) => {
                let (bar, text) = if line.remarkable {
                    (colours.caution(), colours.strong())
                } else {
                    (colours.amount(), colours.plain())
                };
                Self {
                    words: line.answer.clone(),
                    share: line.share,
                    name: text,
                    bar,
                    answer: text,
                    history: bar.patch(faint),
                }
            }
        }
    }
}

/// The latest shares of a line as blocks, the newest at the right.
fn sparkline(line: &Line, width: usize) -> String {
    // A full block would touch the row above.
    const BLOCKS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let count = line.history.len().min(width);
    let blank = std::iter::repeat_n(' ', width - count);
    let latest = line.history.range(line.history.len() - count..);
    let blocks = latest.map(|share| match share {
        Some(share) => BLOCKS[((share.clamp(0.0, 1.0) * 7.0) as usize).min(6)],
        None => ' ',
    });
    blank.chain(blocks).collect()
}

/// A share in percent; rounding does not turn nearly all into all.
fn percent(share: f32) -> String {
    let percent = (share * 100.0).round();
    let percent = match share {
        share if share <= 0.0 => 0.0,
        share if share >= 1.0 => 100.0,
        _ => percent.clamp(1.0, 99.0),
    };
    format!("{percent:.0} %")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn line(name: &str, answer: &str, share: f32, certainty: Certainty) -> Line {
        Line {
            name: name.into(),
            answer: answer.into(),
            share: Some(share),
            certainty: Some(certainty),
            remarkable: false,
            sentence: false,
            history: [None, Some(0.0), Some(0.5), Some(share)].into(),
        }
    }

    fn drawn(width: u16, height: u16, board: &Board, all: bool) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut list = List::default();
        list.set_rows(usize::from(height * side_by_side(width)));
        if all {
            list.toggle_all(&board.lines, Duration::ZERO);
        }
        list.update(&board.lines, Duration::ZERO);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, board, &list, Colours::None);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect()
    }

    #[test]
    fn certainty_decides_how_an_answer_is_shown() {
        let board = Board {
            lines: vec![
                Line {
                    sentence: true,
                    ..line("a hoarse voice", "97th", 0.97, Certainty::Answered)
                },
                Line { remarkable: true, ..line("Rough", "rough", 0.999, Certainty::Answered) },
                line("Age", "child", 0.4, Certainty::Unsure),
                line("Sex", "", 0.0, Certainty::Abstained),
                line("Tremor", "", 0.0, Certainty::NotApplicable),
                Line { certainty: None, ..line("New", "", 0.0, Certainty::Answered) },
            ],
            ..Board::default()
        };
        assert_eq!(
            drawn(72, 6, &board, true),
            [
                "  “a hoarse voice”          ━━━━━━━━╸ 97th                           ▁▄▇",
                "● Rough                     ━━━━━━━━━  99 % rough                    ▁▄▇",
                "  Age                       ━━━╸·····  40 % child?                   ▁▄▃",
                "  Sex                       ········· no answer                      ▁▄▁",
                "  Tremor                    ········· does not apply                 ▁▄▁",
                "  New                       ········· –                              ▁▄▁",
            ]
        );
        assert_eq!(drawn(72, 6, &board, false)[2], "");
        assert_eq!(drawn(20, 2, &board, true), ["  “a hoar…” 97th", "● Rough     rough"]);
        assert_eq!(drawn(10, 1, &board, true), ["  “a hoa…”"]);
    }

    #[test]
    fn wide_screens_show_lines_side_by_side() {
        let board = Board {
            lines: (0..5)
                .map(|it| line(&format!("task {it}"), "yes", 0.5, Certainty::Answered))
                .collect(),
            ..Board::default()
        };
        let rows = drawn(170, 3, &board, true);
        assert!(rows[0].contains("task 0") && rows[0].contains("task 3"), "{rows:?}");
        assert!(rows[2].contains("task 2") && !rows[2].contains("task 5"), "{rows:?}");
    }

    #[test]
    fn an_empty_list_says_what_to_do() {
        let rows = drawn(60, 1, &Board::default(), false);
        assert_eq!(rows, ["  Nothing to score yet. / adds a sentence."]);
    }
}
