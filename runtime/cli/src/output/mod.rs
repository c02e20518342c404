//! Results into text: [`json`] for programs, [`human`] for people.

pub mod convert;
pub mod human;
pub mod json;
mod page;
mod progress;
pub mod report;
mod terminal;

pub use page::Page;
pub use progress::Progress;
pub use terminal::{Terminal, quote, safe};
