//! The two things that tests read in documents: tables and code blocks.

/// The rows of the table whose header's first cell is `first`, without the
/// header; cells trimmed.
pub fn table<'a>(text: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    text.lines()
        .map(cells)
        .skip_while(|row| row.first() != Some(&first))
        .skip(2)
        .take_while(|row| !row.is_empty())
        .collect()
}

fn cells(line: &str) -> Vec<&str> {
    match line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) {
        Some(inner) => inner.split('|').map(str::trim).collect(),
        None => Vec::new(),
    }
}

/// The text between backticks, outside code blocks.
pub fn code_spans(text: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    let mut inside_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside_block = !inside_block;
        } else if !inside_block {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    spans
}

/// The fenced blocks of a language: the line they start on, counted from 1,
/// and their lines.
pub fn blocks<'a>(text: &'a str, language: &str) -> Vec<(usize, Vec<&'a str>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, usize, Vec<&str>)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(name)) => open = Some((name.trim() == language, index + 2, Vec::new())),
            (Some(_), Some(_)) => {
                if let Some((true, start, lines)) = open.take() {
                    blocks.push((start, lines));
                }
            }
            (Some((_, _, lines)), None) => lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
text with `a/b` and `c`

| room | uses |
|---|---|
| `x` | one, two |
| `y` | |

```sh
first
second
```
```text
not `this`
```
";

    #[test]
    fn tables_spans_and_blocks_are_found() {
        assert_eq!(table(TEXT, "room"), [["`x`", "one, two"], ["`y`", ""]]);
        assert_eq!(code_spans(TEXT), ["a/b", "c", "x", "y"]);
        assert_eq!(blocks(TEXT, "sh"), [(9, vec!["first", "second"])]);
    }
}
