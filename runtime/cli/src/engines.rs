//! `slap-edge engines`: what can run a tower on this machine, and why the rest cannot.

use std::io::{self, Write as _};

use serde::Serialize;
use slap_edge::model::{Engine, Offer, Provider, offers};

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
    /// The version and the library, or why there is none.
    detail: String,
}

impl Row {
    fn new(offer: &Offer) -> Self {
        let (Ok(detail) | Err(detail)) = &offer.found;
        Self {
            engine: offer.engine.to_string(),
            provider: offer.provider.to_string(),
            available: offer.found.is_ok(),
            detail: detail.clone(),
        }
    }
}

fn human(offers: &[Offer], terminal: &Terminal) -> String {
    let mut page = Page::new(terminal.out, terminal.width);
    page.title("Engines on this machine");
    for engine in Engine::ALL {
        page.section(&format!("--engine {engine}"));
        for offer in offers.iter().filter(|it| it.engine == engine) {
            let provider = format!("--provider {}", offer.provider);
            match &offer.found {
                Ok(detail) => page.good(&match engine {
                    Engine::Tract => detail.clone(),
                    Engine::Ort if offer.provider == Provider::Cpu => {
                        format!("{provider}: {detail}")
                    }
                    Engine::Ort => provider,
                }),
                Err(why) if offers.iter().filter(|it| it.engine == engine).count() == 1 => {
                    page.lacking(why);
                }
                Err(why) => page.lacking(&format!("{provider}: {why}")),
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
