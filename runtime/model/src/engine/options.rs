//! What a tower is to run on.

use core::fmt;
use core::num::NonZeroUsize;
use std::path::PathBuf;

/// Arithmetic of the graph that is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Precision {
    /// The float32 graph, `tower.float32` in the manifest.
    #[default]
    Float32,
    /// The int8 graph, `tower.int8` in the manifest.
    Int8,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Float32 => "float32",
            Self::Int8 => "int8",
        })
    }
}

/// What runs the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Engine {
    /// tract: pure Rust, part of the program.
    #[default]
    Tract,
    /// ONNX Runtime, a shared library that is looked for when it is asked for.
    Ort,
}

impl Engine {
    /// All of them, the one that is always there first.
    pub const ALL: [Self; 2] = [Self::Tract, Self::Ort];
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tract => "tract",
            Self::Ort => "ort",
        })
    }
}

/// What ONNX Runtime computes with; its term is execution provider.
///
/// The processor takes what another provider does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "they are names of products")]
pub enum Provider {
    #[default]
    Cpu,
    Cuda,
    TensorRt,
    OpenVino,
    Qnn,
    CoreMl,
    Nnapi,
    Xnnpack,
    DirectMl,
    Acl,
}

impl Provider {
    /// All of them, the processor first.
    pub const ALL: [Self; 10] = [
        Self::Cpu,
        Self::Cuda,
        Self::TensorRt,
        Self::OpenVino,
        Self::Qnn,
        Self::CoreMl,
        Self::Nnapi,
        Self::Xnnpack,
        Self::DirectMl,
        Self::Acl,
    ];

    /// The hardware and the system it is for, and which package of ONNX Runtime has it.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Cpu => "any processor",
            Self::Cuda => "NVIDIA GPUs: PyPI package onnxruntime-gpu",
            Self::TensorRt => "NVIDIA GPUs: PyPI package onnxruntime-gpu",
            Self::OpenVino => "Intel: PyPI package onnxruntime-openvino",
            Self::Qnn => "Qualcomm NPUs: PyPI package onnxruntime-qnn",
            Self::CoreMl => "Apple: packages for macOS and iOS",
            Self::Nnapi => "Android: package onnxruntime-android",
            Self::Xnnpack => "phones: packages for Android and iOS",
            Self::DirectMl => "Windows: PyPI package onnxruntime-directml",
            Self::Acl => "Arm processors: built from source",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::OpenVino => "openvino",
            Self::Qnn => "qnn",
            Self::CoreMl => "coreml",
            Self::Nnapi => "nnapi",
            Self::Xnnpack => "xnnpack",
            Self::DirectMl => "directml",
            Self::Acl => "acl",
        })
    }
}

/// What a tower is to run on. The default is float32 by tract.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TowerOptions {
    /// Which graph.
    pub precision: Precision,
    /// What runs it.
    pub engine: Engine,
    /// What ONNX Runtime computes with; tract knows the processor alone.
    pub provider: Provider,
    /// Loading fails where `provider` is absent or runs no node of the graph, instead of
    /// falling back to the processor.
    pub require_provider: bool,
    /// ONNX Runtime's library, or the folder it is in. Where none is given, it is the one that the
    /// variable `ORT_DYLIB_PATH` names, or the first found beside the program, in the
    /// system's folders and in the packages of each Python on the search path. A process
    /// loads one library: the first that is asked for stays.
    pub library: Option<PathBuf>,
    /// Threads of one step, 1 where nothing is said: a step is too short to gain from more,
    /// and streams in parallel gain without waiting for each other.
    pub threads: Option<NonZeroUsize>,
    /// A folder in which ONNX Runtime's optimised graphs are kept for the next start. It is
    /// made where there is none; what cannot be read or written there is done without.
    pub cache: Option<PathBuf>,
    /// Whether the nodes that each provider runs are counted where only the processor is
    /// asked for. It costs a slow step; of another provider they always are.
    pub count_nodes: bool,
    /// Further outputs of the manifest, by name, which every step then computes and
    /// [`TowerState::outputs`](super::TowerState::outputs) holds.
    pub outputs: Vec<String>,
}

impl From<Precision> for TowerOptions {
    fn from(precision: Precision) -> Self {
        Self { precision, ..Self::default() }
    }
}
