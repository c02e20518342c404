"""Recordings from shards, in an order that depends on seed and epoch alone.

An epoch is cut into lanes: the shards are shuffled, laid end to end and divided evenly, however
shards end, so no lane is longer than another by more than one recording. Each lane is shuffled
through a buffer of its own. The order of the epoch is one recording from each lane in turn.

Process r of n reads the lanes r, r + n, and so on; so do a loader's workers with what their process
has. Lanes are as many as the recipe says and not as the machine has, so the order is the same for
any number of processes and workers that divides them: a step of 4 processes with 8 recordings each
hears what one process with 32 hears. What happens to a recording depends on seed, epoch and key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from slap_edge import FrontEnd
from torch.utils.data import IterableDataset, get_worker_info

from slap_export.corpus import Part
from slap_export.data.audio import RATE
from slap_export.data.augment import WaveformConfig
from slap_export.data.changes import Change
from slap_export.data.hearing import hear
from slap_export.data.shards import Shard, ShardError, Stored, read_index, read_shard
from slap_export.runtime import pad_to_chunks

_SHARDS, _BUFFER = 0, 1  # what a generator is for; `hearing` has another


@dataclass(frozen=True)
class Sample:
    """One recording as it is heard in one epoch."""

    key: str
    log_mel: NDArray[np.float32]  # [T, F] whole chunks, not normalised
    seconds: float
    speaker: str | None
    language: str | None
    transcript: str | None
    attributes: dict[str, str | None]
    captions: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Place:
    """Which part of an epoch is read here."""

    process: int = 0
    processes: int = 1


class ShardedRecordings(IterableDataset[Sample]):
    """The recordings of a split, for ever one epoch at a time. For `DataLoader(batch_size=None)`,
    or to be iterated over as it is."""

    def __init__(
        self,
        folder: Path,
        split: str,
        front_end: dict[str, Any],
        chunk_frames: int,
        *,
        seed: int,
        place: Place = Place(),
        lanes: int = 16,
        buffer: int = 256,
        changes: WaveformConfig | None = None,
    ) -> None:
        """Opens the index.

        Args:
            folder: Where `slap-export data shards` wrote.
            split: Which of its splits.
            front_end: The manifest's description of the front end.
            chunk_frames: Frames of a chunk of the tower, to whole ones of which sound is filled up.
            seed: Of the order and of the changes.
            place: Which process this is.
            lanes: See above; a multiple of processes times workers.
            buffer: Recordings that a lane holds to shuffle them; 1 leaves them as they lie.
            changes: What may happen to a recording; None leaves it as it is.
        """
        if front_end["sample_rate"] != RATE:
            raise ShardError(f"front end: expected {RATE} Hz, got {front_end['sample_rate']}")
        if not 0 <= place.process < place.processes:
            raise ShardError(f"process: expected 0 to {place.processes - 1}, got {place.process}")
        if seed < 0 or buffer < 1:
            raise ShardError(f"seed and buffer: expected 0 and 1 or more, got {seed} and {buffer}")
        _divided(lanes, place.processes, "processes")
        self.folder, self.shards = folder, read_index(folder).of(split)
        self.front_end, self.chunk_frames = front_end, chunk_frames
        self.seed, self.place, self.lanes = seed, place, lanes
        self.buffer, self.changes = buffer, changes
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch comes next. A loader passes it on to workers that it starts anew, so
        leave `persistent_workers` off."""
        self.epoch = epoch

    @property
    def recordings(self) -> int:
        """Recordings of an epoch over all processes."""
        return sum(shard.recordings for shard in self.shards)

    def __len__(self) -> int:
        """Recordings of an epoch in this process."""
        own = range(self.place.process, self.lanes, self.place.processes)
        return sum(_lane_size(self.recordings, self.lanes, lane) for lane in own)

    def __iter__(self) -> Iterator[Sample]:
        worker = get_worker_info()
        first, step = self.place.process, self.place.processes
        if worker is not None:
            _divided(self.lanes // step, worker.num_workers, "workers")
            first, step = first + worker.id * step, step * worker.num_workers
        front_end = FrontEnd(json.dumps(self.front_end))
        lanes = [self._lane(lane) for lane in range(first, self.lanes, step)]
        for stored in _in_turn(lanes):
            yield self._sample(stored, front_end)

    def _lane(self, lane: int) -> Iterator[Stored]:
        """The recordings of a lane, shuffled."""
        order = self._rng(_SHARDS).permutation(len(self.shards))
        spans = lane_spans([self.shards[at] for at in order], self.lanes, lane)
        stored = chain.from_iterable(read_shard(self.folder, *span) for span in spans)
        return _shuffled(stored, self.buffer, self._rng(_BUFFER, lane))

    def _rng(self, *purpose: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, self.epoch, *purpose))

    def _sample(self, stored: Stored, front_end: FrontEnd) -> Sample:
        found = hear(stored, self.changes, self.seed, self.epoch)
        audio = pad_to_chunks(found.samples, self.front_end, self.chunk_frames)
        return Sample(
            key=stored.key,
            log_mel=front_end.log_mel(audio),
            seconds=len(found.samples) / RATE,
            speaker=stored.speaker,
            language=stored.language,
            transcript=stored.transcript,
            attributes=found.attributes,
            captions=found.captions,
            parts=found.parts,
            changes=found.changes,
        )


def lane_spans(shards: Sequence[Shard], lanes: int, lane: int) -> list[tuple[Shard, int, int]]:
    """The stretches of shards that a lane reads: shard, first recording, the one after the last."""
    total = sum(shard.recordings for shard in shards)
    start = sum(_lane_size(total, lanes, before) for before in range(lane))
    stop = start + _lane_size(total, lanes, lane)
    spans, at = [], 0
    for shard in shards:
        low, high = max(start - at, 0), min(stop - at, shard.recordings)
        if low < high:
            spans.append((shard, low, high))
        at += shard.recordings
    return spans


def _lane_size(total: int, lanes: int, lane: int) -> int:
    # The first lanes take what does not divide, so that taking turns ends evenly.
    return total // lanes + (lane < total % lanes)


def _in_turn(lanes: list[Iterator[Stored]]) -> Iterator[Stored]:
    while lanes:
        left = []
        for lane in lanes:
            found = next(lane, None)
            if found is not None:
                left.append(lane)
                yield found
        lanes = left


def _shuffled(stored: Iterator[Stored], size: int, rng: np.random.Generator) -> Iterator[Stored]:
    """Through a buffer: what comes in takes the place of one drawn at random, which goes out."""
    held: list[Stored] = []
    for one in stored:
        if len(held) < size:
            held.append(one)
            continue
        at = int(rng.integers(size))
        held[at], one = one, held[at]
        yield one
    for at in rng.permutation(len(held)):
        yield held[at]


def _divided(lanes: int, among: int, what: str) -> None:
    if lanes < 1 or lanes % among:
        raise ShardError(f"lanes: expected a multiple of {among} {what}, got {lanes}")
