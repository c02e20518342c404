//! The machine-readable form: a versioned envelope around every payload.
//!
//! `json` prints one envelope, `ndjson` one a line. The shape is a contract: a key may be
//! added under the same [`SPEC_VERSION`], but none is removed or given another meaning.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

/// Version of the envelope and of every payload in it.
pub const SPEC_VERSION: &str = "1.0";

/// What surrounds every payload.
#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    spec_version: &'static str,
    /// When the line was written: RFC 3339, UTC, milliseconds.
    timestamp: String,
    event: &'a str,
    payload: &'a T,
}

/// Writes `payload` as one compact line and flushes, so that a reader of a pipe sees it
/// at once.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn line<T: Serialize>(out: &mut dyn Write, event: &str, payload: &T) -> anyhow::Result<()> {
    unflushed_line(out, event, payload)?;
    Ok(out.flush()?)
}

/// `payload` as text, for [`payload_line`].
///
/// # Errors
///
/// When it cannot be written out, as a map with keys that are no strings.
pub fn payload<T: Serialize>(payload: &T) -> anyhow::Result<String> {
    Ok(serde_json::to_string(payload)?)
}

/// As [`line`], of a payload that is written out already.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn payload_line(out: &mut dyn Write, event: &str, payload: &str) -> anyhow::Result<()> {
    // Only the envelope's last value is missing.
    let mut text = serde_json::to_string(&envelope(event, &()))?;
    text.truncate(text.len() - "null}".len());
    text.push_str(payload);
    text.push_str("}\n");
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes `payload` as one compact line that may stay in a buffer, where lines come by the
/// thousand.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn unflushed_line<T: Serialize>(
    out: &mut dyn Write,
    event: &str,
    payload: &T,
) -> anyhow::Result<()> {
    let mut text = serde_json::to_string(&envelope(event, payload))?;
    text.push('\n');
    Ok(out.write_all(text.as_bytes())?)
}

/// Writes `payload` as one indented document, a piece at a time: with scores over time the
/// text is long.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn document<T: Serialize>(
    out: &mut dyn Write,
    event: &str,
    payload: &T,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(out);
    // A reader that went away is an error of the output, not of the text.
    serde_json::to_writer_pretty(&mut out, &envelope(event, payload))
        .map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

fn envelope<'a, T>(event: &'a str, payload: &'a T) -> Envelope<'a, T> {
    let now = jiff::Timestamp::now();
    Envelope { spec_version: SPEC_VERSION, timestamp: format!("{now:.3}"), event, payload }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_told_by_its_kind() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for payload in ["short".to_owned(), "long".repeat(10_000)] {
            let error = document(&mut Gone, "scores", &payload).unwrap_err();
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            assert_eq!(kind, Some(io::ErrorKind::BrokenPipe));
        }
    }

    #[test]
    fn a_line_is_one_envelope() {
        let content = serde_json::json!({"input": "a\nb.wav"});
        let (mut out, mut ready) = (Vec::new(), Vec::new());
        line(&mut out, "score", &content).unwrap();
        payload_line(&mut ready, "score", &payload(&content).unwrap()).unwrap();
        let untimed = |text: &[u8]| {
            let mut value: serde_json::Value = serde_json::from_slice(text).unwrap();
            value["timestamp"].take();
            value
        };
        assert_eq!(untimed(&ready), untimed(&out));
        assert_eq!((ready.len(), ready.last()), (out.len(), Some(&b'\n')));
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["spec_version"], "1.0");
        assert_eq!(value["event"], "score");
        assert_eq!(value["payload"]["input"], "a\nb.wav");
        let timestamp = value["timestamp"].as_str().unwrap();
        assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "{timestamp}");
        assert_eq!(timestamp.len(), "2026-01-01T00:00:00.000Z".len(), "{timestamp}");
    }
}
