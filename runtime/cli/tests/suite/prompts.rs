//! Sentences: scored, embedded, packed; and those that cannot be.

use std::fs;
use std::path::Path;

use crate::harness::{Folder, bare, bundle, data, person, run, slap, student};

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
fn a_sentence_is_read_as_things_the_bundle_knows() {
    let sentences = ["someone is whispering", "quantum field theory"];
    let ran =
        run(slap().args(["prompts", "read", "--format", "json"]).args(sentences)).exits(0);
    let document = ran.quietly().json();
    let prompts = &document["payload"]["prompts"];
    assert_eq!(prompts[0]["known"], true);
    assert_eq!(prompts[0]["said"][0]["text"], "it is whispered");
    assert_eq!(prompts[1]["known"], false);

    let ran = run(slap().args(["prompts", "read"]).args(sentences)).exits(0);
    assert!(ran.out.contains("%  it is whispered"), "{}", ran.out);
    assert!(ran.out.contains("nothing that this bundle knows"), "{}", ran.out);
}

#[test]
fn a_sentence_about_something_else_is_told_of() {
    let ran = run(slap()
        .args(["score", "--no-tasks", "-p", "quantum field theory"])
        .args(["-p", "someone is whispering"])
        .arg(data("voice.flac")))
    .exits(0)
    .says(&["warning: “quantum field theory” says nothing that this bundle knows"]);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
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
    let ran = add(&["a calm voice", "a hoarse voice"]).says(&["2 sentences added, 2 in all"]);
    assert_eq!(ran.out, "");
    add(&["a calm voice", "a breathy voice"]).says(&["1 sentence added, 3 in all", "already"]);

    let listed = run(slap().args(["prompts", "list", "--format", "json"]).arg(&pack)).exits(0);
    let document = listed.json();
    assert_eq!(document["payload"]["name"], "mine");
    let free = serde_json::json!(["a calm voice", "a hoarse voice", "a breathy voice"]);
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
fn a_bundle_is_never_written_to() {
    let folder = Folder::new();
    let bundle = folder.copy_of_bundle();
    let before = fs::read(bundle.join("prompts.safetensors")).unwrap();
    for name in ["prompts.safetensors", "mine.safetensors", "golden/mine", "manifest.json"] {
        for using in [bundle.clone(), crate::harness::bundle()] {
            let path = bundle.join("golden/..").join(name);
            run(bare()
                .args(["prompts", "add", "a calm voice", "--bundle"])
                .arg(using)
                .arg("--output")
                .arg(&path))
            .exits(2)
            .says(&["expected a pack outside the bundle", name]);
        }
    }
    assert_eq!(fs::read(bundle.join("prompts.safetensors")).unwrap(), before);
    run(bare().arg("inspect").arg(&bundle)).exits(0);
    // A relative name is relative to the bundle where that is the current folder.
    run(bare().current_dir(&bundle).args([
        "prompts",
        "add",
        "a calm voice",
        "--bundle",
        ".",
        "-o",
        "mine",
    ]))
    .exits(2)
    .says(&["expected a pack outside the bundle"]);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_of_a_pack_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = Folder::new();
    let add = |name: &str, sentence: &str| {
        run(slap().current_dir(folder.path()).args(["prompts", "add", "-o", name, sentence]))
    };
    add("pack", "a calm voice").exits(0);
    let pack = folder.path().join("pack");
    fs::set_permissions(&pack, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("pack", folder.path().join("link")).unwrap();
    // A file of that name belongs to somebody else.
    let other = folder.file("pack.partial", "precious");
    add("link", "a breathy voice").exits(0).says(&["extended link", "2 in all"]);
    assert!(folder.path().join("link").is_symlink());
    assert!(!pack.is_symlink());
    assert_eq!(fs::metadata(&pack).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(other).unwrap(), "precious");
    run(slap().args(["prompts", "list"]).arg(&pack)).exits(0);

    symlink("nowhere", folder.path().join("dangling")).unwrap();
    add("dangling", "a calm voice").exits(2).says(&["dangling"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[test]
fn no_sentence_is_lost_between_two_programs() {
    let folder = Folder::new();
    let pack = folder.path().join("pack");
    let sentences: Vec<String> = (0..4).map(|i| format!("voice number {i}")).collect();
    let running: Vec<_> = sentences
        .iter()
        .map(|sentence| {
            slap()
                .args(["prompts", "add", sentence, "--output"])
                .arg(&pack)
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut added = Vec::new();
    for (sentence, program) in sentences.iter().zip(running) {
        let output = program.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => added.push(sentence.as_str()),
            code => {
                assert!(code == Some(2) && said.contains("run the command again"), "{said}")
            }
        }
    }
    let listed = run(slap().args(["prompts", "list", "--format", "json"]).arg(&pack)).exits(0);
    let mut free: Vec<String> =
        serde_json::from_value(listed.json()["payload"]["free"].take()).unwrap();
    free.sort_unstable();
    assert_eq!(free, added);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_pack_is_a_regular_file() {
    let voice = data("voice.flac");
    for device in ["/dev/zero", "/dev/null"] {
        let expected = [device, "expected a regular file, got a device or a pipe"];
        run(slap().args(["score", "--prompts", device]).arg(&voice)).exits(2).says(&expected);
        run(slap().args(["prompts", "list", device])).exits(2).says(&expected);
        run(slap().args(["prompts", "add", "a calm voice", "-o", device]))
            .exits(2)
            .says(&expected);
    }
    let folder = Folder::new();
    run(slap().args(["prompts", "add", "a calm voice", "-o"]).arg(folder.path()))
        .exits(2)
        .says(&["expected a regular file, got a folder"]);
}

/// Makes `pack` one of another tower, of which it names the digest: by another digit.
fn rename_tower(pack: &Path) {
    let mut bytes = fs::read(pack).unwrap();
    let key = b"tower_sha256\":\"";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(pack, bytes).unwrap();
}

#[test]
fn a_pack_of_another_tower_is_refused() {
    let folder = Folder::new();
    let pack = folder.path().join("mine.safetensors");
    run(slap().args(["prompts", "add", "a calm voice", "--output"]).arg(&pack)).exits(0);
    rename_tower(&pack);
    run(slap().args(["score", "--prompts"]).arg(&pack).arg(data("voice.flac")))
        .exits(2)
        .says(&["mine.safetensors", "tower", "embed the prompts again"]);
}

/// The percentile of the only sentence of `pack` in a recording.
fn rank(bundle: &Path, pack: &Path, recording: &Path) -> f64 {
    let ran = run(bare()
        .args(["score", "--no-tasks", "--format", "json", "--bundle"])
        .arg(bundle)
        .arg("--prompts")
        .arg(pack)
        .arg(recording));
    let document = ran.exits(0).json();
    let prompts = document["payload"]["scores"][0]["prompts"].as_array().unwrap();
    assert_eq!(prompts.len(), 1);
    prompts[0]["percentile"].as_f64().unwrap()
}

#[test]
fn a_student_takes_the_packs_of_its_teacher() {
    let folder = Folder::new();
    let pack = folder.path().join("mine.safetensors");
    run(slap().args(["prompts", "add", "a hoarse voice", "--output"]).arg(&pack)).exits(0);
    let made = fs::read(&pack).unwrap();
    for bundle in [bundle(), student()] {
        let [hoarse, woman] =
            ["hoarse", "woman"].map(|name| rank(&bundle, &pack, &person(name)));
        let bundle = bundle.display();
        assert!(hoarse > 75.0 && woman < hoarse, "{hoarse} and {woman} with {bundle}");
    }
    // Beside the student's own tasks, too.
    let ran = run(bare()
        .args(["score", "--format", "json", "--bundle"])
        .arg(student())
        .arg("--prompts")
        .arg(&pack)
        .arg(person("hoarse")));
    let document = ran.exits(0).json();
    let score = &document["payload"]["scores"][0];
    assert!(score["tasks"].as_array().unwrap().len() > 40);
    assert_eq!(score["prompts"][0]["prompt"], "a hoarse voice");
    assert_eq!(fs::read(&pack).unwrap(), made);
}

#[test]
fn packs_go_from_a_teacher_to_its_student_only() {
    let voice = data("voice.flac");
    let theirs = student().join("prompts.safetensors");
    run(slap().args(["prompts", "list"]).arg(&theirs)).exits(2).says(&[
        "expected embeddings for the tower",
        "got some for",
        "with this bundle",
    ]);
    run(slap().args(["score", "--prompts"]).arg(&theirs).arg(&voice))
        .exits(2)
        .says(&["cannot be used", "embed the prompts again with this bundle"]);

    let folder = Folder::new();
    let pack = folder.path().join("strange.safetensors");
    run(slap().args(["prompts", "add", "a calm voice", "--output"]).arg(&pack)).exits(0);
    rename_tower(&pack);
    run(bare()
        .args(["score", "--bundle"])
        .arg(student())
        .arg("--prompts")
        .arg(&pack)
        .arg(&voice))
    .exits(2)
    .says(&["or for", "of slap-voice-small", "embed the prompts again with slap-voice-small"]);
}

#[test]
fn a_student_without_a_text_tower_says_whose_packs_it_takes() {
    let folder = Folder::new();
    let pack = folder.path().join("mine.safetensors");
    let says = ["a text tower", "use a pack made with slap-voice-small"];
    run(bare()
        .args(["prompts", "add", "a calm voice", "--output"])
        .arg(&pack)
        .arg("--bundle")
        .arg(student()))
    .exits(2)
    .says(&says);
    assert!(!pack.exists());
    run(bare()
        .args(["score", "--prompt", "a calm voice", "--bundle"])
        .arg(student())
        .arg(data("voice.flac")))
    .exits(2)
    .says(&says);
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
