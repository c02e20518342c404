"""Contrast over all pairs of a batch, against numbers worked out by hand."""

from math import exp, isclose, log

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.objectives.contrastive import sigmoid_contrastive, softmax_contrastive
from slap_export.objectives.multi_positive import multi_positive_info_nce

# With scale 2 the logits of these are [[2, 1.2], [0, 1.6]].
AUDIO = torch.eye(2)
TEXT = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
SCALE = torch.tensor(2.0)


def unit(rows: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(rows, 5, generator=generator, dtype=torch.float64), dim=-1)


def test_softmax_by_hand() -> None:
    # Rows: own minus other is 0.8 and 1.6. Columns: 2 and 0.4.
    expected = sum(log(1 + exp(-gap)) for gap in (0.8, 1.6, 2.0, 0.4)) / 4
    assert isclose(softmax_contrastive(AUDIO, TEXT, SCALE).item(), expected, rel_tol=1e-6)


def test_sigmoid_by_hand() -> None:
    # With bias -1 the logits are [[1, 0.2], [-1, 0.6]]; the diagonal is true.
    loss = sigmoid_contrastive(AUDIO, TEXT, torch.eye(2), SCALE, torch.tensor(-1.0))
    right = log(1 + exp(-1)) + log(1 + exp(-0.6))
    wrong = log(1 + exp(0.2)) + log(1 + exp(-1))
    assert isclose(loss.item(), (right + wrong) / 2, rel_tol=1e-6)


def test_sigmoid_with_shared_and_unsure_captions_by_hand() -> None:
    # Caption 1 is true of both recordings; whether caption 0 is true of recording 1 is not known.
    true = torch.tensor([[True, True], [False, True]])
    unsure = torch.tensor([[False, False], [True, False]])
    loss = sigmoid_contrastive(AUDIO, TEXT, true, SCALE, torch.tensor(-1.0), unsure)
    expected = sum(log(1 + exp(-logit)) for logit in (1.0, 0.2, 0.6)) / 2
    assert isclose(loss.item(), expected, rel_tol=1e-6)


def test_wrong_pairs_cost_little_at_the_start() -> None:
    # Orthogonal embeddings, scale 10 and bias -10: logits are 0 for the right pairs, else -10.
    eye = torch.eye(4)
    loss = sigmoid_contrastive(eye, eye, eye, torch.tensor(10.0), torch.tensor(-10.0))
    assert isclose(loss.item(), log(2) + 3 * log(1 + exp(-10)), rel_tol=1e-5)


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 7), seed=st.integers(0, 10_000))
def test_order_of_the_batch_does_not_matter(rows: int, seed: int) -> None:
    audio, text, scale = unit(rows, seed), unit(rows, seed + 1), torch.tensor(7.0)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(seed))
    eye, bias = torch.eye(rows), torch.tensor(-3.0)
    soft = softmax_contrastive(audio, text, scale)
    torch.testing.assert_close(softmax_contrastive(audio[order], text[order], scale), soft)
    # Swapping the two sides changes nothing; one true pair a row is the multi-positive loss.
    torch.testing.assert_close(softmax_contrastive(text, audio, scale), soft)
    torch.testing.assert_close(multi_positive_info_nce(audio, text, eye, scale), soft)
    torch.testing.assert_close(
        sigmoid_contrastive(audio[order], text[order], eye, scale, bias),
        sigmoid_contrastive(audio, text, eye, scale, bias),
    )


def test_gradients() -> None:
    audio, text = unit(3, 0).requires_grad_(), unit(3, 1).requires_grad_()
    scale = torch.tensor(4.0, dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(-2.0, dtype=torch.float64, requires_grad=True)
    true, unsure = torch.eye(3), torch.eye(3).roll(1, 0).bool()
    assert torch.autograd.gradcheck(softmax_contrastive, (audio, text, scale))
    assert torch.autograd.gradcheck(sigmoid_contrastive, (audio, text, true, scale, bias, unsure))


def test_extreme_scales_stay_finite() -> None:
    audio = unit(4, 0).float().requires_grad_()
    scale = torch.tensor(1e4)
    softmax_contrastive(audio, -audio.detach(), scale).backward()
    sigmoid_contrastive(audio, -audio.detach(), torch.eye(4), scale, torch.tensor(0.0)).backward()
    assert audio.grad is not None
    assert audio.grad.isfinite().all()
