//! `slap_edge` for Python: the runtime's own front end, resampler and
//! screener.
//!
//! Training takes its features from here, so that the features on a device
//! equal those of the training by construction. The module converts between
//! NumPy arrays and slices and does nothing else; it holds no formula.

mod front_end;

use pyo3::prelude::*;

/// The slap-edge front end, resampler and screener.
#[pymodule]
mod slap_edge {
    #[pymodule_export]
    use super::front_end::{FrontEnd, FrontEndStream};
}
