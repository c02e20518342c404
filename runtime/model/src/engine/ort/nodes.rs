//! Counting which provider runs how many nodes, from a profile of one step.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;

use crate::engine::{Nodes, Provider};

/// A folder for the profile that ONNX Runtime writes; it goes with this.
pub(super) struct Profile {
    folder: PathBuf,
}

/// One entry of a profile.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    cat: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    args: Details,
}

#[derive(Deserialize, Default)]
struct Details {
    #[serde(default)]
    provider: String,
}

impl Profile {
    /// Makes the folder.
    ///
    /// # Errors
    ///
    /// One sentence, if the system's folder for such things cannot be used.
    pub(super) fn begin() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let parent = std::env::temp_dir();
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("slap-edge-profile-{}-{number}", process::id());
            let folder = parent.join(name);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { folder }),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(format!(
                        "no profile can be written into '{}': {error}",
                        parent.display()
                    ));
                }
            }
        }
    }

    /// What the profile's name begins with.
    pub(super) fn prefix(&self) -> PathBuf {
        self.folder.join("step")
    }

    /// Counts the nodes in `file`, the profile, that ran on `provider`.
    pub(super) fn count(self, file: &Path, provider: Provider) -> Result<Nodes, String> {
        let text = fs::read(file).map_err(|error| format!("no profile: {error}"))?;
        count(&text, provider)
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // What cannot be removed is in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn count(profile: &[u8], provider: Provider) -> Result<Nodes, String> {
    let entries: Vec<Entry> = serde_json::from_slice(profile)
        .map_err(|error| format!("the profile cannot be read: {error}"))?;
    // A node may run in several pieces; each counts once.
    let ran: HashMap<&str, &str> = entries
        .iter()
        .filter(|it| it.cat == "Node" && !it.args.provider.is_empty())
        .map(|it| (it.name.as_str(), it.args.provider.as_str()))
        .collect();
    let on_provider = ran.values().filter(|it| **it == provider.onnx_name()).count();
    Ok(Nodes { on_provider, all: ran.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_counted_once_by_provider() {
        let profile = br#"[
            {"cat": "Session", "name": "model_run", "args": {}},
            {"cat": "Node", "name": "a_kernel_time", "args": {"provider": "CPUExecutionProvider"}},
            {"cat": "Node", "name": "b_kernel_time", "args": {"provider": "CUDAExecutionProvider"}},
            {"cat": "Node", "name": "b_kernel_time", "args": {"provider": "CUDAExecutionProvider"}},
            {"cat": "Node", "name": "b_fence_before", "args": {"op_name": "Mul"}}
        ]"#;
        assert_eq!(count(profile, Provider::Cuda), Ok(Nodes { on_provider: 1, all: 2 }));
        assert_eq!(count(profile, Provider::Qnn), Ok(Nodes { on_provider: 0, all: 2 }));
        assert_eq!(count(b"[]", Provider::Cpu).unwrap().share(), 0.0);
        assert!(count(b"{", Provider::Cpu).is_err());
    }
}
