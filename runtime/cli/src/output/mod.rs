//! Results into text: [`json`] and [`csv`] for programs, [`human`] for people.

mod basis;
pub mod convert;
pub mod csv;
pub mod execution;
pub mod frames;
pub mod human;
pub mod json;
pub mod measures;
mod page;
mod panel;
mod progress;
pub mod report;
mod tally;
mod terminal;

pub use page::Page;
pub use panel::Panel;
pub use progress::Progress;
pub use tally::Tally;
pub use terminal::{Terminal, columns, cut, quote, safe};
