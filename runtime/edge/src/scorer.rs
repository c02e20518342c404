//! Prompts, tasks and their state over time.

use std::sync::Arc;

use half::f16;
use slap_core::quality::Verdict;
use slap_core::score::{
    ClassPlan, Edge, Hysteresis, Outcome, PromptSet, Smoother, TaskError, TaskPlan, percentile,
    reference,
};
use slap_model::PromptPack;
use slap_model::pack::Task;

use crate::event::{PromptInfo, PromptScore, TaskInfo, TaskScore};
use crate::needs::{Chosen, Needs};
use crate::screener::{Options, Parts, SetupError};

/// Scores embeddings by the tasks and free prompts that were chosen.
///
/// It holds the rows of the chosen prompts only, in half precision as they were read.
#[derive(Debug)]
pub(crate) struct Scorer {
    prompts: PromptSet<Vec<f16>>,
    cosines: Vec<f32>,
    /// First those that are reported, then those that they need.
    tasks: Vec<TaskState>,
    reported: usize,
    needs: Needs,
    free: Vec<FreeState>,
}

#[derive(Debug)]
struct TaskState {
    info: Arc<TaskInfo>,
    plan: TaskPlan<Vec<ClassPlan<Vec<usize>>>>,
    raw: Vec<f32>,
    smoothers: Vec<Smoother>,
    switches: Vec<Hysteresis>,
}

#[derive(Debug)]
struct FreeState {
    info: Arc<PromptInfo>,
    row: usize,
    /// Sorted cosines with the background.
    reference: Vec<f32>,
    smoother: Smoother,
}

/// A change of a class's switch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) task: &'a Arc<TaskInfo>,
    pub(crate) class: usize,
    pub(crate) edge: Edge,
    pub(crate) probability: f32,
}

impl Scorer {
    /// `rows_per_second` is the rate of the frame index.
    pub(crate) fn new(
        parts: &Parts<'_>,
        options: &Options,
        rows_per_second: f64,
    ) -> Result<Self, SetupError> {
        let pack = parts.pack;
        let mut rows = Rows::new(pack);
        let chosen = Chosen::new(pack, options.tasks.as_deref())?;
        let mut classes = Vec::with_capacity(chosen.tasks.len());
        for task in &chosen.tasks {
            let members: Result<Vec<_>, _> =
                task.classes.iter().map(|class| rows.add_all(&class.prompts)).collect();
            classes.push(members?);
        }
        let mut free = Vec::new();
        if options.pack_prompts {
            for row in pack.free_prompts() {
                let text = pack.texts.get(row).cloned().unwrap_or_default();
                free.push((text, rows.add(row)?));
            }
        }
        for (text, embedding) in &options.prompts {
            free.push((text.clone(), rows.push(text, embedding)?));
        }

        let prompts = PromptSet::new(rows.values, pack.dim).map_err(SetupError::Prompts)?;
        let Chosen { tasks, infos, reported, needs } = chosen;
        let tasks = tasks
            .iter()
            .zip(infos)
            .zip(classes)
            .map(|((task, info), rows)| {
                TaskState::new(parts, task, info, rows, &prompts, rows_per_second)
            })
            .collect::<Result<_, _>>()?;
        let free = free
            .into_iter()
            .map(|(text, row)| FreeState::new(parts, text, row, &prompts))
            .collect::<Result<_, _>>()?;
        let cosines = vec![0.0; prompts.len()];
        Ok(Self { prompts, cosines, tasks, reported, needs, free })
    }

    pub(crate) fn tasks(&self) -> impl ExactSizeIterator<Item = &Arc<TaskInfo>> {
        self.tasks.iter().take(self.reported).map(|task| &task.info)
    }

    /// Those of the scores of a step that are reported.
    pub(crate) fn reported<'a>(&self, scores: &'a [TaskScore]) -> &'a [TaskScore] {
        scores.get(..self.reported).unwrap_or(scores)
    }

    pub(crate) fn prompts(&self) -> impl ExactSizeIterator<Item = &Arc<PromptInfo>> {
        self.free.iter().map(|free| &free.info)
    }

    /// Room for the scores of a step, those that are not reported included.
    pub(crate) fn blank(&self) -> (Vec<TaskScore>, Vec<PromptScore>) {
        let tasks = self.tasks.iter().enumerate().map(|(index, task)| TaskScore {
            info: Arc::clone(&task.info),
            outcome: Outcome::Abstained(None),
            probabilities: vec![0.0; task.raw.len()],
            instead: self.needs.room(index),
        });
        let prompts = self.free.iter().map(|free| PromptScore {
            info: Arc::clone(&free.info),
            cosine: None,
            percentile: None,
        });
        (tasks.collect(), prompts.collect())
    }

    /// Scores one step that stands for the last `seconds`, smoothed over time. Poor input
    /// is not scored and ends what was smoothed so far.
    pub(crate) fn step(
        &mut self,
        embedding: &[f32],
        seconds: f32,
        verdict: &Verdict,
        task_scores: &mut [TaskScore],
        prompt_scores: &mut [PromptScore],
    ) -> Result<(), TaskError> {
        let scored = verdict.is_scored();
        if scored {
            self.prompts.cosines(embedding, &mut self.cosines).map_err(TaskError::Prompt)?;
        }
        for (task, score) in self.tasks.iter_mut().zip(&mut *task_scores) {
            if scored {
                task.plan.probabilities(&self.cosines, &mut task.raw)?;
            }
            for ((smoother, &raw), out) in
                task.smoothers.iter_mut().zip(&task.raw).zip(&mut score.probabilities)
            {
                if scored {
                    *out = smoother.step(seconds, raw).unwrap_or(raw);
                } else {
                    smoother.reset();
                    *out = 0.0;
                }
            }
            score.outcome = task.plan.outcome(&score.probabilities, verdict);
        }
        self.needs.apply(task_scores);
        for (free, score) in self.free.iter_mut().zip(prompt_scores) {
            if scored {
                score.cosine =
                    self.cosines.get(free.row).and_then(|&c| free.smoother.step(seconds, c));
                score.percentile = score.cosine.and_then(|c| percentile(&free.reference, c));
            } else {
                free.smoother.reset();
                (score.cosine, score.percentile) = (None, None);
            }
        }
        Ok(())
    }

    /// Puts the scores of a step through the switches and tells every change. What does not
    /// apply is off.
    pub(crate) fn switch(
        &mut self,
        frame_index: u64,
        task_scores: &[TaskScore],
        mut changed: impl FnMut(Change<'_>),
    ) {
        for (task, score) in self.tasks.iter_mut().zip(task_scores).take(self.reported) {
            for (class, switch) in task.switches.iter_mut().enumerate() {
                let probability = score.probabilities().and_then(|all| all.get(class)).copied();
                let edge = match probability {
                    Some(probability) => switch.step(frame_index, probability),
                    None => switch.release(frame_index),
                };
                if let Some(edge) = edge {
                    let probability = probability.unwrap_or(0.0);
                    changed(Change { task: &task.info, class, edge, probability });
                }
            }
        }
    }

    /// Turns every switch off and tells which were on.
    pub(crate) fn release(&mut self, frame_index: u64, mut changed: impl FnMut(Change<'_>)) {
        for task in &mut self.tasks {
            for (class, switch) in task.switches.iter_mut().enumerate() {
                if let Some(edge) = switch.release(frame_index) {
                    changed(Change { task: &task.info, class, edge, probability: 0.0 });
                }
            }
        }
    }

    /// Scores the embedding of a whole clip, by itself and not smoothed.
    pub(crate) fn clip(
        &self,
        embedding: Option<&[f32]>,
        verdict: &Verdict,
    ) -> Result<(Vec<TaskScore>, Vec<PromptScore>), TaskError> {
        let (mut tasks, mut prompts) = self.blank();
        let embedding = embedding.filter(|_| verdict.is_scored());
        let Some(embedding) = embedding else {
            for (task, score) in self.tasks.iter().zip(&mut tasks) {
                score.outcome = task.plan.outcome(&[], verdict);
            }
            tasks.truncate(self.reported);
            return Ok((tasks, prompts));
        };
        let mut cosines = vec![0.0; self.prompts.len()];
        self.prompts.cosines(embedding, &mut cosines).map_err(TaskError::Prompt)?;
        for (task, score) in self.tasks.iter().zip(&mut tasks) {
            task.plan.probabilities(&cosines, &mut score.probabilities)?;
            score.outcome = task.plan.outcome(&score.probabilities, verdict);
        }
        self.needs.apply(&mut tasks);
        tasks.truncate(self.reported);
        for (free, score) in self.free.iter().zip(&mut prompts) {
            score.cosine = cosines.get(free.row).copied();
            score.percentile = score.cosine.and_then(|c| percentile(&free.reference, c));
        }
        Ok((tasks, prompts))
    }

    pub(crate) fn reset(&mut self) {
        for task in &mut self.tasks {
            task.smoothers.iter_mut().for_each(Smoother::reset);
            task.switches.iter_mut().for_each(Hysteresis::reset);
        }
        for free in &mut self.free {
            free.smoother.reset();
        }
    }
}

impl TaskState {
    fn new(
        parts: &Parts<'_>,
        task: &Task,
        info: Arc<TaskInfo>,
        rows: Vec<Vec<usize>>,
        prompts: &PromptSet<Vec<f16>>,
        rows_per_second: f64,
    ) -> Result<Self, SetupError> {
        let fault = |error| SetupError::Task { task: task.name.clone(), error };
        let classes = task
            .classes
            .iter()
            .zip(rows)
            .map(|(class, rows)| ClassPlan::new(prompts, rows, class.bias))
            .collect::<Result<Vec<_>, _>>()
            .map_err(fault)?;
        let count = classes.len();
        let plan = TaskPlan::new(
            classes,
            parts.tower.logit_scale,
            task.temperature,
            task.minimum_probability,
        )
        .map_err(fault)?;
        let scoring = parts.scoring;
        let smoother =
            Smoother::new(scoring.smoothing_seconds).map_err(SetupError::Smoothing)?;
        let minimum = f64::from(scoring.minimum_event_seconds) * rows_per_second;
        let switch = Hysteresis::new(
            scoring.on_probability,
            scoring.off_probability,
            minimum.round() as u64,
        )
        .map_err(SetupError::Thresholds)?;
        Ok(Self {
            info,
            plan,
            raw: vec![0.0; count],
            smoothers: vec![smoother; count],
            switches: vec![switch; count],
        })
    }
}

impl FreeState {
    fn new(
        parts: &Parts<'_>,
        text: String,
        row: usize,
        prompts: &PromptSet<Vec<f16>>,
    ) -> Result<Self, SetupError> {
        let mut sorted = Vec::new();
        if let Some(background) = parts.background {
            let set = PromptSet::new(&background.embeddings[..], background.dim)
                .map_err(SetupError::Background)?;
            let mut prompt = vec![0.0; prompts.dim()];
            prompts.row_into(row, &mut prompt).map_err(SetupError::Prompts)?;
            sorted.resize(set.len(), 0.0);
            reference(&set, &prompt, &mut sorted).map_err(SetupError::Background)?;
        }
        let smoother =
            Smoother::new(parts.scoring.smoothing_seconds).map_err(SetupError::Smoothing)?;
        Ok(Self { info: Arc::new(PromptInfo { text }), row, reference: sorted, smoother })
    }
}

/// The rows of a pack that are used, gathered without repetition.
struct Rows<'a> {
    pack: &'a PromptPack,
    places: Vec<Option<usize>>,
    values: Vec<f16>,
    count: usize,
}

impl<'a> Rows<'a> {
    fn new(pack: &'a PromptPack) -> Self {
        Self { pack, places: vec![None; pack.texts.len()], values: Vec::new(), count: 0 }
    }

    /// Where a row of the pack is.
    fn add(&mut self, row: usize) -> Result<usize, SetupError> {
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

    fn add_all(&mut self, rows: &[usize]) -> Result<Vec<usize>, SetupError> {
        rows.iter().map(|&row| self.add(row)).collect()
    }

    /// Adds a row that is not the pack's.
    fn push(&mut self, text: &str, embedding: &[f16]) -> Result<usize, SetupError> {
        if embedding.len() != self.pack.dim {
            return Err(SetupError::Prompt {
                text: text.to_owned(),
                expected: self.pack.dim,
                got: embedding.len(),
            });
        }
        self.values.extend_from_slice(embedding);
        self.count += 1;
        Ok(self.count - 1)
    }
}
