"""Whether recordings that sound alike lie close: similarity against known attribute distance.

The correlation is of cosine similarity with distance, so a good space gives a strongly negative
number. Pairs of recordings are not independent of each other: an interval for the correlation
must resample recordings or speakers (`intervals`), never pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from slap_export.evaluation.intervals import Interval, draws, percentile_interval

Array = NDArray[np.floating]


@dataclass(frozen=True)
class StyleCorrelation:
    """Correlation of similarity with attribute distance; nan if either does not vary."""

    pairs: int
    pearson: Interval
    spearman: float


def pearson(a: Array, b: Array) -> float:
    """r = Σ (a − ā)(b − b̄) / √(Σ (a − ā)² · Σ (b − b̄)²) (Pearson 1895)."""
    x = np.asarray(a, float) - np.mean(a)
    y = np.asarray(b, float) - np.mean(b)
    # What rounding leaves of a constant is not variation.
    if not len(x) or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.clip(x @ y / np.sqrt((x @ x) * (y @ y)), -1, 1))


def weighted_pearson(a: Array, b: Array, weights: Array) -> float:
    """Pearson's r of pairs that count as often as their weight says; nan if a side is constant."""
    total = weights.sum()
    if not total > 0:
        return float("nan")
    x = a - weights @ a / total
    y = b - weights @ b / total
    spread = np.sqrt((weights @ (x * x)) * (weights @ (y * y)))
    return float(weights @ (x * y) / spread) if spread > 0 else float("nan")


def spearman(a: Array, b: Array) -> float:
    """Pearson's r of the ranks, equal values sharing the mean of theirs (Spearman 1904)."""
    return pearson(rankdata(a), rankdata(b))


def attribute_distances(
    clips: Sequence[Mapping[str, str | None]],
    orders: Mapping[str, tuple[str, ...]] | None = None,
) -> Array:
    """Distance of every two recordings [n, n], 0 to 1: Gower 1971, sec. 3.

    The mean, over attributes known of both, of whether they differ. An attribute in `orders`,
    which lists its values from one end to the other, differs by the steps between the values
    over the most steps there are. Not a number where nothing is known of both.
    """
    count = len(clips)
    total = np.zeros((count, count))
    shared = np.zeros((count, count))
    for name in sorted({name for clip in clips for name in clip}):
        values = [clip.get(name) for clip in clips]
        known = np.array([value is not None for value in values])
        order = (orders or {}).get(name) or tuple(sorted({v for v in values if v is not None}))
        places = np.array([order.index(value) if value is not None else 0 for value in values])
        apart = np.abs(places[:, None] - places[None, :]).astype(float)  # [n, n]
        if orders and name in orders:
            apart /= max(len(order) - 1, 1)
        else:
            apart = np.minimum(apart, 1)
        both = known[:, None] & known[None, :]
        total += np.where(both, apart, 0)
        shared += both
    return np.divide(total, shared, out=np.full_like(total, np.nan), where=shared > 0)


def style_correlation(
    embeddings: Array,
    distances: Array,
    speakers: Sequence[str] | None = None,
    resamples: int = 0,
    seed: int = 0,
) -> StyleCorrelation:
    """Correlation over pairs of embeddings [n, D] with distances [n, n].

    With `speakers`, pairs of one speaker are left out, so that knowing who speaks is no help,
    and the interval is of resamples of speakers: a pair counts as often as both its speakers
    are drawn, multiplied. Without, every recording is its own speaker.
    """
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    first, second = np.triu_indices(len(unit), 1)
    used = np.isfinite(distances[first, second])
    names = np.arange(len(unit)) if speakers is None else np.asarray(speakers)
    used &= names[first] != names[second]
    first, second = first[used], second[used]
    similar = (unit @ unit.T)[first, second].astype(float)
    apart = distances[first, second]
    if len(first) < 2:
        nothing = Interval(float("nan"), float("nan"), float("nan"))
        return StyleCorrelation(len(first), nothing, float("nan"))
    _, place = np.unique(names, return_inverse=True)
    first, second = place[first], place[second]
    resampled = [
        weighted_pearson(similar, apart, (count[first] * count[second]).astype(float))
        for count in draws(int(place.max()) + 1, resamples, seed)
    ]
    found = percentile_interval(pearson(similar, apart), np.array(resampled, float))
    return StyleCorrelation(len(first), found, spearman(similar, apart))
