//! What the user typed about what runs the audio tower.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DocumentFormat;

/// Engine, provider, threads and precision, shared by the commands that run the tower.
#[derive(Clone, Debug, Args)]
pub struct EngineArgs {
    /// What runs the audio tower [default: tract, or ort where a provider is named].
    ///
    /// auto times a few steps of each engine that is there and takes the fastest.
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub engine: Option<EngineArg>,

    /// What ONNX Runtime computes with; see 'slap-edge engines'.
    ///
    /// Where it is absent, the processor computes, and a warning says so.
    #[arg(long, value_enum, value_name = "PROVIDER")]
    pub provider: Option<ProviderArg>,

    /// Fail where the provider is absent or runs nothing of the tower, instead of falling
    /// back to the processor.
    #[arg(long, requires = "provider")]
    pub require_provider: bool,

    /// Threads of one step of the tower with ONNX Runtime [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,

    /// Keep what ONNX Runtime makes of the tower for the processor in FOLDER, for a faster
    /// start next time.
    #[arg(long, value_name = "FOLDER")]
    pub cache: Option<PathBuf>,

    /// The audio tower's numbers.
    #[arg(long, value_enum, default_value = "float32")]
    pub precision: PrecisionArg,
}

impl EngineArgs {
    /// Whether anything of it was typed but the precision.
    pub fn is_asked_for(&self) -> bool {
        self.engine.is_some()
            || self.provider.is_some()
            || self.threads.is_some()
            || self.cache.is_some()
    }
}

/// What runs the tower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    /// tract, a part of this program.
    Tract,
    /// ONNX Runtime, where it is installed.
    Ort,
    /// The fastest here.
    Auto,
}

/// What ONNX Runtime computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProviderArg {
    Cpu,
    Cuda,
    #[value(name = "tensorrt")]
    TensorRt,
    #[value(name = "openvino")]
    OpenVino,
    Qnn,
    #[value(name = "coreml")]
    CoreMl,
    Nnapi,
    Xnnpack,
    #[value(name = "directml")]
    DirectMl,
    Acl,
}

/// Which of the bundle's audio towers runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// The float32 tower.
    Float32,
    /// The int8 tower, where the bundle has one: smaller, and faster with ONNX Runtime only.
    Int8,
}

/// `slap-edge engines`.
#[derive(Debug, Args)]
pub struct EnginesArgs {
    /// What to print.
    #[arg(short, long, value_enum, default_value = "human")]
    pub format: DocumentFormat,
}
