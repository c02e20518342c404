"""Recordings of different lengths in one sequence, as in SLAP (Mei et al. 2026, 2601.12594).

Padding every clip of a batch to the longest wastes half the work where lengths run from 1 to 30 s.
Instead clips are laid one after the other into rows of at most so many chunks, and the tower is
told where one ends (`recordings` of `SlapTower.forward`), so that each comes out as if alone.

Rows are filled by first-fit decreasing: the longest clip first, each into the first row with room.
That takes at most 11/9 of the fewest rows possible, and one (Johnson 1973, Dósa 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

PADDING = -1
"""The number of a chunk that belongs to no recording."""


def first_fit_decreasing(sizes: Sequence[int], capacity: int) -> list[list[int]]:
    """Rows of indices into `sizes`, each row at most `capacity` in sum.

    The same sizes give the same rows: of equal sizes the one named first is laid first.
    """
    rows: list[list[int]] = []
    room: list[int] = []
    for at in sorted(range(len(sizes)), key=lambda at: -sizes[at]):
        size = sizes[at]
        if not 1 <= size <= capacity:
            raise ValueError(f"clip {at}: expected 1 to {capacity} chunks, got {size}")
        row = next((row for row, left in enumerate(room) if left >= size), len(rows))
        if row == len(rows):
            rows.append([])
            room.append(capacity)
        rows[row].append(at)
        room[row] -= size
    return rows


def padding_share(sizes: Sequence[int], rows: Sequence[Sequence[int]]) -> float:
    """Share of a batch of rows, all as long as the longest, that holds no recording."""
    longest = max(sum(sizes[at] for at in row) for row in rows)
    return 1.0 - sum(sizes) / (longest * len(rows))


@dataclass(frozen=True)
class Packed:
    """Clips in rows, and where each of them lies.

    B rows, T frames, F mel bands, C chunks in a row, Q clips.
    """

    mel: Tensor  # [B, T, F], nil where nothing lies
    recordings: Tensor  # [B, C] number of the clip each chunk belongs to, or PADDING
    rows: Tensor  # [Q] row of each clip
    firsts: Tensor  # [Q] first chunk of each clip
    lasts: Tensor  # [Q] last chunk of each clip

    def last(self, chunks: Tensor) -> Tensor:
        """What is given at the end of every clip: [B, C, ...] to [Q, ...]."""
        return chunks[self.rows, self.lasts]

    def mean(self, chunks: Tensor, full: int = 1) -> Tensor:
        """The mean over every clip's chunks from its chunk number `full` on, counted from 1;
        of a shorter clip its last chunk alone: [B, C, D] to [Q, D]."""
        firsts = torch.minimum(self.firsts + full - 1, self.lasts)  # [Q]
        at = torch.arange(chunks.shape[1], device=chunks.device)  # [C]
        inside = (at >= firsts[:, None]) & (at <= self.lasts[:, None])  # [Q, C]
        share = inside / inside.sum(dim=1, keepdim=True)  # [Q, C]
        return (share.to(chunks)[:, None] @ chunks[self.rows]).squeeze(1)

    def to(self, device: torch.device | str) -> Packed:
        """The same on another device."""
        return Packed(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def pack(clips: Sequence[Tensor], chunk_frames: int, capacity: int) -> Packed:
    """Lays clips [T of its own, F], of whole chunks each, into rows of at most `capacity` chunks.

    Rows come out as long as the fullest of them.
    """
    if not clips:
        raise ValueError("clips: expected at least one, got none")
    for at, clip in enumerate(clips):
        if len(clip) == 0 or len(clip) % chunk_frames:
            raise ValueError(
                f"clip {at}: expected whole chunks of {chunk_frames} frames, got {len(clip)} frames"
            )
    sizes = [len(clip) // chunk_frames for clip in clips]
    bins = first_fit_decreasing(sizes, capacity)
    width = max(sum(sizes[at] for at in held) for held in bins)
    mel = clips[0].new_zeros(len(bins), width * chunk_frames, clips[0].shape[1])
    recordings = torch.full((len(bins), width), PADDING)
    where = torch.zeros(3, len(clips), dtype=torch.int64)
    for row, held in enumerate(bins):
        first = 0
        for at in held:
            end = first + sizes[at]
            mel[row, first * chunk_frames : end * chunk_frames] = clips[at]
            recordings[row, first:end] = at
            where[:, at] = torch.tensor((row, first, end - 1))
            first = end
    return Packed(mel, recordings, where[0], where[1], where[2]).to(mel.device)
