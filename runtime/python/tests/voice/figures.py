"""One number that a comparison with the truth is made into."""

from __future__ import annotations

from dataclasses import dataclass

from .material import Clip
from .reading import Array, Reading

# Frames nearer to the edges of a voice than this, in seconds, are half silence.
EDGE = 0.06


@dataclass(frozen=True)
class Figure:
    """One comparison with the truth, made into one number."""

    key: str
    measure: str
    material: str
    what: str
    unit: str
    value: float


def inner(reading: Reading, made: Clip) -> Array:
    """Which frames lie well within the voice. [T]"""
    assert made.cycles is not None
    begin, end = made.cycles.starts[0] + EDGE, made.cycles.end - EDGE
    return (reading.seconds >= begin) & (reading.seconds <= end)
