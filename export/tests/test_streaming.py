"""What an epoch holds, and in which order, does not depend on who reads it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st
from slap_edge import FrontEnd
from torch.utils.data import DataLoader

from slap_export.checkpoint import front_end_spec
from slap_export.config import load_config
from slap_export.corpus import Part
from slap_export.data.augment import WaveformConfig
from slap_export.data.changes import Gain, Speed
from slap_export.data.manifest import Recording
from slap_export.data.shard_writer import write_shards
from slap_export.data.shards import Shard, ShardError, key_of
from slap_export.data.streaming import Place, Sample, ShardedRecordings, lane_spans
from slap_export.runtime import pad_to_chunks

torch.set_num_threads(1)
RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"
FRONT_END = front_end_spec(load_config(RECIPE).front_end)
COUNT = 21
MANY = WaveformConfig(
    speed_share=0.5, room_share=0.3, noise_share=0.5, telephone_share=0.2, gain_share=0.5
)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("corpus")
    rng = np.random.default_rng(0)
    recordings = []
    for n in range(COUNT):
        path = home / f"{n}.wav"
        soundfile.write(path, rng.uniform(-0.3, 0.3, 1600 + 160 * n), 16_000)
        recordings.append(
            Recording(
                path,
                "train",
                speaker=str(n),
                transcript=f"clip {n}",
                attributes={"noise": "quiet", "level": "loud"},
                captions=(f"Caption {n}.",),
                parts=(Part(0.0, 0.1, {"creak": "creaky"}),),
            )
        )
    write_shards(recordings, home, home / "shards", 4)
    return home / "shards"


def opened(folder: Path, **settings) -> ShardedRecordings:
    settings = {"seed": 3, "lanes": 4, "buffer": 3} | settings
    return ShardedRecordings(folder, "train", FRONT_END, 48, **settings)


def keys(dataset: ShardedRecordings, epoch: int = 0) -> list[str]:
    dataset.set_epoch(epoch)
    found = [sample.key for sample in dataset]
    assert len(found) == len(dataset)
    return found


def test_an_epoch_holds_every_recording_once(shards: Path) -> None:
    dataset = opened(shards)
    first = keys(dataset)
    assert len(set(first)) == len(first) == COUNT == dataset.recordings
    assert keys(dataset) == first
    second = keys(dataset, epoch=1)
    assert sorted(second) == sorted(first) and second != first
    assert keys(opened(shards, seed=4)) != first


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_take_turns_in_the_same_order(shards: Path, processes: int) -> None:
    for epoch in (0, 1):
        alone = keys(opened(shards), epoch)
        shares = [
            keys(opened(shards, place=Place(rank, processes)), epoch) for rank in range(processes)
        ]
        assert [alone[rank::processes] for rank in range(processes)] == shares


def test_workers_change_nothing(shards: Path) -> None:
    for place in (Place(), Place(1, 2)):
        dataset = opened(shards, place=place, changes=MANY)
        dataset.set_epoch(2)
        here = list(dataset)
        loader = DataLoader(dataset, batch_size=None, num_workers=2)
        for one, other in zip(here, loader, strict=True):
            same(one, other)


def same(one: Sample, other: Sample) -> None:
    for field in dataclasses.fields(Sample):
        first, second = getattr(one, field.name), getattr(other, field.name)
        assert np.array_equal(first, second) if field.name == "log_mel" else first == second


def test_what_happens_to_a_recording_is_the_same_in_every_process(shards: Path) -> None:
    alone = {sample.key: sample for sample in opened(shards, changes=MANY)}
    apart = [opened(shards, changes=MANY, place=Place(r, 2), buffer=9) for r in range(2)]
    for dataset in apart:
        for sample in dataset:
            same(sample, alone[sample.key])
    assert {len(sample.changes) for sample in alone.values()} >= {0, 1, 2}
    again = opened(shards, changes=MANY)
    again.set_epoch(1)
    assert any(sample.changes != alone[sample.key].changes for sample in again)


def test_what_is_heard_is_what_a_device_hears(shards: Path) -> None:
    front_end = FrontEnd(json.dumps(FRONT_END))
    found = {sample.key: sample for sample in opened(shards)}
    home = shards.parent
    for n in (0, COUNT - 1):
        sample = found[key_of(Recording(home / f"{n}.wav", "train"), home)]
        audio, _ = soundfile.read(home / f"{n}.wav", dtype="float32")
        expected = front_end.log_mel(pad_to_chunks(audio, FRONT_END, 48))
        assert len(sample.log_mel) == 48
        assert np.abs(sample.log_mel - expected).max() <= 1e-3
        assert sample.seconds == len(audio) / 16_000
        assert (sample.speaker, sample.transcript) == (str(n), f"clip {n}")
        assert sample.captions == (f"Caption {n}.",)
        assert sample.attributes == {"noise": "quiet", "level": "loud"}
        assert sample.parts == (Part(0.0, 0.1, {"creak": "creaky"}),)


def test_labels_captions_and_parts_follow_the_changes(shards: Path) -> None:
    loud = WaveformConfig(noise_share=1.0, noise_db=(0.0, 1.0), noise_kinds=("pink",))
    for sample in opened(shards, changes=loud):
        assert sample.attributes["noise"] == "noisy"
        assert sample.attributes["noise_kind"] == "pink"
        assert sample.captions == ()
        assert sample.parts == (Part(0.0, 0.1, {"creak": None, "noise": "noisy"}),)
    fast = WaveformConfig(speed_share=1.0, speed=0.2)
    for sample in opened(shards, changes=fast):
        (change,) = sample.changes
        assert isinstance(change, Speed)
        assert sample.parts[0].end == pytest.approx(0.1 / change.factor)
        assert (sample.captions == ()) == (abs(change.factor - 1.0) > 0.03)
    faint = WaveformConfig(gain_share=1.0, gain_db=30.0)
    words = Counter()
    for sample in opened(shards, changes=faint):
        (change,) = sample.changes
        assert isinstance(change, Gain)
        words[sample.attributes["level"]] += 1
    assert len(words) >= 3


SIZES = st.lists(st.integers(1, 30), min_size=1, max_size=12)


@given(SIZES, st.integers(1, 40))
def test_lanes_cover_an_epoch_evenly(sizes: list[int], lanes: int) -> None:
    held = [Shard(f"t-{n:06d}.tar", "t", size, 1.0, 1, "") for n, size in enumerate(sizes)]
    found: list[tuple[str, int]] = []
    lengths = []
    for lane in range(lanes):
        spans = lane_spans(held, lanes, lane)
        assert all(0 <= start < stop <= shard.recordings for shard, start, stop in spans)
        own = [(shard.name, at) for shard, start, stop in spans for at in range(start, stop)]
        lengths.append(len(own))
        found += own
    assert found == [(shard.name, at) for shard in held for at in range(shard.recordings)]
    assert max(lengths) - min(lengths) <= 1
    assert lengths == sorted(lengths, reverse=True)


def test_more_lanes_than_recordings(shards: Path) -> None:
    assert sorted(keys(opened(shards, lanes=64))) == sorted(keys(opened(shards)))
    assert keys(opened(shards, lanes=64, place=Place(63, 64))) == []


def test_settings_that_make_no_sense_are_refused(shards: Path) -> None:
    with pytest.raises(ShardError, match="lanes: expected a multiple of 3 processes, got 4"):
        opened(shards, place=Place(0, 3))
    with pytest.raises(ShardError, match="process: expected 0 to 1, got 2"):
        opened(shards, place=Place(2, 2))
    with pytest.raises(ShardError, match="lanes: expected"):
        opened(shards, lanes=0)
    with pytest.raises(ShardError, match="seed and buffer"):
        opened(shards, buffer=0)
    with pytest.raises(ShardError, match="expected a split of train, got 'test'"):
        ShardedRecordings(shards, "test", FRONT_END, 48, seed=0)
    with pytest.raises(ShardError, match="front end: expected 16000 Hz, got 8000"):
        ShardedRecordings(shards, "train", FRONT_END | {"sample_rate": 8000}, 48, seed=0)
    with pytest.raises(ShardError, match="lanes: expected a multiple of 3 workers, got 4"):
        list(DataLoader(opened(shards), batch_size=None, num_workers=3))
