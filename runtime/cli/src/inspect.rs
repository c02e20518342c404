//! `slap-edge inspect`: verify a bundle to the last byte and show what it is.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::Context;
use serde::Serialize;
use slap_edge::core::quality::Bounds;
use slap_edge::model::manifest::{Manifest, TowerInput, TowerMode};
use slap_edge::model::{Bundle, Precision, PromptPack, TextTower, Tower};

use crate::args::{DocumentFormat, InspectArgs};
use crate::engine::EngineChoice;
use crate::output::execution::Execution;
use crate::output::{Page, Terminal, json};
use crate::selftest::{self, SelfTest};
use crate::{Outcome, locate, models};

/// Runs the command.
pub fn run(args: &InspectArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let bundle = models::open_bundle(&locate::bundle(args.bundle.as_deref())?)?;
    bundle.verify_all().context("the bundle cannot be used")?;
    let engine = (args.run || args.engine.is_asked_for())
        .then(|| EngineChoice::new(args.engine.clone()).with_nodes_counted());
    let findings = Findings::new(&bundle, engine.as_ref(), terminal)?;
    let mut out = io::stdout().lock();
    match args.format {
        DocumentFormat::Json => json::document(&mut out, "bundle", &findings)?,
        DocumentFormat::Human => {
            out.write_all(human(&bundle, &findings, terminal).as_bytes())?;
        }
    }
    Ok(Outcome::Done)
}

/// What verification found; also the machine-readable payload.
#[derive(Debug, Serialize)]
struct Findings<'a> {
    path: String,
    /// Every file has its listed size and digest, and every graph loads.
    verified: bool,
    tower_sha256: String,
    engines: Vec<Engine>,
    self_test: SelfTest,
    /// The same of the int8 tower; none where the bundle has no such tower.
    self_test_int8: Option<SelfTest>,
    /// What really ran the tower, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<Execution>,
    /// The self-test by that engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_test_execution: Option<SelfTest>,
    pack: Pack<'a>,
    background: Option<Background<'a>>,
    manifest: &'a Manifest,
}

/// A graph that was loaded.
#[derive(Debug, Serialize)]
struct Engine {
    tower: &'static str,
    file: String,
    engine: String,
    precision: Option<String>,
}

#[derive(Debug, Serialize)]
struct Pack<'a> {
    name: &'a str,
    prompts: usize,
    free_prompts: usize,
    tasks: &'a [slap_edge::model::Task],
}

#[derive(Debug, Serialize)]
struct Background<'a> {
    voices: usize,
    description: &'a str,
}

impl<'a> Findings<'a> {
    /// Loads every graph of `bundle` once, and the one that `engine` runs by that engine.
    fn new(
        bundle: &'a Bundle,
        engine: Option<&EngineChoice>,
        terminal: &Terminal,
    ) -> anyhow::Result<Self> {
        let manifest = bundle.manifest();
        let tower = audio_tower(bundle, Precision::Float32)?;
        let mut engines = vec![Engine::audio(&tower)];
        let self_test = selftest::run(bundle, &tower)?;
        let mut self_test_int8 = None;
        if manifest.tower.int8.is_some() {
            let tower = audio_tower(bundle, Precision::Int8)?;
            engines.push(Engine::audio(&tower));
            self_test_int8 = Some(selftest::run(bundle, &tower)?);
        }
        if let Some(text) = &manifest.text {
            TextTower::load(bundle).context("the text tower cannot be used")?;
            let engine = engines[0].engine.clone();
            let file = text.file.clone();
            engines.push(Engine { tower: "text", file, engine, precision: None });
        }
        let (mut execution, mut self_test_execution) = (None, None);
        if let Some(engine) = engine {
            let tower = engine.load(bundle, terminal)?;
            self_test_execution = Some(selftest::run(bundle, &tower)?);
            execution = Some(Execution::measure(&tower)?);
        }
        let pack = bundle.prompt_pack();
        Ok(Self {
            path: bundle.dir().display().to_string(),
            verified: true,
            tower_sha256: bundle.tower_sha256().to_string(),
            engines,
            self_test,
            self_test_int8,
            execution,
            self_test_execution,
            pack: Pack {
                name: &pack.name,
                prompts: pack.texts.len(),
                free_prompts: pack.free_prompts().len(),
                tasks: &pack.tasks,
            },
            background: bundle.background().map(|background| Background {
                voices: background.rows(),
                description: &background.description,
            }),
            manifest,
        })
    }
}

impl Engine {
    fn audio(tower: &Tower) -> Self {
        let report = tower.report();
        Self {
            tower: "audio",
            file: report.file.clone(),
            engine: format!("{} {}", report.engine, report.version),
            precision: Some(report.precision.to_string()),
        }
    }
}

fn audio_tower(bundle: &Bundle, precision: Precision) -> anyhow::Result<Tower> {
    Tower::load(bundle, precision).context("the audio tower cannot be used")
}

fn human(bundle: &Bundle, findings: &Findings<'_>, terminal: &Terminal) -> String {
    let manifest = bundle.manifest();
    let mut page = Page::new(terminal.out, terminal.width);
    let facts =
        format!("{} · {} · format {}", manifest.licence, manifest.created, manifest.version);
    page.heading(&manifest.name, &facts);
    page.paragraph(&manifest.description);

    let bytes: u64 = manifest.files.values().map(|file| file.bytes).sum();
    page.section("Verified");
    page.good(&format!(
        "{} files, {}: every size and digest is as listed, every graph loads",
        manifest.files.len(),
        size(bytes)
    ));
    let test = &findings.self_test;
    page.good(&format!(
        "self-test: {} probabilities of its own recording come out as recorded, to {:.1e} \
         ({:.0e} allowed)",
        test.probabilities, test.largest_difference, test.tolerance
    ));
    if let Some(test) = &findings.self_test_int8 {
        page.good(&format!(
            "self-test, int8: {} probabilities as recorded from float32, to {:.1e} ({:.0e} \
             allowed)",
            test.probabilities, test.largest_difference, test.tolerance
        ));
    }

    page.section("Files");
    for (name, file) in &manifest.files {
        let digest = file.sha256.to_string();
        page.columns(
            &[(name, 32), (&size(file.bytes), 10), (&short(&digest), 10)],
            role(manifest, name),
        );
    }

    page.section("Contract");
    for (name, value) in contract(manifest) {
        page.pair(name, &value);
    }
    for engine in &findings.engines {
        let precision = engine.precision.as_deref().unwrap_or("int8 weights");
        let value = format!("{} runs {} ({precision})", engine.engine, engine.file);
        page.pair(if engine.tower == "text" { "Text engine" } else { "Engine" }, &value);
    }
    if let (Some(execution), Some(test)) = (&findings.execution, &findings.self_test_execution)
    {
        page.pair("Ran", &execution.sentence());
        if let Some(reason) = &execution.fallback {
            page.pair("", &format!("not on the provider asked for: {reason}"));
        }
        page.pair(
            "",
            &format!(
                "self-test to {:.1e} ({:.0e} allowed)",
                test.largest_difference, test.tolerance
            ),
        );
    }
    page.pair("Tower", &short(&findings.tower_sha256));
    if let Some(space) = &manifest.tower.space {
        let digest = short(&space.sha256.to_string());
        page.pair("Space", &format!("that of {} ({digest}), whose packs fit", space.name));
    }
    match &findings.background {
        Some(background) => page.pair(
            "Background",
            &format!("{} reference voices: {}", background.voices, background.description),
        ),
        None => page.pair("Background", "none, so free sentences get no rank"),
    }

    tasks(&mut page, bundle.prompt_pack());
    page.finish()
}

/// The tasks of `pack`, one a line, and how many sentences stand outside them.
fn tasks(page: &mut Page, pack: &PromptPack) {
    page.section(&format!("Tasks ({})", pack.tasks.len()));
    let groups = pack.groups();
    let width = pack.tasks.iter().map(|task| task.name.chars().count()).max().unwrap_or(0);
    let list = |page: &mut Page, group: Option<&str>| {
        for task in pack.tasks_in(group) {
            let classes: Vec<&str> = task.classes.iter().map(|it| it.name.as_str()).collect();
            page.columns(&[(&task.name, width), (&task.title, 26)], &classes.join(" | "));
        }
    };
    list(page, None);
    for group in &groups {
        page.section(&format!("{} (--group {})", group.title, group.name));
        list(page, Some(&group.name));
    }
    if !groups.is_empty() {
        page.section("Sentences");
    }
    let free = pack.free_prompts().len();
    let listing = "slap-edge prompts list";
    page.note(&format!(
        "{} sentences, {free} of them outside tasks; see '{listing}'",
        pack.texts.len()
    ));
}

/// How samples become scores, in words.
fn contract(manifest: &Manifest) -> Vec<(&'static str, String)> {
    let (front, tower) = (&manifest.front_end, &manifest.tower);
    let rate = f64::from(front.sample_rate);
    let milliseconds = |samples: usize| samples as f64 / rate * 1000.0;
    let samples_a_step = match tower.input {
        TowerInput::LogMel => tower.hop() * front.hop_length,
        TowerInput::Waveform => tower.hop(),
    };
    let mode = match tower.mode {
        TowerMode::Stream => "streaming",
        TowerMode::Window => "sliding window",
    };
    let mut hears = format!("{} Hz mono", front.sample_rate);
    if tower.input == TowerInput::LogMel {
        let _ = write!(
            hears,
            "; {} log-mel bands from {:.0} to {:.0} Hz, {:.0} ms frames every {:.0} ms",
            front.bands,
            front.low_hz,
            front.high_hz,
            milliseconds(front.frame_length),
            milliseconds(front.hop_length),
        );
    }
    let mut entries = vec![
        ("Hears", hears),
        (
            "Audio tower",
            format!(
                "{mode}, a step every {:.2} s, embeddings of {} dimensions",
                milliseconds(samples_a_step) / 1000.0,
                tower.embedding_dim
            ),
        ),
    ];
    entries.push((
        "Text tower",
        match &manifest.text {
            Some(text) => format!("embeds sentences of up to {} tokens", text.max_tokens),
            None => match &tower.space {
                Some(space) => format!("none: prepared sentences, and packs of {}", space.name),
                None => "none: prepared sentences only".to_owned(),
            },
        },
    ));
    let scoring = &manifest.scoring;
    entries.push((
        "Over time",
        format!(
            "smoothed over {:.2} s; an event begins at {:.0} % for {:.2} s, ends below {:.0} %",
            scoring.smoothing_seconds,
            scoring.on_probability * 100.0,
            scoring.minimum_event_seconds,
            scoring.off_probability * 100.0
        ),
    ));
    let quality = &manifest.quality;
    entries.push(("Needs", bounds(&quality.usable, quality.active_dbfs)));
    entries.push(("Good from", bounds(&quality.good, quality.active_dbfs)));
    entries
}

/// What recordings must be like, in words.
fn bounds(bounds: &Bounds, active_dbfs: f32) -> String {
    let most = |share: f32, of: &str| {
        let percent = share * 100.0;
        if share > 0.0 { format!("at most {percent} % {of}") } else { format!("no {of}") }
    };
    let mut words = vec![
        format!("{:.1} s of sound above {active_dbfs:.0} dBFS", bounds.minimum_active_seconds),
        most(bounds.maximum_clipped_share, "clipped samples"),
    ];
    words.extend(bounds.minimum_voiced_seconds.map(|needed| format!("{needed} s voiced")));
    words.extend(bounds.minimum_snr_db.map(|needed| format!("SNR {needed} dB")));
    words.extend(bounds.minimum_bandwidth_hz.map(|needed| format!("sound to {needed} Hz")));
    words.extend(bounds.maximum_dropout_share.map(|share| most(share, "dropouts")));
    words.extend(bounds.maximum_silent_share.map(|share| most(share, "digital silence")));
    words.extend(bounds.maximum_dc.map(|share| most(share, "offset")));
    words.join(", ")
}

/// What a file of the bundle is for.
fn role(manifest: &Manifest, name: &str) -> &'static str {
    let text = manifest.text.as_ref();
    let golden = &manifest.golden;
    if name == manifest.tower.float32 {
        "audio tower, float32"
    } else if manifest.tower.int8.as_deref() == Some(name) {
        "audio tower, int8"
    } else if manifest.tower.float16.as_deref() == Some(name) {
        "audio tower, float16"
    } else if text.is_some_and(|text| text.file == name) {
        "text tower"
    } else if text.is_some_and(|text| text.tokenizer == name) {
        "tokenizer"
    } else if text.is_some_and(|text| text.projection == name) {
        "text projection"
    } else if manifest.prompts == name {
        "prompts and tasks"
    } else if manifest.background.as_deref() == Some(name) {
        "reference voices"
    } else if [&golden.audio, &golden.log_mel, &golden.embeddings, &golden.scores]
        .iter()
        .any(|golden| *golden == name)
    {
        "self-test"
    } else {
        ""
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// The beginning of a digest, enough to tell two apart.
fn short(digest: &str) -> String {
    digest.chars().take(8).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(34), "34 B");
        assert_eq!(size(102_704), "100.3 KiB");
        assert_eq!(size(22_932_424), "21.9 MiB");
    }
}
