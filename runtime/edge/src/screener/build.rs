//! From parts to a line, if they fit.

use slap_core::front_end::{Framing, StdPlan};
use slap_core::quality;
use slap_model::manifest::{TowerInput, TowerMode};

use super::clock::Clock;
use super::error::SetupError;
use super::line::Line;
use super::options::{Options, Parts};
use super::stages::{Frames, Rest, Stages};
use crate::chunker::Chunker;
use crate::clip::ClipMean;
use crate::encoder::Encoder;
use crate::gate::{GATE_RATE, Gate};
use crate::scorer::Scorer;
use crate::watch::Watch;

/// A line through any tower that fits the parts.
pub(super) fn line<E: Encoder>(
    parts: &Parts<'_>,
    encoder: E,
    options: &Options,
) -> Result<Line<E>, SetupError> {
    let Parts { front_end, tower, quality: limits, .. } = *parts;
    let plan = StdPlan::new(front_end).map_err(SetupError::FrontEnd)?;
    check_dimensions(parts)?;
    let (width, samples_per_row) = match tower.input {
        TowerInput::LogMel => (plan.bands(), front_end.hop_length),
        TowerInput::Waveform => (1, 1),
    };
    let (rows, hop) = (tower.step_length(), tower.hop());
    if !(1..=rows).contains(&hop) {
        return Err(SetupError::Hop { expected: rows, got: hop });
    }
    let clip_wise = front_end.normalise.is_clip_wise();
    let worked_on = match tower.input {
        TowerInput::LogMel => clip_wise,
        TowerInput::Waveform => clip_wise || front_end.input_scale != 1.0,
    };
    if clip_wise && tower.mode == TowerMode::Stream {
        return Err(SetupError::ClipNormalisation);
    }
    if clip_wise && width != plan.bands() {
        return Err(SetupError::Dimension {
            what: "the bands of a waveform's normalisation",
            expected: width,
            got: plan.bands(),
        });
    }
    if options.frames && tower.input == TowerInput::Waveform {
        return Err(SetupError::NoFrames);
    }
    let span = match tower.mode {
        TowerMode::Stream => tower.pool_chunks.unwrap_or(1),
        TowerMode::Window => 1,
    };
    let judged = match tower.mode {
        TowerMode::Stream => span,
        TowerMode::Window => rows.div_ceil(hop),
    };
    let sample_rate = front_end.sample_rate;
    let judge = quality::StdPlan::new(sample_rate, *limits).map_err(SetupError::Quality)?;
    let clock =
        Clock { sample_rate, samples_per_row, rows_per_step: hop, origin: 0, end: None };
    let scorer = Scorer::new(parts, options, clock.rows_per_second())?;
    let (tasks, prompts) = scorer.blank();
    let stages = Stages {
        input: tower.input,
        chunker: Chunker::new(width, rows, hop),
        scratch: vec![0.0; if worked_on { width * rows } else { 0 }],
        encoder,
        embedding: vec![0.0; tower.embedding_dim],
        watch: Watch::new(judge, judged),
        scorer,
        clip: ClipMean::new(tower.embedding_dim, span),
        tasks,
        prompts,
        clock,
        frames: options.frames.then(Frames::default),
        rest: rest(parts, options, width * rows)?,
        index: 0,
    };
    Ok(Line::new(plan, stages))
}

fn check_dimensions(parts: &Parts<'_>) -> Result<(), SetupError> {
    let expected = parts.tower.embedding_dim;
    for (what, got) in [
        ("the prompt pack", parts.pack.dim),
        ("the background", parts.background.map_or(expected, |background| background.dim)),
    ] {
        if got != expected {
            return Err(SetupError::Dimension { what, expected, got });
        }
    }
    Ok(())
}

/// When a tower rests that takes `values` values a step.
fn rest(
    parts: &Parts<'_>,
    options: &Options,
    values: usize,
) -> Result<Option<Rest>, SetupError> {
    let Some(options) = options.gate else { return Ok(None) };
    let Parts { front_end, tower, .. } = *parts;
    if front_end.sample_rate != GATE_RATE {
        return Err(SetupError::GateRate { got: front_end.sample_rate });
    }
    let gate = Gate::new(options).map_err(SetupError::Gate)?;
    let reach = match (tower.input, front_end.framing) {
        (TowerInput::Waveform, _) | (_, Framing::Snip) => 0,
        _ => front_end.frame_length.max(front_end.fft_length) / 2,
    };
    let kept = match tower.mode {
        TowerMode::Stream => values,
        TowerMode::Window => 0,
    };
    Ok(Some(Rest::new(gate, reach, kept)))
}
