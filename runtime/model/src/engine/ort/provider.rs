//! ONNX Runtime's execution providers: which there are, and how a session gets one.

use core::num::NonZeroUsize;
use std::path::Path;

use ort::ep::{self, ExecutionProvider as _, ExecutionProviderDispatch};
use ort::session::builder::SessionBuilder;

use super::library::library;
use super::message;
use crate::engine::{Engine, EngineError, Found, Offer, Provider};

impl Provider {
    /// The name that ONNX Runtime gives it, in profiles for one.
    pub(super) fn onnx_name(self) -> &'static str {
        match self {
            Self::Cpu => ep::CPU::NAME,
            Self::Cuda => ep::CUDA::NAME,
            Self::TensorRt => ep::TensorRT::NAME,
            Self::OpenVino => ep::OpenVINO::NAME,
            Self::Qnn => ep::QNN::NAME,
            Self::CoreMl => ep::CoreML::NAME,
            Self::Nnapi => ep::NNAPI::NAME,
            Self::Xnnpack => ep::XNNPACK::NAME,
            Self::DirectMl => ep::DirectML::NAME,
            Self::Acl => ep::ACL::NAME,
        }
    }

    /// What adds it to a session; the processor needs nothing.
    fn dispatch(self, threads: NonZeroUsize) -> Option<ExecutionProviderDispatch> {
        Some(match self {
            Self::Cpu => return None,
            // Its shorter mantissa would move embeddings by more than engines may differ.
            Self::Cuda => ep::CUDA::default().with_tf32(false).build(),
            Self::TensorRt => ep::TensorRT::default().build(),
            Self::OpenVino => ep::OpenVINO::default().build(),
            Self::Qnn => ep::QNN::default().build(),
            Self::CoreMl => ep::CoreML::default().with_static_input_shapes(true).build(),
            Self::Nnapi => ep::NNAPI::default().build(),
            Self::Xnnpack => ep::XNNPACK::default().with_intra_op_num_threads(threads).build(),
            Self::DirectMl => ep::DirectML::default().build(),
            Self::Acl => ep::ACL::default().build(),
        })
    }
}

/// Adds `provider` to what a session is built from.
///
/// # Errors
///
/// One sentence that says why it cannot be had.
pub(super) fn register(
    builder: &mut SessionBuilder,
    provider: Provider,
    threads: NonZeroUsize,
) -> Result<(), String> {
    let Some(dispatch) = provider.dispatch(threads) else { return Ok(()) };
    if !has(provider)? {
        return Err(format!("not built in; {}", provider.purpose()));
    }
    dispatch.register(builder).map_err(|error| message(&error))
}

/// Whether the library was built with `provider`.
fn has(provider: Provider) -> Result<bool, String> {
    let answer = match provider {
        Provider::Cpu => ep::CPU::is_available(),
        Provider::Cuda => ep::CUDA::is_available(),
        Provider::TensorRt => ep::TensorRT::is_available(),
        Provider::OpenVino => ep::OpenVINO::is_available(),
        Provider::Qnn => ep::QNN::is_available(),
        Provider::CoreMl => ep::CoreML::is_available(),
        Provider::Nnapi => ep::NNAPI::is_available(),
        Provider::Xnnpack => ep::XNNPACK::is_available(),
        Provider::DirectMl => ep::DirectML::is_available(),
        Provider::Acl => ep::ACL::is_available(),
    };
    answer.map_err(|error| message(&error))
}

/// Whether each provider can be had here, with the library's version and path, or why not.
///
/// Tried, not asked for: a provider that the library was built with may lack its own
/// libraries or its hardware.
///
/// # Errors
///
/// [`EngineError::NoEngine`] where there is no library.
pub(crate) fn offers(path: Option<&Path>) -> Result<Vec<Offer>, EngineError> {
    let library = library(path)?;
    let tried = Provider::ALL.into_iter().map(|provider| {
        let found = SessionBuilder::new(&library.environment)
            .map_err(|error| message(&error))
            .and_then(|mut builder| register(&mut builder, provider, NonZeroUsize::MIN))
            .map(|()| Found {
                version: library.version.clone(),
                library: Some(library.path.clone()),
            });
        Offer { engine: Engine::Ort, provider, found }
    });
    Ok(tried.collect())
}
