"""What a tower is trained with and leaves behind: masking, and heads on its tokens.

None of this is exported. Letters in shape comments are those of
`slap_tower.py`, and V patch values (frames of a token × mel bands), R prototypes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from slap_export.towers.slap_tower import RmsNorm


def span_mask(
    lengths: Tensor, tokens: int, ratio: float, span: int, generator: torch.Generator
) -> Tensor:
    """Chooses the tokens to hide, in spans, bool [B, N].

    Each recording is cut into spans from a random offset; whole spans are hidden
    in random order until `ratio` of its tokens are, the last span in part. The
    number hidden is exact, at least one, and never all where there are two; a
    span of 1 hides single tokens. Tokens past a recording's length are never hidden.

    Args:
        lengths: Tokens of each recording, integers [B].
        tokens: Tokens of the longest, N.
        ratio: Share to hide, between 0 and 1.
        span: Tokens in a span.
        generator: Source of chance, on the CPU; the same state gives the same mask anywhere.
    """
    if not 0.0 < ratio < 1.0:
        raise ValueError(f"ratio ({ratio}) must lie between 0 and 1")
    if span < 1:
        raise ValueError(f"span ({span}) must be at least 1")
    count, device = len(lengths), lengths.device
    lengths = lengths.cpu()  # [B]
    position = torch.arange(tokens)  # [N]
    offset = torch.randint(span, (count, 1), generator=generator)  # [B, 1]
    index = (position + offset) // span  # [B, N] span of each token
    # A random order of the spans, the same number for all tokens of a span.
    order = torch.rand(count, tokens // span + 2, generator=generator).gather(1, index)  # [B, N]
    order = order.masked_fill(position >= lengths[:, None], 2.0)  # after every real token
    # Stable, so that the tokens of a span stay together and in time.
    ranked = order.argsort(dim=1, stable=True)  # [B, N]
    hidden = (lengths * ratio).round().long().clamp(min=1)  # [B]
    hidden = hidden.minimum((lengths - 1).clamp(min=1)).minimum(lengths)  # [B]
    masked = torch.zeros(count, tokens, dtype=torch.bool)
    masked.scatter_(1, ranked, position < hidden[:, None])
    return masked.to(device)


def patches_of(mel: Tensor, patch_frames: int) -> Tensor:
    """The log-mel frames [B, T, F] each token is made of, [B, N, V]: what is reconstructed."""
    return mel.reshape(mel.shape[0], -1, patch_frames * mel.shape[-1])


class MaskToken(nn.Module):
    """The learned vector that stands where a token is hidden (BERT; Devlin et al., 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.empty(width).normal_(std=0.02))

    def forward(self, tokens: Tensor, masked: Tensor) -> Tensor:
        """Tokens [B, N, W] with those `masked`, bool [B, N], replaced."""
        return torch.where(masked[..., None], self.token.to(tokens), tokens)


class ReconstructionHead(nn.Module):
    """Guesses the log-mel patch of every token: [B, N, W] to [B, N, V]."""

    def __init__(self, width: int, patch_values: int, hidden: int | None = None) -> None:
        super().__init__()
        hidden = hidden or 2 * width
        self.layers = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, patch_values)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        return self.layers(tokens)


class PrototypeHead(nn.Module):
    """Scores tokens against prototypes on the unit sphere: [..., W] to [..., R].

    An MLP, unit length, then a weight-normalised layer whose rows have length
    one, so that a score is a cosine (DINO; Caron et al., 2021, § 3.1). The
    loss divides by its temperature and centres.
    """

    def __init__(self, width: int, prototypes: int, hidden: int, bottleneck: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, bottleneck)
        )
        self.prototypes = nn.Parameter(torch.randn(prototypes, bottleneck))  # any length

    def forward(self, tokens: Tensor) -> Tensor:
        directions = F.normalize(self.layers(tokens), dim=-1)  # [..., bottleneck]
        rows = F.normalize(self.prototypes, dim=-1).to(directions)  # [R, bottleneck]
        return directions @ rows.T


class AttributeHeads(nn.Module):
    """A linear head for every attribute on a unit embedding: [B, D] to scores [B, A, V].

    Attributes with fewer values than V have scores of minus infinity for the rest. Cosines are
    small numbers, so scores are scaled, by `SCALE` at first.
    """

    SCALE = 10.0
    missing: Tensor  # [A, V]
    weights: Tensor  # [A, V]

    def __init__(self, embedding_dim: int, values: Tensor, weights: Tensor) -> None:
        """Heads for attributes with so many values, [A], whose weights in the loss are [A, V]."""
        super().__init__()
        most = int(values.max())
        self.linear = nn.Linear(embedding_dim, len(values) * most)
        nn.init.normal_(self.linear.weight, std=self.SCALE * embedding_dim**-0.5)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("missing", torch.arange(most) >= values[:, None], persistent=False)
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, embeddings: Tensor) -> Tensor:
        scores = self.linear(embeddings).unflatten(-1, self.missing.shape)  # [B, A, V]
        return scores.masked_fill(self.missing, float("-inf"))


class ProjectionHead(nn.Module):
    """Projects to a unit embedding: linear, or through one hidden layer when it has a size."""

    def __init__(self, width: int, embedding_dim: int, hidden: int = 0) -> None:
        super().__init__()
        self.norm = RmsNorm(width)
        self.layers: nn.Module = (
            nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, embedding_dim))
            if hidden
            else nn.Linear(width, embedding_dim, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(self.layers(self.norm(x)), dim=-1)  # [..., D]
