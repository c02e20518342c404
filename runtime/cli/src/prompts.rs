//! `slap-edge prompts`: list, add and embed sentences.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use slap_edge::model::pack::to_half;
use slap_edge::model::{Need, PromptPack, Said};

use crate::args::{
    DocumentFormat, PromptsAddArgs, PromptsEmbedArgs, PromptsListArgs, PromptsReadArgs,
};
use crate::output::{Page, Terminal, json};
use crate::packfile::Target;
use crate::{Outcome, locate, models};

/// Lists the sentences of a pack, task by task.
pub fn list(args: &PromptsListArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let bundle = models::open_bundle(&locate::bundle(args.bundle.bundle.as_deref())?)?;
    let read;
    let pack = match &args.pack {
        None => bundle.prompt_pack(),
        Some(path) => {
            read = models::read_pack(path, &bundle)?;
            &read
        }
    };
    let mut out = io::stdout().lock();
    match args.format {
        DocumentFormat::Json => json::document(&mut out, "prompts", &Listing::new(pack))?,
        DocumentFormat::Human => out.write_all(human(pack, terminal).as_bytes())?,
    }
    Ok(Outcome::Done)
}

/// Embeds sentences and writes them into a pack file.
pub fn add(args: &PromptsAddArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let bundle = models::open_bundle(&locate::bundle(args.bundle.bundle.as_deref())?)?;
    let target = Target::find(&args.output, bundle.dir())?;
    let exists = target.found().is_some();
    let mut pack = if let Some(bytes) = target.found() {
        models::parse_pack(bytes, &args.output, &bundle)?
    } else {
        let name = pack_name(args.name.as_deref(), &args.output);
        PromptPack::new(name, bundle.tower_sha256(), bundle.manifest().tower.embedding_dim)
    };
    if let (true, Some(name)) = (exists, &args.name) {
        pack.name.clone_from(name);
    }
    let before = pack.texts.len();
    let embeddings = models::embed(&bundle, &args.sentences, terminal)?;
    for (sentence, embedding) in args.sentences.iter().zip(&embeddings) {
        pack.insert(sentence, &to_half(embedding)).context("the sentence cannot be added")?;
    }
    target.replace(&pack.write().context("the pack cannot be written")?)?;
    let added = pack.texts.len() - before;
    let known = args.sentences.len() - added;
    let mut message = format!(
        "{} {}: {} added, {} in all",
        if exists { "extended" } else { "wrote" },
        args.output.display(),
        sentences(added),
        pack.texts.len()
    );
    if known > 0 {
        message += &format!(" ({} already there, embedded anew)", sentences(known));
    }
    writeln!(io::stderr(), "{} {message}", terminal.err.good("done:"))?;
    Ok(Outcome::Done)
}

/// Prints the embeddings of sentences.
pub fn embed(args: &PromptsEmbedArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let bundle = models::open_bundle(&locate::bundle(args.bundle.bundle.as_deref())?)?;
    let embeddings = models::embed(&bundle, &args.sentences, terminal)?;
    let payload = Embeddings {
        bundle: &bundle.manifest().name,
        tower_sha256: bundle.tower_sha256().to_string(),
        dim: bundle.manifest().tower.embedding_dim,
        prompts: args
            .sentences
            .iter()
            .zip(&embeddings)
            .map(|(text, embedding)| Embedding { text, embedding })
            .collect(),
    };
    json::line(&mut io::stdout().lock(), "embeddings", &payload)?;
    Ok(Outcome::Done)
}

/// Says what the text tower takes sentences to say.
pub fn read(args: &PromptsReadArgs, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let bundle = models::open_bundle(&locate::bundle(args.bundle.bundle.as_deref())?)?;
    let readings = models::read_sentences(&bundle, &args.sentences)?;
    let understood: Vec<Understood<'_>> = args
        .sentences
        .iter()
        .zip(&readings)
        .map(|(text, reading)| Understood {
            text,
            known: !reading.clearly().is_empty(),
            said: reading.said.iter().take(MOST_SAID).map(Thing::of).collect(),
        })
        .collect();
    let mut out = io::stdout().lock();
    match args.format {
        DocumentFormat::Json => {
            let bundle = &bundle.manifest().name;
            json::document(&mut out, "readings", &Readings { bundle, prompts: understood })?;
        }
        DocumentFormat::Human => {
            let mut page = Page::new(terminal.out, terminal.width);
            for (sentence, reading) in understood.iter().zip(&readings) {
                page.section(&format!("“{}”", sentence.text));
                for thing in reading.clearly() {
                    let share = format!("{:.0} %", 100.0 * thing.share);
                    page.columns(&[(&format!("{share:>5}"), 5)], &thing.text);
                }
                if !sentence.known {
                    page.note(
                        "nothing that this bundle knows of voices; its scores mean little",
                    );
                }
            }
            out.write_all(page.finish().as_bytes())?;
        }
    }
    Ok(Outcome::Done)
}

/// Things listed of a sentence for programs; most of the others are next to nothing.
const MOST_SAID: usize = 10;

#[derive(Debug, Serialize)]
struct Readings<'a> {
    bundle: &'a str,
    prompts: Vec<Understood<'a>>,
}

#[derive(Debug, Serialize)]
struct Understood<'a> {
    text: &'a str,
    /// It clearly says at least one thing that the bundle knows.
    known: bool,
    /// What it says, the most first.
    said: Vec<Thing<'a>>,
}

#[derive(Debug, Serialize)]
struct Thing<'a> {
    text: &'a str,
    share: f32,
}

impl<'a> Thing<'a> {
    fn of(said: &'a Said) -> Self {
        Self { text: &said.text, share: said.share }
    }
}

#[derive(Debug, Serialize)]
struct Embeddings<'a> {
    bundle: &'a str,
    tower_sha256: String,
    dim: usize,
    prompts: Vec<Embedding<'a>>,
}

#[derive(Debug, Serialize)]
struct Embedding<'a> {
    text: &'a str,
    /// Unit vector.
    embedding: &'a [f32],
}

/// A pack as text; the machine-readable payload of `list`.
#[derive(Debug, Serialize)]
struct Listing<'a> {
    name: &'a str,
    tower_sha256: String,
    tasks: Vec<ListedTask<'a>>,
    /// Sentences outside every task.
    free: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct ListedTask<'a> {
    task: &'a str,
    title: &'a str,
    /// The name of its group.
    group: Option<&'a str>,
    /// The class that is nothing to remark on.
    usual: Option<&'a str>,
    minimum_probability: f32,
    /// What must not be contradicted for the task to apply, all of it: each is a list of
    /// answers to other tasks, one of which will do.
    needs: &'a [Vec<Need>],
    classes: Vec<ListedClass<'a>>,
}

#[derive(Debug, Serialize)]
struct ListedClass<'a> {
    class: &'a str,
    prompts: Vec<&'a str>,
}

impl<'a> Listing<'a> {
    fn new(pack: &'a PromptPack) -> Self {
        let text = |row: &usize| pack.texts.get(*row).map(String::as_str);
        Self {
            name: &pack.name,
            tower_sha256: pack.tower_sha256.to_string(),
            tasks: pack
                .tasks
                .iter()
                .map(|task| ListedTask {
                    task: &task.name,
                    title: &task.title,
                    group: task.group.as_ref().map(|group| group.name.as_str()),
                    usual: task.usual.as_deref(),
                    minimum_probability: task.minimum_probability,
                    needs: &task.needs,
                    classes: task
                        .classes
                        .iter()
                        .map(|class| ListedClass {
                            class: &class.name,
                            prompts: class.prompts.iter().filter_map(text).collect(),
                        })
                        .collect(),
                })
                .collect(),
            free: pack.free_prompts().iter().filter_map(text).collect(),
        }
    }
}

fn human(pack: &PromptPack, terminal: &Terminal) -> String {
    let listing = Listing::new(pack);
    let mut page = Page::new(terminal.out, terminal.width);
    let facts = format!("{} tasks · {}", listing.tasks.len(), sentences(pack.texts.len()));
    page.heading(listing.name, &facts);
    let mut group = None;
    for task in &listing.tasks {
        if task.group != group {
            let titles = pack.groups();
            let title = titles.iter().find(|it| Some(it.name.as_str()) == task.group);
            page.title(title.map_or("Other tasks", |it| &it.title));
            group = task.group;
        }
        page.section(&format!("{} ({})", task.title, task.task));
        for class in &task.classes {
            for (index, prompt) in class.prompts.iter().enumerate() {
                let label = if index == 0 { class.class } else { "" };
                page.pair(label, prompt);
            }
        }
        for (index, need) in task.needs.iter().enumerate() {
            page.pair(if index == 0 { "needs" } else { "" }, &in_words(need, pack));
        }
    }
    if !listing.free.is_empty() {
        page.section("Sentences outside tasks");
        for prompt in &listing.free {
            page.paragraph(prompt);
        }
    }
    page.finish()
}

/// The answers of which a task needs one.
fn in_words(need: &[Need], pack: &PromptPack) -> String {
    let answers: Vec<String> = need
        .iter()
        .map(|it| {
            let title = pack.task(&it.task).map_or(it.task.as_str(), |task| &task.title);
            format!("{title}: {}", it.class)
        })
        .collect();
    answers.join(" or ")
}

fn sentences(count: usize) -> String {
    if count == 1 { "1 sentence".to_owned() } else { format!("{count} sentences") }
}

fn pack_name(given: Option<&str>, path: &Path) -> String {
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    given.map(str::to_owned).or_else(stem).unwrap_or_else(|| "prompts".to_owned())
}
