"""Shards and indexes made by others are not believed blindly."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from test_shards import RATE, everything

from slap_export.data.shards import INDEX, Index, ShardError, read_index, read_shard


def flac(seconds: float = 0.1, rate: int = RATE, channels: int = 1) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.zeros((round(seconds * rate), channels)), rate, format="FLAC")
    return out.getvalue()


LABELS = {
    "speaker": "s",
    "language": None,
    "transcript": None,
    "attributes": {},
    "captions": [],
    "parts": [],
}
KEY = "0123456789abcdef0123"


def shard_of(folder: Path, members: dict[str, bytes], recordings: int = 1) -> Index:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(folder / "train-000000.tar", "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    size = (folder / "train-000000.tar").stat().st_size
    line = {"name": "train-000000.tar", "split": "train", "recordings": recordings}
    line |= {"seconds": 1.0, "bytes": size, "sha256": "0"}
    values = {"version": 1, "plan": "p", "shards": [line], "left_out": []}
    (folder / INDEX).write_text(json.dumps(values))
    return read_index(folder)


def test_a_shard_made_by_others_is_read(tmp_path: Path) -> None:
    members = {f"{KEY}.json": json.dumps(LABELS).encode(), f"{KEY}.flac": flac()}
    ((split, stored),) = everything(shard_of(tmp_path, members))
    assert (split, stored.key, len(stored.samples())) == ("train", KEY, 1600)


GOOD = json.dumps(LABELS).encode()
HOSTILE = [
    ({"../../etc/x.flac": flac(), "../../etc/x.json": GOOD}, "expected"),
    ({f"../{KEY}.flac": flac(), f"../{KEY}.json": GOOD}, "expected"),
    ({"zz.flac": flac(), "zz.json": GOOD}, "expected KEY.flac and KEY.json, got 'zz'"),
    ({f"{KEY}.flac": flac()}, "expected KEY.flac and KEY.json"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": GOOD, f"{KEY}.pkl": b"x"}, "expected KEY.flac and"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": b"{"}, f"{KEY}.json: Expecting"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": b"[" * 100_000}, f"{KEY}.json"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": b"\xff"}, f"{KEY}.json"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": b"[]"}, "expected attributes, captions, language"),
    ({f"{KEY}.flac": flac(), f"{KEY}.json": GOOD.replace(b'"s"', b"3")}, "speaker: expected a te"),
    ({f"{KEY}.flac": b"noise", f"{KEY}.json": GOOD}, "expected FLAC"),
    ({f"{KEY}.flac": flac(rate=8000), f"{KEY}.json": GOOD}, "expected sound of 16000 Hz"),
    ({f"{KEY}.flac": flac(channels=2), f"{KEY}.json": GOOD}, "in one channel"),
    ({f"{KEY}.flac": flac(0.0), f"{KEY}.json": GOOD}, "expected"),
    ({}, "expected 1 recordings, got 0"),
]


@pytest.mark.parametrize(("members", "told"), HOSTILE)
def test_hostile_shards_are_refused(tmp_path: Path, members: dict, told: str) -> None:
    index = shard_of(tmp_path / "s", members)
    with pytest.raises(ShardError, match=told):
        for _, stored in everything(index):
            stored.samples()
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_more_or_fewer_recordings_than_the_index_says_are_refused(tmp_path: Path) -> None:
    members = {}
    for n in range(3):
        key = f"{n:020x}"
        members |= {f"{key}.flac": flac(), f"{key}.json": GOOD}
    for claimed in (2, 4):
        with pytest.raises(ShardError, match=f"expected {claimed} recordings, got 3"):
            everything(shard_of(tmp_path, members, claimed))
    index = shard_of(tmp_path, members, 3)
    some_of = read_shard(index.folder, index.shards[0], 1, 2)
    assert [stored.key for stored in some_of] == [f"{1:020x}"]


@given(st.binary(max_size=2000))
def test_noise_is_no_shard(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    index = shard_of(folder / "noise", {})
    (folder / "noise" / "train-000000.tar").write_bytes(data)
    with pytest.raises(ShardError):
        everything(index)


INDEXES = [
    (b"{", "expected JSON"),
    (b"[]", "expected an index of version 1"),
    (b'{"version": 2}', "expected an index of version 1"),
    (b'{"version": 1}', "expected a plan, shards and left_out"),
    (b'{"version": 1, "plan": "", "shards": [1], "left_out": []}', "expected a shard, got 1"),
    (b'{"version": 1, "plan": "", "shards": [{"nam": 1}], "left_out": []}', "unknown setting"),
]


@pytest.mark.parametrize(("text", "told"), INDEXES)
def test_a_bad_index_is_refused(tmp_path: Path, text: bytes, told: str) -> None:
    (tmp_path / INDEX).write_bytes(text)
    with pytest.raises(ShardError, match=told):
        read_index(tmp_path)


def test_an_index_cannot_lead_elsewhere(tmp_path: Path) -> None:
    shard_of(tmp_path, {})
    text = (tmp_path / INDEX).read_text()
    (tmp_path / INDEX).write_text(text.replace("train-000000.tar", "../../train-000000.tar"))
    with pytest.raises(ShardError, match=r"expected a shard like train-000000\.tar"):
        read_index(tmp_path)
    with pytest.raises(ShardError, match="data shards` writes one"):
        read_index(tmp_path / "nothing")
