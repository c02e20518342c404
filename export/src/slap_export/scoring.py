"""From embeddings to probabilities: the same rules as the device's scorer."""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True)
class PackedNeed:
    """An answer to another task."""

    task: str
    option: str
    """Name of one of its classes."""


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
    needs: list[list[PackedNeed]] = field(default_factory=list)
    """What other answers may not contradict, all of it: of each list, one answer will do."""


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


class NeedsError(ValueError):
    """Needs that no task of the pack can meet."""


def by_needs(tasks: Sequence[PackedTask]) -> list[int]:
    """The places of all tasks, each after those that it needs."""
    places = {task.name: place for place, task in enumerate(tasks)}
    waiting: dict[int, set[int]] = {}
    for place, task in enumerate(tasks):
        for need in task.needs:
            if not need or len(set(need)) < len(need):
                raise NeedsError(f"{task.name}: expected different answers in every need")
            for answer in need:
                names = [c.name for t in tasks if t.name == answer.task for c in t.classes]
                if answer.option not in names:
                    raise NeedsError(
                        f"{task.name} needs {answer.task}: {answer.option}, which is no answer"
                    )
        if len(set(map(frozenset, task.needs))) < len(task.needs):
            raise NeedsError(f"{task.name}: expected different needs, got one twice")
        waiting[place] = {places[answer.task] for need in task.needs for answer in need}
    order: list[int] = []
    while waiting:
        ready = [place for place, others in waiting.items() if not others & waiting.keys()]
        if not ready:
            names = ", ".join(tasks[place].name for place in waiting)
            raise NeedsError(f"tasks need one another: {names}")
        order += ready
        for place in ready:
            del waiting[place]
    return order


def applicable(
    probabilities: Sequence[NDArray[np.float64]], tasks: Sequence[PackedTask]
) -> NDArray[np.bool_]:
    """Whether each task applies to each recording, [n, tasks], by the rule of the device.

    A task does not where one of its needs is contradicted: every task that the need names
    applies, is sure enough to answer, and answers something else.
    """
    count = len(probabilities[0]) if len(probabilities) else 0
    places = {task.name: place for place, task in enumerate(tasks)}
    applies = np.ones((count, len(tasks)), np.bool_)
    answers = np.full((count, len(tasks)), -1, np.int64)
    """Decided ones."""
    for place in by_needs(tasks):
        task, found = tasks[place], probabilities[place]
        for need in task.needs:
            contradicted = np.ones(count, np.bool_)
            for answer in need:
                other = places[answer.task]
                names = [option.name for option in tasks[other].classes]
                given = answers[:, other]
                contradicted &= (given >= 0) & (given != names.index(answer.option))
            applies[:, place] &= ~contradicted
        decided = applies[:, place] & (found.max(axis=1) >= task.minimum_probability)
        answers[decided, place] = found.argmax(axis=1)[decided]
    return applies


def macro_f1(truth: NDArray[np.int64], answer: NDArray[np.int64], classes: int) -> float:
    """Mean over classes of F1 = 2·TP / (2·TP + FP + FN); a class absent from both counts as 0."""
    scores = []
    for label in range(classes):
        hit = np.sum((truth == label) & (answer == label))
        wrong = np.sum((truth == label) != (answer == label))
        scores.append(2 * hit / (2 * hit + wrong) if hit + wrong else 0.0)
    return float(np.mean(scores))
