"""A held vowel, as asked for when a voice is examined: one steady sound on one note.

It is taken from the speech of the same speaker: the envelope at the steadiest loud place, driven
by pulses whose pitch drifts a little, as nobody holds a note exactly.
"""

from __future__ import annotations

import numpy as np

from slap_export.corpus.effects.source_filter import Voice, synthesise
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.measures import HOP

_STEADY = 7  # frames of 8 ms


def held(voice: Voice, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """The vowel of `voice` that changes least, held for `seconds`.  # [n] float32"""
    count = round(seconds * SAMPLE_RATE)
    frames = count // HOP + 1
    shape = steadiest(voice)  # [bins]
    sway = np.interp(
        np.arange(frames), np.linspace(0, frames, 6), 1.0 + rng.normal(0.0, 0.08, 6)
    )  # [frames] slow changes of loudness
    onset, offset = 0.05 * SAMPLE_RATE / HOP, 0.15 * SAMPLE_RATE / HOP
    at = np.arange(frames)
    edges = np.minimum(np.clip(at / onset, 0, 1), np.clip((frames - at) / offset, 0, 1))
    envelope = (shape[None, :] * (sway * edges)[:, None]).astype(np.float32)
    return synthesise(_pulses(voice.pitch.median_hz, count, rng), envelope)


def steadiest(voice: Voice) -> np.ndarray:
    """The envelope where the voice sounds, is loud and changes least.  # [bins] float32"""
    level = np.log(np.maximum(voice.envelope, 1e-9))  # [frames, bins]
    power = np.square(voice.envelope).mean(axis=1)
    voiced = np.convolve(voice.pitch.voiced.astype(float), np.ones(_STEADY) / _STEADY, "same")
    moves = np.abs(np.diff(level, axis=0, prepend=level[:1])).mean(axis=1)
    moves = np.convolve(moves, np.ones(_STEADY) / _STEADY, "same")
    loud = power > 0.2 * power.max()
    cost = np.where(loud & (voiced > 0.99), moves, np.inf)
    best = int(np.argmin(cost)) if np.isfinite(cost).any() else int(np.argmax(power))
    around = level[max(best - 2, 0) : best + 3]
    return np.exp(around.mean(axis=0)).astype(np.float32)


def _pulses(pitch_hz: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Pulses of unit power at a pitch that drifts, over a little noise.  # [count] float32"""
    knots = max(count * 4 // SAMPLE_RATE, 2)
    drift = np.interp(np.arange(count), np.linspace(0, count, knots), rng.normal(0.0, 0.004, knots))
    hz = pitch_hz * (1.0 + drift + 0.012 * rng.standard_normal() * np.linspace(-1, 1, count))
    phase = np.cumsum(hz) / SAMPLE_RATE
    # Each pulse is shared out between the two samples it falls between.
    cycle = np.floor(phase)
    starts = np.flatnonzero(np.diff(cycle, prepend=0.0) > 0)
    late = (phase[starts] - cycle[starts]) * SAMPLE_RATE / hz[starts]  # samples since the pulse
    late = np.clip(late, 0.0, 1.0)
    out = np.zeros(count + 1)
    np.add.at(out, starts, 1.0 - late)
    np.add.at(out, np.maximum(starts - 1, 0), late)
    out = out[:count] * np.sqrt(SAMPLE_RATE / pitch_hz)
    return (out + 0.02 * rng.standard_normal(count)).astype(np.float32)
