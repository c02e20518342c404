"""Segment-level contrast against numbers worked out by hand."""

from math import exp, isclose, log, sqrt

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.objectives.contrastive import softmax_contrastive
from slap_export.objectives.segments import segment_contrastive, span_embeddings

# Three units of one recording, then three of another.
UNITS = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [[0.0, 2.0], [0.0, 2.0], [7.0, 7.0]]])
SCALE = torch.tensor(2.0)


def spans(*rows: tuple[int, int, int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    clip, start, end = torch.tensor(rows).T
    return clip, start, end


def test_span_embeddings_by_hand() -> None:
    # The second span is the mean of (1, 0) and (0, 1); the third ends before the last unit.
    found = span_embeddings(UNITS, *spans((0, 0, 2), (0, 1, 3), (1, 0, 2)))
    half = sqrt(0.5)
    torch.testing.assert_close(found, torch.tensor([[1.0, 0.0], [half, half], [0.0, 1.0]]))


def test_by_hand() -> None:
    # Spans (1, 0) and (√½, √½), captions (1, 0) and (0, 1): logits [[2, 0], [√2, √2]].
    # Own minus other is 2 and 0 by rows, 2 − √2 and √2 by columns.
    loss = segment_contrastive(UNITS, *spans((0, 0, 2), (0, 1, 3)), torch.eye(2), SCALE)
    gaps = (2, 0, 2 - sqrt(2), sqrt(2))
    assert isclose(loss.item(), sum(log(1 + exp(-gap)) for gap in gaps) / 4, rel_tol=1e-6)


def test_a_caption_true_of_two_spans_by_hand() -> None:
    # The last unit of recording 0 and the first two of recording 1 have one caption:
    # spans (1, 0), (0, 1), (0, 1) and the same captions, logits 2 on equal ones, else 0.
    where = spans((0, 0, 2), (0, 2, 3), (1, 0, 2))
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    shared = torch.tensor([[1, 0, 0], [0, 1, 1], [0, 1, 1]])
    one, two = log(1 + 2 * exp(-2)), log(2 + exp(-2))
    loss = segment_contrastive(UNITS, *where, text, SCALE, shared)
    assert isclose(loss.item(), (one + 2 * two) / 3, rel_tol=1e-6)
    # With the pairs of spans 1 and 2 left out instead, each has only span 0 against it.
    unsure = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 1, 0]]).bool()
    loss = segment_contrastive(UNITS, *where, text, SCALE, unsure=unsure)
    assert isclose(loss.item(), (one + 2 * log(1 + exp(-2))) / 3, rel_tol=1e-6)


def test_whole_recordings_are_the_ordinary_contrast() -> None:
    torch.manual_seed(0)
    units = F.normalize(torch.randn(4, 1, 6), dim=-1)
    text = F.normalize(torch.randn(4, 6), dim=-1)
    rows = torch.arange(4)
    loss = segment_contrastive(units, rows, 0 * rows, 0 * rows + 1, text, SCALE)
    torch.testing.assert_close(loss, softmax_contrastive(units[:, 0], text, SCALE))


def test_padding_changes_nothing() -> None:
    where = spans((0, 0, 2), (0, 1, 3), (1, 0, 2))
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    true = torch.eye(3)
    plain = segment_contrastive(UNITS, *where, text, SCALE, true)
    # Two units more, the third of recording 1 beyond its end, and an empty span among the others.
    units = F.pad(UNITS, (0, 0, 0, 2), value=torch.nan)
    units[1, 2] = torch.nan
    units.requires_grad_()
    clip, start, end = (torch.cat((x[:1], torch.tensor([0]), x[1:])) for x in where)
    text = torch.cat((text[:1], torch.full((1, 2), torch.nan), text[1:]))
    wide = torch.zeros(4, 4)
    wide[0, 0] = wide[2, 2] = wide[3, 3] = 1
    loss = segment_contrastive(units, clip, start, end, text, SCALE, wide)
    assert loss.item() == plain.item()
    loss.backward()
    assert units.grad is not None
    assert units.grad.isfinite().all()
    assert (units.grad[:, 3:] == 0).all()
    assert (units.grad[1, 2] == 0).all()


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_order_of_spans_and_recordings_does_not_matter(count: int, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    units = torch.randn(3, 5, 4, generator=g, dtype=torch.float64)
    text = F.normalize(torch.randn(count, 4, generator=g, dtype=torch.float64), dim=-1)
    clip = torch.randint(3, (count,), generator=g)
    start = torch.randint(4, (count,), generator=g)
    end = torch.maximum(start + 1, torch.randint(6, (count,), generator=g))
    plain = segment_contrastive(units, clip, start, end, text, SCALE)
    order = torch.randperm(count, generator=g)
    torch.testing.assert_close(
        segment_contrastive(units, clip[order], start[order], end[order], text[order], SCALE),
        plain,
    )
    recordings = torch.tensor([2, 0, 1])  # recording r moves to where this holds r
    moved = recordings.argsort()[clip]
    torch.testing.assert_close(
        segment_contrastive(units[recordings], moved, start, end, text, SCALE), plain
    )


def test_no_spans_cost_nothing() -> None:
    units, scale = UNITS.clone().requires_grad_(), SCALE.clone().requires_grad_()
    for where in (spans((0, 0, 0), (1, 2, 1)), (torch.zeros(0, dtype=torch.long),) * 3):
        loss = segment_contrastive(units, *where, torch.zeros(len(where[0]), 2), scale)
        loss.backward()
        assert loss.item() == 0
        assert (units.grad == 0).all()


def test_gradients() -> None:
    where = spans((0, 0, 2), (0, 1, 3), (1, 0, 2))
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    units, text, scale = (x.double().requires_grad_() for x in (UNITS, text, SCALE))
    assert torch.autograd.gradcheck(segment_contrastive, (units, *where, text, scale))
