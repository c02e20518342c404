"""Attribute-flip hard negatives against numbers worked out by hand."""

from math import exp, isclose, log

import torch
import torch.nn.functional as F

from slap_export.objectives.flips import flipped_attributes

# Recording 0 lies along (1, 0); recording 1 along (0, 1).
AUDIO = torch.eye(2)
TEXT = torch.tensor([[0.8, 0.6], [0.0, 1.0]])
FLIPPED = torch.tensor([[[0.6, 0.8], [0.0, 1.0]], [[1.0, 0.0], [0.8, 0.6]]])
SCALE = torch.tensor(10.0)


def test_by_hand() -> None:
    # Recording 0: 8 against 6 and 0. Recording 1: 10 against 0 and 6.
    loss = flipped_attributes(AUDIO, TEXT, FLIPPED, SCALE)
    expected = (log(1 + exp(-2) + exp(-8)) + log(1 + exp(-10) + exp(-4))) / 2
    assert isclose(loss.item(), expected, rel_tol=1e-5)


def test_missing_flips_by_hand() -> None:
    # Recording 0 keeps its first flip; recording 1 has none and is not counted.
    present = torch.tensor([[True, False], [False, False]])
    loss = flipped_attributes(AUDIO, TEXT, FLIPPED, SCALE, present)
    assert isclose(loss.item(), log(1 + exp(-2)), rel_tol=1e-5)


def test_an_equal_flip_costs_log_two() -> None:
    loss = flipped_attributes(AUDIO, TEXT, TEXT[:, None], SCALE)
    assert isclose(loss.item(), log(2), rel_tol=1e-6)


def test_padding_changes_nothing() -> None:
    present = torch.tensor([[True, False], [False, False]])
    plain = flipped_attributes(AUDIO, TEXT, FLIPPED, SCALE, present)
    # One flip and one recording more, with nonsense where nothing takes part.
    audio = torch.cat((AUDIO, torch.zeros(1, 2))).requires_grad_()
    text = torch.cat((TEXT, torch.zeros(1, 2)))
    flipped = F.pad(FLIPPED, (0, 0, 0, 1, 0, 1))
    present = F.pad(present, (0, 1, 0, 1))
    flipped = flipped.masked_fill(~present[..., None], torch.nan).requires_grad_()
    loss = flipped_attributes(audio, text, flipped, SCALE, present)
    assert loss.item() == plain.item()
    loss.backward()
    for leaf in (audio, flipped):
        assert leaf.grad is not None
        assert leaf.grad.isfinite().all()
    assert (flipped.grad[~present] == 0).all()
    assert (audio.grad[1:] == 0).all()


def test_order_of_recordings_and_of_flips_does_not_matter() -> None:
    plain = flipped_attributes(AUDIO, TEXT, FLIPPED, SCALE)
    torch.testing.assert_close(
        flipped_attributes(AUDIO.flip(0), TEXT.flip(0), FLIPPED.flip(0), SCALE), plain
    )
    torch.testing.assert_close(flipped_attributes(AUDIO, TEXT, FLIPPED.flip(1), SCALE), plain)


def test_one_more_flip_never_costs_less() -> None:
    torch.manual_seed(0)
    audio, text = F.normalize(torch.randn(2, 6, 8), dim=-1)
    flipped = F.normalize(torch.randn(6, 5, 8), dim=-1)
    losses = [flipped_attributes(audio, text, flipped[:, :n], SCALE).item() for n in range(1, 6)]
    assert losses == sorted(losses)


def test_no_flips_cost_nothing() -> None:
    audio = AUDIO.clone().requires_grad_()
    for flipped in (FLIPPED, FLIPPED[:, :0]):
        absent = torch.zeros(flipped.shape[:2], dtype=torch.bool)
        loss = flipped_attributes(audio, TEXT, flipped, SCALE, absent)
        loss.backward()
        assert loss.item() == 0
        assert (audio.grad == 0).all()


def test_gradients() -> None:
    present = torch.tensor([[True, False], [True, True]])
    leaves = [x.double().requires_grad_() for x in (AUDIO, TEXT, FLIPPED, SCALE)]
    assert torch.autograd.gradcheck(flipped_attributes, (*leaves, present))
