//! The `front_end` object of a manifest, read straight into
//! [`FrontEndSpec`]: every key required, every unknown key or word refused.
//!
//! The types live in `slap-core`, which knows no file format, so their spelling
//! in JSON is stated here.

use serde::{Deserialize, Serialize};
use slap_core::front_end::{
    Framing, FrontEndSpec, Log, LogFloor, MelNorm, MelScale, Normalise, Spectrum, Window,
};

use crate::json;
use crate::manifest::ManifestError;

/// Reads a `front_end` object by itself and checks it.
///
/// # Errors
///
/// [`ManifestError`] names the key at fault.
pub fn spec_from_json(text: &str) -> Result<FrontEndSpec, ManifestError> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Owned(#[serde(with = "SpecDef")] FrontEndSpec);
    let Owned(spec) = json::from_slice(text.as_bytes())?;
    spec.check().map_err(ManifestError::FrontEnd)?;
    Ok(spec)
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "FrontEndSpec", deny_unknown_fields)]
pub(crate) struct SpecDef {
    sample_rate: u32,
    frame_length: usize,
    hop_length: usize,
    fft_length: usize,
    #[serde(with = "FramingDef")]
    framing: Framing,
    #[serde(with = "WindowDef")]
    window: Window,
    input_scale: f32,
    remove_dc: bool,
    pre_emphasis: f32,
    #[serde(with = "SpectrumDef")]
    spectrum: Spectrum,
    #[serde(with = "MelScaleDef")]
    mel_scale: MelScale,
    #[serde(with = "MelNormDef")]
    mel_norm: MelNorm,
    bands: usize,
    low_hz: f32,
    high_hz: f32,
    #[serde(with = "LogDef")]
    log: Log,
    log_floor: f32,
    #[serde(with = "LogFloorDef")]
    log_floor_mode: LogFloor,
    #[serde(with = "NormaliseDef")]
    normalise: Normalise,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Framing", rename_all = "snake_case")]
enum FramingDef {
    Snip,
    CentreReflect,
    CentreReflectFloor,
    CentreZero,
    Mirror,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Window", rename_all = "snake_case")]
enum WindowDef {
    Hann,
    HannSymmetric,
    Hamming,
    HammingSymmetric,
    Povey,
    Rectangular,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Spectrum", rename_all = "snake_case")]
enum SpectrumDef {
    Power,
    Magnitude,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MelScale", rename_all = "snake_case")]
enum MelScaleDef {
    Htk,
    Slaney,
    Kaldi,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MelNorm", rename_all = "snake_case")]
enum MelNormDef {
    None,
    Slaney,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Log", rename_all = "snake_case")]
enum LogDef {
    Ln,
    Log10,
    Decibel,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "LogFloor", rename_all = "snake_case")]
enum LogFloorDef {
    Max,
    Add,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Normalise", tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum NormaliseDef {
    // With braces, so that extra keys are refused here too.
    None {},
    Fixed { mean: f32, std: f32 },
    DynamicRange { range: f32, offset: f32, scale: f32 },
    PerBand { epsilon: f32 },
}
