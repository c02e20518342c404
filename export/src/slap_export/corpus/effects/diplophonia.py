"""Diplophonia: two notes at once, the voice and one an octave below, as a rough, doubled sound.

Cycles alternate, long and short, strong and weak, so that the pattern repeats every two cycles and
a subharmonic stands at half the pitch. Unlike roughness of random cycles it is regular (alternating
pulse pattern, Titze 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects.jitter import move_marks


@dataclass(frozen=True)
class Diplophonia:
    """How unlike neighbouring cycles are; clearly heard with `period` 0.05 to 0.15 and 3 to 10 dB.

    Both are differences of one cycle from the next; zero is none.
    """

    period: float = 0.0  # share of the mean cycle
    decibels: float = 0.0


def gain(marks: np.ndarray, count: int, wanted: Diplophonia) -> np.ndarray:
    """Gain of each sample: alternates about one, exact at the pulses.  # [count] float32"""
    if len(marks) < 2:
        return np.ones(count, np.float32)
    levels = np.where(np.arange(len(marks)) % 2 == 0, 0.5, -0.5) * wanted.decibels
    return np.interp(np.arange(count), marks, 10.0 ** (levels / 20.0)).astype(np.float32)


def positions(marks: np.ndarray, count: int, wanted: Diplophonia) -> np.ndarray:
    """Positions at which to read an excitation so that its periods alternate.  # [count]"""
    if len(marks) < 4:
        return np.arange(count, dtype=np.float64)
    lengths = np.diff(marks).astype(np.float64)
    sign = np.where(np.arange(len(lengths)) % 2 == 0, 0.5, -0.5)
    return move_marks(marks, lengths * (1.0 + wanted.period * sign), count)
