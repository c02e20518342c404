"""Bootstrap confidence intervals that respect who is speaking.

Recordings of one speaker are alike, so speakers are drawn with replacement and bring all their
recordings: the cluster bootstrap (Field and Welsh 2007, "Bootstrapping clustered data"). The
interval is of percentiles (Efron and Tibshirani 1993, chapter 13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A number measured on a sample, and where it would lie with other speakers."""

    value: float
    low: float
    high: float
    undefined: int = 0
    """Resamples on which the number has no value; they are left out."""

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def draws(clusters: int, resamples: int = RESAMPLES, seed: int = 0) -> NDArray[np.int64]:
    """How often each cluster occurs in each resample: [resamples, clusters], rows sum to it."""
    if clusters < 1:
        raise ValueError("nothing to draw from")
    rng = np.random.default_rng(seed)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)


def percentile_interval(
    value: float, resampled: NDArray[np.floating], level: float = LEVEL
) -> Interval:
    """The middle `level` of what resamples gave, around the value of the sample itself."""
    defined = resampled[np.isfinite(resampled)]
    missing = len(resampled) - len(defined)
    if not len(defined):
        return Interval(value, float("nan"), float("nan"), missing)
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), missing)


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float],
    speakers: Sequence[str],
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """The interval of `statistic`, which is given the numbers of the recordings to use.

    A recording whose speaker is drawn twice is listed twice.
    """
    _, place = np.unique(np.asarray(speakers), return_inverse=True)  # [n]
    everything = np.arange(len(place))
    counts = draws(int(place.max()) + 1 if len(place) else 0, resamples, seed)
    found = np.array([statistic(np.repeat(everything, row[place])) for row in counts])
    return percentile_interval(float(statistic(everything)), found, level)
