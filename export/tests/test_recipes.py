"""Every recipe does what it says: its objectives, its sizes, and in small its training and study.

The voices are buzzes and hisses in which sex, pitch, whisper and noise are plain to hear, so that
a tower of a few thousand weights learns something within seconds.
"""

import dataclasses
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from slap_export.ablation import ablation, each_alone
from slap_export.checkpoint import load_trained, run_folder
from slap_export.cli import parser
from slap_export.config import Config, ConfigError, load_config
from slap_export.corpus import read_clips
from slap_export.corpus.attributes import VALUES
from slap_export.data.join import join_corpus
from slap_export.evaluation.of_run import Studied, compare, study, summary
from slap_export.features import load_features
from slap_export.measured_captions import VALUES as MEASURED
from slap_export.pairs import ABSENT
from slap_export.towers import SlapTower
from slap_export.training.batches import batches
from slap_export.training.loop import train
from slap_export.training.material import load_material

CONFIGS = Path(__file__).parents[1] / "configs"
CAPTIONS = ("contrastive",)
OBJECTIVES = {
    "slap-voice": ("contrastive", "attributes", "flips", "segments", "speaker"),
    "slap-nano": ("contrastive", "distillation"),
    "own": ("contrastive", "attributes", "flips", "segments", "speaker"),
    "tiny": ("contrastive", "attributes", "flips", "segments", "speaker"),
    "study": (),
    "slap-speaker": ("contrastive", "reconstruction"),
    "slap-speaker-contrastive": CAPTIONS,
    "slap-scalable": ("contrastive", "prototypes", "captioning"),
    "paraclap": CAPTIONS,
    "clsp": ("contrastive", "flips", "segments"),
    "sense": ("contrastive", "speaker", "semantic"),
    "ablation": (
        *("contrastive", "attributes", "flips", "segments", "reconstruction", "prototypes"),
        *("captioning", "speaker", "semantic"),
    ),
}
SHIPPED = ("slap-voice", "study")
SENTENCES = (
    "the wind has turned",
    "it will rain before noon",
    "nobody knows the old road",
    "seven ships lie in the harbour",
    "she lost the key again",
)
RATE = 16000


def recipe(name: str) -> Config:
    return load_config(CONFIGS / f"{name}.toml")


def silent(_: str) -> None:
    """Tells nothing."""


def test_every_recipe_is_known() -> None:
    assert {path.stem for path in CONFIGS.glob("*.toml")} == OBJECTIVES.keys()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_recipe_has_the_objectives_it_claims(name: str) -> None:
    assert recipe(name).objectives.named == OBJECTIVES[name]
    if name not in SHIPPED:
        text = (CONFIGS / f"{name}.toml").read_text(encoding="utf-8")
        assert "# Expected:" in text, "a recipe says what comes out of it"


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_commands_a_recipe_names_exist(name: str) -> None:
    for line in (CONFIGS / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("#   slap-export "):
            asked = parser().parse_args(line.split()[2:])
            named = [*getattr(asked, "recipes", []), getattr(asked, "config", None)]
            for path in filter(None, named):
                assert (CONFIGS.parent / path).exists(), line


def test_settings_that_make_the_papers() -> None:
    scalable, captions = recipe("slap-scalable"), recipe("paraclap").text
    tables = scalable.objectives
    assert (tables.contrastive.weight, tables.prototypes.weight) == (1.0, 1.0)
    assert tables.captioning.weight == 0.5
    assert tables.prototypes.ratio == 0.5
    assert (tables.prototypes.first_momentum, tables.prototypes.last_momentum) == (0.994, 1.0)
    chunk = scalable.tower.chunk_frames / scalable.front_end.frames_per_second
    assert [round(chunks * chunk) for chunks in scalable.train.crop_chunks] == [1, 30]
    assert scalable.train.packed_chunks == scalable.train.crop_chunks[1]
    assert scalable.tower.pool_chunks == scalable.train.crop_chunks[1]
    assert (captions.captions_per_clip, captions.measured_captions) == (0, 2)
    assert recipe("sense").objectives.semantic.dim == recipe("sense").text.dim
    speaker, alone = recipe("slap-speaker"), recipe("slap-speaker-contrastive")
    same = dataclasses.replace(speaker, bundle=alone.bundle, objectives=alone.objectives)
    assert same == alone
    assert speaker.objectives.contrastive == alone.objectives.contrastive


def test_nano_fits_a_microcontroller() -> None:
    nano, voice = recipe("slap-nano"), recipe("slap-voice")
    tower = SlapTower(nano.tower)
    weights = sum(weight.numel() for weight in tower.parameters())
    state = sum(part.numel() for part in tower.initial_state())
    assert weights <= 400_000
    assert weights <= 400 * 1024  # bytes in int8
    assert 4 * state <= 96 * 1024
    assert round(4 * state / 1024) == 79  # as the recipe says
    assert nano.objectives.distillation.teacher == voice.bundle.name
    assert voice.export.text and not nano.export.text
    for name in ("bands", "chunk_frames", "embedding_dim"):
        assert getattr(nano.tower, name) == getattr(voice.tower, name)


def spoken(
    sex: str, phonation: str, seconds: float, tilt: float, rng: np.random.Generator
) -> np.ndarray:
    """A buzz, or a hiss for a whisper, of a speaker with a spectral tilt."""
    time = np.arange(int(seconds * RATE)) / RATE
    hiss = rng.standard_normal(len(time))
    hertz = {"male": 110.0, "female": 220.0}[sex] * rng.uniform(0.95, 1.05)
    harmonics = np.arange(1, int(4000 / hertz))
    phases = 2 * np.pi * hertz * harmonics[:, None] * time
    buzz = (harmonics[:, None] ** -tilt * np.sin(phases)).sum(axis=0)
    return (0.05 * hiss if phonation == "whispered" else 0.1 * buzz).astype(np.float32)


def write_voices(folder: Path) -> None:
    """96 recordings of twelve speakers: 40 to learn from, 8 for validation, 48 to test."""
    rng = np.random.default_rng(1)
    (folder / "audio").mkdir(parents=True)
    lines = []
    for at in range(96):
        split = "train" if at < 40 else "validation" if at < 48 else "test_voices"
        voice = at % 4 + {"train": 0, "validation": 4, "test_voices": 8}[split]
        first: dict[str, str | None] = dict.fromkeys(VALUES)
        first |= {"sex": ("female", "male")[voice % 2], "age": "adult", "speakers": "one"}
        first["phonation"] = ("voiced", "whispered")[at // 4 % 2]
        first["pitch"] = {"female": "high", "male": "low"}[first["sex"]]
        seconds, tilt = float(rng.uniform(1.6, 2.4)), 0.6 + 0.15 * voice
        audio = [spoken(first["sex"], first["phonation"], seconds, tilt, rng)]
        attributes, parts = dict(first), []
        if at % 6 == 0:
            other = "voiced" if first["phonation"] == "whispered" else "whispered"
            audio.append(spoken(first["sex"], other, seconds, tilt, rng))
            for name, start in (("begin", 0.0), ("end", seconds)):
                value = first["phonation"] if name == "begin" else other
                part = {**first, "phonation": value}
                parts.append({"start": start, "end": start + seconds, "attributes": part})
                attributes[f"{name}_phonation"] = value
            attributes["phonation"] = None
        else:
            attributes |= {f"{part}_phonation": first["phonation"] for part in ("begin", "end")}
        noisy = at // 2 % 2 == 0
        attributes |= {"noise": "noisy" if noisy else "quiet"}
        samples = np.concatenate(audio)
        samples = samples + (0.03 if noisy else 0.0003) * rng.standard_normal(len(samples))
        path = f"audio/{at}.wav"
        soundfile.write(folder / path, samples.astype(np.float32), RATE)
        lines.append(
            {
                "id": f"{split}-{at:05d}-0",
                "path": path,
                "split": split,
                "engine": "buzz",
                "speaker": f"voice{voice}",
                "language": "en-us",
                "text": SENTENCES[at % len(SENTENCES)],
                "seconds": len(samples) / RATE,
                "attributes": attributes,
                "parts": parts,
            }
        )
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "clips.jsonl").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with the corpora that the recipes name."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("project")
    write_voices(folder / "corpora/voice")
    join_corpus(folder / "corpora/voice", folder / "corpora/voice-long", 8.0, report=silent)
    yield folder
    torch.set_num_threads(threads)


def small(config: Config) -> Config:
    """The recipe with a tower of a few thousand weights and a few steps."""
    sizes = {"layers": 2, "heads": 2, "head_dim": 8, "hidden": 24, "embedding_dim": 16}
    phrases = min(4, config.text.phrases)
    # To write a caption that says something takes longer than to tell captions apart.
    epochs = 20 if config.objectives.captioning else 10
    learning = {"batch": 8, "epochs": epochs, "bfloat16": False, "learning_rate": 5e-3}
    return dataclasses.replace(
        config,
        tower=dataclasses.replace(config.tower, **sizes),
        text=dataclasses.replace(config.text, phrases=phrases),
        train=dataclasses.replace(config.train, **learning),
    )


@functools.cache
def trained(name: str, root: Path) -> tuple[Config, list[dict[str, Any]]]:
    """A recipe trained in small, and a line of its log for each epoch."""
    config = small(recipe(name))
    train(config, root, silent)
    log = (run_folder(config, root) / "log.jsonl").read_text(encoding="utf-8")
    return config, [json.loads(line) for line in log.splitlines()]


@functools.cache
def studied(name: str, root: Path) -> Studied:
    """What a recipe trained in small shows."""
    return study(trained(name, root)[0], root, silent)


RESEARCH = ("slap-speaker", "slap-scalable", "paraclap", "clsp", "sense")


@pytest.mark.parametrize("name", ["slap-voice", "slap-speaker-contrastive", *RESEARCH])
def test_a_recipe_learns(name: str, root: Path) -> None:
    config, log = trained(name, root)
    assert len(log) == config.train.epochs
    for line in log:
        assert set(line["losses"]) == set(OBJECTIVES[name])
        assert np.isfinite(list(line["losses"].values())).all()
    assert log[-1]["loss"] < 0.97 * log[0]["loss"]


@pytest.mark.parametrize("name", RESEARCH)
def test_what_every_recipe_shows(name: str, root: Path) -> None:
    content = studied(name, root).found["splits"]["test_voices"]
    found = content["means"]["protocol"]
    assert 0 <= found["averaged"]["low"] <= found["averaged"]["high"] <= 1
    assert found["tasks"] >= 3  # sex, pitch and whisper at least
    for way in ("audio_to_text", "text_to_audio"):
        recall = [content["retrieval"][way]["recall"][k] for k in ("1", "5", "10")]
        assert 0 <= recall[0] <= recall[1] <= recall[2] <= 1
    assert -1 <= content["style"]["embedding"]["pearson"]["value"] <= 1
    assert 0 <= content["verification"]["embedding"]["equal_error_rate"]["value"] <= 1
    assert f"| {name}: " in summary(studied(name, root))


def test_speaker_is_compared_with_captions_alone(root: Path) -> None:
    runs = [studied(name, root) for name in ("slap-speaker", "slap-speaker-contrastive")]
    rows = compare(runs).splitlines()
    assert rows[2].startswith("| slap-speaker | contrastive, reconstruction |")
    assert "reconstruction +" in rows[2] or "reconstruction -" in rows[2]
    assert rows[3].endswith("| – |")


def test_scalable_packs_short_and_long_and_writes_captions(root: Path) -> None:
    config, _ = trained("slap-scalable", root)
    clips = read_clips(root / config.corpus.path, "train")
    assert min(c.seconds for c in clips) < 3 < 5 < max(c.seconds for c in clips)
    material = load_material(config, root, silent)
    batch = next(batches(material, config, 0, range(1)))
    held = [int(count) for count in torch.bincount(batch.rows)]
    assert max(held) > 1, "several recordings lie in one row"
    assert len(set(batch.last.tolist())) > 2, "of different lengths"
    found = studied("slap-scalable", root).found["splits"]["test_voices"]["captions"]
    assert 0 <= found["precision"] <= 1
    assert 0 <= found["recall"] <= 1
    assert 0 < found["against_chance"]["p_value"] <= 1
    assert found["judged"] > 0


def test_paraclap_learns_from_measures_alone(root: Path) -> None:
    config, _ = trained("paraclap", root)
    material = load_material(config, root, silent)
    stated = material.pool.facts[material.pool.of_clip[material.training].ravel()]
    known = len(VALUES)
    assert stated.shape[1] == known + len(MEASURED)
    assert (stated[:, :known] == ABSENT).all()
    said = (stated[:, known:] != ABSENT).sum(axis=1)
    assert said.min() >= 1
    assert said.max() <= 4
    assert (run_folder(config, root) / "bins.json").exists()
    found = studied("paraclap", root).found["splits"]["test_voices"]["measures"]
    for way in ("audio_to_text", "text_to_audio"):
        recall, chance = found[way]["recall"], found[way]["chance"]
        assert 0 <= recall["1"] <= recall["10"] <= 1
        assert 0 < chance["1"] < chance["10"] <= 1


def test_clsp_tells_when(root: Path) -> None:
    content = studied("clsp", root).found["splits"]["test_voices"]
    assert "whisper" in content["localisation"]["tasks"]
    found = content["localisation"]["all"]
    assert found["intervals"] == 16  # two classes in each of eight changing recordings
    for name in ("frame_f1", "event_f1", "whole_frame_f1"):
        assert 0 <= found[name] <= 1
    # Half of each recording is whispered: 2 · 0.5 / (1 + 0.5).
    assert found["whole_frame_f1"] == pytest.approx(2 / 3, abs=0.02)


def test_sense_has_three_spaces(root: Path) -> None:
    config, _ = trained("sense", root)
    content = studied("sense", root).found["splits"]["test_voices"]
    assert set(content["verification"]) == {"embedding", "speaker", "semantic"}
    for found in content["verification"].values():
        assert 0 <= found["equal_error_rate"]["value"] <= 1
    found = content["transcripts"]["audio_to_text"]
    assert found["candidates"] == len(SENTENCES)
    assert found["recall"]["5"] == 1.0
    weights = studied("sense", root).found["layer_weights"]
    assert set(weights) == {"speaker", "semantic"}
    for values in weights.values():
        assert len(values) == config.tower.layers
        assert sum(values) == pytest.approx(1)
        assert len({round(value, 6) for value in values}) > 1, "layers are weighed apart"
    assert "<svg" in (run_folder(config, root) / "layers.svg").read_text(encoding="utf-8")


def test_nano_follows_its_teacher(root: Path) -> None:
    teacher, _ = trained("slap-voice", root)
    config, log = trained("slap-nano", root)
    assert log[-1]["losses"]["distillation"] < log[0]["losses"]["distillation"]
    both = [load_trained(run_folder(c, root) / "trained.pt", c) for c in (teacher, config)]
    values = [each.projection.state_dict()["values"] for each in both]
    assert torch.equal(*values)


def test_an_ablation_adds_one_objective_at_a_time(root: Path) -> None:
    config = small(recipe("clsp"))
    config = dataclasses.replace(config, train=dataclasses.replace(config.train, epochs=1))
    runs = each_alone(config)
    assert [run.bundle.name for run in runs] == ["clsp-contrastive", "clsp-flips", "clsp-segments"]
    assert runs[2].objectives.named == ("contrastive", "segments")
    lines: list[str] = []
    table = ablation(config, root, lines.append, limit=12, max_steps=1).splitlines()
    assert [line.split(" |")[0] for line in table[2:5]] == [f"| {r.bundle.name}" for r in runs]
    assert "flips " in table[3]
    assert "segments " in table[4]
    assert "training clsp-flips" in lines
    lines.clear()
    again = ablation(config, root, lines.append, limit=12, max_steps=1)
    assert not any(line.startswith("training") for line in lines), "finished runs are kept"
    assert again == (run_folder(config, root) / "ablation.md").read_text(encoding="utf-8")
    # Trials are no results: asked for whole runs, it trains them, and no others after that.
    ablation(config, root, lines.append, limit=12)
    for run in runs:
        assert f"training {run.bundle.name}" in lines
        steps = len(load_features(run, root).split("train")) // run.train.batch
        assert load_trained(run_folder(run, root) / "trained.pt", run).origin.max_steps is None
        state = torch.load(run_folder(run, root) / "progress.pt", weights_only=True)
        assert state["optimiser"]["state"][0]["step"] == steps > 1
    slower = dataclasses.replace(config, train=dataclasses.replace(config.train, seed=9))
    with pytest.raises(ValueError, match=r"clsp-contrastive was trained by another.*train\.seed"):
        ablation(slower, root, lines.append, limit=12)
    with pytest.raises(ConfigError, match="another objective, got contrastive"):
        each_alone(recipe("slap-speaker-contrastive"))
