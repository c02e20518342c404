"""Creak: pulses so far apart, and so unevenly, that a listener hears them one by one.

Creaky voice runs at about 20 to 70 pulses a second, irregular, with the sound dying away between
them. Here one pulse is kept of every `cycles`; the others, and what lies between, are attenuated;
the groups differ in length at random. With `cycles` 2 it is the subharmonic of every other cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects.jitter import move_marks


@dataclass(frozen=True)
class Creak:
    """How a voice creaks. `attenuation_db` of zero is no creak."""

    rate_hz: float = 40.0  # pulses a second that are kept
    attenuation_db: float = 0.0
    irregularity: float = 0.0  # relative standard deviation of the length of a group of cycles
    start: float = 0.0  # share of the clip before the creak sets in


def gain_and_positions(
    creak: Creak, marks: np.ndarray, pitch_hz: float, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Gain of each sample, and positions to read it at afterwards.  # [count], [count]"""
    still = np.arange(count, dtype=np.float64)
    if creak.attenuation_db <= 0.0 or len(marks) < 4:
        return np.ones(count, np.float32), still
    cycles = max(2, round(pitch_hz / creak.rate_hz))
    floor = 10.0 ** (-creak.attenuation_db / 20.0)
    inside = marks >= creak.start * count
    kept = np.flatnonzero(inside)[::cycles]
    half = np.diff(marks, append=2 * marks[-1] - marks[-2])[kept] * 0.55
    centres = marks[kept].astype(np.float64)
    places = np.stack([centres - half, centres - 0.4 * half, centres + 0.5 * half, centres + half])
    values = np.broadcast_to(np.array([[floor], [1.0], [1.0], [floor]]), places.shape)
    order = np.argsort(places.T.reshape(-1), kind="stable")
    begin = creak.start * count
    gains = np.interp(still, places.T.reshape(-1)[order], values.T.reshape(-1)[order])
    gains = np.where(still < begin, 1.0, gains)
    group = np.cumsum(np.isin(np.arange(len(marks)), kept))[:-1]
    stretch = 1.0 + np.clip(rng.normal(0.0, creak.irregularity, group.max() + 1), -0.5, 0.8)
    lengths = np.diff(marks) * np.where(inside[:-1], stretch[group], 1.0)
    return gains.astype(np.float32), move_marks(marks, lengths, count)
