//! ARCHITECTURE.md against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use slap_tests::{files_below, markdown, root, source};

type Names = BTreeSet<String>;

/// What one crate depends on.
#[derive(Debug, Default, PartialEq)]
struct Uses {
    rooms: Names,
    outside: Names,
}

fn architecture() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// The dependencies that cargo knows of: of any kind among the rooms, and
/// without test-only ones outside. For the crates of tests, which have no
/// other code, test-only ones count as well.
fn from_cargo() -> BTreeMap<String, Uses> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |it: &Value| it["name"].as_str().unwrap().to_owned();
    let rooms: Names = packages.iter().map(name).collect();
    packages
        .iter()
        .map(|package| {
            let own = name(package);
            let tests_only = own == "slap-tests" || own == "slap-benches";
            let mut uses = Uses::default();
            for dependency in package["dependencies"].as_array().unwrap() {
                let used = name(dependency);
                if rooms.contains(&used) {
                    uses.rooms.insert(used);
                } else if tests_only || dependency["kind"] != "dev" {
                    uses.outside.insert(used);
                }
            }
            // A crate may test itself by a dependency on itself.
            uses.rooms.remove(&own);
            (own, uses)
        })
        .collect()
}

fn from_the_page(text: &str) -> BTreeMap<String, Uses> {
    let names = |cell: &str| -> Names {
        cell.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    markdown::table(text, "room")
        .into_iter()
        .map(|row| {
            let uses = Uses { rooms: names(row[2]), outside: names(row[3]) };
            (row[1].trim_matches('`').to_owned(), uses)
        })
        .collect()
}

#[test]
fn the_dependency_table_is_what_cargo_says() {
    let (page, cargo) = (from_the_page(&architecture()), from_cargo());
    for (name, uses) in &cargo {
        assert_eq!(page.get(name), Some(uses), "{name}: the table (left) and cargo (right)");
    }
    assert_eq!(page.keys().collect::<Vec<_>>(), cargo.keys().collect::<Vec<_>>());
}

#[test]
fn dependencies_point_down_only() {
    let floors = ["slap-core", "slap-model", "slap-edge", "slap-edge-cli"];
    let floor = |name: &str| floors.iter().position(|it| *it == name);
    for (name, uses) in from_cargo() {
        for used in &uses.rooms {
            match (floor(&name), floor(used)) {
                (Some(upper), Some(lower)) => assert!(lower < upper, "{name} uses {used}"),
                (Some(_), None) => panic!("{name} uses {used}, which is not below it"),
                (None, _) => {}
            }
        }
    }
}

#[test]
fn every_path_in_the_code_map_exists() {
    let text = architecture();
    let (_, map) = text.split_once("## Code map").unwrap();
    let (map, _) = map.split_once("\n## ").unwrap();
    let paths: Vec<&str> = markdown::code_spans(map)
        .into_iter()
        .filter(|span| span.contains('/') || *span == "Makefile")
        .collect();
    assert!(paths.len() >= 12, "only {paths:?}");
    for path in &paths {
        assert!(root().join(path).exists(), "{path} is on the map but does not exist");
    }
    // And no room is missing from it.
    for (name, _) in from_cargo() {
        let row = markdown::table(&text, "room").into_iter().find(|row| row[1].contains(&name));
        let folder = format!("{}/", row.unwrap()[0].trim_matches('`'));
        assert!(paths.contains(&folder.as_str()), "{folder} is not on the map");
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for manifest in files_below(&root().join("runtime"), "toml")
        .into_iter()
        .chain(["tests", "benches", "xtask"].map(|it| root().join(it).join("Cargo.toml")))
        .filter(|path| path.ends_with("Cargo.toml"))
    {
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{}", manifest.display());
    }
}

/// Every mention of one of `words` in the code below `folder`, as `file:line`.
fn mentions(folder: &Path, words: &[&str], without_std: bool) -> Vec<String> {
    let files = files_below(folder, "rs");
    assert!(!files.is_empty(), "{} holds no code", folder.display());
    let special: Vec<_> = files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let own = path.file_stem().unwrap();
            // `mod real;` in `fft/mod.rs` is `fft/real.rs`; in `fft.rs` too.
            let beside = if own == "mod" || own == "lib" || own == "main" {
                path.parent().unwrap().to_path_buf()
            } else {
                path.with_extension("")
            };
            source::special_modules(&text, without_std)
                .into_iter()
                .map(|name| beside.join(name))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut found = Vec::new();
    for path in files {
        if special
            .iter()
            .any(|module| path.starts_with(module) || path.with_extension("") == *module)
        {
            continue;
        }
        let code = source::code(&fs::read_to_string(&path).unwrap(), without_std);
        for (index, line) in code.lines().enumerate() {
            if words.iter().any(|word| contains_word(line, word)) {
                found.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
            }
        }
    }
    found
}

/// Whether a line contains `word`, and not only as a part of a longer name.
fn contains_word(line: &str, word: &str) -> bool {
    let in_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        // A `heapless::Vec` lies where its owner does.
        let starts = (!line[..at].ends_with(in_name) || !word.starts_with(in_name))
            && !line[..at].ends_with("heapless::");
        let ends = !line[at + word.len()..].starts_with(in_name) || !word.ends_with(in_name);
        starts && ends
    })
}

#[track_caller]
fn assert_absent(room: &str, words: &[&str]) {
    let found = mentions(&root().join(room).join("src"), words, false);
    assert!(found.is_empty(), "{room} must not contain {words:?}:\n{}", found.join("\n"));
}

const LIBRARIES: [&str; 4] =
    ["runtime/core", "runtime/model", "runtime/edge", "runtime/python"];

#[test]
fn the_core_knows_no_heap_and_no_operating_system() {
    let text = fs::read_to_string(root().join("runtime/core/src/lib.rs")).unwrap();
    assert!(text.contains("#![no_std]"));
    let words = ["std::", "alloc", "Vec", "String", "Box", "vec!", "format!"];
    let found = mentions(&root().join("runtime/core/src"), &words, true);
    assert!(found.is_empty(), "outside the feature `std`:\n{}", found.join("\n"));
    assert_absent("runtime/core", &["std::time", "std::fs", "std::io", "std::net"]);
}

#[test]
fn only_the_command_prints() {
    let words = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "stdout", "stderr"];
    for room in LIBRARIES {
        assert_absent(room, &words);
    }
}

#[test]
fn nothing_opens_a_connection() {
    for room in LIBRARIES.into_iter().chain(["runtime/cli"]) {
        assert_absent(room, &["std::net", "TcpStream", "UdpSocket", "TcpListener"]);
    }
}

#[test]
fn nothing_in_the_runtime_is_unsafe_or_left_to_panic() {
    let words = [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!"];
    // An allocator is unsafe by its nature; this one is part of builds that test only. And
    // so are to use what a processor may lack, and to call a library written in C++.
    let exceptions = [
        "runtime/cli/src/listen/tripwire.rs",
        "runtime/core/src/simd/",
        "runtime/model/src/engine/ort/stream.rs",
    ];
    let mut used = Names::new();
    for room in LIBRARIES.into_iter().chain(["runtime/cli"]) {
        assert_absent(room, &words);
        for found in mentions(&root().join(room).join("src"), &["unsafe"], false) {
            let exception = exceptions.iter().find(|it| found.contains(**it));
            assert!(exception.is_some(), "{room} must not be unsafe:\n{found}");
            used.extend(exception.map(|it| (*it).to_owned()));
        }
    }
    assert_eq!(used, Names::from(exceptions.map(str::to_owned)), "no longer an exception");
}

#[test]
fn what_is_unsafe_says_why_it_is_sound() {
    let mut blocks = 0;
    let mut files = files_below(&root().join("runtime/core/src/simd"), "rs");
    files.extend(files_below(&root().join("runtime/model/src/engine/ort"), "rs"));
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            if !line.starts_with("//") && contains_word(line, "unsafe") {
                let above = lines[..index].iter().rev().take_while(|it| it.starts_with("//"));
                let why = above.last().is_some_and(|it| it.starts_with("// SAFETY: "));
                assert!(why, "{}:{}: {line}", path.display(), index + 1);
                blocks += 1;
            }
        }
    }
    assert!(blocks > 0);
}

#[test]
fn no_library_reads_a_clock() {
    for room in ["runtime/core", "runtime/model", "runtime/edge"] {
        assert_absent(room, &["Instant", "SystemTime"]);
    }
}

#[test]
fn training_has_no_front_end_of_its_own() {
    let words = ["import librosa", "from librosa", "import torchaudio", "from torchaudio"];
    for path in files_below(&root().join("export/src"), "py") {
        let text = fs::read_to_string(&path).unwrap();
        for word in words {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn no_output_and_no_document_speaks_like_a_physician() {
    let rooms = LIBRARIES.into_iter().chain(["runtime/cli"]);
    let code: Vec<_> =
        rooms.flat_map(|room| files_below(&root().join(room).join("src"), "rs")).collect();
    let training = files_below(&root().join("export/src"), "py");
    let pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|it| root().join(it));
    let docs = files_below(&root().join("docs"), "md");
    let cards = files_below(&root().join("models"), "md");
    for path in code.into_iter().chain(training).chain(pages).chain(docs).chain(cards) {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        for word in ["diagnosis", "diagnose", "diagnosing"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
