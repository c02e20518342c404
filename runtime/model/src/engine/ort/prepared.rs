//! Graphs as ONNX Runtime has optimised them, kept in a folder for the next start.
//!
//! A file is 32 bytes of SHA-256 and a graph. The digest is that of the bundle's graph, of
//! what ONNX Runtime says of its own build, and of the graph behind it. Whatever is missing,
//! damaged or another's is made anew, and what cannot be written is not: nothing depends on
//! it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process;

use crate::Sha256;

/// Where one prepared graph is kept.
pub(super) struct Prepared {
    file: PathBuf,
    /// Where ONNX Runtime writes it to.
    draft: PathBuf,
    /// Which graph it was made from.
    source: Sha256,
}

impl Prepared {
    /// The place in `folder` of the graph that is made from the one with the digest `source`.
    pub(super) fn new(folder: &Path, source: Sha256) -> Self {
        let name = format!("{source}-ort");
        Self {
            source,
            file: folder.join(format!("{name}.graph")),
            draft: folder.join(format!(".{name}.{}", process::id())),
        }
    }

    /// The graph, if there is one and it is whole.
    pub(super) fn read(&self) -> Option<Vec<u8>> {
        if !fs::metadata(&self.file).ok()?.is_file() {
            return None;
        }
        let mut content = fs::read(&self.file).ok()?;
        let (digest, graph) = content.split_at_checked(32)?;
        if self.digest(graph)?.as_bytes() != digest {
            return None;
        }
        content.drain(..32);
        Some(content)
    }

    fn digest(&self, graph: &[u8]) -> Option<Sha256> {
        let build = Sha256::of(ort::info().as_bytes());
        let origin = self.source.as_bytes().chain(build.as_bytes());
        Sha256::of_reader(origin.chain(graph)).ok()
    }

    /// Where to write the graph to before [`Prepared::keep`]; `None` where there is no folder
    /// and none can be made.
    pub(super) fn draft(&self) -> Option<&Path> {
        fs::create_dir_all(self.draft.parent()?).ok()?;
        Some(&self.draft)
    }

    /// Puts the draft in its place. A reader meets all of it or nothing.
    pub(super) fn keep(&self) {
        let graph = fs::read(&self.draft).unwrap_or_default();
        if let Some(digest) = self.digest(&graph).filter(|_| !graph.is_empty()) {
            let content = [digest.as_bytes(), graph.as_slice()].concat();
            let written = fs::write(&self.draft, content);
            let _ = written.and_then(|()| fs::rename(&self.draft, &self.file));
        }
        let _ = fs::remove_file(&self.draft);
    }
}
