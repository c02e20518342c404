//! What tasks need of one another to make sense.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{PackError, PromptPack, Task};

/// An answer to another task.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// Name of a task of the same pack.
    pub task: String,
    /// Name of one of its classes.
    pub class: String,
}

impl PromptPack {
    /// The places of all tasks in [`tasks`](Self::tasks), each after the tasks that it
    /// needs, and otherwise in the order of the pack.
    ///
    /// # Errors
    ///
    /// [`PackError::Task`] names a need of an unknown task or class, an empty or repeated
    /// one, and tasks that need one another.
    pub fn by_needs(&self) -> Result<Vec<usize>, PackError> {
        let places: HashMap<&str, usize> =
            self.tasks.iter().enumerate().map(|(i, task)| (task.name.as_str(), i)).collect();
        let mut needed: Vec<HashSet<usize>> = Vec::with_capacity(self.tasks.len());
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); self.tasks.len()];
        for (index, task) in self.tasks.iter().enumerate() {
            let others = self.check_needs(task, &places)?;
            others.iter().for_each(|&other| needed_by[other].push(index));
            needed.push(others);
        }
        let mut waiting: Vec<usize> = needed.iter().map(HashSet::len).collect();
        let mut ready: BTreeSet<usize> =
            (0..self.tasks.len()).filter(|&i| waiting[i] == 0).collect();
        let mut order = Vec::with_capacity(self.tasks.len());
        while let Some(index) = ready.pop_first() {
            order.push(index);
            for &other in &needed_by[index] {
                waiting[other] -= 1;
                if waiting[other] == 0 {
                    ready.insert(other);
                }
            }
        }
        match waiting.iter().position(|&left| left > 0) {
            None => Ok(order),
            Some(stuck) => Err(self.circle(stuck, &needed, &waiting)),
        }
    }

    /// Checks the needs of one task; the places of all tasks that they name.
    fn check_needs(
        &self,
        task: &Task,
        places: &HashMap<&str, usize>,
    ) -> Result<HashSet<usize>, PackError> {
        let wrong = |expected: String, got: String| {
            Err(PackError::Task { task: task.name.clone(), expected, got })
        };
        let mut others = HashSet::new();
        let mut seen: HashSet<BTreeSet<(&str, &str)>> = HashSet::new();
        for need in &task.needs {
            if need.is_empty() {
                return wrong("an answer in every need".into(), "a need without any".into());
            }
            let mut answers = BTreeSet::new();
            for Need { task: name, class } in need {
                let Some(&place) = places.get(name.as_str()) else {
                    return wrong("needs of tasks in this pack".into(), format!("`{name}`"));
                };
                let classes = &self.tasks[place].classes;
                if !classes.iter().any(|it| it.name == *class) {
                    let known: Vec<&str> = classes.iter().map(|it| it.name.as_str()).collect();
                    let expected =
                        format!("needs of the answers {} of `{name}`", known.join(", "));
                    return wrong(expected, format!("`{class}`"));
                }
                if !answers.insert((name.as_str(), class.as_str())) {
                    let got = format!("`{name}`: `{class}` twice in one");
                    return wrong("different answers in every need".into(), got);
                }
                others.insert(place);
            }
            if !seen.insert(answers) {
                return wrong("different needs".into(), "the same one twice".into());
            }
        }
        Ok(others)
    }

    /// Names the tasks of a circle, given one task that waits for it.
    fn circle(&self, stuck: usize, needed: &[HashSet<usize>], waiting: &[usize]) -> PackError {
        // What waits, waits for something that waits: the way must meet itself.
        let mut way = vec![stuck];
        let mut met = HashMap::from([(stuck, 0)]);
        let mut begin = 0;
        while let Some(&next) =
            way.last().and_then(|&at| needed[at].iter().filter(|&&i| waiting[i] > 0).min())
        {
            if let Some(&place) = met.get(&next) {
                begin = place;
                break;
            }
            met.insert(next, way.len());
            way.push(next);
        }
        let name = |index: usize| format!("`{}`", self.tasks[index].name);
        let circle: Vec<String> =
            way[begin..].iter().chain(&way[begin..=begin]).map(|&index| name(index)).collect();
        PackError::Task {
            task: self.tasks[way[begin]].name.clone(),
            expected: "needs that do not lead back to it".into(),
            got: circle.join(", which needs "),
        }
    }
}
