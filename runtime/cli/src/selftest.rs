//! Replaying a bundle's own recording: does this machine hear what the trainer heard?

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use slap_edge::model::{Bundle, Precision, Tower};
use slap_edge::{Options, Parts, Pcm, Screener};

use crate::audio::{Audio, Input};

/// The largest difference of a probability of the int8 tower from the recorded one.
///
/// The records are the float32 tower's. Eight-bit weights move the probabilities of
/// `slap-voice-small` by up to 0.03 on its recording; a little more is still no other
/// answer, while a damaged or mistaken graph is far beyond it.
const INT8_TOLERANCE: f32 = 0.05;

/// How far this machine's answers are from the recorded ones.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SelfTest {
    /// Probabilities compared.
    pub probabilities: usize,
    /// The largest difference found.
    pub largest_difference: f32,
    /// The largest difference tolerated: the bundle's own for the float32 tower, 0.05 for
    /// the int8 tower unless the bundle's own is larger.
    pub tolerance: f32,
}

/// The bundle's recorded scores: task, class, probability.
#[derive(Debug, Deserialize)]
struct Recorded {
    tasks: BTreeMap<String, BTreeMap<String, f32>>,
}

/// Scores the recording that `bundle` carries with `tower` and compares every probability.
///
/// # Errors
///
/// When the recording or its scores cannot be read, or a probability differs by more than
/// is tolerated of the tower's precision.
pub fn run(bundle: &Bundle, tower: &Tower) -> anyhow::Result<SelfTest> {
    let golden = &bundle.manifest().golden;
    let tolerance = match tower.report().precision {
        Precision::Float32 => golden.tolerance.probability,
        Precision::Int8 => golden.tolerance.probability.max(INT8_TOLERANCE),
    };
    let text = bundle.read(&golden.scores)?;
    let recorded: Recorded = serde_json::from_slice(&text)
        .with_context(|| format!("the self-test cannot read '{}'", golden.scores))?;

    let input = Input::File(bundle.dir().join(&golden.audio));
    let mut audio = Audio::open(&input, None)
        .with_context(|| format!("the self-test cannot hear '{}'", golden.audio))?;
    let (rate, channels) = (audio.description().rate, audio.description().channels);
    let channels = u16::try_from(channels).unwrap_or(u16::MAX);
    // Every probability is compared, also of tasks that do not apply.
    let mut pack = bundle.prompt_pack().clone();
    pack.tasks.iter_mut().for_each(|task| task.needs.clear());
    let parts = Parts { pack: &pack, ..Parts::from(bundle) };
    let state = tower.state().context("the audio tower cannot be used")?;
    let mut screener = Screener::with_encoder(&parts, state, &Options::default())
        .context("the bundle's tasks cannot be scored")?;
    while let Some(block) = audio.next_block()? {
        screener.push(Pcm::F32(block), rate, channels, |_| {})?;
    }
    screener.finish(|_| {})?;

    let summary = screener.summary()?;
    let mut test = SelfTest { probabilities: 0, largest_difference: 0.0, tolerance };
    for task in &summary.tasks {
        let info = task.info();
        let Some(probabilities) = task.probabilities() else {
            bail!(
                "the self-test expected '{}' to be fit for scoring, got no answer to task `{}`; \
                 copy the bundle again",
                golden.audio,
                info.name
            );
        };
        for (class, got) in info.classes.iter().zip(probabilities) {
            let expected = recorded.tasks.get(&info.name).and_then(|task| task.get(class));
            let Some(expected) = expected else {
                bail!(
                    "the self-test expected a probability of `{class}` in task `{}` in '{}', got \
                     none; copy the bundle again",
                    info.name,
                    golden.scores
                );
            };
            let difference = (expected - got).abs();
            if difference.is_nan() || difference > tolerance {
                bail!(
                    "the self-test expected a probability of {expected:.4} for `{class}` in task \
                     `{}`, got {got:.4} from '{}', which differs by more than {tolerance}; do \
                     not rely on this bundle with this build",
                    info.name,
                    tower.report().file
                );
            }
            test.probabilities += 1;
            test.largest_difference = test.largest_difference.max(difference);
        }
    }
    Ok(test)
}
