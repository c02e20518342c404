"""Nasality: the voice sounds through the nose in vowels too.

The nasal tract adds a murmur, a pole near 250 Hz, and takes away with a zero above it, and its
losses widen the first formant (House and Stevens 1956; a pole and a zero also in Klatt 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from slap_export.corpus.effects.source_filter import WINDOW
from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Nasal:
    """How nasal. `amount` of zero is none, 0.6 to 1 is clearly heard."""

    amount: float = 0.0  # 0 to 1, scales all the others
    pole_hz: float = 250.0  # 220 to 300
    pole_db: float = 9.0  # height of the murmur
    zero_hz: float = 700.0  # 500 to 900
    zero_db: float = 14.0  # depth of the zero
    widening_hz: float = 120.0  # standard deviation by which the first formant is spread


def envelope(spoken: np.ndarray, voicing: np.ndarray, nasal: Nasal) -> np.ndarray:
    """The envelope through nose and mouth; `voicing` is 0 to 1 by frame.  # [frames, bins]"""
    step = SAMPLE_RATE / WINDOW
    hz = np.arange(WINDOW // 2 + 1) * step
    level = 20.0 * np.log10(np.maximum(spoken, 1e-9))
    wide = gaussian_filter1d(level, nasal.widening_hz / step, axis=1)
    first = 1.0 / (1.0 + np.exp((hz - 1200.0) / 80.0))  # what lies above keeps its shape
    murmur = nasal.pole_db / (1.0 + ((hz - nasal.pole_hz) / 90.0) ** 2)
    hole = -nasal.zero_db / (1.0 + ((hz - nasal.zero_hz) / 130.0) ** 2)
    change = nasal.amount * ((wide - level) * first + murmur + hole)
    return spoken * (10.0 ** (voicing[:, None] * change / 20.0)).astype(np.float32)
