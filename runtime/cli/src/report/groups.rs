//! The strips of the tasks, group by group, and in words what needs no strip.

use maud::{Markup, html};

use super::answers::{self, Unnamed};
use super::draw::{FAINT, INK, lines, n, words};
use super::figure::{Strip, WIDTH, text};
use super::findings::Findings;
use super::tracks::{Answer, Answers};
use crate::output::report::{Certainty, TaskScore};

/// The height of a heading, and of a line of words with its size.
const HEADING: f64 = 14.0;
const LINE: f64 = 15.0;
const WORDS: f64 = 10.5;

/// The strips of all tasks. `place` gives room of some height below what was placed before;
/// classes without room for their names are left in `unnamed`.
pub fn strips(
    findings: &Findings,
    mut place: impl FnMut(f64) -> Strip,
    unnamed: &mut Vec<Unnamed>,
) -> Vec<Markup> {
    if findings.brief && is_silent(findings) {
        return vec![nothing(findings, place(answers::HEIGHT))];
    }
    let mut drawn = Vec::new();
    for (group, tasks) in TaskScore::by_group(&findings.tasks) {
        if let Some(group) = group {
            drawn.push(heading(place(HEADING), &words(&group.title)));
        }
        let mut rest: Vec<&TaskScore> = Vec::new();
        for task in tasks {
            let index = findings.tasks.iter().position(|it| it.task == task.task);
            let index = index.unwrap_or(usize::MAX);
            if findings.brief && !is_worth_a_strip(findings, index, task) {
                rest.push(task);
            } else {
                let strip = place(answers::HEIGHT);
                drawn.push(answers::strip(findings, index, task, strip, unnamed));
            }
        }
        let mut said = Vec::new();
        for (why, certainty) in
            [("As usual", Certainty::Answered), ("Unsure", Certainty::Unsure)]
        {
            let named = rest.iter().filter(|task| task.certainty == certainty);
            let named: Vec<String> = named.map(|task| words(&task.in_short())).collect();
            if !named.is_empty() {
                said.extend(lines(&format!("{why}: {}", named.join("; ")), WORDS, WIDTH));
            }
        }
        if !said.is_empty() {
            drawn.push(paragraph(place(LINE * said.len() as f64), &said));
        }
    }
    drawn
}

/// Whether a task has an answer to remark on, if only for a while; never where it does not
/// apply to the recording as a whole.
fn is_worth_a_strip(findings: &Findings, index: usize, task: &TaskScore) -> bool {
    let classes = findings.classes.get(index).map(Vec::as_slice).unwrap_or_default();
    if task.certainty == Certainty::NotApplicable {
        return false;
    }
    task.is_remarkable()
        || findings.tracks.answers.spans().any(|(_, _, answers)| match answers.of(index) {
            Answer::Class(class, _) => classes.get(class) != task.usual.as_ref(),
            Answer::Unsure(..) | Answer::Abstained | Answer::NotApplicable => false,
        })
}

/// Whether no task has an answer at any time; quality decides for all of them at once.
fn is_silent(findings: &Findings) -> bool {
    let abstains = |answers: &Answers| answers.of(0) == Answer::Abstained;
    findings.tasks.iter().all(|task| task.certainty == Certainty::Abstained)
        && findings.tracks.answers.spans().all(|(_, _, answers)| abstains(answers))
}

/// One strip in the place of those of all tasks, where none has an answer.
fn nothing(findings: &Findings, strip: Strip) -> Markup {
    let Some(task) = findings.tasks.first() else { return html! {} };
    let all = TaskScore { title: "All tasks".to_owned(), ..task.clone() };
    answers::strip(findings, 0, &all, strip, &mut Vec::new())
}

fn heading(strip: Strip, title: &str) -> Markup {
    html! {
        (ground(strip))
        text x="0" y=(n(strip.bottom() + 2.0)) fill=(INK) font-size="13" font-weight="600" {
            (title)
        }
    }
}

fn paragraph(strip: Strip, lines: &[String]) -> Markup {
    html! {
        (ground(strip))
        @for (index, line) in lines.iter().enumerate() {
            (text(0.0, strip.top + 11.0 + LINE * index as f64, "start", FAINT, WORDS, line))
        }
    }
}

/// Hides the lines of the axis behind words.
fn ground(strip: Strip) -> Markup {
    html! {
        rect x="0" y=(n(strip.top - 2.0)) width=(n(WIDTH)) height=(n(strip.height + 6.0))
            fill="#ffffff" {}
    }
}
