//! What this program uses of the machine, as Linux tells it.

use std::fs;

use crate::Outcome;

/// Seconds that this thread has computed: the first field of schedstat, in nanoseconds.
///
/// # Errors
///
/// A sentence, if the system does not tell.
pub fn computed() -> Outcome<f64> {
    first_fields("/proc/thread-self/schedstat").map(|[nanos, _]| nanos / 1e9)
}

/// Bytes of resident memory: the second field of statm, in pages of 4 KiB.
///
/// # Errors
///
/// A sentence, if the system does not tell.
pub fn resident() -> Outcome<f64> {
    first_fields("/proc/self/statm").map(|[_, pages]| pages * 4096.0)
}

fn first_fields(path: &str) -> Outcome<[f64; 2]> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("{path} could not be read: {error}"))?;
    let mut fields = text.split_whitespace().map(str::parse);
    match (fields.next(), fields.next()) {
        (Some(Ok(first)), Some(Ok(second))) => Ok([first, second]),
        _ => Err(format!("{path} reads {text:?}")),
    }
}
