"""Shimmer: the amplitudes of neighbouring cycles of the voice differ at random.

Defined as local shimmer in decibels: the mean absolute difference of the levels of neighbouring
cycles. Healthy voices stay below about 0.35 dB; rough ones exceed 1 dB.
"""

from __future__ import annotations

import numpy as np

_NEIGHBOURS = 2.0 / np.sqrt(np.pi)


def gain(marks: np.ndarray, count: int, decibels: float, rng: np.random.Generator) -> np.ndarray:
    """Gain of each sample, exact at the pulses and straight between them.  # [count] float32"""
    if len(marks) < 2:
        return np.ones(count, np.float32)
    levels = rng.normal(0.0, decibels / _NEIGHBOURS, len(marks))
    gains = 10.0 ** (np.clip(levels, -12.0, 12.0) / 20.0)
    return np.interp(np.arange(count), marks, gains).astype(np.float32)
