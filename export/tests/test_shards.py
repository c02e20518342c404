"""Shards hold what the manifest says, come out the same twice, and are whole or refused."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from slap_export.corpus import Part
from slap_export.data import shard_writer
from slap_export.data.audio import AudioError, read_span, seconds_of
from slap_export.data.manifest import Recording
from slap_export.data.shard_writer import PARTIAL, plan_shards, write_shards
from slap_export.data.shards import (
    INDEX,
    Index,
    ShardError,
    Stored,
    key_of,
    read_index,
    read_shard,
    verify_shards,
)

RATE = 16_000


def tone(path: Path, hz: float, seconds: float = 0.2, rate: int = RATE, channels: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    at = np.arange(round(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * hz * at)
    soundfile.write(path, np.tile(wave[:, None], channels), rate)
    return path


def some(folder: Path, count: int = 7) -> list[Recording]:
    return [
        Recording(
            tone(folder / f"clips/{n}.wav", 200 + 10 * n),
            "train" if n % 3 else "test",
            speaker=f"s{n % 3}",
            attributes={"sex": "female" if n % 2 else "male", "age": None},
        )
        for n in range(count)
    ]


def everything(index: Index) -> list[tuple[str, Stored]]:
    return [(s.split, one) for s in index.shards for one in read_shard(index.folder, s)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    recordings = [
        *some(tmp_path, 6),
        Recording(
            tone(tmp_path / "Überfüllt/ελ 声.flac", 300.0, seconds=1.0),
            "train",
            start=0.25,
            end=0.75,
            speaker="κα/ß",
            language="el",
            transcript="σπίτια, μικρά",
            attributes={"creak": "creaky"},
            captions=("Eine Stimme.", "声"),
            parts=(Part(0.0, 0.2, {"creak": None}),),
        ),
    ]
    index = write_shards(recordings, tmp_path, tmp_path / "s", 2)
    assert [shard.name for shard in index.shards] == [
        "test-000000.tar",
        "train-000000.tar",
        "train-000001.tar",
        "train-000002.tar",
    ]
    assert [shard.recordings for shard in index.shards] == [2, 2, 2, 1]
    assert sum(shard.seconds for shard in index.shards) == pytest.approx(6 * 0.2 + 0.5)
    assert read_index(tmp_path / "s") == index
    verify_shards(index)
    found = {stored.key: (split, stored) for split, stored in everything(index)}
    assert len(found) == 7
    for recording in recordings:
        split, stored = found[key_of(recording, tmp_path)]
        assert split == recording.split
        for name in ("speaker", "language", "transcript", "captions", "parts", "attributes"):
            assert getattr(stored, name) == getattr(recording, name)
        assert np.abs(stored.samples() - read_span(recording)).max() <= 2**-15
    # Nothing that names a file or a person stands in a key.
    assert all(len(key) == 20 for key in found)


def test_the_same_recordings_give_the_same_bytes(tmp_path: Path) -> None:
    recordings = some(tmp_path)
    write_shards(recordings, tmp_path, tmp_path / "a", 3)
    write_shards(reversed(recordings), tmp_path, tmp_path / "b", 3)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 4 and not any("partial" in name for name in names)
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_other_rates_and_channels_become_one(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 500.0, seconds=1.0, rate=44_100, channels=2)
    left = soundfile.read(file)[0]
    left[:, 1] = 0.0
    soundfile.write(file, left, 44_100)
    index = write_shards([Recording(file, "train")], tmp_path, tmp_path / "s", 1)
    ((_, stored),) = everything(index)
    samples = stored.samples()
    assert len(samples) == RATE
    middle = samples[2000:-2000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.25 / np.sqrt(2), rel=0.01)
    crossings = ((middle[1:] > 0) & (middle[:-1] <= 0)).sum()
    assert crossings / (len(middle) / RATE) == pytest.approx(500, abs=2)


def test_an_interruption_costs_one_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = some(tmp_path, 9)
    whole = write_shards(recordings, tmp_path, tmp_path / "whole", 2)
    read: list[Path] = []

    def until(limit: int):
        def reading(recording: Recording) -> np.ndarray:
            if len(read) == limit:
                raise KeyboardInterrupt
            read.append(recording.path)
            return read_span(recording)

        return reading

    monkeypatch.setattr(shard_writer, "read_span", until(4))
    with pytest.raises(KeyboardInterrupt):
        write_shards(recordings, tmp_path, tmp_path / "s", 2)
    left = sorted(path.name for path in (tmp_path / "s").iterdir())
    assert left == [PARTIAL, "test-000000.tar", "test-000001.tar"]  # 2 + 1; and one more begun
    read.clear()
    monkeypatch.setattr(shard_writer, "read_span", until(100))
    index = write_shards(recordings, tmp_path, tmp_path / "s", 2)
    assert len(read) == 6
    assert index.shards == whole.shards
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == sorted(
        [INDEX, *(shard.name for shard in whole.shards)]
    )
    read.clear()
    assert write_shards(recordings, tmp_path, tmp_path / "s", 2) == index
    assert read == []


def test_a_shard_that_was_damaged_meanwhile_is_written_again(tmp_path: Path) -> None:
    recordings = some(tmp_path)
    index = write_shards(recordings, tmp_path, tmp_path / "s", 3)
    (tmp_path / "s" / INDEX).rename(tmp_path / "s" / PARTIAL)
    first = tmp_path / "s" / index.shards[0].name
    good = first.read_bytes()
    first.write_bytes(good[:600] + b"x" + good[601:])
    assert write_shards(recordings, tmp_path, tmp_path / "s", 3) == index
    assert first.read_bytes() == good


def test_a_folder_of_other_shards_is_refused(tmp_path: Path) -> None:
    recordings = some(tmp_path)
    write_shards(recordings, tmp_path, tmp_path / "s", 3)
    for other, size in ((recordings[1:], 3), (recordings, 4)):
        with pytest.raises(ShardError, match="holds shards of other recordings or of another size"):
            write_shards(other, tmp_path, tmp_path / "s", size)
    relabelled = [dataclasses.replace(recordings[0], speaker="x"), *recordings[1:]]
    with pytest.raises(ShardError, match="holds shards of other recordings"):
        write_shards(relabelled, tmp_path, tmp_path / "s", 3)
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "mine.tar").touch()
    with pytest.raises(ShardError, match=r"holds mine\.tar, of which no index speaks"):
        write_shards(recordings, tmp_path, tmp_path / "t", 3)


def broken(folder: Path) -> list[tuple[Recording, str]]:
    noise = folder / "noise.flac"
    noise.write_bytes(b"fLaC" + bytes(range(200)))
    cut = tone(folder / "cut.flac", 200.0, seconds=2.0)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    empty = folder / "empty.wav"
    soundfile.write(empty, np.zeros(0), RATE)
    nan = folder / "nan.wav"
    soundfile.write(nan, np.full(100, np.nan), RATE, subtype="FLOAT")
    good = tone(folder / "good.wav", 200.0, seconds=0.5)
    place = folder / "folder.wav"
    place.mkdir()
    return [
        (Recording(noise, "train"), "expected audio that can be decoded"),
        (Recording(cut, "train"), "expected (audio that can be decoded|32000 frames)"),
        (Recording(empty, "train"), "expected sound, got a file of no length"),
        (Recording(nan, "train"), "expected finite samples"),
        (Recording(folder / "lost.wav", "train"), "expected (a file|audio that can be decoded)"),
        (Recording(place, "train", end=1.0), "expected audio that can be decoded"),
        (Recording(good, "train", start=0.6), r"within 0\.500 s, got 0\.6 to the end"),
        (Recording(good, "train", end=0.7), r"within 0\.500 s, got 0\.0 to 0\.7"),
        (Recording(good, "train", start=0.2, end=0.2 + 1e-9), "expected a span within"),
    ]


@pytest.mark.parametrize("at", range(9))
def test_what_cannot_be_heard_is_named(tmp_path: Path, at: int) -> None:
    recording, told = broken(tmp_path)[at]
    with pytest.raises(AudioError, match=told) as caught:
        write_shards([recording], tmp_path, tmp_path / "s", 1)
    assert str(recording.path) in str(caught.value)
    assert not list((tmp_path / "s").glob("*.tar")) if (tmp_path / "s").exists() else True


def test_what_cannot_be_heard_is_left_out_on_request(tmp_path: Path) -> None:
    bad = [recording for recording, _ in broken(tmp_path)]
    good = some(tmp_path, 3)
    index = write_shards([*bad, *good], tmp_path, tmp_path / "s", 2, skip_broken=True)
    assert sum(shard.recordings for shard in index.shards) == 3
    assert len(index.left_out) == len(bad)
    assert read_index(tmp_path / "s") == index
    assert write_shards([*bad, *good], tmp_path, tmp_path / "s", 2, skip_broken=True) == index
    with pytest.raises(ShardError, match="at least one recording that can be heard, got none"):
        write_shards(bad, tmp_path, tmp_path / "t", 2, skip_broken=True)


def test_a_table_that_rounds_up_is_believed(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 200.0, seconds=0.5)
    assert seconds_of(Recording(file, "train", end=0.54)) == 0.5


def test_hostile_manifests_are_refused(tmp_path: Path) -> None:
    one = some(tmp_path, 1)[0]
    with pytest.raises(ShardError, match=r"each span of a file once, got 0\.0 to the end twice"):
        plan_shards([one, dataclasses.replace(one, speaker="x")], tmp_path, 2)
    # The same file by another way, and in another split.
    again = dataclasses.replace(one, path=tmp_path / "clips/../clips/0.wav", split="other")
    with pytest.raises(ShardError, match="each span of a file once"):
        plan_shards([one, again], tmp_path, 2)
    for split in ("../up", "a b", "", "ü"):
        with pytest.raises(ValueError, match="split: expected"):
            plan_shards([dataclasses.replace(one, split=split)], tmp_path, 2)
    with pytest.raises(ShardError, match="size: expected 1 or more"):
        plan_shards([one], tmp_path, 0)
    with pytest.raises(ShardError, match="expected at least one recording, got none"):
        plan_shards([], tmp_path, 1)


def test_keys_do_not_depend_on_where_the_corpus_lies() -> None:
    here, there = Path("/a/corpus"), Path("/b/c")
    digest = hashlib.sha256(b'["x/y.wav", 1.0, null]').hexdigest()
    keys = [key_of(Recording(home / "x/y.wav", "t", start=1.0), home) for home in (here, there)]
    assert keys[0] == keys[1] == digest[:20]
    others = [Recording(here / "x/y.wav", "t"), Recording(here / "x/z.wav", "t", start=1.0)]
    assert len({keys[0], *(key_of(one, here) for one in others)}) == 3


def test_a_shard_that_ends_early_is_refused(tmp_path: Path) -> None:
    index = write_shards(some(tmp_path), tmp_path, tmp_path / "s", 7)
    shard = index.shards[1]
    path = tmp_path / "s" / shard.name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ShardError, match=f"expected {shard.bytes} bytes, got"):
        read_index(tmp_path / "s")
    with pytest.raises(ShardError, match=r"expected a tar file|recordings, got"):
        list(read_shard(index.folder, shard))
    path.write_bytes(whole[:700] + b"x" + whole[701:])
    with pytest.raises(ShardError, match="expected SHA-256"):
        verify_shards(index)
