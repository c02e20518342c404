"""The level of a recording, in decibels below full scale."""

from __future__ import annotations

import numpy as np

from slap_export.corpus.measures import rms

PEAK = 0.98
"""The largest sample that is written."""


def set_level(samples: np.ndarray, decibels: float) -> tuple[np.ndarray, float]:
    """`samples` with the level of their active parts at `decibels` below full scale.

    Where that would clip, the level is as high as the peak allows. Returns the level reached too.
    """
    now = max(rms(samples), 1e-9)
    gain = 10.0 ** (decibels / 20.0) / now
    gain = min(gain, PEAK / max(float(np.max(np.abs(samples))), 1e-9))
    return (samples * np.float32(gain)).astype(np.float32), float(20 * np.log10(gain * now))
