"""What a batch leaves to chance, drawn for the whole of it from seed, epoch and step.

Every process draws the same, so that it knows of the others' recordings without asking, and the
number of processes changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from slap_export.config import Config
from slap_export.data.sampling import epoch_draws
from slap_export.objectives.tables import PrototypesConfig, ReconstructionConfig
from slap_export.pairs import ABSENT
from slap_export.towers.heads import span_mask
from slap_export.training.material import Material

Numbers = NDArray[np.int64]

# Chunks of either part that a crop of a changing voice keeps, where it is long enough.
KEPT_AROUND_CHANGE = 2


@dataclass(frozen=True)
class Masking:
    """Recordings of the whole batch that are heard again, and what is hidden of them."""

    chosen: Numbers  # [m] among the B
    masked: Tensor  # [m, N']
    present: Tensor  # [m, N']


@dataclass(frozen=True)
class Plan:
    """What is drawn for a whole batch; the same in every process."""

    clips: Numbers  # [B] numbers of the recordings
    begin: Numbers  # [B] frame at which the crop begins
    size: Numbers  # [B] chunks of the crop
    chunks: int | None  # chunks that every crop is filled up to; None where rows are packed
    earlier: Numbers  # [B]
    captions: Numbers  # [B, K] rows of the pool; the first is the one to be written or flipped
    reconstruction: Masking | None
    prototypes: Masking | None
    captioning: Numbers  # [m] among the B
    part_captions: Numbers  # [B, 2] rows of the pool, or ABSENT
    seed: tuple[int, int, int]


def epoch_order(material: Material, config: Config, epoch: int) -> Numbers:
    """The training recordings in the order of an epoch."""
    if material.weights is not None:
        return material.training[epoch_draws(material.weights, config.train.seed, epoch)]
    return np.random.default_rng((config.train.seed, epoch)).permutation(material.training)


def plan_batch(material: Material, config: Config, order: Numbers, epoch: int, step: int) -> Plan:
    """Draws everything that a batch of an epoch leaves to chance, except augmentation."""
    settings, objectives = config.train, config.objectives
    seed = (settings.seed, epoch, step)
    rng = np.random.default_rng(seed)
    clips = order[step * settings.batch : (step + 1) * settings.batch]
    least, most = settings.crop_chunks
    packed = settings.packed_chunks is not None
    wanted = rng.integers(least, most + 1, size=len(clips) if packed else 1)
    starts, frames = material.features.starts, config.tower.chunk_frames
    held = (starts[clips + 1] - starts[clips]) // frames  # [B]
    size = np.minimum(held, wanted)  # [B]
    change = material.changes[clips] * config.front_end.frames_per_second / frames  # [B] chunks
    first = crop_starts(held - size, size, change, rng)
    last = size - 1
    earlier = rng.integers(np.minimum(2, last), last + 1)
    # Until its voice has changed, a recording is not yet what its caption says.
    earlier = np.where(np.isnan(change), earlier, last)
    contrastive = objectives.contrastive
    captions = material.pool.draw(clips, contrastive.captions if contrastive else 1, rng)
    parts = material.pool.parts
    part_captions = np.full((len(clips), 2), ABSENT, np.int64)
    if objectives.segments is not None:
        drawn = rng.integers(objectives.segments.captions, size=(len(clips), 2))
        of_clip = parts.of_clip[clips]  # [B, 2]
        exists = of_clip != ABSENT
        part_captions[exists] = parts.captions[of_clip[exists], drawn[exists]]

    def chosen(share: float) -> Numbers:
        count = max(1, round(share * len(clips)))
        return np.sort(rng.choice(len(clips), count, replace=False))

    def masking(table: ReconstructionConfig | PrototypesConfig | None) -> Masking | None:
        if table is None:
            return None
        among = chosen(table.share)
        lengths = torch.from_numpy(size[among] * config.tower.chunk_tokens)  # [m]
        tokens = int(lengths.max())
        chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
        masked = span_mask(lengths, tokens, table.ratio, table.span, chance)
        return Masking(among, masked, torch.arange(tokens) < lengths[:, None])

    return Plan(
        clips=clips,
        begin=first * frames + rng.integers(settings.late_frames + 1, size=len(clips)),
        size=size,
        chunks=None if packed else int(wanted[0]),
        earlier=earlier,
        captions=captions,
        reconstruction=masking(objectives.reconstruction),
        prototypes=masking(objectives.prototypes),
        captioning=chosen(objectives.captioning.share) if objectives.captioning else clips[:0],
        part_captions=part_captions,
        seed=seed,
    )


def crop_starts(
    room: Numbers, size: Numbers, change: NDArray[np.float64], rng: np.random.Generator
) -> Numbers:
    """Chunks at which crops begin: anywhere, or so that the change of voice is heard.

    Args:
        room: Chunks of each recording beyond its crop [B].
        size: Chunks of each crop [B].
        change: Chunk in which the voice changes, or NaN [B].
        rng: Source of chance.
    """
    at = np.where(np.isnan(change), 0, change).astype(np.int64)
    kept = np.clip(size // 2, 1, KEPT_AROUND_CHANGE)
    low = np.clip(at + kept - size, 0, room)
    high = np.clip(at - kept, low, room)
    low, high = np.where(np.isnan(change), (0 * room, room), (low, high))
    return low + (rng.random(len(room)) * (high - low + 1)).astype(np.int64)
