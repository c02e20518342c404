"""What is known of recordings, guessed from their embeddings by linear heads."""

from __future__ import annotations

import torch
from torch import Tensor


def attribute_cross_entropy(scores: Tensor, codes: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of every attribute's value, over the recordings of which it is known.

    With z_bav the score of value v of attribute a, v_ba the value known of recording b, and w_av
    the weight of a value:

        L = − 1/A Σ_a 1/W_a Σ_b w_{a v_ba} · log( e^{z_bav_ba} / Σ_v e^{z_bav} )
        W_a = Σ_b w_{a v_ba}

    over the attributes a known of any recording of the batch, of which there are A. It is the
    multi-task classification that attributes allow where they are known; captions state a few of
    them at a time, so that this is the quicker teacher of the tower, and captions are what joins
    it to sentences.

    Args:
        scores: Scores of all values [B, A, V]; minus infinity where an attribute has fewer than V.
        codes: Value known of each recording [B, A], negative where none is.
        weights: Weight of each value [A, V].
    """
    known = codes >= 0  # [B, A]
    code = codes.clamp(min=0)[..., None]  # [B, A, 1]
    costs = -scores.log_softmax(dim=-1).gather(-1, code)[..., 0]  # [B, A]
    weight = weights.expand(len(codes), -1, -1).gather(-1, code)[..., 0] * known  # [B, A]
    costs = torch.where(known, costs, 0) * weight
    total = weight.sum(dim=0)  # [A]
    present = total > 0
    means = costs.sum(dim=0)[present] / total[present]
    return means.mean() if present.any() else scores[:0].sum()


def value_weights(codes: Tensor, values: Tensor) -> Tensor:
    """Weights by which rare values count more: 1 / √share, of mean 1 over the recordings.

    Args:
        codes: Values known of all training recordings [R, A], negative where none is.
        values: Number of values of each attribute [A].
    """
    most = int(values.max())
    counts = torch.stack([(codes == value).sum(dim=0) for value in range(most)], dim=1)  # [A, V]
    known = counts.sum(dim=1, keepdim=True).clamp(min=1)  # [A, 1]
    raw = (counts.clamp(min=1) / known).rsqrt()  # [A, V]
    mean = (raw * counts / known).sum(dim=1, keepdim=True)  # [A, 1]
    return raw / mean.clamp(min=1e-9)
