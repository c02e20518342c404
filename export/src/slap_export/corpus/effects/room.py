"""Reverberation: the impulse response is an impulse and noise that dies away exponentially.

`t60` is the time in seconds in which the tail falls by 60 dB, `direct_db` the energy of the direct
sound over that of the tail. High frequencies die away faster, as they do in air and curtains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter, oaconvolve

from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Room:
    """A room. `direct_db` of 40 or more is a dry one."""

    t60: float = 0.15
    direct_db: float = 40.0
    delay: float = 0.004  # seconds from the direct sound to the tail


def response(room: Room, rng: np.random.Generator) -> np.ndarray:
    """The room's impulse response.  # [n] float32"""
    count = round(SAMPLE_RATE * min(room.t60 * 0.85, 1.3))
    time = np.arange(count) / SAMPLE_RATE
    noise = rng.standard_normal(count)
    dull = lfilter([0.35], [1, -0.65], noise) * 1.3
    early = np.exp(-time / (0.4 * room.t60))
    tail = (noise * early + dull * (1 - early)) * 10.0 ** (-3.0 * time / room.t60)
    tail *= np.sqrt(10.0 ** (-room.direct_db / 10.0) / np.sum(np.square(tail)))
    out = np.concatenate(([1.0], np.zeros(round(room.delay * SAMPLE_RATE)), tail))
    return out.astype(np.float32)


def apply(samples: np.ndarray, room: Room, rng: np.random.Generator) -> np.ndarray:
    """`samples` heard in the room; as long as before, the tail's end is cut.  # [n] float32"""
    return oaconvolve(samples, response(room, rng))[: len(samples)].astype(np.float32)
