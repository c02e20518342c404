"""How well the tasks of a bundle are answered on one split, from embeddings.

Macro-F1 and its interval over speakers, for each task and for groups of tasks; what calibration,
int8 and a linear probe change; how sure the answers are, and how the wording matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slap_export.calibrate import balanced_weights
from slap_export.evaluation.calibration import expected_calibration_error, reliability
from slap_export.evaluation.confusions import Answers, confusions, macro_f1s, mean_over_tasks
from slap_export.evaluation.intervals import RESAMPLES, Interval, draws, percentile_interval
from slap_export.evaluation.paraphrases import spread
from slap_export.evaluation.probe import Probe
from slap_export.scoring import PackedClass, PackedTask, applicable, task_probabilities
from slap_export.tasks import PROTOCOL, Task

Array = NDArray[np.float32]
Probabilities = list[NDArray[np.float64]]
"""For every task, those of its classes: [n, classes]."""

# Bins of the top probability; of two classes it is never below 0.5.
BINS = 20


@dataclass(frozen=True)
class Split:
    """The recordings of a split and what is asked of them."""

    truth: Answers  # [n, tasks]
    speakers: Sequence[str]
    tasks: Sequence[Task]
    resamples: int = RESAMPLES
    seed: int = 0

    def asked(self) -> list[tuple[int, Task]]:
        """The tasks with recordings enough, and their columns."""
        return [(i, task) for i, task in enumerate(self.tasks) if (self.truth[:, i] >= 0).any()]

    def scores(self, answers: Answers) -> NDArray[np.float64]:
        """Macro-F1 of every task, [1 + resamples, tasks]: first of the split itself.

        A task without answers, −1 throughout, has none, nor has a task on a resample in which
        one of its classes does not occur: nan.
        """
        _, clusters = np.unique(np.asarray(self.speakers), return_inverse=True)
        found = confusions(np.where(answers < 0, -1, self.truth), answers, clusters)
        counts = draws(len(found), self.resamples, self.seed)
        drawn = np.tensordot(counts, found, axes=1)
        drawn = np.concatenate([found.sum(axis=0)[None], drawn])
        present = drawn.sum(axis=-1) > 0  # [1 + resamples, tasks, classes]
        complete = (present | ~present[0]).all(axis=-1)
        return np.where(complete, macro_f1s(drawn), np.nan)


def uncalibrated(tasks: Sequence[PackedTask]) -> list[PackedTask]:
    """The tasks without temperature, biases and threshold."""
    return [
        PackedTask(t.name, t.title, [PackedClass(c.name, c.prompts) for c in t.classes])
        for t in tasks
    ]


def probabilities_of(
    embeddings: Array, prompts: Array, tasks: Sequence[PackedTask], scale: float
) -> Probabilities:
    """Of every task, the probabilities of its classes."""
    return [task_probabilities(embeddings, prompts, task, scale) for task in tasks]


def answers_of(probabilities: Probabilities) -> Answers:
    """The likeliest class of every task, [n, tasks]."""
    return np.stack([found.argmax(axis=1) for found in probabilities], axis=1)


def probe_answers(embeddings: Array, probes: Mapping[str, Probe], split: Split) -> Answers:
    """What the probes answer, [n, tasks]; −1 throughout where a task has none."""
    answers = np.full(split.truth.shape, -1, np.int64)
    for column, task in enumerate(split.tasks):
        if task.name in probes:
            answers[:, column] = probes[task.name].answer(embeddings)
    return answers


def interval(scores: NDArray[np.float64]) -> dict[str, float]:
    """The first of scores, and the interval that the rest give."""
    return interval_dict(percentile_interval(float(scores[0]), scores[1:]))


def interval_dict(found: Interval) -> dict[str, float]:
    """An interval as it is written."""
    return {"value": found.value, "low": found.low, "high": found.high}


def group_means(
    split: Split, scores: Mapping[str, NDArray[np.float64]]
) -> dict[str, dict[str, Any]]:
    """Means over the tasks of the protocol and of each group, with intervals.

    `scores` are those of `Split.scores` by kind of answer. `probe_gain` is what a probe has over
    averaged wordings, on the tasks that have one, and `int8_change` what int8 changes, each on
    the same resamples.
    """
    groups = {"protocol": PROTOCOL}
    groups |= {task.group: (task.group,) for task in split.tasks}
    result: dict[str, dict[str, Any]] = {}
    for name, members in groups.items():
        columns = [i for i, task in split.asked() if task.group in members]
        if not columns:
            continue
        means = {kind: mean_over_tasks(found[:, columns]) for kind, found in scores.items()}
        result[name] = {"tasks": len(columns)}
        result[name] |= {kind: interval(mean) for kind, mean in means.items()}
        if "int8" in means:
            result[name]["int8_change"] = interval(means["int8"] - means["calibrated"])
        if "probe" in means:
            probed = [i for i in columns if np.isfinite(scores["probe"][0, i])]
            averaged = mean_over_tasks(scores["averaged"][:, probed])
            result[name]["probe_gain"] = interval(means["probe"] - averaged)
    return result


def certainty(
    found: NDArray[np.float64],
    truth: NDArray[np.int64],
    threshold: float,
    applies: NDArray[np.bool_],
) -> dict[str, Any]:
    """How sure the answers to one task are, from its probabilities [n, classes].

    A recording to which the task does not apply, [n], gets no answer. Where it has a true class
    that is a mistake: `not_applicable` is the share of them. Classes weigh the same, as they did
    when the task was calibrated.
    """
    asked = truth >= 0
    top, right = found.max(axis=1), found.argmax(axis=1) == truth
    weights = balanced_weights(truth[asked], found.shape[1])
    answered = (top >= threshold) & applies  # [n]
    given = answered[asked]
    bins = reliability(found[asked], truth[asked], BINS, weights)
    total = weights[given].sum()
    return {
        "calibration_error": expected_calibration_error(bins),
        "answered": float(total),
        "right": float((weights * right[asked])[given].sum() / total) if total else float("nan"),
        "unclear": int((~asked).sum()),
        "not_applicable": float(weights[~applies[asked]].sum()),
        "unclear_withheld": float((~answered[~asked]).mean()) if (~asked).any() else None,
    }


def pooled_reliability(
    probabilities: Sequence[NDArray[np.float64]], truths: Sequence[NDArray[np.int64]]
) -> dict[str, Any]:
    """Reliability over tasks: each weighs the same, and within it each class."""
    tops, rights, weights = [np.zeros(0)], [np.zeros(0, bool)], [np.zeros(0)]
    for found, truth in zip(probabilities, truths, strict=True):
        asked = truth >= 0
        tops.append(found[asked].max(axis=1))
        rights.append(found[asked].argmax(axis=1) == truth[asked])
        weights.append(balanced_weights(truth[asked], found.shape[1]))
    top, right = np.concatenate(tops), np.concatenate(rights)
    # As a task of two classes of which the first is always the answer.
    columns = np.stack([top, 1 - top], axis=1)
    bins = reliability(columns, np.where(right, 0, 1), BINS, np.concatenate(weights))
    return {
        "answers": len(top),
        "calibration_error": expected_calibration_error(bins),
        "bins": [asdict(entry) for entry in bins if entry.answers],
    }


def wordings(
    embeddings: Array, prompts: Array, task: PackedTask, truth: NDArray[np.int64]
) -> dict[str, float]:
    """The spread over the pack's own wordings of one task."""
    asked = truth >= 0
    found = spread(embeddings[asked], [prompts[c.prompts] for c in task.classes], truth[asked])
    return asdict(found)


def paraphrased(
    embeddings: Array,
    sentences: Mapping[str, Array],
    said: Mapping[str, Sequence[str]],
    truth: NDArray[np.int64],
) -> dict[str, float]:
    """The spread over the wordings `said` of each class, whose embeddings are `sentences`."""
    asked = truth >= 0
    classes = [np.stack([sentences[text] for text in texts]) for texts in said.values()]
    return asdict(spread(embeddings[asked], classes, truth[asked]))


def task_scores(
    split: Split,
    tasks: Sequence[PackedTask],
    probabilities: Probabilities,
    scores: Mapping[str, NDArray[np.float64]],
) -> dict[str, dict[str, Any]]:
    """For every task that is asked: recordings, scores by kind of answer, certainty."""
    result = {}
    applies = applicable(probabilities, tasks)
    for column, task in split.asked():
        truth = split.truth[:, column]
        entry: dict[str, Any] = {"recordings": int((truth >= 0).sum())}
        entry |= {
            kind: interval(found[:, column])
            for kind, found in scores.items()
            if np.isfinite(found[0, column])
        }
        threshold = tasks[column].minimum_probability
        entry |= certainty(probabilities[column], truth, threshold, applies[:, column])
        result[task.name] = entry
    return result
