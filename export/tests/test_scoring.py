"""Scores and calibration against numbers worked out by hand and simulated truths."""

import numpy as np
import pytest

from slap_export.calibrate import (
    THRESHOLDS,
    abstention_threshold,
    balanced_weights,
    calibrate,
)
from slap_export.runtime import chunks_of, clip_embedding, pad_to_chunks
from slap_export.scoring import (
    PackedClass,
    PackedTask,
    class_cosines,
    macro_f1,
    probabilities,
    task_probabilities,
)

FRONT_END = {"frame_length": 400, "hop_length": 160}


def test_wordings_are_averaged_and_normalised_again() -> None:
    prompts = np.eye(3, dtype=np.float32)
    task = PackedTask("t", "T", [PackedClass("both", [0, 1]), PackedClass("one", [2])])
    found = class_cosines(np.array([[1, 0, 0], [0, 0, 1]], np.float32), prompts, task)
    assert np.allclose(found, [[0.5**0.5, 0], [0, 1]])


def test_probabilities_by_hand() -> None:
    found = probabilities(np.array([[0.2, 0.1]]), 10.0, 2.0, np.array([0.5, -0.5]))
    # logits 1.0 + 0.5 and 0.5 - 0.5
    assert np.allclose(found[0, 0], 1 / (1 + np.exp(-1.5)))


def test_bias_and_temperature_of_a_task_are_used() -> None:
    prompts = np.eye(2, dtype=np.float32)
    task = PackedTask("t", "T", [PackedClass("a", [0], 1.0), PackedClass("b", [1], -1.0)], 4.0)
    found = task_probabilities(np.array([[0.6, 0.8]], np.float32), prompts, task, 20.0)
    assert np.allclose(found[0, 0], 1 / (1 + np.exp(-(20 * -0.2 / 4 + 2))), atol=1e-6)


def test_macro_f1_by_hand() -> None:
    truth, answer = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    assert macro_f1(truth, answer, 2) == pytest.approx((0.8 + 2 / 3) / 2)


NO_OTHERS = np.empty((0, 2))


def negative_log_likelihood(
    cosines: np.ndarray,
    truth: np.ndarray,
    scale: float,
    temperature: float,
    biases: np.ndarray,
) -> float:
    """Class-balanced mean of −log p(true class)."""
    found = probabilities(cosines, scale, temperature, biases)[np.arange(len(truth)), truth]
    return float(-(balanced_weights(truth, cosines.shape[1]) * np.log(found + 1e-12)).sum())


def simulated(shift: float, spread: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines of two classes that lie `shift` to one side and are too sure by 1 / spread."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, count)
    margin = np.where(truth == 0, 0.06, -0.06) + rng.normal(0, spread, count) + shift
    return np.stack([margin / 2, -margin / 2], axis=1), truth


def test_calibration_lowers_the_loss_on_other_recordings() -> None:
    cosines, truth = simulated(shift=0.1, spread=0.06, count=2000)
    fitted = calibrate(cosines[:1000], truth[:1000], NO_OTHERS, 40.0, 0.9)
    before = negative_log_likelihood(cosines[1000:], truth[1000:], 40.0, 1.0, np.zeros(2))
    after = negative_log_likelihood(
        cosines[1000:], truth[1000:], 40.0, fitted.temperature, np.array(fitted.biases)
    )
    assert after < before - 0.5
    # A margin of ±0.06 with deviation 0.06 has log odds 2 · 0.06 / 0.06² per unit of margin.
    assert fitted.temperature == pytest.approx(40.0 / (2 * 0.06 / 0.06**2), rel=0.25)
    assert sum(fitted.biases) == pytest.approx(0, abs=1e-3)


def test_threshold_reaches_the_wanted_share_of_right_answers() -> None:
    cosines, truth = simulated(shift=0.0, spread=0.06, count=4000)
    fitted = calibrate(cosines, truth, NO_OTHERS, 40.0, 0.95)
    found = probabilities(cosines, 40.0, fitted.temperature, np.array(fitted.biases))
    given = found.max(axis=1) >= fitted.minimum_probability
    assert 0.5 < given.mean() < 1.0
    assert (found.argmax(axis=1) == truth)[given].mean() > 0.94
    assert abstention_threshold(np.eye(2)[truth], truth, 0.95) == THRESHOLDS[0]


def test_what_belongs_to_no_class_raises_the_threshold() -> None:
    cosines, truth = simulated(shift=0.0, spread=0.02, count=2000)
    between = np.random.default_rng(5).normal(0, 0.02, 1000)
    unclear = np.stack([between / 2, -between / 2], axis=1)
    alone = calibrate(cosines, truth, NO_OTHERS, 40.0, 0.9)
    beside = calibrate(cosines, truth, unclear, 40.0, 0.9)
    assert beside.minimum_probability > alone.minimum_probability

    def answered(values: np.ndarray) -> float:
        biases = np.array(beside.biases)
        found = probabilities(values, 40.0, beside.temperature, biases).max(axis=1)
        return float((found >= beside.minimum_probability).mean())

    assert answered(unclear) == pytest.approx(0.5, abs=0.05)
    assert answered(cosines) > 0.8
    # What cannot be told from the clear ones costs at most a fifth of them.
    same = calibrate(cosines, truth, cosines, 40.0, 0.9)
    found = probabilities(cosines, 40.0, same.temperature, np.array(same.biases)).max(axis=1)
    assert (found >= same.minimum_probability).mean() > 0.75


def test_a_task_told_perfectly_does_not_run_away() -> None:
    cosines = np.array([[0.5, -0.5], [-0.5, 0.5]] * 20)
    fitted = calibrate(cosines, np.array([0, 1] * 20), NO_OTHERS, 20.0, 0.95)
    found = probabilities(cosines[0], 20.0, fitted.temperature, np.array(fitted.biases))
    # Twenty right answers of each class: 21 / 22, and no side is favoured.
    assert found[0] == pytest.approx(21 / 22, abs=1e-3)
    assert fitted.biases == pytest.approx((0, 0), abs=1e-2)


def test_short_and_long_recordings_are_pooled_by_the_rule() -> None:
    steps = np.random.default_rng(0).standard_normal((10, 4)).astype(np.float32)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    assert np.allclose(clip_embedding(steps[:7], 8), steps[6], atol=1e-6)
    mean = steps[7:].mean(axis=0)
    assert np.allclose(clip_embedding(steps, 8), mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize(
    ("samples", "chunks"),
    [(0, 1), (399, 1), (400, 1), (400 + 47 * 160, 1), (400 + 48 * 160, 2), (16000, 3)],
)
def test_padding_completes_the_last_chunk_with_a_real_frame(samples: int, chunks: int) -> None:
    assert chunks_of(samples, FRONT_END, 48) == chunks
    padded = pad_to_chunks(np.ones(samples, np.float32), FRONT_END, 48)
    assert (len(padded) - 400) // 160 + 1 == 48 * chunks
    assert padded[samples:].sum() == 0
