"""A linear probe: what a logistic regression on frozen embeddings can tell.

The probe is fitted on training recordings; its strength of regularisation is the one that does
best on validation recordings; the test recordings are used once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from slap_export.calibrate import balanced_weights
from slap_export.scoring import macro_f1

Array = NDArray[np.floating]
Labels = NDArray[np.int64]

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)


@dataclass(frozen=True)
class Probe:
    """A fitted probe."""

    mean: Array
    """[D], of the training recordings."""
    deviation: Array
    """[D], of the training recordings; 1 where a feature does not vary."""
    weights: Array
    """[D, classes]"""
    biases: Array
    """[classes]"""
    strength: float

    def answer(self, features: Array) -> Labels:
        """The likeliest class of each recording [n, D]."""
        return (((features - self.mean) / self.deviation) @ self.weights + self.biases).argmax(1)


@dataclass(frozen=True)
class ProbeScore:
    """How well a probe answers."""

    macro_f1: float
    validation_macro_f1: float
    strength: float


def loss_and_gradient(
    parameters: Array, features: Array, truth: Labels, weight: Array, classes: int, strength: float
) -> tuple[float, Array]:
    """−Σ wᵢ·log p(yᵢ | xᵢ) + λ/2·‖W‖², and its gradient; the biases are not held back.

    Multinomial logistic regression (Bishop 2006, "Pattern Recognition and Machine Learning",
    sec. 4.3.4). `features` [n, D]; `parameters` are W [D, classes] and then the biases.
    """
    size = features.shape[1]
    weights = parameters[: size * classes].reshape(size, classes)
    logits = features @ weights + parameters[size * classes :]  # [n, classes]
    rows = np.arange(len(truth))
    loss = -weight @ log_softmax(logits, axis=1)[rows, truth] + strength / 2 * np.sum(weights**2)
    error = softmax(logits, axis=1)  # [n, classes]
    error[rows, truth] -= 1
    error *= weight[:, None]
    gradient = np.concatenate(
        [(features.T @ error + strength * weights).ravel(), error.sum(axis=0)]
    )
    return float(loss), gradient


def fit(features: Array, truth: Labels, classes: int, strength: float) -> Probe:
    """Fits by L-BFGS from zero on standardised features, every class weighing the same."""
    found = np.asarray(features, np.float64)
    mean = found.mean(axis=0)
    deviation = found.std(axis=0)
    # What is left of a constant by rounding is not a feature.
    deviation = np.where(deviation > 1e-9 * np.maximum(np.abs(mean), 1e-3), deviation, 1.0)
    size = found.shape[1]
    result = minimize(
        loss_and_gradient,
        np.zeros((size + 1) * classes),
        args=(
            (found - mean) / deviation,
            truth,
            balanced_weights(truth, classes),
            classes,
            strength,
        ),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 500},
    )
    weights = result.x[: size * classes].reshape(size, classes)
    return Probe(mean, deviation, weights, result.x[size * classes :], strength)


def best_probe(
    training: tuple[Array, Labels],
    validation: tuple[Array, Labels],
    classes: int,
    strengths: tuple[float, ...] = STRENGTHS,
) -> tuple[float, Probe]:
    """The probe that is best on `validation` and its macro-F1 there; of equals, the strongest."""
    best: tuple[float, Probe] | None = None
    for strength in sorted(strengths, reverse=True):
        fitted = fit(*training, classes, strength)
        score = macro_f1(validation[1], fitted.answer(validation[0]), classes)
        if best is None or score > best[0]:
            best = (score, fitted)
    if best is None:
        raise ValueError("a probe needs at least one strength")
    return best


def probe(
    training: tuple[Array, Labels],
    validation: tuple[Array, Labels],
    test: tuple[Array, Labels],
    classes: int,
    strengths: tuple[float, ...] = STRENGTHS,
) -> ProbeScore:
    """Macro-F1 on `test` of the probe that is best on `validation`."""
    score, best = best_probe(training, validation, classes, strengths)
    found = macro_f1(test[1], best.answer(test[0]), classes)
    return ProbeScore(found, score, best.strength)
