"""Muffled: a voice behind a mask, a scarf, a hand or a door.

Cloth takes away what lies above its corner, 1 to 2 kHz, down to a shelf: some of it still comes
through, unlike on a telephone, and the low frequencies stay.
"""

from __future__ import annotations

import numpy as np
from scipy import fft as sfft

from slap_export.corpus.engines import SAMPLE_RATE


def muffle(samples: np.ndarray, corner_hz: float, shelf_db: float) -> np.ndarray:
    """`samples` with what lies above `corner_hz` weaker by `shelf_db`.  # [n] float32

    The slope is 12 dB an octave until the shelf. 0 dB is none, 18 to 36 dB is clearly heard.
    """
    floor = 10.0 ** (-shelf_db / 20.0)
    size = sfft.next_fast_len(len(samples) + 1024, real=True)
    hz = np.arange(size // 2 + 1) * (SAMPLE_RATE / size)
    gain = floor + (1.0 - floor) / (1.0 + (hz / corner_hz) ** 2)
    return sfft.irfft(sfft.rfft(samples, size) * gain, size)[: len(samples)].astype(np.float32)
