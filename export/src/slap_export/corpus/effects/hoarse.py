"""Hoarseness: jitter, shimmer and noise between the pulses, together.

`noise_db` is the harmonics-to-noise ratio over the whole band; sustained healthy voices lie above
20 dB, hoarse ones below about 10 dB. Unlike breath the noise begins at 300 Hz and the harmonics
keep their strength.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from slap_export.corpus.engines import SAMPLE_RATE

_HIGH = butter(1, 300.0, "highpass", fs=SAMPLE_RATE, output="sos")


@dataclass(frozen=True)
class Hoarse:
    """How hoarse. The defaults are a healthy voice."""

    jitter: float = 0.003  # share of the cycle's length
    shimmer_db: float = 0.15
    noise_db: float = 60.0


def add_noise(
    excitation: np.ndarray, voicing: np.ndarray, hoarse: Hoarse, rng: np.random.Generator
) -> np.ndarray:
    """The excitation with noise where the voice sounds.  # [n] float32"""
    noise = rng.standard_normal(len(excitation), dtype=np.float32)
    noise = sosfilt(_HIGH, noise).astype(np.float32)
    return excitation + noise * voicing * np.float32(10.0 ** (-hoarse.noise_db / 20.0))
