//! Tests that end their process or need an environment of their own: each runs once more in
//! a child of the test program.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

// The tests across crates have the same server; this crate lies below theirs.
#[path = "../../../../tests/src/sound_server.rs"]
mod sound_server;

pub use sound_server::SoundServer;

/// Tells a child which test it is to run.
const MARK: &str = "SLAP_EDGE_TEST_CHILD";

/// Runs the test `name` of `listen::module` in a child with `environment` added, and returns
/// what became of it; `None` in that child, which then does the work.
pub fn in_child(module: &str, name: &str, environment: &[(&str, &OsStr)]) -> Option<Output> {
    if std::env::var_os(MARK).is_some() {
        return None;
    }
    let test = format!("listen::{module}::tests::{name}");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "--test-threads=1", &test])
        .env(MARK, "1")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("running 1 test"), "no test is called {test}: {said}");
    Some(output)
}

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    /// Its path is short: that of a socket in it must be.
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (own, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("slap-edge-{own}-{count}"));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the test `name` of `listen::module` in a child whose sound server is in a folder of
/// its own; `work` gets that folder.
pub fn with_own_server(module: &str, name: &str, work: impl FnOnce(&Path)) {
    const FOLDER: &str = "SLAP_EDGE_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        return work(Path::new(&folder));
    }
    let folder = Folder::new();
    let server = SoundServer::new(&folder.0).unwrap();
    let own = server.environment();
    let mut environment: Vec<(&str, &OsStr)> = vec![(FOLDER, folder.0.as_os_str())];
    environment.extend(own.iter().map(|(name, value)| (*name, value.as_os_str())));
    let output = in_child(module, name, &environment).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{said}", String::from_utf8_lossy(&output.stdout));
}

/// The server of that folder, running.
pub fn started(folder: &Path) -> SoundServer {
    let mut server = SoundServer::new(folder).unwrap();
    server.start().unwrap();
    server
}

/// Noise of `frames` frames in two channels, never zero, another for each `seed`.
pub fn noise(frames: usize, seed: u64) -> Vec<i16> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        ((state >> 49) as i16 - 16_384) | 1
    };
    (0..frames * 2).map(|_| next()).collect()
}

/// Writes samples of two channels at 48 kHz.
pub fn write_wav(path: &Path, samples: &[i16]) {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let size = bytes.len() as u32;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    for field in [1_u16, 2] {
        file.extend(field.to_le_bytes());
    }
    file.extend(48_000_u32.to_le_bytes());
    file.extend(192_000_u32.to_le_bytes());
    for field in [4_u16, 16] {
        file.extend(field.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(bytes);
    fs::write(path, file).unwrap();
}
