"""Writing shards, so that the same manifest gives the same bytes and an interruption costs little.

Recordings stand in the order of their keys, which mixes speakers. A shard appears whole or not at
all; `shards.partial.json` says which are whole until the last one is and becomes `shards.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import soundfile
from webdataset.writer import TarWriter

from slap_export.data.audio import RATE, AudioError, read_span
from slap_export.data.files import whole_file
from slap_export.data.manifest import Recording
from slap_export.data.shards import (
    INDEX,
    SPLIT,
    VERSION,
    Index,
    Shard,
    ShardError,
    index_of,
    key_of,
    read_index,
    sha256_of,
)

PARTIAL = "shards.partial.json"

Plan = dict[str, list[tuple[str, Recording]]]
"""Names of shards, and the recordings of each with their keys."""


def write_shards(
    recordings: Iterable[Recording],
    home: Path,
    folder: Path,
    size: int,
    *,
    skip_broken: bool = False,
    report: Callable[[str], None] = lambda line: None,
) -> Index:
    """Writes shards of `size` recordings each, and the index; goes on where it was interrupted.

    Args:
        recordings: What to write.
        home: The manifest's folder, to which keys are relative.
        folder: Where to; made if missing. One that holds other shards is refused.
        size: Recordings in a shard, at most.
        skip_broken: Leave out recordings that cannot be heard, and say so in the index.
        report: Called with a line after every shard.
    """
    plan = plan_shards(recordings, home, size)
    index = _begun(folder, _digest(plan, skip_broken))
    if (folder / INDEX).exists():
        report(f"{folder} holds these shards already")
        return index
    done = {shard.name for shard in index.shards}
    for name, held in plan.items():
        if name not in done:
            shard, problems = _write(folder / name, held, skip_broken)
            shards = (*index.shards, shard) if shard else index.shards
            left_out = tuple(dict.fromkeys(index.left_out + problems))
            index = replace(index, shards=shards, left_out=left_out)
            _write_index(folder / PARTIAL, index)
            report(f"{name}: {len(held) - len(problems)} recordings, {len(problems)} left out")
    if not index.shards:
        raise ShardError("expected at least one recording that can be heard, got none")
    order = {name: at for at, name in enumerate(plan)}
    index = replace(index, shards=tuple(sorted(index.shards, key=lambda it: order[it.name])))
    _write_index(folder / INDEX, index)
    (folder / PARTIAL).unlink(missing_ok=True)
    return index


def plan_shards(recordings: Iterable[Recording], home: Path, size: int) -> Plan:
    """Which recordings go where."""
    if size < 1:
        raise ShardError(f"size: expected 1 or more recordings in a shard, got {size}")
    splits: dict[str, dict[str, Recording]] = {}
    for recording in recordings:
        if not SPLIT.fullmatch(recording.split):
            raise ShardError(
                f"{recording.path}: split: expected letters, digits, - and _,"
                f" got {recording.split!r}"
            )
        key = key_of(recording, home)
        if any(key in held for held in splits.values()):
            end = "the end" if recording.end is None else recording.end
            raise ShardError(
                f"{recording.path}: expected each span of a file once,"
                f" got {recording.start} to {end} twice"
            )
        splits.setdefault(recording.split, {})[key] = recording
    if not splits:
        raise ShardError("expected at least one recording, got none")
    plan: Plan = {}
    for split in sorted(splits):
        ordered = sorted(splits[split].items())
        for number, start in enumerate(range(0, len(ordered), size)):
            plan[f"{split}-{number:06d}.tar"] = ordered[start : start + size]
    return plan


class _NothingHeardError(Exception):
    """A shard of which nothing is left."""


def _digest(plan: Plan, skip_broken: bool) -> str:
    """What shards are made from: keys, labels, and size and time of the files."""
    digest = hashlib.sha256(f"{VERSION} {RATE} {skip_broken}".encode())
    for name, held in plan.items():
        digest.update(name.encode())
        for key, recording in held:
            try:
                stat = recording.path.stat()
            except OSError as error:
                if not skip_broken:
                    raise AudioError(recording, f"expected a file: {error.strerror}") from None
                digest.update(key.encode())
                continue
            about = f"{key} {stat.st_size} {stat.st_mtime_ns} "
            digest.update(about.encode() + _labels(recording))
    return digest.hexdigest()


def _labels(recording: Recording) -> bytes:
    values = {
        "speaker": recording.speaker,
        "language": recording.language,
        "transcript": recording.transcript,
        "attributes": dict(recording.attributes),
        "captions": list(recording.captions),
        "parts": [asdict(part) for part in recording.parts],
    }
    return json.dumps(values, ensure_ascii=False, allow_nan=False).encode()


def _begun(folder: Path, plan: str) -> Index:
    """What an earlier run left in the folder; refuses what was made from anything else."""
    folder.mkdir(parents=True, exist_ok=True)
    finished, partial = folder / INDEX, folder / PARTIAL
    file = finished if finished.exists() else partial
    if not file.exists():
        strange = sorted(path.name for path in folder.glob("*.tar"))
        if strange:
            raise ShardError(f"{folder} holds {strange[0]}, of which no index speaks; remove it")
        index = Index(folder, plan, ())
        _write_index(partial, index)
        return index
    index = index_of(file)
    if index.plan != plan:
        raise ShardError(
            f"{folder} holds shards of other recordings or of another size;"
            " remove them, or choose another folder"
        )
    if file == finished:
        return read_index(folder)
    whole = (
        shard
        for shard in index.shards
        if (folder / shard.name).is_file() and sha256_of(folder / shard.name) == shard.sha256
    )
    return replace(index, shards=tuple(whole))


def _write(
    path: Path, held: list[tuple[str, Recording]], skip_broken: bool
) -> tuple[Shard | None, tuple[str, ...]]:
    """Writes one shard, and says what was left out."""
    problems: list[str] = []
    count, frames = 0, 0
    with suppress(_NothingHeardError), whole_file(path) as file:
        with TarWriter(file, user="", group="", mtime=0, encoder=False) as tar:
            for key, recording in held:
                try:
                    samples = read_span(recording)
                except AudioError as error:
                    if not skip_broken:
                        raise
                    problems.append(str(error))
                    continue
                tar.write({"__key__": key, "flac": _flac(samples), "json": _labels(recording)})
                count, frames = count + 1, frames + len(samples)
        if not count:
            raise _NothingHeardError
    if not count:
        return None, tuple(problems)
    split = held[0][1].split
    size = path.stat().st_size
    seconds = round(frames / RATE, 3)
    return Shard(path.name, split, count, seconds, size, sha256_of(path)), tuple(problems)


def _flac(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.clip(samples, -1.0, 1.0), RATE, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _write_index(file: Path, index: Index) -> None:
    values = {
        "version": VERSION,
        "sample_rate": RATE,
        "plan": index.plan,
        "shards": [asdict(shard) for shard in index.shards],
        "left_out": list(index.left_out),
    }
    with whole_file(file) as out:
        out.write(json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n")
