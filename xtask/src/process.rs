//! Running other programs from the repository's root.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Arguments for cargo that build the `slap-edge` command. It is chosen among
/// the whole workspace, so that its dependencies have the same features as in
/// the tests and are not compiled twice.
pub const BUILD_COMMAND: [&str; 5] =
    ["build", "--release", "--workspace", "--bin", "slap-edge"];

/// The repository's root: the folder above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A command that will run in the repository's root.
pub fn command(program: impl AsRef<Path>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).current_dir(root());
    // What is built is also run from here, so it has to be built here.
    command.env("CARGO_TARGET_DIR", root().join("target"));
    command
}

/// Cargo, the same one that built this program, in the repository's root.
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(PathBuf::from(cargo), arguments);
    // What `cargo run` sets for this program is not meant for its children:
    // a build script that watches these would run again for nothing.
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST") {
            command.env_remove(&name);
        }
    }
    command
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|part| part.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a command with this program's own output.
///
/// # Errors
/// A sentence, if the program could not be started or did not succeed.
pub fn run(command: &mut Command) -> Outcome {
    let shown = line(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}")),
        Err(error) => Err(format!("`{shown}` could not be started: {error}")),
    }
}

/// Runs a command, passes its standard output on line by line as it comes, and
/// returns the lines that `keep` picks.
///
/// # Errors
/// The kept lines come back with the sentence, if the command failed.
pub fn run_keeping(
    command: &mut Command,
    keep: impl Fn(&str) -> bool,
) -> (Vec<String>, Outcome) {
    let shown = line(command);
    let mut kept = Vec::new();
    let mut child = match command.stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return (kept, Err(format!("`{shown}` could not be started: {error}"))),
    };
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            // A closed terminal must not stop the checks from being counted.
            let _ = std::io::stdout().write_all(&bytes);
            let text = String::from_utf8_lossy(&bytes);
            if keep(text.trim_end()) {
                kept.push(text.trim_end().to_owned());
            }
            bytes.clear();
        }
    }
    let outcome = match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}")),
        Err(error) => Err(format!("`{shown}` could not be waited for: {error}")),
    };
    (kept, outcome)
}

/// Whether a command can be started and succeeds; its output is dropped.
pub fn succeeds(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    command(program, arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
