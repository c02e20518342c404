//! What is scored: which tasks, which sentences.

use std::path::PathBuf;

use anyhow::{Context, bail};
use half::f16;
use slap_edge::Options;
use slap_edge::model::pack::to_half;
use slap_edge::model::{Bundle, PromptPack};

use crate::args::{ChoiceArgs, TaskArgs};
use crate::models;
use crate::output::Terminal;

/// Tasks, sentences and packs.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Which tasks are scored.
    pub tasks: TaskSelection,
    /// Sentences to score.
    pub prompts: Vec<String>,
    /// Further prompt packs.
    pub packs: Vec<PathBuf>,
    /// Answers that are as usual or unsure are only named, and what does not apply is left
    /// out.
    pub brief: bool,
}

impl Choice {
    /// What `args` ask for.
    ///
    /// # Errors
    ///
    /// When they leave nothing to score.
    pub fn new(args: ChoiceArgs) -> anyhow::Result<Self> {
        let ChoiceArgs { prompts, tasks, no_tasks, packs } = args;
        if no_tasks && prompts.is_empty() && packs.is_empty() {
            bail!(
                "--no-tasks leaves nothing to score; give a sentence with --prompt or a pack with \
                 --prompts"
            );
        }
        let all = tasks.all;
        let tasks = match no_tasks {
            true => TaskSelection::None,
            false => TaskSelection::new(tasks),
        };
        let brief = !all && tasks == TaskSelection::All;
        Ok(Self { tasks, prompts, packs, brief })
    }

    /// The pack, where it is more than the bundle's own, and the choice from it.
    ///
    /// # Errors
    ///
    /// When a pack cannot be used, a group is unknown, or a sentence cannot be embedded.
    pub fn resolve(
        &self,
        bundle: &Bundle,
        terminal: &Terminal,
    ) -> anyhow::Result<(Option<PromptPack>, Options)> {
        let mut prompts: Vec<(String, Vec<f16>)> = Vec::new();
        let everything = self.tasks == TaskSelection::All;
        let mut merged = None;
        for path in &self.packs {
            let extra = models::read_pack(path, bundle)?;
            let pack = merged.get_or_insert_with(|| bundle.prompt_pack().clone());
            pack.merge(&extra, bundle.manifest().tower.space.as_ref()).with_context(|| {
                format!("the prompt pack '{}' cannot join the bundle's", path.display())
            })?;
            if !everything {
                prompts.extend(extra.free_prompts().into_iter().filter_map(|row| {
                    Some((extra.texts.get(row)?.clone(), extra.row(row)?.to_vec()))
                }));
            }
        }
        let embeddings = models::embed(bundle, &self.prompts, terminal)?;
        let embeddings = embeddings.iter().map(|embedding| to_half(embedding));
        prompts.extend(self.prompts.iter().cloned().zip(embeddings));
        let tasks = self.tasks.names(merged.as_ref().unwrap_or(bundle.prompt_pack()))?;
        Ok((merged, Options { tasks, pack_prompts: everything, prompts, ..Options::default() }))
    }
}

/// Which tasks are scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskSelection {
    /// Every task of every pack.
    All,
    /// The named tasks, and those of the named groups.
    Named {
        /// Names of tasks.
        tasks: Vec<String>,
        /// Names of groups.
        groups: Vec<String>,
    },
    /// None: sentences only.
    None,
}

impl TaskSelection {
    /// What `args` ask for.
    pub fn new(args: TaskArgs) -> Self {
        let TaskArgs { tasks, groups, .. } = args;
        match tasks.is_empty() && groups.is_empty() {
            true => Self::All,
            false => Self::Named { tasks, groups },
        }
    }

    /// The names of the tasks of `pack` that are selected, some perhaps twice; `None` for
    /// all of them.
    ///
    /// # Errors
    ///
    /// When the pack has no group of a name. Whether it has the tasks is not looked at.
    pub fn names(&self, pack: &PromptPack) -> anyhow::Result<Option<Vec<String>>> {
        let (tasks, groups) = match self {
            Self::All => return Ok(None),
            Self::None => return Ok(Some(Vec::new())),
            Self::Named { tasks, groups } => (tasks, groups),
        };
        let mut names = Vec::new();
        for group in groups {
            let before = names.len();
            names.extend(pack.tasks_in(Some(group)).map(|task| task.name.clone()));
            if names.len() == before {
                let known: Vec<&str> =
                    pack.groups().iter().map(|it| it.name.as_str()).collect();
                if known.is_empty() {
                    bail!("expected tasks in groups, got none in any group; use --task");
                }
                bail!("expected a group named {}, got `{group}`", known.join(", "));
            }
        }
        names.extend(tasks.iter().cloned());
        Ok(Some(names))
    }
}

#[cfg(test)]
mod tests {
    use slap_edge::model::{Class, Group, Sha256, Task};

    use super::*;

    fn pack(tasks: &[(&str, Option<&str>)]) -> PromptPack {
        let mut pack = PromptPack::new("test", Sha256::of(b"tower"), 4);
        let class = |name: &str| Class { name: name.into(), prompts: vec![0], bias: 0.0 };
        let group = |name: &str| Group { name: name.into(), title: name.to_uppercase() };
        pack.tasks = tasks
            .iter()
            .map(|(name, of)| Task {
                name: (*name).into(),
                title: (*name).into(),
                classes: vec![class("yes"), class("no")],
                temperature: 1.0,
                minimum_probability: 0.5,
                group: of.map(group),
                usual: None,
                needs: Vec::new(),
            })
            .collect();
        pack
    }

    fn named(tasks: &[&str], groups: &[&str]) -> TaskSelection {
        let owned = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        TaskSelection::new(TaskArgs { tasks: owned(tasks), groups: owned(groups), all: false })
    }

    #[test]
    fn groups_stand_for_their_tasks() {
        let pack = pack(&[("a", Some("x")), ("b", None), ("c", Some("y")), ("d", Some("x"))]);
        let names =
            |tasks: &[&str], groups: &[&str]| named(tasks, groups).names(&pack).unwrap();
        assert_eq!(names(&[], &[]), None);
        assert_eq!(names(&["b"], &[]), Some(vec!["b".to_owned()]));
        assert_eq!(names(&["b"], &["x"]).unwrap(), ["a", "d", "b"]);
        assert_eq!(names(&[], &["y", "x"]).unwrap(), ["c", "a", "d"]);
        assert_eq!(TaskSelection::None.names(&pack).unwrap(), Some(Vec::new()));
    }

    #[test]
    fn an_unknown_group_is_told_with_those_there_are() {
        let (grouped, plain) =
            (pack(&[("a", Some("x")), ("c", Some("y"))]), pack(&[("a", None)]));
        let error = |pack| named(&[], &["z"]).names(pack).unwrap_err().to_string();
        assert_eq!(error(&grouped), "expected a group named x, y, got `z`");
        assert!(error(&plain).contains("use --task"));
    }
}
