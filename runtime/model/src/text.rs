//! The text tower: a sentence becomes an embedding on the device.

mod projection;

use core::fmt;
use std::sync::Arc;

use tokenizers::Tokenizer;
use tract_onnx::prelude::*;

use crate::bundle::{Bundle, BundleError};
use crate::engine::{
    EngineError, graph_error, guarded, normalise, optimise, parse, reason, wire_inputs,
    wire_outputs,
};
use crate::manifest::TextSpec;
use crate::space::Space;

use projection::Projection;
pub use projection::{Reading, Said};

/// A loaded text tower. Loading takes far longer than one sentence, so keep it.
pub struct TextTower {
    tokenizer: Tokenizer,
    unknown: Option<u32>,
    plan: Arc<TypedSimplePlan>,
    projection: Projection,
    max_tokens: usize,
}

impl fmt::Debug for TextTower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextTower")
            .field("max_tokens", &self.max_tokens)
            .field("projection", &self.projection)
            .finish_non_exhaustive()
    }
}

/// Why a sentence cannot be embedded.
#[derive(Debug)]
#[non_exhaustive]
pub enum TextError {
    /// The bundle has prepared prompts only.
    NoTextTower {
        /// Whose packs it takes beside its own, if any.
        space: Option<Space>,
    },
    /// A file of the text tower cannot be used.
    Bundle(BundleError),
    /// The encoder's graph cannot be loaded or run.
    Engine(EngineError),
    /// The tokenizer's file cannot be used.
    Tokenizer {
        /// What the tokenizer says.
        reason: String,
    },
    /// The projection's file cannot be used.
    Projection {
        /// What was wanted.
        expected: String,
        /// What was found.
        got: String,
    },
    /// No letter and no digit.
    Empty,
    /// More tokens than the encoder takes.
    TooLong {
        /// The limit.
        expected: usize,
        /// Tokens of the sentence.
        got: usize,
    },
    /// More than half of the sentence is unknown to the tokenizer or spelt
    /// letter by letter, as with another script: the embedding would not say
    /// what the sentence says.
    Unknown {
        /// Tokens of the sentence.
        tokens: usize,
        /// How many of them are unknown.
        unknown: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTextTower { space } => {
                f.write_str(
                    "expected a bundle with a text tower, got one with prepared prompts only; ",
                )?;
                match space {
                    Some(space) => write!(
                        f,
                        "use a pack made with {}, or its own prompts and tasks",
                        space.name
                    ),
                    None => f.write_str("use its own prompts and tasks"),
                }
            }
            Self::Bundle(e) => e.fmt(f),
            Self::Engine(e) => write!(f, "text tower: {e}"),
            Self::Tokenizer { reason } => {
                write!(f, "expected a usable tokenizer in the bundle, got: {reason}")
            }
            Self::Projection { expected, got } => {
                write!(f, "the text projection: expected {expected}, got {got}")
            }
            Self::Empty => f.write_str("expected a sentence as prompt, got one without words"),
            Self::TooLong { expected, got } => write!(
                f,
                "expected a prompt of at most {expected} tokens, got {got}; shorten the sentence"
            ),
            Self::Unknown { tokens, unknown } => write!(
                f,
                "expected a prompt in English words, got one of which {unknown} of {tokens} \
                 tokens are unknown to this model; describe the voice in English"
            ),
        }
    }
}

impl core::error::Error for TextError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Bundle(e) => Some(e),
            Self::Engine(e) => Some(e),
            _ => None,
        }
    }
}

impl From<BundleError> for TextError {
    fn from(e: BundleError) -> Self {
        Self::Bundle(e)
    }
}

impl From<EngineError> for TextError {
    fn from(e: EngineError) -> Self {
        Self::Engine(e)
    }
}

impl TextTower {
    /// Loads tokenizer, encoder and projection of `bundle`.
    ///
    /// # Errors
    ///
    /// [`TextError`] when the bundle has no text tower or a file of it cannot
    /// be used.
    pub fn load(bundle: &Bundle) -> Result<Self, TextError> {
        let manifest = bundle.manifest();
        let none = || TextError::NoTextTower { space: manifest.tower.space.clone() };
        let spec = manifest.text.as_ref().ok_or_else(none)?;
        let projection = Projection::read(
            &bundle.read(&spec.projection)?,
            spec.dim,
            manifest.tower.embedding_dim,
        )?;
        let tokenizer = read_tokenizer(&bundle.read(&spec.tokenizer)?)?;
        let unknown = ["[UNK]", "<unk>"].iter().find_map(|t| tokenizer.token_to_id(t));
        let plan = prepare(&bundle.read(&spec.file)?, spec)?;
        Ok(Self { tokenizer, unknown, plan, projection, max_tokens: spec.max_tokens })
    }

    /// The unit embedding of `sentence` in the audio tower's space.
    ///
    /// # Errors
    ///
    /// [`TextError`] when the sentence has no words, is too long, or is written
    /// in a script the encoder cannot read; and when the encoder fails.
    pub fn embed(&self, sentence: &str) -> Result<Vec<f32>, TextError> {
        self.project(&self.sentence(sentence)?)
    }

    /// The unit embedding of `sentence`, and what it is taken to say as by
    /// [`TextTower::read`], from one run of the encoder.
    ///
    /// # Errors
    ///
    /// As [`TextTower::embed`].
    pub fn understand(&self, sentence: &str) -> Result<(Vec<f32>, Option<Reading>), TextError> {
        let encoded = self.sentence(sentence)?;
        Ok((self.project(&encoded)?, self.projection.read_sentence(&encoded)))
    }

    fn project(&self, encoded: &[f32]) -> Result<Vec<f32>, TextError> {
        let mut embedding = self.projection.apply(encoded);
        normalise(&mut embedding)?;
        Ok(embedding)
    }

    /// What of the things it knows the text tower takes `sentence` to say; nothing
    /// of a text tower that is a linear map, which knows no single things.
    ///
    /// # Errors
    ///
    /// As [`TextTower::embed`].
    pub fn read(&self, sentence: &str) -> Result<Option<Reading>, TextError> {
        Ok(self.projection.read_sentence(&self.sentence(sentence)?))
    }

    /// The encoder's embedding of `sentence`.
    fn sentence(&self, sentence: &str) -> Result<Vec<f32>, TextError> {
        let ids = self.tokens(sentence)?;
        let found = guarded(|| self.encode(&ids));
        found.map_err(|e| EngineError::Run { reason: reason(&e) }.into())
    }

    /// Token ids of `sentence`, special ones included.
    fn tokens(&self, sentence: &str) -> Result<Vec<i64>, TextError> {
        if !sentence.chars().any(char::is_alphanumeric) {
            return Err(TextError::Empty);
        }
        let encoding = self
            .tokenizer
            .encode(sentence, true)
            .map_err(|e| TextError::Tokenizer { reason: e.to_string() })?;
        let ids = encoding.get_ids();
        if ids.len() > self.max_tokens {
            return Err(TextError::TooLong { expected: self.max_tokens, got: ids.len() });
        }
        let own = |i: &usize| encoding.get_special_tokens_mask()[*i] == 0;
        let words: Vec<usize> = (0..ids.len()).filter(own).collect();
        if words.is_empty() {
            return Err(TextError::Empty);
        }
        let unread = |i: &&usize| {
            self.unknown == Some(ids[**i]) || is_foreign_letter(&encoding.get_tokens()[**i])
        };
        let unknown = words.iter().filter(unread).count();
        if 2 * unknown > words.len() {
            return Err(TextError::Unknown { tokens: words.len(), unknown });
        }
        Ok(ids.iter().map(|id| i64::from(*id)).collect())
    }

    fn encode(&self, ids: &[i64]) -> TractResult<Vec<f32>> {
        let shape = [1, ids.len()];
        let inputs = tvec![
            Tensor::from_shape(&shape, ids)?.into_tvalue(),
            Tensor::from_shape(&shape, &vec![1i64; ids.len()])?.into_tvalue(),
        ];
        let output = self.plan.run(inputs)?;
        Ok(output[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
    }
}

/// Whether a token is a single letter outside ASCII. A tokenizer that has no
/// words of a script spells it letter by letter, and an encoder has learnt
/// nothing from such letters.
fn is_foreign_letter(token: &str) -> bool {
    let mut chars = token.trim_start_matches("##").trim_start_matches('\u{2581}').chars();
    let first = chars.next();
    chars.next().is_none() && first.is_some_and(|c| !c.is_ascii() && c.is_alphabetic())
}

fn read_tokenizer(bytes: &[u8]) -> Result<Tokenizer, TextError> {
    let failed = |e: tokenizers::Error| TextError::Tokenizer { reason: e.to_string() };
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(failed)?;
    // A prompt that is too long is an error here, not a silently shorter prompt.
    tokenizer.with_truncation(None).map_err(failed)?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

/// Prepares the encoder once for any number of tokens. Preparing it for each
/// length costs a hundred times what a sentence takes and saves nothing.
fn prepare(bytes: &[u8], spec: &TextSpec) -> Result<Arc<TypedSimplePlan>, EngineError> {
    let file = &spec.file;
    let failed = graph_error(file);
    let mut model = parse(bytes, file)?;
    wire_inputs(&mut model, &[&spec.input_ids, &spec.attention_mask], file)?;
    wire_outputs(&mut model, &[&spec.output], file)?;
    let tokens = model.symbols.sym("tokens");
    for input in 0..2 {
        let shape = tvec![1.to_dim(), tokens.clone().into()];
        let fact = InferenceFact::dt_shape(i64::datum_type(), shape);
        model.set_input_fact(input, fact).map_err(&failed)?;
    }
    let model = optimise(model, file)?;
    let fact = model.output_fact(0).map_err(&failed)?;
    let fits = fact.datum_type == f32::datum_type()
        && fact.shape.as_concrete().is_some_and(|shape| shape == [1, spec.dim]);
    if !fits {
        return Err(EngineError::Dimension {
            what: format!("output `{}` of `{file}`", spec.output),
            expected: format!("[1, {}] float32", spec.dim),
            got: format!("{fact:?}"),
        });
    }
    model.into_runnable().map_err(&failed)
}
