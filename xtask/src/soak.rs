//! `cargo xtask soak`: listening for long.

use crate::process::{self, cargo};
use crate::{Outcome, system};

/// Provides what it takes, then listens; `options` are those of the usage.
///
/// # Errors
/// A sentence, if something is missing or the listening did not go well.
pub fn run(options: &[String]) -> Outcome {
    system::provide(system::TO_LISTEN)?;
    let mut soak =
        cargo(&["run", "--release", "--package", "slap-tests", "--bin", "soak", "--"]);
    soak.args(options);
    process::run(&mut soak)
}
