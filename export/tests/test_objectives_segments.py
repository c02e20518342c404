"""Segment-level contrast against numbers worked out by hand."""

from math import exp, isclose, log, sqrt

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.objectives.contrastive import softmax_contrastive
from slap_export.objectives.segments import segment_contrastive

SCALE = torch.tensor(2.0)
HALF = sqrt(0.5)


def test_by_hand() -> None:
    # Spans (1, 0) and (√½, √½), captions (1, 0) and (0, 1): logits [[2, 0], [√2, √2]].
    # Own minus other is 2 and 0 by rows, 2 − √2 and √2 by columns.
    spans = torch.tensor([[1.0, 0.0], [HALF, HALF]])
    loss = segment_contrastive(spans, torch.eye(2), SCALE)
    gaps = (2, 0, 2 - sqrt(2), sqrt(2))
    assert isclose(loss.item(), sum(log(1 + exp(-gap)) for gap in gaps) / 4, rel_tol=1e-6)


def test_a_caption_true_of_two_spans_by_hand() -> None:
    # Spans (1, 0), (0, 1), (0, 1) and the same captions, logits 2 on equal ones, else 0.
    spans = text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    shared = torch.tensor([[1, 0, 0], [0, 1, 1], [0, 1, 1]])
    one, two = log(1 + 2 * exp(-2)), log(2 + exp(-2))
    loss = segment_contrastive(spans, text, SCALE, shared)
    assert isclose(loss.item(), (one + 2 * two) / 3, rel_tol=1e-6)
    # With the pairs of spans 1 and 2 left out instead, each has only span 0 against it.
    unsure = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 1, 0]]).bool()
    loss = segment_contrastive(spans, text, SCALE, unsure=unsure)
    assert isclose(loss.item(), (one + 2 * log(1 + exp(-2))) / 3, rel_tol=1e-6)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_one_caption_each_is_the_ordinary_contrast(count: int, seed: int) -> None:
    g = torch.Generator().manual_seed(seed)
    spans, text = F.normalize(torch.randn(2, count, 4, generator=g), dim=-1)
    loss = segment_contrastive(spans, text, SCALE)
    torch.testing.assert_close(loss, softmax_contrastive(spans, text, SCALE))


def test_no_spans_cost_nothing() -> None:
    spans, text = (torch.zeros(0, 2, requires_grad=True) for _ in range(2))
    scale = SCALE.clone().requires_grad_()
    loss = segment_contrastive(spans, text, scale)
    loss.backward()
    assert loss.item() == 0
    assert scale.grad == 0


def test_gradients() -> None:
    spans = torch.tensor([[1.0, 0.0], [HALF, HALF], [0.0, 1.0]])
    text = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    inputs = tuple(x.double().requires_grad_() for x in (spans, text, SCALE))
    assert torch.autograd.gradcheck(segment_contrastive, inputs)
