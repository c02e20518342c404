//! The picture: one SVG file, complete in itself.

use maud::{Markup, PreEscaped, html};
use slap_edge::core::voice::ranges::Reference;

use super::draw::{FAINT, GUIDE, INK, OUTSIDE, cut, lines, n, words};
use super::figure::{self, figure, text};
use super::findings::Findings;
use super::{ranges, words as says};
use crate::output::measures::{ABSENT, Group, References, number, range_of, unit};

/// Room around everything.
const MARGIN: f64 = 24.0;

/// The height of a line of the measures, and where its parts are within a column.
const ROW: f64 = 20.0;
const COLUMN: f64 = 450.0;
const VALUE: f64 = 208.0;
const UNIT: f64 = 213.0;
const SIGN: f64 = 166.0;
const BAR: f64 = 264.0;

/// The picture of a recording.
pub fn sheet(findings: &Findings) -> String {
    let (top, header) = header(findings);
    let drawing = figure(findings, top);
    let (measures, references, height) = measures(findings, top + drawing.height + 16.0);
    let below = top + drawing.height + 16.0 + height;
    let (footer, bottom) = footer(findings, &references, below + 12.0);
    let (width, height) = (figure::WIDTH + 2.0 * MARGIN, bottom + 2.0 * MARGIN);
    let size = format!("{} {} {} {}", n(-MARGIN), n(-MARGIN), n(width), n(height));
    let markup = html! {
        (PreEscaped(r#"<?xml version="1.0" encoding="UTF-8"?>"#)) "\n"
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(size) width=(n(width)) height=(n(height))
            font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif" {
            title { (words(&findings.title)) " – slap-edge" }
            rect x=(n(-MARGIN)) y=(n(-MARGIN)) width=(n(width)) height=(n(height)) fill="#ffffff" {}
            (header)
            (drawing.markup)
            (measures)
            (footer)
        }
    };
    markup.into_string() + "\n"
}

/// The header, and where it ends.
fn header(findings: &Findings) -> (f64, Markup) {
    let (sign, grade, reasons) = says::verdict(findings);
    let reasons = lines(&reasons, 12.5, figure::WIDTH - 60.0);
    let height = 34.0 + 17.0 * reasons.len() as f64;
    let (edge, fill, ink) = match findings.quality.grade {
        "good" => ("#2a6f97", "#eff6fa", "#1b5576"),
        "usable" => ("#b98100", "#fdf7e6", "#7a5600"),
        _ => ("#b3400b", "#fdf0ea", "#8f3006"),
    };
    let facts = format!("{} · {}", says::facts(findings), words(&findings.model.bundle));
    let markup = html! {
        text x="0" y="20" fill=(INK) font-size="24" font-weight="600" {
            (cut(&words(&findings.title), 24.0, figure::WIDTH))
        }
        (text(0.0, 42.0, "start", FAINT, 13.0, &facts))
        rect x="0.5" y="56.5" width=(n(figure::WIDTH - 1.0)) height=(n(height)) rx="4" fill=(fill)
            stroke=(edge) {}
        rect x="0" y="56" width="7" height=(n(height + 1.0)) fill=(edge) {}
        text x="22" y="79" fill=(ink) font-size="16" font-weight="600" { (sign) " " (grade) }
        @for (index, line) in reasons.iter().enumerate() {
            (text(22.0, 98.0 + 17.0 * index as f64, "start", INK, 12.5, line))
        }
    };
    (56.0 + height + 22.0, markup)
}

/// The measures in two columns, who says what is usual, and the height they take.
fn measures(findings: &Findings, top: f64) -> (Markup, References, f64) {
    let mut references = References::default();
    // As many lines to the left as to the right, groups kept together.
    let count = |group: &Group| group.selection().len() + 1;
    let all: usize = Group::ALL.iter().map(count).sum();
    let (mut x, mut y, mut used, mut deepest) = (0.0, top, 0, 0.0f64);
    let mut rows: Vec<Markup> = Vec::new();
    for group in Group::ALL {
        if x == 0.0 && used > 0 && (used + count(&group) / 2) * 2 > all {
            (x, y) = (COLUMN + 10.0, top);
        }
        used += count(&group);
        rows.push(html! {
            text x=(n(x)) y=(n(y + 14.0)) fill=(INK) font-size="13" font-weight="600" {
                (group.name())
            }
        });
        y += ROW;
        for (functional, label) in group.selection() {
            let value = findings.measures.get(*functional);
            let shown = value.map_or(ABSENT.to_owned(), |it| number(it, functional.unit()));
            let of = value.map_or("", |_| unit(functional.unit()));
            let ranges = findings.measures.ranges(*functional);
            let usual: Vec<String> = ranges.iter().map(|it| range_of(it)).collect();
            let number = ranges.first().map(|it| references.number(it.reference));
            let base = y + 14.0;
            rows.push(html! {
                (text(x, base, "start", INK, 12.0, label))
                text x=(n(x + VALUE)) y=(n(base)) text-anchor="end" fill=(INK) font-size="12"
                    font-weight="600" { (shown) }
                (text(x + UNIT, base, "start", FAINT, 11.0, of))
                @if let Some((sign, meaning)) = says::place(findings.measures.place(*functional)) {
                    g {
                        title { (meaning) }
                        (text(x + SIGN, base, "end", OUTSIDE, 12.0, sign))
                    }
                }
                @if let Some((height, bars)) = ranges::bars(&findings.measures, *functional) {
                    @let place = format!("translate({} {})", n(x + BAR), n(y + 9.0 - height / 2.0));
                    g transform=(place) {
                        title { (usual.join(", ")) }
                        (bars)
                    }
                }
                @if let Some(number) = number {
                    (text(x + BAR + ranges::WIDTH + 4.0, base, "start", FAINT, 10.0, &format!("[{number}]")))
                }
            });
            y += ROW;
        }
        y += 6.0;
        deepest = deepest.max(y);
    }
    let rule = format!("M0 {}H{}", n(top - 8.0), n(figure::WIDTH));
    let markup = html! {
        path d=(rule) stroke=(GUIDE) {}
        @for row in rows { (row) }
    };
    (markup, references, deepest - top)
}

/// The ranges that are shown from a reference, a sentence.
fn ranges_of(findings: &Findings, reference: &Reference) -> String {
    let mut parts = Vec::new();
    for (functional, label) in Group::ALL.iter().flat_map(|group| group.selection()) {
        let shown = findings.measures.ranges(*functional).into_iter();
        let shown: Vec<String> =
            shown.filter(|usual| usual.reference == reference).map(range_of).collect();
        if !shown.is_empty() {
            let of = unit(functional.unit());
            parts.push(format!("{label}: {} ({of})", shown.join(", ")));
        }
    }
    format!("{}.", parts.join("; "))
}

/// Notes, references and origin, and where they end.
fn footer(findings: &Findings, references: &References, top: f64) -> (Markup, f64) {
    let mut notes = vec![
        format!("{} {}", says::basis(findings), says::RANGES_MEAN),
        format!("{} {}", says::SIGNS_MEAN, says::ABSENT_MEANS),
        format!(
            "{} Hatched and ?: {} Crossed: {}",
            says::BARS_MEAN,
            says::UNSURE_MEANS,
            says::ABSTAINED_MEANS
        ),
    ];
    for (index, reference) in references.list().iter().enumerate() {
        let mut note = format!("[{}] {}. ", index + 1, reference.full);
        let ranges = ranges_of(findings, reference);
        note +=
            &[ranges].into_iter().chain(says::remarks(reference)).collect::<Vec<_>>().join(" ");
        notes.push(note);
    }
    if let Some(sha256) = &findings.sha256 {
        notes.push(format!("File, SHA-256: {sha256}"));
    }
    let origin = says::origin(findings);
    let origin: Vec<String> =
        origin.iter().map(|(name, value)| format!("{name}: {}", words(value))).collect();
    notes.push(origin.join(" · "));
    notes.push(says::NOT_MEDICAL.to_owned());
    let lines: Vec<String> =
        notes.iter().flat_map(|note| lines(note, 10.5, figure::WIDTH)).collect();
    let end = top + 15.0 * lines.len() as f64;
    let rule = format!("M0 {}H{}", n(top - 8.0), n(figure::WIDTH));
    let markup = html! {
        path d=(rule) stroke=(GUIDE) {}
        @for (index, line) in lines.iter().enumerate() {
            (text(0.0, top + 11.0 + 15.0 * index as f64, "start", FAINT, 10.5, line))
        }
    };
    (markup, end)
}
