"""Voice breaks: amid voiced speech the voice stops, or falls an octave, and comes back.

A stop is heard as a voice that cuts out, an octave as one that cracks, as in emotion or at the
change of voice. Praat counts a break wherever pulses are further apart than 1.25 cycles of the
lowest pitch; those here last 60 to 200 ms, many cycles, with voice before and after, where no
consonant explains the silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.engines import SAMPLE_RATE


@dataclass(frozen=True)
class Breaks:
    """How a voice breaks. `per_second` of zero is no break; clearly heard from 0.5 to 2."""

    per_second: float = 0.0  # breaks in a second of voice
    shortest: float = 0.06  # seconds
    longest: float = 0.2  # seconds
    octave_share: float = 0.0  # of the breaks; the others stop the voice
    floor_db: float = 40.0  # attenuation of what is silenced


def spans(
    voicing: np.ndarray, breaks: Breaks, rng: np.random.Generator
) -> list[tuple[int, int, bool]]:
    """First and last sample of each break, and whether it falls an octave.

    `voicing` is 0 to 1 at each sample. A break leaves 40 ms of voice before and after it, in a
    stretch of voice long enough to hold both.
    """
    edge = round(0.04 * SAMPLE_RATE)
    voiced = np.concatenate(([False], voicing > 0.5, [False]))
    turns = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    wanted = round(breaks.per_second * float((voicing > 0.5).sum()) / SAMPLE_RATE)
    found: list[tuple[int, int, bool]] = []
    for _ in range(20 * wanted):
        if len(found) == wanted:
            break
        length = round(rng.uniform(breaks.shortest, breaks.longest) * SAMPLE_RATE)
        fits = [(a, b) for a, b in turns.reshape(-1, 2) if b - a >= length + 2 * edge]
        if not fits:
            continue
        first, last = fits[int(rng.integers(len(fits)))]
        start = int(rng.integers(first + edge, last - edge - length + 1))
        apart = all(start + length + edge < a or start > b + edge for a, b, _ in found)
        if apart:
            found.append((start, start + length, bool(rng.random() < breaks.octave_share)))
    return sorted(found)


def gain(
    found: list[tuple[int, int, bool]], marks: np.ndarray, count: int, breaks: Breaks
) -> np.ndarray:
    """Gain of each sample of the excitation: `spans` silenced or thinned.  # [count] float32

    A stop takes 5 ms to close and to open. An octave silences every other pulse at `marks`, from
    halfway to the pulse before to halfway to the next.
    """
    floor = 10.0 ** (-breaks.floor_db / 20.0)
    out = np.ones(count, np.float32)
    ramp = round(0.005 * SAMPLE_RATE)
    for first, last, octave in found:
        if not octave:
            out[first : first + ramp] = np.linspace(1.0, floor, ramp)
            out[first + ramp : last - ramp] = floor
            out[last - ramp : last] = np.linspace(floor, 1.0, ramp)
            continue
        inside = np.flatnonzero((marks[1:-1] >= first) & (marks[1:-1] < last)) + 1
        for pulse in inside[::2]:
            start = (marks[pulse - 1] + marks[pulse]) // 2
            out[start : (marks[pulse] + marks[pulse + 1]) // 2] = floor
    return out
