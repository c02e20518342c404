"""Attribute branches: one more unit embedding each from the tower's layers.

What a voice is and what it says live in different layers of a tower. A branch
learns which layers to read, pools the same span of time as the tower, and gives
an embedding of its own, such as `speaker` or `semantic`, beside the tower's.
The design follows SENSE-2ATTR (Bouziane et al., 2026, arXiv 2603.08312), with
the tower's root-mean-square norm in place of a layer norm:

    m = norm( Σ_l softmax(w)_l · (A_l x_l + b_l) )
    e = unit( P · Σ_n softmax(score(m))_n · m_n )

over the outputs x_l of the L blocks and the tokens n of the last `pool_chunks`
chunks. Without affine maps A_l is the identity and b_l is nil.

Like the tower, a branch runs offline and by steps, and both agree. Letters in
shape comments are those of `slap_tower.py`; D is the branch's own embedding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from slap_export.config import TowerConfig
from slap_export.towers.slap_tower import (
    Offline,
    RmsNorm,
    SlapTower,
    StepState,
    pool_step,
    pool_whole,
    unit,
)


class LayerMix(nn.Module):
    """A softmax-weighted sum of all layers' tokens, each mapped by its own affine map if wanted."""

    affine: Sequence[nn.Linear]

    def __init__(self, layers: int, width: int, affine: bool) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(layers))  # equal weights at the start
        self.affine = nn.ModuleList(  # type: ignore[assignment]
            nn.Linear(width, width) for _ in range(layers if affine else 0)
        )
        for linear in self.affine:
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, layers: Sequence[Tensor]) -> Tensor:
        """Mixes L tensors [B, N, W] into one."""
        weights = self.scores.softmax(dim=0)  # [L]
        if self.affine:
            layers = [linear(x) for linear, x in zip(self.affine, layers, strict=True)]
        mixed = weights[0].to(layers[0]) * layers[0]  # [B, N, W]
        for weight, x in zip(weights[1:], layers[1:], strict=True):
            mixed = mixed + weight.to(x) * x
        return mixed


class AttributeBranch(nn.Module):
    """One branch. See the module's documentation for what it computes."""

    def __init__(
        self, config: TowerConfig, embedding_dim: int, *, affine: bool = True, heads: int = 1
    ) -> None:
        super().__init__()
        if config.width % heads:
            raise ValueError(f"heads ({heads}) must divide the width ({config.width})")
        self.config = config
        self.heads = heads
        self.embedding_dim = embedding_dim
        self.mix = LayerMix(config.layers, config.width, affine)
        self.norm = RmsNorm(config.width)
        self.score = nn.Linear(config.width, heads, bias=False)
        self.projection = nn.Linear(config.width, embedding_dim, bias=False)
        nn.init.normal_(self.score.weight, std=config.width**-0.5)
        nn.init.normal_(self.projection.weight, std=config.width**-0.5)

    def layer_weights(self) -> list[float]:
        """How much each block's output counts, first block first; they sum to one."""
        return self.mix.scores.detach().softmax(dim=0).tolist()

    def scored(self, layers: Sequence[Tensor]) -> Tensor:
        """Pooling scores and values of tokens, side by side, [B, N, H + W]."""
        tokens = self.norm(self.mix(layers))  # [B, N, W]
        return torch.cat((self.score(tokens), tokens), dim=-1)

    def forward(self, layers: Sequence[Tensor], recordings: Tensor | None = None) -> Tensor:
        """Embeds whole recordings from every block's tokens: L × [B, N, W] to [B, C, D]."""
        config = self.config
        pooled = pool_whole(
            self.scored(layers), self.heads, config.chunk_tokens, config.pool_chunks, recordings
        )  # [B, C, W]
        return F.normalize(self.projection(pooled), dim=-1)  # [B, C, D]

    def initial_cache(self) -> Tensor:
        """What is remembered before the first chunk, [P, H + W]."""
        config = self.config
        return self.score.weight.new_zeros(config.past_tokens, self.heads + config.width)

    def step(
        self, layers: Sequence[Tensor], unknown: Tensor, pool_cache: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Embeds one chunk, L × [1, S, W] and the cache [P, H + W] to [1, D] and the new cache."""
        pooled = torch.cat((pool_cache, self.scored(layers)[0]), dim=0)  # [P + S, H + W]
        embedding = unit(self.projection(pool_step(pooled, self.heads, unknown)))  # [1, D]
        return embedding, pooled[self.config.chunk_tokens :]


class BranchedOffline(NamedTuple):
    """Result of running whole recordings at once."""

    tower: Offline
    branches: dict[str, Tensor]  # name: [B, C, D] unit embedding at the end of every chunk


class BranchedState(NamedTuple):
    """What one step leaves for the next."""

    tower: StepState
    pool_caches: dict[str, Tensor]  # name: [P, H + W]


class BranchedStep(NamedTuple):
    """Result of one step."""

    embedding: Tensor  # [1, D] of the tower
    recent: Tensor | None  # [1, D] of the tower's last chunks, if it has `recent_chunks`
    branches: dict[str, Tensor]  # name: [1, D]
    tokens: Tensor  # [1, S, W]
    state: BranchedState


class BranchedTower(nn.Module):
    """A tower and its branches, run together. A branch's name names its output."""

    TAKEN = frozenset({"embedding", "recent", "tokens", "mel"})

    def __init__(self, tower: SlapTower, branches: Mapping[str, AttributeBranch]) -> None:
        super().__init__()
        for name in branches:
            if not name.isidentifier() or name in self.TAKEN:
                raise ValueError(f"a branch cannot be called {name!r}")
        self.tower = tower
        # Python keeps the order; it is the order of the graph's outputs.
        self.branches = nn.ModuleDict(dict(branches))

    def each(self) -> list[tuple[str, AttributeBranch]]:
        """Names and branches, in order."""
        return [(name, cast(AttributeBranch, branch)) for name, branch in self.branches.items()]

    def state_names(self) -> tuple[str, ...]:
        """Names of the state's tensors in the order of `flat_state`."""
        return (*StepState._fields, *(f"{name}_pool_cache" for name, _ in self.each()))

    def output_names(self) -> tuple[str, ...]:
        """Names of what a window gives, and a step besides its state: embeddings, then tokens."""
        return ("embedding", *(name for name, _ in self.each()), "tokens")

    def layer_weights(self) -> dict[str, list[float]]:
        """The layer weights of every branch, for a plot."""
        return {name: branch.layer_weights() for name, branch in self.each()}

    def forward(
        self,
        mel: Tensor,
        masked: Tensor | None = None,
        mask_token: Tensor | None = None,
        recordings: Tensor | None = None,
    ) -> BranchedOffline:
        """Embeds whole recordings [B, T, F]; the arguments are those of `SlapTower.forward`."""
        offline = self.tower(mel, masked, mask_token, recordings)
        return BranchedOffline(
            offline, {name: branch(offline.layers, recordings) for name, branch in self.each()}
        )

    def initial_state(self) -> BranchedState:
        """The state before the first chunk."""
        caches = {name: branch.initial_cache() for name, branch in self.each()}
        return BranchedState(self.tower.initial_state(), caches)

    def step(self, mel: Tensor, state: BranchedState) -> BranchedStep:
        """Embeds one chunk [1, chunk_frames, F] given the state of the chunks before it."""
        step = self.tower.step_layers(mel, state.tower)
        embeddings, caches = {}, {}
        for name, branch in self.each():
            embeddings[name], caches[name] = branch.step(
                step.layers, step.unknown, state.pool_caches[name]
            )
        following = BranchedState(step.state, caches)
        return BranchedStep(step.embedding, step.recent, embeddings, step.tokens, following)

    def flat_state(self, state: BranchedState) -> tuple[Tensor, ...]:
        """The state's tensors in the order of `state_names`, as a graph takes and gives them."""
        return (*state.tower, *(state.pool_caches[name] for name, _ in self.each()))

    def state_of(self, flat: Sequence[Tensor]) -> BranchedState:
        """The state of tensors in the order of `state_names`."""
        count = len(StepState._fields)
        caches = zip((name for name, _ in self.each()), flat[count:], strict=True)
        return BranchedState(StepState(*flat[:count]), dict(caches))
