//! The one list of checks. A failed check does not stop the others: the end
//! of the output says how each went.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::{cargo, line, root, run_keeping};
use crate::python::tool;
use crate::{Outcome, microcontroller, python};

/// The feature sets of slap-core: each must stand alone.
const CORE_FEATURES: [&str; 4] = ["", "std", "microfft", "std,microfft"];

/// Where Python tests live, as far as these folders exist.
const PYTHON_TESTS: [&str; 2] = ["export/tests", "runtime/python/tests"];

/// One check: a command, and how it went.
struct Check {
    command: Command,
    /// What is shown at the end instead of the command's own summary lines.
    kept: Vec<String>,
    took: Duration,
    outcome: Outcome,
}

/// Sets up, then runs everything.
///
/// # Errors
/// A sentence that counts the failed checks.
pub fn test() -> Outcome {
    python::setup()?;
    let mut commands = lints();
    commands.extend(tests());
    run_all(commands)
}

/// Formatting, lints and documentation.
///
/// # Errors
/// A sentence that counts the failed checks.
pub fn lint() -> Outcome {
    python::setup()?;
    run_all(lints())
}

fn lints() -> Vec<Command> {
    let mut commands = vec![
        cargo(&["fmt", "--all", "--check"]),
        // The release profile throughout: the inference engine is compiled
        // once for the demo, the tests and the Python wheel.
        cargo(&["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ];
    for features in CORE_FEATURES {
        let core = ["clippy", "-p", "slap-core", "--all-targets", "--no-default-features"];
        let mut command = cargo(&core);
        command.args(["--features", features, "--", "-D", "warnings"]);
        commands.push(command);
    }
    let without = ["clippy", "--release", "-p", "slap-model", "--no-default-features"];
    let mut command = cargo(&without);
    command.args(["--", "-D", "warnings"]);
    commands.push(command);
    commands.push(microcontroller::check());
    let mut documentation = cargo(&["doc", "--release", "--workspace", "--no-deps"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    commands.push(documentation);
    for verb in [&["check"][..], &["format", "--check"]] {
        let mut command = tool("ruff", verb);
        command.args([
            "--config",
            "export/pyproject.toml",
            "export",
            "benches",
            "runtime",
            "tests",
        ]);
        commands.push(command);
    }
    commands
}

fn tests() -> Vec<Command> {
    let mut commands = Vec::new();
    for features in CORE_FEATURES {
        commands.push(cargo(&["test", "-p", "slap-core", "--features", features]));
    }
    commands.push(cargo(&["test", "--release", "--workspace", "--no-fail-fast"]));
    let folders: Vec<&str> =
        PYTHON_TESTS.into_iter().filter(|folder| root().join(folder).is_dir()).collect();
    let mut command = tool("pytest", &[]);
    command.args(folders);
    commands.push(command);
    commands
}

fn run_all(commands: Vec<Command>) -> Outcome {
    let checks: Vec<Check> = commands.into_iter().map(run_one).collect();
    let failed = checks.iter().filter(|check| check.outcome.is_err()).count();

    println!("\nHow each check went:");
    for check in &checks {
        let verdict = if check.outcome.is_ok() { "ok    " } else { "FAILED" };
        println!("{verdict} {:>6.1} s  {}", check.took.as_secs_f64(), line(&check.command));
    }
    println!("\nWhat the test runners said:");
    for check in &checks {
        for kept in &check.kept {
            println!("{kept}");
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(format!("1 of {} checks failed", checks.len())),
        _ => Err(format!("{failed} of {} checks failed", checks.len())),
    }
}

fn run_one(mut command: Command) -> Check {
    println!("\n> {}", line(&command));
    let start = Instant::now();
    let (kept, outcome) = run_keeping(&mut command, is_summary);
    if let Err(message) = &outcome {
        println!("FAILED: {message}");
    }
    Check { command, kept, took: start.elapsed(), outcome }
}

/// Whether a line is the closing line of cargo's or pytest's runner.
fn is_summary(text: &str) -> bool {
    let cargo = text.starts_with("test result: ") && !text.contains(" 0 passed; 0 failed");
    let pytest =
        (text.contains(" passed") || text.contains(" failed") || text.contains(" error"))
            && text.trim_matches(['=', ' ']).ends_with(['s', ')'])
            && text.contains(" in ");
    cargo
        || (pytest
            && text.trim_start_matches(['=', ' ']).starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_summary;

    #[test]
    fn closing_lines_are_told_from_the_rest() {
        assert!(is_summary("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured"));
        assert!(is_summary("test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured"));
        assert!(is_summary("31 passed, 2 skipped in 12.40s"));
        assert!(is_summary("======= 1 failed, 3 passed in 0.05s ======="));
        assert!(is_summary("2 errors in 0.40s"));
        assert!(is_summary("178 passed in 202.59s (0:03:22)"));
        assert!(!is_summary("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured"));
        assert!(!is_summary("test front_end::passes_in_steps ... ok"));
        assert!(!is_summary("the stream passed in several pieces"));
    }
}
