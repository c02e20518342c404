"""What is packed is read again, and a damaged bundle is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from slap_export.bundle import (
    LARGEST_FILE,
    BundleError,
    check_sizes,
    read_prompt_pack,
    verify_files,
    write_background,
    write_manifest,
    write_prompt_pack,
    write_safetensors,
)
from slap_export.scoring import PackedClass, PackedGroup, PackedNeed, PackedTask

TASKS = [
    PackedTask(
        "whisper",
        "Whispering",
        [PackedClass("whispered", [0, 2], 0.25), PackedClass("voiced", [1], -0.25)],
        0.8,
        0.6,
    ),
    PackedTask(
        "noise",
        "Background",
        [PackedClass("noisy", [0]), PackedClass("quiet", [1])],
        group=PackedGroup("recording", "The recording"),
        usual="quiet",
        needs=[[PackedNeed("whisper", "voiced"), PackedNeed("whisper", "whispered")]],
    ),
]
TEXTS = ["someone whispers", "a full voice", "ein Flüstern, “leise”"]


def rows(count: int) -> np.ndarray:
    values = np.random.default_rng(0).standard_normal((count, 8)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def test_prompt_pack_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "prompts.safetensors"
    write_prompt_pack(path, "test", TEXTS, rows(3), TASKS, "ab" * 32)
    embeddings, texts, tasks, tower = read_prompt_pack(path)
    assert embeddings.dtype == np.float16
    assert np.abs(embeddings - rows(3)).max() < 1e-3
    assert (texts, tasks, tower) == (TEXTS, TASKS, "ab" * 32)
    with safe_open(path, "numpy") as file:
        plain, grouped = json.loads(file.metadata()["tasks"])
    assert grouped["group"] == {"name": "recording", "title": "The recording"}
    assert grouped["needs"] == [
        [{"task": "whisper", "class": "voiced"}, {"task": "whisper", "class": "whispered"}]
    ]
    assert grouped.keys() - plain.keys() == {"group", "usual", "needs"}


def test_a_prompt_without_embedding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="expected 3 prompt embeddings, got 2"):
        write_prompt_pack(tmp_path / "p", "test", TEXTS, rows(2), TASKS, "00")


def test_a_task_of_prompts_that_are_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="tasks use prompt 2 of 2"):
        write_prompt_pack(tmp_path / "p", "test", TEXTS[:2], rows(2), TASKS, "00")


def test_needs_that_cannot_be_met_are_refused(tmp_path: Path) -> None:
    tasks = [replace(TASKS[1], needs=[[PackedNeed("whisper", "spoken")]]), TASKS[0]]
    with pytest.raises(BundleError, match="noise needs whisper: spoken"):
        write_prompt_pack(tmp_path / "p", "test", TEXTS, rows(3), tasks, "00")
    assert not (tmp_path / "p").exists()


def test_safetensors_are_repeatable_and_readable(tmp_path: Path) -> None:
    tensors = {"b": rows(2), "a": rows(5).astype(np.float16)}
    for name in ("one", "two"):
        write_safetensors(tmp_path / name, tensors, {"z": "1", "a": "ü"})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    found = load_file(tmp_path / "one")
    assert np.array_equal(found["a"], tensors["a"])
    assert np.array_equal(found["b"], tensors["b"])


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "golden").mkdir()
    (tmp_path / "golden" / "scores.json").write_text("{}")
    write_background(tmp_path / "background.safetensors", rows(4), "00", "four voices")
    write_manifest(tmp_path, {"name": "test", "created": "2026-01-01", "tower": {}})
    return tmp_path


def test_a_whole_bundle_is_accepted(bundle: Path) -> None:
    manifest = verify_files(bundle)
    assert list(manifest["files"]) == ["background.safetensors", "golden/scores.json"]
    assert list(manifest)[:5] == ["format", "version", "name", "created", "files"]


def spoil_hash(bundle: Path) -> None:
    (bundle / "golden" / "scores.json").write_text("[]")


def spoil_size(bundle: Path) -> None:
    (bundle / "golden" / "scores.json").write_text("{ }")


def lose_file(bundle: Path) -> None:
    (bundle / "background.safetensors").unlink()


def add_file(bundle: Path) -> None:
    (bundle / "extra").write_text("?")


def age(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "version": 3}))


def cut_manifest(bundle: Path) -> None:
    text = (bundle / "manifest.json").read_text()
    (bundle / "manifest.json").write_text(text[: len(text) // 2])


def replace_manifest(bundle: Path) -> None:
    (bundle / "manifest.json").write_text("[]")


def lose_list(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest["files"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))


def empty_list(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "files": None}))


def lose_sizes(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    files = dict.fromkeys(manifest["files"], 3)
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "files": files}))


def nest_manifest(bundle: Path) -> None:
    (bundle / "manifest.json").write_text("[" * 100_000)


def garble_manifest(bundle: Path) -> None:
    (bundle / "manifest.json").write_bytes(b"\xff\xfe{}")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replace_manifest, r"expected an object, got \[\]"),
        (lose_list, "expected size and hash of every file"),
        (empty_list, "expected size and hash of every file"),
        (lose_sizes, "expected size and hash of every file"),
        (nest_manifest, "is not valid JSON"),
        (garble_manifest, "is not valid JSON"),
        (spoil_hash, "content differs"),
        (spoil_size, "expected 2 bytes, got 3"),
        (lose_file, "missing: .'background"),
        (add_file, "not listed: .'extra"),
        (age, "expected format slap-edge-bundle version 2, got slap-edge-bundle version 3"),
        (cut_manifest, "not valid JSON"),
    ],
)
def test_a_damaged_bundle_is_refused(bundle: Path, damage: object, message: str) -> None:
    damage(bundle)
    with pytest.raises(BundleError, match=message):
        verify_files(bundle)


def test_a_file_is_no_bundle(bundle: Path) -> None:
    with pytest.raises(BundleError, match="so it is not a bundle"):
        verify_files(bundle / "background.safetensors")


def test_a_prompt_pack_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prompts.safetensors"
    good = {"tasks": "[]", "prompts": "[]", "tower_sha256": "00"}
    tensors = {"embeddings": rows(1).astype(np.float16)}
    write_safetensors(path, tensors, good)
    read_prompt_pack(path)
    for metadata in (None, {**good, "tasks": "[3]"}, {**good, "prompts": "["}, {"tasks": "[]"}):
        write_safetensors(path, tensors, metadata)
        with pytest.raises(BundleError, match=r"^prompts\.safetensors: not a prompt pack \("):
            read_prompt_pack(path)
    for content in (b"rubbish", b"", b"\xff" * 100):
        path.write_bytes(content)
        with pytest.raises(BundleError, match=r"^prompts\.safetensors: not a prompt pack \("):
            read_prompt_pack(path)


def test_a_bundle_too_large_for_the_repository_is_refused(bundle: Path) -> None:
    check_sizes(bundle)
    with (bundle / "background.safetensors").open("r+b") as file:
        file.truncate(LARGEST_FILE)
    check_sizes(bundle)
    with (bundle / "golden" / "scores.json").open("r+b") as file:
        file.truncate(LARGEST_FILE - 2**20)
    with pytest.raises(BundleError, match=r"bundle has \d+ bytes, at most 50331648"):
        check_sizes(bundle)
    with (bundle / "background.safetensors").open("r+b") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(BundleError, match=r"background\.safetensors: 26214401 bytes"):
        check_sizes(bundle)
