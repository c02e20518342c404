"""Jitter: the lengths of neighbouring cycles of the voice differ at random.

Defined as local jitter: the mean absolute difference of neighbouring cycle lengths divided by the
mean length. Healthy voices stay below about 1 %; rough ones reach several per cent.
"""

from __future__ import annotations

import numpy as np

# For independent normal lengths the mean absolute difference of neighbours is 2/sqrt(pi) sigma.
_NEIGHBOURS = 2.0 / np.sqrt(np.pi)


def positions(marks: np.ndarray, count: int, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Positions at which to read an excitation so that its cycles jitter.  # [count]

    `marks` are the samples of its pulses, `amount` the local jitter as a share (0.03 is 3 %).
    """
    if len(marks) < 3:
        return np.arange(count, dtype=np.float64)
    lengths = np.diff(marks).astype(np.float64)
    changes = rng.normal(0.0, amount / _NEIGHBOURS, len(lengths))
    return move_marks(marks, lengths * (1.0 + np.clip(changes, -0.4, 0.4)), count)


def move_marks(marks: np.ndarray, lengths: np.ndarray, count: int) -> np.ndarray:
    """Positions that give the cycles between `marks` new `lengths`, ends staying.  # [count]"""
    moved = marks[0] + np.concatenate(([0.0], np.cumsum(lengths)))
    # The sum of the lengths wanders; a straight line takes the clip's end back to its place.
    span = moved[-1] - moved[0]
    moved = moved[0] + (moved - moved[0]) * (marks[-1] - marks[0]) / span
    wanted = np.concatenate(([0.0], moved, [float(count)]))
    source = np.concatenate(([0.0], marks.astype(np.float64), [float(count)]))
    return np.interp(np.arange(count), wanted, source)
