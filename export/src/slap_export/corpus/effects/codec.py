"""A coder of low bit rate: eight thousand samples a second in a few bits, as on old voice links.

Nothing above 4 kHz is left, and steps that grow with the level add a noise that follows the
speech. Eight bits of mu law are a telephone's (ITU-T G.711, 64 kbit/s); fewer are audibly rough.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import resample_poly

from slap_export.corpus.effects import band
from slap_export.corpus.effects.level import PEAK


def code(samples: np.ndarray, bits: int = 8) -> np.ndarray:
    """`samples` coded and decoded; 8 bits is barely heard, 4 or 5 clearly.  # [n] float32"""
    slow = resample_poly(samples.astype(np.float64), 1, 2)
    out = resample_poly(band.mu_law(slow, bits), 2, 1)[: len(samples)]
    return np.clip(out, -PEAK, PEAK).astype(np.float32)
