"""Contrast between spans of recordings, so that captions say when something holds."""

from __future__ import annotations

import torch
from torch import Tensor

from slap_export.objectives.multi_positive import multi_positive_info_nce


def segment_contrastive(
    spans: Tensor,
    text: Tensor,
    scale: Tensor,
    true: Tensor | None = None,
    unsure: Tensor | None = None,
) -> Tensor:
    """Each span belongs with its own caption; other spans, of any recording, are negatives.

    With unit embeddings e_s of a span (`towers.spans.pool_span`), t_r of the caption of
    span r, and s_sr = scale · ⟨e_s, t_r⟩:

        L = − 1/(2S) Σ_s [ log( e^{s_ss} / Σ_r e^{s_sr} ) + log( e^{s_ss} / Σ_r e^{s_rs} ) ]

    Spans of the same recording are the negatives that teach *when*: "begins softly"
    and "then shouts" share everything but time. Captions that are true of several spans
    share the target as in `multi_positive_info_nce`. Two granularities of caption are
    the idea of CLSP (2601.03065), whose fine captions describe whole recordings; the
    spans, and the loss of CLIP (Radford et al., 2021, fig. 3) over them, are ours.

    Args:
        spans: Unit embeddings of the spans [S, D].
        text: Unit embeddings of their captions [S, D].
        scale: Positive scalar.
        true: Whether caption r is true of span s, bool or 0/1 [S, S]; its own only, if left out.
        unsure: Pairs to leave out, bool [S, S]; none of them may be true.
    """
    if len(spans) == 0:
        return spans.sum() + text.sum() + 0 * scale
    if true is None:
        true = torch.eye(len(spans), dtype=torch.bool, device=spans.device)  # [S, S]
    return multi_positive_info_nce(spans, text, true, scale, unsure)
