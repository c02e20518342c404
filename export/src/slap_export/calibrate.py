"""Calibration of tasks on validation recordings: temperature, biases, abstention."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from slap_export.scoring import PackedTask, class_cosines, probabilities

# A temperature outside this range would mean that the task is not told from the audio.
TEMPERATURES = (0.05, 20.0)
# However well a task is told, an answer this close to a coin toss is not given, and however
# badly, one above the second probability is.
THRESHOLDS = (0.6, 0.95)
# Share of the recordings to which no class applies that shall get no answer, as long as this
# share of those to which one does still gets its answer.
UNCLEAR_WITHHELD = 0.5
CLEAR_ANSWERED = 0.8


@dataclass(frozen=True)
class Calibration:
    """What turns the cosines of one task into probabilities that can be believed."""

    temperature: float
    biases: tuple[float, ...]
    minimum_probability: float


def balanced_weights(truth: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Weights [n] that give every class the same total, summing to one.

    How often a class occurs in the corpus says nothing about how often a user
    will meet it.
    """
    counts = np.bincount(truth, minlength=classes)
    weights = 1.0 / np.maximum(counts, 1)[truth]
    return weights / weights.sum()


def calibrate(
    cosines: NDArray[np.float64],
    truth: NDArray[np.int64],
    unclear: NDArray[np.float64],
    scale: float,
    minimum_precision: float,
) -> Calibration:
    """Fits temperature and biases by likelihood, then the abstention threshold.

    Temperature scaling with class biases (Guo et al., 2017, sec. 4.2, with the
    bias-only form of vector scaling); biases sum to zero. The true class gets
    (n + 1) / (n + 2) of the target, n being its recordings, and the others share
    the rest (Platt, 1999, sec. 2.2): n answers without a mistake do not prove
    that there will never be one, so a task told perfectly keeps finite logits.

    Tasks are trained on what is clearly one or the other, but most voices are in between. The
    threshold is therefore raised until half of the validation recordings that belong to no
    class are called unsure, unless that would cost a fifth of the clear answers.

    Args:
        cosines: [n, classes] class cosines of validation recordings.
        truth: [n] index of the true class.
        unclear: [m, classes] class cosines of validation recordings of no class.
        scale: Logit scale of the tower.
        minimum_precision: Share of given answers that shall be right.
    """
    classes = cosines.shape[1]

    def unpack(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        biases = np.append(values[1:], -values[1:].sum())  # [classes] sums to zero
        return float(np.exp(values[0])), biases

    counts = np.bincount(truth, minlength=classes)[truth]  # [n]
    targets = np.repeat(1 / (counts + 2)[:, None] / (classes - 1), classes, axis=1)
    targets[np.arange(len(truth)), truth] = (counts + 1) / (counts + 2)  # [n, classes]
    weights = balanced_weights(truth, classes)  # [n]

    def objective(values: NDArray[np.float64]) -> float:
        temperature, biases = unpack(values)
        found = probabilities(cosines, scale, temperature, biases)  # [n, classes]
        return float(-(weights * (targets * np.log(found + 1e-12)).sum(axis=1)).sum())

    bounds = [tuple(np.log(TEMPERATURES)), *[(-20.0, 20.0)] * (classes - 1)]
    best = minimize(objective, np.zeros(classes), method="L-BFGS-B", bounds=bounds)
    temperature, biases = unpack(best.x)
    found = probabilities(cosines, scale, temperature, biases)
    threshold = abstention_threshold(found, truth, minimum_precision)
    if len(unclear):
        in_between = probabilities(unclear, scale, temperature, biases).max(axis=1)
        withheld = np.quantile(in_between, UNCLEAR_WITHHELD)
        affordable = np.quantile(found.max(axis=1), 1 - CLEAR_ANSWERED)
        threshold = max(threshold, float(min(withheld, affordable)))
    return Calibration(
        round(temperature, 4), tuple(round(float(b), 4) for b in biases), round(threshold, 3)
    )


def calibrate_tasks(
    tasks: Sequence[PackedTask],
    embeddings: NDArray[np.float32],
    prompts: NDArray[np.float32],
    truth: NDArray[np.int64],
    scale: float,
    minimum_precision: float,
) -> list[PackedTask]:
    """Every task with what validation recordings [n, D] say of it.

    `truth` [n, tasks] holds the true class, or −1 where a recording belongs to none. A task of
    which a class has no recording stays as it is.
    """
    calibrated = []
    for task, answers in zip(copy.deepcopy(list(tasks)), truth.T, strict=True):
        asked = answers >= 0
        if np.bincount(answers[asked], minlength=len(task.classes)).min() > 0:
            cosines = class_cosines(embeddings, prompts, task)  # [n, classes]
            fitted = calibrate(
                cosines[asked], answers[asked], cosines[~asked], scale, minimum_precision
            )
            task.temperature = fitted.temperature
            task.minimum_probability = fitted.minimum_probability
            for option, bias in zip(task.classes, fitted.biases, strict=True):
                option.bias = bias
        calibrated.append(task)
    return calibrated


def abstention_threshold(
    found: NDArray[np.float64], truth: NDArray[np.int64], minimum_precision: float
) -> float:
    """The lowest top probability at which the class-balanced share of right answers suffices."""
    top, answer = found.max(axis=1), found.argmax(axis=1)
    weights = balanced_weights(truth, found.shape[1])
    for threshold in np.arange(*THRESHOLDS, 0.01):
        given = top >= threshold
        total = weights[given].sum()
        right = (weights[given] * (answer == truth)[given]).sum()
        if total > 0 and right / total >= minimum_precision:
            return float(threshold)
    return THRESHOLDS[1]
