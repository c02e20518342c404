"""Mumbling: slurred speech, whose sounds run into each other because the mouth hardly moves.

The shape of the spectrum is smoothed over time and drawn towards its mean over the clip, which
makes vowels central and consonants dull. Pitch, timing and the level of each frame stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.measures import HOP


@dataclass(frozen=True)
class Mumble:
    """How slurred. Both zero is none; clearly heard from 0.08 s and 0.4 on."""

    seconds: float = 0.0  # span over which shapes are smoothed, 0.08 to 0.15
    centre: float = 0.0  # 0 to 1: how far towards the mean, 0.4 to 0.8


def envelope(spoken: np.ndarray, mumble: Mumble) -> np.ndarray:
    """The envelope of a mouth that hardly moves.  # [frames, bins] float32"""
    level = np.log(np.maximum(spoken, 1e-9))
    height = level.mean(axis=1, keepdims=True)  # [frames, 1]
    shape = level - height
    # Silence has no say in what its neighbours become.
    power = np.square(spoken).mean(axis=1, keepdims=True)
    weight = power / (power + max(1e-3 * power.max(), 1e-18))
    frames = 0.5 * mumble.seconds * SAMPLE_RATE / HOP
    if frames > 0.0:
        total = gaussian_filter1d(shape * weight, frames, axis=0, mode="nearest")
        share = gaussian_filter1d(weight, frames, axis=0, mode="nearest")
        shape = np.where(share > 1e-3, total / np.maximum(share, 1e-3), shape)
    mean = (shape * weight).sum(axis=0) / weight.sum()
    shape = shape + mumble.centre * (mean - shape)
    slurred = np.exp(shape)
    loud = np.sqrt(power / np.maximum(np.square(slurred).mean(axis=1, keepdims=True), 1e-12))
    return (slurred * loud).astype(np.float32)
