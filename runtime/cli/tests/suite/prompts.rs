//! Sentences: scored, embedded, packed; and those that cannot be.

use std::fs;

use crate::harness::{Folder, data, run, slap};

#[test]
fn a_sentence_is_ranked_among_reference_voices() {
    let voice = data("voice.flac");
    let ran = run(slap()
        .args(["score", "--no-tasks", "--prompt", "a man speaks", "--prompt", "a whisper"])
        .args(["--format", "json"])
        .arg(&voice))
    .exits(0)
    .quietly();
    let document = ran.json();
    let score = &document["payload"]["scores"][0];
    assert_eq!(score["tasks"].as_array().unwrap().len(), 0);
    let prompts = score["prompts"].as_array().unwrap();
    assert_eq!(prompts.len(), 2);
    assert_eq!(prompts[0]["prompt"], "a man speaks");
    for prompt in prompts {
        assert!((-1.0..=1.0).contains(&prompt["cosine"].as_f64().unwrap()));
        assert!((0.0..=100.0).contains(&prompt["percentile"].as_f64().unwrap()));
    }

    let human =
        run(slap().args(["score", "--no-tasks", "-p", "a man speaks"]).arg(&voice)).exits(0);
    assert!(human.out.contains("“a man speaks”"), "{}", human.out);
    assert!(human.out.contains("reference voices"), "{}", human.out);
}

#[test]
fn sentences_that_cannot_be_used() {
    let long = "hoarse ".repeat(10_000 / 7 + 1);
    for (sentence, parts) in [
        ("", &["expected a sentence", "without words"][..]),
        ("   ", &["expected a sentence", "without words"]),
        (&long, &["at most", "tokens", "shorten"]),
        ("ከድምፅ ጋር የሚናገር ሰው", &["unknown"]),
    ] {
        for arguments in [
            &["score", "--prompt", sentence, "voice.flac"][..],
            &["prompts", "embed", sentence],
        ] {
            let ran = run(slap().current_dir(data("")).args(arguments));
            let ran = ran.exits(2).says(parts);
            assert_eq!(ran.out, "");
            assert!(ran.err.chars().count() < 400, "the error repeats the prompt");
        }
    }
}

#[test]
fn embed_prints_a_unit_vector() {
    let ran = run(slap().args(["prompts", "embed", "a calm voice"])).exits(0).quietly();
    let document = ran.json();
    let payload = &document["payload"];
    assert_eq!(payload["prompts"][0]["text"], "a calm voice");
    let embedding = payload["prompts"][0]["embedding"].as_array().unwrap();
    assert_eq!(embedding.len() as u64, payload["dim"].as_u64().unwrap());
    let norm: f64 = embedding.iter().map(|value| value.as_f64().unwrap().powi(2)).sum();
    assert!((norm - 1.0).abs() < 1e-4, "{norm}");
}

#[test]
fn a_pack_is_written_extended_listed_and_scored() {
    let folder = Folder::new();
    let pack = folder.path().join("mine.safetensors");
    let add = |sentences: &[&str]| {
        run(slap().args(["prompts", "add", "--output"]).arg(&pack).args(sentences)).exits(0)
    };
    let ran = add(&["a calm voice", "a nervous voice"]).says(&["2 sentences added, 2 in all"]);
    assert_eq!(ran.out, "");
    add(&["a calm voice", "a bored voice"]).says(&["1 sentence added, 3 in all", "already"]);

    let listed = run(slap().args(["prompts", "list", "--format", "json"]).arg(&pack)).exits(0);
    let document = listed.json();
    assert_eq!(document["payload"]["name"], "mine");
    let free = serde_json::json!(["a calm voice", "a nervous voice", "a bored voice"]);
    assert_eq!(document["payload"]["free"], free);

    // A packed sentence answers as the sentence itself does, up to half precision.
    let voice = data("voice.flac");
    let json = ["--no-tasks", "--format", "json"];
    let packed =
        run(slap().args(["score", "--prompts"]).arg(&pack).args(json).arg(&voice)).exits(0);
    let direct =
        run(slap().args(["score", "--prompt", "a calm voice"]).args(json).arg(&voice)).exits(0);
    let first =
        |ran: &crate::harness::Ran| ran.json()["payload"]["scores"][0]["prompts"][0].take();
    assert_eq!(first(&packed), first(&direct));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "more than the named output was written: {left:?}");
}

#[test]
fn packs_that_cannot_be_used() {
    let folder = Folder::new();
    let voice = data("voice.flac");
    let text = folder.file("notes.txt", "a calm voice");
    run(slap().args(["score", "--prompts"]).arg(&text).arg(&voice))
        .exits(2)
        .says(&["notes.txt", "expected a safetensors file"]);
    run(slap().args(["score", "--prompts", "/no/pack"]).arg(&voice))
        .exits(2)
        .says(&["/no/pack"]);
    // Adding must not replace what is not a pack.
    run(slap().args(["prompts", "add", "a calm voice", "--output"]).arg(&text))
        .exits(2)
        .says(&["notes.txt"]);
    assert_eq!(fs::read_to_string(&text).unwrap(), "a calm voice");
    run(slap().args(["prompts", "add", "a calm voice", "--output", "/no/such/folder/p"]))
        .exits(2)
        .says(&["/no/such/folder/p"]);
}

#[test]
fn a_pack_of_another_tower_is_refused() {
    let folder = Folder::new();
    let pack = folder.path().join("mine.safetensors");
    run(slap().args(["prompts", "add", "a calm voice", "--output"]).arg(&pack)).exits(0);
    // The tower is named in the metadata: another digit makes it another tower.
    let mut bytes = fs::read(&pack).unwrap();
    let key = b"tower_sha256\":\"";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(&pack, bytes).unwrap();
    run(slap().args(["score", "--prompts"]).arg(&pack).arg(data("voice.flac")))
        .exits(2)
        .says(&["mine.safetensors", "tower", "embed the prompts again"]);
}

#[test]
fn list_shows_every_task_with_its_sentences() {
    let json = run(slap().args(["prompts", "list", "--format", "json"])).exits(0).json();
    let human = run(slap().args(["prompts", "list"])).exits(0).quietly();
    let tasks = json["payload"]["tasks"].as_array().unwrap();
    assert!(!tasks.is_empty());
    for task in tasks {
        assert!(human.out.contains(task["title"].as_str().unwrap()));
        for class in task["classes"].as_array().unwrap() {
            assert!(human.out.contains(class["class"].as_str().unwrap()));
        }
    }
}

#[test]
fn tasks_are_chosen_by_name() {
    let names: Vec<String> = run(slap().args(["prompts", "list", "--format", "json"]))
        .exits(0)
        .json()["payload"]["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["task"].as_str().unwrap().to_owned())
        .collect();
    let voice = data("voice.flac");
    let ran = run(slap().args(["score", "--task", &names[1], "--format", "json"]).arg(&voice));
    let document = ran.exits(0).json();
    let tasks = document["payload"]["scores"][0]["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["task"], names[1].as_str());

    run(slap().args(["score", "--task", "no-such-task"]).arg(&voice)).exits(2).says(&[
        "no-such-task",
        &names[0],
        &names[1],
    ]);
}
