"""The embedding of any span of a recording, in the same space as the whole.

Letters in shape comments are those of `slap_tower.py`; here S spans.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from slap_export.towers.slap_tower import SlapTower


def pool_span(tower: SlapTower, tokens: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """The tower's own pooling, kept to the tokens of a span: unit embeddings [S, D].

    With pooling scores s_n and values v_n of the tokens n:

        e = unit( P · Σ_{start ≤ n < end} softmax(s)_n · v_n )

    where the softmax, of every head, runs over the span alone. A span that is the
    whole recording, of `pool_chunks` chunks or fewer, gives the tower's embedding.

    Args:
        tower: The tower that gave the tokens.
        tokens: Normalised tokens of each span's recording [S, N, W].
        start: First token of each span [S].
        end: The token after its last [S]; above `start`.
    """
    heads = tower.config.heads
    pooled = tower.pool(tokens).float()  # [S, N, H + W]
    at = torch.arange(tokens.shape[1], device=tokens.device)  # [N]
    inside = (start[:, None] <= at) & (at < end[:, None])  # [S, N]
    scores = pooled[..., :heads].transpose(1, 2)  # [S, H, N]
    weights = scores.masked_fill(~inside[:, None, :], -torch.inf).softmax(dim=-1)  # [S, H, N]
    values = pooled[..., heads:].unflatten(-1, (heads, -1)).transpose(1, 2)  # [S, H, N, E]
    joined = (weights[:, :, None, :] @ values).flatten(1)  # [S, W]
    return F.normalize(tower.projection(joined), dim=-1)  # [S, D]
