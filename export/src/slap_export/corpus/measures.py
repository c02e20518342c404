"""Measures of a clean clip, from which its labels for pitch, intonation and rate are read.

They are taken before any effect, on the synthesiser's own output, and inside the range of pitch
that the synthesiser was asked for: ground truth helped by knowledge that a listener lacks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft as sfft
from scipy.ndimage import median_filter

from slap_export.corpus.engines import SAMPLE_RATE

HOP = 128
"""Samples between pitch frames (8 ms), the same as the source-filter analysis."""

_WINDOW = 1024


@dataclass(frozen=True)
class Pitch:
    """A pitch track: one value a frame, `HOP` samples apart, frame i centred on sample i * HOP."""

    hz: np.ndarray  # [frames] float64, 0 where unvoiced
    voiced: np.ndarray  # [frames] bool

    @property
    def median_hz(self) -> float:
        """Median over voiced frames, Hz; 0 if none is voiced."""
        return float(np.median(self.hz[self.voiced])) if self.voiced.any() else 0.0

    @property
    def spread_semitones(self) -> float:
        """Standard deviation over voiced frames in semitones, without the outer 5 % either side."""
        if self.voiced.sum() < 10:
            return 0.0
        semitones = 12.0 * np.log2(self.hz[self.voiced])
        low, high = np.percentile(semitones, (5, 95))
        return float(np.std(semitones[(semitones >= low) & (semitones <= high)]))

    def filled(self) -> np.ndarray:
        """The track with unvoiced frames filled in from their neighbours.  # [frames]"""
        if not self.voiced.any():
            return np.full(self.hz.shape, 120.0)
        index = np.arange(len(self.hz))
        return np.interp(index, index[self.voiced], self.hz[self.voiced])


def pitch_track(samples: np.ndarray, low_hz: float, high_hz: float) -> Pitch:
    """Pitch by the normalised autocorrelation of 64 ms windows, between `low_hz` and `high_hz`.

    The autocorrelation is divided by that of the window (Boersma 1993), so that its height is the
    periodicity; a frame is voiced where that exceeds 0.55 and the frame is within 30 dB of the
    loudest.
    """
    frames = len(samples) // HOP + 1
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2 + HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:frames]
    taper = np.hanning(_WINDOW).astype(np.float32)
    centred = (windows - windows.mean(axis=1, keepdims=True)) * taper  # [frames, window]
    size = 2 * _WINDOW
    power = np.abs(sfft.rfft(centred, size, axis=1)) ** 2
    correlation = sfft.irfft(power, size, axis=1)  # [frames, size]
    shape = sfft.irfft(np.abs(sfft.rfft(taper, size)) ** 2, size)
    first = max(int(SAMPLE_RATE / high_hz), 8)
    last = min(int(np.ceil(SAMPLE_RATE / low_hz)), int(_WINDOW * 0.6))
    energy = correlation[:, :1] + 1e-9
    used = slice(first - 1, last + 2)
    normal = correlation[:, used] / energy / (shape[used] / shape[0])  # [frames, lags]
    # A small cost on long periods keeps the track from the octave below.
    lags = np.arange(first - 1, last + 2)
    best = np.argmax(normal[:, 1:-1] - 0.02 * np.log2(lags[1:-1] / first), axis=1) + 1
    row = np.arange(frames)
    before, here, after = normal[row, best - 1], normal[row, best], normal[row, best + 1]
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    hz = SAMPLE_RATE / (lags[best] + np.clip(shift, -0.5, 0.5))
    loud = energy[:, 0] > energy.max() * 1e-3
    voiced = (here > 0.55) & loud
    smooth = median_filter(np.where(voiced, hz, 0.0), 5)
    voiced &= smooth > 0
    return Pitch(np.where(voiced, smooth, 0.0), voiced)


def active_seconds(samples: np.ndarray) -> float:
    """Seconds of speech: 10 ms frames within 40 dB of the loudest, gaps up to 120 ms filled."""
    active = _active(samples)
    return float(active.sum()) * 0.01


def trim(samples: np.ndarray, margin: float) -> np.ndarray:
    """`samples` without leading and trailing silence, but `margin` seconds of it."""
    active = np.flatnonzero(_active(samples))
    if len(active) == 0:
        return samples[:0]
    keep = round(margin * SAMPLE_RATE)
    start = max(active[0] * 160 - keep, 0)
    return samples[start : (active[-1] + 1) * 160 + keep]


def longest_gap(samples: np.ndarray) -> int:
    """Samples of the longest silence between two stretches of speech; 0 if there is none."""
    active = np.flatnonzero(_active(samples))
    if len(active) < 2:
        return 0
    return int((np.diff(active).max() - 1) * 160)


def rms(samples: np.ndarray) -> float:
    """Root mean square over the active frames of a clip."""
    active = _active(samples)
    if not active.any():
        return 0.0
    frames = samples[: len(active) * 160].reshape(-1, 160)
    return float(np.sqrt(np.mean(np.square(frames[active]))))


def _active(samples: np.ndarray) -> np.ndarray:
    frames = len(samples) // 160
    if frames == 0:
        return np.zeros(0, bool)
    power = np.square(samples[: frames * 160].reshape(frames, 160)).mean(axis=1)
    active = power > power.max() * 1e-4
    gaps = np.flatnonzero(np.diff(np.flatnonzero(active)) > 1)
    where = np.flatnonzero(active)
    for gap in gaps:
        if where[gap + 1] - where[gap] <= 12:
            active[where[gap] : where[gap + 1]] = True
    return active
