//! Helpers of the evidence: where things lie, and reading the simplest files.
//!
//! The evidence itself is in `evidence/`.

pub mod built;
pub mod markdown;
pub mod onnx_runtime;
pub mod scratch;
pub mod soak;
pub mod sound_server;
pub mod source;
pub mod wav;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The bundle that the evidence is about: the one in the repository, or the
/// folder that the environment variable `SLAP_TEST_BUNDLE` names.
pub fn bundle() -> PathBuf {
    std::env::var_os("SLAP_TEST_BUNDLE")
        .map_or_else(|| root().join("models/slap-voice-small"), PathBuf::from)
}

/// Every file below a folder whose name ends in `.extension`, sorted.
pub fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
