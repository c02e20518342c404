"""A small transformer that writes a caption from a tower's tokens.

Pre-norm blocks of the tower's kind (`RmsNorm`, SwiGLU, rotary attention), with
an attention to the recording's tokens between the two halves (Vaswani et al.,
2017, §3.1). A word piece sees itself and those before it. The keys of the
recording's tokens are rotated by their time and the queries are not, so a head
can look at the beginning or at what follows: the tower's own tokens know only
distances. Input and output share one table of word pieces.

Teacher forcing and generation run through the same function, `CaptionDecoder.advance`,
with and without remembered word pieces.

Letters in shape comments: B recordings, M word pieces, Q remembered word
pieces, N tokens of a recording, H heads, E size of a head, W decoder width
(H × E), U width of the tower, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from slap_export.towers.slap_tower import HIDDEN, Block, RmsNorm, attend, rotary_tables, rotate


@dataclass(frozen=True)
class DecoderConfig:
    """Sizes of a `CaptionDecoder`."""

    vocabulary: int
    """Word pieces."""
    start: int
    """The word piece every caption is begun with; it is never written."""
    end: int
    """The word piece that ends a caption."""
    tower_width: int
    """Width of the tokens it reads."""
    layers: int = 3
    heads: int = 4
    head_dim: int = 32
    hidden: int = 320
    """Width of the SwiGLU feed-forward."""
    rotary_base: float = 10_000.0

    def __post_init__(self) -> None:
        if self.head_dim % 2:
            raise ValueError(f"head_dim ({self.head_dim}) must be even")
        for name in ("start", "end"):
            if not 0 <= getattr(self, name) < self.vocabulary:
                raise ValueError(f"{name} ({getattr(self, name)}) must be a word piece")
        if self.start == self.end:
            raise ValueError("start and end must differ")

    @property
    def width(self) -> int:
        """Size of a word piece's vector, W."""
        return self.heads * self.head_dim


class Keys(NamedTuple):
    """Rotated keys and values of one block."""

    key: Tensor  # [B, H, Q, E]
    value: Tensor  # [B, H, Q, E]


class Recording(NamedTuple):
    """What the decoder reads of a batch of recordings."""

    keys: tuple[Keys, ...]  # of every block, [B, H, N, E]
    unseen: Tensor  # [B, 1, 1, N] added to scores


class DecoderBlock(Block):
    """A tower's block with an attention to the recording before the feed-forward."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__(config)
        width = config.width
        self.cross_norm = RmsNorm(width)
        self.cross_query = nn.Linear(width, width, bias=False)
        self.cross_key_value = nn.Linear(config.tower_width, 2 * width, bias=False)
        self.cross_out = nn.Linear(width, width, bias=False)

    def split_heads(self, rows: Tensor) -> Tensor:
        """[B, N, W] to [B, H, N, E]."""
        return rows.unflatten(-1, (self.heads, self.head_dim)).transpose(-3, -2)

    def read(self, tokens: Tensor, cos: Tensor, sin: Tensor) -> Keys:
        """Keys, rotated by their time, and values of the recording's tokens [B, N, U]."""
        key, value = map(self.split_heads, self.cross_key_value(tokens).chunk(2, dim=-1))
        return Keys(rotate(key, cos, sin), value)

    def add_recording(self, x: Tensor, keys: Keys, unseen: Tensor) -> Tensor:
        """Adds what is found in the recording to the word pieces [B, M, W]."""
        query = self.split_heads(self.cross_query(self.cross_norm(x)))  # [B, H, M, E]
        found = attend(query, keys.key, keys.value, unseen)  # [B, H, M, E]
        return x + self.cross_out(found.transpose(-3, -2).flatten(-2))


class CaptionDecoder(nn.Module):
    """The decoder. See the module's documentation."""

    blocks: Sequence[DecoderBlock]

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.pieces = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(  # type: ignore[assignment]
            DecoderBlock(config) for _ in range(config.layers)
        )
        self.norm = RmsNorm(config.width)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Normal weights of deviation 1/sqrt(inputs); outputs of blocks start smaller."""
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5)
                if name.endswith(("attention_out.weight", "cross_out.weight", "down.weight")):
                    weight.data.mul_((3 * self.config.layers) ** -0.5)

    def read(self, tokens: Tensor, padding: Tensor | None = None) -> Recording:
        """Prepares the tower's tokens [B, N, U]; `padding`, bool [B, N], marks those to ignore."""
        cos, sin = self.tables(tokens, 0, tokens.shape[1])  # [N, E/2] each
        keys = tuple(block.read(tokens, cos, sin) for block in self.blocks)
        if padding is None:
            padding = torch.zeros(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
        unseen = torch.where(padding, HIDDEN, 0.0).to(tokens)  # [B, N]
        return Recording(keys, unseen[:, None, None, :])

    def tables(self, like: Tensor, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Rotary tables of the positions from `start` to before `stop`."""
        cos, sin = rotary_tables(stop, self.config.head_dim, self.config.rotary_base)
        return cos[start:].to(like), sin[start:].to(like)

    def advance(
        self, pieces: Tensor, recording: Recording, past: Sequence[Keys] = ()
    ) -> tuple[Tensor, list[Keys]]:
        """Logits [B, M, V] of what follows each of the word pieces [B, M], and what to remember.

        `past` is what an earlier call gave to remember, of the word pieces before these.
        """
        # The table is shared with the output, so its rows are short (Vaswani et al., 2017, §3.4).
        x = self.pieces(pieces) * self.config.width**0.5  # [B, M, W]
        x = x.to(recording.unseen)
        before = past[0].key.shape[2] if past else 0
        new, total = pieces.shape[1], before + pieces.shape[1]
        cos, sin = self.tables(x, before, total)  # [M, E/2] each
        visible = torch.ones(new, total, dtype=torch.bool, device=x.device).tril(before)
        unseen = torch.where(visible, 0.0, HIDDEN).to(x)  # [M, Q + M]
        remembered = []
        for index, block in enumerate(self.blocks):
            query, key, value = block.project(x)  # [B, H, M, E] each
            key = rotate(key, cos, sin)
            if past:
                key = torch.cat((past[index].key, key), dim=2)  # [B, H, Q + M, E]
                value = torch.cat((past[index].value, value), dim=2)
            remembered.append(Keys(key, value))
            x = block.add_attended(x, attend(rotate(query, cos, sin), key, value, unseen))
            x = block.add_recording(x, recording.keys[index], recording.unseen)
            x = block.feed_forward(x)
        return self.norm(x) @ self.pieces.weight.T.to(x), remembered

    def forward(self, pieces: Tensor, tokens: Tensor, padding: Tensor | None = None) -> Tensor:
        """Teacher-forced logits [B, M, V]: those at m guess the word piece at m + 1.

        Args:
            pieces: Captions [B, M] that begin with the start piece; padded at the end with any
                piece, whose logits the loss leaves out.
            tokens: The tower's tokens [B, N, U].
            padding: Tokens to ignore, bool [B, N].
        """
        logits, _ = self.advance(pieces, self.read(tokens, padding))
        return logits

    @torch.no_grad()
    def generate(
        self,
        tokens: Tensor,
        padding: Tensor | None = None,
        *,
        limit: int = 40,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        """Writes a caption for each recording, without the start and end pieces.

        Takes the likeliest word piece each time, or draws one from
        `softmax(logits / temperature)` when a temperature is given. A caption
        ends at the end piece or after `limit` pieces.
        """
        config = self.config
        recording = self.read(tokens, padding)
        piece = torch.full((len(tokens), 1), config.start, device=tokens.device)  # [B, 1]
        ended = torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)  # [B]
        captions: list[list[int]] = [[] for _ in range(len(tokens))]
        past: list[Keys] = []
        for _ in range(limit):
            logits, past = self.advance(piece, recording, past)
            scores = logits[:, -1].float()  # [B, V]
            scores[:, config.start] = float("-inf")
            if temperature > 0.0:
                chances = (scores / temperature).softmax(dim=-1)
                piece = torch.multinomial(chances, 1, generator=generator)
            else:
                piece = scores.argmax(dim=-1, keepdim=True)
            ended |= piece[:, 0] == config.end
            for caption, number, over in zip(
                captions, piece[:, 0].tolist(), ended.tolist(), strict=True
            ):
                if not over:
                    caption.append(number)
            if bool(ended.all()):
                break
        return captions
