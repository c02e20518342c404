//! Bundles, inference engines, text towers and prompt packs.
//!
//! A bundle is a folder that holds everything one model needs. From the outside
//! in:
//!
//! - [`bundle`] opens the folder and verifies every file;
//! - [`manifest`] is the contract it is opened by;
//! - [`pack`] and [`background`] are its prepared embeddings, and [`space`] says which of
//!   them fit;
//! - [`engine`] runs the audio tower, chunk by chunk or window by window;
//! - [`text`] embeds a sentence the packs do not have.
//!
//! Nothing here prints, reads a microphone, parses arguments or looks at a clock. The file
//! system is touched by opening a bundle and reading from it, and by the engine that looks
//! for ONNX Runtime's library; that one writes where [`TowerOptions`] name a cache, and a
//! profile, gone at once, where it counts what ran where.
//!
//! Feature `ort`, on by default: ONNX Runtime, where its library is found at run time.

pub mod background;
pub mod bundle;
pub mod engine;
pub mod front_end;
pub mod hash;
pub mod json;
pub mod manifest;
pub mod pack;
mod quality;
pub mod space;
mod tensors;
pub mod text;

pub use background::Background;
pub use bundle::{Bundle, BundleError};
pub use engine::{
    Engine, EngineError, EngineReport, Found, Nodes, Offer, Precision, Provider, Tower,
    TowerOptions, TowerState, offers,
};
pub use hash::Sha256;
pub use manifest::{Manifest, ManifestError};
pub use pack::{Class, Group, Need, PackError, PromptPack, Task, UnknownTask};
pub use space::{Fit, Space};
pub use text::{Reading, Said, TextError, TextTower};
