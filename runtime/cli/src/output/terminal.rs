//! What the terminal can do: colours, width, whether anyone is watching.

use std::fmt::Display;
use std::io::IsTerminal;

use crate::args::ColorWhen;

/// Columns assumed where output goes to a file or a pipe and `COLUMNS` says nothing.
const DEFAULT_WIDTH: usize = 80;

/// Narrower and wider terminals are laid out as if they were this wide.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=100;

/// The two output streams and their abilities.
#[derive(Debug)]
pub struct Terminal {
    /// Colours of standard output.
    pub out: Style,
    /// Colours of standard error.
    pub err: Style,
    /// Columns to lay out for.
    pub width: usize,
    /// No screen has to hold what is printed: it goes to a file or a pipe.
    pub endless: bool,
    /// Standard output is a terminal.
    pub out_is_terminal: bool,
    /// Standard error is a terminal.
    pub err_is_terminal: bool,
}

impl Terminal {
    /// Asks the environment.
    pub fn detect(when: ColorWhen) -> Self {
        let out_is_terminal = std::io::stdout().is_terminal();
        let err_is_terminal = std::io::stderr().is_terminal();
        let stated = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
        let stated: Option<usize> = stated.filter(|columns| *columns > 0);
        let size = console::Term::stdout().size_checked().filter(|_| out_is_terminal);
        let width = stated
            .or(size.map(|(_, columns)| usize::from(columns)))
            .unwrap_or(DEFAULT_WIDTH)
            .clamp(*WIDTHS.start(), *WIDTHS.end());
        let (no_color, dumb) = (is_set("NO_COLOR"), is("TERM", "dumb"));
        let colour = |is_terminal: bool| match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_terminal && !no_color && !dumb,
        };
        Self {
            out: Style { colour: colour(out_is_terminal) },
            err: Style { colour: colour(err_is_terminal) },
            width,
            endless: stated.is_none() && !out_is_terminal,
            out_is_terminal,
            err_is_terminal,
        }
    }

    /// Whether a person looks at standard output, on a terminal that can draw a screen.
    pub fn is_watched(&self) -> bool {
        self.out_is_terminal && !is("TERM", "dumb")
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn is(variable: &str, value: &str) -> bool {
    std::env::var_os(variable).is_some_and(|got| got == value)
}

/// Paints text by its meaning, or leaves it alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// A style that leaves text alone.
    #[cfg(test)]
    pub const PLAIN: Self = Self { colour: false };

    /// A heading.
    pub fn strong(self, text: impl Display) -> String {
        self.paint("1", text)
    }

    /// What can be skipped on a first reading.
    pub fn faint(self, text: impl Display) -> String {
        self.paint("2", text)
    }

    /// A measured amount, as in the filled part of a bar.
    pub fn amount(self, text: impl Display) -> String {
        self.paint("36", text)
    }

    /// All is well.
    pub fn good(self, text: impl Display) -> String {
        self.paint("32", text)
    }

    /// Take care.
    pub fn caution(self, text: impl Display) -> String {
        self.paint("33", text)
    }

    /// Something failed.
    pub fn bad(self, text: impl Display) -> String {
        self.paint("1;31", text)
    }

    fn paint(self, code: &str, text: impl Display) -> String {
        let text = text.to_string();
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text
        }
    }
}

/// `text` cut or filled with spaces to exactly `width` columns.
pub fn fit(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let used = columns(&cut);
    format!("{cut}{}", " ".repeat(width.saturating_sub(used)))
}

/// `text`, shortened with an ellipsis where it is wider than `width` columns.
pub fn cut(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// Columns `text` takes on the screen.
pub fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

/// `text` as it may be shown: control characters, which could move the cursor or
/// recolour the screen, and marks that reorder a line, break it or hide become visible
/// substitutes.
pub fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || misleads(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether a character changes how those around it are laid out, and is not seen itself.
fn misleads(character: char) -> bool {
    matches!(
        character,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// A sentence in quotation marks, shortened, for an error message.
pub fn quote(text: &str) -> String {
    format!("“{}”", cut(&safe(text), 40))
}

/// `text` broken between words into lines of at most `width` columns; a longer word is
/// broken where the line ends.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for character in word.chars() {
            let mut bytes = [0; 4];
            let next = columns(character.encode_utf8(&mut bytes));
            if columns(&line) + next > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits_by_columns_not_by_characters() {
        assert_eq!(fit("voice", 7), "voice  ");
        assert_eq!(fit("whispering", 7), "whispe…");
        assert_eq!(columns(&fit("声の質について", 9)), 9);
    }

    #[test]
    fn wrapping_keeps_every_word_and_breaks_long_ones() {
        assert_eq!(wrap("a tired, hoarse voice", 9), ["a tired,", "hoarse", "voice"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert!(wrap("嗄れた声で話している", 6).iter().all(|line| columns(line) <= 6));
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        assert_eq!(safe("a\x1b[31mb\n"), "a\u{fffd}[31mb\u{fffd}");
        assert_eq!(safe("\u{202e}gnp.wav\u{2028}\u{feff}"), "\u{fffd}gnp.wav\u{fffd}\u{fffd}");
        assert_eq!(safe("ä 日本"), "ä 日本");
    }

    #[test]
    fn plain_style_adds_nothing() {
        assert_eq!(Style::PLAIN.bad("x"), "x");
        assert_eq!(Style { colour: true }.good("x"), "\x1b[32mx\x1b[0m");
    }
}
