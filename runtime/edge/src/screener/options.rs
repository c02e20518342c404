//! What a screener is made from.

use half::f16;
use slap_core::front_end::FrontEndSpec;
use slap_core::quality::Limits;
use slap_model::manifest::{Scoring, TowerSpec};
use slap_model::{Background, Bundle, PromptPack};

use crate::gate::GateOptions;

/// What is to be scored.
#[derive(Clone, Debug)]
pub struct Options {
    /// The names of the tasks, `None` for all of the pack. What these need is worked out
    /// with them, but not reported.
    pub tasks: Option<Vec<String>>,
    /// Whether the pack's free prompts are scored, those that belong to no task.
    pub pack_prompts: bool,
    /// More free prompts: each a sentence and its unit embedding.
    pub prompts: Vec<(String, Vec<f16>)>,
    /// When somebody may be speaking; the tower rests for the rest of the time. `None` to
    /// have everything scored. Only for towers at 16 kHz.
    pub gate: Option<GateOptions>,
    /// Whether log-mel frames are told as [`Event::Frame`](crate::Event::Frame). Only for
    /// towers that take them.
    pub frames: bool,
}

impl Default for Options {
    /// Everything the pack holds, and nothing more.
    fn default() -> Self {
        Self { tasks: None, pack_prompts: true, prompts: Vec::new(), gate: None, frames: false }
    }
}

/// What a [`Screener`](crate::Screener) is built from, besides the tower itself. It is
/// borrowed for the building only.
///
/// Usually all of it comes from a [`Bundle`]; a pack of the user's own takes the place of
/// the bundle's here.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// How samples become frames.
    pub front_end: &'a FrontEndSpec,
    /// What the tower takes and gives.
    pub tower: &'a TowerSpec,
    /// Smoothing and events.
    pub scoring: &'a Scoring,
    /// What audio must be like to be scored.
    pub quality: &'a Limits,
    /// Prompts and tasks.
    pub pack: &'a PromptPack,
    /// The voices that free prompts are ranked against.
    pub background: Option<&'a Background>,
}

impl<'a> From<&'a Bundle> for Parts<'a> {
    fn from(bundle: &'a Bundle) -> Self {
        let manifest = bundle.manifest();
        Self {
            front_end: &manifest.front_end,
            tower: &manifest.tower,
            scoring: &manifest.scoring,
            quality: &manifest.quality,
            pack: bundle.prompt_pack(),
            background: bundle.background(),
        }
    }
}
