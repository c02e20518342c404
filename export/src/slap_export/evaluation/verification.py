"""Speaker verification: are two recordings of the same voice?

A trial is a pair of recordings with a score; the higher, the more alike. Source of the measures:
the evaluation plans of the NIST speaker recognition evaluations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slap_export.evaluation.intervals import Interval, draws, percentile_interval

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Verification:
    """How well voices are told apart."""

    same: int
    """Trials of one speaker."""
    different: int
    equal_error_rate: Interval
    minimum_cost: float


def trials(
    speakers: Sequence[str],
    utterances: Sequence[str],
    most_different: int | None = None,
    seed: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Pairs [m, 2] of recordings, and whether both are of one speaker [m].

    Two recordings of the same utterance are never a pair: two copies of one take are alike
    whoever speaks, and the same words would help. At most `most_different` pairs of different
    speakers are kept, drawn by `seed`.
    """
    names, said = np.asarray(speakers), np.asarray(utterances)
    if len(names) != len(said):
        raise ValueError(f"{len(names)} speakers but {len(said)} utterances")
    first, second = np.triu_indices(len(names), 1)
    usable = said[first] != said[second]
    first, second = first[usable], second[usable]
    same = names[first] == names[second]
    kept = np.arange(len(same))
    different = kept[~same]
    if most_different is not None and len(different) > most_different:
        rng = np.random.default_rng(seed)
        drawn = rng.choice(different, most_different, replace=False)
        kept = np.sort(np.concatenate([kept[same], drawn]))
    return np.stack([first[kept], second[kept]], axis=1), same[kept]


def error_rates(scores: Array, same: NDArray[np.bool_]) -> tuple[Array, Array]:
    """False alarm and miss rates at every threshold, from accepting all to accepting none.

    Trials with equal scores are accepted or refused together.
    """
    if not same.any() or same.all():
        raise ValueError("trials of both kinds are needed")
    if not np.isfinite(scores).all():
        raise ValueError("scores are not all finite")
    thresholds = np.append(np.unique(scores), np.inf)
    # Accepted is what scores at least the threshold.
    missed = np.searchsorted(np.sort(scores[same]), thresholds, side="left")
    refused = np.searchsorted(np.sort(scores[~same]), thresholds, side="left")
    return 1 - refused / np.sum(~same), missed / np.sum(same)


def equal_error_rate(scores: Array, same: NDArray[np.bool_]) -> float:
    """The rate at which false alarms and misses are equally frequent.

    Between the two thresholds around the crossing both rates are taken to be straight lines.
    """
    false_alarms, misses = error_rates(scores, same)
    gap = misses - false_alarms  # rises from −1 to 1
    after = int(np.argmax(gap >= 0))
    before = after - 1
    share = -gap[before] / (gap[after] - gap[before])
    return float(misses[before] + share * (misses[after] - misses[before]))


def minimum_cost(
    scores: Array,
    same: NDArray[np.bool_],
    prior: float = 0.01,
    miss_cost: float = 1.0,
    false_alarm_cost: float = 1.0,
) -> float:
    """minDCF: the least of C_miss·P·miss + C_fa·(1 − P)·false alarm over thresholds.

    Divided by what accepting all or refusing all costs, whichever is less: 1 is useless.
    """
    false_alarms, misses = error_rates(scores, same)
    refuse_all = miss_cost * prior
    accept_all = false_alarm_cost * (1 - prior)
    costs = refuse_all * misses + accept_all * false_alarms
    return float(costs.min() / min(refuse_all, accept_all))


def weighted_equal_error_rate(same: NDArray[np.bool_], weights: Array) -> float:
    """The equal error rate of trials in ascending order of score, each of a weight [m].

    A trial of weight 2 counts as two. Trials are refused one by one, so equal scores are told
    apart by their order; nan without trials of both kinds.
    """
    missed = np.cumsum(np.append(0.0, np.where(same, weights, 0.0)))
    refused = np.cumsum(np.append(0.0, np.where(same, 0.0, weights)))
    if not (missed[-1] > 0 and refused[-1] > 0):
        return float("nan")
    misses = missed / missed[-1]
    gap = misses - (1 - refused / refused[-1])  # rises from −1 to 1
    after = int(np.argmax(gap >= 0))
    before = after - 1
    share = -gap[before] / (gap[after] - gap[before])
    return float(misses[before] + share * (misses[after] - misses[before]))


def verify(
    embeddings: Array,
    speakers: Sequence[str],
    utterances: Sequence[str],
    most_different: int | None = None,
    resamples: int = 0,
    seed: int = 0,
) -> Verification:
    """Verification by the cosine of embeddings [n, D].

    The interval is of resamples of speakers. A speaker drawn twice is no impostor to itself, so
    its trials count twice and trials of two speakers as often as both are drawn, multiplied.
    """
    pairs, same = trials(speakers, utterances, most_different, seed)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    scores = np.einsum("md,md->m", unit[pairs[:, 0]], unit[pairs[:, 1]])
    _, place = np.unique(np.asarray(speakers), return_inverse=True)
    order = np.argsort(scores, kind="stable")
    kind, first, second = same[order], place[pairs[order, 0]], place[pairs[order, 1]]
    resampled = [
        weighted_equal_error_rate(kind, np.where(kind, count[first], count[first] * count[second]))
        for count in draws(int(place.max()) + 1, resamples, seed)
    ]
    rate = percentile_interval(equal_error_rate(scores, same), np.array(resampled, float))
    return Verification(int(same.sum()), int((~same).sum()), rate, minimum_cost(scores, same))
