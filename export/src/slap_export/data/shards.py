"""Shards: the recordings of a manifest as tar files that are read from front to back.

    FOLDER/shards.json              what is here: every shard with its split, counts and SHA-256
    FOLDER/train-000000.tar         KEY.flac and KEY.json of so many recordings, 16 kHz mono

The layout is WebDataset's, so other tools read it too. A key is a hash of the recording's path
within the manifest's folder and of its span: it holds no name, and is the same wherever the corpus
lies. Nothing in a shard is trusted: keys, texts and sound are looked at before they are used.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from webdataset.tariterators import group_by_keys, tar_file_iterator

from slap_export.config import ConfigError, build
from slap_export.corpus import Part
from slap_export.data.audio import RATE
from slap_export.data.manifest import (
    FieldError,
    Recording,
    attributes_of,
    captions_of,
    parts_of,
    text_or_none,
)

INDEX = "shards.json"
VERSION = 1
SPLIT = re.compile(r"[A-Za-z0-9_-]+")
_KEY = re.compile(r"[0-9a-f]{20}")
_NAME = re.compile(r"[A-Za-z0-9_-]+-\d{6}\.tar")
_LABELS = {"speaker", "language", "transcript", "attributes", "captions", "parts"}


class ShardError(ValueError):
    """Shards that cannot be written or read."""


@dataclass(frozen=True)
class Shard:
    """One line of the index."""

    name: str
    split: str
    recordings: int
    seconds: float
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Index:
    """What a folder of shards holds."""

    folder: Path
    plan: str
    """SHA-256 of what the shards were made from."""
    shards: tuple[Shard, ...]
    left_out: tuple[str, ...] = ()
    """Why recordings were left out, where the writer was told to go on."""

    def of(self, split: str) -> tuple[Shard, ...]:
        """The shards of a split."""
        found = tuple(shard for shard in self.shards if shard.split == split)
        if not found:
            known = ", ".join(sorted({shard.split for shard in self.shards}))
            raise ShardError(f"{self.folder}: expected a split of {known}, got {split!r}")
        return found


@dataclass(frozen=True)
class Stored:
    """One recording as it lies in a shard."""

    key: str
    flac: bytes
    speaker: str | None
    language: str | None
    transcript: str | None
    attributes: dict[str, str | None]
    captions: tuple[str, ...]
    parts: tuple[Part, ...]

    def samples(self) -> NDArray[np.float32]:
        """The sound, [n] at `RATE`."""
        try:
            samples, rate = soundfile.read(io.BytesIO(self.flac), dtype="float32")
        except soundfile.LibsndfileError as error:
            raise ShardError(f"{self.key}.flac: expected FLAC, got: {error}") from None
        if rate != RATE or samples.ndim != 1 or not len(samples):
            raise ShardError(
                f"{self.key}.flac: expected sound of {RATE} Hz in one channel,"
                f" got shape {samples.shape} at {rate} Hz"
            )
        return samples


def key_of(recording: Recording, home: Path) -> str:
    """The key of a recording of the manifest in `home`."""
    path = Path(os.path.relpath(recording.path.absolute(), home.absolute())).as_posix()
    text = json.dumps([path, recording.start, recording.end])
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def read_index(folder: Path) -> Index:
    """The index of a folder of shards, each of which must be there at its full size."""
    index = index_of(folder / INDEX)
    for shard in index.shards:
        path = folder / shard.name
        size = path.stat().st_size if path.is_file() else None
        if size != shard.bytes:
            raise ShardError(f"{path}: expected {shard.bytes} bytes, got {size or 'nothing'}")
    return index


def index_of(file: Path) -> Index:
    """An index as it is written."""
    try:
        values = json.loads(file.read_bytes().decode())
    except FileNotFoundError:
        raise ShardError(
            f"{file}: expected an index, got nothing; `slap-export data shards` writes one"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ShardError(f"{file}: expected JSON, got: {error}") from None
    if not isinstance(values, dict) or values.get("version") != VERSION:
        raise ShardError(f"{file}: expected an index of version {VERSION}")
    shards, left_out, plan = (values.get(key) for key in ("shards", "left_out", "plan"))
    if not isinstance(shards, list) or not isinstance(left_out, list) or type(plan) is not str:
        raise ShardError(f"{file}: expected a plan, shards and left_out")
    return Index(file.parent, plan, tuple(_shard(held, file) for held in shards), tuple(left_out))


def _shard(values: Any, file: Path) -> Shard:
    if not isinstance(values, dict):
        raise ShardError(f"{file}: expected a shard, got {values!r:.40}")
    try:
        shard = build(Shard, values, "shard.")
    except ConfigError as error:
        raise ShardError(f"{file}: {error}") from None
    if not _NAME.fullmatch(shard.name) or shard.recordings < 1:
        raise ShardError(f"{file}: expected a shard like train-000000.tar, got {shard.name!r}")
    return shard


def verify_shards(index: Index) -> None:
    """Refuses shards that are not, byte for byte, those of the index."""
    for shard in index.shards:
        path = index.folder / shard.name
        found = sha256_of(path)
        if found != shard.sha256:
            raise ShardError(f"{path}: expected SHA-256 {shard.sha256}, got {found}")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_shard(
    folder: Path, shard: Shard, start: int = 0, stop: int | None = None
) -> Iterator[Stored]:
    """The recordings of a shard, in order, or some of them; refuses one that ends too early, and
    where all are read, one that holds more than it should."""
    path = folder / shard.name
    count = 0
    with path.open("rb") as file:
        try:
            members = ({**member, "__url__": path.name} for member in tar_file_iterator(file))
            for count, sample in enumerate(group_by_keys(members), start=1):
                if count == (stop or shard.recordings) + 1:
                    break
                if count > start:
                    yield _stored(sample, path)
        except ShardError:
            raise
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise ShardError(f"{path}: expected a tar file, got: {error}") from None
    if count < (stop or shard.recordings) or count > shard.recordings:
        raise ShardError(f"{path}: expected {shard.recordings} recordings, got {count} or more")


def _stored(sample: dict[str, Any], path: Path) -> Stored:
    key = sample["__key__"]
    held = {name for name in sample if not name.startswith("__")}
    if not _KEY.fullmatch(key) or held != {"flac", "json"}:
        raise ShardError(f"{path}: expected KEY.flac and KEY.json, got {key!r:.60} with {held}")
    place = f"{path}, {key}.json"
    try:
        values = json.loads(sample["json"].decode())
        if not isinstance(values, dict) or set(values) != _LABELS:
            raise ShardError(f"{place}: expected {', '.join(sorted(_LABELS))}")
        return Stored(
            key=key,
            flac=sample["flac"],
            speaker=text_or_none("speaker", values["speaker"]),
            language=text_or_none("language", values["language"]),
            transcript=text_or_none("transcript", values["transcript"]),
            attributes=attributes_of(values["attributes"]),
            captions=captions_of(values["captions"]),
            parts=parts_of(values["parts"]),
        )
    except (FieldError, RecursionError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ShardError(f"{place}: {error}") from None
