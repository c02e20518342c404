"""Fading: the loudness decays, over each phrase or over the whole clip.

Every phrase falls by a few decibels in ordinary speech; a voice that trails off falls by 10 dB
and more until its last words are hard to hear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Fade:
    """How far the voice falls; zero is none, 12 to 24 dB is clearly heard."""

    decibels: float = 0.0  # from a phrase's beginning to its end
    phrases: bool = False  # in each phrase; otherwise once over the clip
    gap: float = 0.15  # seconds of silence that end a phrase


def gain(samples: np.ndarray, fade: Fade) -> np.ndarray:
    """Gain of each sample, one where a phrase begins.  # [n] float32"""
    count = len(samples)
    knots: list[int] = []
    levels: list[float] = []
    for first, last in phrases(samples, fade.gap if fade.phrases else np.inf):
        knots += [first, last]
        levels += [0.0, -fade.decibels]
    if not knots:
        return np.ones(count, np.float32)
    return (10.0 ** (np.interp(np.arange(count), knots, levels) / 20.0)).astype(np.float32)


def phrases(samples: np.ndarray, gap: float) -> list[tuple[int, int]]:
    """First and last sample of each stretch of speech without `gap` seconds of silence.

    Silent is what lies 40 dB below the loudest 10 ms.
    """
    hop = SAMPLE_RATE // 100
    frames = len(samples) // hop
    if frames == 0:
        return []
    power = np.square(samples[: frames * hop].reshape(frames, hop)).mean(axis=1)
    active = np.flatnonzero((power > power.max() * 1e-4) & (power > 0))
    if len(active) == 0:
        return []
    breaks = np.flatnonzero(np.diff(active) * 0.01 > gap)
    firsts = active[np.concatenate(([0], breaks + 1))]
    lasts = active[np.concatenate((breaks, [len(active) - 1]))]
    return [(int(a) * hop, (int(b) + 1) * hop) for a, b in zip(firsts, lasts, strict=True)]
