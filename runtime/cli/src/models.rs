//! Opening what the user named: bundles, packs, text towers, with errors that say which.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use slap_edge::model::{Bundle, PromptPack, Reading, TextError, TextTower};

use crate::output::{Terminal, quote};
use crate::packfile;

/// Opens the bundle in `folder`.
pub fn open_bundle(folder: &Path) -> anyhow::Result<Bundle> {
    Bundle::open(folder).context("the bundle cannot be used")
}

/// Reads the pack at `path`, which must fit the tower of `bundle`.
pub fn read_pack(path: &Path, bundle: &Bundle) -> anyhow::Result<PromptPack> {
    let bytes = packfile::read(path)
        .with_context(|| format!("the prompt pack '{}' cannot be used", path.display()))?;
    parse_pack(&bytes, path, bundle)
}

/// Reads a pack from the content of the file `path`.
pub fn parse_pack(bytes: &[u8], path: &Path, bundle: &Bundle) -> anyhow::Result<PromptPack> {
    let dim = bundle.manifest().tower.embedding_dim;
    PromptPack::read(bytes, bundle.fit(), dim)
        .with_context(|| format!("the prompt pack '{}' cannot be used", path.display()))
}

/// Embeds `sentences` with the text tower of `bundle`; one unit vector each. Says on standard
/// error which of them say nothing that the bundle knows.
///
/// The tower is loaded here and dropped at the end: it is by far the largest part of a
/// bundle, and nothing needs it once the sentences are vectors.
pub fn embed(
    bundle: &Bundle,
    sentences: &[String],
    terminal: &Terminal,
) -> anyhow::Result<Vec<Vec<f32>>> {
    if sentences.is_empty() {
        return Ok(Vec::new());
    }
    let text = TextTower::load(bundle).context("sentences cannot be embedded")?;
    let mut embeddings = Vec::with_capacity(sentences.len());
    for (sentence, (embedding, reading)) in
        sentences.iter().zip(each(sentences, |sentence| text.understand(sentence))?)
    {
        if let Some(doubt) = doubt(sentence, reading.as_ref()) {
            writeln!(io::stderr(), "{} {doubt}", terminal.err.caution("warning:"))?;
        }
        embeddings.push(embedding);
    }
    Ok(embeddings)
}

/// What to say where a sentence was taken to say nothing that the bundle knows.
pub fn doubt(sentence: &str, reading: Option<&Reading>) -> Option<String> {
    reading.is_some_and(|reading| reading.clearly().is_empty()).then(|| {
        format!(
            "{} says nothing that this bundle knows of voices; its scores mean little",
            quote(sentence)
        )
    })
}

/// What the text tower of `bundle` takes each of `sentences` to say.
pub fn read_sentences(bundle: &Bundle, sentences: &[String]) -> anyhow::Result<Vec<Reading>> {
    let text = TextTower::load(bundle).context("sentences cannot be read")?;
    let readings = each(sentences, |sentence| text.read(sentence))?;
    let known: Option<Vec<Reading>> = readings.into_iter().collect();
    known.context(
        "expected a text tower that reads a sentence as things it knows, got one that maps it \
         as a whole",
    )
}

fn each<T>(
    sentences: &[String],
    of: impl Fn(&str) -> Result<T, TextError>,
) -> anyhow::Result<Vec<T>> {
    let one = |sentence: &String| {
        of(sentence).with_context(|| format!("the sentence {} cannot be used", quote(sentence)))
    };
    sentences.iter().map(one).collect()
}
