//! Tasks that do not apply, because of what others answer.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use slap_edge::model::{Bundle, Class, Group, Need, Sha256, Task};

use crate::harness::{Folder, bare, bundle, data, run};

/// A copy of the bundle with tasks that answer the same to every recording.
///
/// The speaker is always called a woman, and nothing is ever quiet or noisy.
fn needing(folder: &Folder) -> PathBuf {
    let mut pack = Bundle::open(bundle()).unwrap().prompt_pack().clone();
    let need = |task: &str, class: &str| Need { task: task.into(), class: class.into() };
    let task = |name: &str, title: &str, classes: [&str; 2], bias: f32, needs| Task {
        name: name.into(),
        title: title.into(),
        classes: vec![
            Class { name: classes[0].into(), prompts: vec![0], bias },
            Class { name: classes[1].into(), prompts: vec![0], bias: 0.0 },
        ],
        temperature: 1.0,
        minimum_probability: 0.9,
        group: Some(Group { name: name[..1].into(), title: format!("Group {}", &name[..1]) }),
        usual: None,
        needs,
    };
    pack.tasks = vec![
        task("s_man", "Men", ["light", "deep"], 9.0, vec![vec![need("s_sex", "male")]]),
        task("s_sex", "Sex", ["female", "male"], 9.0, vec![]),
        task("n_noise", "Noise", ["noisy", "quiet"], 0.0, vec![]),
        task("n_kind", "Kind", ["hum", "hiss"], 9.0, vec![vec![need("n_noise", "noisy")]]),
        task(
            "z_none",
            "None",
            ["a", "b"],
            9.0,
            vec![
                vec![need("s_sex", "female")],
                vec![need("s_sex", "male"), need("n_kind", "hiss")],
            ],
        ),
    ];
    let folder = folder.copy_of_bundle();
    let bytes = pack.write().unwrap();
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let name = manifest["prompts"].as_str().unwrap().to_owned();
    manifest["files"][&name] =
        json!({"bytes": bytes.len(), "sha256": Sha256::of(&bytes).to_string()});
    fs::write(folder.join(name), bytes).unwrap();
    fs::write(&path, manifest.to_string()).unwrap();
    folder
}

#[test]
fn what_does_not_apply_is_told_in_every_form() {
    let folder = Folder::new();
    let bundle = needing(&folder);
    let slap = |command: &str, args: &[&str]| {
        let mut slap = bare();
        slap.arg(command).arg("--bundle").arg(&bundle).args(args);
        slap
    };
    let score =
        |args: &[&str]| run(slap("score", args).arg(data("voice.flac"))).exits(0).quietly();

    let found = score(&["--format", "json", "--segments"]).json();
    let found = &found["payload"]["scores"][0];
    let last = found["timeline"]["segments"].as_array().unwrap().last().unwrap();
    for tasks in [&found["tasks"], &last["tasks"]] {
        let certainties: Vec<&str> = tasks
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["certainty"].as_str().unwrap())
            .collect();
        let hidden = "not_applicable";
        assert_eq!(certainties, [hidden, "answered", "unsure", "answered", hidden]);
        let because =
            |class: &str| json!({"task": "s_sex", "class": class, "answer": "female"});
        assert_eq!(tasks[0]["needs"], json!([because("male")]));
        let kind = json!({"task": "n_kind", "class": "hiss", "answer": "hum"});
        assert_eq!(tasks[4]["needs"], json!([because("male"), kind]));
        for task in [&tasks[0], &tasks[4]] {
            assert_eq!((&task["answer"], &task["probability"]), (&Value::Null, &Value::Null));
            assert_eq!(task["classes"], json!([]));
        }
        assert!(tasks[1].get("needs").is_none(), "{}", tasks[1]);
    }
    let events = found["timeline"]["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["task"] == "s_sex"), "{events:?}");
    assert!(!events.iter().any(|event| event["task"] == "s_man"), "{events:?}");

    // In short it is left out, with its group if nothing is left of that.
    let short = score(&[]).out;
    assert!(short.contains("Sex") && !short.contains("Men"), "{short}");
    assert!(!short.contains("does not apply") && !short.contains("Group z"), "{short}");
    let all = score(&["--all"]).out;
    assert!(all.contains("  Men    does not apply (Sex: female)\n"), "{all}");
    assert!(all.contains("  None   does not apply (Sex: female, Kind: hum)\n"), "{all}");
    // What it needs is worked out even where only the task itself is asked for.
    let alone = score(&["--task", "s_man"]).out;
    assert!(alone.contains("Men  does not apply (Sex: female)\n"), "{alone}");
    assert!(!alone.contains("99 %"), "{alone}");

    let page = folder.path().join("page.html");
    run(slap("report", &["--all", "--output"]).arg(&page).arg(data("voice.flac"))).exits(0);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(">does not apply<") && page.contains(">Sex: female<"));
    run(slap("report", &["-o"]).arg(folder.path().join("a.svg")).arg(data("voice.flac")))
        .exits(0);
    let short = fs::read_to_string(folder.path().join("a.svg")).unwrap();
    assert!(!short.contains("does not apply") && short.contains(">female<"));

    let mut list = bare();
    list.args(["prompts", "list", "--bundle"]).arg(&bundle);
    let listed = run(&mut list).exits(0).out;
    assert!(listed.contains("needs"), "{listed}");
    assert!(listed.contains("Sex: male or Kind: hiss\n"), "{listed}");
    let listed = run(list.args(["--format", "json"])).exits(0).json();
    let needs = |place: usize| listed["payload"]["tasks"][place]["needs"].clone();
    assert_eq!(needs(0), json!([[{"task": "s_sex", "class": "male"}]]));
    assert_eq!(needs(1), json!([]));
}
