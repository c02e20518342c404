"""Hard negatives: a caption against itself with an attribute flipped."""

from __future__ import annotations

import torch
from torch import Tensor


def flipped_attributes(
    audio: Tensor,
    text: Tensor,
    flipped: Tensor,
    scale: Tensor,
    present: Tensor | None = None,
) -> Tensor:
    """A recording prefers its caption to the same caption with an attribute flipped.

    With unit embeddings a_b of a recording, t_b of its caption and f_bk of the
    flipped versions, of which there are any number:

        L = − 1/|R| Σ_{b ∈ R} log( e^{s⟨a_b, t_b⟩} / ( e^{s⟨a_b, t_b⟩} + Σ_k e^{s⟨a_b, f_bk⟩} ) )

    This is the local term of CLSP (2601.03065), which it adds to the global loss with
    weight 0.2 and with one flip a caption. R are the recordings with at least one:
    a caption that states nothing that can be flipped takes no part.

    Args:
        audio: Unit embeddings [B, D].
        text: Unit embeddings of the captions as they are [B, D].
        flipped: Unit embeddings of the flipped captions [B, F, D].
        scale: Positive scalar.
        present: Which flipped captions exist, bool [B, F]; all, if left out.
    """
    if present is None:
        present = torch.ones(flipped.shape[:2], dtype=torch.bool, device=flipped.device)
    chosen = present.any(dim=1)  # [B]
    audio, text, flipped, present = audio[chosen], text[chosen], flipped[chosen], present[chosen]
    flipped = flipped.masked_fill(~present[:, :, None], 0)  # [R, F, D]
    own = scale * (audio * text).sum(dim=-1, keepdim=True)  # [R, 1]
    others = scale * (flipped @ audio[:, :, None]).squeeze(-1)  # [R, F]
    # Only now: −∞ times the scale would leave the scale without a gradient.
    logits = torch.cat((own, others.masked_fill(~present, -torch.inf)), dim=1)  # [R, 1 + F]
    return -logits.log_softmax(dim=1)[:, 0].sum() / max(1, len(logits))
