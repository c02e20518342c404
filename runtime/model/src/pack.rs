//! Prompt packs: sentences with their embeddings, and the tasks made of them.
//!
//! A pack is one safetensors file, `prompts.safetensors` in a bundle or a file
//! of the user's own. It names the tower its embeddings were made for by the
//! digest of the tower's float32 graph, because embeddings of one tower mean
//! nothing to another even where the dimensions agree, unless that was trained
//! into the same [space](crate::space).

use core::fmt;
use std::collections::{BTreeMap, HashMap, HashSet};

use half::f16;
use serde::{Deserialize, Serialize};

use crate::hash::Sha256;
use crate::json::JsonError;
use crate::space::{Fit, Space};
use crate::tensors::{self, Header};

mod needs;

pub use needs::Need;

/// The format named in a pack's metadata.
pub const FORMAT: &str = "slap-edge-prompts";

/// The one version of packs and backgrounds this build reads.
pub const VERSION: u64 = 1;

/// An embedding in the precision that packs and screeners hold.
pub fn to_half(embedding: &[f32]) -> Vec<f16> {
    embedding.iter().map(|value| f16::from_f32(*value)).collect()
}

/// Sentences, their embeddings, and the tasks made of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptPack {
    /// Name of the pack.
    pub name: String,
    /// The sentences, one per row.
    pub texts: Vec<String>,
    /// Unit rows, `[texts, dim]`, row after row.
    pub embeddings: Vec<f16>,
    /// Length of a row.
    pub dim: usize,
    /// Tasks over the rows.
    pub tasks: Vec<Task>,
    /// Digest of the float32 graph of the tower the rows were made for.
    pub tower_sha256: Sha256,
}

/// A choice between classes, each described by prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Short name, unique in the pack.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// At least two.
    pub classes: Vec<Class>,
    /// Divides the scaled cosines; 1e-4 to 1e4.
    pub temperature: f32,
    /// Top probability below which the answer is *unsure*, 0 to 1.
    pub minimum_probability: f32,
    /// What it is read together with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// The class that is nothing to remark on; none where no class is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<String>,
    /// What must not be contradicted for the question to make sense, all of it: each is a
    /// list of answers to other tasks, one of which will do. Empty for a question that can
    /// be asked of any recording.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Vec<Need>>,
}

/// Tasks that people read together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Short name.
    pub name: String,
    /// Heading for people.
    pub title: String,
}

/// One answer of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Short name, unique in the task.
    pub name: String,
    /// Rows of the pack whose mean direction stands for the class.
    pub prompts: Vec<usize>,
    /// Added to the class's logit; -100 to 100, so that the softmax stays one between
    /// classes.
    pub bias: f32,
}

/// No task of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTask {
    /// The name asked for.
    pub got: String,
    /// The names there are.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.known.is_empty() {
            write!(f, "expected a task of this pack, which has none, got `{}`", self.got)
        } else {
            write!(f, "expected a task named {}, got `{}`", self.known.join(", "), self.got)
        }
    }
}

impl core::error::Error for UnknownTask {}

/// Why a prompt pack or a background cannot be used.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PackError {
    /// Not a readable safetensors file.
    Container {
        /// What the reader says.
        reason: String,
    },
    /// A safetensors file of something else.
    UnknownFormat {
        /// The format that was wanted.
        expected: &'static str,
        /// The format found.
        got: String,
    },
    /// Written for a newer release.
    FutureVersion {
        /// The version this build reads.
        expected: u64,
        /// The version found.
        got: u64,
    },
    /// Metadata is missing, unknown, or has a wrong value.
    Json(JsonError),
    /// The tensor `embeddings` is absent, has company or another type.
    Tensor {
        /// What was wanted.
        expected: &'static str,
        /// What was found.
        got: String,
    },
    /// Made for another tower.
    WrongTower {
        /// The tower at hand, and whose space it is in.
        expected: Box<Fit>,
        /// Digest in the file.
        got: Sha256,
    },
    /// Sizes that do not fit each other.
    Dimension {
        /// What does not fit.
        what: &'static str,
        /// As the tower or the rest of the file has it.
        expected: usize,
        /// As found.
        got: usize,
    },
    /// An embedding with NaN or infinity.
    NotFinite {
        /// Its row.
        row: usize,
    },
    /// An embedding that is not of unit length.
    NotUnit {
        /// Its row.
        row: usize,
        /// Its length.
        norm: f32,
    },
    /// A prompt without text.
    EmptyText {
        /// Its row.
        row: usize,
    },
    /// A class uses a row the pack does not have.
    PromptOutOfRange {
        /// Name of the task.
        task: String,
        /// Name of the class.
        class: String,
        /// Number of prompts in the pack.
        expected: usize,
        /// The row asked for.
        got: usize,
    },
    /// A task that cannot be scored.
    Task {
        /// Name of the task.
        task: String,
        /// What was wanted.
        expected: String,
        /// What was found.
        got: String,
    },
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container { reason } => {
                write!(f, "expected a safetensors file, got one that cannot be read: {reason}")
            }
            Self::UnknownFormat { expected, got } => {
                write!(f, "expected the format `{expected}`, got `{got}`")
            }
            Self::FutureVersion { expected, got } if got > expected => write!(
                f,
                "expected version {expected}, got {got}, which is newer; update slap-edge"
            ),
            Self::FutureVersion { expected, got } => {
                write!(f, "expected version {expected}, got {got}")
            }
            Self::Json(e) => write!(f, "metadata: {e}"),
            Self::Tensor { expected, got } => write!(f, "expected {expected}, got {got}"),
            Self::WrongTower { expected, got } => {
                let with = expected.space.as_ref().map_or("this bundle", |it| &it.name);
                write!(
                    f,
                    "expected embeddings for {expected}, got some for {got}; embed the prompts \
                     again with {with}"
                )
            }
            Self::Dimension { what, expected, got } => {
                write!(f, "expected {what} to be {expected}, got {got}")
            }
            Self::NotFinite { row } => {
                write!(f, "expected finite embeddings, got NaN or infinity in row {row}")
            }
            Self::NotUnit { row, norm } => {
                write!(f, "expected embeddings of length 1, got {norm} in row {row}")
            }
            Self::EmptyText { row } => {
                write!(f, "expected a sentence for every prompt, got an empty one in row {row}")
            }
            Self::PromptOutOfRange { task, class, expected, got } => write!(
                f,
                "expected prompts below {expected} in class `{class}` of task `{task}`, got {got}"
            ),
            Self::Task { task, expected, got } => {
                write!(f, "expected task `{task}` to have {expected}, got {got}")
            }
        }
    }
}

impl core::error::Error for PackError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Json(e) => Some(e),
            _ => None,
        }
    }
}

impl From<JsonError> for PackError {
    fn from(e: JsonError) -> Self {
        Self::Json(e)
    }
}

impl PromptPack {
    /// A pack without prompts, for the tower of digest `tower_sha256`.
    #[must_use]
    pub fn new(name: impl Into<String>, tower_sha256: Sha256, dim: usize) -> Self {
        Self {
            name: name.into(),
            texts: Vec::new(),
            embeddings: Vec::new(),
            dim,
            tasks: Vec::new(),
            tower_sha256,
        }
    }

    /// Reads a pack that `tower` takes, a digest where the tower is its own space, with
    /// embeddings of length `dim`. The pack stays one of the tower it was made for.
    ///
    /// # Errors
    ///
    /// [`PackError`] when the file is of another kind, tower or space, damaged, or
    /// contradicts itself.
    pub fn read(bytes: &[u8], tower: impl Into<Fit>, dim: usize) -> Result<Self, PackError> {
        let (mut header, tower_sha256, embeddings) =
            tensors::read(bytes, FORMAT, &tower.into(), dim)?;
        let name = header.take("name")?;
        let texts: Vec<String> = header.take_json("prompts")?;
        let tasks: Vec<Task> = header.take_json("tasks")?;
        header.finish()?;
        let pack = Self { name, texts, embeddings, dim, tasks, tower_sha256 };
        pack.check()?;
        Ok(pack)
    }

    /// The pack as a file. Equal packs give equal bytes.
    ///
    /// # Errors
    ///
    /// [`PackError`] when [`PromptPack::read`] would refuse the result.
    pub fn write(&self) -> Result<Vec<u8>, PackError> {
        self.check()?;
        let mut header = Header::new(FORMAT, self.tower_sha256);
        header.put("name", self.name.clone());
        header.put_json("prompts", &self.texts);
        header.put_json("tasks", &self.tasks);
        tensors::write(&header, &self.embeddings, self.dim)
    }

    /// The embedding of prompt `index`, if there is one.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&[f16]> {
        let start = index.checked_mul(self.dim)?;
        self.embeddings.get(start..start.checked_add(self.dim)?)
    }

    /// The task named `name`.
    ///
    /// # Errors
    ///
    /// [`UnknownTask`] lists the names there are.
    pub fn task(&self, name: &str) -> Result<&Task, UnknownTask> {
        self.tasks.iter().find(|task| task.name == name).ok_or_else(|| UnknownTask {
            got: name.into(),
            known: self.tasks.iter().map(|task| task.name.clone()).collect(),
        })
    }

    /// The groups of the tasks, each once, in the order in which they come.
    #[must_use]
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = Vec::new();
        for group in self.tasks.iter().filter_map(|task| task.group.as_ref()) {
            if !groups.iter().any(|known| known.name == group.name) {
                groups.push(group);
            }
        }
        groups
    }

    /// The tasks of the group named `name`, or of none.
    pub fn tasks_in<'a>(&'a self, name: Option<&'a str>) -> impl Iterator<Item = &'a Task> {
        let named = move |task: &&Task| task.group.as_ref().map(|it| it.name.as_str()) == name;
        self.tasks.iter().filter(named)
    }

    /// Rows that belong to no task, in order.
    #[must_use]
    pub fn free_prompts(&self) -> Vec<usize> {
        let used: HashSet<usize> = self
            .tasks
            .iter()
            .flat_map(|task| &task.classes)
            .flat_map(|class| class.prompts.iter().copied())
            .collect();
        (0..self.texts.len()).filter(|row| !used.contains(row)).collect()
    }

    /// Adds a free prompt, or replaces the embedding of the same text.
    ///
    /// # Errors
    ///
    /// [`PackError`] when the text is empty or the embedding is not a unit
    /// vector of this pack's length; the pack is then unchanged.
    pub fn insert(&mut self, text: &str, embedding: &[f16]) -> Result<usize, PackError> {
        let existing = self.texts.iter().position(|t| t == text);
        let row = existing.unwrap_or(self.texts.len());
        if text.trim().is_empty() {
            return Err(PackError::EmptyText { row });
        }
        if embedding.len() != self.dim {
            return Err(PackError::Dimension {
                what: "the length of an embedding",
                expected: self.dim,
                got: embedding.len(),
            });
        }
        tensors::check_unit(row, embedding)?;
        if existing.is_some() {
            self.embeddings[row * self.dim..][..self.dim].copy_from_slice(embedding);
        } else {
            self.texts.push(text.into());
            self.embeddings.extend_from_slice(embedding);
        }
        Ok(row)
    }

    /// Adds the prompts and tasks of `other`, for a pack of the tower that `self` was made
    /// for. A sentence both packs have keeps the embedding of this one.
    ///
    /// `space` is the space of this pack's tower, if it is another's: a pack made there may
    /// join this one, and this pack stays one of its own tower.
    ///
    /// # Errors
    ///
    /// [`PackError`] when the other pack does not fit this one's tower or shares the name
    /// of a task; this pack is then unchanged.
    pub fn merge(&mut self, other: &Self, space: Option<&Space>) -> Result<(), PackError> {
        other.check()?;
        let fit = Fit { tower: self.tower_sha256, space: space.cloned() };
        if !fit.takes(other.tower_sha256) {
            return Err(PackError::WrongTower {
                expected: Box::new(fit),
                got: other.tower_sha256,
            });
        }
        if other.dim != self.dim {
            return Err(PackError::Dimension {
                what: "the length of an embedding",
                expected: self.dim,
                got: other.dim,
            });
        }
        if let Some(task) = other.tasks.iter().find(|task| self.task(&task.name).is_ok()) {
            return Err(PackError::Task {
                task: task.name.clone(),
                expected: "a name of its own".into(),
                got: "one task in each pack".into(),
            });
        }
        let mut rows: HashMap<String, usize> = self
            .texts
            .iter()
            .enumerate()
            .rev()
            .map(|(row, text)| (text.clone(), row))
            .collect();
        let mut moved = Vec::with_capacity(other.texts.len());
        for (text, embedding) in other.texts.iter().zip(other.embeddings.chunks(other.dim)) {
            let row = *rows.entry(text.clone()).or_insert_with(|| {
                self.texts.push(text.clone());
                self.embeddings.extend_from_slice(embedding);
                self.texts.len() - 1
            });
            moved.push(row);
        }
        for task in &other.tasks {
            let mut task = task.clone();
            for prompt in task.classes.iter_mut().flat_map(|class| &mut class.prompts) {
                *prompt = moved[*prompt];
            }
            self.tasks.push(task);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), PackError> {
        if self.texts.len().checked_mul(self.dim) != Some(self.embeddings.len()) {
            return Err(PackError::Dimension {
                what: "the number of embeddings",
                expected: self.texts.len(),
                got: self.embeddings.len().checked_div(self.dim).unwrap_or(0),
            });
        }
        for (row, embedding) in self.embeddings.chunks(self.dim.max(1)).enumerate() {
            tensors::check_unit(row, embedding)?;
        }
        if let Some(row) = self.texts.iter().position(|text| text.trim().is_empty()) {
            return Err(PackError::EmptyText { row });
        }
        let mut names = BTreeMap::new();
        for task in &self.tasks {
            task.check(self.texts.len())?;
            if names.insert(&task.name, ()).is_some() {
                return Err(PackError::Task {
                    task: task.name.clone(),
                    expected: "a name of its own".into(),
                    got: "two tasks of that name".into(),
                });
            }
        }
        self.by_needs().map(|_| ())
    }
}

impl Task {
    fn check(&self, prompts: usize) -> Result<(), PackError> {
        let wrong = |expected: &str, got: String| {
            Err(PackError::Task { task: self.name.clone(), expected: expected.into(), got })
        };
        if self.name.trim().is_empty() {
            return wrong("a name", "an empty one".into());
        }
        if self.classes.len() < 2 {
            return wrong("at least 2 classes", self.classes.len().to_string());
        }
        if !(1e-4..=1e4).contains(&self.temperature) {
            return wrong(
                "a temperature between 0.0001 and 10000",
                self.temperature.to_string(),
            );
        }
        if !(0.0..=1.0).contains(&self.minimum_probability) {
            return wrong(
                "a minimum probability between 0 and 1",
                self.minimum_probability.to_string(),
            );
        }
        if let Some(group) = self.group.as_ref()
            && (group.name.trim().is_empty() || group.title.trim().is_empty())
        {
            return wrong("a group with a name and a title", format!("{group:?}"));
        }
        if let Some(usual) = &self.usual
            && !self.classes.iter().any(|class| class.name == *usual)
        {
            return wrong("its usual answer among its classes", format!("`{usual}`"));
        }
        for (i, class) in self.classes.iter().enumerate() {
            if class.name.trim().is_empty()
                || self.classes[..i].iter().any(|other| other.name == class.name)
            {
                return wrong("classes of different names", format!("`{}`", class.name));
            }
            if class.prompts.is_empty() {
                return wrong("prompts in every class", format!("none in `{}`", class.name));
            }
            if !(-100.0..=100.0).contains(&class.bias) {
                return wrong(
                    "biases between -100 and 100",
                    format!("{} in `{}`", class.bias, class.name),
                );
            }
            if let Some(got) = class.prompts.iter().copied().find(|row| *row >= prompts) {
                return Err(PackError::PromptOutOfRange {
                    task: self.name.clone(),
                    class: class.name.clone(),
                    expected: prompts,
                    got,
                });
            }
        }
        Ok(())
    }
}
