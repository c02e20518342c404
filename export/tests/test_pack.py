"""Packed bundles: every file the runtime wants, the same bytes every time, on its own engine."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from slap_edge import Screener
from test_wave_tower import TASKS, TEXTS, audio

from slap_export.bundle import BundleError, read_prompt_pack, verify_files, write_manifest
from slap_export.checkpoint import InputStatistics, front_end_spec
from slap_export.config import BundleConfig, TowerConfig, load_config
from slap_export.corpus import CorpusClip
from slap_export.evaluation.bundle_facts import open_bundle
from slap_export.evaluation.listening import listen
from slap_export.onnx.precision import write_dynamic, write_float16, write_mixed, write_static
from slap_export.onnx.stream import export_stream, graph_interface
from slap_export.onnx.window import export_window, window_interface
from slap_export.pack import Facts, Tower, write_bundle
from slap_export.runtime import AudioTower, pad_to_chunks
from slap_export.scoring import (
    PackedClass,
    PackedNeed,
    PackedTask,
    applicable,
    task_probabilities,
)
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower
from slap_export.verify import verify_bundle

torch.set_num_threads(1)

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"
SMALL = TowerConfig(layers=2, heads=4, hidden=192, pool_chunks=4, context_chunks=2, recent_chunks=2)
SOUND = audio(2.5)


def branched() -> BranchedTower:
    torch.manual_seed(0)
    branches = {"speaker": AttributeBranch(SMALL, 24), "semantic": AttributeBranch(SMALL, 16)}
    return BranchedTower(SlapTower(SMALL), branches)


def facts_of(interface: dict) -> Facts:
    recipe = load_config(RECIPE)
    return Facts(
        BundleConfig("small", "For tests", "MIT", "2026-11-20"),
        front_end_spec(recipe.front_end, InputStatistics(-6.0, 3.0)),
        interface,
        10.0,
        recipe.scoring,
        recipe.quality,
        128,
    )


def finish(folder: Path, facts: Facts, tasks: list[PackedTask] = TASKS) -> Path:
    """The rest of a bundle around the graphs in a folder; prompts are two axes."""
    rows = np.eye(SMALL.embedding_dim, dtype=np.float32)[:2]
    hears = AudioTower(folder / "audio.onnx", facts.tower, facts.front_end)
    write_bundle(folder, Tower(hears, lambda texts: rows, facts), TEXTS, tasks, rows, SOUND)
    return folder


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, Path]:
    """A branched step graph and its twins."""
    folder = tmp_path_factory.mktemp("graphs")
    facts = facts_of(graph_interface(branched()))
    export_stream(branched(), folder / "audio.onnx", facts.about("unknown"))
    padded = pad_to_chunks(SOUND, facts.front_end, SMALL.chunk_frames)
    tower = AudioTower(folder / "audio.onnx", facts.tower, facts.front_end)
    mel = [tower.front_end.log_mel(padded)]
    for write in (write_static, write_mixed, write_dynamic, write_float16):
        write(folder / "audio.onnx", folder / write.__name__, facts.tower, mel)
    return facts, folder


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def test_further_outputs_come_out_of_the_runtime(
    graphs: tuple[Facts, Path], tmp_path: Path
) -> None:
    facts, source = graphs
    copy(source / "audio.onnx", tmp_path / "audio.onnx")
    finish(tmp_path, facts)
    tower = AudioTower(tmp_path / "audio.onnx", facts.tower, facts.front_end)
    rows = tower.front_end.log_mel(pad_to_chunks(SOUND, facts.front_end, SMALL.chunk_frames))
    expected = tower.runner.outputs(rows)
    screener = Screener(tmp_path, outputs=["speaker", "semantic", "recent"])
    found = screener.score(SOUND, 16000, steps=True)["steps"]
    assert np.abs(found["embeddings"] - expected["embedding"]).max() <= 1e-4
    for name, length in (("speaker", 24), ("semantic", 16), ("recent", 256)):
        assert found["outputs"][name].shape == (len(found["embeddings"]), length)
        assert np.abs(found["outputs"][name] - expected[name]).max() <= 1e-4


def test_a_device_finds_the_same_questions_senseless(
    graphs: tuple[Facts, Path], tmp_path: Path
) -> None:
    facts, source = graphs
    copy(source / "audio.onnx", tmp_path / "audio.onnx")
    rng = np.random.default_rng(3)
    tasks = []
    for index in range(24):
        # Some answers are sure, some are not; each task needs what earlier ones may answer.
        bias = float(rng.choice([-9.0, 0.0, 9.0]))
        earlier = [PackedNeed(f"t{i}", str(rng.choice(["a", "b"]))) for i in range(index)]
        drawn = [rng.permutation(len(earlier))[: rng.integers(1, 3)] for _ in range(2)]
        needs = {tuple(sorted(need)): [earlier[i] for i in need] for need in drawn if len(need)}
        classes = [PackedClass("a", [0], bias), PackedClass("b", [1])]
        tasks.append(PackedTask(f"t{index}", "T", classes, 1.0, 0.99, needs=list(needs.values())))
    tasks = tasks[::-1]
    finish(tmp_path, facts, tasks)
    _, _, again, _ = read_prompt_pack(tmp_path / "prompts.safetensors")
    assert again == tasks

    result = Screener(tmp_path).score(SOUND, 16000)
    prompts = np.eye(SMALL.embedding_dim, dtype=np.float32)[:2]
    found = [task_probabilities(result["embedding"][None], prompts, t, 10.0) for t in tasks]
    applies = applicable(found, tasks)[0]
    assert 3 < applies.sum() < len(tasks) - 3
    for task, here in zip(tasks, applies, strict=True):
        told = result["tasks"][task.name]
        assert (told["certainty"] == "not_applicable") == (not here)
        assert (told["probabilities"] is None) == (told["needs"] is not None) == (not here)
        if not here:
            given = [PackedNeed(need["task"], need["class"]) for need in told["needs"]]
            assert given in task.needs
            for need in told["needs"]:
                assert result["tasks"][need["task"]]["answer"] == need["answer"] != need["class"]
    alone = next(task for task, here in zip(tasks, applies, strict=True) if not here)
    chosen = Screener(tmp_path, tasks=[alone.name]).score(SOUND, 16000)["tasks"]
    assert chosen == {alone.name: result["tasks"][alone.name]}
    # The golden files hold every probability, also those that a device keeps to itself.
    assert len(list(verify_bundle(tmp_path))) == 3


def test_what_was_heard_lately_is_kept_apart(graphs: tuple[Facts, Path], tmp_path: Path) -> None:
    facts, source = graphs
    bundle, sound = tmp_path / "bundle", tmp_path / "sound.wav"
    copy(source / "audio.onnx", bundle / "audio.onnx")
    finish(bundle, facts)
    soundfile.write(sound, SOUND, 16000, subtype="FLOAT")
    clip = CorpusClip("a", sound, "test_voices", "noise", "v", "en", "", 2.5, {}, ())
    expected = Screener(bundle, outputs=["recent", "speaker"]).score(SOUND, 16000, steps=True)
    for _ in range(2):  # computed, then read back
        heard = listen(bundle, verify_files(bundle), [clip, clip], tmp_path / "heard")
        assert list(heard.outputs) == ["speaker", "semantic"]
        assert heard.recent is not None
        assert np.array_equal(
            heard.recent[heard.of_clip(1)], expected["steps"]["outputs"]["recent"]
        )
        assert np.array_equal(heard.steps[heard.of_clip(1)], expected["steps"]["embeddings"])


def test_what_was_heard_is_listened_to_anew_if_damaged(
    graphs: tuple[Facts, Path], tmp_path: Path
) -> None:
    facts, source = graphs
    bundle, sound, cache = tmp_path / "bundle", tmp_path / "sound.wav", tmp_path / "heard"
    copy(source / "audio.onnx", bundle / "audio.onnx")
    finish(bundle, facts)
    soundfile.write(sound, SOUND, 16000, subtype="FLOAT")
    clip = CorpusClip("a", sound, "test_voices", "noise", "v", "en", "", 2.5, {}, ())

    def told() -> list[str]:
        lines: list[str] = []
        listen(bundle, verify_files(bundle), [clip, clip], cache, report=lines.append)
        return lines

    assert told() == []
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    with np.load(file) as kept:
        content = {key: kept[key] for key in kept}
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (b"", whole[:middle], whole[:-1], flipped, b"no archive"):
        file.write_bytes(damaged)
        (line,) = told()
        assert line.startswith(f"{file} is damaged (") and line.endswith("); listening anew")
        assert file.read_bytes() == whole
    not_a_number = content["steps"].copy()
    not_a_number[0, 0] = np.nan
    for key, value, why in (
        ("steps", not_a_number, "steps: expected finite numbers"),
        ("steps", content["steps"][1:], "steps: expected ("),
        ("clips", content["clips"][:1], "clips: expected ("),
        ("recent", None, "expected first, clips"),
        ("outputs.speaker", None, "outputs.speaker"),
        ("outputs.other", content["clips"], "expected first, clips"),
        ("first", content["first"][[0, 2, 2]] + [0, 1, 0], "first: expected steps from 0"),
    ):
        changed = {name: held for name, held in {**content, key: value}.items() if held is not None}
        np.savez(file, **changed)
        (line,) = told()
        assert why in line
        assert file.read_bytes() == whole
    assert told() == []


def test_a_bundle_that_makes_no_sense_is_refused_in_a_sentence(
    graphs: tuple[Facts, Path], tmp_path: Path
) -> None:
    facts, source = graphs
    copy(source / "audio.onnx", tmp_path / "audio.onnx")
    finish(tmp_path, facts)
    whole = json.loads((tmp_path / "manifest.json").read_text())
    damages = [
        ({"tower": None}, "tower"),
        ({"tower": {**whole["tower"], "outputs": [1]}}, r"tower\.outputs"),
        ({"golden": {}}, r"golden\.audio"),
        ({"golden": {**whole["golden"], "scores": "../../etc/passwd"}}, "inside the bundle"),
        ({"prompts": "nowhere.safetensors"}, "nowhere"),
        ({"front_end": 3}, "front_end"),
    ]
    for damage, message in damages:
        (tmp_path / "manifest.json").write_text(json.dumps({**whole, **damage}))
        with pytest.raises(ValueError, match=message):
            list(verify_bundle(tmp_path))
        with pytest.raises(ValueError, match=message):
            open_bundle(tmp_path)
    stated = {key: whole[key] for key in whole if key not in ("format", "version", "files")}
    for name in [path for key, path in whole["golden"].items() if key != "tolerance"]:
        before = (tmp_path / name).read_bytes()
        for rubbish in (b"rubbish", b"[]", b'{"tasks": {}}', b""):
            (tmp_path / name).write_bytes(rubbish)
            write_manifest(tmp_path, stated)
            with pytest.raises(BundleError, match="golden"):
                list(verify_bundle(tmp_path))
        (tmp_path / name).write_bytes(before)


@pytest.mark.parametrize("name", ["write_static", "write_mixed", "write_dynamic"])
def test_the_runtime_runs_every_kind_of_int8(
    graphs: tuple[Facts, Path], tmp_path: Path, name: str
) -> None:
    facts, source = graphs
    copy(source / "audio.onnx", tmp_path / "audio.onnx")
    copy(source / name, tmp_path / "audio.int8.onnx")
    finish(tmp_path, facts)
    assert verify_files(tmp_path)["tower"]["int8"] == "audio.int8.onnx"
    full = Screener(tmp_path).score(SOUND, 16000)["embedding"]
    small = Screener(tmp_path, int8=True).score(SOUND, 16000)["embedding"]
    here = AudioTower(tmp_path / "audio.int8.onnx", facts.tower, facts.front_end).hear(SOUND).clip
    assert not np.array_equal(full, small)
    assert (full * small).sum() > 0.99
    assert (here * small).sum() > 0.999


def test_a_bundle_has_what_lies_in_its_folder(graphs: tuple[Facts, Path], tmp_path: Path) -> None:
    facts, source = graphs
    for name in ("one", "two"):
        copy(source / "audio.onnx", tmp_path / name / "audio.onnx")
        copy(source / "write_float16", tmp_path / name / "audio.float16.onnx")
        finish(tmp_path / name, facts)
    manifest = verify_files(tmp_path / "one")
    assert manifest["tower"]["float16"] == "audio.float16.onnx"
    assert "int8" not in manifest["tower"]
    assert manifest["text"] is None
    kinds = {entry["name"]: entry["kind"] for entry in manifest["tower"]["outputs"]}
    assert kinds == {
        "embedding": "global",
        "speaker": "attribute",
        "semantic": "attribute",
        "tokens": "token",
        "recent": "recent",
    }
    assert manifest["tower"]["recent_chunks"] == 2
    assert Screener(tmp_path / "one").score(SOUND, 16000)["poor"] is None
    text = (tmp_path / "one" / "manifest.json").read_text()
    assert text == (tmp_path / "two" / "manifest.json").read_text()
    assert json.loads(text)["files"] == manifest["files"]


def test_a_window_of_log_mel_is_run_too(tmp_path: Path) -> None:
    facts = facts_of(window_interface(branched(), 3))
    export_window(branched(), tmp_path / "audio.onnx", facts.about("unknown"), 3)
    finish(tmp_path, facts)
    expected = AudioTower(tmp_path / "audio.onnx", facts.tower, facts.front_end).hear(SOUND)
    found = Screener(tmp_path).score(SOUND, 16000, steps=True)
    # 2.5 s are 248 frames, in six chunks of 48: four windows of three chunks.
    assert expected.steps.shape == (4, SMALL.embedding_dim)
    assert np.abs(found["steps"]["embeddings"] - expected.steps).max() <= 1e-4
    assert np.abs(found["embedding"] - expected.clip).max() <= 1e-4
