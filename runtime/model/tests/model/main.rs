//! Tests of slap-model against whole bundles on disk.
//!
//! - `draft`: makes a tiny bundle that a test may then spoil;
//! - `bundles`: each way a bundle can be wrong;
//! - `packs`: reading, writing and merging prompt packs;
//! - `towers`: streaming, window and waveform towers against sums done by hand;
//! - `texts`: sentences in, embeddings or clear errors out.

mod bundles;
mod draft;
mod packs;
mod texts;
mod towers;
