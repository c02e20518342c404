//! The page: one HTML file, complete in itself.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use slap_edge::core::voice::Functional;

use super::draw::{n, words};
use super::figure::{self, figure};
use super::findings::Findings;
use super::{ranges, words as says};
use crate::output::measures::{ABSENT, Group, References, number, range_of, unit};
use crate::output::report::TaskScore;

/// Nothing may be loaded: the page says so itself.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// The page of a recording.
pub fn page(findings: &Findings) -> String {
    let title = words(&findings.title);
    let mut references = References::default();
    let measures = measures(findings, &mut references);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(format!("slap-edge {}", env!("CARGO_PKG_VERSION")));
                title { (title) " – slap-edge" }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                (header(findings, &title))
                main {
                    section {
                        h2 { "Over time" }
                        div.figure tabindex="0" { (over_time(findings)) }
                        (legend())
                        (answers(findings))
                    }
                    section.measures {
                        h2 { "Measures of the voice" }
                        p.note { (says::basis(findings)) }
                        (measures)
                    }
                    section.columns {
                        div {
                            h2 { "Recording" }
                            dl { @for (name, value) in says::quality(findings) {
                                div { dt { (name) } dd { (value) } }
                            } }
                        }
                        div {
                            h2 { "Made with" }
                            dl.long { @for (name, value) in says::origin(findings) {
                                div { dt { (name) } dd { bdi { (words(&value)) } } }
                            } }
                        }
                    }
                    (notes(findings, &references))
                }
            }
        }
    };
    markup.into_string()
}

fn header(findings: &Findings, title: &str) -> Markup {
    let (sign, grade, reasons) = says::verdict(findings);
    html! {
        header {
            p.kind { "slap-edge report" }
            h1 { bdi { (title) } }
            p.facts { (says::facts(findings)) " · " bdi { (words(&findings.model.bundle)) } }
            div.verdict.(findings.quality.grade) {
                span.sign aria-hidden="true" { (sign) }
                div {
                    p.grade { (grade) }
                    p { (reasons) }
                }
            }
            @for warning in &findings.warnings {
                p.warning { "Note: " (words(warning)) "." }
            }
        }
    }
}

fn over_time(findings: &Findings) -> Markup {
    let drawing = figure(findings, 1.0);
    let size = format!("0 0 {} {}", n(figure::WIDTH), n(drawing.height + 2.0));
    html! {
        svg viewBox=(size) role="img" aria-label="Waveform, log-mel, pitch, level and answers over time" {
            (drawing.markup)
        }
    }
}

fn legend() -> Markup {
    html! {
        p.note {
            (says::BARS_MEAN) " "
            span.key.unsure {} " and ?: " (says::UNSURE_MEANS) " "
            span.key.abstained {} " " (says::ABSTAINED_MEANS)
        }
    }
}

/// The answers once more, for screens on which the figure has to be moved about.
fn answers(findings: &Findings) -> Markup {
    html! {
        @if !findings.tasks.is_empty() {
            div.answers { @for (group, tasks) in TaskScore::by_group(&findings.tasks) {
                @if let Some(group) = group { h3 { (words(&group.title)) } }
                dl { @for task in tasks {
                    @let (answer, share) = super::answers::answer(task);
                    div { dt { (words(&task.title)) } dd { (words(&answer)) " " (share) } }
                } }
            } }
        }
    }
}

fn measures(findings: &Findings, references: &mut References) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Measure" }
                th.value scope="col" { "Value" }
                th.unit scope="col" { span.hidden { "Unit" } }
                th.bar scope="col" { "Beside its usual range" }
                th scope="col" { "Usual range, or what it is" }
            } }
            @for group in Group::ALL {
                tbody {
                    tr.group { th colspan="5" scope="rowgroup" { (group.name()) } }
                    @for (functional, label) in group.selection() {
                        (row(findings, *functional, label, references))
                    }
                }
            }
        }
    }
}

fn row(
    findings: &Findings,
    functional: Functional,
    label: &str,
    references: &mut References,
) -> Markup {
    let measures = &findings.measures;
    let of = functional.unit();
    let value = measures.get(functional);
    let place = says::place(measures.place(functional));
    let mut numbers = Vec::new();
    let ranges = measures.ranges(functional);
    let remark = ranges.first().map(|usual| usual.remark).unwrap_or_default();
    let usual: Vec<String> = ranges
        .into_iter()
        .map(|usual| {
            let number = references.number(usual.reference);
            if !numbers.contains(&number) {
                numbers.push(number);
            }
            range_of(usual)
        })
        .collect();
    html! {
        tr {
            th scope="row" title=(functional.description()) { (label) }
            td.value {
                @if let Some((sign, meaning)) = place {
                    span.outside title=(meaning) { (sign) span.hidden { " (" (meaning) ") " } }
                }
                (value.map_or_else(|| ABSENT.to_owned(), |value| number(value, of)))
            }
            td.unit { @if value.is_some() { (unit(of)) } }
            @if let Some((height, bars)) = ranges::bars(measures, functional) {
                td.bar {
                    @let (width, height) = (n(ranges::WIDTH + 2.0), n(height + 2.0));
                    svg viewBox=(format!("-1 -1 {width} {height}")) width=(width) height=(height)
                        aria-hidden="true" { (bars) }
                }
                td.usual title=[(!remark.is_empty()).then_some(remark)] {
                    (usual.join(", "))
                    @for number in &numbers {
                        " " a href=(format!("#r{number}")) { "[" (number) "]" }
                    }
                }
            } @else {
                td.about colspan="2" { (functional.description()) }
            }
        }
    }
}

fn notes(findings: &Findings, references: &References) -> Markup {
    html! {
        section.notes {
            h2 { "Notes" }
            p { (says::SIGNS_MEAN) " " (says::ABSENT_MEANS) }
            p { (says::RANGES_MEAN) }
            @if !references.list().is_empty() {
                ol {
                    @for (index, reference) in references.list().iter().enumerate() {
                        li id=(format!("r{}", index + 1)) {
                            (reference.full) "."
                            @for remark in says::remarks(reference) { " " (remark) }
                        }
                    }
                }
            }
            p { strong { (says::NOT_MEDICAL) } }
            p.small {
                "Levels are relative to the full scale of the recording, so they depend on the \
                 microphone and its distance. Scores are those of the bundle named above, \
                 smoothed over time. The page loads nothing from elsewhere."
                @if findings.tasks.is_empty() { " No task was scored." }
            }
        }
    }
}
