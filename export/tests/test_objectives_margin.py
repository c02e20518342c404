"""Additive-margin softmax against numbers worked out by hand."""

from math import exp, isclose, log

import torch

from slap_export.objectives.margin import UNKNOWN, additive_margin_softmax

# Cosines with the speakers: (1, 0) and (0.6, 0.8).
EMBEDDINGS = torch.tensor([[2.0, 0.0], [3.0, 4.0]])
SPEAKERS = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
LABELS = torch.tensor([0, 1])


def test_by_hand() -> None:
    # Scale 2, margin 1/2: 2·(1 − 0.5) = 1 against 0, and 2·(0.8 − 0.5) = 0.6 against 1.2.
    loss = additive_margin_softmax(EMBEDDINGS, SPEAKERS, LABELS, 2.0, 0.5)
    assert isclose(loss.item(), (log(1 + exp(-1)) + log(1 + exp(0.6))) / 2, rel_tol=1e-6)


def test_without_a_margin_by_hand() -> None:
    # 2 against 0, and 1.6 against 1.2.
    loss = additive_margin_softmax(EMBEDDINGS, SPEAKERS, LABELS, 2.0, 0.0)
    assert isclose(loss.item(), (log(1 + exp(-2)) + log(1 + exp(-0.4))) / 2, rel_tol=1e-6)


def test_unknown_speakers_change_nothing() -> None:
    plain = additive_margin_softmax(EMBEDDINGS, SPEAKERS, LABELS)
    embeddings = torch.cat((EMBEDDINGS, torch.full((1, 2), torch.nan))).requires_grad_()
    loss = additive_margin_softmax(embeddings, SPEAKERS, torch.tensor([0, 1, UNKNOWN]))
    assert loss.item() == plain.item()
    loss.backward()
    assert embeddings.grad is not None
    assert embeddings.grad.isfinite().all()
    assert (embeddings.grad[2] == 0).all()


def test_order_names_and_lengths_do_not_matter() -> None:
    torch.manual_seed(0)
    embeddings, speakers = torch.randn(6, 8), torch.randn(4, 8)
    labels = torch.tensor([0, 3, 1, 1, 2, 0])
    plain = additive_margin_softmax(embeddings, speakers, labels)
    order, names = torch.randperm(6), torch.tensor([2, 0, 3, 1])
    shuffled = additive_margin_softmax(embeddings[order], speakers, labels[order])
    renamed = additive_margin_softmax(embeddings, speakers[names], names.argsort()[labels])
    longer = additive_margin_softmax(5 * embeddings, 0.2 * speakers, labels)
    for other in (shuffled, renamed, longer):
        torch.testing.assert_close(other, plain)


def test_a_wider_margin_never_costs_less() -> None:
    torch.manual_seed(0)
    embeddings, speakers, labels = torch.randn(6, 8), torch.randn(4, 8), torch.arange(6) % 4
    losses = [
        additive_margin_softmax(embeddings, speakers, labels, margin=margin).item()
        for margin in (0.0, 0.1, 0.2, 0.35, 0.5)
    ]
    assert losses == sorted(losses)


def test_nobody_known_costs_nothing() -> None:
    embeddings, speakers = EMBEDDINGS.clone().requires_grad_(), SPEAKERS.clone().requires_grad_()
    loss = additive_margin_softmax(embeddings, speakers, torch.full((2,), UNKNOWN))
    loss.backward()
    assert loss.item() == 0
    for leaf in (embeddings, speakers):
        assert leaf.grad is not None
        assert (leaf.grad == 0).all()


def test_gradients() -> None:
    embeddings, speakers = (x.double().requires_grad_() for x in (EMBEDDINGS, SPEAKERS))
    assert torch.autograd.gradcheck(additive_margin_softmax, (embeddings, speakers, LABELS, 2.0))
