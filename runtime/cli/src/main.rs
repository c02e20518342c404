//! The `slap-edge` command.
//!
//! The binary is glue: it turns flags into a plan ([`args`] is what the user typed,
//! [`plan`] what the program needs), recordings into samples ([`audio`]), and results
//! into text ([`output`]) or a page ([`report`]). What a score is, how a bundle is read and how samples become
//! frames is decided in the crates below; no formula and no tensor shape lives here.
//!
//! Results go to standard output, everything said about the run to standard error.

mod args;
mod audio;
mod devices;
mod engine;
mod engines;
mod folders;
mod hear;
mod inspect;
mod listen;
mod locate;
mod measure;
mod models;
mod output;
mod packfile;
mod plan;
mod prompts;
mod report;
mod score;
mod selection;
mod selftest;
mod shell;
mod trial;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use args::{ColorWhen, Command, LowArgs, PromptsCommand};
use output::{Terminal, safe};

/// How a command ended that did not fail as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything asked for was done.
    Done,
    /// At least one recording could not be heard.
    SomeFailed,
}

fn main() -> ExitCode {
    let args = match LowArgs::try_parse() {
        Ok(args) => args,
        Err(answer) => return print(&answer),
    };
    let terminal = Terminal::detect(args.color);
    match run(args, &terminal).and_then(|outcome| flush().map(|()| outcome)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(1),
        // The reader of our output went away: there is no one left to tell.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => fail(&error, &terminal),
    }
}

/// Prints what the command line itself asks for, such as help, or what is wrong with it.
fn print(answer: &clap::Error) -> ExitCode {
    match answer.print().context(CANNOT_PRINT).and_then(|()| flush()) {
        Err(error) if !is_broken_pipe(&error) => {
            fail(&error, &Terminal::detect(ColorWhen::Auto))
        }
        _ => ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2)),
    }
}

fn fail(error: &anyhow::Error, terminal: &Terminal) -> ExitCode {
    let _ = writeln!(io::stderr(), "{} {}", terminal.err.bad("error:"), sentence(error));
    ExitCode::from(2)
}

const CANNOT_PRINT: &str = "the output cannot be written";

/// Delivers what standard output still holds back, whose loss would else go unnoticed.
fn flush() -> anyhow::Result<()> {
    io::stdout().flush().context(CANNOT_PRINT)
}

fn run(args: LowArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let color = args.color;
    match args.command {
        Command::Score(args) => score::run(&plan::ScorePlan::new(args)?, terminal),
        Command::Measure(args) => measure::run(&plan::MeasurePlan::new(args)?, terminal),
        Command::Report(args) => report::run(&plan::ReportPlan::new(args)?, terminal),
        Command::Listen(args) => {
            let plan = plan::ListenPlan::new(args, terminal.is_watched())?;
            listen::run(&plan, terminal, color)
        }
        Command::Devices(args) => devices::run(&args, terminal),
        Command::Engines(args) => engines::run(&args, terminal),
        Command::Inspect(args) => inspect::run(&args, terminal),
        Command::Prompts(PromptsCommand::List(args)) => prompts::list(&args, terminal),
        Command::Prompts(PromptsCommand::Add(args)) => prompts::add(&args, terminal),
        Command::Prompts(PromptsCommand::Embed(args)) => prompts::embed(&args, terminal),
        Command::Prompts(PromptsCommand::Read(args)) => prompts::read(&args, terminal),
        Command::Completions(args) => shell::completions(args.shell),
        Command::Man(args) => shell::man(args.output.as_deref()),
    }
}

/// The causes of `error` from the outside in, leaving out those that an outer one quotes.
fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if sentence.contains(&cause) {
            continue;
        }
        if !sentence.is_empty() {
            sentence.push_str(": ");
        }
        sentence.push_str(&cause);
    }
    safe(&sentence)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
