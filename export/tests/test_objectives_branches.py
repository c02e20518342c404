"""Cosine distillation against numbers worked out by hand."""

from math import isclose

import pytest
import torch

from slap_export.objectives.branches import cosine_distillation

# Cosines 3/5, 1 and -1: distances 0.4, 0 and 2.
BRANCH = torch.tensor([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]])
TEACHER = torch.tensor([[1.0, 0.0], [0.0, 5.0], [-1.0, 0.0]])


def test_by_hand() -> None:
    assert isclose(cosine_distillation(BRANCH, TEACHER, reduction="sum").item(), 2.4, rel_tol=1e-6)
    assert isclose(cosine_distillation(BRANCH, TEACHER).item(), 0.8, rel_tol=1e-6)


def test_missing_teachers_by_hand() -> None:
    present = torch.tensor([True, True, False])
    assert isclose(cosine_distillation(BRANCH, TEACHER, present, "sum").item(), 0.4, rel_tol=1e-6)
    assert isclose(cosine_distillation(BRANCH, TEACHER, present).item(), 0.2, rel_tol=1e-6)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_missing_teachers_change_nothing(reduction: str) -> None:
    plain = cosine_distillation(BRANCH[:2], TEACHER[:2], reduction=reduction)
    branch = BRANCH.clone().requires_grad_()
    teacher = TEACHER.clone().requires_grad_()
    absent = teacher.masked_fill(torch.tensor([[False], [False], [True]]), torch.nan)
    loss = cosine_distillation(branch, absent, torch.tensor([True, True, False]), reduction)
    assert loss.item() == plain.item()
    loss.backward()
    assert branch.grad is not None
    assert branch.grad.isfinite().all()
    assert (branch.grad[2] == 0).all()
    assert teacher.grad is None


def test_order_and_length_do_not_matter() -> None:
    torch.manual_seed(0)
    branch, teacher = torch.randn(6, 8), torch.randn(6, 8)
    plain = cosine_distillation(branch, teacher)
    order = torch.randperm(6)
    torch.testing.assert_close(cosine_distillation(branch[order], teacher[order]), plain)
    torch.testing.assert_close(cosine_distillation(3 * branch, 0.1 * teacher), plain)


def test_no_teachers_and_silent_branches_stay_finite() -> None:
    branch = torch.zeros(3, 2, requires_grad=True)
    cosine_distillation(branch, TEACHER).backward()
    assert branch.grad is not None
    assert branch.grad.isfinite().all()
    branch.grad = None
    loss = cosine_distillation(branch, TEACHER, torch.zeros(3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert (branch.grad == 0).all()


def test_gradients() -> None:
    branch = BRANCH.double().requires_grad_()
    assert torch.autograd.gradcheck(cosine_distillation, (branch, TEACHER.double()))
