"""Background noise at a signal-to-noise ratio.

The ratio is the power of the speech while it is active over the power of the noise, in decibels.
Kinds: white, pink (3 dB an octave), rumble (below 300 Hz, like traffic or wind), hum (50 or 60 Hz
with harmonics) and babble (many other speakers at once).
"""

from __future__ import annotations

import numpy as np
from scipy import fft as sfft

from slap_export.corpus.engines import SAMPLE_RATE

KINDS = ("white", "pink", "rumble", "hum", "babble")


def track(kind: str, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Noise of unit power of any kind but babble.  # [n] float32"""
    count = round(seconds * SAMPLE_RATE)
    if kind == "hum":
        time = np.arange(count) / SAMPLE_RATE
        base = float(rng.choice((50.0, 60.0)))
        out = np.zeros(count)
        for harmonic in range(1, 16):
            strength = rng.uniform(0.2, 1.0) / harmonic**0.7
            out += strength * np.sin(2 * np.pi * (harmonic * base * time + rng.random()))
    else:
        white = rng.standard_normal(count)
        if kind == "white":
            out = white
        else:
            spectrum = sfft.rfft(white)
            hz = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / count, 20.0)
            shape = hz**-0.5 if kind == "pink" else 1.0 / (1.0 + (hz / 300.0) ** 2)
            out = sfft.irfft(spectrum * shape, count)
    return (out / np.sqrt(np.mean(np.square(out)))).astype(np.float32)


def add(samples: np.ndarray, noise: np.ndarray, speech_rms: float, ratio_db: float) -> np.ndarray:
    """`samples` with unit-power `noise` of the same length.  # [n] float32"""
    return samples + noise * np.float32(speech_rms * 10.0 ** (-ratio_db / 20.0))
