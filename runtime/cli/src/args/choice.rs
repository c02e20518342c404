//! What the user typed about what is scored.

use std::path::PathBuf;

use clap::Args;

use super::TaskArgs;

/// Tasks, sentences and packs, shared by the commands that score any number of them.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// A sentence to score the voice against (repeatable).
    ///
    /// Its answer is how the voice ranks among the bundle's reference voices. Needs a
    /// bundle with a text tower.
    #[arg(short, long = "prompt", value_name = "SENTENCE")]
    pub prompts: Vec<String>,

    /// Which tasks.
    #[command(flatten)]
    pub tasks: TaskArgs,

    /// Leave the tasks out and score sentences only.
    #[arg(long, conflicts_with_all = ["tasks", "groups"])]
    pub no_tasks: bool,

    /// A prompt pack to score beside the bundle's own (repeatable).
    #[arg(long = "prompts", value_name = "PACK")]
    pub packs: Vec<PathBuf>,
}
