//! A line that is typed.

use crate::output::{columns, safe};

/// A longer sentence is cut: nobody says more in one.
const LONGEST: usize = 400;

/// The line and where one is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What is seen as one character each, accents and all.
    clusters: Vec<String>,
    cursor: usize,
}

impl Entry {
    /// Types `text`; line breaks become blanks, other control characters are left out.
    pub fn insert(&mut self, text: &str) {
        for character in text.chars() {
            let character =
                if matches!(character, '\n' | '\r' | '\t') { ' ' } else { character };
            if character.is_control() || self.characters() >= LONGEST {
                continue;
            }
            let mut bytes = [0; 4];
            let text = character.encode_utf8(&mut bytes);
            // What has no width of its own belongs to what is before it.
            let before = self.cursor.checked_sub(1);
            match before.and_then(|before| self.clusters.get_mut(before)) {
                Some(cluster) if columns(text) == 0 => cluster.push(character),
                _ => {
                    self.clusters.insert(self.cursor, text.to_owned());
                    self.cursor += 1;
                }
            }
        }
    }

    /// Removes what is before the cursor.
    pub fn backspace(&mut self) {
        if let Some(before) = self.cursor.checked_sub(1) {
            self.clusters.remove(before);
            self.cursor = before;
        }
    }

    /// Removes what is at the cursor.
    pub fn delete(&mut self) {
        if self.cursor < self.clusters.len() {
            self.clusters.remove(self.cursor);
        }
    }

    /// Removes the word before the cursor.
    pub fn delete_word(&mut self) {
        let is_blank = |it: &Self| it.cursor > 0 && it.clusters[it.cursor - 1] == " ";
        while is_blank(self) {
            self.backspace();
        }
        while self.cursor > 0 && !is_blank(self) {
            self.backspace();
        }
    }

    /// Removes everything before the cursor.
    pub fn delete_to_start(&mut self) {
        self.clusters.drain(..self.cursor);
        self.cursor = 0;
    }

    /// Moves the cursor, to the left where `by` is negative.
    pub fn step(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(self.clusters.len());
    }

    /// The line without blanks around it; `None` where nothing is left.
    pub fn text(&self) -> Option<String> {
        let text = self.clusters.concat();
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// As much of the line as `width` columns show, and the column of the cursor in it.
    pub fn window(&self, width: usize) -> (String, usize) {
        let shown: Vec<String> = self.clusters.iter().map(|it| safe(it)).collect();
        let widths: Vec<usize> = shown.iter().map(|it| columns(it)).collect();
        // The cursor needs a column of its own after the last character.
        let room = width.saturating_sub(1);
        let mut start = self.cursor;
        let mut before = 0;
        while start > 0 && before + widths[start - 1] <= room {
            start -= 1;
            before += widths[start];
        }
        let mut end = self.cursor;
        let mut used = before;
        while end < shown.len() && used + widths[end] <= width {
            used += widths[end];
            end += 1;
        }
        (shown[start..end].concat(), before)
    }

    fn characters(&self) -> usize {
        self.clusters.iter().map(|it| it.chars().count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Entry {
        let mut entry = Entry::default();
        entry.insert(text);
        entry
    }

    #[test]
    fn an_accent_goes_with_its_letter() {
        let mut entry = typed("fe\u{301}");
        assert_eq!(entry.window(9), ("fe\u{301}".into(), 2));
        entry.backspace();
        assert_eq!(entry.text(), Some("f".into()));
        entry.backspace();
        entry.backspace();
        assert_eq!(entry.text(), None);
    }

    #[test]
    fn what_is_pasted_is_one_line_without_commands() {
        assert_eq!(typed(" a\r\nb\x1b[31m\t ").text(), Some("a  b[31m".into()));
        let long = typed(&"x".repeat(9999));
        assert_eq!(long.text().map(|it| it.len()), Some(LONGEST));
    }

    #[test]
    fn words_and_beginnings_are_removed_at_once() {
        let mut entry = typed("a hoarse  voice");
        entry.delete_word();
        assert_eq!(entry.text(), Some("a hoarse".into()));
        entry.delete_word();
        entry.step(-1);
        entry.delete();
        assert_eq!(entry.text(), Some("a".into()));
        entry.delete_to_start();
        assert_eq!(entry.text(), None);
    }

    #[test]
    fn the_cursor_is_always_seen() {
        let mut entry = typed("声の質abc");
        assert_eq!(entry.window(5), ("abc".into(), 3));
        assert_eq!(entry.window(6), ("質abc".into(), 5));
        entry.step(-3);
        assert_eq!(entry.window(6), ("の質ab".into(), 4));
        entry.step(isize::MIN);
        assert_eq!(entry.window(3), ("声".into(), 0));
        for width in 0..12 {
            for _ in 0..8 {
                let (text, at) = entry.window(width);
                assert!(columns(&text) <= width && at <= columns(&text), "{width}: {text}");
                entry.step(1);
            }
            entry.step(isize::MIN);
        }
    }
}
