"""Attention in a band of chunks, and the borders between recordings that share a sequence.

A token of a `SlapTower` sees its own chunk and the few before it. All other scores of a whole
sequence would be computed to be hidden, so the keys of every chunk are gathered into its band
first: the cost grows with the length of the sequence, not with its square.

Letters in shape comments are those of `slap_tower.py`; J chunks in a band, its own included.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# Added to the attention score of a position that must not be seen. Far below
# any real score, and far from the limits of float32 and of quantisation.
HIDDEN = -1e4


def by_chunk(recordings: Tensor, batch: int, chunks: int, chunk_tokens: int) -> Tensor:
    """Which recording each chunk belongs to, [B, C], from [B, C] or [B, N]."""
    shape = tuple(recordings.shape)
    if recordings.is_floating_point() or recordings.dtype == torch.bool:
        raise ValueError(f"recordings: expected whole numbers, got {recordings.dtype}")
    if shape == (batch, chunks):
        return recordings
    if shape == (batch, chunks * chunk_tokens):
        return recordings[:, ::chunk_tokens]  # every recording is whole chunks
    raise ValueError(
        f"recordings: expected one number for each chunk, {(batch, chunks)}, "
        f"or for each token, {(batch, chunks * chunk_tokens)}, got {shape}"
    )


def banded(x: Tensor, chunks: int, reach: int) -> Tensor:
    """The rows of each chunk's band: [B, H, N, E] to [B, H, C, J·S, E], nil before the start."""
    x = x.unflatten(2, (chunks, -1))  # [B, H, C, S, E]
    x = F.pad(x, (0, 0, 0, 0, reach, 0))  # [B, H, reach + C, S, E]
    return torch.cat([x[:, :, at : at + chunks] for at in range(reach + 1)], dim=3)


def hidden_in_band(
    chunks: int, reach: int, chunk_tokens: int, recordings: Tensor | None, like: Tensor
) -> Tensor:
    """Added to scores in a band, [1 or B, 1, C, 1, J·S]: HIDDEN before the start and across
    the border of a recording."""
    at = torch.arange(chunks, device=like.device)  # [C]
    before = torch.arange(-reach, 1, device=like.device)  # [J]
    source = at[:, None] + before  # [C, J] chunk that each place of the band holds
    seen = (source >= 0)[None]  # [1, C, J]
    if recordings is not None:
        held = recordings[:, source.clamp(min=0)]  # [B, C, J]
        seen = seen & (held == recordings[:, :, None])
    hidden = torch.where(seen, 0.0, HIDDEN).to(like)  # [1 or B, C, J]
    return hidden.repeat_interleave(chunk_tokens, dim=-1)[:, None, :, None, :]
