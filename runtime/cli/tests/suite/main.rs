//! The `slap-edge` program, run as a user runs it.
//!
//! Where a new test goes:
//!
//! - [`recordings`]: what can be heard, every format, and that formats agree;
//! - [`bad_recordings`]: what cannot, and what is said about it;
//! - [`batch`]: many recordings, side by side and in folders;
//! - [`bundles`]: bundles that are missing, damaged or from the future, and `inspect`;
//! - [`engines`]: what runs the tower, and what is reported of it;
//! - [`listening`]: what is heard for as long as it takes, from standard input;
//! - [`measures`]: what is measured of a voice, in every format, and what is absent;
//! - [`reports`]: the page and the picture of a recording;
//! - [`prompts`]: sentences, packs, and sentences that make no sense;
//! - [`needs`]: tasks that do not apply, in every form;
//! - [`output`]: the shape of what is printed, exit codes, pipes, colours;
//! - [`shell`]: help, version, completions, manual pages.
//!
//! The tests need the bundle `models/slap-voice-small`; `SLAP_EDGE_TEST_BUNDLE` names
//! another. They assert what the program says about its input, not how good the model is.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bad_recordings;
mod batch;
mod bundles;
mod engines;
mod harness;
mod listening;
mod measures;
mod needs;
mod output;
mod prompts;
mod recordings;
mod reports;
mod shell;
mod sound;
