//! Tests that end their process or need an environment of their own: each runs once more in
//! a child of the test program.

use std::ffi::OsStr;
use std::process::{Command, Output};

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
