//! The `quality` object of a manifest, read straight into [`Limits`]: every key required,
//! every unknown key refused, `null` where nothing is asked for.
//!
//! The types live in `slap-core`, which knows no file format, so their spelling in JSON is
//! stated here.

use serde::{Deserialize, Serialize};
use slap_core::quality::{Bounds, Limits};

use crate::json::nullable;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Limits", deny_unknown_fields)]
pub(crate) struct LimitsDef {
    active_dbfs: f32,
    #[serde(with = "BoundsDef")]
    usable: Bounds,
    #[serde(with = "BoundsDef")]
    good: Bounds,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Bounds", deny_unknown_fields)]
struct BoundsDef {
    silence_dbfs: f32,
    minimum_active_seconds: f32,
    maximum_clipped_share: f32,
    #[serde(deserialize_with = "nullable")]
    minimum_snr_db: Option<f32>,
    #[serde(deserialize_with = "nullable")]
    minimum_bandwidth_hz: Option<f32>,
    #[serde(deserialize_with = "nullable")]
    minimum_voiced_seconds: Option<f32>,
    #[serde(deserialize_with = "nullable")]
    maximum_dropout_share: Option<f32>,
    #[serde(deserialize_with = "nullable")]
    maximum_silent_share: Option<f32>,
    #[serde(deserialize_with = "nullable")]
    maximum_dc: Option<f32>,
}
