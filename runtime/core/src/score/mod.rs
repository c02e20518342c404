//! From an embedding to a decision.
//!
//! An audio embedding meets the prompt embeddings in one vector space; this module turns
//! their cosines into something that can be acted on, from the bottom up:
//!
//! 1. [`PromptSet`]: embeddings in half precision, used where they lie, and their cosines with a vector.
//! 2. [`ClassPlan`] and [`TaskPlan`]: several wordings of one class averaged and
//!    re-normalised, then a calibrated softmax over the classes of a task, with a band in
//!    which the answer is [`Outcome::Unsure`].
//! 3. [`percentile`]: where a free prompt's cosine stands among the cosines of voices in
//!    general, because a raw cosine has no meaning of its own.
//! 4. [`Smoother`]: exponential smoothing whose constant is in seconds, so that a tower
//!    with another hop behaves the same.
//! 5. [`Hysteresis`]: two thresholds and a minimum duration, from values to events.
//!
//! Nothing here allocates, keeps a clock or reads a device: memory, time and the input's
//! [quality](crate::quality) are arguments. A value that is not finite never becomes a
//! score: it is an error, or it is left out, and each function says which.

mod hysteresis;
mod percentile;
mod prompts;
mod smoother;
mod task;

pub use hysteresis::{Edge, Hysteresis, HysteresisError};
pub use percentile::{percentile, reference};
pub use prompts::{PromptError, PromptSet};
pub use smoother::{Smoother, SmootherError};
pub use task::{ClassPlan, Outcome, TaskError, TaskPlan, Top};
