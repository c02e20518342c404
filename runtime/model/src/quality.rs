//! The `quality` object of a manifest, read straight into [`Limits`]: every key required,
//! every unknown key refused, `null` where nothing is asked for.
//!
//! The types live in `slap-core`, which knows no file format, so their spelling in JSON is
//! stated here.

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use slap_core::quality::{Bounds, Limits};

use crate::json::nullable;
use crate::manifest::{ManifestError, out_of_range};

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

/// A level that a limit may have, in dBFS or dB either way.
const MAX_DECIBELS: f32 = 200.0;

/// The highest rate of samples, in Hz, far above what towers listen to.
const MAX_HERTZ: f32 = 1e6;

/// Checks that every limit is in its range.
///
/// # Errors
///
/// [`ManifestError::OutOfRange`] names the first that is not.
pub(crate) fn check(limits: &Limits) -> Result<(), ManifestError> {
    let dbfs = -MAX_DECIBELS..=0.0;
    let ratio = -MAX_DECIBELS..=MAX_DECIBELS;
    let seconds = 0.0..=86_400.0;
    let hertz = 0.0..=MAX_HERTZ;
    let share = 0.0..=1.0;
    let within = |key: &str, value: Option<f32>, range: &RangeInclusive<f32>| match value {
        Some(value) if !range.contains(&value) => {
            let expected = format!("between {} and {}", range.start(), range.end());
            Err(out_of_range(&format!("quality.{key}"), expected, value))
        }
        _ => Ok(()),
    };
    within("active_dbfs", Some(limits.active_dbfs), &dbfs)?;
    for (set, bounds) in [("usable", &limits.usable), ("good", &limits.good)] {
        let Bounds {
            silence_dbfs,
            minimum_active_seconds,
            maximum_clipped_share,
            minimum_snr_db,
            minimum_bandwidth_hz,
            minimum_voiced_seconds,
            maximum_dropout_share,
            maximum_silent_share,
            maximum_dc,
        } = *bounds;
        for (key, value, range) in [
            ("silence_dbfs", Some(silence_dbfs), &dbfs),
            ("minimum_active_seconds", Some(minimum_active_seconds), &seconds),
            ("maximum_clipped_share", Some(maximum_clipped_share), &share),
            ("minimum_snr_db", minimum_snr_db, &ratio),
            ("minimum_bandwidth_hz", minimum_bandwidth_hz, &hertz),
            ("minimum_voiced_seconds", minimum_voiced_seconds, &seconds),
            ("maximum_dropout_share", maximum_dropout_share, &share),
            ("maximum_silent_share", maximum_silent_share, &share),
            ("maximum_dc", maximum_dc, &share),
        ] {
            within(&format!("{set}.{key}"), value, range)?;
        }
    }
    Ok(())
}
