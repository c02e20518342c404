"""Breathiness: air that escapes through a glottis that does not close.

Noise above a corner frequency is added to the excitation where the voice sounds, so it takes the
formants; the harmonics lose strength with frequency, as they do when the folds close gently. The
amount is the harmonics-to-noise ratio in decibels above the corner, before the loss; breathy
voices have more noise than harmonics there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Breath:
    """How breathy. `ratio_db` of 60 or more is no breath, `tilt` of zero no loss."""

    ratio_db: float = 60.0
    corner_hz: float = 1500.0
    tilt: float = 0.0  # 0 to 1: share of the harmonics that loses 6 dB an octave above 600 Hz


def add(
    excitation: np.ndarray, voicing: np.ndarray, breath: Breath, rng: np.random.Generator
) -> np.ndarray:
    """The excitation with breath; `voicing` is 0 to 1 at each sample.  # [n] float32"""
    pole = float(np.exp(-2 * np.pi * 600.0 / SAMPLE_RATE))
    soft = lfilter([1 - pole], [1, -pole], excitation).astype(np.float32)
    share = np.float32(breath.tilt) * voicing
    noise = rng.standard_normal(len(excitation), dtype=np.float32)
    high = butter(2, breath.corner_hz, "highpass", fs=SAMPLE_RATE, output="sos")
    noise = sosfilt(high, noise).astype(np.float32)
    amount = np.float32(10.0 ** (-breath.ratio_db / 20.0))
    return excitation * (1 - share) + soft * (share * np.float32(1.6)) + noise * voicing * amount
