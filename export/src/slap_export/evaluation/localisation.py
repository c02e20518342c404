"""When an attribute holds: intervals from scores over time, against the true intervals.

Scores become intervals by the rule of the runtime (`slap_core::score::Hysteresis`): on once the
score has been at or above the upper threshold for the minimum duration, counted from the first
such step; off at the first step below the lower threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Interval = tuple[float, float]
"""Beginning and end in one unit of time; the end is not part of it."""


@dataclass(frozen=True)
class Localisation:
    """How well intervals were found, pooled over recordings; nan if there was nothing to find."""

    event_f1: float
    """F1 of intervals, a hit being one that overlaps a true one by enough."""
    event_precision: float
    event_recall: float
    frame_f1: float
    """F1 of moments: of the time inside intervals, found and true."""


def intervals(
    scores: NDArray[np.floating],
    times: NDArray[np.floating],
    end: float,
    on: float,
    off: float,
    minimum: float = 0.0,
) -> list[Interval]:
    """Intervals of scores [n] given at ascending times [n]; an open one is closed at `end`.

    A nan is neither high nor low: it ends a rise and leaves an open interval open.
    """
    if not 0 <= off <= on <= 1:
        raise ValueError(f"thresholds must be 0 ≤ off ≤ on ≤ 1, got off {off} and on {on}")
    found: list[Interval] = []
    since: float | None = None
    is_on = False
    for score, time in zip(scores.tolist(), times.tolist(), strict=True):
        if is_on:
            if score < off and since is not None:
                found.append((since, time))
                since, is_on = None, False
        elif score >= on:
            since = time if since is None else since
            is_on = time - since >= minimum
        else:
            since = None
    if is_on and since is not None:
        found.append((since, end))
    return found


def intersection_over_union(found: Sequence[Interval], true: Sequence[Interval]) -> NDArray:
    """Overlap of each found with each true interval, by their union: [found, true]."""
    a = np.array(found, float).reshape(-1, 1, 2)
    b = np.array(true, float).reshape(1, -1, 2)
    shared = np.clip(np.minimum(a[..., 1], b[..., 1]) - np.maximum(a[..., 0], b[..., 0]), 0, None)
    union = (a[..., 1] - a[..., 0]) + (b[..., 1] - b[..., 0]) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def matches(found: Sequence[Interval], true: Sequence[Interval], least: float = 0.5) -> int:
    """The most pairs of a found and a true interval that overlap by `least`, each used once."""
    enough = intersection_over_union(found, true) >= least
    rows, columns = linear_sum_assignment(enough, maximize=True)
    return int(enough[rows, columns].sum())


def localise(
    found: Sequence[Sequence[Interval]],
    true: Sequence[Sequence[Interval]],
    least: float = 0.5,
) -> Localisation:
    """F1 = 2·TP / (found + true) of intervals and of time, over recordings.

    Both follow Mesaros et al. 2016, "Metrics for polyphonic sound event detection": event-based
    with one-to-one matching (here by overlap rather than by onset), and segment-based with
    segments made infinitely short. The intervals of one list must not overlap each other.
    """
    hits = found_events = true_events = 0
    shared = found_time = true_time = 0.0
    for some, others in zip(found, true, strict=True):
        hits += matches(some, others, least)
        found_events += len(some)
        true_events += len(others)
        shared += sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in some for b in others)
        found_time += sum(end - start for start, end in some)
        true_time += sum(end - start for start, end in others)
    return Localisation(
        _ratio(2 * hits, found_events + true_events),
        _ratio(hits, found_events),
        _ratio(hits, true_events),
        _ratio(2 * shared, found_time + true_time),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
