"""Captions written word by word."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def caption_cross_entropy(logits: Tensor, words: Tensor, present: Tensor) -> Tensor:
    """Cross-entropy of each word of a caption given the words before it and the recording.

    With w_b0 the start token, w_b1 … the words and the end token, and M the
    positions l ≥ 1 that are not padding:

        L = − 1/|M| Σ_{(b,l) ∈ M} log p( w_bl | w_b0 … w_b(l−1), audio_b )

    This is the captioning loss of CoCa (Yu et al., 2022, eq. 3) under teacher forcing:
    the decoder is given `words`, and its output at position l is read as its guess
    of word l + 1. The guess at the last position is not asked for.

    Args:
        logits: Output of the decoder for `words` [B, L, V].
        words: Token ids, start token first [B, L]; any number where there is padding.
        present: Which of them belong to the caption, the end token included, bool [B, L].
    """
    asked = present[:, 1:]  # [B, L-1]
    guesses = logits[:, :-1][asked]  # [M, V]
    costs = F.cross_entropy(guesses, words[:, 1:][asked], reduction="sum")
    return costs / max(1, len(guesses))
