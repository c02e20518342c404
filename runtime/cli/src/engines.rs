//! `slap-edge engines`: what can run a tower on this machine, and why the rest cannot.

use std::io::{self, Write as _};

use serde::Serialize;
use slap_edge::model::{Engine, Found, Offer, offers};

use crate::Outcome;
use crate::args::{DocumentFormat, EnginesArgs};
use crate::output::{Page, Terminal, json};

/// Runs the command.
pub fn run(args: &EnginesArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let offers = offers(None);
    let mut out = io::stdout().lock();
    match args.format {
        DocumentFormat::Json => {
            let offers = offers.iter().map(Row::new).collect();
            json::document(&mut out, "engines", &Payload { offers })?;
        }
        DocumentFormat::Human => out.write_all(human(&offers, terminal).as_bytes())?,
    }
    Ok(Outcome::Done)
}

/// The machine-readable form.
#[derive(Debug, Serialize)]
struct Payload {
    offers: Vec<Row>,
}

/// An engine with one of its providers.
#[derive(Debug, Serialize)]
struct Row {
    engine: String,
    provider: String,
    available: bool,
    version: Option<String>,
    /// The engine's file where it is not part of the program.
    library: Option<String>,
    /// Why there is none.
    reason: Option<String>,
}

impl Row {
    fn new(offer: &Offer) -> Self {
        let found = offer.found.as_ref();
        let library = found.ok().and_then(|it| it.library.as_ref());
        Self {
            engine: offer.engine.to_string(),
            provider: offer.provider.to_string(),
            available: found.is_ok(),
            version: found.ok().map(|it| it.version.clone()),
            library: library.map(|it| it.display().to_string()),
            reason: found.err().cloned(),
        }
    }
}

fn human(offers: &[Offer], terminal: &Terminal) -> String {
    let mut page = Page::new(terminal.out, terminal.width);
    page.title("Engines on this machine");
    for engine in Engine::ALL {
        let offers: Vec<&Offer> = offers.iter().filter(|it| it.engine == engine).collect();
        let found = offers.iter().find_map(|it| it.found.as_ref().ok());
        let name = match engine {
            Engine::Tract => "tract",
            Engine::Ort => "ONNX Runtime",
        };
        let version = found.map(|it| format!(" {}", it.version)).unwrap_or_default();
        page.section(&format!("{name}{version} (--engine {engine})"));
        match found {
            Some(Found { library: Some(path), .. }) => {
                page.verbatim(&path.display().to_string());
            }
            Some(_) => page.good("part of this program"),
            None => {}
        }
        if let [Offer { found: Err(reason), .. }] = offers[..] {
            page.lacking(reason);
            continue;
        }
        for offer in offers.iter().filter(|_| engine == Engine::Ort) {
            let provider = format!("--provider {}", offer.provider);
            match &offer.found {
                Ok(_) => page.good(&provider),
                Err(reason) => page.lacking(&format!("{provider}: {reason}")),
            }
        }
    }
    page.section("Choosing");
    page.note(
        "--engine auto times a few steps of each and takes the fastest; 'slap-edge inspect \
         --run' shows what a tower really ran on.",
    );
    page.finish()
}
