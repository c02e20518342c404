//! Tables for spreadsheets: comma-separated values as RFC 4180 has them.

use std::fmt::Display;

/// One row, built cell by cell.
#[derive(Debug, Default)]
pub struct Row {
    text: String,
    begun: bool,
}

impl Row {
    /// Adds a cell of text, quoted where it must be.
    pub fn text(&mut self, text: &str) {
        self.separate();
        if text.contains(['"', ',', '\n', '\r']) || text.trim() != text {
            self.text.push('"');
            self.text.push_str(&text.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(text);
        }
    }

    /// Adds a number, written so that it is read back unchanged; an absent one is an empty
    /// cell.
    pub fn number<N: Display>(&mut self, value: Option<N>) {
        self.separate();
        if let Some(value) = value {
            self.text.push_str(&value.to_string());
        }
    }

    /// The row with the end of its line.
    pub fn finish(mut self) -> String {
        self.text.push_str("\r\n");
        self.text
    }

    fn separate(&mut self) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut row = Row::default();
        row.text("voice.wav");
        row.text("a \"b\",\nc");
        row.text(" blank");
        row.number(Some(0.1f32));
        row.number(None::<f32>);
        row.text("");
        assert_eq!(row.finish(), "voice.wav,\"a \"\"b\"\",\nc\",\" blank\",0.1,,\r\n");
    }
}
