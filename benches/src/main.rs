//! Speed and memory, side by side with peers in one run: `cargo xtask bench`.
//!
//! Not a test: nothing fails when a number is bad. Each number is a median of
//! several rounds; the competitors take turns within a round, so that a slow
//! moment of the machine hits them all.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is the result")]

mod arithmetic;
mod clips;
mod command;
mod contest;
mod engines;
mod floor;
mod front_end;
mod machine;
mod memory;
mod process;
mod prompts;
mod python;
mod statistics;
mod streams;
mod table;
mod tower;
mod usage;
mod voice;
mod windows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What is measured cannot be measured, in one sentence.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "usage: slap-benches --python PYTHON --slap-edge COMMAND [--only PART]";

fn main() -> ExitCode {
    let mut python = None;
    let mut slap_edge = None;
    let mut only = None;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().map(PathBuf::from);
        match (name.to_str(), value) {
            (Some("--python"), Some(value)) => python = Some(value),
            (Some("--slap-edge"), Some(value)) => slap_edge = Some(value),
            (Some("--only"), Some(value)) => only = Some(value),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let (Some(python), Some(slap_edge)) = (python, slap_edge) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };

    println!("{}\n", machine::line());
    let chosen = |part: &&Part<'_>| only.as_ref().is_none_or(|only| only.as_os_str() == part.0);
    let parts = parts(&python, &slap_edge);
    let measured = parts.iter().filter(chosen).try_for_each(|(_, run)| run());
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A part of the measurements, and what `--only` calls it.
type Part<'a> = (&'static str, Box<dyn Fn() -> Outcome + 'a>);

/// All of them, in the order of the document.
fn parts<'a>(python: &'a Path, slap_edge: &'a Path) -> [Part<'a>; 8] {
    [
        ("prompts", Box::new(prompts::run)),
        ("front-end", Box::new(|| front_end::run(python))),
        ("voice", Box::new(|| voice::run(python))),
        ("tower", Box::new(|| tower::run(python))),
        ("windows", Box::new(|| windows::run(python))),
        ("streams", Box::new(|| streams::run(python))),
        ("clips", Box::new(|| clips::run(python))),
        ("command", Box::new(|| command::run(python, slap_edge))),
    ]
}
