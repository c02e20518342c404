"""Attribute branches that follow a teacher."""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from torch import Tensor


def cosine_distillation(
    branch: Tensor,
    teacher: Tensor,
    present: Tensor | None = None,
    reduction: Literal["sum", "mean"] = "mean",
) -> Tensor:
    """Angle between a branch and the teacher of its attribute, over the batch.

    With e_b the output of the branch and g_b the teacher's embedding of the same
    recording, and R the recordings that have one:

        L = Σ_{b ∈ R} ( 1 − ⟨e_b, g_b⟩ / (‖e_b‖ ‖g_b‖) ),  divided by |R| for the mean

    This is the loss of SENSE-2ATTR (2603.08312), which sums over the batch with weight
    50 for each attribute: a speaker encoder teaches one branch, a sentence encoder
    given the transcript another. The mean does not depend on the size of the batch.
    No gradient reaches the teacher.

    Args:
        branch: Output of the branch [B, D].
        teacher: Embeddings by the teacher [B, D].
        present: Recordings that have a teacher, bool [B]; all, if left out.
        reduction: Whether the recordings are summed or averaged.
    """
    if present is not None:
        branch, teacher = branch[present], teacher[present]  # [R, D] each
    distances = 1 - F.cosine_similarity(branch, teacher.detach(), dim=-1)  # [R]
    return distances.sum() if reduction == "sum" else distances.sum() / max(1, len(distances))
