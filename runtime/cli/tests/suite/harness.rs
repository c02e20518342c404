//! Running the program and reading what it says.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// The bundle the tests run with.
pub fn bundle() -> PathBuf {
    let path = std::env::var_os("SLAP_EDGE_TEST_BUNDLE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/slap-voice-small"),
        PathBuf::from,
    );
    assert!(path.is_dir(), "no bundle at {}; these tests need one", path.display());
    path
}

/// The bundle that was trained into the space of the default one.
pub fn student() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/slap-nano")
}

/// A recording of a person.
pub fn person(name: &str) -> PathBuf {
    let file = format!("../../tests/recordings/{name}.flac");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A file that lies beside the tests.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/data").join(name)
}

/// A folder of its own for one test, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("slap-edge-test-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A copy of the test bundle to be damaged.
    pub fn copy_of_bundle(&self) -> PathBuf {
        fn copy(from: &Path, to: &Path) {
            fs::create_dir_all(to).unwrap();
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                let target = to.join(entry.file_name());
                if entry.file_type().unwrap().is_dir() {
                    copy(&entry.path(), &target);
                } else {
                    fs::copy(entry.path(), target).unwrap();
                }
            }
        }
        let path = self.0.join("bundle");
        copy(&bundle(), &path);
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program with the test bundle, no colours, and nothing else from the environment.
pub fn slap() -> Command {
    let mut command = bare();
    command.env("SLAP_EDGE_BUNDLE", bundle());
    command
}

/// The program without a bundle.
pub fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slap-edge"));
    command.env_remove("SLAP_EDGE_BUNDLE").env_remove("NO_COLOR").env_remove("COLUMNS");
    command.stdin(Stdio::null());
    command
}

/// What a run of the program left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let ran = Self {
            code: output.status.code().expect("the program ends by itself"),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        assert_ne!(ran.code, 101, "the program panicked: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Asserts that standard error is one line that holds every one of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        assert_eq!(self.err.trim_end().lines().count(), 1, "expected one line: {}", self.err);
        for part in parts {
            assert!(self.err.contains(part), "expected {part:?} in: {}", self.err);
        }
        self
    }

    /// Asserts that standard error is empty.
    #[track_caller]
    pub fn quietly(self) -> Self {
        assert_eq!(self.err, "");
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard output as one JSON object a line.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    Ran::new(&command.output().unwrap())
}

/// Runs a command that reads `input` on standard input.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The program may refuse its input and close the pipe early.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran::new(&output)
}

/// The `score` of the one recording `path`, as JSON.
#[track_caller]
pub fn score(path: &Path) -> Value {
    let ran = run(slap().args(["score", "--format", "json"]).arg(path)).exits(0);
    let mut document = ran.json();
    document["payload"]["scores"][0].take()
}

/// What a score says apart from how long it took and what the recording is called.
pub fn answers(score: &Value) -> (Value, Value, Value) {
    (score["quality"].clone(), score["tasks"].clone(), score["prompts"].clone())
}
