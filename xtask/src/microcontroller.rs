//! The core, checked for a chip without an operating system: a Cortex-M with a
//! floating-point unit.

use std::path::Path;
use std::process::Command;

use crate::process::{cargo, command, root};

const TARGET: &str = "thumbv7em-none-eabihf";

/// The compiler that Debian packages with the source of its libraries.
const DEBIAN_COMPILER: &str = "/usr/bin/rustc";

/// Where Debian puts that source.
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/core/Cargo.toml";

/// Whether there is a compiler for the target, or one that can make it.
pub fn is_ready() -> bool {
    has_target() || (Path::new(DEBIAN_COMPILER).exists() && Path::new(DEBIAN_SOURCE).exists())
}

/// Checks slap-core with the transform that needs no heap. Neither `std` nor,
/// where the target is made from source, `alloc` exists there.
pub fn check() -> Command {
    let arguments =
        ["check", "-p", "slap-core", "--no-default-features", "--features", "microfft"];
    let mut check = cargo(&arguments);
    check.args(["--target", TARGET]);
    // Apart from the rest, which another compiler builds.
    check.env("CARGO_TARGET_DIR", root().join("target/microcontroller"));
    if !has_target() {
        // Building `core` is not stable; a stable compiler does it when told to.
        check.arg("-Zbuild-std=core").env("RUSTC_BOOTSTRAP", "1");
        check.env("RUSTC", DEBIAN_COMPILER);
    }
    check
}

/// Whether rustup installed the target.
fn has_target() -> bool {
    let output = command("rustc", &["--print", "target-libdir", "--target", TARGET]).output();
    output.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}
