//! Tests of slap-model against whole bundles on disk.
//!
//! - `draft`: makes a tiny bundle that a test may then spoil;
//! - `bundles`: each way a bundle can be wrong;
//! - `packs`: reading, writing and merging prompt packs;
//! - `towers`: streaming, window and waveform towers against sums done by hand;
//! - `texts`: sentences in, embeddings or clear errors out.

// Helpers may unwrap as the tests do: a panic is how they fail.
#![allow(clippy::unwrap_used)]

mod bundles;
mod draft;
mod packs;
mod texts;
mod towers;
