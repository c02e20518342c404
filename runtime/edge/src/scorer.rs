//! Prompts, tasks and their state over time.

use std::sync::Arc;

use half::f16;
use slap_core::quality::Verdict;
use slap_core::score::{
    ClassPlan, Edge, Hysteresis, Outcome, PromptSet, Smoother, TaskError, TaskPlan, percentile,
    reference,
};
use slap_model::pack::Task;

use crate::event::{PromptInfo, PromptScore, TaskInfo, TaskScore};
use crate::needs::{Chosen, Needs};
use crate::rows::{Rows, check_length};
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
    /// For free prompts that are yet to come.
    background: Option<PromptSet<Vec<f16>>>,
    smoother: Smoother,
    /// The probability at which an event begins.
    begins: f32,
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
        let background = parts
            .background
            .map(|background| PromptSet::new(background.embeddings.clone(), background.dim))
            .transpose()
            .map_err(SetupError::Background)?;
        let smoother =
            Smoother::new(parts.scoring.smoothing_seconds).map_err(SetupError::Smoothing)?;

        let prompts = PromptSet::new(rows.values, pack.dim).map_err(SetupError::Prompts)?;
        let Chosen { tasks, infos, reported, needs } = chosen;
        let tasks = tasks
            .iter()
            .zip(infos)
            .zip(classes)
            .map(|((task, info), rows)| {
                TaskState::new(parts, task, info, rows, &prompts, smoother, rows_per_second)
            })
            .collect::<Result<_, _>>()?;
        let free = free
            .into_iter()
            .map(|(text, row)| {
                FreeState::new(background.as_ref(), text, row, &prompts, smoother)
            })
            .collect::<Result<_, _>>()?;
        let cosines = vec![0.0; prompts.len()];
        let begins = parts.scoring.on_probability;
        Ok(Self {
            prompts,
            cosines,
            tasks,
            reported,
            needs,
            free,
            background,
            smoother,
            begins,
        })
    }

    /// Adds a free prompt behind the others, and returns room for its scores. After an
    /// error everything is as before.
    pub(crate) fn add_prompt(
        &mut self,
        text: &str,
        embedding: &[f16],
    ) -> Result<PromptScore, SetupError> {
        let dim = self.prompts.dim();
        check_length(text, embedding, dim)?;
        let row = self.prompts.len();
        let values = [self.prompts.embeddings(), embedding].concat();
        let prompts = PromptSet::new(values, dim).map_err(SetupError::Prompts)?;
        let background = self.background.as_ref();
        let free = FreeState::new(background, text.to_owned(), row, &prompts, self.smoother)?;
        let score = free.blank();
        self.prompts = prompts;
        self.cosines.push(0.0);
        self.free.push(free);
        Ok(score)
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
        (tasks.collect(), self.free.iter().map(FreeState::blank).collect())
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
    /// apply is off, and what is unsure does not begin, though it may go on.
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
                    Some(probability) if matches!(score.outcome, Outcome::Unsure(_)) => {
                        switch.step(frame_index, probability.min(self.begins.next_down()))
                    }
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

    /// Begins anew, and tells of no switch that was on.
    pub(crate) fn reset(&mut self) {
        self.forget();
        for task in &mut self.tasks {
            task.switches.iter_mut().for_each(Hysteresis::reset);
        }
    }

    /// Ends what was smoothed so far.
    pub(crate) fn forget(&mut self) {
        for task in &mut self.tasks {
            task.smoothers.iter_mut().for_each(Smoother::reset);
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
        smoother: Smoother,
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
        background: Option<&PromptSet<Vec<f16>>>,
        text: String,
        row: usize,
        prompts: &PromptSet<Vec<f16>>,
        smoother: Smoother,
    ) -> Result<Self, SetupError> {
        let mut sorted = Vec::new();
        if let Some(background) = background {
            let mut prompt = vec![0.0; prompts.dim()];
            prompts.row_into(row, &mut prompt).map_err(SetupError::Prompts)?;
            sorted.resize(background.len(), 0.0);
            reference(background, &prompt, &mut sorted).map_err(SetupError::Background)?;
        }
        Ok(Self { info: Arc::new(PromptInfo { text }), row, reference: sorted, smoother })
    }

    fn blank(&self) -> PromptScore {
        PromptScore { info: Arc::clone(&self.info), cosine: None, percentile: None }
    }
}
