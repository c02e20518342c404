//! What the user typed about tasks.

use clap::Args;

/// Which tasks are scored and how many of the answers are shown, shared by the commands
/// that score.
#[derive(Debug, Args)]
pub struct TaskArgs {
    /// Score this task only (repeatable); all tasks by default.
    #[arg(short, long = "task", value_name = "NAME")]
    pub tasks: Vec<String>,

    /// Score the tasks of this group only (repeatable); `slap-edge inspect` lists them.
    #[arg(short, long = "group", value_name = "NAME")]
    pub groups: Vec<String>,

    /// Show every answer in full.
    ///
    /// Answers that are as usual or unsure are only named, and tasks that do not apply left
    /// out, unless tasks or groups are chosen.
    #[arg(long)]
    pub all: bool,
}
