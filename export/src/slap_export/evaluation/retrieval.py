"""Retrieval between recordings and captions: recall at k and mean average precision.

A query may have several right answers: a recording has several captions, and a caption is true
of every recording it describes. Equal scores are ranked against the model: an answer that ties
with a wrong one stands behind it, so a model that gives everything the same score finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Relevant = NDArray[np.bool_]

CUT_OFFS = (1, 5, 10)


@dataclass(frozen=True)
class Retrieval:
    """How well one kind of item finds the other."""

    queries: int
    candidates: int
    recall: dict[int, float]
    """Share of queries with a right answer among the first k, by k."""
    average_precision: float
    """Mean average precision of the first ten answers."""
    median_rank: float
    chance: dict[int, float]
    """The same share if the candidates stood in random order."""


def first_ranks(scores: Scores, relevant: Relevant) -> NDArray[np.int64]:
    """Rank of the best right answer of every query, from 1: [q], of scores [q, c].

    It is one more than the number of wrong answers that score as high or higher.
    """
    _check(scores, relevant)
    best = np.where(relevant, scores, -np.inf).max(axis=1, keepdims=True)  # [q, 1]
    return 1 + np.sum(~relevant & (scores >= best), axis=1)


def recall_at(ranks: NDArray[np.int64], k: int) -> float:
    """Recall at k: the share of queries whose best right answer has a rank of at most k.

    As in Hodosh et al. 2013, "Framing image description as a ranking task", sec. 4.2.
    """
    return float(np.mean(ranks <= k))


def chance_at(relevant: Relevant, k: int) -> float:
    """Recall at k of a random order: the mean over queries of 1 − C(n − R, k) / C(n, k)."""
    count, right = relevant.shape[1], relevant.sum(axis=1)  # [q]
    missed = np.ones(len(right))
    for place in range(min(k, count)):
        missed *= np.clip(count - right - place, 0, None) / (count - place)
    return float(np.mean(1 - missed))


def mean_average_precision(scores: Scores, relevant: Relevant, k: int = 10) -> float:
    """mAP@k: mean over queries of Σ_{i ≤ k} P(i)·r(i) / min(R, k).

    r(i) says whether the i-th answer is right, P(i) is the share of right answers among the
    first i, and R is how many right answers there are (Manning et al. 2008, "Introduction to
    Information Retrieval", sec. 8.4, cut off at k).
    """
    _check(scores, relevant)
    order = np.lexsort((relevant, -scores), axis=1)[:, :k]  # wrong answers first in a tie
    right = np.take_along_axis(relevant, order, axis=1)  # [q, k]
    precision = np.cumsum(right, axis=1) / np.arange(1, right.shape[1] + 1)  # [q, k]
    most = np.minimum(relevant.sum(axis=1), k)  # [q]
    return float(np.mean((precision * right).sum(axis=1) / most))


def retrieve(scores: Scores, relevant: Relevant, cut_offs: tuple[int, ...] = CUT_OFFS) -> Retrieval:
    """All measures of queries [q] against candidates [c]."""
    ranks = first_ranks(scores, relevant)
    return Retrieval(
        *scores.shape,
        {k: recall_at(ranks, k) for k in cut_offs},
        mean_average_precision(scores, relevant),
        float(np.median(ranks)),
        {k: chance_at(relevant, k) for k in cut_offs},
    )


def both_ways(audio: Scores, text: Scores, relevant: Relevant) -> tuple[Retrieval, Retrieval]:
    """Text from audio, then audio from text.

    `audio` [n, D] and `text` [m, D] are unit embeddings; `relevant` [n, m] says which caption is
    true of which recording.
    """
    scores = audio.astype(np.float64) @ text.astype(np.float64).T  # [n, m]
    return retrieve(scores, relevant), retrieve(scores.T, relevant.T)


def _check(scores: Scores, relevant: Relevant) -> None:
    if scores.shape != relevant.shape or scores.ndim != 2:
        raise ValueError(f"scores {scores.shape} and relevance {relevant.shape} do not fit")
    if not np.isfinite(scores).all():
        raise ValueError("scores are not all finite")
    if not relevant.any(axis=1).all():
        raise ValueError("a query without a right answer cannot be scored")
