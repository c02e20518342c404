//! From the sentence encoder's space into the audio tower's.

use core::fmt;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::TextError;

/// Share below which a thing counts as not said. Among the 122 things of the default
/// bundle, 3 % of its own prompts and 7 % of 470 everyday statements about voices say
/// nothing by it, and 41 % of sentences about something else.
const SAID: f32 = 0.05;

/// What a text tower takes a sentence to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The things it knows, the one that is said most first.
    pub said: Vec<Said>,
}

impl Reading {
    /// The things that are said clearly; none of a sentence that is about
    /// nothing the text tower knows, whose embedding means little.
    #[must_use]
    pub fn clearly(&self) -> &[Said] {
        let count = self.said.iter().take_while(|thing| thing.share >= SAID).count();
        &self.said[..count]
    }
}

/// One thing that can be said of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// A plain sentence that says it.
    pub text: String,
    /// How much of the sentence it is, 0 to 1; all of them add up to 1.
    pub share: f32,
}

/// The map into the audio tower's space, up to length.
#[derive(Debug)]
pub(super) enum Projection {
    Linear(Linear),
    Memory(PhraseMemory),
}

impl Projection {
    /// Reads the projection of sentences of `width` values to embeddings of `dim`.
    pub(super) fn read(bytes: &[u8], width: usize, dim: usize) -> Result<Self, TextError> {
        let file = File::open(bytes)?;
        if file.tensors.tensor("weight").is_ok() {
            Linear::read(&file, width, dim).map(Self::Linear)
        } else {
            PhraseMemory::read(&file, width, dim).map(Self::Memory)
        }
    }

    pub(super) fn apply(&self, sentence: &[f32]) -> Vec<f32> {
        match self {
            Self::Linear(map) => map.apply(sentence),
            Self::Memory(memory) => memory.apply(sentence),
        }
    }

    pub(super) fn read_sentence(&self, sentence: &[f32]) -> Option<Reading> {
        match self {
            Self::Linear(_) => None,
            Self::Memory(memory) => Some(memory.read_sentence(sentence)),
        }
    }
}

/// `embedding = sentence · weight`.
pub(super) struct Linear {
    weight: Vec<f32>, // [width, dim]
    dim: usize,
}

impl fmt::Debug for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linear").field("dim", &self.dim).finish_non_exhaustive()
    }
}

impl Linear {
    fn read(file: &File<'_>, width: usize, dim: usize) -> Result<Self, TextError> {
        file.holds(&["weight"])?;
        Ok(Self { weight: file.floats("weight", &[width, dim])?, dim })
    }

    fn apply(&self, sentence: &[f32]) -> Vec<f32> {
        weighted_sum(vec![0.0; self.dim], sentence, &self.weight)
    }
}

/// A key-value memory (Miller et al. 2016, eq. 1 and 2). Its keys are sentences
/// that say one thing each; those that say the same share a value:
///
/// ```text
/// share_m   = Σ over keys k that say m of softmax_k(key_k · sentence / τ)
/// embedding = base + Σ_m share_m · value_m
/// ```
pub(super) struct PhraseMemory {
    levels: Vec<i8>,      // [keys, width]
    scales: Vec<f32>,     // [keys] of the levels, divided by τ
    meanings: Vec<usize>, // [keys] number of the thing each says
    values: Vec<f32>,     // [things, dim]
    base: Vec<f32>,       // [dim]
    names: Vec<String>,   // [things]
    width: usize,
}

impl fmt::Debug for PhraseMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhraseMemory")
            .field("keys", &self.scales.len())
            .field("things", &self.names.len())
            .field("dim", &self.base.len())
            .finish_non_exhaustive()
    }
}

impl PhraseMemory {
    fn read(file: &File<'_>, width: usize, dim: usize) -> Result<Self, TextError> {
        file.holds(&["base", "levels", "meanings", "scales", "values"])?;
        let temperature = file.metadata("temperature", "a number above 0", |text| {
            text.parse().ok().filter(|t: &f32| t.is_finite() && *t > 0.0)
        })?;
        let names: Vec<String> = file
            .metadata("names", "a list of sentences", |text| serde_json::from_str(text).ok())?;
        let levels = file.tensor("levels", Dtype::I8, None)?;
        let &[keys, _] = levels.shape() else {
            return Err(wrong("`levels` of two dimensions", format!("{:?}", levels.shape())));
        };
        if names.is_empty() || keys == 0 || levels.shape()[1] != width {
            let expected = format!("`levels` of [keys, {width}] and names");
            let got = format!("{:?} and {} names", levels.shape(), names.len());
            return Err(wrong(&expected, got));
        }
        let (numbers, _) =
            file.tensor("meanings", Dtype::I32, Some(&[keys]))?.data().as_chunks::<4>();
        let meanings = numbers
            .iter()
            .map(|number| {
                let number = i32::from_le_bytes(*number);
                usize::try_from(number).ok().filter(|at| *at < names.len()).ok_or_else(|| {
                    wrong(
                        &format!("`meanings` below {}, the number of names", names.len()),
                        number.to_string(),
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        let mut scales = file.floats("scales", &[keys])?;
        scales.iter_mut().for_each(|scale| *scale /= temperature);
        Ok(Self {
            levels: levels.data().iter().map(|byte| byte.cast_signed()).collect(),
            scales,
            meanings,
            values: file.floats("values", &[names.len(), dim])?,
            base: file.floats("base", &[dim])?,
            names,
            width,
        })
    }

    /// How much of each thing a sentence says.
    fn shares(&self, sentence: &[f32]) -> Vec<f32> {
        let scores: Vec<f32> = self
            .levels
            .chunks_exact(self.width)
            .zip(&self.scales)
            .map(|(key, scale)| {
                let sum: f32 = key.iter().zip(sentence).map(|(k, x)| f32::from(*k) * x).sum();
                sum * scale
            })
            .collect();
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut shares = vec![0.0; self.names.len()];
        let mut total = 0.0;
        for (score, meaning) in scores.iter().zip(&self.meanings) {
            let weight = (score - top).exp();
            shares[*meaning] += weight;
            total += weight;
        }
        shares.iter_mut().for_each(|share| *share /= total);
        shares
    }

    fn apply(&self, sentence: &[f32]) -> Vec<f32> {
        weighted_sum(self.base.clone(), &self.shares(sentence), &self.values)
    }

    fn read_sentence(&self, sentence: &[f32]) -> Reading {
        let shares = self.shares(sentence);
        let said = self.names.iter().zip(shares);
        let mut said: Vec<Said> =
            said.map(|(text, share)| Said { text: text.clone(), share }).collect();
        said.sort_by(|a, b| b.share.total_cmp(&a.share));
        Reading { said }
    }
}

/// `sum + weights · rows`, `rows` being [weights, length of `sum`].
fn weighted_sum(mut sum: Vec<f32>, weights: &[f32], rows: &[f32]) -> Vec<f32> {
    for (weight, row) in weights.iter().zip(rows.chunks_exact(sum.len())) {
        for (y, x) in sum.iter_mut().zip(row) {
            *y += weight * x;
        }
    }
    sum
}

/// A safetensors file, read with errors that name what was wanted.
struct File<'a> {
    tensors: SafeTensors<'a>,
    metadata: std::collections::HashMap<String, String>,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, TextError> {
        let unread =
            |e: safetensors::SafeTensorError| wrong("a safetensors file", e.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(unread)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        Ok(Self { tensors: SafeTensors::deserialize(bytes).map_err(unread)?, metadata })
    }

    /// Checks that the file has these tensors, given in order, and no others.
    fn holds(&self, names: &[&str]) -> Result<(), TextError> {
        let mut found = self.tensors.names();
        found.sort_unstable();
        if found == names {
            return Ok(());
        }
        Err(wrong(&format!("tensors {}", names.join(", ")), found.join(", ")))
    }

    fn metadata<T>(
        &self,
        key: &str,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, TextError> {
        let found = self.metadata.get(key).map_or("nothing", String::as_str);
        parse(found).ok_or_else(|| wrong(&format!("{what} as `{key}`"), found.to_owned()))
    }

    fn tensor(
        &self,
        name: &str,
        dtype: Dtype,
        shape: Option<&[usize]>,
    ) -> Result<TensorView<'_>, TextError> {
        let view = self
            .tensors
            .tensor(name)
            .map_err(|e| wrong(&format!("`{name}`"), e.to_string()))?;
        if view.dtype() != dtype || shape.is_some_and(|shape| view.shape() != shape) {
            let shape = shape.map_or(String::new(), |shape| format!(" of {shape:?}"));
            let got = format!("{:?} of {:?}", view.dtype(), view.shape());
            return Err(wrong(&format!("`{name}` as {dtype:?}{shape}"), got));
        }
        Ok(view)
    }

    /// A tensor of finite float32 values.
    fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, TextError> {
        let view = self.tensor(name, Dtype::F32, Some(shape))?;
        let (words, _) = view.data().as_chunks::<4>();
        let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        if values.iter().all(|value| value.is_finite()) {
            return Ok(values);
        }
        Err(wrong(&format!("finite values in `{name}`"), "NaN or infinity".to_owned()))
    }
}

fn wrong(expected: &str, got: String) -> TextError {
    TextError::Projection { expected: expected.to_owned(), got }
}
