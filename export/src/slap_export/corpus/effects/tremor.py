"""Vocal tremor: a slow, nearly regular modulation of pitch and level together.

Vocal tremor has rates of about 4 to 8 Hz, and moves pitch by a few to well over ten per cent and
level by several decibels either way. The natural envelope of speech also moves at 3 to 8 Hz,
syllable by syllable, and with more than 10 dB, so a movement of level alone, or a shallow one,
cannot be told from speaking: the label needs pitch and level to move together, at a steady rate,
through the whole clip, by an amount that stands out in running speech (1.2 semitones and 3.5 dB
at least, which is a marked tremor and not a mild one).

Depths are peak values, either way from the middle: semitones for pitch, decibels for level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Tremor:
    """One tremor. `semitones` and `decibels` of zero is no tremor."""

    rate_hz: float = 5.5
    semitones: float = 0.0
    decibels: float = 0.0
    lag: float = 0.0  # radians by which level follows pitch
    wobble: float = 0.0  # relative standard deviation of the rate, changing about once a second


def phase(tremor: Tremor, count: int, rng: np.random.Generator) -> np.ndarray:
    """The tremor's phase at each sample, radians; the rate wobbles slowly.  # [count]"""
    knots = max(count // SAMPLE_RATE + 2, 2)
    drift = np.interp(
        np.arange(count), np.linspace(0, count, knots), rng.normal(0.0, tremor.wobble, knots)
    )
    rate = tremor.rate_hz * (1.0 + np.clip(drift, -0.25, 0.25))
    return rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.cumsum(rate) / SAMPLE_RATE


def pitch_positions(tremor: Tremor, angles: np.ndarray) -> np.ndarray:
    """Positions at which to read an excitation so that its pitch trembles.  # [count]"""
    speed = 2.0 ** (tremor.semitones * np.sin(angles) / 12.0)
    speed /= speed.mean()
    return np.cumsum(speed) - speed[0]


def level_gain(tremor: Tremor, angles: np.ndarray) -> np.ndarray:
    """Gain of each sample.  # [count] float32"""
    return (10.0 ** (tremor.decibels * np.sin(angles - tremor.lag) / 20.0)).astype(np.float32)
