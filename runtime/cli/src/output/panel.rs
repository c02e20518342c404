//! Measures for people: a table in groups, with usual ranges and who says so.

use std::fmt::Write as _;

use slap_edge::core::voice::Functional;
use slap_edge::core::voice::ranges::Place;

use super::measures::{ABSENT, Group, Measures, References, number, range_of, unit};
use super::terminal::{Style, columns, fit, wrap};

/// Columns of a label, and of the name of a functional.
const LABEL: usize = 24;
const NAME: usize = 41;

/// Columns of a value and of its unit.
const VALUE: usize = 7;
const UNIT: usize = 6;

/// A terminal with fewer columns has no room for ranges.
const NARROW: usize = 78;

/// Lays out measures, and remembers which references it named.
#[derive(Clone, Debug)]
pub struct Panel {
    style: Style,
    width: usize,
    /// Nothing need fit: what is printed goes to no screen.
    endless: bool,
    references: References,
    /// Something is marked as beyond its usual range.
    marked: bool,
    /// Something is absent.
    absent: bool,
}

impl Panel {
    /// A panel `width` columns wide, painted by `style`.
    pub fn new(style: Style, width: usize) -> Self {
        let references = References::default();
        Self { style, width, endless: false, references, marked: false, absent: false }
    }

    /// Descriptions are printed on a line of their own length where `endless`.
    pub fn endless(self, endless: bool) -> Self {
        Self { endless, ..self }
    }

    /// What the values are compared with, in words.
    pub fn basis(&self, measures: &Measures) -> String {
        let lines = wrap(measures.basis().sentence(), self.width);
        lines.iter().map(|line| self.style.faint(line) + "\n").collect()
    }

    /// The few measures that people look at first, with their usual ranges.
    pub fn selection(&mut self, measures: &Measures) -> String {
        let mut text = String::new();
        for group in Group::ALL {
            let _ = writeln!(text, "{}", self.style.strong(group.name()));
            for (functional, label) in group.selection() {
                let line = self.line(measures, *functional, label);
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        text
    }

    /// Every functional under its name.
    pub fn all(&mut self, measures: &Measures) -> String {
        let mut text = String::new();
        for group in Group::ALL {
            let _ = writeln!(text, "{}", self.style.strong(group.name()));
            for functional in group.functionals() {
                let amount = self.amount(measures, functional);
                let name = fit(functional.name(), NAME.min(self.width - VALUE - UNIT - 5));
                let mut line = format!("  {name} {amount}");
                let description = functional.description();
                let beside = columns(&line) + 2 + columns(description) <= self.width;
                if self.endless || beside {
                    let _ = write!(line, "  {}", self.style.faint(description));
                }
                let _ = writeln!(text, "{}", line.trim_end());
                if !self.endless && !beside {
                    for line in wrap(description, self.width.saturating_sub(6)) {
                        let _ = writeln!(text, "      {}", self.style.faint(line));
                    }
                }
            }
        }
        text
    }

    /// What the signs mean and who the references are; empty where nothing needs it.
    pub fn notes(&self) -> String {
        let mut notes = Vec::new();
        if self.marked {
            notes.push(
                "↑ above, ↓ below, ↕ between the usual ranges of such speech. A range with \
                 “about” is a round figure: nothing is marked against it."
                    .to_owned(),
            );
        }
        if self.absent {
            notes.push(format!("{ABSENT} cannot be measured in this recording"));
        }
        let references = self.references.list().iter().enumerate();
        let references: Vec<String> = references
            .map(|(index, reference)| format!("{} {}", raised(index + 1), reference.short))
            .collect();
        if !references.is_empty() {
            notes.push(references.join(" · "));
        }
        let mut text = String::new();
        for note in notes {
            for line in wrap(&note, self.width) {
                let _ = writeln!(text, "{}", self.style.faint(line));
            }
        }
        text
    }

    fn line(&mut self, measures: &Measures, functional: Functional, label: &str) -> String {
        let amount = self.amount(measures, functional);
        let mark = match measures.place(functional) {
            Some(Place::Below) => "↓",
            Some(Place::Between) => "↕",
            Some(Place::Above) => "↑",
            Some(Place::Within) | None => " ",
        };
        self.marked |= mark != " ";
        let mark = self.style.caution(mark);
        let mut line = format!("  {} {amount} {mark}", fit(label, LABEL));
        if self.width >= NARROW {
            let _ = write!(line, " {}", self.ranges(measures, functional));
        }
        line
    }

    /// The value and its unit in [`VALUE`] and [`UNIT`] columns.
    fn amount(&mut self, measures: &Measures, functional: Functional) -> String {
        match measures.get(functional) {
            Some(value) => {
                let value = number(value, functional.unit());
                let gap = " ".repeat(VALUE.saturating_sub(columns(&value)));
                format!(
                    "{gap}{} {}",
                    self.style.amount(value),
                    fit(unit(functional.unit()), UNIT)
                )
            }
            None => {
                self.absent = true;
                let gap = " ".repeat(VALUE - 1);
                format!("{gap}{} {}", self.style.faint(ABSENT), " ".repeat(UNIT))
            }
        }
    }

    fn ranges(&mut self, measures: &Measures, functional: Functional) -> String {
        let mut words = Vec::new();
        let mut signs = String::new();
        for usual in measures.ranges(functional) {
            words.push(range_of(usual));
            let sign = raised(self.references.number(usual.reference));
            if !signs.contains(&sign) {
                signs += &sign;
            }
        }
        if words.is_empty() {
            return String::new();
        }
        self.style.faint(format!("{} {signs}", words.join(", ")))
    }
}

/// A number in raised digits.
fn raised(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    number.to_string().bytes().map(|byte| DIGITS[usize::from(byte - b'0')]).collect()
}

#[cfg(test)]
mod tests {
    use slap_edge::core::voice::Summary;

    use super::*;

    #[test]
    fn a_panel_fits_terminals_of_any_width() {
        let measures = Measures::new(&Summary::new(), None, true);
        for width in [40, 60, 80, 100] {
            let mut panel = Panel::new(Style::PLAIN, width);
            let selection = panel.selection(&measures);
            let text = format!("{selection}{}{}", panel.all(&measures), panel.notes());
            for line in text.lines() {
                assert!(columns(line) <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
            assert!(text.contains("Jitter") && text.contains("cannot be measured"), "{text}");
            assert_eq!(width >= NARROW, text.contains("¹ Fitch"), "{text}");
        }
    }

    #[test]
    fn descriptions_are_whole() {
        let measures = Measures::new(&Summary::new(), None, true);
        for (width, endless) in [(40, false), (80, false), (80, true)] {
            let mut panel = Panel::new(Style::PLAIN, width).endless(endless);
            let text = panel.all(&measures);
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for functional in Functional::all() {
                assert!(words.contains(functional.description()), "{width}: {text}");
            }
            let lines = Functional::COUNT + Group::ALL.len();
            assert_eq!(text.lines().count() == lines, endless);
        }
    }

    #[test]
    fn references_are_numbered_as_they_come() {
        assert_eq!((raised(1), raised(10)), ("¹".to_owned(), "¹⁰".to_owned()));
    }
}
