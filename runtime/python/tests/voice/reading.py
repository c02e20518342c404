"""What a measurement of a clip says, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import slap_edge
from numpy.typing import NDArray
from scipy import stats

from .truth import RATE

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """One number per functional, and descriptors per frame."""

    functionals: dict[str, float]  # NaN where absent
    frames: dict[str, Array]  # descriptor -> [T], NaN where absent
    seconds: Array  # [T], the middle of each frame
    marks: Array = field(default_factory=lambda: np.empty(0))  # [m], seconds; ours alone

    def at(self, name: str, seconds: Array) -> Array:
        """A descriptor at other times, by straight lines between neighbours. [len(seconds)]"""
        return between(seconds, self.seconds, self.frames[name])


def ask_slap_edge(audio: NDArray[np.float32]) -> Reading:
    """What is tested."""
    answer = slap_edge.measure(audio, RATE, frames=True)
    functionals = {
        name: np.nan if value is None else float(value)
        for name, value in answer["functionals"].items()
    }
    frames = {name: np.asarray(track, float) for name, track in answer["frames"].items()}
    return Reading(functionals, frames, frames.pop("seconds"), np.asarray(answer["marks"]))


def between(wanted: Array, known: Array, values: Array) -> Array:
    """Values at the times wanted; absent unless both neighbours are there. [len(wanted)]"""
    if len(known) < 2:
        return np.full(len(wanted), np.nan)
    left = np.clip(np.searchsorted(known, wanted, side="right") - 1, 0, len(known) - 2)
    share = (wanted - known[left]) / (known[left + 1] - known[left])
    found = values[left] + share * (values[left + 1] - values[left])
    # At a known time the other neighbour does not matter.
    found = np.where(np.abs(share) < 1e-6, values[left], found)
    found = np.where(np.abs(share - 1) < 1e-6, values[left + 1], found)
    return np.where((share < -1e-6) | (share > 1 + 1e-6), np.nan, found)


def smoothed(track: Array) -> Array:
    """The mean of each value and its neighbours, as far as they are there. [T]"""
    if len(track) < 3:
        return track
    around = np.stack([np.r_[np.nan, track[:-1]], track, np.r_[track[1:], np.nan]])
    count = np.isfinite(around).sum(axis=0)
    total = np.nansum(around, axis=0)
    return np.where(np.isfinite(track), total / np.maximum(count, 1), np.nan)


def mean(track: Array) -> float:
    """The mean of what is there, NaN where nothing is."""
    return float(np.nanmean(track)) if np.isfinite(track).any() else np.nan


def median(track: Array) -> float:
    """The median of what is there, NaN where nothing is."""
    return float(np.nanmedian(track)) if np.isfinite(track).any() else np.nan


def rank_correlation(ours: Array, theirs: Array) -> float:
    """Spearman's rho over the pairs of which both are there.

    NaN if they are fewer than five, or all the same.
    """
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.sum() < 5 or np.ptp(ours[both]) == 0 or np.ptp(theirs[both]) == 0:
        return np.nan
    return float(stats.spearmanr(ours[both], theirs[both]).statistic)
