//! What runs the tower: engines, providers, what is reported of them, and what is kept.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Folder, answers, bare, person, run, slap};

#[path = "../../../../tests/src/onnx_runtime.rs"]
mod onnx_runtime;

/// The program with ONNX Runtime.
fn with_library() -> Command {
    let mut command = slap();
    command.env("ORT_DYLIB_PATH", onnx_runtime::library());
    command
}

/// The program where ONNX Runtime is surely not found.
fn without_library(folder: &Folder) -> Command {
    let mut command = slap();
    command.env("PATH", folder.path()).env("HOME", folder.path());
    command.env_remove("ORT_DYLIB_PATH").env_remove("LD_LIBRARY_PATH");
    command
}

fn score(command: &mut Command, arguments: &[&str]) -> Value {
    command.args(["score", "--format", "json"]).args(arguments).arg(person("woman"));
    run(command).exits(0).json()["payload"]["scores"][0].take()
}

fn session(command: &mut Command, arguments: &[&str]) -> Value {
    command.args(["score", "--format", "ndjson"]).args(arguments).arg(person("woman"));
    let ran = run(command).exits(0);
    let mut first = ran.lines().swap_remove(0);
    assert_eq!(first["event"], "session");
    first["payload"].take()
}

#[test]
fn engines_answer_alike() {
    let tract = score(&mut with_library(), &[]);
    let ort = score(&mut with_library(), &["--engine", "ort"]);
    assert_eq!(ort["model"]["engine"], "ort");
    assert_eq!(tract["model"]["engine"], "tract");
    let (tract, ort) = (answers(&tract), answers(&ort));
    assert_eq!(tract.0, ort.0);
    let tasks = tract.1.as_array().unwrap().iter().zip(ort.1.as_array().unwrap());
    for (tract, ort) in tasks {
        assert_eq!(tract["answer"], ort["answer"], "{}", tract["task"]);
        let probability = |task: &Value| task["probability"].as_f64().unwrap_or(-1.0);
        assert!((probability(tract) - probability(ort)).abs() < 1e-3, "{}", tract["task"]);
    }
}

#[test]
fn what_runs_is_told_at_the_beginning() {
    let header = session(&mut with_library(), &["--engine", "ort", "--precision", "int8"]);
    let execution = &header["execution"];
    assert_eq!(execution["engine"], "ort");
    assert_eq!(execution["provider"], "cpu");
    assert_eq!(execution["provider_share"], 1.0);
    assert_eq!(
        (&execution["precision"], &execution["arithmetic"]),
        (&"int8".into(), &"int8".into())
    );
    assert!(execution["step_milliseconds"].as_f64().unwrap() > 0.0);
    assert_eq!(header["recordings"], 1);
    let header = session(&mut slap(), &["--precision", "int8"]);
    assert_eq!(header["execution"]["engine"], "tract");
    assert_eq!(header["execution"]["arithmetic"], "float32");
    assert!(header["execution"]["nodes"]["all"].as_u64().unwrap() > 50);
}

#[test]
fn a_listening_session_tells_it_too() {
    let mut command = with_library();
    command.args(["listen", "--engine", "ort", "--format", "ndjson", "--input", "-"]);
    let wav = fs::read(crate::harness::bundle().join("golden/speech.wav")).unwrap();
    let ran = crate::harness::run_with_input(&mut command, &wav).exits(0);
    assert_eq!(ran.lines()[0]["payload"]["execution"]["engine"], "ort");
}

#[test]
fn the_fastest_engine_is_chosen_and_the_reason_told() {
    let mut command = with_library();
    command.args(["score", "--engine", "auto", "--format", "json"]).arg(person("woman"));
    let ran = run(&mut command).exits(0).says(&["tract takes", "ort takes", "ms a step"]);
    let document = ran.json();
    let engine = document["payload"]["scores"][0]["model"]["engine"].as_str().unwrap();
    assert!(ran.err.starts_with(&format!("engine: {engine} (")), "{}", ran.err);

    let folder = Folder::new();
    let mut command = without_library(&folder);
    command.args(["score", "--engine", "auto"]).arg(person("woman"));
    run(&mut command).exits(0).says(&["engine: tract", "ort cannot run", "not installed"]);
}

#[test]
fn a_missing_library_is_told_with_how_to_get_it() {
    let folder = Folder::new();
    let mut command = without_library(&folder);
    command.args(["score", "--engine", "ort"]).arg(person("woman"));
    run(&mut command).exits(2).says(&["ort", "pip install onnxruntime", "ORT_DYLIB_PATH"]);
    let nothing = folder.file("libonnxruntime.so", "not a library");
    // What an interrupted installation leaves; loading it would end in a signal.
    let whole = fs::read(onnx_runtime::library()).unwrap();
    let cut = folder.file("cut.so", &whole[..1_000_000]);
    let pipe = folder.path().join("pipe.so");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, reason) in [
        (nothing.clone(), "file too short"),
        (cut, "cut short"),
        (pipe, "not a file"),
        (folder.path().join("absent.so"), "No such file"),
        (folder.path().join("bundle"), "No such file"),
    ] {
        let mut command = slap();
        command.env("ORT_DYLIB_PATH", &path).args(["score", "--engine", "ort"]);
        run(command.arg(person("woman"))).exits(2).says(&["cannot be loaded", reason]);
    }
    // A folder stands for the library in it.
    let library = onnx_runtime::library();
    let mut command = slap();
    command.env("ORT_DYLIB_PATH", library.parent().unwrap());
    assert_eq!(score(&mut command, &["--engine", "ort"])["model"]["engine"], "ort");
}

#[test]
fn an_absent_provider_is_replaced_or_refused() {
    // DirectML is of Windows, CoreML of Apple's systems.
    let absent = if cfg!(windows) { "coreml" } else { "directml" };
    let mut command = with_library();
    command.args(["score", "--provider", absent, "--format", "json"]).arg(person("woman"));
    let ran = run(&mut command).exits(0).says(&["warning:", "processor", absent]);
    assert_eq!(ran.json()["payload"]["scores"][0]["model"]["provider"], "cpu");

    for engine in ["ort", "tract", "auto"] {
        let mut command = with_library();
        command.args(["score", "--engine", engine, "--provider", absent, "--require-provider"]);
        run(command.arg(person("woman"))).exits(2).says(&["expected the provider", absent]);
    }
    run(slap().args(["score", "--require-provider"]).arg(person("woman"))).exits(2);
    for option in [["--threads", "2"], ["--cache", "x"]] {
        let mut command = with_library();
        command.args(["score"]).args(option).arg(person("woman"));
        run(&mut command).exits(2).says(&["--engine ort"]);
    }
    for count in ["0", "257"] {
        let mut command = with_library();
        command.args(["score", "--engine", "ort", "--threads", count]).arg(person("woman"));
        run(&mut command).exits(2);
    }
    assert_eq!(
        session(&mut with_library(), &["--engine", "ort", "--threads", "2"])["execution"]["engine"],
        "ort"
    );
}

#[test]
fn engines_are_listed_with_what_they_lack() {
    let ran = run(with_library().arg("engines")).exits(0).quietly();
    for part in ["--engine tract", "--engine ort", "NVIDIA GPUs: PyPI package", "onnxruntime"] {
        assert!(ran.out.contains(part), "expected {part:?} in: {}", ran.out);
    }
    let document = run(with_library().args(["engines", "--format", "json"])).exits(0).json();
    let offers = document["payload"]["offers"].as_array().unwrap();
    let available = |engine: &str, provider: &str| {
        let offer =
            offers.iter().find(|it| it["engine"] == engine && it["provider"] == provider);
        offer.unwrap()["available"].as_bool().unwrap()
    };
    assert!(available("tract", "cpu") && available("ort", "cpu"));
    assert!(!available("ort", "directml"));
    let folder = Folder::new();
    let mut command = without_library(&folder);
    let ran = run(command.arg("engines")).exits(0).quietly();
    assert!(ran.out.contains("not installed"), "{}", ran.out);
    run(bare().arg("engines")).exits(0);
}

#[test]
fn a_bundle_is_run_and_inspected() {
    let bundle = crate::harness::bundle();
    let mut command = with_library();
    command.args(["inspect", "--run", "--engine", "ort", "--format", "json"]).arg(&bundle);
    let document = run(&mut command).exits(0).json();
    let execution = &document["payload"]["execution"];
    assert_eq!(execution["engine"], "ort");
    assert_eq!(execution["nodes"]["all"], execution["nodes"]["on_provider"]);
    let test = &document["payload"]["self_test_execution"];
    assert!(test["largest_difference"].as_f64() <= test["tolerance"].as_f64());
    let ran = run(with_library().args(["inspect", "--run"]).arg(&bundle)).exits(0);
    assert!(ran.out.contains("Ran") && ran.out.contains("self-test to"), "{}", ran.out);
    // Naming an engine asks for a run.
    let ran = run(with_library().args(["inspect", "--engine", "ort"]).arg(&bundle)).exits(0);
    assert!(ran.out.contains("Ran"), "{}", ran.out);
    let plain = run(with_library().args(["inspect", "--format", "json"]).arg(&bundle)).exits(0);
    assert!(plain.json()["payload"].get("execution").is_none());
}

#[test]
fn a_prepared_graph_is_kept_and_made_anew_when_it_is_damaged() {
    let folder = Folder::new();
    let cache = folder.path().join("new/cache");
    let arguments = ["--engine", "ort", "--cache", cache.to_str().unwrap()];
    let plain = answers(&score(&mut with_library(), &["--engine", "ort"]));
    assert_eq!(answers(&score(&mut with_library(), &arguments)), plain);
    let files = || -> Vec<_> {
        fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let kept = files();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let whole = fs::read(&kept[0]).unwrap();
    assert_eq!(answers(&score(&mut with_library(), &arguments)), plain);
    assert_eq!(fs::read(&kept[0]).unwrap(), whole);

    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    // Whole, but of another graph.
    let mut foreign = whole.clone();
    foreign.truncate(32 + 100);
    for damaged in
        [flipped, whole[..1000].to_vec(), Vec::new(), b"something else".to_vec(), foreign]
    {
        fs::write(&kept[0], damaged).unwrap();
        assert_eq!(answers(&score(&mut with_library(), &arguments)), plain);
        assert_eq!(fs::read(&kept[0]).unwrap(), whole);
        assert_eq!(files(), kept);
    }
    // Where no folder can be, nothing is kept, and nothing is lost.
    let file = folder.file("file", "");
    let nowhere = file.join("cache");
    let arguments = ["--engine", "ort", "--cache", nowhere.to_str().unwrap()];
    assert_eq!(answers(&score(&mut with_library(), &arguments)), plain);
}
