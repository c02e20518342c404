"""Zero-shot answers: which class of a task a recording belongs to, by its prompts alone.

The numbers of a model card come from the runtime (`report`). While training, the same rules
are applied to the PyTorch tower, which is faster and agrees to 1e-4.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from slap_export.checkpoint import Trained
from slap_export.corpus import CorpusClip
from slap_export.evaluation.confusions import Answers
from slap_export.features import Features
from slap_export.runtime import StepRunner, TextEncoder, clip_embedding
from slap_export.scoring import (
    PackedClass,
    PackedGroup,
    PackedNeed,
    PackedTask,
    class_cosines,
    macro_f1,
)
from slap_export.tasks import GROUPS, TASKS, Task
from slap_export.towers.projections import project

Array = NDArray[np.float32]
Clips = NDArray[np.int64]
"""Numbers of recordings."""

TEST_SPLITS = ("test_voices", "test_languages", "test_synthesiser")
# With fewer recordings of either class a macro-F1 says nothing.
FEWEST = 8
# Recordings that the PyTorch tower embeds at once.
BATCH = 128


def prompt_texts(tasks: Sequence[Task] = TASKS) -> list[str]:
    """Every wording of every task once, in the order of the tasks: the rows of the prompt pack."""
    return list(dict.fromkeys(p for task in tasks for c in task.classes for p in c.prompts))


def packed_task(task: Task, rows: dict[str, int]) -> PackedTask:
    """A task with its prompts as rows of the pack, not calibrated."""
    classes = [PackedClass(c.name, [rows[text] for text in c.prompts]) for c in task.classes]
    title = GROUPS[task.group]
    group = PackedGroup(task.group, title[0].upper() + title[1:])
    needs = [[PackedNeed(other, option) for other, option in need] for need in task.needs]
    return PackedTask(task.name, task.title, classes, group=group, usual=task.usual, needs=needs)


def truth_of(clips: Sequence[CorpusClip], tasks: Sequence[Task], fewest: int = 0) -> Answers:
    """The true class of every recording for every task: [n, tasks], −1 where it has none.

    A task with fewer than `fewest` recordings of either class is asked of none.
    """
    truth = np.full((len(clips), len(tasks)), -1, np.int64)
    for column, task in enumerate(tasks):
        for row, clip in enumerate(clips):
            answer = task.class_of(clip.attributes)
            if answer is not None:
                truth[row, column] = answer
        asked = truth[truth[:, column] >= 0, column]
        if np.bincount(asked, minlength=len(task.classes)).min() < fewest:
            truth[:, column] = -1
    return truth


def same_length(features: Features, clips: Clips, most: int = BATCH) -> Iterator[Clips]:
    """Places among `clips` of recordings of equal length, at most so many at a time."""
    lengths = features.starts[clips + 1] - features.starts[clips]  # [n]
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        yield from np.array_split(rows, -(-len(rows) // most))


@torch.no_grad()
def embed_with_torch(trained: Trained, features: Features, clips: Clips) -> Array:
    """Clip embeddings [n, D] by the PyTorch tower, recordings of equal length together."""
    device = next(trained.tower.parameters()).device
    result = np.zeros((len(clips), trained.config.tower.embedding_dim), np.float32)
    for rows in same_length(features, clips):
        mel = np.stack([features.frames(int(clips[row])) for row in rows])  # [b, T, F]
        offline = trained.tower(torch.from_numpy(mel).to(device))
        steps = offline.embeddings.float().cpu().numpy()  # [b, C, D]
        for row, embeddings in zip(rows, steps, strict=True):
            result[row] = clip_embedding(embeddings, trained.config.tower.pool_chunks)
    return result


def embed_with_onnx(
    audio: Path, interface: dict[str, Any], features: Features, clips: Clips
) -> Array:
    """Clip embeddings [n, D] of at least one recording by an exported graph, step by step."""
    if not len(clips):
        raise ValueError("expected at least one recording to embed, got none")
    runner = StepRunner(audio, interface)

    def embed(clip: int) -> Array:
        return clip_embedding(runner.steps(features.frames(clip)), interface["pool_chunks"])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(embed, (int(clip) for clip in clips))))


@functools.lru_cache(maxsize=4)
def encode(texts: tuple[str, ...], blob: Path, tokenizer: Path, max_tokens: int) -> Array:
    """Sentence embeddings [n, 384], before projection; those asked for again are remembered."""
    return TextEncoder(blob, tokenizer, max_tokens).encode(list(texts))


def embed_prompts(trained: Trained, files: tuple[Path, Path], texts: Sequence[str]) -> Array:
    """Unit embeddings [n, D] of sentences by the encoder's two files and the projection."""
    sentences = encode(tuple(texts), *files, trained.config.text.max_tokens)  # [n, 384]
    return project(trained.projection, sentences)


def macro_f1_by_task(
    trained: Trained, features: Features, split: str, files: tuple[Path, Path]
) -> dict[str, float]:
    """Zero-shot macro-F1 of every task on a split, wordings averaged, by the PyTorch tower."""
    texts = prompt_texts()
    rows = {text: row for row, text in enumerate(texts)}
    prompts = embed_prompts(trained, files, texts)
    clips = features.split(split)
    embeddings = embed_with_torch(trained, features, clips)
    truth = truth_of([features.clips[int(clip)] for clip in clips], TASKS, FEWEST)
    scores = {}
    for column, task in enumerate(TASKS):
        asked = np.flatnonzero(truth[:, column] >= 0)
        if len(asked):
            cosines = class_cosines(embeddings[asked], prompts, packed_task(task, rows))
            answers = cosines.argmax(axis=1)
            scores[task.name] = macro_f1(truth[asked, column], answers, len(task.classes))
    return scores
