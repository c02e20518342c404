//! What is typed to hear a microphone.

use clap::Args;

use super::DocumentFormat;

/// `slap-edge devices`.
#[derive(Debug, Args)]
pub struct DevicesArgs {
    /// What to print.
    #[arg(short, long, value_enum, default_value = "human")]
    pub format: DocumentFormat,
}
