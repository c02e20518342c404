"""Trials and error rates worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.evaluation.verification import (
    equal_error_rate,
    error_rates,
    minimum_cost,
    trials,
    verify,
    weighted_equal_error_rate,
)


def _split(scores: list[float], same: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(scores), np.array(same, bool)


def test_trials_leave_out_the_same_utterance() -> None:
    pairs, same = trials(["a", "a", "a", "b"], ["x", "x", "y", "x"])
    # 0–1, 0–3 and 1–3 are of the same utterance.
    assert pairs.tolist() == [[0, 2], [1, 2], [2, 3]]
    assert same.tolist() == [True, True, False]


def test_different_trials_can_be_limited() -> None:
    names, said = list("aabbccdd"), [str(i) for i in range(8)]
    pairs, same = trials(names, said, 5, 1)
    assert (same.sum(), (~same).sum()) == (4, 5)
    again, _ = trials(names, said, 5, 1)
    assert np.array_equal(pairs, again)


def test_error_rates_by_hand() -> None:
    false_alarms, misses = error_rates(*_split([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0]))
    # Accepted: all; ≥ 0.5; ≥ 0.9; none.
    assert false_alarms.tolist() == [1, 0.5, 0, 0]
    assert misses.tolist() == [0, 0, 0.5, 1]


def test_equal_error_rate_between_two_thresholds() -> None:
    # From (0.5, 0) to (0, 0.5): the lines cross at a quarter.
    assert equal_error_rate(*_split([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])) == pytest.approx(0.25)


def test_equal_error_rate_at_a_threshold() -> None:
    found = equal_error_rate(*_split([0.9, 0.8, 0.3, 0.7, 0.2, 0.1], [1, 1, 1, 0, 0, 0]))
    assert found == pytest.approx(1 / 3)


def test_perfect_and_useless() -> None:
    perfect = _split([1, 0.9, 0.2, 0.1], [1, 1, 0, 0])
    assert equal_error_rate(*perfect) == 0
    assert minimum_cost(*perfect) == 0
    useless = _split([0.5] * 4, [1, 1, 0, 0])
    assert equal_error_rate(*useless) == pytest.approx(0.5)
    assert minimum_cost(*useless) == pytest.approx(1)


def test_minimum_cost_by_hand() -> None:
    scores, same = _split([0.9, 0.6, 0.7, 0.1], [1, 1, 0, 0])
    # At 0.9: half missed, no false alarm: 0.01·0.5 / 0.01. At 0.6: 0.99·0.5 / 0.01.
    assert minimum_cost(scores, same) == pytest.approx(0.5)
    # At 0.6 nothing is missed and half are false: 0.5·0.5 / 0.5; at 0.9 the same.
    assert minimum_cost(scores, same, 0.5) == pytest.approx(0.5)
    # False alarms cost nothing like misses: accept all above 0.6.
    assert minimum_cost(scores, same, 0.5, 10, 1) == pytest.approx(0.5)


def test_trials_of_one_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        equal_error_rate(*_split([0.1, 0.2], [1, 1]))


def test_verification_of_directions() -> None:
    embeddings = np.array([[2, 0.1], [1, 0], [0, 3], [0.1, 1]])
    found = verify(embeddings, ["a", "a", "b", "b"], list("wxyz"))
    assert (found.same, found.different) == (2, 4)
    assert found.equal_error_rate.value == 0


def test_a_weight_counts_as_so_many_trials() -> None:
    # In ascending order of score: different, same, different, same.
    same = np.array([False, True, False, True])
    assert weighted_equal_error_rate(same, np.ones(4)) == pytest.approx(0.5)
    # The same trial among the different ones does not count any more.
    assert weighted_equal_error_rate(same, np.array([1.0, 0, 1, 1])) == 0
    assert np.isnan(weighted_equal_error_rate(same, np.array([0.0, 1, 0, 1])))
    order = np.repeat(same, [3, 2, 5, 1])
    scores = np.arange(len(order), dtype=float)
    assert weighted_equal_error_rate(order, np.ones(11)) == pytest.approx(
        equal_error_rate(scores, order)
    )
    assert weighted_equal_error_rate(same, np.array([3.0, 2, 5, 1])) == pytest.approx(
        weighted_equal_error_rate(order, np.ones(11)), abs=0.2
    )


def test_the_interval_is_of_speakers() -> None:
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(size=(12, 4)), 4, axis=0)
    embeddings = centres + rng.normal(size=(48, 4))
    speakers = [str(i // 4) for i in range(48)]
    found = verify(embeddings, speakers, [str(i) for i in range(48)], resamples=100)
    rate = found.equal_error_rate
    assert 0 < rate.low < rate.value < rate.high < 0.5


@settings(deadline=None)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=20),
    st.lists(st.integers(-5, 5), min_size=1, max_size=20),
)
def test_only_the_order_of_scores_matters(alike: list[int], apart: list[int]) -> None:
    scores = np.array(alike + apart, float)
    same = np.array([True] * len(alike) + [False] * len(apart))
    rate = equal_error_rate(scores, same)
    assert 0 <= rate <= 1
    assert rate == pytest.approx(equal_error_rate(np.exp(scores) * 7 - 3, same))
    # Calling every score its opposite turns every answer around.
    assert rate == pytest.approx(equal_error_rate(-scores, ~same))
    assert rate == pytest.approx(1 - equal_error_rate(-scores, same))
    assert 0 <= minimum_cost(scores, same) <= 1
