//! Opening what the user named: bundles, packs, text towers, with errors that say which.

use std::path::Path;

use anyhow::Context;
use slap_edge::model::{Bundle, PromptPack, TextTower};

use crate::output::quote;
use crate::packfile;

/// Opens the bundle in `folder`.
pub fn open_bundle(folder: &Path) -> anyhow::Result<Bundle> {
    Bundle::open(folder).context("the bundle cannot be used")
}

/// Reads the pack at `path`, which must be made for the tower of `bundle`.
pub fn read_pack(path: &Path, bundle: &Bundle) -> anyhow::Result<PromptPack> {
    let bytes = packfile::read(path)
        .with_context(|| format!("the prompt pack '{}' cannot be used", path.display()))?;
    parse_pack(&bytes, path, bundle)
}

/// Reads a pack from the content of the file `path`.
pub fn parse_pack(bytes: &[u8], path: &Path, bundle: &Bundle) -> anyhow::Result<PromptPack> {
    let dim = bundle.manifest().tower.embedding_dim;
    PromptPack::read(bytes, bundle.tower_sha256(), dim)
        .with_context(|| format!("the prompt pack '{}' cannot be used", path.display()))
}

/// Embeds `sentences` with the text tower of `bundle`; one unit vector each.
///
/// The tower is loaded here and dropped at the end: it is by far the largest part of a
/// bundle, and nothing needs it once the sentences are vectors.
pub fn embed(bundle: &Bundle, sentences: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
    if sentences.is_empty() {
        return Ok(Vec::new());
    }
    let text = TextTower::load(bundle).context("sentences cannot be embedded")?;
    sentences
        .iter()
        .map(|sentence| {
            text.embed(sentence)
                .with_context(|| format!("the sentence {} cannot be used", quote(sentence)))
        })
        .collect()
}
