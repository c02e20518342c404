//! The resampler for Python.

use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;

use crate::value_error;

/// Resamples a mono clip, as the runtime does before its front end.
///
/// Args:
///     audio: float32 [samples], mono, finite.
///     source_rate: its samples per second.
///     target_rate: the samples per second wanted.
///
/// Returns:
///     float32 [ceil(samples * target_rate / source_rate)]; sample 0 stays at
///     time 0.
///
/// Raises:
///     ValueError: a rate is out of range, or a sample is NaN or infinite.
#[pyfunction]
pub fn resample<'py>(
    py: Python<'py>,
    audio: PyReadonlyArray1<'py, f32>,
    source_rate: u32,
    target_rate: u32,
) -> PyResult<Bound<'py, PyArray1<f32>>> {
    let samples = audio.as_slice()?;
    let resampled = py.detach(|| slap_edge::resample(samples, source_rate, target_rate));
    Ok(resampled.map_err(value_error)?.into_pyarray(py))
}
