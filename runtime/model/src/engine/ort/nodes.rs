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
    /// Makes the folder, which nobody else can have made.
    pub(super) fn begin() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("slap-edge-profile-{}-{number}", process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder)?;
        Ok(Self { folder })
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
