"""Ranks, recall and average precision worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from slap_export.evaluation.retrieval import (
    both_ways,
    chance_at,
    first_ranks,
    mean_average_precision,
    recall_at,
    retrieve,
)

SCORES = np.array([[0.9, 0.8, 0.1, 0.0], [0.1, 0.5, 0.5, 0.2], [0.4, 0.3, 0.2, 0.1]])
RELEVANT = np.array([[0, 1, 0, 1], [0, 1, 0, 0], [1, 1, 0, 0]], bool)


def test_ranks_by_hand() -> None:
    # One wrong answer is higher; one wrong answer ties; the best is right.
    assert first_ranks(SCORES, RELEVANT).tolist() == [2, 2, 1]


def test_recall_by_hand() -> None:
    ranks = first_ranks(SCORES, RELEVANT)
    assert recall_at(ranks, 1) == pytest.approx(1 / 3)
    assert recall_at(ranks, 2) == 1


def test_chance_by_hand() -> None:
    # Two, one and two right answers of four: 1 − 2/4, 1/4; of two places 1 − (2/4)(1/3), 2/4.
    assert chance_at(RELEVANT, 1) == pytest.approx((0.5 + 0.25 + 0.5) / 3)
    assert chance_at(RELEVANT, 2) == pytest.approx((5 / 6 + 0.5 + 5 / 6) / 3)
    assert chance_at(RELEVANT, 10) == 1


def test_average_precision_by_hand() -> None:
    # Right at places 2 and 4: (1/2 + 2/4) / 2; at place 2 after the tie: 1/2; at 1 and 2: 1.
    assert mean_average_precision(SCORES, RELEVANT) == pytest.approx((0.5 + 0.5 + 1) / 3)
    # Cut off at 1 at most one answer can be right.
    assert mean_average_precision(SCORES, RELEVANT, 1) == pytest.approx(1 / 3)


def test_a_model_that_gives_one_score_finds_nothing() -> None:
    found = retrieve(np.zeros((5, 12)), np.eye(5, 12, dtype=bool))
    assert found.recall == {1: 0, 5: 0, 10: 0}
    assert found.average_precision == 0
    assert found.median_rank == 12


def test_both_ways_with_several_true_captions() -> None:
    audio = np.eye(2)
    text = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    relevant = np.array([[1, 1, 0], [0, 0, 1]], bool)
    to_text, to_audio = both_ways(audio, text, relevant)
    assert to_text.recall[1] == 1
    # The second caption is nearer to the recording it does not describe.
    assert to_audio.recall[1] == pytest.approx(2 / 3)
    assert (to_audio.queries, to_audio.candidates) == (3, 2)


@pytest.mark.parametrize(
    ("scores", "relevant", "message"),
    [
        (np.zeros((1, 2)), np.zeros((1, 2), bool), "without a right answer"),
        (np.full((1, 2), np.nan), np.ones((1, 2), bool), "finite"),
        (np.zeros((1, 2)), np.ones((2, 1), bool), "fit"),
    ],
)
def test_what_cannot_be_scored_is_refused(scores, relevant, message) -> None:
    with pytest.raises(ValueError, match=message):
        retrieve(scores, relevant)


@settings(deadline=None)
@given(arrays(np.int64, (4, 12), elements=st.integers(-3, 3)), st.data())
def test_order_of_candidates_does_not_matter(scores, data) -> None:
    relevant = data.draw(arrays(bool, (4, 12)))
    relevant[:, 0] = True
    order = data.draw(st.permutations(range(12)))
    found = retrieve(scores.astype(float), relevant)
    assert found == retrieve(scores[:, order].astype(float), relevant[:, order])
    assert found.recall[1] <= found.recall[5] <= found.recall[10]
    assert 0 <= found.average_precision <= 1
