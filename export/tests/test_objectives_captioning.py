"""Captioning loss against numbers worked out by hand."""

from math import isclose, log

import torch

from slap_export.objectives.captioning import caption_cross_entropy

# Token 0 starts a caption, token 2 ends it, 9 stands for padding.
WORDS = torch.tensor([[0, 1, 2, 9], [0, 2, 9, 9]])
PRESENT = torch.tensor([[True, True, True, False], [True, True, False, False]])
# First caption: word 1 is guessed with 1/4, then the end with 4/5. Second: the end with 1/2.
LOGITS = torch.tensor(
    [
        [[0.5, 0.25, 0.25], [0.1, 0.1, 0.8], [0.6, 0.2, 0.2], [0.2, 0.2, 0.6]],
        [[0.25, 0.25, 0.5], [0.3, 0.3, 0.4], [0.6, 0.2, 0.2], [0.2, 0.2, 0.6]],
    ]
).log()


def test_by_hand() -> None:
    loss = caption_cross_entropy(LOGITS, WORDS, PRESENT)
    assert isclose(loss.item(), -(log(0.25) + log(0.8) + log(0.5)) / 3, rel_tol=1e-6)


def test_even_guesses_cost_the_logarithm_of_the_vocabulary() -> None:
    loss = caption_cross_entropy(torch.zeros(2, 4, 11), WORDS, PRESENT)
    assert isclose(loss.item(), log(11), rel_tol=1e-6)


def test_padding_changes_nothing() -> None:
    plain = caption_cross_entropy(LOGITS, WORDS, PRESENT)
    # Two positions more, and nonsense wherever no guess is asked for.
    asked = torch.nn.functional.pad(PRESENT[:, 1:], (0, 3))
    logits = torch.nn.functional.pad(LOGITS, (0, 0, 0, 2), value=torch.nan)
    logits = logits.masked_fill(~asked[..., None], torch.nan).requires_grad_()
    words = torch.nn.functional.pad(WORDS, (0, 2), value=-100)
    loss = caption_cross_entropy(logits, words, torch.nn.functional.pad(PRESENT, (0, 2)))
    assert loss.item() == plain.item()
    loss.backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert (logits.grad[~asked] == 0).all()


def test_order_of_the_batch_does_not_matter() -> None:
    torch.testing.assert_close(
        caption_cross_entropy(LOGITS.flip(0), WORDS.flip(0), PRESENT.flip(0)),
        caption_cross_entropy(LOGITS, WORDS, PRESENT),
    )


def test_no_captions_cost_nothing() -> None:
    logits = LOGITS.clone().requires_grad_()
    loss = caption_cross_entropy(logits, WORDS, torch.zeros_like(PRESENT))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert (logits.grad == 0).all()


def test_gradients() -> None:
    logits = LOGITS.double().requires_grad_()
    assert torch.autograd.gradcheck(caption_cross_entropy, (logits, WORDS, PRESENT))
