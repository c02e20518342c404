"""Overdrive: an amplifier or a microphone that clips, softly or hard.

Peaks are cut at a ceiling, which adds harmonics to the loud parts and brings weak ones nearer.
Soft clipping follows a hyperbolic tangent, as valves and tape roughly do, hard clipping cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

from slap_export.corpus.effects.level import PEAK
from slap_export.corpus.measures import rms


@dataclass(frozen=True)
class Overdrive:
    """How far peaks exceed the ceiling; none at -20 dB when soft, clearly heard from 12 to 30."""

    drive_db: float = -20.0
    hard: bool = False


def overdrive(samples: np.ndarray, drive: Overdrive) -> np.ndarray:
    """`samples` clipped, at the level they had where the peak allows.  # [n] float32

    It is done at four times the rate, so that the harmonics it adds do not fold.
    """
    before = rms(samples)
    if before == 0.0:
        return samples.astype(np.float32)
    fast = resample_poly(samples, 4, 1)
    fast = fast * (10.0 ** (drive.drive_db / 20.0) / np.max(np.abs(fast)))
    fast = np.clip(fast, -1.0, 1.0) if drive.hard else np.tanh(fast)
    out = resample_poly(fast, 1, 4)[: len(samples)]
    gain = min(before / max(rms(out), 1e-9), PEAK / np.max(np.abs(out)))
    return (out * gain).astype(np.float32)
