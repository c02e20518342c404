"""Contrastive objective in which a caption may be true of several recordings."""

from __future__ import annotations

import torch
from torch import Tensor

# Logit of a pair that takes no part.
LEFT_OUT = -1e4


def multi_positive_info_nce(
    audio: Tensor, text: Tensor, true: Tensor, scale: Tensor, unsure: Tensor | None = None
) -> Tensor:
    """Symmetric InfoNCE in which every true pair is a positive.

    With unit embeddings a_i of B recordings and t_j of C captions, the logits are
    s_ij = scale · ⟨a_i, t_j⟩. Caption j being true of recording i is y_ij ∈ {0, 1}
    (the recording's own caption always is). The targets share one unit of
    probability among all true pairs of a row, or of a column:

        L = − 1/(2B) Σ_i Σ_j y_ij / Σ_k y_ik · log( e^{s_ij} / Σ_k e^{s_ik} )
            − 1/(2C) Σ_j Σ_i y_ij / Σ_k y_kj · log( e^{s_ij} / Σ_k e^{s_kj} )

    With as many captions as recordings and y the identity this is the loss of CLIP
    (Radford et al., 2021, fig. 3); shared positives follow UniCL (Yang et al., 2022,
    eqs. 2 and 3), so that a caption which also fits another recording of the batch is
    not pushed away. Pairs of which it is not known whether they are true are left out
    of the sums.

    Args:
        audio: Unit embeddings [B, D].
        text: Unit embeddings [C, D].
        true: Whether caption j is true of recording i, bool or 0/1 [B, C].
        scale: Positive scalar.
        unsure: Pairs to leave out, bool [B, C]; none of them may be true.
    """
    logits = scale * audio @ text.T  # [B, C]
    if unsure is not None:
        # Far enough below any logit to vanish, and finite, so that 0 · log p stays 0.
        logits = logits.masked_fill(unsure, LEFT_OUT)
    true = true.to(logits.dtype)  # [B, B]
    to_text = true / true.sum(dim=1, keepdim=True)  # [B, C] rows sum to 1
    to_audio = true / true.sum(dim=0, keepdim=True)  # [B, C] columns sum to 1
    from_audio = -(to_text * logits.log_softmax(dim=1)).sum() / len(audio)
    from_text = -(to_audio * logits.log_softmax(dim=0)).sum() / len(text)
    return 0.5 * (from_audio + from_text)


def target_entropy(true: Tensor) -> Tensor:
    """The least value `multi_positive_info_nce` can take: the mean entropy of its targets.

    Subtracting it makes losses of batches with different numbers of true pairs
    comparable; it has no gradient.
    """
    true = true.float()
    rows, columns = true.sum(dim=1), true.sum(dim=0)  # [B], [C]
    return 0.5 * (torch.log(rows).mean() + torch.log(columns).mean())
