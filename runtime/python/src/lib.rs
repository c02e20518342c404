//! `slap_edge` for Python: the runtime's own front end, resampler, voice
//! measures and screener.
//!
//! Training takes its features from here, so that the features on a device
//! equal those of the training by construction. The module converts between
//! NumPy arrays and slices and does nothing else; it holds no formula.

mod front_end;
mod measure;
mod resampler;
mod screener;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// An error of the runtime as the `ValueError` that Python expects, its
/// sentence unchanged.
fn value_error(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The slap-edge front end, resampler, voice measures and screener.
#[pymodule]
mod slap_edge {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::front_end::{FrontEnd, FrontEndStream};
    #[pymodule_export]
    use super::measure::measure;
    #[pymodule_export]
    use super::resampler::resample;
    #[pymodule_export]
    use super::screener::{Screener, TextTower};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::measure::add_tables(module)
    }
}
