//! Which tasks are scored, and which of them do not apply.

use std::collections::HashMap;
use std::sync::Arc;

use slap_core::score::Outcome;
use slap_model::PromptPack;
use slap_model::pack::Task;

use crate::event::{NeedInfo, TaskInfo, TaskScore};
use crate::screener::SetupError;

/// The tasks that were chosen and those that they need.
pub(crate) struct Chosen<'a> {
    /// First those that were chosen.
    pub(crate) tasks: Vec<&'a Task>,
    /// How many were chosen.
    pub(crate) reported: usize,
    /// One a task.
    pub(crate) infos: Vec<Arc<TaskInfo>>,
    /// What they need of one another.
    pub(crate) needs: Needs,
}

/// What tasks need of one another, by their places.
#[derive(Debug)]
pub(crate) struct Needs {
    /// All tasks, each after those that it needs.
    order: Vec<usize>,
    /// Of each task, as [`TaskInfo::needs`]: tasks and their classes.
    of: Vec<Vec<Vec<(usize, usize)>>>,
}

impl<'a> Chosen<'a> {
    /// The tasks of `pack` called `names`, `None` for all.
    pub(crate) fn new(
        pack: &'a PromptPack,
        names: Option<&[String]>,
    ) -> Result<Self, SetupError> {
        let mut tasks: Vec<&Task> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut add = |task: &'a Task, tasks: &mut Vec<&'a Task>| {
            places.entry(&task.name).or_insert_with(|| {
                tasks.push(task);
                tasks.len() - 1
            });
        };
        match names {
            None => pack.tasks.iter().for_each(|task| add(task, &mut tasks)),
            Some(names) => {
                for name in names {
                    add(pack.task(name)?, &mut tasks);
                }
            }
        }
        let reported = tasks.len();
        let mut next = 0;
        while let Some(&task) = tasks.get(next) {
            for need in task.needs.iter().flatten() {
                add(pack.task(&need.task)?, &mut tasks);
            }
            next += 1;
        }
        let order: Vec<usize> = pack
            .by_needs()
            .map_err(SetupError::Needs)?
            .into_iter()
            .filter_map(|index| places.get(pack.tasks[index].name.as_str()).copied())
            .collect();
        let of = tasks
            .iter()
            .map(|task| {
                let place = |need: &slap_model::Need| {
                    let place = *places.get(need.task.as_str())?;
                    let classes = &tasks.get(place)?.classes;
                    Some((place, classes.iter().position(|it| it.name == need.class)?))
                };
                task.needs.iter().map(|need| need.iter().filter_map(place).collect()).collect()
            })
            .collect();
        let needs = Needs { order, of };
        let infos = needs.infos(&tasks);
        Ok(Self { tasks, reported, infos, needs })
    }
}

impl Needs {
    /// What is known of `tasks`.
    fn infos(&self, tasks: &[&Task]) -> Vec<Arc<TaskInfo>> {
        let mut known: HashMap<usize, Arc<TaskInfo>> = HashMap::new();
        for &index in &self.order {
            let task = tasks[index];
            let needs = self.of[index].iter().map(|need| {
                let info = |&(other, class)| {
                    known.get(&other).map(|task| NeedInfo { task: Arc::clone(task), class })
                };
                need.iter().filter_map(info).collect()
            });
            let info = TaskInfo {
                name: task.name.clone(),
                title: task.title.clone(),
                classes: task.classes.iter().map(|class| class.name.clone()).collect(),
                minimum_probability: task.minimum_probability,
                group: task.group.clone(),
                usual: task.usual.clone(),
                needs: needs.collect(),
            };
            known.insert(index, Arc::new(info));
        }
        (0..tasks.len()).filter_map(|index| known.remove(&index)).collect()
    }

    /// Room for the answers that contradict a need of the task at `index`.
    pub(crate) fn room(&self, index: usize) -> Vec<usize> {
        let most = self.of[index].iter().map(Vec::len).max().unwrap_or(0);
        Vec::with_capacity(most)
    }

    /// Finds the tasks of which a need is contradicted: by a decided answer to every task
    /// that it names. What is unsure, abstains or does not apply itself contradicts
    /// nothing.
    pub(crate) fn apply(&self, scores: &mut [TaskScore]) {
        for &index in &self.order {
            let failed = self.of[index].iter().position(|need| {
                need.iter().all(|&(other, class)| {
                    decided(&scores[other]).is_some_and(|answer| answer != class)
                })
            });
            scores[index].instead.clear();
            // Poor input is said to be poor.
            let abstains = matches!(scores[index].outcome, Outcome::Abstained(_));
            let Some(need) = failed.filter(|_| !abstains) else { continue };
            for place in 0..self.of[index][need].len() {
                let (other, _) = self.of[index][need][place];
                let answer = decided(&scores[other]);
                scores[index].instead.extend(answer);
            }
            scores[index].outcome = Outcome::NotApplicable { need };
        }
    }
}

/// The class that a task decided on.
fn decided(score: &TaskScore) -> Option<usize> {
    match score.outcome {
        Outcome::Class(top) => Some(top.class),
        _ => None,
    }
}
