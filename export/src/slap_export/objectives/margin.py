"""Speaker classification with a margin."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

# Label of a recording whose speaker is not known.
UNKNOWN = -1


def additive_margin_softmax(
    embeddings: Tensor,
    classes: Tensor,
    labels: Tensor,
    scale: float = 30.0,
    margin: float = 0.35,
) -> Tensor:
    """Softmax over speakers in which the true one must win by a margin of cosine.

    With cos_bk the cosine between embedding b and the weights of speaker k, y_b the
    speaker of b, and R the recordings whose speaker is known:

        L = − 1/|R| Σ_{b ∈ R} log( e^{s(cos_by − m)} / Z_b )
        Z_b = e^{s(cos_by − m)} + Σ_{k ≠ y} e^{s·cos_bk}

    This is AM-Softmax (Wang et al., 2018), with the scale and margin its
    authors settled on; speaker verification often takes m = 0.2. Embeddings and
    weights are brought to unit length here.

    Args:
        embeddings: Outputs of the speaker branch [B, D].
        classes: Weights of the training speakers [K, D].
        labels: Speaker of each recording, `UNKNOWN` where it is not known [B].
        scale: s.
        margin: m.
    """
    known = labels != UNKNOWN  # [B]
    labels = labels[known]  # [R]
    cosines = F.normalize(embeddings[known], dim=-1) @ F.normalize(classes, dim=-1).T  # [R, K]
    logits = scale * (cosines - margin * F.one_hot(labels, len(classes)))  # [R, K]
    return F.cross_entropy(logits, labels, reduction="sum") / max(1, len(labels))
