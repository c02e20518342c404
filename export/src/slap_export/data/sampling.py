"""Balanced sampling: how often each recording is drawn, and in which order.

Weights are found by raking (iterative proportional fitting, Deming and Stephan 1940): the
recordings of each value of a key are scaled until all values weigh the same. Recordings whose value
is not known keep the share they have. After each pass weights are bounded: no recording is drawn
more often than `cap` times an epoch on average, none more seldom than once in `cap` epochs.

An epoch draws as many recordings as there are, by systematic sampling: the draws lie one apart on
the cumulated weights, so each recording comes as often as its weight says, rounded down or up.
What a step draws is a function of weights, seed, epoch and step: there is no state to save.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from slap_export.data.manifest import Recording

Weights = NDArray[np.float64]

FIELDS = ("language", "speaker", "split")
"""Keys that are fields of a recording; every other key is an attribute (`corpus` is one)."""


def value_of(recording: Recording, key: str) -> str | None:
    """The value of a key: a field of `FIELDS` or an attribute."""
    return getattr(recording, key) if key in FIELDS else recording.attributes.get(key)


def recording_weights(recordings: Sequence[Recording], keys: Sequence[str], cap: float) -> Weights:
    """`balanced_weights` of recordings by keys, each a field of `FIELDS` or an attribute."""
    rows = [{key: value_of(recording, key) for key in keys} for recording in recordings]
    return balanced_weights(rows, keys, cap)


def balanced_weights(
    rows: Sequence[Mapping[str, str | None]], keys: Sequence[str], cap: float, rounds: int = 200
) -> Weights:
    """Probability of each recording, [recordings], that gives the values of each key equal shares.

    Args:
        rows: The attributes of every recording.
        keys: Those that are balanced.
        cap: The most an epoch may repeat a recording on average, 1 or more; 1 draws each once.
        rounds: At most so many passes over the keys.

    Where keys cannot all be balanced at once they are as far as the last pass left them; where the
    cap forbids it, rare values stay rare.
    """
    if not rows:
        raise ValueError("recordings: expected at least one, got none")
    if not cap >= 1:
        raise ValueError(f"cap: expected 1 or more, got {cap}")
    groups = [_groups(rows, key) for key in keys]
    weights = np.full(len(rows), 1.0 / len(rows))
    for _ in range(rounds):
        before = weights
        gain = np.zeros(len(rows))
        for members in groups:
            shares = [float(weights[at].sum()) for at in members]
            for at, share in zip(members, shares, strict=True):
                gain[at] += np.log(sum(shares) / len(members) / share)
        # All keys at once, each by its part, so that none has the last word.
        weights = weights * np.exp(gain / max(len(groups), 1))
        weights = _bounded(weights, 1.0 / (cap * len(rows)), cap / len(rows))
        if np.abs(weights - before).max() < 1e-12 / len(rows):
            break
    return weights


def epoch_draws(weights: Weights, seed: int, epoch: int) -> NDArray[np.int64]:
    """The recordings of one epoch, in the order they are drawn, [recordings]."""
    weights = _checked(weights)
    size = len(weights)
    rng = np.random.default_rng((seed, epoch))
    shuffled = rng.permutation(size)
    edges = np.cumsum(weights[shuffled]) * size
    # Rounding must not leave the last draw past the last recording that has any weight.
    edges[edges >= edges[-1]] = size
    marks = np.minimum(rng.random() + np.arange(size), np.nextafter(size, 0))
    return rng.permutation(shuffled[np.searchsorted(edges, marks, side="right")])


def step_draws(weights: Weights, seed: int, epoch: int, step: int, batch: int) -> NDArray[np.int64]:
    """The recordings of one step, [batch]; the last step of an epoch may be shorter.

    Whoever takes many steps of an epoch slices `epoch_draws` instead.
    """
    if step < 0 or batch < 1:
        raise ValueError(f"step and batch: expected 0 and 1 or more, got {step} and {batch}")
    return epoch_draws(weights, seed, epoch)[step * batch : (step + 1) * batch]


def _checked(weights: Weights) -> Weights:
    weights = np.asarray(weights, dtype=np.float64)
    if weights.ndim != 1 or not len(weights):
        raise ValueError(f"weights: expected a list of numbers, got shape {weights.shape}")
    if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
        raise ValueError("weights: expected finite numbers from 0 up, and not all 0")
    return weights / weights.sum()


def _groups(rows: Sequence[Mapping[str, str | None]], key: str) -> list[NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        value = row.get(key)
        if value is not None:
            found.setdefault(value, []).append(at)
    if not found:
        raise ValueError(f"{key}: expected a value in at least one recording, got none")
    return [np.array(found[value]) for value in sorted(found)]


def _bounded(weights: Weights, least: float, most: float) -> Weights:
    """Weights that sum to 1, none below `least` or above `most`; others keep their proportions."""
    low, high = least / weights.max(), most / weights.min()
    for _ in range(100):
        scale = np.sqrt(low * high)
        if np.clip(weights * scale, least, most).sum() < 1.0:
            low = scale
        else:
            high = scale
    result = np.clip(weights * high, least, most)
    return result / result.sum()
