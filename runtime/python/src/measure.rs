//! Measures of the voice for Python.

use numpy::{IntoPyArray, PyReadonlyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use slap_edge::core::quality::{Report, Verdict};
use slap_edge::core::voice::{Descriptor, Event, Functional, SAMPLE_RATE, Unit};
use slap_edge::{HIGHEST_RATE, LOWEST_RATE, MeasureError, Measurer, Pcm, USUAL_LIMITS};
use std::borrow::Cow;

use crate::value_error;

/// Measures the voice in a clip: pitch and its regularity, noise, timbre, loudness, and the
/// quality of the recording.
///
/// Any rate will do; the measures are taken at 16 kHz. The interpreter's lock is released
/// meanwhile.
///
/// Args:
///     audio: float32 [samples], mono, in [-1, 1].
///     sample_rate: its samples per second, 4000 to 384000.
///     frames: whether the values of every 10 ms are wanted too.
///
/// Returns:
///     A dict: `seconds`, the length of the clip; `functionals`, a dict by name of statistics
///     over the clip (see `FUNCTIONALS`), None where undefined; `marks`, float64 [marks], the
///     seconds at which glottal cycles begin; `quality`, what the command's JSON has under
///     this name: `grade` (good, usable or poor), `reasons` (a list of dicts of `reason`, a
///     stable name, and `explanation`, a clause; the most telling first) and what was found.
///     With `frames`, also `frames`: a dict by name (see `DESCRIPTORS`) of float32 [frames],
///     NaN where undefined, and `seconds`, float64 [frames], the middle of each.
///
/// Raises:
///     ValueError: the audio is not a one-dimensional float32 array, or the rate is out of
///         range.
#[pyfunction]
#[pyo3(signature = (audio, sample_rate, *, frames=false))]
pub fn measure<'py>(
    py: Python<'py>,
    audio: &Bound<'py, PyAny>,
    sample_rate: &Bound<'py, PyAny>,
    frames: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let audio = mono(audio)?;
    let rate = rate(sample_rate)?;
    // A channel of many is a view with gaps; only then is there a copy.
    let samples = match audio.as_slice() {
        Ok(samples) => Cow::Borrowed(samples),
        Err(_) => Cow::Owned(audio.as_array().to_vec()),
    };
    let mut heard = Heard::new(frames);
    let samples = samples.as_ref();
    let measurer = py
        .detach(|| {
            let mut measurer = Measurer::new(USUAL_LIMITS).map_err(|e| e.to_string())?;
            heard.listen(&mut measurer, samples, rate).map_err(|e| e.to_string())?;
            Ok::<_, String>(measurer)
        })
        .map_err(value_error)?;

    let functionals = PyDict::new(py);
    for functional in Functional::all() {
        functionals.set_item(functional.name(), measurer.summary().get(functional))?;
    }
    let measurement = measurer.measurement();
    let all = PyDict::new(py);
    all.set_item("seconds", measurement.quality.seconds)?;
    all.set_item("functionals", functionals)?;
    all.set_item("marks", heard.marks.into_pyarray(py))?;
    all.set_item("quality", quality(py, &measurement.quality, &measurement.verdict)?)?;
    if frames {
        let tracks = PyDict::new(py);
        tracks.set_item("seconds", heard.seconds.into_pyarray(py))?;
        for (descriptor, values) in Descriptor::ALL.into_iter().zip(heard.tracks) {
            tracks.set_item(descriptor.name(), values.into_pyarray(py))?;
        }
        all.set_item("frames", tracks)?;
    }
    Ok(all)
}

/// What a measurer told, in columns.
struct Heard {
    marks: Vec<f64>,
    seconds: Vec<f64>,
    /// A column a descriptor, in their order; none if frames are not wanted.
    tracks: Vec<Vec<f32>>,
}

impl Heard {
    fn new(frames: bool) -> Self {
        let columns = if frames { Descriptor::COUNT } else { 0 };
        Self { marks: Vec::new(), seconds: Vec::new(), tracks: vec![Vec::new(); columns] }
    }

    fn listen(
        &mut self,
        measurer: &mut Measurer,
        samples: &[f32],
        rate: u32,
    ) -> Result<(), MeasureError> {
        measurer.push(Pcm::F32(samples), rate, 1, |event| self.take(&event))?;
        measurer.finish(|event| self.take(&event))
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Mark(mark) => self.marks.push(mark.position / f64::from(SAMPLE_RATE)),
            Event::Frame(frame) => {
                if !self.tracks.is_empty() {
                    self.seconds.push(frame.seconds());
                }
                for (track, value) in self.tracks.iter_mut().zip(frame.values()) {
                    track.push(value.unwrap_or(f32::NAN));
                }
            }
        }
    }
}

/// The audio as it must be, or what it is instead.
fn mono<'py>(audio: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray1<'py, f32>> {
    audio.extract().or_else(|_| {
        let got = match audio.cast::<PyUntypedArray>() {
            Ok(array) => format!("{} {:?}", array.dtype(), array.shape()),
            Err(_) => audio.get_type().name()?.to_string(),
        };
        Err(value_error(format!(
            "the audio must be a one-dimensional array of float32, got {got}"
        )))
    })
}

fn rate(rate: &Bound<'_, PyAny>) -> PyResult<u32> {
    rate.extract().map_err(|_| {
        value_error(format!(
            "the sample rate must be a whole number from {LOWEST_RATE} to {HIGHEST_RATE}, \
             got {rate}"
        ))
    })
}

/// A verdict and what was found, as a dict with the keys of the command's JSON.
pub fn quality<'py>(
    py: Python<'py>,
    report: &Report,
    verdict: &Verdict,
) -> PyResult<Bound<'py, PyDict>> {
    let reasons = PyList::empty(py);
    for reason in verdict.reasons() {
        let entry = PyDict::new(py);
        entry.set_item("reason", reason.name())?;
        entry.set_item("explanation", reason.to_string())?;
        reasons.append(entry)?;
    }
    let all = PyDict::new(py);
    all.set_item("grade", verdict.grade().name())?;
    all.set_item("reasons", reasons)?;
    all.set_item("level_dbfs", report.rms_dbfs)?;
    all.set_item("peak_dbfs", report.peak_dbfs)?;
    all.set_item("dc", report.dc)?;
    all.set_item("active_seconds", report.active_seconds)?;
    all.set_item("voiced_seconds", report.voiced_seconds)?;
    all.set_item("snr_db", report.snr_db)?;
    all.set_item("bandwidth_hz", report.bandwidth_hz)?;
    all.set_item("clipped_share", report.clipped_share)?;
    all.set_item("zero_share", report.zero_share)?;
    all.set_item("silent_share", report.silent_share)?;
    all.set_item("dropouts", report.dropouts)?;
    all.set_item("dropout_seconds", report.dropout_seconds)?;
    all.set_item("non_finite_samples", report.not_finite)?;
    Ok(all)
}

/// What each descriptor and functional is, as the module's constants `DESCRIPTORS` and
/// `FUNCTIONALS`: dicts by name of `unit` (empty for pure numbers) and `description`.
pub fn add_tables(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let entry = |unit: Unit, description: &str| {
        let entry = PyDict::new(py);
        entry.set_item("unit", unit.symbol())?;
        entry.set_item("description", description)?;
        PyResult::Ok(entry)
    };
    let descriptors = PyDict::new(py);
    for descriptor in Descriptor::ALL {
        descriptors
            .set_item(descriptor.name(), entry(descriptor.unit(), descriptor.description())?)?;
    }
    let functionals = PyDict::new(py);
    for functional in Functional::all() {
        functionals
            .set_item(functional.name(), entry(functional.unit(), functional.description())?)?;
    }
    module.add("DESCRIPTORS", descriptors)?;
    module.add("FUNCTIONALS", functionals)
}
