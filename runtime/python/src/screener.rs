//! Scoring of whole clips, and embedding of sentences, for Python.

use numpy::ndarray::Array2;
use numpy::{IntoPyArray, PyArray2, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use slap_edge::core::score::Outcome;
use slap_edge::{Encoder, Event, Options, Parts, Pcm, ScreenError, Summary};
use slap_model::{Bundle, Engine, EngineError, Precision, Tower, TowerOptions, TowerState};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::measure::quality;
use crate::value_error;

/// A bundle ready to score clips, exactly as the `slap-edge` command does.
///
/// Args:
///     bundle: path of the bundle's folder.
///     tasks: names of the tasks to score; all of them if None.
///     prompts: sentences to compare each clip with.
///     int8: whether the quantised tower runs instead of the float32 one.
///     engine: `tract`, which is part of this module, or `ort`: ONNX Runtime, from the Python
///         package `onnxruntime` or where the environment variable `ORT_DYLIB_PATH` says.
///     outputs: names of outputs of the tower, beside its embedding, that `score` gives for
///         each step.
///
/// Raises:
///     ValueError: the bundle, a task, a sentence or an output cannot be used.
#[pyclass(frozen, module = "slap_edge")]
#[derive(Debug)]
pub struct Screener {
    /// Behind a lock, since Python may call from several threads.
    listener: Mutex<Listener>,
    outputs: Vec<String>,
}

#[derive(Debug)]
struct Listener {
    screener: slap_edge::Screener<Keeping>,
    kept: Kept,
}

/// The further outputs of a tower, each with the values of all steps one after the other.
type Kept = Arc<Mutex<Vec<Vec<f32>>>>;

/// A tower whose further outputs are kept.
#[derive(Debug)]
struct Keeping {
    tower: TowerState,
    kept: Kept,
}

impl Keeping {
    fn each(&self, work: impl Fn(&mut Vec<f32>, &[f32])) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (values, step) in kept.iter_mut().zip(self.tower.outputs()) {
            work(values, step);
        }
    }
}

impl Encoder for Keeping {
    fn step(&mut self, input: &[f32], embedding: &mut [f32]) -> Result<(), EngineError> {
        self.tower.step(input, embedding)?;
        self.each(|values, step| values.extend_from_slice(step));
        Ok(())
    }

    fn reset(&mut self) {
        self.tower.reset();
        self.each(|values, _| values.clear());
    }
}

/// What every step gave.
#[derive(Default)]
struct Steps {
    ends: Vec<f64>,
    scored: Vec<bool>,
    embeddings: Vec<f32>,
    outputs: Vec<Vec<f32>>,
}

impl Listener {
    fn listen(&mut self, samples: &[f32], rate: u32) -> Result<(Summary, Steps), ScreenError> {
        let mut steps = Steps::default();
        self.screener.reset();
        let mut take = |event: Event<'_>| {
            if let Event::Segment(segment) = event {
                steps.ends.push(segment.end);
                steps.scored.push(segment.verdict.is_scored());
                steps.embeddings.extend_from_slice(segment.embedding);
            }
        };
        self.screener.push(Pcm::F32(samples), rate, 1, &mut take)?;
        self.screener.finish(&mut take)?;
        steps.outputs.clone_from(&self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((self.screener.summary()?, steps))
    }
}

/// The engine called `name`.
fn engine_of(py: Python<'_>, name: &str) -> PyResult<TowerOptions> {
    let named = Engine::ALL.into_iter().find(|it| it.to_string() == name);
    let known = || Engine::ALL.map(|it| it.to_string()).join(", ");
    let engine = named
        .ok_or_else(|| value_error(format!("expected an engine, {}, got `{name}`", known())))?;
    let library = match engine {
        Engine::Ort if std::env::var_os("ORT_DYLIB_PATH").is_none() => package(py)?,
        Engine::Ort | Engine::Tract => None,
    };
    Ok(TowerOptions { engine, library, ..TowerOptions::default() })
}

/// Where the Python package `onnxruntime` keeps its library, found without importing it.
fn package(py: Python<'_>) -> PyResult<Option<PathBuf>> {
    let spec = py.import("importlib.util")?.call_method1("find_spec", ("onnxruntime",))?;
    if spec.is_none() {
        return Ok(None);
    }
    let folders: Vec<PathBuf> = spec.getattr("submodule_search_locations")?.extract()?;
    Ok(folders.first().map(|folder| folder.join("capi")))
}

#[pymethods]
impl Screener {
    #[new]
    #[pyo3(signature = (
        bundle, tasks=None, prompts=None, int8=false, outputs=None, engine="tract"
    ))]
    fn new(
        py: Python<'_>,
        bundle: PathBuf,
        tasks: Option<Vec<String>>,
        prompts: Option<Vec<String>>,
        int8: bool,
        outputs: Option<Vec<String>>,
        engine: &str,
    ) -> PyResult<Self> {
        let bundle = Bundle::open(&bundle).map_err(value_error)?;
        let precision = if int8 { Precision::Int8 } else { Precision::Float32 };
        let outputs = outputs.unwrap_or_default();
        let wanted =
            TowerOptions { precision, outputs: outputs.clone(), ..engine_of(py, engine)? };
        let tower = Tower::load(&bundle, wanted).map_err(value_error)?;
        let mut options = Options { tasks, ..Options::default() };
        if let Some(sentences) = prompts.filter(|sentences| !sentences.is_empty()) {
            let text = slap_model::TextTower::load(&bundle).map_err(value_error)?;
            for sentence in sentences {
                let embedding = text.embed(&sentence).map_err(value_error)?;
                let embedding = slap_model::pack::to_half(&embedding);
                options.prompts.push((sentence, embedding));
            }
        }
        let kept: Kept = Arc::new(Mutex::new(vec![Vec::new(); outputs.len()]));
        let tower = tower.state().map_err(value_error)?;
        let encoder = Keeping { tower, kept: Arc::clone(&kept) };
        let screener =
            slap_edge::Screener::with_encoder(&Parts::from(&bundle), encoder, &options)
                .map_err(value_error)?;
        Ok(Self { listener: Mutex::new(Listener { screener, kept }), outputs })
    }

    /// Scores one clip.
    ///
    /// Args:
    ///     audio: float32 [samples], mono, in [-1, 1].
    ///     sample_rate: its samples per second.
    ///     steps: whether what every step gave is wanted too.
    ///
    /// Returns:
    ///     A dict: `seconds`; `quality`, a dict as that of `measure`; `poor`, why
    ///     the input cannot be scored, or None; `embedding`, float32 [dim], or None;
    ///     `tasks`, a dict by name of `certainty` (`answered`, `unsure`, `abstained` where the
    ///     input is poor, or `not_applicable`), `answer` (a class, or None where not
    ///     answered), `probabilities` (a dict by class, or None where abstained or not
    ///     applicable) and `needs` (None where the task applies, else a list of dicts: the
    ///     `class` of another `task` that is needed, any of which would do, and the `answer`
    ///     that was given instead); `prompts`, a dict by sentence of
    ///     `cosine` and `percentile`, each None where there is none. With `steps`, also
    ///     `steps`: a dict of `ends`, float64 [steps], the seconds up to which each has heard;
    ///     `scored`, a list of whether its audio was good enough; `embeddings`, float32
    ///     [steps, dim]; `outputs`, a dict by name of float32 [steps, values].
    ///
    /// Raises:
    ///     ValueError: the rate is out of range, or the tower fails.
    #[pyo3(signature = (audio, sample_rate, *, steps=false))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        audio: PyReadonlyArray1<'py, f32>,
        sample_rate: u32,
        steps: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let samples = audio.as_slice()?;
        let found = py.detach(|| {
            // A poisoned lock is harmless: the stream begins anew.
            let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
            listener.listen(samples, sample_rate)
        });
        let (summary, found) = found.map_err(value_error)?;
        let all = to_dict(py, summary)?;
        if steps {
            all.set_item("steps", self.steps(py, found)?)?;
        }
        Ok(all)
    }
}

impl Screener {
    fn steps<'py>(&self, py: Python<'py>, steps: Steps) -> PyResult<Bound<'py, PyDict>> {
        let count = steps.ends.len();
        let outputs = PyDict::new(py);
        for (name, values) in self.outputs.iter().zip(steps.outputs) {
            outputs.set_item(name, rows(py, values, count)?)?;
        }
        let all = PyDict::new(py);
        all.set_item("ends", steps.ends.into_pyarray(py))?;
        all.set_item("scored", steps.scored)?;
        all.set_item("embeddings", rows(py, steps.embeddings, count)?)?;
        all.set_item("outputs", outputs)?;
        Ok(all)
    }
}

/// The sentence encoder of a bundle.
///
/// Args:
///     bundle: path of the bundle's folder.
///
/// Raises:
///     ValueError: the bundle cannot be used or has no text tower.
#[pyclass(frozen, module = "slap_edge")]
#[derive(Debug)]
pub struct TextTower {
    text: slap_model::TextTower,
}

#[pymethods]
impl TextTower {
    #[new]
    fn new(bundle: PathBuf) -> PyResult<Self> {
        let bundle = Bundle::open(&bundle).map_err(value_error)?;
        Ok(Self { text: slap_model::TextTower::load(&bundle).map_err(value_error)? })
    }

    /// Embeds sentences.
    ///
    /// Returns:
    ///     float32 [sentences, dim], unit vectors in the space of the audio tower.
    ///
    /// Raises:
    ///     ValueError: a sentence has no words, is too long, or is in another script.
    fn embed<'py>(
        &self,
        py: Python<'py>,
        sentences: Vec<String>,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let found = py.detach(|| {
            sentences
                .iter()
                .map(|sentence| self.text.embed(sentence))
                .collect::<Result<Vec<_>, _>>()
        });
        rows(py, found.map_err(value_error)?.concat(), sentences.len())
    }

    /// What a sentence is taken to say.
    ///
    /// Returns:
    ///     list of (thing, share), the thing that is said most first, shares adding up to 1;
    ///     None of a bundle that maps a sentence as a whole.
    ///
    /// Raises:
    ///     ValueError: the sentence has no words, is too long, or is in another script.
    fn read(&self, py: Python<'_>, sentence: &str) -> PyResult<Option<Vec<(String, f32)>>> {
        let reading = py.detach(|| self.text.read(sentence)).map_err(value_error)?;
        Ok(reading.map(|reading| {
            reading.said.into_iter().map(|thing| (thing.text, thing.share)).collect()
        }))
    }
}

/// Values as an array of `count` rows.
fn rows(py: Python<'_>, values: Vec<f32>, count: usize) -> PyResult<Bound<'_, PyArray2<f32>>> {
    let shape = (count, values.len() / count.max(1));
    Ok(Array2::from_shape_vec(shape, values).map_err(value_error)?.into_pyarray(py))
}

fn to_dict(py: Python<'_>, summary: Summary) -> PyResult<Bound<'_, PyDict>> {
    let tasks = PyDict::new(py);
    for task in &summary.tasks {
        let (certainty, answer) = match task.outcome() {
            Outcome::Class(_) => ("answered", task.class()),
            Outcome::Unsure(_) => ("unsure", None),
            Outcome::Abstained(_) => ("abstained", None),
            Outcome::NotApplicable { .. } => ("not_applicable", None),
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
        let mut needs = Vec::new();
        for (need, answer) in task.contradiction() {
            let entry = PyDict::new(py);
            entry.set_item("task", &need.task.name)?;
            entry.set_item("class", need.class_name())?;
            entry.set_item("answer", answer)?;
            needs.push(entry);
        }
        let entry = PyDict::new(py);
        entry.set_item("certainty", certainty)?;
        entry.set_item("answer", answer)?;
        entry.set_item("probabilities", probabilities)?;
        entry.set_item("needs", (!needs.is_empty()).then_some(needs))?;
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
