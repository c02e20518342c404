//! Rows of prompts, gathered from a pack and elsewhere.

use half::f16;
use slap_model::PromptPack;

use crate::screener::SetupError;

/// Checks that a prompt's embedding has as many values as the tower's.
pub(crate) fn check_length(
    text: &str,
    embedding: &[f16],
    expected: usize,
) -> Result<(), SetupError> {
    let got = embedding.len();
    if got == expected {
        return Ok(());
    }
    Err(SetupError::Prompt { text: text.to_owned(), expected, got })
}

/// The rows of a pack that are used, gathered without repetition.
pub(crate) struct Rows<'a> {
    pack: &'a PromptPack,
    places: Vec<Option<usize>>,
    pub(crate) values: Vec<f16>,
    count: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(pack: &'a PromptPack) -> Self {
        Self { pack, places: vec![None; pack.texts.len()], values: Vec::new(), count: 0 }
    }

    /// Where a row of the pack is.
    pub(crate) fn add(&mut self, row: usize) -> Result<usize, SetupError> {
        let missing = SetupError::Prompts(slap_core::score::PromptError::Row {
            expected: self.pack.texts.len(),
            got: row,
        });
        let values = self.pack.row(row);
        let (Some(place), Some(values)) = (self.places.get_mut(row), values) else {
            return Err(missing);
        };
        if let Some(place) = *place {
            return Ok(place);
        }
        *place = Some(self.count);
        self.values.extend_from_slice(values);
        self.count += 1;
        Ok(self.count - 1)
    }

    pub(crate) fn add_all(&mut self, rows: &[usize]) -> Result<Vec<usize>, SetupError> {
        rows.iter().map(|&row| self.add(row)).collect()
    }

    /// Adds a row that is not the pack's.
    pub(crate) fn push(&mut self, text: &str, embedding: &[f16]) -> Result<usize, SetupError> {
        check_length(text, embedding, self.pack.dim)?;
        self.values.extend_from_slice(embedding);
        self.count += 1;
        Ok(self.count - 1)
    }
}
