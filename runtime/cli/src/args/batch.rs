//! Many recordings at once: how they are found, and how many are heard side by side.

use clap::Args;

/// Shared by the commands that take whole folders.
#[derive(Clone, Copy, Debug, Args)]
pub struct BatchArgs {
    /// Look for recordings in folders, and in the folders in them.
    ///
    /// Taken are files whose names end in .wav, .flac, .ogg, .oga or .mp3, in upper or
    /// lower case, in the order of their names. What is hidden, its name beginning with a
    /// point, is left out. Links to files are followed, links to folders are not.
    #[arg(short, long)]
    pub recursive: bool,

    /// Hear this many recordings side by side [default: one for each core].
    ///
    /// Results come in the order of the recordings, however many are heard at once, and
    /// are the same.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}
