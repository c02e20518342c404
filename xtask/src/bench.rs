//! `cargo xtask bench`: builds what is measured, then runs the measurements.

use crate::process::{self, BUILD_COMMAND, cargo, command, root};
use crate::{Outcome, python};

/// Sets up (one peer is a Python package), then prints the table.
///
/// # Errors
/// A sentence, if something could not be built or a measurement failed.
pub fn run() -> Outcome {
    python::setup()?;
    process::run(&mut cargo(&BUILD_COMMAND))?;
    // With the features of the whole workspace, as everything else: the inference engine is
    // not compiled once more.
    let peers =
        ["build", "--release", "--workspace", "--bins", "--features", "slap-benches/peers"];
    process::run(&mut cargo(&peers))?;
    let mut bench = command(root().join("target/release/slap-benches"), &[]);
    bench.arg("--python").arg(root().join(".venv/bin/python"));
    bench.arg("--slap-edge").arg(root().join("target/release/slap-edge"));
    process::run(&mut bench)
}
