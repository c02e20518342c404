"""Taking speech apart into excitation and envelope, and putting it together again.

The envelope is that of linear prediction; the excitation is the speech divided by it, frame by
frame and without a change of phase, so that its spectrum is flat and its pulses stand where the
voice's did. Changes of the voice's source (tremor, jitter, creak, breath, whisper) are made on the
excitation and leave the formants alone, as in a throat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft as sfft

from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.measures import HOP, Pitch

WINDOW = 512
ORDER = 18

_TAPER = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
# Four overlapping squared Hann windows add up to 1.5.
_OVERLAP = 1.5
_LAG = np.exp(-0.5 * (2 * np.pi * 40.0 * np.arange(ORDER + 1) / SAMPLE_RATE) ** 2)


@dataclass(frozen=True)
class Voice:
    """A clip taken apart, with its pitch."""

    excitation: np.ndarray  # [n] float32, about unit power where there is speech
    envelope: np.ndarray  # [frames, bins] float32
    pitch: Pitch
    marks: np.ndarray  # [cycles] int64, samples at which the voice's pulses stand


def analyse(samples: np.ndarray, pitch: Pitch) -> Voice:
    """Takes `samples` apart; `pitch` is their track."""
    spectra = _frames_to_spectra(samples)  # [frames, bins]
    envelope = _envelope(spectra)
    excitation = _overlap_add(spectra / envelope, len(samples))
    return Voice(excitation, envelope, pitch, _pulses(excitation, pitch))


def synthesise(excitation: np.ndarray, envelope: np.ndarray) -> np.ndarray:
    """Speech from an excitation and the envelope of each frame.  # [n] float32"""
    return _overlap_add(_frames_to_spectra(excitation) * envelope, len(excitation))


def warp(samples: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """`samples` read at fractional `positions`, by cubic interpolation at twice the rate."""
    size = sfft.next_fast_len(len(samples) + 64, real=True)
    spectrum = sfft.rfft(samples, size)
    twice = sfft.irfft(spectrum, 2 * size) * 2.0  # [2 * size]
    place = np.clip(positions * 2.0, 1.0, 2 * len(samples) - 4.0)
    whole = place.astype(np.int64)
    t = (place - whole).astype(np.float32)
    a, b, c, d = (twice[whole + k].astype(np.float32) for k in (-1, 0, 1, 2))
    slope, after = 0.5 * (c - a), 0.5 * (d - b)
    rise = c - b
    cubic = slope + after - 2 * rise
    return b + t * (slope + t * (3 * rise - 2 * slope - after + t * cubic))


def per_sample(frames: np.ndarray, count: int) -> np.ndarray:
    """A value a frame made into a value a sample, by straight lines.  # [count] float32"""
    return np.interp(np.arange(count), np.arange(len(frames)) * HOP, frames).astype(np.float32)


def _frames_to_spectra(samples: np.ndarray) -> np.ndarray:
    frames = len(samples) // HOP + 1
    padded = np.pad(samples.astype(np.float32), (WINDOW // 2, WINDOW // 2 + HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
    return sfft.rfft(windows * _TAPER, axis=1)  # [frames, bins] complex64


def _overlap_add(spectra: np.ndarray, count: int) -> np.ndarray:
    frames = sfft.irfft(spectra, WINDOW, axis=1) * (_TAPER / _OVERLAP)  # [frames, window]
    parts = frames.reshape(len(frames), WINDOW // HOP, HOP)
    out = np.zeros((len(frames) + WINDOW // HOP, HOP), np.float32)
    for part in range(WINDOW // HOP):
        out[part : part + len(frames)] += parts[:, part]
    return out.reshape(-1)[WINDOW // 2 : WINDOW // 2 + count]


def _envelope(spectra: np.ndarray) -> np.ndarray:
    """All-pole envelope of each frame (autocorrelation method, Levinson-Durbin)."""
    power = np.square(spectra.real) + np.square(spectra.imag)
    correlation = sfft.irfft(power.astype(np.float64), WINDOW, axis=1)[:, : ORDER + 1] * _LAG
    correlation[:, 0] = correlation[:, 0] * 1.00003 + 1e-9
    frames = len(correlation)
    predictor = np.zeros((frames, ORDER + 1))
    predictor[:, 0] = 1.0
    error = correlation[:, 0].copy()
    for order in range(1, ORDER + 1):
        backwards = correlation[:, order:0:-1]
        reflection = -(predictor[:, :order] * backwards).sum(axis=1) / error
        turned = predictor[:, order::-1][:, : order + 1].copy()
        predictor[:, : order + 1] += reflection[:, None] * turned
        error *= 1.0 - reflection**2
    error = np.maximum(error, 1e-12)
    gain = np.sqrt(error / WINDOW)
    # Silence is not raised to the level of speech, only to 60 dB below the loudest frame.
    gain = np.maximum(gain, gain.max() * 1e-3)
    response = np.abs(sfft.rfft(predictor, WINDOW, axis=1))
    return (gain[:, None] / np.maximum(response, 1e-6)).astype(np.float32)


def _pulses(excitation: np.ndarray, pitch: Pitch) -> np.ndarray:
    """Where the voice's pulses stand: the largest sample of each cycle of the pitch track."""
    strength = np.abs(excitation)
    period = SAMPLE_RATE / pitch.filled()  # [frames]
    marks: list[int] = []
    place = 0
    count = len(excitation)
    while True:
        cycle = period[min(place // HOP, len(period) - 1)]
        first, last = int(place + 0.75 * cycle), int(place + 1.25 * cycle) + 1
        if last >= count:
            break
        place = first + int(np.argmax(strength[first:last]))
        marks.append(place)
    return np.asarray(marks, np.int64)
