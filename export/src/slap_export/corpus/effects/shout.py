"""Vocal effort: a shout, or its opposite, a murmur.

With effort the high harmonics gain on the low ones, the mouth opens and the first formant rises,
and weak sounds come nearer to strong ones (Traunmüller and Eriksson 2000). Pitch rises too; that
is left to the synthesiser. A murmur loses its high harmonics and has a lower first formant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects.source_filter import WINDOW
from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Effort:
    """How a voice is raised. The defaults are a voice in conversation."""

    tilt: float = 0.0  # decibels an octave above 500 Hz; a shout 3 to 6, a murmur -6 to -3
    first_formant: float = 1.0  # factor on what lies below 1 kHz; 1.15 to 1.35, or 0.8 to 0.9
    compression: float = 1.0  # ratio of levels in decibels to what they become; a shout 2 to 3


SHOUT = Effort(4.5, 1.25, 2.5)
MURMUR = Effort(-5.0, 0.85, 1.0)


def envelope(spoken: np.ndarray, voicing: np.ndarray, effort: Effort) -> np.ndarray:
    """The envelope with effort; `voicing` is 0 to 1 by frame.  # [frames, bins] float32

    The power over the clip stays: how loud a recording is, its level says.
    """
    step = SAMPLE_RATE / WINDOW
    hz = np.arange(WINDOW // 2 + 1) * step
    # The axis is stretched below 1 kHz and catches up by 2.2 kHz.
    knots = np.array([0.0, 1000.0 * effort.first_formant, 2200.0, SAMPLE_RATE / 2])
    place = np.interp(hz, knots, [0.0, 1000.0, 2200.0, SAMPLE_RATE / 2]) / step  # [bins]
    low = np.minimum(place.astype(np.int64), len(hz) - 2)
    part = place - low
    level = 20.0 * np.log10(np.maximum(spoken, 1e-9))
    moved = level[:, low] * (1.0 - part) + level[:, low + 1] * part
    slope = effort.tilt * np.log2(np.clip(hz / 500.0, 1.0, 8.0))
    change = voicing[:, None] * (moved - level + slope)
    # Levels are drawn to the loudest, but not those of silence, 40 dB below.
    height = 10.0 * np.log10(np.maximum(np.square(spoken).mean(axis=1, keepdims=True), 1e-18))
    below = height.max() - height  # [frames, 1]
    near = 1.0 / (1.0 + np.exp((below - 35.0) / 3.0))
    change = change + near * below * (1.0 - 1.0 / effort.compression)
    raised = spoken * 10.0 ** (change / 20.0)
    raised *= np.sqrt(np.square(spoken).sum() / max(np.square(raised).sum(), 1e-18))
    return raised.astype(np.float32)
