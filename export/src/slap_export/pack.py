"""Writes a whole bundle in one step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from slap_export.bundle import (
    BundleError,
    Space,
    sha256,
    write_background,
    write_manifest,
    write_prompt_pack,
    write_safetensors,
)
from slap_export.checkpoint import Trained
from slap_export.config import BundleConfig, QualityConfig, ScoringConfig
from slap_export.onnx.metadata import About
from slap_export.onnx.stream import export_stream, graph_interface
from slap_export.runtime import AudioTower, TextEncoder
from slap_export.scoring import PackedTask, task_probabilities
from slap_export.text import text_files
from slap_export.towers.projections import LinearProjection, TextProjection, project

Array = NDArray[np.float32]

TOLERANCE = {"log_mel": 1e-3, "embedding": 1e-4, "probability": 1e-3}


@dataclass(frozen=True)
class Facts:
    """What a manifest states that no file of the bundle does."""

    bundle: BundleConfig
    front_end: dict[str, Any]
    tower: dict[str, Any]
    """Names and shapes of the graph, as `graph_interface` gives them."""
    logit_scale: float
    scoring: ScoringConfig
    quality: QualityConfig
    max_tokens: int
    """Most tokens of a prompt, where the bundle carries a text tower."""
    space: Space | None = None
    """Whose space it is, if that of another tower."""

    def about(self, revision: str) -> About:
        """What the graph says of itself."""
        return About(self.bundle.name, self.bundle.licence, revision, self.front_end)


@dataclass
class Tower:
    """The exported towers of a bundle being written, run as a device runs them."""

    audio: AudioTower
    embed_text: Callable[[list[str]], Array]
    """Unit embeddings [n, D] of sentences, in the space of the audio."""
    facts: Facts


def facts_of(trained: Trained) -> Facts:
    """The facts of a trained streaming tower."""
    config = trained.config
    return Facts(
        config.bundle,
        trained.front_end,
        graph_interface(trained.branched() or trained.tower),
        trained.logit_scale,
        config.scoring,
        config.quality,
        config.text.max_tokens,
    )


def write_towers(folder: Path, trained: Trained, cache: Path, *, text: bool = True) -> Tower:
    """Writes the float32 step graph and, with `text`, the text tower; opens them.

    Without it the bundle carries prompts alone: they are embedded by the same text
    tower, from the cache, and no prompt can be added on a device.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = facts_of(trained)
    tower = trained.branched() or trained.tower
    export_stream(tower, folder / "audio.onnx", facts.about(trained.revision))
    blob, tokenizer = text_files(cache)
    if text:
        for path in (blob, tokenizer):
            shutil.copyfile(path, folder / path.name)
        write_projection(folder / "text_projection.safetensors", trained.projection)
    encoder = TextEncoder(blob, tokenizer, facts.max_tokens)

    def embed_text(texts: list[str]) -> Array:
        return project(trained.projection, encoder.encode(texts))

    audio = AudioTower(folder / "audio.onnx", facts.tower, facts.front_end)
    return Tower(audio, embed_text, facts)


def write_projection(path: Path, projection: TextProjection) -> None:
    """Writes the map from sentences to the space of the audio as a device reads it."""
    if isinstance(projection, LinearProjection):
        write_safetensors(path, {"weight": projection.weight.detach().numpy()})
        return
    tensors = {
        "levels": projection.levels.numpy(),
        "scales": projection.scales.numpy(),
        "meanings": projection.meanings.numpy().astype(np.int32),
        "values": projection.values.detach().numpy(),
        "base": projection.base.detach().numpy(),
    }
    names = json.dumps(projection.names, ensure_ascii=False)
    temperature = f"{projection.temperature:.6g}"
    write_safetensors(path, tensors, {"names": names, "temperature": temperature})


def write_golden(
    folder: Path, tower: Tower, audio: Array, prompts: Array, tasks: list[PackedTask]
) -> None:
    """Writes a recording and what this bundle must make of it."""
    golden = folder / "golden"
    golden.mkdir(exist_ok=True)
    rate = tower.facts.front_end["sample_rate"]
    soundfile.write(golden / "speech.wav", audio, rate, subtype="PCM_16")
    audio, _ = soundfile.read(golden / "speech.wav", dtype="float32")
    heard = tower.audio.hear(audio)
    write_safetensors(golden / "log_mel.safetensors", {"log_mel": heard.log_mel})
    write_safetensors(golden / "embeddings.safetensors", {"steps": heard.steps, "clip": heard.clip})
    halves = prompts.astype(np.float16).astype(np.float32)
    scores: dict[str, Any] = {
        "prompts": [round(float(v), 6) for v in halves @ heard.clip],
        "tasks": {},
    }
    for task in tasks:
        found = task_probabilities(heard.clip[None], halves, task, tower.facts.logit_scale)[0]
        scores["tasks"][task.name] = {
            entry.name: round(float(value), 6)
            for entry, value in zip(task.classes, found, strict=True)
        }
    text = json.dumps(scores, indent=2, ensure_ascii=False) + "\n"
    (golden / "scores.json").write_text(text, encoding="utf-8")


def manifest_content(folder: Path, facts: Facts) -> dict[str, Any]:
    """Everything the manifest states beside the list of files.

    Lighter graphs and the text tower are named if their files are in the folder.
    """
    interface = facts.tower
    lighter = {
        precision: f"audio.{precision}.onnx"
        for precision in ("int8", "float16")
        if (folder / f"audio.{precision}.onnx").exists()
    }
    tower = {
        "input": interface["input"],
        "mode": interface["mode"],
        "float32": "audio.onnx",
        **lighter,
        **{key: value for key, value in interface.items() if key not in ("input", "mode")},
        "logit_scale": round(facts.logit_scale, 4),
    }
    if facts.space is not None:
        tower["space"] = asdict(facts.space)
    text = None
    if (folder / "text.int8.onnx").exists():
        text = {
            "file": "text.int8.onnx",
            "tokenizer": "tokenizer.json",
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "output": "sentence",
            "dim": 384,
            "max_tokens": facts.max_tokens,
            "projection": "text_projection.safetensors",
        }
    return {
        "name": facts.bundle.name,
        "description": facts.bundle.description,
        "licence": facts.bundle.licence,
        "created": facts.bundle.created,
        "front_end": facts.front_end,
        "tower": tower,
        "text": text,
        "prompts": "prompts.safetensors",
        "background": "background.safetensors",
        "scoring": asdict(facts.scoring),
        "quality": asdict(facts.quality),
        "golden": {
            "audio": "golden/speech.wav",
            "log_mel": "golden/log_mel.safetensors",
            "embeddings": "golden/embeddings.safetensors",
            "scores": "golden/scores.json",
            "tolerance": TOLERANCE,
        },
    }


def write_bundle(
    folder: Path,
    tower: Tower,
    texts: list[str],
    tasks: list[PackedTask],
    background: Array,
    golden: Array,
) -> dict[str, Any]:
    """Writes prompts, background, golden files and manifest beside the towers; its content."""
    digest = sha256(folder / "audio.onnx")
    name, dim = tower.facts.bundle.name, tower.facts.tower["embedding_dim"]
    prompts = tower.embed_text(texts)
    for what, rows in (("prompts", prompts), ("background", background)):
        if rows.ndim != 2 or rows.shape[1] != dim:
            raise BundleError(f"{what}: expected embeddings of {dim} values, got {rows.shape}")
    write_prompt_pack(folder / "prompts.safetensors", name, texts, prompts, tasks, digest)
    description = f"{len(background)} recordings of the training corpus, one embedding each"
    write_background(folder / "background.safetensors", background, digest, description)
    write_golden(folder, tower, golden, prompts, tasks)
    return write_manifest(folder, manifest_content(folder, tower.facts))
