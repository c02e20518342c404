"""Which answers were given to which truth, counted by speaker, and macro-F1 from the counts.

Counts of speakers add up, so a resample of speakers (`intervals.draws`) costs a product of
matrices and not another look at the recordings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Answers = NDArray[np.int64]
"""[n, tasks]; −1 where a task is not asked of a recording."""


def confusions(truth: Answers, answers: Answers, clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often class t was answered by class a: [clusters, tasks, classes, classes]."""
    if truth.shape != answers.shape or len(truth) != len(clusters):
        raise ValueError(f"answers {answers.shape} do not fit the truth {truth.shape}")
    asked = truth >= 0
    if (answers[asked] < 0).any():
        raise ValueError("a recording that was asked about has no answer")
    classes = int(max(truth.max(), answers[asked].max(initial=0))) + 1
    shape = (int(clusters.max()) + 1, truth.shape[1], classes, classes)
    found = np.zeros(shape, np.int64)
    rows, tasks = np.nonzero(asked)
    np.add.at(found, (clusters[rows], tasks, truth[asked], answers[asked]), 1)
    return found


def macro_f1s(found: NDArray[np.integer]) -> NDArray[np.float64]:
    """Macro-F1 of every task from confusions [..., tasks, classes, classes]: [..., tasks].

    It is that of `scoring.macro_f1`, over the classes that the task has anywhere; nan where a
    task has no recording at all.
    """
    hits = np.diagonal(found, axis1=-2, axis2=-1)  # [..., tasks, classes]
    either = found.sum(axis=-1) + found.sum(axis=-2)  # 2·TP + FP + FN
    f1 = np.divide(2 * hits, either, out=np.zeros(either.shape), where=either > 0)
    used = either.reshape(-1, *either.shape[-2:]).sum(axis=0) > 0  # [tasks, classes]
    per_task = (f1 * used).sum(axis=-1) / np.maximum(used.sum(axis=-1), 1)  # [..., tasks]
    return np.where(either.sum(axis=-1) > 0, per_task, np.nan)


def mean_over_tasks(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean of scores [..., tasks] over the tasks that have one; nan where none has."""
    asked = np.isfinite(scores)
    count = asked.sum(axis=-1)
    total = np.where(asked, scores, 0).sum(axis=-1)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def mean_macro_f1(found: NDArray[np.integer]) -> NDArray[np.float64]:
    """Mean macro-F1 over tasks from confusions [..., tasks, classes, classes]."""
    return mean_over_tasks(macro_f1s(found))
