"""Contrastive objectives over all pairs of a batch: softmax, and sigmoid."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def softmax_contrastive(audio: Tensor, text: Tensor, scale: Tensor) -> Tensor:
    """Symmetric softmax over the batch: recording i belongs with caption i, and with no other.

    With unit embeddings a_i and t_j and logits s_ij = scale · ⟨a_i, t_j⟩:

        L = − 1/(2B) Σ_i [ log( e^{s_ii} / Σ_k e^{s_ik} ) + log( e^{s_ii} / Σ_k e^{s_ki} ) ]

    This is the loss of CLIP (Radford et al., 2021, fig. 3), whose scale is learned
    as e^τ with 1/0.07 at the start.

    Args:
        audio: Unit embeddings [B, D].
        text: Unit embeddings [B, D].
        scale: Positive scalar.
    """
    logits = scale * audio @ text.T  # [B, B]
    own = torch.arange(len(logits), device=logits.device)  # [B]
    return 0.5 * (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own))


def sigmoid_contrastive(
    audio: Tensor,
    text: Tensor,
    true: Tensor,
    scale: Tensor,
    bias: Tensor,
    unsure: Tensor | None = None,
) -> Tensor:
    """Every pair is its own yes-or-no question, with no normalisation over the batch.

    With z_ij = 1 where caption j is true of recording i, and −1 elsewhere:

        L = − 1/B Σ_i Σ_j log σ( z_ij · (scale · ⟨a_i, t_j⟩ + bias) )

    This is the loss of SigLIP (Zhai et al., 2023, § 3.2 and algorithm 1), where only
    the pairs i = j are true; a caption may be true of several recordings here. Scale
    and bias are learned, 10 and −10 at the start, so that the many wrong pairs cost
    little before anything is learned.

    Args:
        audio: Unit embeddings [B, D].
        text: Unit embeddings [C, D].
        true: Whether caption j is true of recording i, bool or 0/1 [B, C].
        scale: Positive scalar.
        bias: Scalar.
        unsure: Pairs to leave out, bool [B, C].
    """
    logits = scale * audio @ text.T + bias  # [B, C]
    sign = 2 * true.to(logits.dtype) - 1  # [B, C]
    costs = -F.logsigmoid(sign * logits)  # [B, C]
    if unsure is not None:
        costs = costs.masked_fill(unsure, 0)
    return costs.sum() / len(audio)
