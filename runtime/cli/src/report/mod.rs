//! `slap-edge report`: a recording on one page, drawn, measured and scored.
//!
//! [`findings`] hears the recording once and keeps what is to be shown, [`tracks`] in a
//! bounded number of entries. [`page`] and [`sheet`] lay it out. The result depends on the
//! recording and the bundle alone: it carries no time of its making.

mod answers;
mod contours;
mod draw;
mod figure;
mod findings;
mod groups;
mod page;
mod ranges;
mod sheet;
mod spectrogram;
mod thin;
mod tracks;
mod words;

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};

use crate::audio::Input;
use crate::hear::{Stop, warn};
use crate::output::Terminal;
use crate::plan::{ReportForm, ReportPlan};
use crate::{Outcome, models, packfile};
use findings::Ears;

/// Runs the command.
pub fn run(plan: &ReportPlan, terminal: &Terminal) -> anyhow::Result<Outcome> {
    if plan.output.is_dir() {
        bail!(
            "expected a file to write the report to, got the folder '{}'",
            plan.output.display()
        );
    }
    if is_same_file(&plan.input, &plan.output) {
        bail!(
            "expected another file to write the report to, got the recording '{}' itself",
            plan.output.display()
        );
    }
    let bundle = models::open_bundle(&plan.bundle)?;
    let ears = Ears::new(plan, &bundle, terminal)?;
    let findings = match ears.hear(plan, terminal) {
        Ok(findings) => findings,
        Err(Stop::Input(failure)) => {
            failure.complain(terminal)?;
            return Ok(Outcome::SomeFailed);
        }
        Err(Stop::Output(error)) => return Err(error),
    };
    for warning in &findings.warnings {
        warn(terminal, &findings.recording.input, warning)?;
    }
    let text = match plan.form {
        ReportForm::Html => page::page(&findings),
        ReportForm::Svg => sheet::sheet(&findings),
    };
    write_whole(&plan.output, text.as_bytes()).with_context(|| {
        format!("the report cannot be written to '{}'", plan.output.display())
    })?;
    Ok(Outcome::Done)
}

/// Whether two paths lead to the same file, be it through links.
fn is_same_file(recording: &Input, page: &Path) -> bool {
    let Input::File(path) = recording else { return false };
    matches!((fs::canonicalize(path), fs::canonicalize(page)), (Ok(a), Ok(b)) if a == b)
}

/// Writes a file as a whole or not at all; one that exists is replaced.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    // Behind a link lies the file that is meant.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&real).is_ok_and(|it| !it.is_file()) {
        // A device or a pipe takes the bytes as they come.
        return Ok(fs::write(&real, bytes)?);
    }
    let (mut file, partial) = packfile::create_beside(&real)?;
    let done = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&partial, &real));
    if done.is_err() {
        let _ = fs::remove_file(&partial);
    }
    Ok(done?)
}
