"""The bootstrap against numbers worked out by hand, and the ablation table made with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.evaluation.ablation import Run, markdown, table
from slap_export.evaluation.confusions import confusions, mean_macro_f1
from slap_export.evaluation.intervals import bootstrap, draws, percentile_interval
from slap_export.scoring import macro_f1


def test_draws_are_as_many_as_there_are_and_repeat() -> None:
    found = draws(7, 100, 3)
    assert (found.sum(axis=1) == 7).all()
    assert np.array_equal(found, draws(7, 100, 3))
    assert not np.array_equal(found, draws(7, 100, 4))
    assert found.mean(axis=0) == pytest.approx(np.ones(7), abs=0.35)


def test_percentiles_by_hand() -> None:
    found = percentile_interval(5.0, np.arange(11.0), 0.8)
    assert (found.value, found.low, found.high) == pytest.approx((5, 1, 9))
    with_gaps = percentile_interval(5.0, np.append(np.arange(11.0), np.nan), 0.8)
    assert (with_gaps.low, with_gaps.high, with_gaps.undefined) == pytest.approx((1, 9, 1))


def test_one_speaker_says_nothing_about_others() -> None:
    values = np.array([0.0, 1.0, 1.0, 1.0])
    found = bootstrap(lambda rows: float(values[rows].mean()), ["a"] * 4, 50)
    assert found.low == found.value == found.high == 0.75


def test_recordings_of_a_speaker_stay_together() -> None:
    # Two speakers whose recordings are all alike: only the speakers vary.
    values = np.repeat([0.0, 1.0], 50)
    speakers = np.repeat(["a", "b"], 50).tolist()
    found = bootstrap(lambda rows: float(values[rows].mean()), speakers, 200)
    assert (found.low, found.high) == (0, 1)
    apart = bootstrap(lambda rows: float(values[rows].mean()), [str(i) for i in range(100)], 200)
    assert 0.3 < apart.low < apart.high < 0.7


def test_the_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    speakers = np.repeat(np.arange(40), 3).astype(str).tolist()
    covered = 0
    for trial in range(100):
        values = np.repeat(rng.normal(size=40), 3)

        def mean(rows: np.ndarray, values: np.ndarray = values) -> float:
            return float(values[rows].mean())

        found = bootstrap(mean, speakers, 200, seed=trial)
        covered += found.low <= 0 <= found.high
    assert 86 <= covered <= 100


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=6, max_size=30))
def test_macro_f1_of_confusions_is_that_of_the_scorer(pairs: list[tuple[int, int]]) -> None:
    # All three classes occur.
    truth, answer = np.array([(0, 0), (1, 1), (2, 2), *pairs]).T
    found = confusions(truth[:, None], answer[:, None], np.zeros(len(truth), int)).sum(axis=0)
    assert mean_macro_f1(found) == pytest.approx(macro_f1(truth, answer, 3))


TRUTH = np.array([[0, 1], [1, -1], [0, 0], [1, 1]] * 10)
SPEAKERS = [str(i // 4) for i in range(40)]


def _spoilt(every: int) -> np.ndarray:
    answers = np.maximum(TRUTH, 0)
    answers[::every] = 1 - answers[::every]
    return answers


def test_tasks_that_are_not_asked_are_left_out() -> None:
    found = confusions(TRUTH, np.maximum(TRUTH, 0), np.zeros(40, int))
    assert found[0].tolist() == [[[20, 0], [0, 20]], [[10, 0], [0, 20]]]
    assert mean_macro_f1(found[0]) == 1


def test_gains_are_paired_and_only_of_one_objective() -> None:
    alone = Run("alone", frozenset({"contrast"}), _spoilt(5))
    same = Run("same", frozenset({"contrast", "masks"}), _spoilt(5))
    better = Run("better", frozenset({"contrast", "masks", "flips"}), np.maximum(TRUTH, 0))
    rows = table([alone, same, better], TRUTH, SPEAKERS, 200)
    assert rows[0].gains == ()
    (nothing,) = rows[1].gains
    assert (nothing.objective, nothing.without) == ("masks", "alone")
    # The same answers differ by nothing on every resample, though the score itself varies.
    assert nothing.difference.low == nothing.difference.value == nothing.difference.high == 0
    assert rows[1].score.low < rows[1].score.high
    (gain,) = rows[2].gains
    assert (gain.objective, gain.without) == ("flips", "same")
    assert gain.difference.low > 0
    assert rows[2].score.value == 1
    text = markdown(rows)
    assert "masks +0.000 [+0.000, +0.000] (unclear)" in text
    assert len(text.splitlines()) == 5
    assert table([alone], TRUTH, SPEAKERS, 50) == table([alone], TRUTH, SPEAKERS, 50)


def test_runs_that_cannot_be_told_apart_are_refused() -> None:
    run = Run("a", frozenset(), np.maximum(TRUTH, 0))
    with pytest.raises(ValueError, match="twice"):
        table([run, Run("b", frozenset(), run.answers)], TRUTH, SPEAKERS, 10)
    with pytest.raises(ValueError, match="no answer"):
        confusions(TRUTH, np.full_like(TRUTH, -1), np.zeros(40, int))
