"""Whisper: the excitation is noise throughout, shaped by the same envelope.

A whispered vowel is much weaker than a spoken one beside the consonants, and has little energy
below the first formant; both are made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects.source_filter import WINDOW
from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Whisper:
    """How a whisper sounds."""

    vowels_db: float = 11.0  # attenuation where the voice would sound
    low_cut_hz: float = 600.0
    low_cut_db: float = 9.0


def excitation(count: int, rng: np.random.Generator) -> np.ndarray:
    """White noise of unit power.  # [count] float32"""
    return rng.standard_normal(count, dtype=np.float32)


def envelope(spoken: np.ndarray, voicing: np.ndarray, whisper: Whisper) -> np.ndarray:
    """The envelope a whisper has where speech has `spoken`.  # [frames, bins] float32

    `voicing` is 0 to 1 for each frame.
    """
    hz = np.arange(WINDOW // 2 + 1) * (SAMPLE_RATE / WINDOW)
    low = -whisper.low_cut_db / (1.0 + (hz / whisper.low_cut_hz) ** 4)
    change = voicing[:, None] * (low - whisper.vowels_db)
    return spoken * (10.0 ** (change / 20.0)).astype(np.float32)
