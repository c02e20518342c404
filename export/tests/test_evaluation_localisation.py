"""Intervals as the runtime makes them, and their agreement with true ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.evaluation.localisation import (
    intersection_over_union,
    intervals,
    localise,
    matches,
)


def _run(values: list[float], minimum: float = 0.0) -> list[tuple[float, float]]:
    times = np.arange(len(values)) * 48.0
    return intervals(np.array(values), times, len(values) * 48.0, 0.75, 0.55, minimum)


def test_on_after_the_minimum_off_at_once() -> None:
    # The runtime's own example: on since 48, off at 288; the last rise is too short.
    assert _run([0.2, 0.8, 0.75, 0.9, 0.6, 0.55, 0.54, 0.9], 96) == [(48, 288)]


def test_a_short_rise_makes_no_interval() -> None:
    assert _run([0.8, 0.6, 0.8, 0.8, 0.2], 96) == []


def test_nan_ends_a_rise_and_leaves_an_interval_open() -> None:
    nan = float("nan")
    assert _run([0.8, nan, 0.8, 0.8, nan, 0.1], 48) == [(96, 240)]


def test_an_open_interval_is_closed_at_the_end() -> None:
    assert _run([0.1, 0.8, 0.6]) == [(48, 144)]


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="off ≤ on"):
        intervals(np.zeros(1), np.zeros(1), 1.0, 0.4, 0.5)


def test_intersection_over_union_by_hand() -> None:
    found = intersection_over_union([(0, 2), (5, 6)], [(1, 3), (5, 6), (8, 8)])
    assert np.allclose(found, [[1 / 3, 0, 0], [0, 1, 0]])
    assert intersection_over_union([], [(0, 1)]).shape == (0, 1)


def test_matching_is_one_to_one() -> None:
    # Both halves overlap the true interval by exactly a half; it can be found once.
    assert matches([(0, 1), (1, 2)], [(0, 2)]) == 1
    # Taking the better pair for the first would leave the second with nothing.
    assert matches([(0, 10), (0, 5)], [(0, 8), (0, 20)]) == 2


def test_f1_by_hand() -> None:
    found = localise([[(0, 2), (4, 5)], []], [[(0, 3)], [(1, 2)]])
    # One hit (2/3), one false, one missed; 2 s shared of 3 s found and 4 s true.
    assert found.event_f1 == pytest.approx(2 / 4)
    assert found.event_precision == pytest.approx(1 / 2)
    assert found.event_recall == pytest.approx(1 / 2)
    assert found.frame_f1 == pytest.approx(4 / 7)


def test_nothing_to_find_has_no_f1() -> None:
    found = localise([[]], [[]])
    assert np.isnan(found.event_f1)
    assert np.isnan(found.frame_f1)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=40), st.integers(0, 200))
def test_intervals_are_in_order_apart_and_found_again(values: list[float], minimum: int) -> None:
    found = _run(values, minimum)
    flat = [edge for interval in found for edge in interval]
    assert flat == sorted(flat)
    assert all(end > start and end - start >= minimum for start, end in found)
    if found:
        again = localise([found], [found])
        assert (again.event_f1, again.frame_f1) == (1, 1)
