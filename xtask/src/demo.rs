//! `make demo`: from a fresh machine to scored recordings.

use std::fs;
use std::time::Instant;

use crate::process::{self, BUILD_COMMAND, cargo, command, root};
use crate::{Outcome, system};

/// The bundle that the demo listens with.
const BUNDLE: &str = "models/slap-voice-small";

/// Where the recordings lie.
const RECORDINGS: &str = "tests/recordings";

/// Installs what is missing, builds the command and scores the recordings.
///
/// # Errors
/// A sentence saying which of these could not be done.
pub fn run() -> Outcome {
    system::provide(system::TO_RUN)?;

    println!("Building slap-edge (5 to 15 minutes the first time)");
    process::run(&mut cargo(&BUILD_COMMAND))?;

    let recordings = recordings()?;
    println!("\n$ slap-edge score --bundle {BUNDLE} {RECORDINGS}/*.flac\n");
    let mut score =
        command(root().join("target/release/slap-edge"), &["score", "--bundle", BUNDLE]);
    score.args(&recordings);
    let start = Instant::now();
    process::run(&mut score)?;
    println!(
        "\n{} recordings scored in {:.2} s. Try one of your own:\n\n  target/release/slap-edge score YOUR-FILE.wav --prompt \"a hoarse voice\"\n",
        recordings.len(),
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

fn recordings() -> Outcome<Vec<String>> {
    let entries = fs::read_dir(root().join(RECORDINGS))
        .map_err(|error| format!("{RECORDINGS} could not be read: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".flac"))
        .map(|name| format!("{RECORDINGS}/{name}"))
        .collect();
    names.sort();
    if names.is_empty() {
        return Err(format!("{RECORDINGS} holds no .flac file to score"));
    }
    Ok(names)
}
