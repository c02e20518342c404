"""Everybody's word on all clips, and how two of them are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .material import Clip, clear_vowels, speech, vowels
from .oracles import ask_opensmile, ask_praat
from .reading import Array, Reading, ask_slap_edge, median, rank_correlation


@dataclass(frozen=True)
class Asked:
    """A clip, and what each says of it."""

    clip: Clip
    ours: Reading
    praat: Reading
    smile: Reading


@dataclass(frozen=True)
class Row:
    """One measure on one kind of material."""

    oracle: str  # "praat" or "opensmile"
    measure: str
    material: str  # "vowels" or "speech"
    theirs: str  # what it is compared with
    unit: str  # of the bias; "×" if that is a ratio
    rank: float  # Spearman's rho over clips
    bias: float  # median over clips of ours less theirs, or of their ratio
    frames: float  # median over clips of Spearman's rho over frames; NaN where not asked

    @property
    def key(self) -> str:
        """What its bounds are called."""
        return f"{self.oracle}.{self.measure}"


@lru_cache
def asked() -> dict[str, list[Asked]]:
    """Everybody's word on all clips, by material."""
    return {
        material: [ask(c) for c in clips]
        for material, clips in (("vowels", vowels()), ("speech", speech()))
    }


@lru_cache
def asked_clear() -> list[Asked]:
    """Everybody's word on the clear vowels."""
    return [ask(c) for c in clear_vowels()]


def ask(one: Clip) -> Asked:
    """Everybody's word on a clip."""
    return Asked(one, ask_slap_edge(one.audio), ask_praat(one.audio), ask_opensmile(one.audio))


def collect(clips: Iterable[Asked], value: Callable[[Asked], float]) -> Array:
    """A number per clip. [clips]"""
    return np.array([value(one) for one in clips], float)


def row(
    oracle: str,
    measure: str,
    material: str,
    label: str,
    unit: str,
    ours: Array,
    theirs: Array,
    within: float = np.nan,
) -> Row:
    """The comparison of two numbers per clip."""
    bias = median(ours / theirs) if unit == "×" else median(ours - theirs)
    rank = rank_correlation(ours, theirs)
    return Row(oracle, measure, material, label, unit, rank, bias, within)


# openSMILE says 0 where it has no value. These can be 0 truly.
ZERO_IS_A_VALUE = ("slope", "mfcc", "PerSec", "SegmentLength", "Slope")


def smile_value(one: Asked, name: str) -> float:
    """A functional of openSMILE, NaN where its 0 stands for none."""
    value = one.smile.functionals[name]
    return np.nan if value == 0 and not any(w in name for w in ZERO_IS_A_VALUE) else value


def smile_seconds(name: str, count: int) -> Array:
    """The middles of openSMILE's frames: 60 ms long for what needs pitch, else 20 ms. [count]"""
    long = name.startswith(("F0semitone", "jitter", "shimmer", "HNR", "logRel"))
    return 0.01 * np.arange(count) + (0.03 if long else 0.01)
