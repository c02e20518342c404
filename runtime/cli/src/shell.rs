//! What a packager wants: shell completions and manual pages.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;

use crate::Outcome;
use crate::args::LowArgs;

/// Prints the completion script of `shell`.
pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    // Rendered in memory first: the generator panics where a pipe is closed early.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut LowArgs::command(), "slap-edge", &mut script);
    let script = String::from_utf8(script).context("the completion script is no text")?;
    // The generator takes the hyphen in the name for a border between commands in one of
    // the two places where it makes labels of them, so that no label is ever found.
    let script = script.replace("slap__subcmd__edge__subcmd__", "slap__edge__subcmd__");
    io::stdout().write_all(script.as_bytes())?;
    Ok(Outcome::Done)
}

/// Prints the main page, or writes one page per command into `folder`.
pub fn man(folder: Option<&Path>) -> anyhow::Result<Outcome> {
    let command = LowArgs::command();
    match folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            io::stdout().write_all(&page)?;
        }
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .with_context(|| {
                    format!("cannot write manual pages into '{}'", folder.display())
                })?;
        }
    }
    Ok(Outcome::Done)
}
