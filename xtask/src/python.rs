//! The Python environment in `.venv`: made once, then kept equal to
//! `export/requirements.lock` and to the code of this repository.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{command, root, run, succeeds};
use crate::{Outcome, system};

/// The oldest Python that the lock file was resolved for.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// Where Python packages are pinned, from the repository's root.
const LOCK: &str = "export/requirements.lock";

/// Installs what the checks need: system packages, `.venv` with the pinned
/// packages, the `slap_edge` extension module and `slap_export`.
///
/// # Errors
/// A sentence saying which part could not be installed.
pub fn setup() -> Outcome {
    system::provide(system::TO_CHECK)?;
    make_environment()?;
    // Built before anything is removed: whatever runs from this environment finds
    // its modules until the new ones are there.
    let wheel = build_extension_module()?;
    install_pinned_packages()?;
    run(&mut uv(&["install", "--quiet", "--no-deps", "--force-reinstall", &wheel]))?;
    install_training_half()
}

/// A program that the environment brings, for example `pytest`.
pub fn tool(name: &str, arguments: &[&str]) -> Command {
    let environment = environment();
    let mut command = command(environment.join("bin").join(name), arguments);
    let mut path = OsString::from(environment.join("bin"));
    if let Some(rest) = std::env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    command.env("PATH", path).env("VIRTUAL_ENV", environment);
    // Nothing is ever fetched from a model hub; without these, libraries try.
    command.env("HF_HUB_OFFLINE", "1").env("TRANSFORMERS_OFFLINE", "1");
    command
}

fn environment() -> PathBuf {
    root().join(".venv")
}

fn make_environment() -> Outcome {
    let (major, minor) = OLDEST_PYTHON;
    let new_enough = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    if !succeeds("python3", &["-c", &new_enough]) {
        return Err(format!(
            "the training half needs Python {major}.{minor} or newer as python3 on PATH"
        ));
    }
    if !succeeds(environment().join("bin/python"), &["-c", "import pip"]) {
        println!("Making the Python environment in .venv");
        run(&mut command("python3", &["-m", "venv", "--clear", ".venv"]))?;
    }
    for tool_name in ["uv", "maturin"] {
        if !succeeds(environment().join("bin").join(tool_name), &["--version"]) {
            let pinned = pinned(tool_name)?;
            run(&mut tool("python", &["-m", "pip", "install", "--quiet", &pinned]))?;
        }
    }
    Ok(())
}

/// Installs the lock file, unless this environment already holds it.
fn install_pinned_packages() -> Outcome {
    let lock = read(LOCK)?;
    let stamp = environment().join("installed.lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("Installing the packages pinned in {LOCK}");
    // `sync` also removes what the lock does not name, so that nothing is
    // found by accident.
    run(&mut uv(&["sync", LOCK]))?;
    fs::write(&stamp, lock)
        .map_err(|error| format!("{} could not be written: {error}", stamp.display()))
}

/// Builds `slap_edge`, the front end that training shares with the device, and
/// gives the path of its wheel.
fn build_extension_module() -> Outcome<String> {
    let wheels = root().join("target/wheels");
    if wheels.exists() {
        fs::remove_dir_all(&wheels)
            .map_err(|error| format!("{} could not be emptied: {error}", wheels.display()))?;
    }
    println!("Building the slap_edge extension module");
    run(&mut tool(
        "maturin",
        &[
            "build",
            "--quiet",
            "--release",
            "-m",
            "runtime/python/Cargo.toml",
            "-o",
            "target/wheels",
        ],
    ))?;
    let wheel = fs::read_dir(&wheels)
        .ok()
        .and_then(|mut entries| entries.find_map(Result::ok))
        .ok_or("maturin ended well but left no wheel in target/wheels")?;
    Ok(wheel.path().to_string_lossy().into_owned())
}

/// Installs `slap_export` so that edits to it are seen at once.
fn install_training_half() -> Outcome {
    run(&mut uv(&["install", "--quiet", "--no-deps", "--no-build-isolation", "-e", "export"]))
}

fn uv(arguments: &[&str]) -> Command {
    let mut all = vec!["pip"];
    all.extend(arguments);
    tool("uv", &all)
}

/// The requirement of one package as the lock pins it, for example `uv==1.2.3`.
fn pinned(name: &str) -> Outcome<String> {
    let wanted = format!("{name}==");
    read(LOCK)?
        .lines()
        .find(|line| line.starts_with(&wanted))
        .and_then(|line| line.split(';').next())
        .map(|line| line.trim().to_owned())
        .ok_or_else(|| format!("{LOCK} does not pin {name}"))
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(root().join(path))
        .map_err(|error| format!("{path} could not be read: {error}"))
}
