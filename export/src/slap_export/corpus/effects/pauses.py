"""Hesitation: silent pauses where speech would flow on.

Pauses within a phrase that last longer than about 0.25 s are heard as hesitation
(Goldman-Eisler 1968); those put in here last 0.4 to 1.2 s, at points where the speech is
weakest. Before speech goes on, a breath may be heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.measures import rms

_BREATH = butter(2, (500.0, 3500.0), "bandpass", fs=SAMPLE_RATE, output="sos")


@dataclass(frozen=True)
class Pauses:
    """Where a speaker hesitates. `count` of zero is none; clearly heard from 1 in 3 s on."""

    count: int = 0
    shortest: float = 0.4  # seconds
    longest: float = 1.2  # seconds
    apart: float = 0.5  # seconds of speech between pauses, and before the first and last
    breath_db: float | None = None  # below the level of the speech, 25 to 35; None is no breath


def places(samples: np.ndarray, pauses: Pauses) -> np.ndarray:
    """Samples at which to pause: the weakest 20 ms, `apart` from each other.  # [<= count]"""
    window = round(0.02 * SAMPLE_RATE)
    edge = round(pauses.apart * SAMPLE_RATE)
    energy = np.convolve(np.square(samples, dtype=np.float64), np.ones(window) / window, "same")
    hop = 16
    energy = energy[::hop]
    free = np.zeros(len(energy), bool)
    free[edge // hop : max(len(energy) - edge // hop, 0)] = True
    found: list[int] = []
    while len(found) < pauses.count and free.any():
        at = int(np.argmin(np.where(free, energy, np.inf)))
        found.append(at * hop)
        free[max(at - edge // hop, 0) : at + edge // hop + 1] = False
    return np.sort(np.asarray(found, np.int64))


def insert(
    samples: np.ndarray, pauses: Pauses, rng: np.random.Generator
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """`samples` with pauses, and first and last sample of each in what is returned.

    The result is longer by the pauses. Speech is faded out and in over 5 ms beside each.
    """
    ramp = round(0.005 * SAMPLE_RATE)
    loud = 0.0
    if pauses.breath_db is not None:
        loud = rms(samples) * 10.0 ** (-pauses.breath_db / 20.0)
    parts: list[np.ndarray] = []
    spans: list[tuple[int, int]] = []
    length, before = 0, 0
    cuts = places(samples, pauses)
    for index in range(len(cuts) + 1):
        after = int(cuts[index]) if index < len(cuts) else len(samples)
        speech = samples[before:after].astype(np.float32)
        if index > 0:
            speech[:ramp] *= np.linspace(0.0, 1.0, ramp, dtype=np.float32)
        parts.append(speech)
        length += len(speech)
        before = after
        if index < len(cuts):
            speech[-ramp:] *= np.linspace(1.0, 0.0, ramp, dtype=np.float32)
            silent = round(rng.uniform(pauses.shortest, pauses.longest) * SAMPLE_RATE)
            parts.append(_pause(silent, loud, rng))
            spans.append((length, length + silent))
            length += silent
    return np.concatenate(parts), spans


def _pause(count: int, loud: float, rng: np.random.Generator) -> np.ndarray:
    """Silence that ends in a breath of 0.3 s with the level `loud`, if any.  # [count] float32"""
    out = np.zeros(count, np.float32)
    if loud > 0.0:
        drawn = min(round(0.3 * SAMPLE_RATE), count)
        noise = sosfilt(_BREATH, rng.standard_normal(drawn)) * np.hanning(drawn)
        out[-drawn:] = noise * (loud / np.sqrt(np.mean(np.square(noise))))
    return out
