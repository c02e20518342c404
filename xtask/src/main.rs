//! The repository's chores, behind one door: `cargo xtask VERB`.
//!
//! The Makefile and `.ci/run` only call this program, so a person, a fresh
//! machine and .ci/run execute the same commands. It depends on the standard
//! library alone, because it has to build before anything else is installed.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "chores talk to the person who runs them"
)]

mod bench;
mod checks;
mod demo;
mod microcontroller;
mod process;
mod python;
mod soak;
mod system;

use std::process::ExitCode;

/// A failure in one sentence, ready to be shown.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
Usage: cargo xtask VERB

Verbs:
  demo    build the slap-edge command and score the recordings of the repository
  setup   install what the checks need and build the Python half in .venv
  test    set up, then run every check and every test, Rust and Python
  lint    formatting, lints and documentation only
  bench   measure speed and memory side by side with peers
  soak    listen for a day of sound and half an hour of a microphone
          [--hours N] [--minutes N]
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next();
    let rest: Vec<String> = arguments.collect();
    if let (Some(extra), false) = (rest.first(), verb.as_deref() == Some("soak")) {
        eprintln!("error: expected one verb, got also {extra:?}\n\n{USAGE}");
        return ExitCode::from(2);
    }
    let outcome = match verb.as_deref() {
        Some("demo") => demo::run(),
        Some("setup") => python::setup(),
        Some("test") => checks::test(),
        Some("lint") => checks::lint(),
        Some("bench") => bench::run(),
        Some("soak") => soak::run(&rest),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        Some(other) => {
            eprintln!("error: there is no verb {other:?}\n\n{USAGE}");
            return ExitCode::from(2);
        }
        None => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
