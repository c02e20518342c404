"""SlapTower: a small streaming transformer from log-mel frames to unit embeddings.

The tower reads log-mel frames in chunks. A chunk is cut into full-band tokens
of a few frames; pre-norm blocks let a token see its own chunk and a bounded
number of chunks before it; attention pooling over the last chunks gives one
embedding per chunk. With `recent_chunks` a second one, in the same space, is
pooled from fewer chunks: it is surer of when something is heard, and less of what.

There are two ways to run it, and they agree:

* `SlapTower.forward` runs a whole batch of recordings at once under a
  block-causal mask. Training uses it.
* `SlapTower.step` takes one chunk and the state left by the chunk before it.
  It is what is exported to ONNX and what a device runs.

Keys are cached before rotation. Rotary attention depends only on the distance
between query and key, so a step may always rotate its context as positions
`0..context + chunk` and the sine tables are constants of the graph.

Letters in shape comments: B recordings, T frames, F mel bands, N tokens,
C chunks, S tokens in a chunk, K tokens of left context, P tokens in the pool's
past, L layers, H heads, E size of a head, W model width (H × E), D embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from slap_export.config import TowerConfig
from slap_export.towers.band import HIDDEN, banded, by_chunk, hidden_in_band


class StepState(NamedTuple):
    """What one step leaves for the next; all zero before the first chunk."""

    key_cache: Tensor  # [L, H, K, E] keys before rotation
    value_cache: Tensor  # [L, H, K, E]
    pool_cache: Tensor  # [P, H + W] pooling scores and values of past tokens
    chunks_seen: Tensor  # [1] chunks behind this one, counted up to pool_chunks - 1


class Offline(NamedTuple):
    """Result of running whole recordings at once."""

    embeddings: Tensor  # [B, C, D] unit embedding at the end of every chunk
    tokens: Tensor  # [B, N, W] normalised output of the last block
    layers: tuple[Tensor, ...] = ()  # L × [B, N, W] output of every block, not normalised


class Step(NamedTuple):
    """Result of one step, with what a branch on the tower needs."""

    embedding: Tensor  # [1, D]
    recent: Tensor | None  # [1, D] of the last `recent_chunks` chunks, if there are such
    tokens: Tensor  # [1, S, W]
    layers: tuple[Tensor, ...]  # L × [1, S, W] output of every block, not normalised
    unknown: Tensor  # [P] added to the scores of past tokens: HIDDEN before the recording
    state: StepState


class BlockSizes(Protocol):
    """What a block needs to know of a configuration."""

    @property
    def width(self) -> int: ...
    @property
    def heads(self) -> int: ...
    @property
    def head_dim(self) -> int: ...
    @property
    def hidden(self) -> int: ...


def rotary_tables(positions: int, head_dim: int, base: float) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary embedding (Su et al., 2021, eq. 34).

    The angle of position p in feature pair i is `p · base^(-2i / head_dim)`.
    """
    rates = base ** (-torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angles = torch.arange(positions, dtype=torch.float64)[:, None] * rates  # [positions, E/2]
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotates the feature pairs (i, i + E/2) of x by the angles of its positions."""
    first, second = x.chunk(2, dim=-1)  # [..., positions, E/2] each
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def attend(query: Tensor, key: Tensor, value: Tensor, unseen: Tensor) -> Tensor:
    """`softmax(query · keyᵀ / √E + unseen) · value`, the attention of Vaswani et al. (2017), eq. 1.

    Written out because PyTorch's fused kernel is several times slower on a CPU
    at these sizes in bfloat16.
    """
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)  # [B, H, queries, keys]
    return (scores + unseen).softmax(dim=-1) @ value  # [B, H, queries, E]


def pool_whole(
    pooled: Tensor,
    heads: int,
    chunk_tokens: int,
    pool_chunks: int,
    recordings: Tensor | None = None,
) -> Tensor:
    """Pools, for every chunk, the tokens of the last `pool_chunks` chunks.

    Takes the scores of every pooling head and the values of all tokens side by
    side, [B, N, H + W], and which recording each chunk or token belongs to, as
    `SlapTower.forward`; gives [B, C, W].
    """
    pooled = pooled.float()  # [B, N, H + W]
    scores = pooled[..., :heads].transpose(1, 2)  # [B, H, N]
    values = pooled[..., heads:].unflatten(-1, (heads, -1))  # [B, N, H, E]
    chunk = torch.arange(pooled.shape[1], device=pooled.device) // chunk_tokens  # [N]
    ends = torch.arange(pooled.shape[1] // chunk_tokens, device=pooled.device)  # [C]
    behind = ends[:, None] - chunk[None, :]  # [C, N]
    outside = (behind < 0) | (behind >= pool_chunks)  # [C, N]
    if recordings is not None:
        owner = by_chunk(recordings, pooled.shape[0], len(ends), chunk_tokens)  # [B, C]
        other = owner[:, :, None] != owner[:, chunk][:, None, :]  # [B, C, N]
        outside = (outside | other)[:, None]  # [B, 1, C, N]
    weights = scores[:, :, None, :].masked_fill(outside, float("-inf")).softmax(dim=-1)
    mixed = weights @ values.transpose(1, 2)  # [B, H, C, E]
    return mixed.transpose(1, 2).flatten(-2)  # [B, C, W]


def pool_step(pooled: Tensor, heads: int, unknown: Tensor) -> Tensor:
    """Pools past and new tokens, [P + S, H + W], of which `unknown` hides some past: [1, W]."""
    new, width = pooled.shape[0] - unknown.shape[0], pooled.shape[1] - heads
    scores = pooled[:, :heads].transpose(0, 1)  # [H, P + S]
    weights = (scores + F.pad(unknown, (0, new))).softmax(dim=-1)  # [H, P + S]
    values = pooled[:, heads:].reshape(-1, heads, width // heads)  # [P + S, H, E]
    mixed = weights[:, None, :] @ values.transpose(0, 1)  # [H, 1, E]
    return mixed.reshape(1, width)


def unit(x: Tensor) -> Tensor:
    """Rows of length one, in operations that every ONNX runtime has."""
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-12)


class RmsNorm(nn.Module):
    """Root-mean-square normalisation with a gain (Zhang and Sennrich, 2019, eq. 4)."""

    def __init__(self, width: int, epsilon: float = 1e-6) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        mean_square = x.square().mean(dim=-1, keepdim=True)
        # The gain takes the type of x, or training in bfloat16 would widen every token here.
        return x * torch.rsqrt(mean_square + self.epsilon) * self.gain.to(x.dtype)


class Block(nn.Module):
    """Pre-norm attention and SwiGLU feed-forward, without biases."""

    def __init__(self, config: BlockSizes) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.head_dim = config.head_dim
        self.attention_norm = RmsNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.hidden_norm = RmsNorm(width)
        self.gate_up = nn.Linear(width, 2 * config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, width, bias=False)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values of normalised tokens, none of them rotated."""
        rows = self.query_key_value(self.attention_norm(x))  # [B, N, 3W]
        query, key, value = (
            part.unflatten(-1, (self.heads, self.head_dim)).transpose(-3, -2)  # [B, H, N, E]
            for part in rows.chunk(3, dim=-1)
        )
        return query, key, value

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """Adds the attention result and the feed-forward to the residual stream."""
        return self.feed_forward(self.add_attended(x, attended))

    def add_attended(self, x: Tensor, attended: Tensor) -> Tensor:
        """Adds the attention result, [B, H, N, E], to the residual stream."""
        return x + self.attention_out(attended.transpose(-3, -2).flatten(-2))  # [B, N, W]

    def feed_forward(self, x: Tensor) -> Tensor:
        """Adds SwiGLU, `down(silu(gate(x)) · up(x))` (Shazeer, 2020, eq. 6)."""
        gate, up = self.gate_up(self.hidden_norm(x)).chunk(2, dim=-1)  # [B, N, hidden] each
        return x + self.down(F.silu(gate) * up)


class SlapTower(nn.Module):
    """The tower. See the module's documentation for its two ways of running."""

    blocks: Sequence[Block]
    cos: Tensor
    sin: Tensor
    age: Tensor

    def __init__(self, config: TowerConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.patch = nn.Linear(config.patch_frames * config.bands, width, bias=False)
        self.blocks = nn.ModuleList(  # type: ignore[assignment]
            Block(config) for _ in range(config.layers)
        )
        self.norm = RmsNorm(width)
        # One product gives each token its score in every pooling head and its value.
        self.pool = nn.Linear(width, config.heads + width, bias=False)
        self.projection = nn.Linear(width, config.embedding_dim, bias=False)
        cos, sin = rotary_tables(
            config.context_tokens + config.chunk_tokens, config.head_dim, config.rotary_base
        )
        self.register_buffer("cos", cos, persistent=False)  # [K + S, E/2]
        self.register_buffer("sin", sin, persistent=False)  # [K + S, E/2]
        # Distance of a remembered token, in tokens, to the chunk now read: P..1.
        age = torch.arange(config.past_tokens, 0, -1, dtype=torch.float32)
        self.register_buffer("age", age, persistent=False)  # [P]
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Normal weights of deviation 1/sqrt(inputs); outputs of blocks start smaller."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5)
                if name.endswith(("attention_out.weight", "down.weight")):
                    weight.data.mul_((2 * self.config.layers) ** -0.5)

    def tokens_of(self, mel: Tensor) -> Tensor:
        """Joins `patch_frames` frames into a token and embeds it linearly."""
        size = self.config.patch_frames * self.config.bands
        return self.patch(mel.reshape(mel.shape[0], -1, size))  # [B, N, W]

    def forward(
        self,
        mel: Tensor,
        masked: Tensor | None = None,
        mask_token: Tensor | None = None,
        recordings: Tensor | None = None,
    ) -> Offline:
        """Embeds whole recordings, whose number of frames must be whole chunks.

        Tokens where `masked`, bool [B, N], holds are replaced by `mask_token`,
        [W], before the first block.

        A row may hold several recordings one after the other, each in whole
        chunks. `recordings`, int [B, C] or [B, N], then tells them apart: chunks
        of one number are one recording, and -1 is padding. Nothing is seen
        across their borders, so each comes out as if it were alone. What is
        given for padding means nothing.
        """
        config = self.config
        frames = mel.shape[1]
        if frames == 0 or frames % config.chunk_frames:
            raise ValueError(
                f"expected a whole number of chunks of {config.chunk_frames} frames, "
                f"got {frames} frames"
            )
        chunks = frames // config.chunk_frames
        if recordings is not None:
            recordings = by_chunk(recordings, mel.shape[0], chunks, config.chunk_tokens)  # [B, C]
        x = self.tokens_of(mel)  # [B, N, W]
        if masked is not None:
            if mask_token is None:
                raise ValueError("masked tokens need a mask_token to stand in their place")
            x = torch.where(masked[..., None], mask_token.to(x), x)
        reach = min(config.context_chunks, chunks - 1)
        unseen = hidden_in_band(chunks, reach, config.chunk_tokens, recordings, x)
        cos, sin = rotary_tables(x.shape[1], config.head_dim, config.rotary_base)
        cos, sin = cos.to(x), sin.to(x)  # [N, E/2] each
        layers = []
        for block in self.blocks:
            query, key, value = block.project(x)  # [B, H, N, E] each
            query = rotate(query, cos, sin).unflatten(2, (chunks, -1))  # [B, H, C, S, E]
            key = banded(rotate(key, cos, sin), chunks, reach)  # [B, H, C, J·S, E]
            attended = attend(query, key, banded(value, chunks, reach), unseen)
            x = block.finish(x, attended.flatten(2, 3))
            layers.append(x)
        tokens = self.norm(x)  # [B, N, W]
        return Offline(self.pool_offline(tokens, recordings), tokens, tuple(layers))

    def pool_offline(self, tokens: Tensor, recordings: Tensor | None = None) -> Tensor:
        """The embedding at the end of every chunk, [B, C, D]."""
        return self.pool_last(self.config.pool_chunks, tokens, recordings)

    def recent_offline(self, tokens: Tensor, recordings: Tensor | None = None) -> Tensor:
        """The embedding of the last `recent_chunks` chunks at the end of every chunk, [B, C, D]."""
        if not self.config.recent_chunks:
            raise ValueError("the tower has no recent_chunks")
        return self.pool_last(self.config.recent_chunks, tokens, recordings)

    def pool_last(self, chunks: int, tokens: Tensor, recordings: Tensor | None) -> Tensor:
        """The embedding of so many chunks up to the end of every chunk, [B, C, D]."""
        config = self.config
        joined = pool_whole(
            self.pool(tokens), config.heads, config.chunk_tokens, chunks, recordings
        )  # [B, C, W]
        return F.normalize(self.projection(joined), dim=-1)  # [B, C, D]

    def initial_state(self) -> StepState:
        """The state before the first chunk."""
        config = self.config
        cache = (config.layers, config.heads, config.context_tokens, config.head_dim)
        like = self.projection.weight
        return StepState(
            like.new_zeros(cache),
            like.new_zeros(cache),
            like.new_zeros(config.past_tokens, config.heads + config.width),
            like.new_zeros(1),
        )

    def step(self, mel: Tensor, state: StepState) -> tuple[Tensor, Tensor, StepState]:
        """Embeds one chunk given the state of the chunks before it.

        Takes mel [1, chunk_frames, F]; gives the unit embedding [1, D], the
        tokens [1, S, W] and the new state.
        """
        step = self.step_layers(mel, state)
        return step.embedding, step.tokens, step.state

    def step_layers(self, mel: Tensor, state: StepState) -> Step:
        """`step` that also gives the output of every block.

        Every shape is static and every cache is shifted by one slice and one
        concatenation, which keeps the exported graph small.
        """
        config = self.config
        context, new = config.context_tokens, config.chunk_tokens
        # 1 for a remembered token that really was read, 0 for one that was not.
        known = (state.chunks_seen * new - self.age + 1.0).clamp(0.0, 1.0)  # [P]
        unknown = (1.0 - known) * HIDDEN  # [P] added to scores
        unseen = F.pad(unknown[-context:], (0, new))  # [K + S]
        cos, sin = self.cos, self.sin  # [K + S, E/2]

        x = self.tokens_of(mel)  # [1, S, W]
        new_keys, new_values, layers = [], [], []
        for index, block in enumerate(self.blocks):
            query, key, value = block.project(x)  # [1, H, S, E] each
            new_keys.append(key)
            new_values.append(value)
            keys = torch.cat((state.key_cache[index : index + 1], key), dim=2)  # [1, H, K + S, E]
            values = torch.cat((state.value_cache[index : index + 1], value), dim=2)
            query = rotate(query, cos[context:], sin[context:])
            x = block.finish(x, attend(query, rotate(keys, cos, sin), values, unseen))
            layers.append(x)
        tokens = self.norm(x)  # [1, S, W]

        pooled = torch.cat((state.pool_cache, self.pool(tokens)[0]), dim=0)  # [P + S, H + W]
        joined = pool_step(pooled, config.heads, unknown)  # [1, W]
        if config.recent_chunks:
            older = (config.pool_chunks - config.recent_chunks) * new
            lately = pool_step(pooled[older:], config.heads, unknown[older:])  # [1, W]
            # One product for both: quantisers expect a weight to be used once.
            joined = torch.cat((joined, lately), dim=0)  # [2, W]
        embedding, recent = unit(self.projection(joined)), None  # [1 or 2, D]
        if config.recent_chunks:
            embedding, recent = embedding[:1], embedding[1:]  # [1, D] each

        following = StepState(
            torch.cat((state.key_cache[:, :, new:], torch.cat(new_keys, dim=0)), dim=2),
            torch.cat((state.value_cache[:, :, new:], torch.cat(new_values, dim=0)), dim=2),
            pooled[new:],
            (state.chunks_seen + 1.0).clamp(max=float(config.pool_chunks - 1)),
        )
        return Step(embedding, recent, tokens, tuple(layers), unknown, following)
