//! Speed and memory, side by side with peers in one run: `cargo xtask bench`.
//!
//! Not a test: nothing fails when a number is bad. Each number is a median of
//! several rounds; the competitors take turns within a round, so that a slow
//! moment of the machine hits them all.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is the result")]

mod command;
mod contest;
mod front_end;
mod machine;
mod memory;
mod process;
mod prompts;
mod python;
mod statistics;
mod table;
mod voice;

use std::path::PathBuf;
use std::process::ExitCode;

/// What is measured cannot be measured, in one sentence.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "usage: slap-benches --python PYTHON --slap-edge COMMAND";

fn main() -> ExitCode {
    let mut python = None;
    let mut slap_edge = None;
    let mut arguments = std::env::args_os().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().map(PathBuf::from);
        match (name.to_str(), value) {
            (Some("--python"), Some(value)) => python = Some(value),
            (Some("--slap-edge"), Some(value)) => slap_edge = Some(value),
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
    let measured = prompts::run()
        .and_then(|()| front_end::run(&python))
        .and_then(|()| voice::run(&python))
        .and_then(|()| command::run(&python, &slap_edge));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
