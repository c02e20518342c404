//! Scoring of whole clips for Python.

use numpy::{IntoPyArray, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use slap_edge::core::score::Outcome;
use slap_edge::{Options, Pcm, Summary};
use slap_model::{Bundle, Precision, TextTower, Tower};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::measure::quality;
use crate::value_error;

/// A bundle ready to score clips, exactly as the `slap-edge` command does.
///
/// Args:
///     bundle: path of the bundle's folder.
///     tasks: names of the tasks to score; all of them if None.
///     prompts: sentences to compare each clip with.
///     int8: whether the quantised tower runs instead of the float32 one.
///
/// Raises:
///     ValueError: the bundle, a task or a sentence cannot be used.
#[pyclass(frozen, module = "slap_edge")]
#[derive(Debug)]
pub struct Screener {
    /// Behind a lock, since Python may call from several threads.
    screener: Mutex<slap_edge::Screener>,
}

#[pymethods]
impl Screener {
    #[new]
    #[pyo3(signature = (bundle, tasks=None, prompts=None, int8=false))]
    fn new(
        bundle: PathBuf,
        tasks: Option<Vec<String>>,
        prompts: Option<Vec<String>>,
        int8: bool,
    ) -> PyResult<Self> {
        let bundle = Bundle::open(&bundle).map_err(value_error)?;
        let precision = if int8 { Precision::Int8 } else { Precision::Float32 };
        let tower = Tower::load(&bundle, precision).map_err(value_error)?;
        let mut options = Options { tasks, ..Options::default() };
        if let Some(sentences) = prompts {
            let text = TextTower::load(&bundle).map_err(value_error)?;
            for sentence in sentences {
                let embedding = text.embed(&sentence).map_err(value_error)?;
                let embedding = slap_model::pack::to_half(&embedding);
                options.prompts.push((sentence, embedding));
            }
        }
        let screener =
            slap_edge::Screener::new(&bundle, &tower, &options).map_err(value_error)?;
        Ok(Self { screener: Mutex::new(screener) })
    }

    /// Scores one clip.
    ///
    /// Args:
    ///     audio: float32 [samples], mono, in [-1, 1].
    ///     sample_rate: its samples per second.
    ///
    /// Returns:
    ///     A dict: `seconds`; `quality`, a dict as that of `measure`; `poor`, why
    ///     the input cannot be scored, or None; `embedding`, float32 [dim], or None; `tasks`, a dict by name of
    ///     `answer` (a class, or None) and `probabilities` (a dict by class,
    ///     or None where the input is poor); `prompts`, a dict by sentence of
    ///     `cosine` and `percentile`, each None where there is none.
    ///
    /// Raises:
    ///     ValueError: the rate is out of range, or the tower fails.
    fn score<'py>(
        &self,
        py: Python<'py>,
        audio: PyReadonlyArray1<'py, f32>,
        sample_rate: u32,
    ) -> PyResult<Bound<'py, PyDict>> {
        let samples = audio.as_slice()?;
        let summary = py.detach(|| {
            // A poisoned lock is harmless: the stream begins anew.
            let mut screener = self.screener.lock().unwrap_or_else(PoisonError::into_inner);
            screener.reset();
            screener.push(Pcm::F32(samples), sample_rate, 1, |_| ())?;
            screener.finish(|_| ())?;
            screener.summary()
        });
        to_dict(py, summary.map_err(value_error)?)
    }
}

fn to_dict(py: Python<'_>, summary: Summary) -> PyResult<Bound<'_, PyDict>> {
    let tasks = PyDict::new(py);
    for task in &summary.tasks {
        let answer = match task.outcome() {
            Outcome::Class(_) => task.class(),
            Outcome::Unsure(_) | Outcome::Abstained(_) => None,
        };
        let probabilities = task
            .probabilities()
            .map(|values| {
                let by_class = PyDict::new(py);
                for (class, probability) in task.info().classes.iter().zip(values) {
                    by_class.set_item(class, probability)?;
                }
                PyResult::Ok(by_class)
            })
            .transpose()?;
        let entry = PyDict::new(py);
        entry.set_item("answer", answer)?;
        entry.set_item("probabilities", probabilities)?;
        tasks.set_item(&task.info().name, entry)?;
    }
    let prompts = PyDict::new(py);
    for prompt in &summary.prompts {
        let entry = PyDict::new(py);
        entry.set_item("cosine", prompt.cosine())?;
        entry.set_item("percentile", prompt.percentile())?;
        prompts.set_item(&prompt.info().text, entry)?;
    }
    let verdict = summary.verdict;
    let poor =
        (!verdict.is_scored()).then(|| verdict.reasons().first().map(ToString::to_string));
    let all = PyDict::new(py);
    all.set_item("seconds", summary.seconds)?;
    all.set_item("quality", quality(py, &summary.quality, &verdict)?)?;
    all.set_item("poor", poor.flatten())?;
    all.set_item("embedding", summary.embedding.map(|values| values.into_pyarray(py)))?;
    all.set_item("tasks", tasks)?;
    all.set_item("prompts", prompts)?;
    Ok(all)
}
