//! The safetensors container of packs and backgrounds: one tensor of f16 unit
//! rows, and metadata that says what they are.

use std::collections::BTreeMap;

use half::f16;
use safetensors::{Dtype, SafeTensors};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::hash::Sha256;
use crate::json::{self, JsonError};
use crate::pack::{PackError, VERSION};
use crate::space::Fit;

const TENSOR: &str = "embeddings";

/// How far the length of a stored row may be from 1: f16 rounding of a long
/// row stays a hundred times below this, a forgotten normalisation far above.
const UNIT_TOLERANCE: f32 = 1e-2;

/// Metadata of a container.
#[derive(Debug)]
pub(crate) struct Header(BTreeMap<String, String>);

impl Header {
    pub(crate) fn new(format: &str, tower: Sha256) -> Self {
        let mut header = Self(BTreeMap::new());
        header.put("format", format.into());
        header.put("version", VERSION.to_string());
        header.put("tower_sha256", tower.to_string());
        header
    }

    pub(crate) fn put(&mut self, key: &str, value: String) {
        self.0.insert(key.into(), value);
    }

    pub(crate) fn put_json<T: Serialize>(&mut self, key: &str, value: &T) {
        // Strings and finite numbers always have a JSON form.
        self.put(key, serde_json::to_string(value).unwrap_or_default());
    }

    pub(crate) fn take(&mut self, key: &str) -> Result<String, PackError> {
        self.0.remove(key).ok_or_else(|| JsonError::MissingKey { key: key.into() }.into())
    }

    pub(crate) fn take_json<T: DeserializeOwned>(&mut self, key: &str) -> Result<T, PackError> {
        json::from_slice(self.take(key)?.as_bytes()).map_err(|e| e.under(key).into())
    }

    /// Refuses keys nothing has asked for.
    pub(crate) fn finish(mut self) -> Result<(), PackError> {
        match self.0.pop_first() {
            None => Ok(()),
            Some((key, _)) => {
                Err(JsonError::UnknownKey { key, expected: "no other metadata".into() }.into())
            }
        }
    }
}

/// Reads metadata, the tower they were made for, and rows; checks format, version, tower, type and length of
/// the rows, and that every row is a unit vector.
pub(crate) fn read(
    bytes: &[u8],
    format: &'static str,
    tower: &Fit,
    dim: usize,
) -> Result<(Header, Sha256, Vec<f16>), PackError> {
    let container =
        |e: safetensors::SafeTensorError| PackError::Container { reason: e.to_string() };
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(container)?;
    let mut header =
        Header(metadata.metadata().clone().unwrap_or_default().into_iter().collect());
    let got = header.take("format")?;
    if got != format {
        return Err(PackError::UnknownFormat { expected: format, got });
    }
    let got: u64 = header.take_json("version")?;
    if got != VERSION {
        return Err(PackError::FutureVersion { expected: VERSION, got });
    }
    let got = header.take("tower_sha256")?;
    let made_for: Sha256 = got.parse().map_err(|e| JsonError::WrongValue {
        key: "tower_sha256".into(),
        message: format!("{e}, got `{got}`"),
    })?;
    if !tower.takes(made_for) {
        return Err(PackError::WrongTower { expected: Box::new(tower.clone()), got: made_for });
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(container)?;
    let view = match &tensors.tensors()[..] {
        [(name, view)] if name == TENSOR => view.clone(),
        others => {
            let mut names: Vec<_> = others.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            return Err(PackError::Tensor {
                expected: "one tensor named `embeddings`",
                got: format!("[{}]", names.join(", ")),
            });
        }
    };
    if view.dtype() != Dtype::F16 {
        return Err(PackError::Tensor {
            expected: "`embeddings` in F16",
            got: format!("{:?}", view.dtype()),
        });
    }
    let &[rows, width] = view.shape() else {
        return Err(PackError::Tensor {
            expected: "`embeddings` of two dimensions",
            got: format!("{:?}", view.shape()),
        });
    };
    if width != dim {
        return Err(PackError::Dimension {
            what: "the length of an embedding",
            expected: dim,
            got: width,
        });
    }
    let (pairs, _) = view.data().as_chunks::<2>();
    let values: Vec<f16> = pairs.iter().map(|pair| f16::from_le_bytes(*pair)).collect();
    debug_assert_eq!(values.len(), rows * width);
    for (row, embedding) in values.chunks(dim.max(1)).enumerate() {
        check_unit(row, embedding)?;
    }
    Ok((header, made_for, values))
}

/// Writes metadata and rows. The keys are sorted, so equal content gives equal
/// bytes, which a hash map in the header would not.
pub(crate) fn write(header: &Header, values: &[f16], dim: usize) -> Result<Vec<u8>, PackError> {
    let rows = values.len().checked_div(dim).unwrap_or(0);
    let json = serde_json::json!({
        "__metadata__": header.0,
        TENSOR: { "dtype": "F16", "shape": [rows, dim], "data_offsets": [0, 2 * rows * dim] },
    });
    let mut json = json.to_string().into_bytes();
    // The format wants the data aligned to eight bytes and pads with spaces.
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut bytes = Vec::with_capacity(8 + json.len() + 2 * values.len());
    bytes.extend((json.len() as u64).to_le_bytes());
    bytes.extend(json);
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    Ok(bytes)
}

/// Refuses rows that are not finite or not of unit length.
pub(crate) fn check_unit(row: usize, embedding: &[f16]) -> Result<(), PackError> {
    let square: f32 = embedding.iter().map(|v| v.to_f32() * v.to_f32()).sum();
    if !square.is_finite() {
        return Err(PackError::NotFinite { row });
    }
    let norm = square.sqrt();
    if (norm - 1.0).abs() > UNIT_TOLERANCE {
        return Err(PackError::NotUnit { row, norm });
    }
    Ok(())
}
