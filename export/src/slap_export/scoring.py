"""From embeddings to probabilities: the same rules as the device's scorer."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass
class PackedClass:
    """One answer of a task: the rows of its prompts in the pack, and its calibrated bias."""

    name: str
    prompts: list[int]
    bias: float = 0.0


@dataclass
class PackedGroup:
    """Tasks that people read together: a name for programs, a heading for people."""

    name: str
    title: str


@dataclass
class PackedTask:
    """A question with two or more answers, and its calibration."""

    name: str
    title: str
    classes: list[PackedClass] = field(default_factory=list)
    temperature: float = 1.0
    minimum_probability: float = 0.0
    group: PackedGroup | None = None
    usual: str | None = None
    """The class that is nothing to remark on; a device shows such answers in brief."""


def class_cosines(embeddings: Array, prompts: Array, task: PackedTask) -> NDArray[np.float64]:
    """Cosine of each embedding [n, D] to the mean direction of each class's prompts: [n, classes].

    The mean of the prompts is normalised again, so a class with scattered
    wordings is not at a disadvantage.
    """
    directions = []
    for entry in task.classes:
        total = prompts[entry.prompts].astype(np.float64).sum(axis=0)  # [D]
        directions.append(total / np.linalg.norm(total))
    return embeddings.astype(np.float64) @ np.stack(directions).T


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def probabilities(
    cosines: NDArray[np.float64], scale: float, temperature: float, bias: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`softmax(scale · cosine / temperature + bias)` over classes, [n, classes]."""
    return softmax(scale * cosines / temperature + bias)


def task_probabilities(
    embeddings: Array, prompts: Array, task: PackedTask, scale: float
) -> NDArray[np.float64]:
    """Calibrated class probabilities of each embedding, [n, classes]."""
    bias = np.array([entry.bias for entry in task.classes])
    cosines = class_cosines(embeddings, prompts, task)
    return probabilities(cosines, scale, task.temperature, bias)


def macro_f1(truth: NDArray[np.int64], answer: NDArray[np.int64], classes: int) -> float:
    """Mean over classes of F1 = 2·TP / (2·TP + FP + FN); a class absent from both counts as 0."""
    scores = []
    for label in range(classes):
        hit = np.sum((truth == label) & (answer == label))
        wrong = np.sum((truth == label) != (answer == label))
        scores.append(2 * hit / (2 * hit + wrong) if hit + wrong else 0.0)
    return float(np.mean(scores))
