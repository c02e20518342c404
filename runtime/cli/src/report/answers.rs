//! What a task says over time: a bar a step, as high as its answer is probable.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::draw::{CLASSES, FAINT, GUIDE, INK, n, width_of, words};
use super::figure::{Drawing, Strip, WIDTH, task_answer, task_title, text};
use super::findings::Findings;
use super::tracks::Answer;
use crate::output::report::{Certainty, TaskScore, spoken};

/// The height of a strip.
pub const HEIGHT: f64 = 20.0;

/// The size of the names in a strip.
const NAME_SIZE: f64 = 10.5;

/// The colour of the class at `index`.
fn colour(index: usize) -> &'static str {
    CLASSES[index % CLASSES.len()]
}

/// The patterns of what is unsure, one a class, and of what has no answer.
pub fn patterns() -> Markup {
    html! {
        defs {
            @for (index, colour) in CLASSES.iter().enumerate() {
                pattern id=(format!("unsure{index}")) width="5" height="5"
                    patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="5" height="5" fill="#ffffff" {}
                    rect width="2" height="5" fill=(colour) {}
                }
            }
            pattern id="abstained" width="7" height="7" patternUnits="userSpaceOnUse" {
                rect width="7" height="7" fill="#f4f5f7" {}
                path d="M0 0L7 7M7 0L0 7" stroke="#c3cad2" stroke-width="0.8" {}
            }
        }
    }
}

/// Neighbouring steps that look the same but for their probabilities.
struct Run {
    looks: Answer,
    start: f64,
    end: f64,
    /// Where each step ends, and how high its bar is.
    steps: Vec<(f64, f32)>,
}

impl Run {
    /// The class that it shows, sure or unsure.
    fn class(&self) -> Option<usize> {
        match self.looks {
            Answer::Class(class, _) | Answer::Unsure(class, _) => Some(class),
            Answer::Abstained | Answer::NotApplicable => None,
        }
    }
}

/// A class that a strip shows without its name.
pub struct Unnamed {
    class: usize,
    name: String,
    task: String,
}

/// A square that looks like the bars of a class.
fn chip(class: usize, unsure: bool) -> Markup {
    let pattern = format!("url(#unsure{})", class % CLASSES.len());
    let (fill, opacity) =
        if unsure { (pattern.as_str(), "1") } else { (colour(class), FILLED) };
    html! {
        rect width="9" height="9" fill=(fill) fill-opacity=(opacity) stroke=(colour(class))
            stroke-width="0.8" {}
    }
}

/// What the colours of classes mean that have no name in their strip, in lines below
/// `top`.
pub fn key(unnamed: &[Unnamed], top: f64) -> Drawing {
    const LINE: f64 = 16.0;
    if unnamed.is_empty() {
        return Drawing { height: 0.0, markup: html! {} };
    }
    const TITLE: &str = "Bars too short for their names:";
    let (mut x, mut y) = (width_of(TITLE, NAME_SIZE) + 8.0, top + 4.0);
    let mut markup = vec![text(0.0, y + 10.5, "start", FAINT, NAME_SIZE, TITLE)];
    for Unnamed { class, name, task } in unnamed {
        let label = format!("{task}: {name}");
        let width = 14.0 + width_of(&label, NAME_SIZE) + 18.0;
        if x > 0.0 && x + width > WIDTH {
            (x, y) = (0.0, y + LINE);
        }
        let place = format!("translate({} {})", n(x), n(y + 2.0));
        markup.push(html! {
            g transform=(place) { (chip(*class, false)) }
            (text(x + 14.0, y + 10.5, "start", FAINT, NAME_SIZE, &label))
        });
        x += width;
    }
    let height = y + LINE - top;
    Drawing { height, markup: html! { @for part in markup { (part) } } }
}

/// The strip of the task at `index`.
///
/// Classes that it shows without room for their names are left in `unnamed`.
pub fn strip(
    findings: &Findings,
    index: usize,
    task: &TaskScore,
    strip: Strip,
    unnamed: &mut Vec<Unnamed>,
) -> Markup {
    let runs = runs(findings, index, strip);
    let classes = findings.classes.get(index).map(Vec::as_slice).unwrap_or_default();
    let name =
        |class: usize| classes.get(class).map(|name| words(&spoken(name))).unwrap_or_default();
    let top = task.answer.as_ref().and_then(|top| classes.iter().position(|it| it == top));
    let chip = top.map(|class| chip(class, task.certainty == Certainty::Unsure));
    let fits = |run: &Run, name: &str| width_of(name, NAME_SIZE) + 8.0 < run.end - run.start;
    for class in 0..classes.len() {
        let shown = |run: &&Run| run.class() == Some(class);
        let named =
            |run: &Run| matches!(run.looks, Answer::Class(..)) && fits(run, &name(class));
        if top != Some(class)
            && runs.iter().any(|run| shown(&run))
            && !runs.iter().filter(shown).any(named)
        {
            unnamed.push(Unnamed { class, name: name(class), task: words(&task.title) });
        }
    }
    // What holds all the time has the reason in its strip.
    let throughout = |run: &Run| matches!(run.looks, Answer::NotApplicable | Answer::Abstained);
    let reason = task
        .needs
        .first()
        .filter(|_| runs.iter().all(throughout))
        .map_or_else(|| NOT_APPLICABLE.to_owned(), |need| words(&need.in_short()));
    let (answer, share) = answer(task);
    let ink = if task.certainty == Certainty::Answered { INK } else { FAINT };
    html! {
        g {
            (task_title(strip, &task.title))
            rect x=(n(strip.time.at(0.0))) y=(n(strip.top)) height=(n(strip.height))
                width=(n(strip.time.at(f64::INFINITY) - strip.time.at(0.0)))
                fill="#fbfcfd" stroke=(GUIDE) {}
            @for run in &runs {
                @let (fill, label) = match run.looks {
                    Answer::Class(class, _) => (colour(class).to_owned(), name(class)),
                    Answer::Unsure(class, _) => {
                        (format!("url(#unsure{})", class % CLASSES.len()), String::new())
                    }
                    Answer::Abstained => ("url(#abstained)".to_owned(), String::new()),
                    Answer::NotApplicable => ("none".to_owned(), reason.clone()),
                };
                path d=(outline(run, strip)) fill=(fill) fill-opacity=(opacity(run.looks))
                    stroke=[edge(run.looks)] stroke-width="0.8" {}
                @if !label.is_empty() && fits(run, &label) {
                    (text(run.start + 5.0, strip.middle() + 3.8, "start", ink_of(run.looks),
                        NAME_SIZE, &label))
                }
            }
            (task_answer(strip, chip, &answer, &share, ink))
        }
    }
}

/// The answer of a task for the whole recording and how probable it is, in words.
pub fn answer(task: &TaskScore) -> (String, String) {
    let class = task.answer.as_deref().map(spoken).unwrap_or_default();
    match task.certainty {
        Certainty::Answered => (class, share(task)),
        Certainty::Unsure => (format!("{class}?"), share(task)),
        Certainty::Abstained => ("no answer".to_owned(), String::new()),
        Certainty::NotApplicable => (NOT_APPLICABLE.to_owned(), String::new()),
    }
}

/// The probability of the answer; what is not certain never reads as certain.
fn share(task: &TaskScore) -> String {
    match task.probability {
        Some(share) => match (share * 100.0).round() {
            100.0 if share < 1.0 => ">99 %".to_owned(),
            percent => format!("{percent:.0} %"),
        },
        None => String::new(),
    }
}

/// Bars have an edge, so that their height is seen.
fn edge(looks: Answer) -> Option<&'static str> {
    match looks {
        Answer::Class(class, _) | Answer::Unsure(class, _) => Some(colour(class)),
        Answer::Abstained | Answer::NotApplicable => None,
    }
}

/// Where a task does not apply, its strip is empty but for these words or the reason.
const NOT_APPLICABLE: &str = "does not apply";

/// The colour of the words in a strip.
fn ink_of(looks: Answer) -> &'static str {
    if looks == Answer::NotApplicable { FAINT } else { INK }
}

/// Names are read through the colour of a class.
const FILLED: &str = "0.5";

fn opacity(looks: Answer) -> &'static str {
    if matches!(looks, Answer::Class(..)) { FILLED } else { "1" }
}

fn runs(findings: &Findings, index: usize, strip: Strip) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (from, to, answers) in findings.tracks.answers.spans() {
        let answer = answers.of(index);
        let (looks, height) = match answer {
            Answer::Class(class, share) => (Answer::Class(class, 0.0), share),
            Answer::Unsure(class, share) => (Answer::Unsure(class, 0.0), share),
            Answer::Abstained | Answer::NotApplicable => (answer, 1.0),
        };
        let start = strip.time.at(from as f64 * findings.step_seconds);
        let end = strip.time.at(to as f64 * findings.step_seconds);
        match runs.last_mut() {
            Some(run) if run.looks == looks => {
                run.end = end;
                run.steps.push((end, height));
            }
            _ => runs.push(Run { looks, start, end, steps: vec![(end, height)] }),
        }
    }
    runs
}

fn outline(run: &Run, strip: Strip) -> String {
    let mut path = format!("M{} {}", n(run.start), n(strip.bottom()));
    for (end, share) in &run.steps {
        let top = strip.bottom() - f64::from(share.clamp(0.0, 1.0)) * strip.height;
        let _ = write!(path, "V{}H{}", n(top), n(*end));
    }
    let _ = write!(path, "V{}z", n(strip.bottom()));
    path
}
