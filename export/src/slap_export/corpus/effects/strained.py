"""Strain: a pressed voice, tight and hard, as of someone who lifts or speaks with great effort.

The folds close early and for most of the cycle. The first harmonic is weak beside the second, the
high harmonics are strong, little air leaks, so there is less noise between the pulses, and the
cycles are slightly uneven (Klatt and Klatt 1990; Hanson 1997 on the first two harmonics).

Cycles are made steadier, which by itself raises the harmonics-to-noise ratio by about 1 dB. The
whole effect raises the cepstral peak instead: what is left of the noise weighs more once the high
frequencies do, and the ratio falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects import jitter
from slap_export.corpus.effects.source_filter import WINDOW, per_sample, warp
from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Strained:
    """How pressed. The defaults are none; clearly heard with `first_db` 6 to 14, `tilt` 2 to 5."""

    first_db: float = 0.0  # attenuation of the first harmonic
    tilt: float = 0.0  # decibels an octave gained above 600 Hz, up to 4.8 kHz
    steadiness: float = 0.0  # 0 to 1: share of each cycle that is the mean with its neighbours
    jitter: float = 0.0  # share of the cycle's length, 0.003 to 0.01


def source(
    excitation: np.ndarray,
    marks: np.ndarray,
    voicing: np.ndarray,
    pitch_hz: np.ndarray,
    strained: Strained,
    rng: np.random.Generator,
) -> np.ndarray:
    """The excitation with steadier cycles that jitter.  # [n] float32

    `voicing` is 0 to 1 at each sample, `pitch_hz` a value a frame, without gaps.
    """
    count = len(excitation)
    if strained.steadiness > 0.0:
        still = np.arange(count, dtype=np.float64)
        period = SAMPLE_RATE / per_sample(pitch_hz, count)
        sides = warp(excitation, still - period) + warp(excitation, still + period)
        mean = 0.5 * excitation + 0.25 * sides
        excitation = excitation + voicing * strained.steadiness * (mean - excitation)
    if strained.jitter <= 0.0:
        return excitation.astype(np.float32)
    return warp(excitation, jitter.positions(marks, count, strained.jitter, rng))


def envelope(
    spoken: np.ndarray, voicing: np.ndarray, pitch_hz: np.ndarray, strained: Strained
) -> np.ndarray:
    """The envelope of pressed voice; `voicing` and `pitch_hz` by frame.  # [frames, bins]"""
    hz = np.arange(WINDOW // 2 + 1) * (SAMPLE_RATE / WINDOW)
    harmonic = hz[None, :] / pitch_hz[:, None]
    first = -strained.first_db / (1.0 + np.exp(np.clip((harmonic - 1.5) / 0.1, -50.0, 50.0)))
    high = strained.tilt * np.log2(np.clip(hz / 600.0, 1.0, 8.0))
    return spoken * (10.0 ** (voicing[:, None] * (first + high) / 20.0)).astype(np.float32)
