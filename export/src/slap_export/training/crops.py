"""Stretches of recordings, changed a little each time they are heard."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from slap_export.config import AugmentConfig, Config
from slap_export.features import Features

# Natural-log units of one dB of power.
LN_PER_DB = math.log(10) / 10


def crop(
    features: Features, clip: int, begin: int, size: int, chunks: int, config: Config
) -> NDArray[np.float32]:
    """Log-mel [T, F] of `size` chunks of a recording from frame `begin`; silence up to `chunks`.

    Silence also follows where the recording ends before its crop does.
    """
    frames = config.tower.chunk_frames
    floor = math.log(config.front_end.log_floor)
    first = int(features.starts[clip]) + begin
    last = min(first + size * frames, int(features.starts[clip + 1]))
    result = np.full((chunks * frames, config.tower.bands), floor, np.float32)
    result[: last - first] = features.log_mel[first:last]
    return result


def augment(
    mel: NDArray[np.float32],
    settings: AugmentConfig,
    floor: float,
    mean: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Changes level and tilt of log-mel [T, F] and hides a few bands and frames.

    A gain is a constant added to the log-mel; values at the floor stay there.
    Hidden parts get the mean of the corpus (SpecAugment, Park et al., 2019).
    """
    frames, bands = mel.shape
    gain = rng.uniform(-1, 1) * settings.gain_db
    tilt = rng.uniform(-1, 1) * settings.tilt_db
    curve = (gain + tilt * np.linspace(-0.5, 0.5, bands)) * LN_PER_DB  # [F]
    changed = np.where(mel > floor, np.maximum(mel + curve.astype(np.float32), floor), mel)
    for _ in range(settings.band_masks):
        width = int(rng.integers(0, settings.band_mask_width + 1))
        start = int(rng.integers(0, bands - width + 1))
        changed[:, start : start + width] = mean
    for _ in range(settings.time_masks):
        width = int(rng.integers(0, settings.time_mask_width + 1))
        start = int(rng.integers(0, frames - width + 1))
        changed[start : start + width] = mean
    return changed
