"""Zero-shot evaluation: macro-F1 of every task on every split.

The reported numbers come from the exported ONNX files, run step by step over
each recording as on a device. While training, the same rules are applied to
the PyTorch tower, which is faster and agrees to 1e-4.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from slap_export.checkpoint import Trained
from slap_export.export_onnx import graph_interface
from slap_export.features import Features
from slap_export.runtime import StepRunner, TextEncoder, clip_embedding
from slap_export.scoring import PackedClass, PackedTask, class_cosines, macro_f1
from slap_export.tasks import TASKS, Task

Array = NDArray[np.float32]
Clips = NDArray[np.int64]
"""Numbers of recordings."""

TEST_SPLITS = ("test_voices", "test_languages", "test_synthesiser")
# With fewer recordings of either class a macro-F1 says nothing.
FEWEST = 8


@dataclass(frozen=True)
class TaskScore:
    """How well one task is answered on one split."""

    recordings: int
    averaged: float
    """Macro-F1 with the wordings of each class averaged; no labels were used."""
    wordings: tuple[float, ...]
    """Macro-F1 with the first wording of each class alone, the second, and so on."""
    calibrated: float
    """Macro-F1 of the averaged wordings with the biases fitted on validation."""


def prompt_texts() -> list[str]:
    """Every wording of every task once, in the order of the tasks: the rows of the prompt pack."""
    return list(dict.fromkeys(p for task in TASKS for c in task.classes for p in c.prompts))


def packed_task(task: Task, rows: dict[str, int], wording: int | None = None) -> PackedTask:
    """A task with its prompts as rows of the pack; with `wording`, one prompt a class."""
    classes = []
    for option in task.classes:
        prompts = option.prompts if wording is None else (option.prompts[wording],)
        classes.append(PackedClass(option.name, [rows[text] for text in prompts]))
    return PackedTask(task.name, task.title, classes)


def labelled(task: Task, features: Features, clips: Clips) -> tuple[NDArray[Any], NDArray[Any]]:
    """Positions in `clips` of the recordings the task is asked of, and their true classes."""
    answers = [task.class_of(features.clips[int(clip)].attributes) for clip in clips]
    chosen = np.array([i for i, answer in enumerate(answers) if answer is not None], np.int64)
    return chosen, np.array([answer for answer in answers if answer is not None], np.int64)


def enough(truth: NDArray[Any], classes: int) -> bool:
    """Whether every class has enough recordings for a score."""
    return bool(np.bincount(truth, minlength=classes).min() >= FEWEST)


@torch.no_grad()
def embed_with_torch(trained: Trained, features: Features, clips: Clips) -> Array:
    """Clip embeddings [n, D] by the PyTorch tower, recordings of equal length together."""
    lengths = features.starts[clips + 1] - features.starts[clips]  # [n]
    result = np.zeros((len(clips), trained.config.tower.embedding_dim), np.float32)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for part in np.array_split(rows, -(-len(rows) // 128)):
            mel = np.stack([features.frames(int(clips[row])) for row in part])  # [b, T, F]
            steps = trained.tower(torch.from_numpy(mel)).embeddings.numpy()  # [b, C, D]
            for row, embeddings in zip(part, steps, strict=True):
                result[row] = clip_embedding(embeddings, trained.config.tower.pool_chunks)
    return result


def embed_with_onnx(audio: Path, trained: Trained, features: Features, clips: Clips) -> Array:
    """Clip embeddings [n, D] by an exported graph, step by step."""
    runner = StepRunner(audio, graph_interface(trained.tower))
    pool_chunks = trained.config.tower.pool_chunks

    def embed(clip: int) -> Array:
        return clip_embedding(runner.steps(features.frames(clip)), pool_chunks)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(embed, (int(clip) for clip in clips))))


def embed_prompts(trained: Trained, files: tuple[Path, Path], texts: list[str]) -> Array:
    """Unit embeddings [n, D] of sentences."""
    sentences = TextEncoder(*files, trained.config.text.max_tokens).encode(texts)
    projected = sentences @ trained.projection.weight.detach().numpy()  # [n, D]
    return projected / np.linalg.norm(projected, axis=1, keepdims=True)


def macro_f1_by_task(
    trained: Trained, features: Features, split: str, files: tuple[Path, Path]
) -> dict[str, float]:
    """Zero-shot macro-F1 of every task on a split, wordings averaged, by the PyTorch tower."""
    texts = prompt_texts()
    rows = {text: row for row, text in enumerate(texts)}
    prompts = embed_prompts(trained, files, texts)
    clips = features.split(split)
    embeddings = embed_with_torch(trained, features, clips)
    scores = {}
    for task in TASKS:
        chosen, truth = labelled(task, features, clips)
        if enough(truth, len(task.classes)):
            cosines = class_cosines(embeddings[chosen], prompts, packed_task(task, rows))
            scores[task.name] = macro_f1(truth, cosines.argmax(axis=1), len(task.classes))
    return scores


def evaluate_split(
    features: Features,
    split: str,
    embeddings: Array,
    prompts: Array,
    calibrated: dict[str, PackedTask],
    scale: float,
) -> dict[str, TaskScore]:
    """Scores of every task on one split, whose clip embeddings are given in the split's order."""
    rows = {text: row for row, text in enumerate(prompt_texts())}
    clips = features.split(split)
    scores = {}
    for task in TASKS:
        chosen, truth = labelled(task, features, clips)
        count = len(task.classes)
        if not enough(truth, count):
            continue
        found = embeddings[chosen]
        wordings = min(len(option.prompts) for option in task.classes)

        def f1(packed: PackedTask, found: Array = found, truth: NDArray[Any] = truth) -> float:
            bias = np.array([entry.bias for entry in packed.classes])
            logits = scale * class_cosines(found, prompts, packed) / packed.temperature + bias
            return macro_f1(truth, logits.argmax(axis=1), len(packed.classes))

        scores[task.name] = TaskScore(
            len(chosen),
            f1(packed_task(task, rows)),
            tuple(f1(packed_task(task, rows, wording)) for wording in range(wordings)),
            f1(calibrated[task.name]),
        )
    return scores


def mean_of(scores: dict[str, TaskScore], what: str = "averaged") -> float:
    """Mean macro-F1 over tasks; not a number when the split has too few recordings for any."""
    values = [getattr(score, what) for score in scores.values()]
    return float(np.mean(values)) if values else float("nan")
