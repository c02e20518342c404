//! Reading Rust source just well enough to ask what stands in it.

/// The code of a file without comments, text in quotes, test modules and, when
/// asked, without what only exists with the feature `std`. Line breaks stay, so
/// that line numbers do.
pub fn code(text: &str, without_std: bool) -> String {
    let bare = without_comments_and_text(text);
    let bare = without_items(&bare, "#[cfg(test)]");
    if without_std { without_items(&bare, "#[cfg(feature = )]") } else { bare }
}

/// The modules that a file declares for tests only and, when asked, those that it declares
/// for the feature `std` only.
pub fn special_modules(text: &str, of_std: bool) -> Vec<&str> {
    let attributes: &[&str] = match of_std {
        true => &["#[cfg(test)]", r#"#[cfg(feature = "std")]"#],
        false => &["#[cfg(test)]"],
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines
        .windows(2)
        .filter(|pair| attributes.contains(&pair[0]))
        .filter_map(|pair| pair[1].split_once("mod "))
        .filter(|(visibility, _)| visibility.is_empty() || visibility.starts_with("pub"))
        .filter_map(|(_, rest)| rest.strip_suffix(';'))
        .collect()
}

/// Replaces comments and quoted text by nothing. The name of a feature is
/// quoted text, so `#[cfg(feature = "std")]` becomes `#[cfg(feature = )]`; for
/// any other feature the attribute is dropped, because its code stays.
fn without_comments_and_text(text: &str) -> String {
    let text: String = text
        .lines()
        .map(|line| {
            let feature = line.trim_start().starts_with("#[cfg(feature = ");
            if feature && !line.contains(r#""std""#) { "" } else { line }
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            quoted(rest)
        } else if let Some(length) = character(rest) {
            length
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        out.extend(rest[..skipped].chars().filter(|&it| it == '\n'));
        rest = &rest[skipped..];
    }
    out
}

/// The length of the quoted text that `rest` begins with.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// The length of the character literal that `rest` begins with, if it does:
/// `'"'` and `'{'` must not be taken for what they contain.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut letters = inner.char_indices();
    let (_, first) = letters.next()?;
    if first == '\\' {
        letters.next();
    }
    let (end, last) = letters.next()?;
    (last == '\'').then_some(1 + end + 1)
}

/// Removes each item that follows `attribute`: up to its closing brace, or its
/// semicolon if that comes before any brace.
fn without_items(text: &str, attribute: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(attribute) {
        out.push_str(&rest[..start]);
        let item = &rest[start..];
        let mut depth = 0usize;
        let mut end = item.len();
        for (at, letter) in item.char_indices().skip(attribute.len()) {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if (letter == '}' || letter == ';') && depth == 0 {
                end = at + 1;
                break;
            }
        }
        out.extend(item[..end].chars().filter(|&it| it == '\n'));
        rest = &item[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
//! std:: in a comment
#[cfg(feature = "std")]
mod on_heap { use std::vec; }
#[cfg(feature = "std")]
pub mod real;
#[cfg(feature = "microfft")]
mod micro { fn quote() -> char { '"' } }
fn kept<'a>(x: &'a str) { x == "std::vec {"; }
#[cfg(test)]
pub(super) mod signals;
#[cfg(test)]
mod tests { use std::vec; }
"#;

    #[test]
    fn only_code_is_left() {
        let code = code(TEXT, true);
        assert!(!code.contains("std::"), "{code}");
        assert!(code.contains("mod micro") && code.contains("fn kept"), "{code}");
        assert_eq!(code.matches('\n').count(), TEXT.matches('\n').count(), "{code}");
        assert_eq!(special_modules(TEXT, true), ["real", "signals"]);
    }

    #[test]
    fn without_asking_the_feature_stays() {
        let code = code(TEXT, false);
        assert!(code.contains("use std::vec;"), "{code}");
        assert_eq!(code.matches("std::").count(), 1, "{code}");
    }
}
