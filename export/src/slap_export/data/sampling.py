"""Balanced sampling: how often each recording is drawn, and in which order.

Weights are found by raking (iterative proportional fitting, Deming and Stephan 1940): in turn for
every key, the recordings of each value are scaled until all values weigh the same. Recordings whose
value is not known keep the share they have. No recording may be drawn more often than `cap` times
an epoch on average; what the cap takes away goes to the others.

An epoch draws as many recordings as there are, by systematic sampling: the draws lie one apart on
the cumulated weights, so each recording comes as often as its weight says, rounded down or up.
The order is a function of seed and epoch alone: a step number is all there is to resume from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from slap_export.data.manifest import Recording

FIELDS = ("language", "speaker", "split")
"""Keys that are fields of a recording; every other key is an attribute (`corpus` is one)."""


def value_of(recording: Recording, key: str) -> str | None:
    """The value of a key: a field of `FIELDS` or an attribute."""
    return getattr(recording, key) if key in FIELDS else recording.attributes.get(key)


def balanced_weights(
    recordings: Sequence[Recording], keys: Sequence[str], cap: float, rounds: int = 200
) -> np.ndarray:
    """Probability of each recording, [recordings], that gives the values of each key equal shares.

    `cap` is the most an epoch may repeat a recording on average, 1 or more. Where keys cannot all
    be balanced at once the last round counts; where the cap forbids it, rare values stay rare.
    """
    if not recordings:
        raise ValueError("recordings: expected at least one, got none")
    if not cap >= 1:
        raise ValueError(f"cap: expected 1 or more, got {cap}")
    groups = [_groups(recordings, key) for key in keys]
    weights = np.full(len(recordings), 1.0 / len(recordings))
    for _ in range(rounds):
        before = weights.copy()
        for members in groups:
            known = sum(float(weights[at].sum()) for at in members)
            for at in members:
                weights[at] *= known / len(members) / weights[at].sum()
        weights /= weights.sum()
        if np.abs(weights - before).max() < 1e-12 / len(recordings):
            break
    return _capped(weights, cap / len(recordings))


def _groups(recordings: Sequence[Recording], key: str) -> list[np.ndarray]:
    found: dict[str, list[int]] = {}
    for at, recording in enumerate(recordings):
        value = value_of(recording, key)
        if value is not None:
            found.setdefault(value, []).append(at)
    if not found:
        raise ValueError(f"{key}: expected a value in at least one recording, got none")
    return [np.array(found[value]) for value in sorted(found)]


def _capped(weights: np.ndarray, most: float) -> np.ndarray:
    """Weights that sum to 1 with none above `most`; those below keep their proportions."""
    full = np.zeros(len(weights), dtype=bool)
    result = weights
    while (result > most * (1 + 1e-12)).any():
        full |= result > most
        free = float(weights[~full].sum())
        if free <= 0.0:
            return np.full(len(weights), 1.0 / len(weights))
        rest = 1.0 - most * int(full.sum())
        result = np.where(full, most, weights * (max(rest, 0.0) / free))
    return result


@dataclass(frozen=True)
class SamplerState:
    """Where a sampler stands, and which sampler it was."""

    seed: int
    step: int
    digest: str


class BalancedSampler:
    """Indices of recordings, without end; the same for the same weights and seed."""

    def __init__(self, weights: np.ndarray, seed: int, step: int = 0) -> None:
        weights = np.asarray(weights, dtype=np.float64)
        if weights.ndim != 1 or not len(weights):
            raise ValueError(f"weights: expected a list of numbers, got shape {weights.shape}")
        if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
            raise ValueError("weights: expected finite numbers from 0 up, and not all 0")
        if seed < 0 or step < 0:
            raise ValueError(f"seed and step: expected 0 or more, got {seed} and {step}")
        self._weights = weights / weights.sum()
        self._seed = seed
        self._step = step
        self._order = (-1, np.empty(0, dtype=np.int64))

    def state(self) -> SamplerState:
        """What `resume` takes."""
        return SamplerState(self._seed, self._step, self._digest())

    def resume(self, state: SamplerState) -> None:
        """Goes on from a state; refuses the state of a sampler with other weights or seed."""
        if (state.seed, state.digest) != (self._seed, self._digest()):
            raise ValueError(
                f"state: expected seed {self._seed} and weights {self._digest()},"
                f" got {state.seed} and {state.digest}"
            )
        if state.step < 0:
            raise ValueError(f"step: expected 0 or more, got {state.step}")
        self._step = state.step

    def epoch(self, number: int) -> np.ndarray:
        """The draws of one epoch, [recordings]."""
        rng = np.random.default_rng([self._seed, number])
        size = len(self._weights)
        shuffled = rng.permutation(size)
        edges = np.cumsum(self._weights[shuffled]) * size
        # Rounding must not leave the last draw past the last recording that has any weight.
        edges[edges >= edges[-1]] = size
        marks = np.minimum(rng.random() + np.arange(size), np.nextafter(size, 0))
        return rng.permutation(shuffled[np.searchsorted(edges, marks, side="right")])

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        epoch, place = divmod(self._step, len(self._weights))
        if self._order[0] != epoch:
            self._order = (epoch, self.epoch(epoch))
        self._step += 1
        return int(self._order[1][place])

    def _digest(self) -> str:
        return hashlib.sha256(self._weights.astype("<f8").tobytes()).hexdigest()[:16]
