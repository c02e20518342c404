"""Masked reconstruction against numbers worked out by hand."""

from math import isclose

import pytest
import torch

from slap_export.objectives.reconstruction import masked_reconstruction, normalised_patches

PATCHES = torch.tensor([[[0.0, 0.0], [1.0, 3.0], [5.0, 5.0]]])
PREDICTED = torch.tensor([[[9.0, 9.0], [2.0, 1.0], [5.0, 6.0]]])
MASKED = torch.tensor([[False, True, True]])


def test_by_hand() -> None:
    # Squares: 1 + 4 in the second patch, 0 + 1 in the third; four values in all.
    assert isclose(masked_reconstruction(PREDICTED, PATCHES, MASKED).item(), 6 / 4, rel_tol=1e-6)


def test_normalised_by_hand() -> None:
    # [1, 3] has mean 2 and deviation 1 and becomes [-1, 1]; [5, 5] becomes [0, 0].
    # Squares: 9 + 0 and 25 + 36.
    loss = masked_reconstruction(PREDICTED, PATCHES, MASKED, normalise=True)
    assert isclose(loss.item(), 70 / 4, rel_tol=1e-5)


def test_normalised_target_ignores_level_and_contrast() -> None:
    torch.manual_seed(0)
    patches = torch.randn(2, 3, 16)
    moved = normalised_patches(4 * patches - 7)
    torch.testing.assert_close(moved, normalised_patches(patches), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("normalise", [False, True])
def test_padding_and_visible_patches_change_nothing(normalise: bool) -> None:
    torch.manual_seed(0)
    patches, predicted = torch.randn(2, 4, 6), torch.randn(2, 4, 6)
    masked = torch.tensor([[True, False, True, True], [False, True, False, False]])
    plain = masked_reconstruction(predicted, patches, masked, normalise=normalise)

    # Three positions more, all of them masked and without sound.
    def pad(x: torch.Tensor, value: float) -> torch.Tensor:
        return torch.cat((x, torch.full((2, 3, 6), value)), dim=1)

    longer = torch.cat((masked, torch.ones(2, 3, dtype=torch.bool)), dim=1)
    present = torch.arange(7).expand(2, 7) < 4
    spoilt = predicted.masked_fill(~masked[..., None], torch.nan)
    padded = pad(spoilt, torch.nan).requires_grad_()
    loss = masked_reconstruction(padded, pad(patches, torch.nan), longer, present, normalise)
    assert loss.item() == plain.item()
    loss.backward()
    assert padded.grad is not None
    assert padded.grad.isfinite().all()
    assert (padded.grad[~(longer & present)] == 0).all()


def test_order_of_the_batch_does_not_matter() -> None:
    torch.manual_seed(0)
    patches, predicted, masked = torch.randn(5, 4, 6), torch.randn(5, 4, 6), torch.rand(5, 4) < 0.5
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(
        masked_reconstruction(predicted[order], patches[order], masked[order]),
        masked_reconstruction(predicted, patches, masked),
    )


def test_nothing_masked_costs_nothing() -> None:
    predicted = PREDICTED.clone().requires_grad_()
    loss = masked_reconstruction(predicted, PATCHES, torch.zeros(1, 3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert predicted.grad is not None
    assert (predicted.grad == 0).all()


def test_gradients() -> None:
    predicted = PREDICTED.double().requires_grad_()
    for normalise in (False, True):
        assert torch.autograd.gradcheck(
            masked_reconstruction, (predicted, PATCHES.double(), MASKED, None, normalise)
        )
