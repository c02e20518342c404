//! Reading, writing and merging prompt packs.

use half::f16;
use proptest::prelude::*;
use serde_json::json;
use slap_model::json::JsonError;
use slap_model::{Background, Fit, Group, Need, PackError, PromptPack, Sha256, Space, Task};

use crate::draft::{DIM, axes, pack, safetensors, tensors};

fn tower() -> Sha256 {
    Sha256::of(b"a tower")
}

fn read(bytes: &[u8]) -> Result<PromptPack, PackError> {
    PromptPack::read(bytes, tower(), DIM)
}

fn raw(prompts: &str, tasks: &str) -> Vec<u8> {
    tensors(
        "slap-edge-prompts",
        tower(),
        &[("name", "raw"), ("prompts", prompts), ("tasks", tasks)],
    )
}

const PROMPTS: &str = r#"["one","two","three"]"#;

/// A task between prompts `a` and `b`, its other values spoilt by `change`.
fn task(a: usize, b: usize, key: &str, value: serde_json::Value) -> String {
    let mut task = json!({
        "name": "t", "title": "T", "temperature": 1.0, "minimum_probability": 0.5,
        "classes": [
            {"name": "a", "prompts": [a], "bias": 0.0},
            {"name": "b", "prompts": [b], "bias": 0.0},
        ],
    });
    task[key] = value;
    json!([task]).to_string()
}

#[test]
fn what_is_written_is_read_back_and_is_always_the_same() {
    let pack = pack(tower());
    let bytes = pack.write().unwrap();
    assert_eq!(read(&bytes).unwrap(), pack);
    assert_eq!(bytes, pack.clone().write().unwrap());
    assert_eq!(pack.free_prompts(), [2]);
    assert_eq!(pack.row(1), Some(&axes()[DIM..2 * DIM]));
    assert_eq!(pack.row(3), None);
    assert_eq!(pack.row(usize::MAX), None);
    assert_eq!(pack.task("roughness").unwrap().title, "Roughness");
    let error = pack.task("tremor").unwrap_err();
    assert_eq!(error.to_string(), "expected a task named roughness, got `tremor`");
    let empty = PromptPack::new("mine", tower(), DIM);
    assert_eq!(read(&empty.write().unwrap()).unwrap(), empty);
}

#[test]
fn tasks_are_listed_by_their_groups() {
    let mut pack = pack(tower());
    let of = |name: &str, group: Option<&str>| Task {
        name: name.into(),
        group: group.map(|it| Group { name: it.into(), title: it.to_uppercase() }),
        ..pack.tasks[0].clone()
    };
    pack.tasks =
        vec![of("a", Some("x")), of("b", None), of("c", Some("y")), of("d", Some("x"))];
    let pack = read(&pack.write().unwrap()).unwrap();
    let titles: Vec<&str> = pack.groups().iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["X", "Y"]);
    let names = |group| -> Vec<&str> { pack.tasks_in(group).map(|it| &*it.name).collect() };
    assert_eq!(names(Some("x")), ["a", "d"]);
    assert_eq!(names(None), ["b"]);
    assert!(names(Some("z")).is_empty());
}

#[test]
fn a_group_has_a_name_and_what_is_usual_is_an_answer() {
    let refused = |key: &str, value: serde_json::Value| match read(&raw(
        PROMPTS,
        &task(0, 1, key, value),
    )) {
        Err(PackError::Task { expected, .. }) => expected,
        other => panic!("{key}: {other:?}"),
    };
    let group = |name: &str, title: &str| json!({"name": name, "title": title});
    read(&raw(PROMPTS, &task(0, 1, "group", group("x", "X")))).unwrap();
    read(&raw(PROMPTS, &task(0, 1, "usual", json!("b")))).unwrap();
    assert_eq!(refused("group", group("", "X")), "a group with a name and a title");
    assert_eq!(refused("group", group("x", " ")), "a group with a name and a title");
    assert_eq!(refused("usual", json!("c")), "its usual answer among its classes");
    let unknown = json!({"name": "x", "title": "X", "order": 1});
    assert!(matches!(
        read(&raw(PROMPTS, &task(0, 1, "group", unknown))),
        Err(PackError::Json(_))
    ));
}

/// A pack of tasks called by their letters, with the answers `yes` and `no`, that need what
/// is said of them.
fn needing(tasks: &[(&str, serde_json::Value)]) -> Vec<u8> {
    let of = |(name, needs): &(&str, serde_json::Value)| {
        json!({
            "name": name, "title": name.to_uppercase(), "temperature": 1.0,
            "minimum_probability": 0.5, "needs": needs,
            "classes": [
                {"name": "yes", "prompts": [0], "bias": 0.0},
                {"name": "no", "prompts": [1], "bias": 0.0},
            ],
        })
    };
    let tasks: Vec<serde_json::Value> = tasks.iter().map(of).collect();
    raw(PROMPTS, &json!(tasks).to_string())
}

fn need(task: &str, class: &str) -> serde_json::Value {
    json!({"task": task, "class": class})
}

#[test]
fn needs_are_read_and_written_and_put_in_order() {
    let pack = read(&needing(&[
        ("a", json!([[need("b", "yes")], [need("c", "no"), need("d", "no")]])),
        ("b", json!([[need("d", "yes")]])),
        ("c", json!([])),
        ("d", json!([])),
    ]))
    .unwrap();
    let wanted = Need { task: "d".into(), class: "no".into() };
    assert_eq!(pack.tasks[0].needs[1][1], wanted);
    assert_eq!(pack.by_needs().unwrap(), [2, 3, 1, 0]);
    let bytes = pack.write().unwrap();
    assert_eq!(read(&bytes).unwrap(), pack);

    // What needs nothing is written as before.
    let without = crate::draft::pack(tower()).write().unwrap();
    assert!(!String::from_utf8_lossy(&without).contains("needs"));
    let mut merged = PromptPack::new("mine", tower(), DIM);
    merged.merge(&pack, None).unwrap();
    assert_eq!(merged.tasks[0].needs, pack.tasks[0].needs);
    merged.merge(&crate::draft::pack(tower()), None).unwrap();
    assert_eq!(merged.by_needs().unwrap(), [2, 3, 1, 0, 4]);
    assert_eq!(read(&merged.write().unwrap()).unwrap(), merged);
}

#[test]
fn needs_that_cannot_be_met_are_refused() {
    let refused = |tasks: &[(&str, serde_json::Value)]| {
        let error = read(&needing(tasks)).unwrap_err();
        assert!(matches!(error, PackError::Task { .. }), "{error:?}");
        error.to_string()
    };
    let b = || ("b", json!([]));
    for (needs, expected) in [
        (
            json!([[need("z", "yes")]]),
            "expected task `a` to have needs of tasks in this pack, got `z`",
        ),
        (
            json!([[need("b", "maybe")]]),
            "expected task `a` to have needs of the answers yes, no of `b`, got `maybe`",
        ),
        (
            json!([[]]),
            "expected task `a` to have an answer in every need, got a need without any",
        ),
        (
            json!([[need("b", "yes"), need("b", "yes")]]),
            "expected task `a` to have different answers in every need, got `b`: `yes` twice \
             in one",
        ),
        (
            json!([[need("b", "yes"), need("b", "no")], [need("b", "no"), need("b", "yes")]]),
            "expected task `a` to have different needs, got the same one twice",
        ),
        (
            json!([[need("a", "yes")]]),
            "expected task `a` to have needs that do not lead back to it, got `a`, which needs \
             `a`",
        ),
    ] {
        assert_eq!(refused(&[("a", needs), b()]), expected);
    }
    // The task that only waits for a circle is not part of it.
    assert_eq!(
        refused(&[
            ("a", json!([[need("b", "yes")]])),
            ("b", json!([[need("d", "yes"), need("c", "yes")]])),
            ("c", json!([[need("b", "no")]])),
            ("d", json!([])),
        ]),
        "expected task `b` to have needs that do not lead back to it, got `b`, which needs `c`, \
         which needs `b`"
    );
    for (needs, path) in [
        (json!([{"task": "b", "class": "yes"}]), "tasks[0].needs[0]"),
        (json!([[{"task": "b"}]]), "tasks[0].needs[0][0].class"),
        (json!([[{"task": "b", "class": "yes", "not": true}]]), "tasks[0].needs[0][0].not"),
    ] {
        let error = read(&needing(&[("a", needs), b()])).unwrap_err();
        assert!(matches!(error, PackError::Json(_)), "{error:?}");
        assert!(error.to_string().contains(path), "{error}");
    }
    let mut spoilt = crate::draft::pack(tower());
    spoilt.tasks[0].needs = vec![vec![Need { task: "roughness".into(), class: "x".into() }]];
    assert!(matches!(spoilt.write(), Err(PackError::Task { .. })));
    let mut mine = PromptPack::new("mine", tower(), DIM);
    assert!(matches!(mine.merge(&spoilt, None), Err(PackError::Task { .. })));
    assert!(mine.tasks.is_empty());
}

#[test]
fn a_long_chain_of_needs_is_no_trouble() {
    let names: Vec<String> = (0..20_000).map(|i| format!("t{i}")).collect();
    let mut pack = crate::draft::pack(tower());
    let plain = pack.tasks.remove(0);
    for (index, name) in names.iter().enumerate() {
        // The last needs nothing, or the first.
        let next = &names[(index + 1) % names.len()];
        let need = Need { task: next.clone(), class: "calm".into() };
        pack.tasks.push(Task { name: name.clone(), needs: vec![vec![need]], ..plain.clone() });
    }
    assert!(matches!(pack.by_needs(), Err(PackError::Task { .. })));
    pack.tasks[names.len() - 1].needs.clear();
    let order = pack.by_needs().unwrap();
    assert!(order.iter().rev().copied().eq(0..names.len()));
}

#[test]
fn each_wrong_container_has_its_name() {
    let metadata = |format: &str, version: &str, tower: &str| {
        json!({"format": format, "version": version, "tower_sha256": tower, "name": "x",
               "prompts": PROMPTS, "tasks": "[]"})
        .to_string()
    };
    let digest = tower().to_string();
    let good = metadata("slap-edge-prompts", "1", &digest);
    let rows: Vec<u8> = axes().iter().flat_map(|v| v.to_le_bytes()).collect();
    let with = |metadata: &str| safetensors(metadata, "embeddings", "F16", &[DIM, DIM], &rows);
    read(&with(&good)).unwrap();

    assert!(matches!(read(b""), Err(PackError::Container { .. })));
    assert!(matches!(read(b"RIFF not a pack at all"), Err(PackError::Container { .. })));
    let whole = with(&good);
    assert!(matches!(read(&whole[..whole.len() - 1]), Err(PackError::Container { .. })));
    assert_eq!(
        read(&with(&metadata("slap-edge-background", "1", &digest))),
        Err(PackError::UnknownFormat {
            expected: "slap-edge-prompts",
            got: "slap-edge-background".into()
        })
    );
    assert_eq!(
        read(&with(&metadata("slap-edge-prompts", "2", &digest))),
        Err(PackError::FutureVersion { expected: 1, got: 2 })
    );
    let got = Sha256::of(b"another");
    assert_eq!(
        read(&with(&metadata("slap-edge-prompts", "1", &got.to_string()))),
        Err(PackError::WrongTower { expected: Box::new(tower().into()), got })
    );
    for key in ["format", "version", "tower_sha256", "name", "prompts", "tasks"] {
        let mut metadata: serde_json::Value = serde_json::from_str(&good).unwrap();
        metadata.as_object_mut().unwrap().remove(key);
        assert_eq!(
            read(&with(&metadata.to_string())),
            Err(PackError::Json(JsonError::MissingKey { key: key.into() }))
        );
    }
    let mut metadata: serde_json::Value = serde_json::from_str(&good).unwrap();
    metadata["colour"] = "red".into();
    assert!(matches!(
        read(&with(&metadata.to_string())),
        Err(PackError::Json(JsonError::UnknownKey { key, .. })) if key == "colour"
    ));
    assert!(matches!(
        read(&safetensors(&good, "rows", "F16", &[DIM, DIM], &rows)),
        Err(PackError::Tensor { got, .. }) if got == "[rows]"
    ));
    assert!(matches!(
        read(&safetensors(&good, "embeddings", "BF16", &[DIM, DIM], &rows)),
        Err(PackError::Tensor { got, .. }) if got == "BF16"
    ));
    assert!(matches!(
        read(&safetensors(&good, "embeddings", "F16", &[DIM * DIM], &rows)),
        Err(PackError::Tensor { .. })
    ));
    assert!(matches!(
        read(&safetensors(&good, "embeddings", "F16", &[1, DIM * DIM], &rows)),
        Err(PackError::Dimension { expected: DIM, got: 9, .. })
    ));
}

#[test]
fn rows_are_unit_and_texts_are_not_empty() {
    let with = |row: usize, value: f32| {
        let mut pack = pack(tower());
        pack.embeddings[row * DIM + row] = f16::from_f32(value);
        pack.write()
    };
    assert_eq!(with(1, f32::NAN), Err(PackError::NotFinite { row: 1 }));
    assert_eq!(with(2, f32::INFINITY), Err(PackError::NotFinite { row: 2 }));
    assert!(matches!(with(0, 1.02), Err(PackError::NotUnit { row: 0, .. })));
    assert!(matches!(with(0, 0.0), Err(PackError::NotUnit { row: 0, norm: 0.0 })));
    with(0, 1.005).unwrap();
    assert_eq!(
        read(&raw(r#"["one"," ","three"]"#, "[]")),
        Err(PackError::EmptyText { row: 1 })
    );
    assert!(matches!(
        read(&raw(r#"["one","two"]"#, "[]")),
        Err(PackError::Dimension { expected: 2, got: 3, .. })
    ));
}

#[test]
fn tasks_can_be_scored() {
    let title = json!("T");
    read(&raw(PROMPTS, &task(0, 2, "title", title.clone()))).unwrap();
    assert_eq!(
        read(&raw(PROMPTS, &task(0, 3, "title", title))),
        Err(PackError::PromptOutOfRange {
            task: "t".into(),
            class: "b".into(),
            expected: 3,
            got: 3
        })
    );
    for (key, value) in [
        ("temperature", json!(0)),
        ("temperature", json!(-1)),
        ("temperature", json!(9e-5)),
        ("temperature", json!(3e38)),
        ("minimum_probability", json!(1.5)),
        ("name", json!(" ")),
        ("classes", json!([])),
        ("classes", json!([{"name": "a", "prompts": [0], "bias": 0}])),
        (
            "classes",
            json!([{"name": "a", "prompts": [0], "bias": 3e38},
                           {"name": "b", "prompts": [1], "bias": 0}]),
        ),
        (
            "classes",
            json!([{"name": "a", "prompts": [0], "bias": 0},
                           {"name": "b", "prompts": [1], "bias": -100.5}]),
        ),
        (
            "classes",
            json!([{"name": "a", "prompts": [0], "bias": 0},
                           {"name": "b", "prompts": [], "bias": 0}]),
        ),
        (
            "classes",
            json!([{"name": "a", "prompts": [0], "bias": 0},
                           {"name": "a", "prompts": [1], "bias": 0}]),
        ),
    ] {
        let error = read(&raw(PROMPTS, &task(0, 1, key, value.clone()))).unwrap_err();
        assert!(matches!(error, PackError::Task { .. }), "{key} {value}: {error:?}");
    }
    for (key, value, path) in [
        ("colour", json!("red"), "tasks[0].colour"),
        ("classes", json!([{"prompts": [0], "bias": 0}]), "tasks[0].classes[0].name"),
    ] {
        let error = read(&raw(PROMPTS, &task(0, 1, key, value))).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
    }
    let classes = json!([{"name": "a", "prompts": [0], "bias": 3e38},
                         {"name": "b", "prompts": [1], "bias": 0}]);
    let error = read(&raw(PROMPTS, &task(0, 1, "classes", classes))).unwrap_err().to_string();
    assert!(error.starts_with("expected task `t` to have biases between -100 and 100, got 3"));
    assert!(error.ends_with(" in `a`"), "{error}");
    for value in [1e-4, 1e4] {
        read(&raw(PROMPTS, &task(0, 1, "temperature", json!(value)))).unwrap();
    }
    let one = task(0, 1, "title", json!("T"));
    let one = one.trim_matches(['[', ']']);
    let twice = format!("[{one},{one}]");
    assert!(matches!(read(&raw(PROMPTS, &twice)), Err(PackError::Task { .. })));
}

#[test]
fn merging_moves_the_rows_along() {
    let mut mine = PromptPack::new("mine", tower(), DIM);
    let rows = axes();
    mine.insert("rough", &rows[DIM..2 * DIM]).unwrap();
    mine.insert("bright", &rows[..DIM]).unwrap();
    let before = mine.clone();
    mine.merge(&pack(tower()), None).unwrap();
    assert_eq!(mine.texts, ["rough", "bright", "calm", "free"]);
    assert_eq!(mine.row(2), Some(&rows[..DIM]));
    assert_eq!(mine.row(3), Some(&rows[2 * DIM..]));
    let prompts: Vec<_> = mine.tasks[0].classes.iter().map(|c| c.prompts.clone()).collect();
    assert_eq!(prompts, [[2], [0]]);
    assert_eq!(mine.free_prompts(), [1, 3]);
    read(&mine.write().unwrap()).unwrap();

    let merged = mine.clone();
    assert!(matches!(mine.merge(&pack(tower()), None), Err(PackError::Task { .. })));
    assert_eq!(mine, merged);
    let mut other = before.clone();
    other.tower_sha256 = Sha256::of(b"another");
    assert!(matches!(mine.merge(&other, None), Err(PackError::WrongTower { .. })));
    let short = PromptPack::new("short", tower(), DIM - 1);
    assert!(matches!(mine.merge(&short, None), Err(PackError::Dimension { .. })));
    assert_eq!(mine, merged);
}

/// A tower trained into the space of [`tower`].
fn student() -> Fit {
    let space = Space { name: "teacher".into(), sha256: tower() };
    Fit { tower: Sha256::of(b"a student"), space: Some(space) }
}

#[test]
fn a_student_takes_the_packs_of_its_teacher_and_not_the_other_way_round() {
    let (student, teacher) = (student(), tower());
    let theirs = pack(teacher).write().unwrap();
    let kept = PromptPack::read(&theirs, student.clone(), DIM).unwrap();
    assert_eq!(kept, pack(teacher));
    // What a student adds to its teacher's pack, the teacher still takes.
    assert_eq!(read(&kept.write().unwrap()), Ok(kept));

    let own = pack(student.tower).write().unwrap();
    PromptPack::read(&own, student.clone(), DIM).unwrap();
    let got = student.tower;
    let error = read(&own).unwrap_err();
    assert_eq!(error, PackError::WrongTower { expected: Box::new(teacher.into()), got });

    let got = Sha256::of(b"a stranger");
    let strange = pack(got).write().unwrap();
    let error = PromptPack::read(&strange, student.clone(), DIM).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "expected embeddings for the tower {} or for {teacher} of teacher, got some for \
             {got}; embed the prompts again with teacher",
            student.tower
        )
    );
    assert_eq!(error, PackError::WrongTower { expected: Box::new(student), got });
}

#[test]
fn a_pack_of_the_teacher_joins_that_of_the_student() {
    let student = student();
    let space = student.space.as_ref();
    let mut theirs = PromptPack::new("theirs", tower(), DIM);
    theirs.insert("bright", &axes()[..DIM]).unwrap();

    let mut own = pack(student.tower);
    assert!(matches!(own.merge(&theirs, None), Err(PackError::WrongTower { .. })));
    assert_eq!(own, pack(student.tower));
    own.merge(&theirs, space).unwrap();
    assert_eq!(own.texts.last().map(String::as_str), Some("bright"));
    assert_eq!(own.tower_sha256, student.tower);
    PromptPack::read(&own.write().unwrap(), student.clone(), DIM).unwrap();

    assert!(matches!(theirs.merge(&own, None), Err(PackError::WrongTower { .. })));
    let stranger = PromptPack::new("strange", Sha256::of(b"a stranger"), DIM);
    assert!(matches!(own.merge(&stranger, space), Err(PackError::WrongTower { .. })));
    let damaged = PromptPack { embeddings: Vec::new(), ..theirs };
    assert!(matches!(own.merge(&damaged, space), Err(PackError::Dimension { .. })));
}

#[test]
fn inserting_replaces_the_same_text() {
    let mut mine = PromptPack::new("mine", tower(), DIM);
    let rows = axes();
    assert_eq!(mine.insert("rough", &rows[..DIM]), Ok(0));
    assert_eq!(mine.insert("rough", &rows[DIM..2 * DIM]), Ok(0));
    assert_eq!((mine.texts.len(), mine.row(0)), (1, Some(&rows[DIM..2 * DIM])));
    assert_eq!(mine.insert(" ", &rows[..DIM]), Err(PackError::EmptyText { row: 1 }));
    assert!(matches!(mine.insert("x", &rows[..2]), Err(PackError::Dimension { .. })));
    assert!(matches!(mine.insert("x", &[f16::ONE; DIM]), Err(PackError::NotUnit { .. })));
    assert_eq!(mine.texts.len(), 1);
}

#[test]
fn a_background_has_rows() {
    let more = [("description", "rooms")];
    let background = tensors("slap-edge-background", tower(), &more);
    let background = Background::read(&background, tower(), DIM).unwrap();
    assert_eq!((background.rows(), background.description.as_str()), (3, "rooms"));
    let metadata = json!({"format": "slap-edge-background", "version": "1",
        "tower_sha256": tower().to_string(), "description": "none"});
    let bytes = safetensors(&metadata.to_string(), "embeddings", "F16", &[0, DIM], &[]);
    assert!(matches!(Background::read(&bytes, tower(), DIM), Err(PackError::Tensor { .. })));
    let bytes = raw(PROMPTS, "[]");
    assert!(matches!(
        Background::read(&bytes, tower(), DIM),
        Err(PackError::UnknownFormat { .. })
    ));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(read(&bytes).is_err());
    }

    /// With a plausible header the reader gets past the container.
    #[test]
    fn any_metadata_is_answered(prompts in ".{0,64}", tasks in ".{0,64}") {
        let metadata = json!({"format": "slap-edge-prompts", "version": "1", "name": "x",
            "tower_sha256": tower().to_string(), "prompts": prompts, "tasks": tasks});
        let rows: Vec<u8> = axes().iter().flat_map(|v| v.to_le_bytes()).collect();
        let bytes =
            safetensors(&metadata.to_string(), "embeddings", "F16", &[DIM, DIM], &rows);
        prop_assert!(read(&bytes).is_err());
    }

    /// A flipped bit is refused, or changes a text, a number within its range
    /// or the last bits of an embedding: never the shape of things.
    #[test]
    fn a_flipped_bit_does_no_harm(at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let whole = pack(tower());
        let mut bytes = whole.write().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(pack) = read(&bytes) {
            prop_assert_eq!(pack.texts.len(), whole.texts.len());
            prop_assert_eq!(pack.embeddings.len(), whole.embeddings.len());
            read(&pack.write().unwrap()).unwrap();
        }
    }

    /// Every task comes once and after what it needs, or some tasks need one another.
    #[test]
    fn any_needs_are_put_in_order_or_refused(
        count in 1usize..8,
        wanted in proptest::collection::vec((0usize..8, 0usize..8, any::<bool>()), 0..14),
    ) {
        let mut pack = pack(tower());
        let plain = pack.tasks.remove(0);
        let of = |i: usize| Task { name: format!("t{i}"), ..plain.clone() };
        pack.tasks = (0..count).map(of).collect();
        for (from, to, calm) in wanted {
            let class = if calm { "calm" } else { "rough" };
            let need = vec![Need { task: format!("t{}", to % count), class: class.into() }];
            let needs = &mut pack.tasks[from % count].needs;
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        let place = |need: &Need| need.task[1..].parse::<usize>().unwrap();
        let leads_back = |start: usize| {
            let (mut open, mut met) = (vec![start], vec![false; count]);
            while let Some(at) = open.pop() {
                for next in pack.tasks[at].needs.iter().flatten().map(place) {
                    if next == start {
                        return true;
                    }
                    if !std::mem::replace(&mut met[next], true) {
                        open.push(next);
                    }
                }
            }
            false
        };
        match pack.by_needs() {
            Err(PackError::Task { task, .. }) => prop_assert!(leads_back(task[1..].parse().unwrap())),
            Err(error) => prop_assert!(false, "{error:?}"),
            Ok(order) => {
                let mut places = vec![usize::MAX; count];
                order.iter().enumerate().for_each(|(place, &index)| places[index] = place);
                prop_assert!(order.len() == count && !places.contains(&usize::MAX));
                for (index, task) in pack.tasks.iter().enumerate() {
                    let mut needed = task.needs.iter().flatten().map(place);
                    prop_assert!(needed.all(|other| places[other] < places[index]));
                    prop_assert!(!leads_back(index));
                }
            }
        }
    }

    #[test]
    fn any_pack_survives_the_round_trip(
        name in ".{0,16}",
        rows in proptest::collection::vec((any::<String>(), -1.0f32..1.0, -1.0f32..1.0), 0..16),
    ) {
        let mut pack = PromptPack::new(name, tower(), DIM);
        for (text, x, y) in rows {
            let norm = (x * x + y * y + 1.0).sqrt();
            let row = [x / norm, y / norm, 1.0 / norm].map(f16::from_f32);
            prop_assert_eq!(pack.insert(&text, &row).is_err(), text.trim().is_empty());
        }
        prop_assert_eq!(read(&pack.write().unwrap()), Ok(pack));
    }
}
