"""The linear probe against numbers worked out by hand and data with a known answer."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from slap_export.evaluation.probe import fit, loss_and_gradient, probe


def test_loss_by_hand() -> None:
    # Logits 1 and 0 for x = 1 of class 0: −log σ(1), and half of λ·(1² + 0²).
    loss, gradient = loss_and_gradient(
        np.array([1.0, 0, 0, 0]), np.array([[1.0]]), np.array([0]), np.ones(1), 2, 0.5
    )
    miss = 1 / (1 + np.e)
    assert loss == pytest.approx(np.log(1 + np.exp(-1)) + 0.25)
    assert np.allclose(gradient, [-miss + 0.5, miss, -miss, miss])


def test_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    features, truth = rng.normal(size=(7, 3)), rng.integers(0, 3, 7)
    args = (features, truth, rng.random(7), 3, 0.3)
    error = check_grad(
        lambda p: loss_and_gradient(p, *args)[0],
        lambda p: loss_and_gradient(p, *args)[1],
        rng.normal(size=12),
    )
    assert error < 1e-5


def test_fit_is_at_the_minimum() -> None:
    rng = np.random.default_rng(1)
    found = fit(rng.normal(size=(40, 2)), rng.integers(0, 2, 40), 2, 0.1)
    # Two classes share the weight evenly, with opposite signs.
    assert np.allclose(found.weights[:, 0], -found.weights[:, 1], atol=1e-4)


def test_scale_of_the_features_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    features, truth = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    other = features * np.array([1e4, 1, 1e-4]) + 100
    a, b = fit(features, truth, 2, 0.01), fit(other, truth, 2, 0.01)
    assert np.array_equal(a.answer(features), b.answer(other))


def test_a_feature_that_does_not_vary_is_no_trouble() -> None:
    rng = np.random.default_rng(3)
    features = np.column_stack([rng.normal(size=30), np.full(30, 0.1)])
    truth = (features[:, 0] > 0).astype(np.int64)
    assert np.isfinite(fit(features, truth, 2, 0.01).weights).all()


def _blobs(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    truth = rng.integers(0, 3, count)
    return 4 * np.eye(3)[truth] + rng.normal(size=(count, 3)), truth


def test_separate_classes_are_told_and_noise_is_not() -> None:
    rng = np.random.default_rng(4)
    parts = [_blobs(rng, 120) for _ in range(3)]
    assert probe(*parts, 3).macro_f1 > 0.9
    noise = [(rng.normal(size=found.shape), truth) for found, truth in parts]
    assert probe(*noise, 3).macro_f1 < 0.5


def test_of_equal_strengths_the_strongest_is_taken() -> None:
    features = np.array([[-2.0], [-1.9], [2.0], [1.9]])
    part = (features, np.array([0, 0, 1, 1]))
    found = probe(part, part, part, 2, (1e-3, 1e-1, 1e-2))
    assert (found.macro_f1, found.strength) == (1, 1e-1)
