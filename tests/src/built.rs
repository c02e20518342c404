//! The `slap-edge` command as people run it: its own process.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::{bundle, root};

/// The built command, the same profile and folder as the running test. Built
/// first if it is not up to date.
pub fn slap_edge() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        // Chosen among the whole workspace, so that the dependencies have the
        // features, and are the builds, that the tests were linked with.
        build.args(["build", "--quiet", "--workspace", "--bin", "slap-edge"]);
        build.current_dir(root());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let status = build.status();
        assert!(
            status.as_ref().is_ok_and(|status| status.success()),
            "building slap-edge: {status:?}"
        );
        let here = std::env::current_exe().unwrap_or_default();
        // Tests are in target/PROFILE/deps, programs beside the command in target/PROFILE.
        let folder = here.parent().unwrap_or(&here);
        let profile = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
        profile.unwrap_or(folder).join("slap-edge")
    })
}

/// A call of the command in the repository's root, with the evidence's bundle.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(slap_edge());
    command.args(arguments).current_dir(root()).env("SLAP_EDGE_BUNDLE", bundle());
    command
}

/// Runs a call and returns what came of it.
pub fn output(arguments: &[&str]) -> std::io::Result<Output> {
    command(arguments).output()
}
