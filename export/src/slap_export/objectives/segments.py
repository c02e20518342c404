"""Contrast between spans of recordings, so that captions say when something holds."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from slap_export.objectives.multi_positive import multi_positive_info_nce


def span_embeddings(units: Tensor, clip: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Unit embedding of each span: the direction of the mean, and so of the sum, of its units.

        e_s = m_s / ‖m_s‖        m_s = Σ_{start_s ≤ n < end_s} x_{clip_s, n}

    Args:
        units: Embeddings of tokens or of chunks [B, N, D].
        clip: Recording of each span [S].
        start: Its first unit [S].
        end: The unit after its last, above `start` [S].
    """
    at = torch.arange(units.shape[1], device=units.device)  # [N]
    inside = (start[:, None] <= at) & (at < end[:, None])  # [S, N]
    own = units[clip].masked_fill(~inside[:, :, None], 0)  # [S, N, D]
    return F.normalize(own.sum(dim=1), dim=-1)  # [S, D]


def segment_contrastive(
    units: Tensor,
    clip: Tensor,
    start: Tensor,
    end: Tensor,
    text: Tensor,
    scale: Tensor,
    true: Tensor | None = None,
    unsure: Tensor | None = None,
) -> Tensor:
    """Each span belongs with its own caption; other spans, of any recording, are negatives.

    With e_s from `span_embeddings`, t_r the unit embedding of the caption of span r,
    and s_sr = scale · ⟨e_s, t_r⟩:

        L = − 1/(2S) Σ_s [ log( e^{s_ss} / Σ_r e^{s_sr} ) + log( e^{s_ss} / Σ_r e^{s_rs} ) ]

    Spans of the same recording are the negatives that teach *when*: "begins softly"
    and "then shouts" share everything but time. Captions that are true of several spans
    share the target as in `multi_positive_info_nce`. Two granularities of caption are
    the idea of CLSP (2601.03065), whose fine captions describe whole recordings; the
    spans, and the loss of CLIP (Radford et al., 2021, fig. 3) over them, are ours.

    Args:
        units: Embeddings of tokens or of chunks [B, N, D].
        clip: Recording of each span [S].
        start: First unit of each span [S].
        end: The unit after its last [S]; a span with `end` not above `start` is padding.
        text: Unit embeddings of the spans' captions [S, D].
        scale: Positive scalar.
        true: Whether caption r is true of span s, bool or 0/1 [S, S]; its own only, if left out.
        unsure: Pairs to leave out, bool [S, S]; none of them may be true.
    """
    chosen = end > start  # [S]
    text = text[chosen]  # [S', D]
    if len(text) == 0:
        return text.sum() + units[:0].sum()
    spans = span_embeddings(units, clip[chosen], start[chosen], end[chosen])  # [S', D]
    if true is None:
        true = torch.eye(len(chosen), dtype=torch.bool, device=units.device)  # [S, S]
    true = true[chosen][:, chosen]  # [S', S']
    if unsure is not None:
        unsure = unsure[chosen][:, chosen]  # [S', S']
    return multi_positive_info_nce(spans, text, true, scale, unsure)
