"""Batches: what is drawn, shared by processes, packed, and prepared ahead."""

import dataclasses
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_training import RECIPE, small_project

from slap_export.config import Config, load_config
from slap_export.features import compute_features
from slap_export.objectives.margin import UNKNOWN
from slap_export.training.batches import batches, fetch, prefetched
from slap_export.training.crops import augment, crop
from slap_export.training.learner import start
from slap_export.training.losses import Losses
from slap_export.training.material import Material, load_material, speaker_numbers
from slap_export.training.plan import crop_starts, epoch_order, plan_batch

Made = tuple[Config, Material]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("project")
    config = small_project(root)
    compute_features(config, root, lambda _: None)
    return config, load_material(config, root, lambda _: None)


def training(config: Config, **settings: Any) -> Config:
    """A recipe with other settings of training."""
    return dataclasses.replace(config, train=dataclasses.replace(config.train, **settings))


def tensors(value: Any) -> list[torch.Tensor]:
    """All tensors of a batch, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    return [x for part in value or () for x in tensors(part)] if isinstance(value, tuple) else []


def test_a_batch_depends_on_seed_epoch_and_step_alone(made: Made) -> None:
    config, material = made
    whole = list(batches(material, config, 1, range(4)))
    resumed = list(batches(material, config, 1, range(2, 4)))
    for one, two in zip(whole[2:], resumed, strict=True):
        assert all(map(torch.equal, tensors(one), tensors(two)))
    other = next(batches(material, config, 2, range(1)))
    assert not torch.equal(whole[0].pairs.sentences, other.pairs.sentences)


def test_an_epoch_takes_every_recording_once(made: Made) -> None:
    config, material = made
    order = epoch_order(material, config, 0)
    plans = [plan_batch(material, config, order, 0, step) for step in range(4)]
    assert sorted(clip for plan in plans for clip in plan.clips) == sorted(material.training)


def test_what_is_true_and_what_is_unsure_exclude_one_another(made: Made) -> None:
    config, material = made
    captions = config.objectives.contrastive.captions
    for batch in batches(material, config, 0, range(4)):
        own = torch.arange(config.train.batch).repeat_interleave(captions)  # [B·K]
        assert batch.pairs.true[own, torch.arange(len(own))].all()
        assert not (batch.pairs.true & batch.pairs.unsure).any()
        assert (batch.earlier <= batch.last).all()
        assert batch.segments is not None
        assert batch.segments.true.diagonal().all()


def test_shares_of_two_processes_are_the_whole(made: Made) -> None:
    config, material = made
    plan = plan_batch(material, config, epoch_order(material, config, 0), 0, 0)
    whole = fetch(material, config, plan)
    halves = [fetch(material, config, plan, rank, 2) for rank in range(2)]

    def joined(*names: str) -> torch.Tensor:
        found: list[Any] = list(halves)
        for name in names:
            found = [getattr(part, name) for part in found]
        return torch.cat(found)

    count = len(plan.clips)
    mel = torch.cat([half.mel[: count // 2] for half in halves])
    assert torch.equal(mel, whole.mel[:count])
    assert torch.equal(joined("last"), whole.last)
    for name in (
        "speaker",
        "flips",
        "segments",
        "reconstruction",
        "prototypes",
        "captioning",
        "semantic",
    ):
        part = getattr(whole, name)
        for field in ("numbers", "own", "sentences", "start", "end", "masked", "pieces", "present"):
            if field in part._fields and (name, field) != ("segments", "sentences"):
                assert torch.equal(joined(name, field), getattr(part, field)), (name, field)
    for half in halves:
        assert torch.equal(half.pairs.true, whole.pairs.true)
        assert half.reconstruction.total == int(whole.reconstruction.masked.sum())


def test_packed_recordings_are_heard_as_if_alone(made: Made) -> None:
    config, material = made
    # Masks of time are drawn over the row, which is longer where it ends in silence.
    plain = dataclasses.replace(config.train.augment, time_masks=0)
    config = training(config, crop_chunks=(6, 6), augment=plain)
    plan = plan_batch(material, config, epoch_order(material, config, 0), 0, 0)
    assert len(set(plan.size)) > 1
    packed = training(config, packed_chunks=13)
    rows = fetch(material, packed, dataclasses.replace(plan, chunks=None))
    alone = fetch(material, config, plan)
    assert len(rows.mel) < len(alone.mel)
    learner = start(config, material, torch.device("cpu"))
    losses = Losses(learner.modules, config, material.features.statistics)
    expected = losses(alone)
    learner.modules.teacher.centre.zero_()
    for name, value in losses(rows).items():
        torch.testing.assert_close(value, expected[name], msg=name)


def test_rows_of_a_batch_have_their_own_chance(made: Made) -> None:
    config, material = made
    louder = dataclasses.replace(config.train.augment, tilt_db=0.0, band_masks=0, time_masks=0)
    plain = dataclasses.replace(louder, gain_db=0.0)
    changed = next(batches(material, training(config, augment=louder), 0, range(1)))
    same = next(batches(material, training(config, augment=plain), 0, range(1)))
    difference = (changed.mel - same.mel).abs().amax(dim=(1, 2))  # [R]
    assert (difference > 0).all()
    assert len(set(difference.tolist()[: config.train.batch])) == config.train.batch


@settings(max_examples=200, deadline=None)
@given(
    held=st.integers(1, 12),
    size=st.integers(1, 12),
    change=st.none() | st.floats(0, 11.99),
    seed=st.integers(0, 1000),
)
def test_a_crop_holds_the_change(held: int, size: int, change: float | None, seed: int) -> None:
    size = min(size, held)
    change = None if change is None else min(change, held - 0.01)
    starts = crop_starts(
        np.array([held - size]),
        np.array([size]),
        np.array([np.nan if change is None else change]),
        np.random.default_rng(seed),
    )
    first = int(starts[0])
    assert 0 <= first <= held - size
    if change is not None:
        assert first <= change <= first + size
        if size >= 4 and 2 <= int(change) <= held - 2:
            assert first <= int(change) - 2
            assert first + size >= int(change) + 2


def test_parts_lie_where_their_seconds_say(made: Made) -> None:
    config, material = made
    whole = training(config, crop_chunks=(7, 7), late_frames=0)
    late = training(whole, late_frames=24)
    order = epoch_order(material, whole, 0)
    per_token = config.tower.patch_frames / config.front_end.frames_per_second  # seconds
    found = 0
    for config in (whole, late):
        for step in range(4):
            plan = plan_batch(material, config, order, 0, step)
            segments = fetch(material, config, plan).segments
            for slot in segments.slots.tolist():
                clip = material.features.clips[plan.clips[slot // 2]]
                part = clip.parts[slot % 2]
                shift = plan.begin[slot // 2] / 100  # seconds
                start, end = (float(x[slot]) * per_token for x in (segments.start, segments.end))
                assert max(part.start - shift, 0) <= start < max(part.start - shift, 0) + per_token
                assert part.end - shift - per_token < end <= part.end - shift + 1e-9
                found += 1
    assert found > 8


def test_crops_longer_than_a_recording_end_in_silence(made: Made) -> None:
    config, material = made
    features, frames = material.features, config.tower.chunk_frames
    held = int(features.starts[1] - features.starts[0])
    chunks = held // frames
    mel = crop(features, 0, 10, chunks, chunks + 2, config)
    assert mel.shape == ((chunks + 2) * frames, config.tower.bands)
    assert (mel[: held - 10] == features.log_mel[10:held]).all()
    assert np.allclose(mel[held - 10 :], np.log(config.front_end.log_floor))


def test_gain_is_a_constant_above_the_floor() -> None:
    table = load_config(RECIPE).train.augment
    table = dataclasses.replace(table, tilt_db=0.0, band_masks=0, time_masks=0)
    mel = np.full((10, 64), -5.0, np.float32)
    mel[:, 0] = -13.8
    changed = augment(mel, table, -13.8, -6.0, np.random.default_rng(1))
    assert np.allclose(changed[:, 0], -13.8)
    shift = changed[:, 1:] + 5.0
    assert shift.std() < 1e-5
    assert 0 < abs(shift.mean()) <= table.gain_db * np.log(10) / 10


def test_transcripts_are_those_of_english_training_clips(made: Made) -> None:
    _, material = made
    for at, clip in enumerate(material.features.clips):
        english = clip.split == "train" and clip.language == "en-us"
        assert (material.transcripts[at] >= 0) == english


def test_speakers_are_numbered_and_the_nameless_are_nobody(made: Made) -> None:
    _, material = made
    clips = material.features.clips[:3]
    nameless = [dataclasses.replace(clips[0], speaker=""), *clips[1:]]
    assert speaker_numbers(nameless).tolist() == [UNKNOWN, 0, 1]
    assert speaker_numbers([dataclasses.replace(clips[0], split="validation")]) == [UNKNOWN]
    assert material.speaker_count == 5


def test_a_balanced_epoch_hears_rare_values_more_often(made: Made) -> None:
    config, material = made
    weights = np.where(material.training % 8 == 0, 3.0, 1.0)  # 4 of 32
    rare = dataclasses.replace(material, weights=weights / weights.sum())
    order = epoch_order(rare, config, 0)
    assert len(order) == 32
    for clip in material.training:
        heard = int((order == clip).sum())
        # 32 · 3/40 = 2.4 times and 32 · 1/40 = 0.8 times, rounded down or up.
        assert heard in ((2, 3) if clip % 8 == 0 else (0, 1))
    assert (order == epoch_order(rare, config, 0)).all()
    assert (order != epoch_order(rare, config, 1)).any()


def test_prepared_ahead_in_order_and_not_too_far() -> None:
    asked: list[int] = []

    def source() -> Iterator[Any]:
        for number in itertools.count():
            asked.append(number)
            yield number

    ahead = prefetched(source(), depth=2)
    assert [next(ahead) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(asked) <= 5 + 2 + 1
    before = threading.active_count()
    ahead.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before - 1


def test_what_fails_in_preparation_fails_the_loop() -> None:
    def source() -> Iterator[Any]:
        yield 1
        raise OSError("the disc is gone")

    with pytest.raises(OSError, match="the disc is gone"):
        list(prefetched(source()))
