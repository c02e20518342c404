//! The log-mel front end for Python.

use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use slap_core::front_end::{StdPlan, StdStream};
use slap_model::front_end::spec_from_json;
use std::sync::Arc;

use crate::value_error;

/// The log-mel front end of a bundle.
///
/// Args:
///     spec: the `front_end` object of a manifest, as JSON text.
///
/// Raises:
///     ValueError: a key is missing or unknown, or a value is out of range.
#[pyclass(frozen, module = "slap_edge")]
#[derive(Debug)]
pub struct FrontEnd {
    plan: Arc<StdPlan>,
}

#[pymethods]
impl FrontEnd {
    #[new]
    fn new(spec: &str) -> PyResult<Self> {
        let spec = spec_from_json(spec).map_err(value_error)?;
        let plan = StdPlan::new(&spec).map_err(value_error)?;
        Ok(Self { plan: Arc::new(plan) })
    }

    /// Samples per second that the front end expects.
    #[getter]
    fn sample_rate(&self) -> u32 {
        self.plan.spec().sample_rate
    }

    /// Number of mel bands.
    #[getter]
    fn bands(&self) -> usize {
        self.plan.bands()
    }

    /// Number of frames of a clip of `samples` samples.
    fn frames(&self, samples: u64) -> u64 {
        self.plan.frames(samples)
    }

    /// The log-mel frames of a whole clip.
    ///
    /// Args:
    ///     audio: float32 [samples], mono, in [-1, 1].
    ///
    /// Returns:
    ///     float32 [frames, bands], normalised as the specification says.
    fn log_mel<'py>(
        &self,
        py: Python<'py>,
        audio: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let samples = audio.as_slice()?;
        let plan = &self.plan;
        let frames = py.detach(|| {
            let mut frames =
                Vec::with_capacity(plan.frames(samples.len() as u64) as usize * plan.bands());
            let mut stream = plan.stream();
            stream.push(plan, samples, |_, frame| frames.extend_from_slice(frame));
            stream.finish(plan, |_, frame| frames.extend_from_slice(frame));
            plan.normalise_clip(&mut frames);
            frames
        });
        to_array(py, frames, plan.bands())
    }

    /// Starts a stream that takes the clip in pieces.
    fn stream(&self) -> FrontEndStream {
        FrontEndStream { stream: self.plan.stream(), plan: Arc::clone(&self.plan) }
    }
}

/// One clip going through a `FrontEnd` in pieces of any length.
///
/// Normalisations that need the whole clip are not applied.
#[pyclass(module = "slap_edge")]
#[derive(Debug)]
pub struct FrontEndStream {
    plan: Arc<StdPlan>,
    stream: StdStream,
}

#[pymethods]
impl FrontEndStream {
    /// Pushes samples and returns the frames that they complete.
    ///
    /// Args:
    ///     audio: float32 [samples], mono, in [-1, 1].
    ///
    /// Returns:
    ///     float32 [frames, bands]; there may be none.
    fn push<'py>(
        &mut self,
        py: Python<'py>,
        audio: PyReadonlyArray1<'py, f32>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let mut frames = Vec::new();
        self.stream.push(&self.plan, audio.as_slice()?, |_, frame| {
            frames.extend_from_slice(frame);
        });
        to_array(py, frames, self.plan.bands())
    }

    /// Ends the clip and returns the frames that reach beyond its last sample.
    fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let mut frames = Vec::new();
        self.stream.finish(&self.plan, |_, frame| frames.extend_from_slice(frame));
        to_array(py, frames, self.plan.bands())
    }
}

fn to_array(
    py: Python<'_>,
    values: Vec<f32>,
    bands: usize,
) -> PyResult<Bound<'_, PyArray2<f32>>> {
    let shape = (values.len() / bands, bands);
    Ok(Array2::from_shape_vec(shape, values).map_err(value_error)?.into_pyarray(py))
}
