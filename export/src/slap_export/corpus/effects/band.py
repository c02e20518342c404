"""What the channel lets through: telephone band, spectral tilt, and the steps of a coder."""

from __future__ import annotations

import numpy as np
from scipy import fft as sfft

from slap_export.corpus.engines import SAMPLE_RATE


def telephone(samples: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Only `low_hz` to `high_hz`, with slopes of a tenth of the corner's frequency.  # [n]"""
    return _shape(samples, lambda hz: _edge(hz, low_hz) * (1.0 - _edge(hz, high_hz)))


def low_pass(samples: np.ndarray, high_hz: float) -> np.ndarray:
    """Only what lies below `high_hz`.  # [n] float32"""
    return _shape(samples, lambda hz: 1.0 - _edge(hz, high_hz))


def tilt(samples: np.ndarray, decibels_per_octave: float, bumps: np.ndarray) -> np.ndarray:
    """A sloping channel with a few broad bumps.  # [n] float32

    `bumps` holds rows of centre (Hz), height (dB) and width (octaves); the slope turns at 1 kHz.
    """

    def gain(hz: np.ndarray) -> np.ndarray:
        octave = np.log2(np.maximum(hz, 50.0) / 1000.0)
        level = decibels_per_octave * octave
        for centre, height, width in bumps:
            level += height * np.exp(-0.5 * ((octave - np.log2(centre / 1000.0)) / width) ** 2)
        return 10.0 ** (level / 20.0)

    return _shape(samples, gain)


def mu_law(samples: np.ndarray, bits: int = 8) -> np.ndarray:
    """Coded by the mu law (ITU-T G.711, mu 255) and decoded.  # [n] float32"""
    peak = float(np.max(np.abs(samples))) + 1e-9
    steps = 2 ** (bits - 1) - 1
    squeezed = np.sign(samples) * np.log1p(255.0 * np.abs(samples) / peak) / np.log(256.0)
    coded = np.round(squeezed * steps) / steps
    return (np.sign(coded) * np.expm1(np.abs(coded) * np.log(256.0)) / 255.0 * peak).astype(
        np.float32
    )


def _edge(hz: np.ndarray, corner: float) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh((hz - corner) / (0.06 * corner)))


def _shape(samples: np.ndarray, gain) -> np.ndarray:
    size = sfft.next_fast_len(len(samples) + 1024, real=True)
    spectrum = sfft.rfft(samples, size)
    hz = np.arange(len(spectrum)) * (SAMPLE_RATE / size)
    return sfft.irfft(spectrum * gain(hz).astype(np.float32), size)[: len(samples)].astype(
        np.float32
    )
