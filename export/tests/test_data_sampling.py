"""Balanced weights are balanced and capped, and sampling resumes where it was."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.data.manifest import Recording
from slap_export.data.sampling import BalancedSampler, SamplerState, balanced_weights


def made(*values: tuple[str, str | None]) -> list[Recording]:
    return [
        Recording(Path(f"{n}.wav"), "train", language=language, attributes={"sex": sex})
        for n, (language, sex) in enumerate(values)
    ]


def test_two_values_by_hand() -> None:
    found = made(("en", "male"), ("en", "male"), ("en", "male"), ("en", "female"))
    assert balanced_weights(found, ["sex"], cap=2.0) == pytest.approx([1 / 6] * 3 + [1 / 2])
    # One draw in four is 1/4 an epoch: a cap of 1 makes all alike, 1.6 allows 0.4.
    assert balanced_weights(found, ["sex"], cap=1.0) == pytest.approx([1 / 4] * 4)
    assert balanced_weights(found, ["sex"], cap=1.6) == pytest.approx([0.2] * 3 + [0.4])


def test_unknown_values_keep_their_share() -> None:
    found = made(("en", "male"), ("en", "male"), ("en", "female"), ("en", None))
    weights = balanced_weights(found, ["sex"], cap=10)
    assert weights == pytest.approx([3 / 16, 3 / 16, 3 / 8, 1 / 4])


LANGUAGES = ("en", "de", "fr")
PAIRS = [(language, sex) for language in LANGUAGES for sex in ("male", "female")]
FOUND = st.lists(st.sampled_from(PAIRS), max_size=60).map(lambda extra: made(*PAIRS, *extra))


@given(FOUND)
def test_all_keys_are_balanced_without_a_cap(found: list[Recording]) -> None:
    weights = balanced_weights(found, ["language", "sex"], cap=1e9)
    shares = Counter()
    for recording, weight in zip(found, weights, strict=True):
        shares[recording.language] += weight
        shares[recording.attributes["sex"]] += weight
    assert [shares[name] for name in LANGUAGES] == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert shares["male"] == pytest.approx(0.5, abs=1e-6)


@given(FOUND, st.floats(1, 5), st.integers(0, 2**32))
def test_the_cap_holds_in_every_epoch(found: list[Recording], cap: float, seed: int) -> None:
    weights = balanced_weights(found, ["language", "sex"], cap)
    assert weights.sum() == pytest.approx(1)
    assert weights.max() * len(found) <= cap * (1 + 1e-9)
    counts = np.bincount(BalancedSampler(weights, seed).epoch(3), minlength=len(found))
    expected = weights * len(found)
    assert (counts >= np.floor(expected - 1e-6)).all()
    assert (counts <= np.ceil(expected + 1e-6)).all()


WEIGHTS = st.lists(st.floats(0, 10), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-3)


@settings(max_examples=50)
@given(WEIGHTS, st.integers(0, 99), st.integers(0, 100))
def test_resumed_is_as_if_never_stopped(weights: list[float], seed: int, step: int) -> None:
    whole = list(islice(BalancedSampler(np.array(weights), seed), step + 40))
    stopped = BalancedSampler(np.array(weights), seed)
    assert list(islice(stopped, step)) == whole[:step]
    resumed = BalancedSampler(np.array(weights), seed)
    resumed.resume(stopped.state())
    assert list(islice(resumed, 40)) == whole[step:]
    assert all(weights[at] > 0 for at in whole)


def test_seeds_and_epochs_differ() -> None:
    weights = np.ones(50)
    one, two = BalancedSampler(weights, 1), BalancedSampler(weights, 2)
    assert sorted(one.epoch(0)) == list(range(50))
    assert list(one.epoch(0)) != list(one.epoch(1))
    assert list(one.epoch(0)) != list(two.epoch(0))


def test_another_samplers_state_is_refused() -> None:
    sampler = BalancedSampler(np.ones(3), 1)
    with pytest.raises(ValueError, match="state: expected seed 1"):
        sampler.resume(BalancedSampler(np.ones(3), 2).state())
    with pytest.raises(ValueError, match="state: expected seed 1 and weights"):
        sampler.resume(BalancedSampler(np.ones(4), 1).state())
    with pytest.raises(ValueError, match="step: expected 0 or more"):
        sampler.resume(SamplerState(1, -1, sampler.state().digest))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="cap: expected 1 or more"):
        balanced_weights(made(("en", None)), [], cap=0.5)
    with pytest.raises(ValueError, match="sex: expected a value in at least one recording"):
        balanced_weights(made(("en", None)), ["sex"], cap=2)
    with pytest.raises(ValueError, match="recordings: expected at least one"):
        balanced_weights([], [], cap=2)
    for weights in ([], [0.0], [-1.0, 2.0], [float("nan")]):
        with pytest.raises(ValueError, match="weights: expected"):
            BalancedSampler(np.array(weights), 0)
