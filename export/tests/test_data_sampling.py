"""Balanced weights are balanced and capped, and what a step draws needs no memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.data.manifest import Recording
from slap_export.data.sampling import balanced_weights, epoch_draws, recording_weights, step_draws


def made(*values: tuple[str, str | None]) -> list[Recording]:
    return [
        Recording(Path(f"{n}.wav"), "train", language=language, attributes={"sex": sex})
        for n, (language, sex) in enumerate(values)
    ]


def test_two_values_by_hand() -> None:
    found = made(("en", "male"), ("en", "male"), ("en", "male"), ("en", "female"))
    assert recording_weights(found, ["sex"], cap=2.0) == pytest.approx([1 / 6] * 3 + [1 / 2])
    # One draw in four is 1/4 an epoch: a cap of 1 makes all alike, 1.6 allows 0.4.
    assert recording_weights(found, ["sex"], cap=1.0) == pytest.approx([1 / 4] * 4)
    assert recording_weights(found, ["sex"], cap=1.6) == pytest.approx([0.2] * 3 + [0.4])


def test_unknown_values_keep_their_share() -> None:
    found = made(("en", "male"), ("en", "male"), ("en", "female"), ("en", None))
    weights = recording_weights(found, ["sex"], cap=10)
    assert weights == pytest.approx([3 / 16, 3 / 16, 3 / 8, 1 / 4])


LANGUAGES = ("en", "de", "fr")
PAIRS = [(language, sex) for language in LANGUAGES for sex in ("male", "female")]
FOUND = st.lists(st.sampled_from(PAIRS), max_size=60).map(lambda extra: made(*PAIRS, *extra))


@settings(max_examples=30, deadline=None)
@given(FOUND)
def test_all_keys_are_balanced_without_a_cap(found: list[Recording]) -> None:
    weights = recording_weights(found, ["language", "sex"], cap=1e9)
    shares = Counter()
    for recording, weight in zip(found, weights, strict=True):
        shares[recording.language] += weight
        shares[recording.attributes["sex"]] += weight
    assert [shares[name] for name in LANGUAGES] == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert shares["male"] == pytest.approx(0.5, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(FOUND, st.floats(1, 5), st.integers(0, 2**32))
def test_the_cap_holds_in_every_epoch(found: list[Recording], cap: float, seed: int) -> None:
    weights = recording_weights(found, ["language", "sex"], cap)
    assert weights.sum() == pytest.approx(1)
    assert weights.max() * len(found) <= cap * (1 + 1e-9)
    assert weights.min() * len(found) >= (1 - 1e-9) / cap
    counts = np.bincount(epoch_draws(weights, seed, 3), minlength=len(found))
    expected = weights * len(found)
    assert (counts >= np.floor(expected - 1e-6)).all()
    assert (counts <= np.ceil(expected + 1e-6)).all()


WEIGHTS = st.lists(st.floats(0, 10), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-3)


@settings(max_examples=50)
@given(WEIGHTS, st.integers(0, 99), st.integers(0, 5), st.integers(1, 12))
def test_steps_make_up_the_epoch(weights: list[float], seed: int, epoch: int, batch: int) -> None:
    whole = epoch_draws(np.array(weights), seed, epoch)
    steps = range(-(-len(weights) // batch))
    parts = [step_draws(np.array(weights), seed, epoch, step, batch) for step in steps]
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert len(whole) == len(weights)
    assert all(weights[at] > 0 for at in whole)
    assert len(step_draws(np.array(weights), seed, epoch, len(steps), batch)) == 0


def test_seeds_and_epochs_differ() -> None:
    weights = np.ones(50)
    one = epoch_draws(weights, 1, 0)
    assert sorted(one) == list(range(50))
    assert list(one) == list(epoch_draws(weights, 1, 0))
    assert list(one) != list(epoch_draws(weights, 1, 1))
    assert list(one) != list(epoch_draws(weights, 2, 0))


def test_a_rare_value_is_drawn_more_often_and_no_more_than_the_cap() -> None:
    rows = [{"creak": "creaky" if n < 10 else "clear"} for n in range(100)]
    weights = balanced_weights(rows, ["creak"], cap=3.0)
    draws = np.concatenate([epoch_draws(weights, 0, epoch) for epoch in range(4)])
    # Equal shares would draw each of the ten five times an epoch; the cap allows three.
    assert (np.bincount(draws, minlength=100)[:10] == 12).all()
    assert (draws < 10).mean() == pytest.approx(0.3)
    even = balanced_weights(rows, ["creak"], cap=5.0)
    assert (epoch_draws(even, 0, 0) < 10).mean() == pytest.approx(0.5)


def test_many_keys_at_once_bring_every_rare_value_nearer() -> None:
    rng = np.random.default_rng(0)
    keys = [f"k{n}" for n in range(40)]
    rare = rng.random((3000, 40)) < 0.1
    rows = [dict(zip(keys, np.where(row, "rare", "usual"), strict=True)) for row in rare]
    weights = balanced_weights(rows, keys, cap=3.0)
    before, after = rare.mean(axis=0), weights @ rare  # [40] each
    assert (after > 1.25 * before).all()
    assert after.max() < 0.5


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="cap: expected 1 or more"):
        recording_weights(made(("en", None)), [], cap=0.5)
    with pytest.raises(ValueError, match="sex: expected a value in at least one recording"):
        recording_weights(made(("en", None)), ["sex"], cap=2)
    with pytest.raises(ValueError, match="recordings: expected at least one"):
        recording_weights([], [], cap=2)
    for weights in ([], [0.0], [-1.0, 2.0], [float("nan")]):
        with pytest.raises(ValueError, match="weights: expected"):
            epoch_draws(np.array(weights), 0, 0)
    with pytest.raises(ValueError, match="step and batch: expected"):
        step_draws(np.ones(3), 0, 0, -1, 2)
