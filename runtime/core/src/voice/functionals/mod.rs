//! Statistics over a window: [`Functional`] lists them, [`Summary`] gathers them.

mod chain;
mod contour;
mod functional;
mod histogram;
mod moments;
mod runs;
mod statistic;
mod summary;
mod zigzag;

pub use functional::Functional;
pub use statistic::Statistic;
pub use summary::Summary;
