//! Help, version, completions and manual pages.

use crate::harness::{Folder, bare, data, run, slap};

#[test]
fn version_and_help_need_no_bundle() {
    let version = run(bare().arg("--version")).exits(0).quietly();
    assert_eq!(version.out, format!("slap-edge {}\n", env!("CARGO_PKG_VERSION")));
    let help = run(bare().arg("--help")).exits(0).quietly();
    for part in [
        "score",
        "measure",
        "report",
        "inspect",
        "prompts",
        "Exit status:",
        "NO_COLOR",
        "SLAP_EDGE_BUNDLE",
    ] {
        assert!(help.out.contains(part), "no {part:?} in: {}", help.out);
    }
    let score = run(bare().args(["score", "--help"])).exits(0).quietly();
    for part in ["--prompt", "--task", "--segments", "--rate", "s24le", "Exit status:"] {
        assert!(score.out.contains(part), "no {part:?} in: {}", score.out);
    }
}

#[test]
fn every_help_has_examples_of_its_own_command() {
    for command in ["score", "measure", "report", "listen"] {
        let help = run(bare().args([command, "--help"])).exits(0).quietly().out;
        let (_, after) = help.split_once("Examples:").unwrap();
        let (_, closing) = after.split_once("Exit status:").unwrap();
        let (examples, _) = after.trim_start().split_once("\n\n").unwrap();
        for line in examples.lines().filter(|line| !line.trim().is_empty()) {
            assert!(line.contains(&format!("slap-edge {command}")), "{line}");
        }
        assert!(closing.contains("could not be read") && closing.contains("SLAP_EDGE_BUNDLE"));
    }
}

#[test]
fn no_help_promises_a_diagnosis() {
    for arguments in [
        &["--help"][..],
        &["score", "--help"],
        &["measure", "--help"],
        &["report", "--help"],
        &["man"],
    ] {
        let ran = run(bare().args(arguments)).exits(0);
        assert!(!ran.out.to_lowercase().contains("diagnos"), "{}", ran.out);
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(bare().args(["completions", shell])).exits(0).quietly();
        assert!(ran.out.contains("slap-edge"), "{shell}");
        assert!(ran.out.contains("segments"), "{shell}");
    }
}

/// What bash offers for the last of `words`.
fn offered(words: &[&str]) -> Vec<String> {
    let folder = Folder::new();
    let script = run(bare().args(["completions", "bash"])).exits(0).out;
    let script = folder.file("slap-edge.bash", script);
    let ask = format!(
        "source {}; COMP_WORDS=({}); COMP_CWORD={}; _slap__edge slap-edge {} '{}'; \
         printf '%s\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.join(" "),
        words.len() - 1,
        words.last().unwrap(),
        words[words.len() - 2],
    );
    let ran = run(std::process::Command::new("bash").args(["--norc", "-c", &ask])).exits(0);
    ran.out.lines().map(str::to_owned).collect()
}

#[test]
fn the_tab_key_completes_commands_options_and_values() {
    assert!(offered(&["slap-edge", "lis"]).contains(&"listen".to_owned()));
    assert_eq!(offered(&["slap-edge", "listen", "--gat"]), ["--gate"]);
    assert_eq!(offered(&["slap-edge", "prompts", "ad"]), ["add"]);
    let values = offered(&["slap-edge", "listen", "--precision", "\"\""]);
    assert!(values.contains(&"int8".to_owned()), "{values:?}");
}

#[test]
fn manual_pages_are_printed_or_written() {
    let ran = run(bare().arg("man")).exits(0).quietly();
    assert!(ran.out.contains(".TH slap-edge 1"), "{}", ran.out);
    let folder = Folder::new();
    let pages = folder.path().join("man1");
    run(bare().args(["man", "--output"]).arg(&pages)).exits(0).quietly();
    for page in ["slap-edge.1", "slap-edge-score.1", "slap-edge-prompts-add.1"] {
        assert!(pages.join(page).is_file(), "no {page}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_an_error() {
    let voice = data("voice.flac");
    let voice = voice.to_str().unwrap();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["prompts", "list"],
        &["completions", "bash"],
        &["score", voice],
        &["score", "--format", "json", voice],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let child = slap()
            .args(arguments)
            .stdout(full)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("error: ") && said.contains("No space"), "{arguments:?}: {said}");
    }
}
