"""Trained runs measured and compared: a tiny tower with everything that can stand on one."""

import dataclasses
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from small_training import write_corpus, write_recipe

from slap_export.checkpoint import load_trained, run_folder
from slap_export.cli import main
from slap_export.config import load_config
from slap_export.corpus import read_clips
from slap_export.evaluation.of_run import Studied, bars, compare, embed_run, moments_of
from slap_export.features import load_features
from slap_export.runtime import clip_embedding
from slap_export.text import text_files

PLAIN = '[objectives.contrastive]\nkind = "multi_positive"\n'


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two trained runs on one corpus of noises, half of which is a test split."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("project")
    write_corpus(root / "corpus", training=64)
    path = root / "corpus" / "clips.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines[::2]:
        line["split"] = "test_voices" if line["split"] == "train" else line["split"]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = [write_recipe(root), write_recipe(root, "plain", PLAIN)]
    for recipe in found:
        recipe.write_text(recipe.read_text().replace("\nepochs = 2", "\nepochs = 1"))
        assert main(["train", "--config", str(recipe)]) == 0
    return found


def test_runs_are_measured_and_compared(
    recipes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", *map(str, recipes)]) == 0
    printed = capsys.readouterr().out
    for row, runs in (
        ("equal error rate, speaker", 1),
        ("equal error rate, semantic", 1),
        ("equal error rate, embedding", 2),
        ("style, Pearson, embedding", 2),
        ("retrieval, text to audio", 2),
        ("transcripts, audio to text", 1),
        ("localisation, F1 of time", 2),
        ("captions, precision", 1),
    ):
        assert printed.count(f"| {row}") == runs, row
    # The second run has contrast alone; the table at the end has a row for each.
    assert "| plain | contrastive |" in printed
    folder = recipes[0].parent.parent / "runs" / "small"
    found = json.loads((folder / "study.json").read_text())
    assert found["splits"]["test_voices"]["recordings"] == 32
    for weights in found["layer_weights"].values():
        assert sum(weights) == pytest.approx(1, abs=1e-3)
    ET.parse(folder / "layers.svg")


def test_too_few_recordings_are_said_to_be_too_few(
    recipes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", *map(str, recipes), "--limit", "10"]) == 0
    printed = capsys.readouterr().out
    row = "| macro-F1, all tasks but those on the recording | – (no task has 8 recordings of each"
    assert printed.count(row) == 2
    assert "| plain | contrastive | – | – |" in printed
    assert "Nothing to compare: no task has 8 recordings of each class." in printed
    assert "nan" not in printed


def test_a_moment_is_the_whole_of_a_short_recording(recipes: list[Path]) -> None:
    config = load_config(recipes[0])
    root = recipes[0].parent.parent
    trained = load_trained(run_folder(config, root) / "trained.pt", config)
    features = load_features(config, root)
    clips = features.split("test_voices")
    _, tokenizer = text_files(root / "runs" / "text")
    embedded = embed_run(trained, features, clips, tokenizer)
    changing = [i for i, clip in enumerate(clips) if features.clips[int(clip)].parts]
    assert sorted(embedded.moments) == changing
    assert len(embedded.captions) == len(clips)
    assert np.linalg.norm(embedded.branches["speaker"], axis=1) == pytest.approx(1, abs=1e-5)
    mel = torch.randn(1, 2 * config.tower.chunk_frames, config.tower.bands)
    with torch.no_grad():
        offline = trained.tower(mel)
        moments = moments_of(trained, offline.tokens[0])
    # Both chunks are heard with the other one, which is all there is.
    last = clip_embedding(offline.embeddings[0].numpy(), config.tower.pool_chunks)
    assert moments == pytest.approx(np.stack([last, last]), abs=1e-5)


def test_runs_on_other_recordings_are_not_compared() -> None:
    answers = np.zeros((2, 1), np.int64)
    one = Studied("one", frozenset({"a"}), {}, answers, answers, ["x", "y"])
    other = dataclasses.replace(one, name="other", speakers=["x", "z"])
    with pytest.raises(ValueError, match="same test recordings"):
        compare([one, other])


def test_bars_are_drawn_to_scale() -> None:
    root = ET.fromstring(bars({"speaker": [0.25, 0.75], "semantic": [0.5, 0.5]}))
    name = "{http://www.w3.org/2000/svg}"
    heights = [float(rect.get("height")) for rect in root.findall(f"{name}rect")[1:]]
    assert heights[0] == pytest.approx(heights[1] / 3, abs=0.1)
    assert heights[2] == heights[3]


def test_a_run_is_not_measured_on_another_corpus(
    recipes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = recipes[1].parent.parent
    write_corpus(root / "other")
    for clip in read_clips(root / "other"):
        sound, rate = soundfile.read(clip.path)
        soundfile.write(clip.path, 5.0 * sound, rate)
    other = recipes[1].with_name("other.toml")
    other.write_text(recipes[1].read_text().replace('path = "corpus"', 'path = "other"'))
    assert main(["features", "--config", str(other)]) == 0
    assert main(["study", str(other)]) == 1
    assert "plain was trained on another corpus than other" in capsys.readouterr().err
