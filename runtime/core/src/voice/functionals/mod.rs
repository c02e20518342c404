//! Statistics of descriptors over a window.

mod functional;
mod statistic;
mod summary;

pub use functional::Functional;
pub use statistic::Statistic;
pub use summary::Summary;
