"""A decoder and its words: captions as the pieces it learns, and its pieces as captions.

The pieces are those of the sentence encoder's tokenizer that occur in the training captions,
numbered anew behind the three of `Special`; hundreds instead of tens of thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from slap_export.config import TowerConfig
from slap_export.objectives.tables import CaptioningConfig
from slap_export.runtime import load_tokenizer
from slap_export.towers.caption_decoder import CaptionDecoder, DecoderConfig


class Special(IntEnum):
    """Pieces that are no words."""

    PADDING = 0
    START = 1
    END = 2


class Words(NamedTuple):
    """Captions in pieces."""

    pieces: NDArray[np.int64]  # [captions, M] start, words, end, padding
    vocabulary: tuple[int, ...]  # the tokenizer's numbers of the pieces behind the special ones


def caption_words(texts: Sequence[str], tokenizer: Path, longest: int) -> Words:
    """Cuts captions into pieces; those of more than `longest` pieces lose their end."""
    encoded = load_tokenizer(tokenizer).encode_batch(list(texts), add_special_tokens=False)
    cut = [entry.ids[:longest] for entry in encoded]
    vocabulary = sorted({piece for ids in cut for piece in ids})
    number = {piece: at for at, piece in enumerate(vocabulary, start=len(Special))}
    width = max((len(ids) for ids in cut), default=0) + 2
    pieces = np.full((len(texts), width), Special.PADDING, np.int64)
    for row, (ids, entry) in enumerate(zip(cut, encoded, strict=True)):
        end = [Special.END] if len(entry.ids) == len(ids) else []
        whole = [Special.START, *(number[piece] for piece in ids), *end]
        pieces[row, : len(whole)] = whole
    return Words(pieces, tuple(vocabulary))


class Captioner(nn.Module):
    """A decoder that knows the words of its pieces."""

    def __init__(
        self, config: CaptioningConfig, tower: TowerConfig, vocabulary: Sequence[int]
    ) -> None:
        super().__init__()
        self.vocabulary = tuple(vocabulary)
        self.longest = config.longest
        self.decoder = CaptionDecoder(
            DecoderConfig(
                vocabulary=len(Special) + len(self.vocabulary),
                start=Special.START,
                end=Special.END,
                tower_width=tower.width,
                layers=config.layers,
                heads=config.heads,
                head_dim=config.head_dim,
                hidden=config.hidden,
            )
        )

    def forward(self, pieces: Tensor, tokens: Tensor, padding: Tensor) -> Tensor:
        """Teacher-forced logits; the arguments are those of `CaptionDecoder.forward`."""
        return self.decoder(pieces, tokens, padding)

    @torch.no_grad()
    def write(self, tokens: Tensor, padding: Tensor | None, tokenizer: Path) -> list[str]:
        """A caption for each recording from the tower's tokens [B, N, W]."""
        captions = self.decoder.generate(tokens, padding, limit=self.longest)
        words = [
            [self.vocabulary[piece - len(Special)] for piece in pieces if piece >= len(Special)]
            for pieces in captions
        ]
        return load_tokenizer(tokenizer).decode_batch(words)
