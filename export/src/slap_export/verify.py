"""Whether a bundle is whole, and gives its golden numbers on every engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from slap_edge import Screener

from slap_export.bundle import (
    UNREADABLE,
    BundleError,
    read_prompt_pack,
    said,
    sha256,
    verify_files,
)
from slap_export.checkpoint import load_trained
from slap_export.config import Config, build
from slap_export.features import read_audio
from slap_export.report import read_report
from slap_export.runtime import AudioTower, clip_embedding, span_of
from slap_export.scoring import PackedTask, task_probabilities

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Golden:
    """A recording and what a bundle must make of it."""

    audio: Array
    rate: int
    log_mel: Array  # [T, F]
    steps: Array  # [C, D]
    clip: Array  # [D]
    probabilities: dict[str, dict[str, float]]
    tolerance: dict[str, float]


@dataclass
class Differences:
    """The largest difference of each kind that one engine made."""

    engine: str
    found: dict[str, float]

    def __str__(self) -> str:
        return f"{self.engine}: " + ", ".join(f"{k} {v:.1e}" for k, v in self.found.items())


def verify_bundle(
    folder: Path, checkpoint: Path | None = None, called: Path | None = None
) -> Iterator[str]:
    """Checks files, hashes and sizes, then the golden files on each engine; a line for each.

    Args:
        folder: Where the bundle is.
        checkpoint: What it was trained to; without it PyTorch is left out.
        called: The name of the folder in what is said, if it is another.

    Raises:
        ValueError: something is wrong; the message says what.
        FileNotFoundError: there is no such checkpoint.
    """
    manifest = verify_files(folder)
    screener = Screener(folder)  # its reader wants every key of the manifest to make sense
    digest = sha256(folder / manifest["tower"]["float32"])
    embeddings, texts, tasks, made_for = read_prompt_pack(folder / manifest["prompts"])
    if made_for != digest:
        raise BundleError(f"prompts were made for tower {made_for}, but this tower is {digest}")
    total = sum(entry["bytes"] for entry in manifest["files"].values())
    yield (
        f"{called or folder}: {len(manifest['files'])} files, {total / 2**20:.2f} MiB, "
        f"{len(tasks)} tasks, {len(texts)} prompts"
    )
    golden = read_golden(folder, manifest)
    prompts = embeddings.astype(np.float32)
    if checkpoint is not None:
        yield on_torch(folder, manifest, golden, checkpoint)
    yield str(on_onnxruntime(folder, manifest, golden, prompts, tasks))
    yield str(on_tract(screener, golden))


def read_golden(folder: Path, manifest: dict[str, Any]) -> Golden:
    """The golden files of a bundle."""
    names, rate = manifest["golden"], manifest["front_end"]["sample_rate"]
    try:
        expected = load_file(folder / names["embeddings"])
        scores = json.loads((folder / names["scores"]).read_text(encoding="utf-8"))
        return Golden(
            read_audio(folder / names["audio"], rate),
            rate,
            load_file(folder / names["log_mel"])["log_mel"],
            expected["steps"],
            expected["clip"],
            {
                task: {name: float(value) for name, value in classes.items()}
                for task, classes in scores["tasks"].items()
            },
            names["tolerance"],
        )
    except UNREADABLE as error:
        raise BundleError(f"golden files that cannot be read: {said(error)}") from error


def on_torch(folder: Path, manifest: dict[str, Any], golden: Golden, checkpoint: Path) -> str:
    """The trained tower, if its weights are those of the bundle."""
    if not checkpoint.exists():
        raise FileNotFoundError(f"no checkpoint at {checkpoint}")
    training = read_report(folder)["training"]
    if "recipe" not in training:
        raise BundleError("the bundle was not trained here; verify it without a checkpoint")
    if sha256(checkpoint) != training["checkpoint"]:
        raise BundleError(f"{checkpoint} is of another training than the bundle")
    tower = load_trained(checkpoint, build(Config, training["recipe"])).tower
    with torch.no_grad():
        steps = tower(torch.from_numpy(golden.log_mel)[None]).embeddings[0].numpy()  # [C, D]
    clip = clip_embedding(steps, span_of(manifest["tower"]))
    found = Differences(f"torch {torch.__version__}", {})
    check(found, "embedding", [(steps, golden.steps), (clip, golden.clip)], golden.tolerance)
    return str(found)


def on_onnxruntime(
    folder: Path,
    manifest: dict[str, Any],
    golden: Golden,
    prompts: Array,
    tasks: list[PackedTask],
) -> Differences:
    """The float32 graph on ONNX Runtime, with this package's scoring."""
    tower = manifest["tower"]
    audio = AudioTower(folder / tower["float32"], tower, manifest["front_end"])
    heard = audio.hear(golden.audio)
    found = Differences(f"ONNX Runtime {onnxruntime.__version__}", {})
    check(found, "log_mel", [(heard.log_mel, golden.log_mel)], golden.tolerance)
    pairs = [(heard.steps, golden.steps), (heard.clip, golden.clip)]
    check(found, "embedding", pairs, golden.tolerance)
    pairs = []
    for task in tasks:
        values = task_probabilities(heard.clip[None], prompts, task, tower["logit_scale"])[0]
        wanted = golden.probabilities.get(task.name, {})
        if wanted.keys() != {option.name for option in task.classes}:
            raise BundleError(f"the golden scores are not those of the classes of {task.name}")
        pairs.append((values, np.array([wanted[option.name] for option in task.classes])))
    check(found, "probability", pairs, golden.tolerance)
    return found


def on_tract(screener: Screener, golden: Golden) -> Differences:
    """The runtime as a device runs it."""
    result = screener.score(golden.audio, golden.rate, steps=True)
    if result["poor"] is not None:
        raise BundleError(f"the golden recording is not scored: {result['poor']}")
    found = Differences(f"tract (slap_edge {version('slap-edge')})", {})
    steps = result["steps"]["embeddings"]
    pairs = [(steps, golden.steps), (result["embedding"], golden.clip)]
    check(found, "embedding", pairs, golden.tolerance)
    pairs = []
    for name, wanted in golden.probabilities.items():
        if name not in result["tasks"]:
            raise BundleError(f"the golden scores are of a task that is not asked: {name}")
        values = result["tasks"][name]["probabilities"]
        if values is None:  # does not apply; the embedding that it follows from is compared
            continue
        pairs.append((np.array([values[key] for key in wanted]), np.array([*wanted.values()])))
    check(found, "probability", pairs, golden.tolerance)
    return found


def check(
    found: Differences,
    what: str,
    pairs: list[tuple[NDArray[Any], NDArray[Any]]],
    tolerance: dict[str, float],
) -> None:
    """Notes the largest difference of pairs of arrays; raises when it is above the tolerance."""
    words, largest = what.replace("_", "-"), 0.0
    for some, expected in pairs:
        if some.shape != expected.shape:
            raise BundleError(
                f"{found.engine}: {words}: expected shape {expected.shape}, got {some.shape}"
            )
        difference = float(np.abs(some - expected).max())
        if not difference <= tolerance[what]:
            raise BundleError(
                f"{found.engine}: {words} differs by {difference:.2e}, "
                f"at most {tolerance[what]:g} is allowed"
            )
        largest = max(largest, difference)
    found.found[words] = largest
