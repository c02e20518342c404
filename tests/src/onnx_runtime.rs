//! ONNX Runtime, from the Python environment that `make setup` makes.

use std::path::{Path, PathBuf};

/// The library's file.
///
/// # Panics
///
/// Where it is missing, with what to do.
#[expect(clippy::panic, reason = "only tests call it")]
pub fn library() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    for folder in root.filter_map(|root| std::fs::read_dir(root.join(".venv/lib")).ok()) {
        for python in folder.flatten() {
            let capi = python.path().join("site-packages/onnxruntime/capi");
            let files = std::fs::read_dir(capi).into_iter().flatten().flatten();
            let mut names = files.map(|file| file.path()).filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str());
                name.is_some_and(|name| name.starts_with("libonnxruntime.so"))
            });
            if let Some(path) = names.next() {
                return path;
            }
        }
    }
    panic!("no ONNX Runtime in .venv; these tests need it: run 'make setup'")
}
