//! The commands in the documents, run as they stand there.
//!
//! A block that is fenced as `sh` is run line by line in a folder that looks
//! like the repository. A block fenced as `sh no-run` (it needs a microphone,
//! hours or a clean machine) is not; its commands and options must exist.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use slap_tests::{built, bundle, files_below, markdown, root, scratch::Scratch};

/// Every document a person reads to get something done.
fn documents() -> Vec<PathBuf> {
    let mut documents = vec![
        root().join("README.md"),
        root().join("benches/README.md"),
        root().join("export/README.md"),
        root().join("tests/recordings/README.md"),
    ];
    documents.extend(files_below(&root().join("docs"), "md"));
    documents.extend(files_below(&root().join("models"), "md"));
    documents.retain(|path| path.exists());
    documents
}

/// Commands of a block: comments dropped, continued lines joined.
fn commands(lines: &[&str]) -> Vec<String> {
    let mut commands = Vec::new();
    let mut open = String::new();
    for line in lines {
        let line = line.trim();
        if open.is_empty() && (line.is_empty() || line.starts_with('#')) {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(start) => open.push_str(start),
            None => commands.push(std::mem::take(&mut open) + line),
        }
    }
    commands
}

/// A folder like the repository's root, in which a command may write: a copy of
/// the bundle, and links to the rest.
fn like_the_root(scratch: &Scratch) -> PathBuf {
    let here = scratch.path().join("slap-edge");
    fs::create_dir_all(here.join("models")).unwrap();
    scratch.copy_in(&bundle(), "slap-edge/models/slap-voice-small").unwrap();
    for entry in fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if name != "models" && name != "target" && !hidden {
            symlink(entry.path(), here.join(name)).unwrap();
        }
    }
    // What "YOUR-FILE.wav" stands for in the documents.
    let human = Path::new("/usr/share/sounds/alsa/Front_Center.wav");
    if human.exists() {
        fs::copy(human, here.join("YOUR-FILE.wav")).unwrap();
    }
    fs::create_dir_all(here.join("target")).unwrap();
    symlink(built::slap_edge().parent().unwrap(), here.join("target/release")).unwrap();
    here
}

fn shell(line: &str, here: &Path) -> Output {
    let mut path = OsString::from(built::slap_edge().parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    Command::new("sh")
        .args(["-c", line])
        .current_dir(here)
        .env("PATH", path)
        .env_remove("SLAP_EDGE_BUNDLE")
        .output()
        .unwrap()
}

/// The program a command line starts, without folders and variables.
fn program(line: &str) -> &str {
    let word = line.split_whitespace().find(|word| !word.contains('=')).unwrap_or_default();
    word.rsplit('/').next().unwrap_or(word)
}

#[test]
fn commands_in_the_documents_run() {
    let scratch = Scratch::new().unwrap();
    let here = like_the_root(&scratch);
    let mut failures = Vec::new();
    let mut run = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for (start, lines) in markdown::blocks(&text, "sh") {
            for line in commands(&lines) {
                let place = format!("{}, block at line {start}: {line}", document.display());
                match program(&line) {
                    // Pieces of a pipe are run as one line.
                    "slap-edge" | "sox" | "espeak-ng" | "flite" | "cat" | "ls" => {
                        let output = shell(&line, &here);
                        run += 1;
                        if !output.status.success() {
                            let said = String::from_utf8_lossy(&output.stderr).into_owned();
                            failures.push(format!("{place}\n  {}\n  {said}", output.status));
                        }
                    }
                    _ => {
                        failures.extend(unknown(&line).map(|what| format!("{place}\n  {what}")))
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(run >= 5, "only {run} commands were run");
}

#[test]
fn commands_that_are_not_run_exist() {
    let mut failures = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for (start, lines) in markdown::blocks(&text, "sh no-run") {
            for line in commands(&lines) {
                let place = format!("{}, block at line {start}: {line}", document.display());
                failures.extend(unknown(&line).map(|what| format!("{place}\n  {what}")));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is wrong with a command line that is not run, if anything.
fn unknown(line: &str) -> Option<String> {
    let parts: Vec<&str> = line.split(" | ").collect();
    if parts.len() > 1 {
        return parts.into_iter().find_map(unknown);
    }
    let words: Vec<&str> = line.split_whitespace().filter(|word| !word.contains('=')).collect();
    match program(line) {
        "make" => words.iter().skip(1).find_map(|target| missing_target(target)),
        "cargo" if words.get(1) == Some(&"xtask") => missing_verb(words.get(2)?),
        "slap-edge" => missing_options(built::slap_edge(), &words[1..]),
        "slap-export" => {
            let program = root().join(".venv/bin/slap-export");
            // Only there after `make setup`, which every check runs first.
            program.exists().then(|| missing_options(&program, &words[1..])).flatten()
        }
        "pip" => missing_package(words.last()?),
        "git" | "cd" | "cargo" | "python" | "python3" | "uv" | "maturin" | "sudo" => None,
        "arecord" | "jq" | "source" | "." | "for" | "done" => None,
        "make.sh" => None,
        other => Some(format!("no test knows the program {other:?}")),
    }
}

fn missing_target(target: &str) -> Option<String> {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let found = makefile
        .lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(targets, _)| targets.split_whitespace().any(|it| it == target));
    (!found).then(|| format!("the Makefile has no target {target:?}"))
}

/// What a reader is told to install, the checks install, too.
fn missing_package(package: &str) -> Option<String> {
    let lock = fs::read_to_string(root().join("export/requirements.lock")).unwrap();
    let found = lock.lines().any(|line| line.split("==").next() == Some(package));
    (!found).then(|| format!("no package {package:?} is pinned"))
}

fn missing_verb(verb: &str) -> Option<String> {
    let text = fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    let found = text.lines().any(|line| line.trim_start().starts_with(&format!("{verb} ")));
    (!found).then(|| format!("cargo xtask has no verb {verb:?}"))
}

/// Asks the program for the help of the verbs at the start of `words`, and
/// looks there for each option.
fn missing_options(program: &Path, words: &[&str]) -> Option<String> {
    let verbs = words.iter().take_while(|word| word.chars().all(|it| it.is_ascii_lowercase()));
    let options = words.iter().filter(|word| word.starts_with("--"));
    // A first argument that looks like a verb is not one: ask for fewer words.
    let mut verbs: Vec<&str> = verbs.copied().collect();
    let help = loop {
        let output = Command::new(program).args(&verbs).arg("--help").output().unwrap();
        if output.status.success() {
            break String::from_utf8_lossy(&output.stdout).into_owned();
        }
        verbs.pop()?;
    };
    if verbs.is_empty() {
        return Some(format!("{} has no such command", program.display()));
    }
    options
        .filter_map(|option| option.split('=').next())
        .find(|option| !help.contains(*option))
        .map(|option| format!("{} {} has no {option}", program.display(), verbs.join(" ")))
}
