//! `cargo xtask bench`: builds what is measured, then runs the measurements.

use crate::process::{self, BUILD_COMMAND, cargo, root};
use crate::{Outcome, python};

/// Sets up (one peer is a Python package), then prints the table.
///
/// # Errors
/// A sentence, if something could not be built or a measurement failed.
pub fn run() -> Outcome {
    python::setup()?;
    process::run(&mut cargo(&BUILD_COMMAND))?;
    let peers = ["run", "--release", "--package", "slap-benches", "--features", "peers", "--"];
    let mut bench = cargo(&peers);
    bench.arg("--python").arg(root().join(".venv/bin/python"));
    bench.arg("--slap-edge").arg(root().join("target/release/slap-edge"));
    process::run(&mut bench)
}
