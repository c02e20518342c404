//! The form for people: a table that reads from left to right as a sentence.
//!
//! Everything is laid out by screen columns, so a title in another script lines up too.

use std::fmt::Write as _;

use super::page::heading;
use super::report::{
    Certainty, Edge, Event, Model, PromptScore, Quality, Recording, Score, Segment, TaskScore,
    Timeline, spoken,
};
use super::terminal::{Style, columns, cut, fit, safe, wrap};

/// Columns of a percentage such as `100 %`.
const PERCENT: usize = 5;

/// Columns of a bar, and what is left of it where the terminal is narrow.
const BAR: usize = 20;
const NARROW_BAR: usize = 10;

/// A terminal with fewer columns is narrow.
const NARROW: usize = 78;

/// A terminal with fewer columns has no room for bars at all.
const BARLESS: usize = 60;

/// Columns of a span of time such as `1:02:03 to 1:02:07`.
const SPAN: usize = 18;

/// Blank columns between two cells.
const GAP: usize = 2;

/// Level of digital silence, the lowest there is.
const SILENCE_DBFS: f32 = -120.0;

/// The grade of a recording that is not scored.
const POOR: &str = "poor";

/// A task's title takes no more than this, even where there is room.
const WIDEST_TITLE: usize = 30;

/// Columns before answers that have no row of their own, for why they have none.
const WHY: usize = 9;

/// Lays out results.
#[derive(Clone, Copy, Debug)]
pub struct Human {
    style: Style,
    width: usize,
    brief: bool,
}

impl Human {
    /// A layout `width` columns wide, painted by `style`.
    pub fn new(style: Style, width: usize) -> Self {
        Self { style, width, brief: false }
    }

    /// The same, but `brief` gives a row only to answers to remark on; those that are as
    /// usual and those that are unsure are named below them, and what does not apply is
    /// left out.
    pub fn brief(self, brief: bool) -> Self {
        Self { brief, ..self }
    }

    /// What was recorded and how good it is.
    pub fn recording(&self, title: &str, recording: &Recording, quality: &Quality) -> String {
        self.facts(title, recording, quality) + &self.grade(quality)
    }

    /// Everything about one recording.
    pub fn score(&self, title: &str, score: &Score) -> String {
        let mut text = self.recording(title, &score.recording, &score.quality);
        if !score.tasks.is_empty() {
            text.push('\n');
            self.tasks(&mut text, &score.tasks);
        }
        if !score.prompts.is_empty() {
            text.push('\n');
            self.prompts(&mut text, &score.prompts);
        }
        if let Some(timeline) = &score.timeline {
            text.push('\n');
            self.timeline(&mut text, timeline);
        }
        text
    }

    /// The last line: who said all this.
    pub fn footer(&self, model: &Model, heard_seconds: f64, elapsed_seconds: f64) -> String {
        let mut line = format!(
            "{} · {} · {} · {} in {}",
            safe(&model.bundle),
            model.precision,
            model.runner(),
            duration(heard_seconds),
            duration(elapsed_seconds),
        );
        if elapsed_seconds > 0.0 && heard_seconds > elapsed_seconds {
            let _ = write!(line, " ({:.0} × real time)", heard_seconds / elapsed_seconds);
        }
        let lines = wrap(&line, self.width);
        lines.iter().map(|line| self.style.faint(line) + "\n").collect()
    }

    /// How good a recording is and what speaks against it, in one sentence.
    fn grade(&self, quality: &Quality) -> String {
        if quality.reasons.is_empty() {
            return self.style.good("Good") + "\n";
        }
        let beginning = if quality.grade == POOR { "Poor" } else { "Usable" };
        let reasons: Vec<&str> =
            quality.reasons.iter().map(|reason| reason.explanation.as_str()).collect();
        let lines = wrap(&format!("{beginning} – {}.", reasons.join(", ")), self.width);
        lines.iter().map(|line| self.style.caution(line) + "\n").collect()
    }

    fn facts(&self, title: &str, recording: &Recording, quality: &Quality) -> String {
        let mut facts = vec![duration(recording.seconds.unwrap_or(0.0))];
        facts.push(rate(recording.sample_rate));
        facts.push(match recording.channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            many => format!("{many} channels"),
        });
        facts.push(recording.format.clone());
        facts.push(if quality.level_dbfs > SILENCE_DBFS {
            format!("{} dBFS", signed(quality.level_dbfs, 1))
        } else {
            "silent".to_owned()
        });
        heading(self.style, self.width, title, &facts.join(" · "))
    }

    fn tasks(&self, text: &mut String, tasks: &[TaskScore]) {
        if self.brief && tasks.iter().all(|task| task.certainty == Certainty::Abstained) {
            let _ = writeln!(text, "{}", self.style.faint("no answer to any task"));
            return;
        }
        let has_row = |task: &&TaskScore| !self.brief || task.is_remarkable();
        let indent = if tasks.iter().any(|task| task.group.is_some()) { GAP } else { 0 };
        let is_left_out =
            |task: &&TaskScore| self.brief && task.certainty == Certainty::NotApplicable;
        let table = Table::new(self, indent, tasks.iter().filter(has_row));
        let mut is_first = true;
        for (group, tasks) in TaskScore::by_group(tasks) {
            if tasks.iter().all(is_left_out) {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                text.push('\n');
            }
            if let Some(group) = group {
                let title = cut(&safe(&group.title), self.width);
                let _ = writeln!(text, "{}", self.style.strong(title));
            }
            let (rows, rest): (Vec<&TaskScore>, Vec<&TaskScore>) =
                tasks.into_iter().partition(has_row);
            for task in rows {
                let _ = writeln!(text, "{}", table.row(task).trim_end());
            }
            for (why, certainty) in [
                ("as usual", Certainty::Answered),
                ("unsure", Certainty::Unsure),
                ("no answer", Certainty::Abstained),
            ] {
                let named = rest.iter().filter(|task| task.certainty == certainty);
                self.named(
                    text,
                    indent,
                    why,
                    named.map(|task| safe(&task.in_short())).collect(),
                );
            }
        }
    }

    /// Answers without rows of their own, and why they have none.
    fn named(&self, text: &mut String, indent: usize, why: &str, answers: Vec<String>) {
        let room = self.width.saturating_sub(indent + WHY + GAP);
        if answers.is_empty() {
            return;
        }
        for (index, line) in wrap(&answers.join("; "), room).iter().enumerate() {
            let why = fit(if index == 0 { why } else { "" }, WHY);
            let line = self.style.faint(format!("{why}  {line}"));
            let _ = writeln!(text, "{}{line}", " ".repeat(indent));
        }
    }

    fn prompts(&self, text: &mut String, prompts: &[PromptScore]) {
        for prompt in prompts {
            for line in wrap(&format!("“{}”", safe(&prompt.prompt)), self.width) {
                let _ = writeln!(text, "{line}");
            }
            let _ = writeln!(text, "{}", self.prompt_answer(prompt).trim_end());
        }
    }

    fn prompt_answer(&self, prompt: &PromptScore) -> String {
        let indent = " ".repeat(GAP);
        let Some(cosine) = prompt.cosine else {
            return format!("{indent}{}", self.style.faint("no answer"));
        };
        let cosine = format!("cosine {}", signed(cosine, 3));
        let Some(percentile) = prompt.percentile else {
            let words =
                format!("{cosine}, no reference voices in this bundle to rank it among");
            let lines = wrap(&words, self.width - GAP);
            let lines: Vec<String> = lines
                .iter()
                .map(|line| format!("{indent}{}", self.style.faint(line)))
                .collect();
            return lines.join("\n");
        };
        // Rounding must not turn nearly all into all.
        let words = if percentile <= 0.0 {
            "weaker than all reference voices".to_owned()
        } else if percentile >= 100.0 {
            "stronger than all reference voices".to_owned()
        } else {
            let share = percentile.round().clamp(1.0, 99.0);
            format!("stronger than {share:.0} % of reference voices")
        };
        let cosine = self.style.faint(cosine);
        if self.width < BARLESS {
            let words = self.style.strong(cut(&words, self.width - GAP));
            return format!("{indent}{words}\n{indent}{cosine}");
        }
        let words = self.style.strong(fit(&words, 38));
        if self.width < NARROW {
            return format!("{indent}{words}  {cosine}");
        }
        format!("{indent}{words}  {}  {cosine}", self.bar(percentile / 100.0))
    }

    fn timeline(&self, text: &mut String, timeline: &Timeline) {
        let (Some(first), Some(last)) = (timeline.segments.first(), timeline.segments.last())
        else {
            return;
        };
        let rows = timeline_rows(timeline, self.width / 2 - GAP, self.brief);
        if rows.is_empty() {
            return;
        }
        let label_width = widest(rows.iter().map(|row| columns(&row.label)));
        let room = self.width - label_width - GAP;
        let cells = timeline.segments.len().min(room);
        let (start, end) = (clock(first.start), clock(last.end));
        let axis = if columns(&start) + columns(&end) + GAP <= cells {
            format!("{}{end}", fit(&start, cells - columns(&end)))
        } else {
            format!("{start} to {end}")
        };
        let _ = writeln!(
            text,
            "{}",
            self.style.faint(format!("{}  {axis}", fit("over time", label_width)))
        );
        for row in &rows {
            let line = sparkline(&row.values, cells);
            let _ = writeln!(
                text,
                "{}  {}",
                fit(&row.label, label_width),
                self.style.amount(line).trim_end()
            );
        }
        let is_usual = |event: &&Event| {
            let task = first.tasks.iter().find(|task| task.task == event.task);
            self.brief && task.is_some_and(|task| task.usual.as_ref() == Some(&event.class))
        };
        let spans = spans(timeline.events.iter().filter(|event| !is_usual(event)));
        if !spans.is_empty() {
            text.push('\n');
        }
        for (event, end) in spans {
            let when = match end {
                Some(end) => format!("{} to {}", clock(event.time), clock(end)),
                None => format!("from {}", clock(event.time)),
            };
            let what = label(&event.title, &event.class, self.width - SPAN - GAP);
            let _ = writeln!(text, "{}  {what}", fit(&when, SPAN));
        }
    }

    fn bar_width(&self) -> usize {
        if self.width < BARLESS {
            0
        } else if self.width < NARROW {
            NARROW_BAR
        } else {
            BAR
        }
    }

    /// A bar filled to `share` (0 to 1) in eighths of a column.
    fn bar(&self, share: f32) -> String {
        const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
        let width = self.bar_width();
        let eighths = (share.clamp(0.0, 1.0) * width as f32 * 8.0).round() as usize;
        let (full, part) = (eighths / 8, EIGHTHS[eighths % 8]);
        let filled = format!("{}{part}", "█".repeat(full));
        let empty = "·".repeat(width - full - usize::from(!part.is_empty()));
        format!("{}{}", self.style.amount(filled), self.style.faint(empty))
    }
}

/// The answers to tasks, one a row.
struct Table<'a> {
    human: &'a Human,
    indent: usize,
    title: usize,
    answer: usize,
}

impl<'a> Table<'a> {
    /// A table with room for `tasks`, `indent` columns from the left.
    fn new<'b>(
        human: &'a Human,
        indent: usize,
        tasks: impl Iterator<Item = &'b TaskScore> + Clone,
    ) -> Self {
        let bar = match human.bar_width() {
            0 => 0,
            width => width + GAP,
        };
        let rest = human.width.saturating_sub(indent + bar + PERCENT + 2 * GAP);
        // Titles give way to answers, but keep half of the room. What does not apply has no
        // bar, and that room for its reason.
        let applies = |task: &&TaskScore| task.certainty != Certainty::NotApplicable;
        let answers = widest(tasks.clone().filter(applies).map(|task| columns(&answer(task))));
        let title = widest(tasks.map(|task| columns(&task.title)))
            .min(WIDEST_TITLE)
            .min(rest.saturating_sub(answers).max(rest / 2));
        Self { human, indent, title, answer: rest - title }
    }

    fn row(&self, task: &TaskScore) -> String {
        let style = self.human.style;
        let title = fit(&safe(&task.title), self.title);
        if task.certainty == Certainty::NotApplicable {
            let room = self.human.width.saturating_sub(self.indent + self.title + GAP);
            let answer = style.faint(reason(task, room));
            return format!("{}{title}  {answer}", " ".repeat(self.indent));
        }
        let answer = fit(&answer(task), self.answer);
        let answer = match task.certainty {
            Certainty::Answered => style.strong(answer),
            Certainty::Unsure => style.caution(answer),
            Certainty::Abstained | Certainty::NotApplicable => style.faint(answer),
        };
        let amount = task.probability.map_or_else(String::new, |probability| {
            let gap = " ".repeat(self.human.bar_width().min(GAP));
            format!("{}{gap}{}", self.human.bar(probability), percent(probability))
        });
        format!("{}{title}  {answer}  {amount}", " ".repeat(self.indent))
    }
}

/// The answer to a task in words.
fn answer(task: &TaskScore) -> String {
    let class = task.answer.as_deref().map(spoken).map(|it| safe(&it)).unwrap_or_default();
    match task.certainty {
        Certainty::Answered => class,
        Certainty::Unsure => format!("unsure ({class}?)"),
        Certainty::Abstained => "no answer".to_owned(),
        Certainty::NotApplicable => "does not apply".to_owned(),
    }
}

/// That a task does not apply and, in at most `width` columns, why: as many of the answers
/// that are in the way as there is room for.
fn reason(task: &TaskScore, width: usize) -> String {
    let answers: Vec<String> = task.needs.iter().map(|it| safe(&it.in_short())).collect();
    let said = |count: usize| {
        let more = if count < answers.len() { ", …" } else { "" };
        format!("does not apply ({}{more})", answers[..count].join(", "))
    };
    let fits = |text: &String| columns(text) <= width;
    let whole = (1..=answers.len()).rev().map(said).find(fits);
    whole.unwrap_or_else(|| cut("does not apply", width))
}

/// One line of the timeline: a class of a task, or a sentence.
struct TimelineRow {
    label: String,
    /// One value a segment, 0 to 1; `None` where there was no answer.
    values: Vec<Option<f32>>,
}

/// One row for the first class of a two-class task (the other is its complement), one a
/// class for larger tasks, one a sentence that is ranked. Labels take up to `width` columns.
/// In `brief`, tasks that never give an answer to remark on have no rows; nor have tasks
/// without a number at any time.
fn timeline_rows(timeline: &Timeline, width: usize, brief: bool) -> Vec<TimelineRow> {
    let scored = |segment: &&Segment| segment.tasks.iter().any(|task| !task.classes.is_empty());
    let has_tasks = timeline.segments.first().is_some_and(|first| !first.tasks.is_empty());
    let Some(model) = timeline.segments.iter().find(|it| !has_tasks || scored(it)) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for index in 0..model.tasks.len() {
        let mut scores =
            timeline.segments.iter().filter_map(|segment| segment.tasks.get(index));
        let Some(task) = scores.clone().find(|task| !task.classes.is_empty()) else {
            continue;
        };
        if brief && !scores.any(TaskScore::is_remarkable) {
            continue;
        }
        let classes = if task.classes.len() == 2 { 1 } else { task.classes.len() };
        for class in 0..classes {
            rows.push(TimelineRow {
                label: label(&task.title, &task.classes[class].class, width),
                values: timeline
                    .segments
                    .iter()
                    .map(|segment| {
                        Some(segment.tasks.get(index)?.classes.get(class)?.probability)
                    })
                    .collect(),
            });
        }
    }
    for (index, prompt) in model.prompts.iter().enumerate() {
        rows.push(TimelineRow {
            label: cut(&safe(&format!("“{}”", prompt.prompt)), width),
            values: timeline
                .segments
                .iter()
                .map(|segment| Some(segment.prompts.get(index)?.percentile? / 100.0))
                .collect(),
        });
    }
    rows
}

/// A class and its task in at most `width` columns. The title is shortened first, as it is
/// the class that tells one line from another.
fn label(title: &str, class: &str, width: usize) -> String {
    let class = format!(": {}", safe(&spoken(class)));
    let room = width.saturating_sub(columns(&class)).max(width / 4);
    cut(&format!("{}{class}", cut(&safe(title), room)), width)
}

/// Every beginning with its end, in the order of the beginnings.
fn spans<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<(&'a Event, Option<f64>)> {
    let mut spans: Vec<(&Event, Option<f64>)> = Vec::new();
    for event in events {
        match event.edge {
            Edge::Onset => spans.push((event, None)),
            Edge::Offset => {
                let open = spans.iter_mut().rev().find(|(onset, end)| {
                    end.is_none() && onset.task == event.task && onset.class == event.class
                });
                if let Some((_, end)) = open {
                    *end = Some(event.time);
                }
            }
        }
    }
    spans
}

/// `values` (0 to 1) as `cells` blocks of rising height; each shows the mean of its share,
/// and a dot where there was no answer.
fn sparkline(values: &[Option<f32>], cells: usize) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    (0..cells)
        .map(|cell| {
            let from = cell * values.len() / cells;
            let to = ((cell + 1) * values.len() / cells).max(from + 1);
            let known: Vec<f32> = values[from..to].iter().copied().flatten().collect();
            if known.is_empty() {
                return '·';
            }
            let mean = known.iter().sum::<f32>() / known.len() as f32;
            LEVELS[((mean.clamp(0.0, 1.0) * 8.0) as usize).min(7)]
        })
        .collect()
}

fn widest(widths: impl Iterator<Item = usize>) -> usize {
    widths.max().unwrap_or(0)
}

/// A share of 0 to 1, right-aligned in [`PERCENT`] columns. What is not certain never reads
/// as certain.
pub fn percent(share: f32) -> String {
    match (share * 100.0).round() {
        100.0 if share < 1.0 => ">99 %".to_owned(),
        0.0 if share > 0.0 => " <1 %".to_owned(),
        percent => format!("{percent:>3.0} %"),
    }
}

/// A number with a true minus sign and, above zero, a plus.
fn signed(value: f32, decimals: usize) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{:.decimals$}", value.abs())
}

/// A sample rate in the unit people use for it.
pub fn rate(hertz: u32) -> String {
    let kilohertz = f64::from(hertz) / 1000.0;
    if hertz < 1000 {
        format!("{hertz} Hz")
    } else if kilohertz.fract() == 0.0 {
        format!("{kilohertz:.0} kHz")
    } else {
        format!("{kilohertz:.1} kHz")
    }
}

/// A length of time: `0.35 s`, `11.0 s`, `3 min 05 s`, `1 h 02 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    if seconds < 1.0 {
        format!("{seconds:.2} s")
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else if whole < 3600 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{} h {:02} min", whole / 3600, whole % 3600 / 60)
    }
}

/// A moment: `3.4 s` in the first minute, then `12:03.4`, then `1:02:03`.
pub fn clock(seconds: f64) -> String {
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds as u64;
    if whole < 3600 {
        format!("{}:{:04.1}", whole / 60, seconds - (whole / 60 * 60) as f64)
    } else {
        format!("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use slap_edge::model::Group;

    use super::super::report::{ClassScore, Needed, Reason};
    use super::*;

    const PLAIN: Human = Human { style: Style::PLAIN, width: 80, brief: false };

    fn task(title: &str, certainty: Certainty, answer: &str, probability: f32) -> TaskScore {
        let known = certainty != Certainty::Abstained;
        TaskScore {
            task: title.to_lowercase(),
            title: title.to_owned(),
            group: None,
            usual: None,
            certainty,
            answer: known.then(|| answer.to_owned()),
            probability: known.then_some(probability),
            classes: if known {
                vec![
                    ClassScore { class: answer.to_owned(), probability },
                    ClassScore { class: "other".to_owned(), probability: 1.0 - probability },
                ]
            } else {
                Vec::new()
            },
            needs: Vec::new(),
        }
    }

    /// A task of which `answers` to others (title, answer) say that it does not apply.
    fn senseless(title: &str, answers: &[(&str, &str)]) -> TaskScore {
        let needed = |&(title, answer): &(&str, &str)| Needed {
            task: title.to_lowercase(),
            title: title.to_owned(),
            class: "other".to_owned(),
            answer: answer.to_owned(),
        };
        TaskScore {
            certainty: Certainty::NotApplicable,
            needs: answers.iter().map(needed).collect(),
            ..task(title, Certainty::Abstained, "", 0.0)
        }
    }

    fn sentence(text: &str, cosine: Option<f32>, percentile: Option<f32>) -> PromptScore {
        let certainty =
            if cosine.is_some() { Certainty::Answered } else { Certainty::Abstained };
        PromptScore { prompt: text.to_owned(), certainty, cosine, percentile }
    }

    fn score() -> Score {
        Score {
            recording: Recording {
                input: "voices/interview.flac".to_owned(),
                format: "FLAC".to_owned(),
                sample_rate: 44_100,
                channels: 2,
                seconds: Some(11.0),
            },
            quality: Quality {
                grade: "good",
                reasons: Vec::new(),
                level_dbfs: -20.06,
                peak_dbfs: -3.0,
                dc: 0.0,
                active_seconds: 9.1,
                voiced_seconds: Some(6.2),
                snr_db: Some(31.0),
                bandwidth_hz: Some(8_000.0),
                clipped_share: 0.0,
                zero_share: 0.0,
                silent_share: 0.0,
                dropouts: 0,
                dropout_seconds: 0.0,
                non_finite_samples: 0,
            },
            tasks: vec![
                task("Whispering", Certainty::Answered, "voiced", 0.998),
                task("Trembling", Certainty::Unsure, "steady", 0.56),
                task("Age-typical sound", Certainty::Abstained, "", 0.0),
            ],
            measures: None,
            prompts: vec![
                sentence("a tired, hoarse voice", Some(0.2134), Some(93.2)),
                sentence("かすれた声", Some(-0.05), None),
                sentence("someone shouting", None, None),
            ],
            warnings: Vec::new(),
            timeline: None,
            elapsed_seconds: 0.11,
            model: Model {
                bundle: "slap-voice-small".to_owned(),
                tower_sha256: "00".to_owned(),
                engine: "tract".to_owned(),
                engine_version: "0.23.9".to_owned(),
                provider: "cpu".to_owned(),
                precision: "float32".to_owned(),
            },
        }
    }

    #[test]
    fn a_table_a_person_understands() {
        let expected = "\
interview.flac                    11.0 s · 44.1 kHz · stereo · FLAC · −20.1 dBFS
────────────────────────────────────────────────────────────────────────────────
Good

Whispering         voiced                            ████████████████████  >99 %
Trembling          unsure (steady?)                  ███████████▎········   56 %
Age-typical sound  no answer

“a tired, hoarse voice”
  stronger than 93 % of reference voices  ██████████████████▋·  cosine +0.213
“かすれた声”
  cosine −0.050, no reference voices in this bundle to rank it among
“someone shouting”
  no answer
";
        assert_eq!(PLAIN.score("interview.flac", &score()), expected);
        assert_eq!(
            PLAIN.footer(&score().model, 11.0, 0.11),
            "slap-voice-small · float32 · tract · 11.0 s in 0.11 s (100 × real time)\n"
        );
    }

    /// A task of a group with an answer that is nothing to remark on.
    fn grouped(mut task: TaskScore, group: &str, usual: &str) -> TaskScore {
        let title = format!("The {group}");
        task.group = Some(Group { name: group.to_owned(), title });
        task.usual = Some(usual.to_owned());
        task
    }

    #[test]
    fn in_brief_only_what_is_to_remark_on_has_a_row() {
        let yes = Certainty::Answered;
        let tasks = [
            grouped(task("Whispering", yes, "whispered", 0.97), "voice", "voiced"),
            grouped(task("Breathy voice", yes, "clear", 0.99), "voice", "clear"),
            grouped(task("Noise", Certainty::Unsure, "quiet", 0.6), "recording", "quiet"),
            grouped(task("Trembling voice", yes, "steady", 0.9), "voice", "steady"),
            grouped(task("Room", yes, "dry", 0.9), "recording", "dry"),
            grouped(task("Creaky voice", Certainty::Unsure, "creaky", 0.6), "voice", "clear"),
        ];
        let written = |human: Human, tasks: &[TaskScore]| {
            let mut text = String::new();
            human.tasks(&mut text, tasks);
            text
        };
        let expected = "\
The voice
  Whispering  whispered                              ███████████████████▍   97 %
  as usual   Breathy voice: clear; Trembling voice: steady
  unsure     Creaky voice: creaky?

The recording
  as usual   Room: dry
  unsure     Noise: quiet?
";
        assert_eq!(written(PLAIN.brief(true), &tasks), expected);
        let full = written(PLAIN, &tasks);
        assert_eq!(full.lines().filter(|line| line.ends_with('%')).count(), tasks.len());
        let none = task("Whispering", Certainty::Abstained, "", 0.0);
        assert_eq!(written(PLAIN.brief(true), &[none]), "no answer to any task\n");
    }

    #[test]
    fn what_does_not_apply_says_why_or_is_left_out() {
        let yes = Certainty::Answered;
        let tasks = [
            grouped(task("Sex", yes, "female", 0.97), "speaker", ""),
            grouped(senseless("Pitch among men", &[("Sex", "female")]), "speaker", ""),
            grouped(
                senseless(
                    "Vocal effort",
                    &[("Shouting", "ordinary"), ("Murmuring", "ordinary")],
                ),
                "voice",
                "",
            ),
            grouped(task("Noise", yes, "noisy", 0.9), "recording", "quiet"),
        ];
        let written = |human: Human| {
            let mut text = String::new();
            human.tasks(&mut text, &tasks);
            text
        };
        let expected = "\
The speaker
  Sex              female                            ███████████████████▍   97 %
  Pitch among men  does not apply (Sex: female)

The voice
  Vocal effort     does not apply (Shouting: ordinary, Murmuring: ordinary)

The recording
  Noise            noisy                             ██████████████████··   90 %
";
        assert_eq!(written(PLAIN), expected);
        let brief = "\
The speaker
  Sex    female                                      ███████████████████▍   97 %

The recording
  Noise  noisy                                       ██████████████████··   90 %
";
        assert_eq!(written(PLAIN.brief(true)), brief);
        let narrow = written(Human { width: 40, ..PLAIN });
        assert!(narrow.lines().all(|line| columns(line) <= 40), "{narrow}");
        assert!(narrow.contains("Vocal effort     does not apply\n"), "{narrow}");
        assert_eq!(
            reason(&tasks[2], 50),
            "does not apply (Shouting: ordinary, …)",
            "an answer is whole or left out"
        );
        assert_eq!(reason(&tasks[2], 20), "does not apply");
    }

    #[test]
    fn a_task_that_applies_for_a_while_has_a_line_with_gaps() {
        let mut timeline = timeline();
        for (step, segment) in timeline.segments.iter_mut().enumerate() {
            let pitch = task("Pitch", Certainty::Answered, "high", 0.9);
            let hidden = senseless("Pitch", &[("Whispering", "whispered")]);
            segment.tasks.push(if step < 2 { hidden } else { pitch });
            segment.tasks.push(senseless("Register", &[("Whispering", "whispered")]));
        }
        let mut text = String::new();
        PLAIN.timeline(&mut text, &timeline);
        assert!(text.contains("Pitch: high            ··██"), "{text}");
        assert!(text.contains("Whispering: whispered  ▁▃▆█"), "{text}");
        assert!(!text.contains("Register"), "{text}");
    }

    #[test]
    fn in_brief_what_is_usual_all_the_time_has_no_line() {
        let mut timeline = timeline();
        for segment in &mut timeline.segments {
            let quiet = task("Noise", Certainty::Answered, "quiet", 0.9);
            segment.tasks.push(grouped(quiet, "recording", "quiet"));
        }
        let begun = Event {
            edge: Edge::Onset,
            task: "noise".to_owned(),
            title: "Noise".to_owned(),
            class: "quiet".to_owned(),
            time: 0.0,
            known: None,
            probability: None,
            usual: true,
        };
        timeline.events.insert(0, begun);
        let (mut full, mut brief) = (String::new(), String::new());
        PLAIN.timeline(&mut full, &timeline);
        PLAIN.brief(true).timeline(&mut brief, &timeline);
        assert_eq!(full.matches("Noise").count(), 2, "{full}");
        assert_eq!(brief.matches("Noise").count(), 0, "{brief}");
        assert_eq!(brief.matches("Whispering").count(), 3, "{brief}");
    }

    #[test]
    fn rounding_makes_nothing_certain() {
        assert_eq!(percent(0.998), ">99 %");
        assert_eq!(percent(0.002), " <1 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0), "  0 %");
        assert_eq!(percent(0.425), " 43 %");
    }

    #[test]
    fn what_is_not_good_says_why() {
        let mut score = score();
        for explanation in ["noisy (SNR 9.1 dB)", "narrow band (sound up to 3.4 kHz)"] {
            let explanation = explanation.to_owned();
            score.quality.reasons.push(Reason { reason: "x", explanation });
        }
        for (grade, beginning) in [("poor", "Poor"), ("usable", "Usable")] {
            score.quality.grade = grade;
            let text = PLAIN.score("x.wav", &score);
            let line = format!(
                "\n{beginning} – noisy (SNR 9.1 dB), narrow band (sound up to 3.4 kHz).\n"
            );
            assert!(text.contains(&line), "{text}");
        }
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        let mut score = score();
        score.tasks.push(task(&"x".repeat(90), Certainty::Unsure, &"y".repeat(90), 0.5));
        score.prompts.push(sentence(&"声".repeat(70), Some(0.1), Some(100.0)));
        score.timeline = Some(timeline());
        for width in [40, 60, 80, 120] {
            let human = Human { style: Style::PLAIN, width, brief: width == 60 };
            let name = "a very long file name indeed ".repeat(4);
            let text = human.score(&name, &score) + &human.footer(&score.model, 9e4, 123.0);
            for line in text.lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_narrow_terminal_gets_no_bars_but_every_answer() {
        let human = Human { width: 40, ..PLAIN };
        let expected = "\
interview.flac
11.0 s · 44.1 kHz · stereo · FLAC ·
−20.1 dBFS
────────────────────────────────────────
Good

Whispering       voiced            >99 %
Trembling        unsure (steady?)   56 %
Age-typical so…  no answer

“a tired, hoarse voice”
  stronger than 93 % of reference voices
  cosine +0.213
“かすれた声”
  cosine −0.050, no reference voices in
  this bundle to rank it among
“someone shouting”
  no answer
";
        assert_eq!(human.score("interview.flac", &score()), expected);
    }

    fn timeline() -> Timeline {
        let segments = (0..4)
            .map(|step| Segment {
                start: f64::from(step) * 0.48,
                end: f64::from(step + 1) * 0.48,
                grade: "good",
                reasons: Vec::new(),
                tasks: vec![task(
                    "Whispering",
                    Certainty::Answered,
                    "whispered",
                    step as f32 / 3.0,
                )],
                prompts: vec![sentence("hoarse", Some(0.1), Some(50.0))],
            })
            .collect();
        let event = |edge, time| Event {
            edge,
            task: "whisper".to_owned(),
            title: "Whispering".to_owned(),
            class: "whispered".to_owned(),
            time,
            known: None,
            probability: None,
            usual: false,
        };
        let events =
            vec![event(Edge::Onset, 0.48), event(Edge::Offset, 0.96), event(Edge::Onset, 1.44)];
        Timeline { segments, events }
    }

    #[test]
    fn scores_over_time_become_a_line_a_class() {
        let mut text = String::new();
        PLAIN.timeline(&mut text, &timeline());
        let expected = "\
over time              0.0 s to 1.9 s
Whispering: whispered  ▁▃▆█
“hoarse”               ▅▅▅▅

0.5 s to 1.0 s      Whispering: whispered
from 1.4 s          Whispering: whispered
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_label_keeps_its_class() {
        assert_eq!(label("Age-typical voice", "child", 30), "Age-typical voice: child");
        assert_eq!(label("Age-typical voice", "child", 18), "Age-typica…: child");
        assert_eq!(columns(&label(&"x".repeat(50), &"y".repeat(50), 18)), 18);
    }

    #[test]
    fn times_read_naturally() {
        assert_eq!(duration(0.346), "0.35 s");
        assert_eq!(duration(59.96), "1 min 00 s");
        assert_eq!(duration(185.2), "3 min 05 s");
        assert_eq!(duration(3725.0), "1 h 02 min");
        assert_eq!(clock(723.44), "12:03.4");
        assert_eq!(clock(3723.0), "1:02:03");
    }
}
