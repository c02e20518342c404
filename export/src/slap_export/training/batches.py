"""Batches from cached features, each a function of seed, epoch and step alone.

What is drawn for a batch is drawn whole in every process (`plan_batch`); a process then fetches
the recordings of its own share (`fetch`). A step number is all there is to resume from, and the
number of processes changes nothing.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from slap_export.config import Config
from slap_export.data.packing import pack
from slap_export.objectives.margin import UNKNOWN
from slap_export.pairs import ABSENT, truth
from slap_export.towers.captioner import Special
from slap_export.training.crops import augment, crop
from slap_export.training.material import Material
from slap_export.training.plan import Masking, Numbers, Plan, epoch_order, plan_batch


class Pairs(NamedTuple):
    """Captions of the whole batch."""

    sentences: Tensor  # [B·K, 384] K captions of the first recording, K of the second, ...
    true: Tensor  # [B, B·K] caption j is true of recording i
    unsure: Tensor  # [B, B·K] it is not known whether it is


class Flips(NamedTuple):
    """Captions of this process's recordings, as they are and with one fact flipped."""

    own: Tensor  # [b·K, 384]
    sentences: Tensor  # [b·K, flips, 384]
    present: Tensor  # [b·K, flips]
    total: int  # captions of the whole batch that have any


class Segments(NamedTuple):
    """Parts of recordings, at most two of each."""

    start: Tensor  # [2b] first token within the recording
    end: Tensor  # [2b] the token after its last; 0 where there is no part
    slots: Tensor  # [P] places of the parts among the 2B of the whole batch
    sentences: Tensor  # [P, 384]
    true: Tensor  # [P, P] caption j is true of part i
    unsure: Tensor  # [P, P]


class Hidden(NamedTuple):
    """Recordings of this process that are heard again with tokens hidden."""

    clips: Tensor  # [M] numbers among the process's recordings
    items: Tensor  # [M] numbers among the items
    masked: Tensor  # [M, N'] tokens hidden, up to the longest of these recordings
    present: Tensor  # [M, N'] tokens of the recording
    total: int  # hidden tokens in the whole batch


class Described(NamedTuple):
    """Recordings of this process that are captioned."""

    clips: Tensor  # [M]
    pieces: Tensor  # [M, L]
    present: Tensor  # [M, L]
    total: int  # pieces asked for in the whole batch


class Voices(NamedTuple):
    """Speakers of this process's recordings."""

    numbers: Tensor  # [b] number of the training speaker, or UNKNOWN
    total: int  # recordings of the whole batch whose speaker is known


class Taught(NamedTuple):
    """Recordings of this process whose transcript is known."""

    sentences: Tensor  # [b, 384]
    present: Tensor  # [b]
    total: int  # in the whole batch


class Batch(NamedTuple):
    """One process's share of a batch."""

    mel: Tensor  # [R, T, F] normalised log-mel
    masked: Tensor | None  # [R, N] tokens hidden from the tower
    recordings: Tensor | None  # [R, C] number of the item each chunk belongs to; None: one a row
    rows: Tensor  # [I] row of each item; the first b items are the recordings
    firsts: Tensor  # [I] chunk of the row at which it begins
    last: Tensor  # [b] chunk in which the recording, or its crop, ends
    earlier: Tensor  # [b] an earlier chunk, to be described by the same caption
    chunks: int  # chunks of all recordings of the whole batch
    pairs: Pairs
    flips: Flips | None
    segments: Segments | None
    reconstruction: Hidden | None
    prototypes: Hidden | None
    captioning: Described | None
    codes: Tensor  # [B, A] values known of the attributes of the whole batch; negative for none
    speaker: Voices | None
    semantic: Taught | None


def fetch(material: Material, config: Config, plan: Plan, rank: int = 0, world: int = 1) -> Batch:
    """The share of a batch that process `rank` of `world` works on."""
    share = len(plan.clips) // world
    start, stop = rank * share, (rank + 1) * share
    clips, captions = plan.clips[start:stop], plan.captions.ravel()
    tower, pool = config.tower, material.pool
    mels = heard(material, config, plan, start, stop)
    hidden: dict[str, Hidden] = {}
    items = list(range(share))  # recording that each item is
    for name in ("reconstruction", "prototypes"):
        masking: Masking | None = getattr(plan, name)
        if masking is not None:
            own = (masking.chosen >= start) & (masking.chosen < stop)
            again = masking.chosen[own] - start
            hidden[name] = Hidden(
                torch.from_numpy(again),
                torch.arange(len(items), len(items) + len(again)),
                masking.masked[own],
                masking.present[own],
                int(masking.masked.sum()),
            )
            items.extend(again.tolist())
    if plan.chunks is None:
        laid = pack([mels[item] for item in items], tower.chunk_frames, packed_chunks(config))
        mel, recordings, rows, firsts = laid.mel, laid.recordings, laid.rows, laid.firsts
    else:
        mel, recordings = torch.stack([mels[item] for item in items]), None
        rows, firsts = torch.arange(len(items)), torch.zeros(len(items), dtype=torch.int64)
    masked = None
    if hidden:
        masked = torch.zeros(len(mel), mel.shape[1] // tower.patch_frames, dtype=torch.bool)
        for again in hidden.values():
            at = positions(rows[again.items], firsts[again.items], again.masked, tower.chunk_tokens)
            masked[at] = True
    return Batch(
        mel=mel,
        masked=masked,
        recordings=recordings,
        rows=rows,
        firsts=firsts,
        last=torch.from_numpy(plan.size[start:stop] - 1),
        earlier=torch.from_numpy(plan.earlier[start:stop]),
        chunks=int(plan.size.sum()),
        pairs=Pairs(
            torch.from_numpy(pool.sentences[captions]),
            *map(torch.from_numpy, pool.truth(plan.clips, captions)),
        ),
        flips=flips_of(material, plan, start, stop) if config.objectives.flips else None,
        segments=segments_of(material, config, plan, start, stop)
        if config.objectives.segments
        else None,
        reconstruction=hidden.get("reconstruction"),
        prototypes=hidden.get("prototypes"),
        captioning=described(material, plan, start, stop) if config.objectives.captioning else None,
        codes=torch.from_numpy(pool.attributes[plan.clips].astype(np.int64)),
        speaker=voices_of(material, plan, clips) if config.objectives.speaker else None,
        semantic=taught(material, plan, clips) if config.objectives.semantic else None,
    )


def heard(material: Material, config: Config, plan: Plan, start: int, stop: int) -> list[Tensor]:
    """Normalised crops [T, F] of some of the batch's recordings, each changed a little."""
    statistics = material.features.statistics
    floor = math.log(config.front_end.log_floor)
    result = []
    for row in range(start, stop):
        size = int(plan.size[row])
        raw = crop(
            material.features,
            int(plan.clips[row]),
            int(plan.begin[row]),
            size,
            plan.chunks or size,
            config,
        )
        rng = np.random.default_rng((*plan.seed, row))
        mel = augment(raw, config.train.augment, floor, statistics.mean, rng)
        result.append(torch.from_numpy((mel - statistics.mean) / statistics.std))
    return result


def packed_chunks(config: Config) -> int:
    """Chunks of a packed row."""
    assert config.train.packed_chunks is not None
    return config.train.packed_chunks


def positions(
    rows: Tensor, firsts: Tensor, chosen: Tensor, chunk_tokens: int
) -> tuple[Tensor, Tensor]:
    """Rows and columns of the tokens `chosen`, bool [M, N'], of items that begin at `firsts`."""
    item, token = chosen.nonzero(as_tuple=True)
    return rows[item], firsts[item] * chunk_tokens + token


def flips_of(material: Material, plan: Plan, start: int, stop: int) -> Flips:
    """This process's captions and their flipped versions."""
    pool, own = material.pool, plan.captions[start:stop].ravel()  # [b·K]
    flips = pool.flips[own]  # [b·K, flips]
    return Flips(
        torch.from_numpy(pool.sentences[own]),
        torch.from_numpy(pool.sentences[flips]),
        torch.from_numpy(flips != ABSENT),
        int((pool.flips[plan.captions] != ABSENT).any(axis=-1).sum()),
    )


def segments_of(material: Material, config: Config, plan: Plan, start: int, stop: int) -> Segments:
    """The parts of recordings that are heard for a chunk or longer."""
    pool, tower = material.pool, config.tower
    of_clip = pool.parts.of_clip[plan.clips]  # [B, 2]
    seconds = pool.parts.seconds  # [parts, 2]
    seconds = seconds[of_clip] if len(seconds) else np.zeros((*of_clip.shape, 2))  # [B, 2, 2]
    frames = seconds * config.front_end.frames_per_second - plan.begin[:, None, None]
    tokens = frames / tower.patch_frames  # [B, 2, 2] since the start of the crop
    limit = (plan.size * tower.chunk_tokens)[:, None]  # [B, 1]
    begin = np.clip(np.ceil(tokens[..., 0]), 0, limit).astype(np.int64)  # [B, 2]
    end = np.clip(np.floor(tokens[..., 1]), 0, limit).astype(np.int64)
    exists = (of_clip != ABSENT) & (end - begin >= tower.chunk_tokens)
    end = np.where(exists, end, 0)
    captions = plan.part_captions[exists]  # [P]
    true, unsure = truth(pool.parts.attributes[of_clip[exists]], pool.facts[captions])
    return Segments(
        torch.from_numpy(begin[start:stop].ravel()),
        torch.from_numpy(end[start:stop].ravel()),
        torch.from_numpy(np.flatnonzero(exists)),
        torch.from_numpy(pool.sentences[captions]),
        torch.from_numpy(true),
        torch.from_numpy(unsure),
    )


def described(material: Material, plan: Plan, start: int, stop: int) -> Described:
    """The captions, in pieces, of this process's recordings that are captioned."""
    assert material.words is not None
    pieces = material.words.pieces[plan.captions[plan.captioning, 0]]  # [m, L]
    present = pieces != Special.PADDING
    longest = present.sum(axis=1).max()
    pieces, present = pieces[:, :longest], present[:, :longest]
    own = (plan.captioning >= start) & (plan.captioning < stop)
    return Described(
        torch.from_numpy(plan.captioning[own] - start),
        torch.from_numpy(pieces[own]),
        torch.from_numpy(present[own]),
        int(present[:, 1:].sum()),
    )


def voices_of(material: Material, plan: Plan, clips: Numbers) -> Voices:
    """The speakers of this process's recordings."""
    known = int((material.speakers[plan.clips] != UNKNOWN).sum())
    return Voices(torch.from_numpy(material.speakers[clips]), known)


def taught(material: Material, plan: Plan, clips: Numbers) -> Taught:
    """Sentence embeddings of the transcripts of this process's recordings."""
    rows = material.transcripts[clips]  # [b]
    said = material.said if len(material.said) else np.zeros((1, 384), np.float32)
    return Taught(
        torch.from_numpy(said[rows]),
        torch.from_numpy(rows != ABSENT),
        int((material.transcripts[plan.clips] != ABSENT).sum()),
    )


def batches(
    material: Material,
    config: Config,
    epoch: int,
    steps: range,
    rank: int = 0,
    world: int = 1,
) -> Iterator[Batch]:
    """The batches of some steps of an epoch, as process `rank` of `world` sees them."""
    order = epoch_order(material, config, epoch)
    for step in steps:
        plan = plan_batch(material, config, order, epoch, step)
        yield fetch(material, config, plan, rank, world)


def prefetched(source: Iterator[Batch], depth: int = 2) -> Iterator[Batch]:
    """The same batches, prepared by a thread while the one before is worked on."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(depth)
    stopped = threading.Event()

    def put(item: Batch | BaseException | None) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return True
        return False

    def prepare() -> None:
        try:
            for batch in source:
                if not put(batch):
                    return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=prepare, name="batches", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()
