//! Plain pages for people: headings, pairs, columns.

use std::fmt::Write as _;

use super::terminal::{Style, columns, cut, fit, safe, wrap};

/// Columns a pair's name takes.
const NAME: usize = 14;

/// Columns left for the last cell of a row, however narrow the page is.
const LAST: usize = 8;

/// No cell is narrower than this.
const CELL: usize = 4;

/// Columns left for a title beside its facts.
const TITLE: usize = 14;

/// Collects the lines of a page.
#[derive(Debug)]
pub struct Page {
    style: Style,
    width: usize,
    text: String,
}

impl Page {
    /// An empty page `width` columns wide.
    pub fn new(style: Style, width: usize) -> Self {
        Self { style, width, text: String::new() }
    }

    /// A title on the left, facts on the right, a rule below.
    pub fn heading(&mut self, title: &str, facts: &str) {
        self.text.push_str(&heading(self.style, self.width, title, facts));
    }

    /// The name of several sections, between rules.
    pub fn title(&mut self, name: &str) {
        let name = cut(&safe(name), self.width.saturating_sub(6));
        let rest = self.width.saturating_sub(columns(&name) + 4);
        let (before, after) = (self.style.faint("──"), self.style.faint("─".repeat(rest)));
        let _ = writeln!(self.text, "\n{before} {} {after}", self.style.strong(name));
    }

    /// A blank line and the name of what follows.
    pub fn section(&mut self, name: &str) {
        let name = cut(&safe(name), self.width);
        let _ = writeln!(self.text, "\n{}", self.style.strong(name));
    }

    /// Running text.
    pub fn paragraph(&mut self, text: &str) {
        for line in wrap(&safe(text), self.width.saturating_sub(2)) {
            let _ = writeln!(self.text, "  {line}");
        }
    }

    /// A line that says all is well.
    pub fn good(&mut self, text: &str) {
        self.marked(&self.style.good("✓"), text);
    }

    /// A line that says what there is not.
    pub fn lacking(&mut self, text: &str) {
        self.marked(&self.style.faint("–"), text);
    }

    /// A line that is not broken, to be copied.
    pub fn verbatim(&mut self, text: &str) {
        let _ = writeln!(self.text, "  {}", self.style.faint(safe(text)));
    }

    fn marked(&mut self, mark: &str, text: &str) {
        for (index, line) in wrap(&safe(text), self.width.saturating_sub(4)).iter().enumerate()
        {
            let mark = if index == 0 { mark } else { " " };
            let _ = writeln!(self.text, "  {mark} {line}");
        }
    }

    /// A faint remark.
    pub fn note(&mut self, text: &str) {
        for line in wrap(&safe(text), self.width.saturating_sub(2)) {
            let _ = writeln!(self.text, "  {}", self.style.faint(line));
        }
    }

    /// A name and its value; a long value continues below itself.
    pub fn pair(&mut self, name: &str, value: &str) {
        let name = safe(name);
        let room = self.width.saturating_sub(NAME + 4);
        for (index, line) in wrap(&safe(value), room).iter().enumerate() {
            let label = if index == 0 { fit(&name, NAME) } else { " ".repeat(NAME) };
            let _ = writeln!(self.text, "  {}  {line}", self.style.faint(label));
        }
    }

    /// Cells of fixed widths and a last one that takes the rest of the line. On a narrow
    /// page the widest cells give way.
    pub fn columns(&mut self, cells: &[(&str, usize)], last: &str) {
        let mut widths: Vec<usize> = cells.iter().map(|(_, width)| *width).collect();
        let room = self.width.saturating_sub(2 + 2 * cells.len() + LAST);
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > CELL => *widest -= 1,
                _ => break,
            }
        }
        let mut line = String::from("  ");
        for ((cell, _), width) in cells.iter().zip(widths) {
            line.push_str(&fit(&safe(cell), width));
            line.push_str("  ");
        }
        let room = self.width.saturating_sub(columns(&line));
        line.push_str(&cut(&safe(last), room));
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// The finished page.
    pub fn finish(self) -> String {
        self.text
    }
}

/// A title on the left, facts on the right, a rule below. Facts that leave no room for the
/// title stand below it.
pub fn heading(style: Style, width: usize, title: &str, facts: &str) -> String {
    let (title, facts) = (safe(title), safe(facts));
    let rule = style.faint("─".repeat(width));
    if columns(&facts) + TITLE > width {
        let title = style.strong(cut(&title, width));
        let facts = wrap(&facts, width);
        let facts: Vec<String> = facts.iter().map(|line| style.faint(line)).collect();
        return format!("{title}\n{}\n{rule}\n", facts.join("\n"));
    }
    let title = cut(&title, width.saturating_sub(columns(&facts) + 2));
    let gap = width.saturating_sub(columns(&title) + columns(&facts));
    format!("{}{}{}\n{rule}\n", style.strong(&title), " ".repeat(gap), style.faint(&facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_fit_terminals_of_any_width() {
        for width in [40, 60, 80, 120] {
            let mut page = Page::new(Style::PLAIN, width);
            page.heading("slap-voice-small", &"a fact · ".repeat(14));
            page.section(&"section ".repeat(20));
            page.paragraph(&"running text ".repeat(20));
            page.good(&"all is well ".repeat(20));
            page.note(&"by the way ".repeat(20));
            page.pair("Front end", &"value ".repeat(40));
            page.columns(
                &[("golden/log_mel.safetensors", 32), ("12 kB", 10), ("0f", 10)],
                "role",
            );
            page.columns(&[("breathiness", 18), ("Breathiness", 26)], "breathy | clear");
            let text = page.finish();
            for line in text.lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
            assert!(text.contains("role") && text.contains("breathy"), "{text}");
        }
    }
}
