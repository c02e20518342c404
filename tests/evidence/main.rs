//! What no crate can prove alone. Where a new test goes:
//!
//! - `architecture`: what ARCHITECTURE.md says about dependencies, paths and
//!   absences.
//! - `golden`: the bundle's recorded features, embeddings and scores, replayed.
//! - `front_end`: features that other libraries computed, matched.
//! - `stream`: cutting the audio differently changes nothing; a file's result
//!   is the stream's.
//! - `listening`: a microphone, played to by a sound server of the tests' own.
//! - `allocation`: what must not touch the heap while it runs.
//! - `tampering`: bundles that are not what they say.
//! - `documentation`: commands in the documents run as they stand there.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod allocation;
mod architecture;
mod documentation;
mod engines;
mod front_end;
mod golden;
mod listening;
mod stream;
mod tampering;
