"""Masked self-distillation against numbers worked out by hand."""

from math import cos, isclose, log, pi, sqrt

import torch
from hypothesis import given
from hypothesis import strategies as st

from slap_export.objectives.prototypes import masked_prototypes, teacher_momentum, updated_centre

# One recording, two positions, two prototypes; only the second position is masked.
STUDENT = torch.tensor([[[5.0, -5.0], [log(3), 0.0]]])
TEACHER = torch.tensor([[[-5.0, 5.0], [0.0, log(3)]]])
MASKED = torch.tensor([[False, True]])


def test_sharpened_by_hand() -> None:
    # Teacher at temperature 1/2: softmax(0, 2 log 3) = (1/10, 9/10). Student: (3/4, 1/4).
    loss = masked_prototypes(STUDENT, TEACHER, MASKED, torch.zeros(2), 1.0, 0.5)
    assert isclose(loss.item(), -(0.1 * log(0.75) + 0.9 * log(0.25)), rel_tol=1e-6)


def test_centred_by_hand() -> None:
    # Less the centre (0, log 3) the teacher is undecided; the student at temperature 1/2
    # has softmax(2 log 3, 0) = (9/10, 1/10).
    centre = torch.tensor([0.0, log(3)])
    loss = masked_prototypes(STUDENT, TEACHER, MASKED, centre, 0.5, 0.5)
    assert isclose(loss.item(), -(0.5 * log(0.9) + 0.5 * log(0.1)), rel_tol=1e-6)


def test_no_gradient_reaches_the_teacher() -> None:
    student, teacher = STUDENT.clone().requires_grad_(), TEACHER.clone().requires_grad_()
    masked_prototypes(student, teacher, MASKED, torch.zeros(2)).backward()
    assert teacher.grad is None
    assert student.grad is not None
    assert student.grad.isfinite().all()


def test_padding_and_visible_positions_change_nothing() -> None:
    torch.manual_seed(0)
    student, teacher, centre = torch.randn(2, 3, 4), torch.randn(2, 3, 4), torch.randn(4)
    masked = torch.tensor([[True, False, True], [False, True, False]])
    plain = masked_prototypes(student, teacher, masked, centre)
    nothing = torch.full((2, 2, 4), torch.nan)
    padded = torch.cat((student.masked_fill(~masked[..., None], torch.nan), nothing), dim=1)
    padded.requires_grad_()
    longer = torch.cat((masked, torch.ones(2, 2, dtype=torch.bool)), dim=1)
    present = torch.arange(5).expand(2, 5) < 3
    loss = masked_prototypes(
        padded, torch.cat((teacher, nothing), dim=1), longer, centre, present=present
    )
    assert loss.item() == plain.item()
    loss.backward()
    assert padded.grad is not None
    assert padded.grad.isfinite().all()
    assert (padded.grad[~(longer & present)] == 0).all()


def test_order_and_common_offsets_do_not_matter() -> None:
    torch.manual_seed(0)
    student, teacher, centre = torch.randn(4, 3, 5), torch.randn(4, 3, 5), torch.randn(5)
    masked = torch.rand(4, 3) < 0.7
    plain = masked_prototypes(student, teacher, masked, centre)
    order, names = torch.tensor([2, 0, 3, 1]), torch.tensor([4, 2, 0, 1, 3])
    recordings = masked_prototypes(student[order], teacher[order], masked[order], centre)
    renamed = masked_prototypes(student[..., names], teacher[..., names], masked, centre[names])
    raised = masked_prototypes(student + 3, teacher - 2, masked, centre)
    for other in (recordings, renamed, raised):
        torch.testing.assert_close(other, plain)


def test_nothing_masked_costs_nothing() -> None:
    student = STUDENT.clone().requires_grad_()
    loss = masked_prototypes(student, TEACHER, torch.zeros_like(MASKED), torch.zeros(2))
    loss.backward()
    assert loss.item() == 0
    assert student.grad is not None
    assert (student.grad == 0).all()


def test_gradients() -> None:
    assert torch.autograd.gradcheck(
        masked_prototypes,
        (STUDENT.double().requires_grad_(), TEACHER.double(), MASKED, torch.zeros(2).double()),
    )


def test_centre_by_hand() -> None:
    # The mean of (0, 2) and (2, 4) is (1, 3): 0.9 · (1, 1) + 0.1 · (1, 3) = (1, 1.2).
    teacher = torch.tensor([[[0.0, 2.0], [torch.nan, torch.nan]], [[2.0, 4.0], [7.0, 7.0]]])
    present = torch.tensor([[True, False], [True, False]])
    centre = updated_centre(torch.ones(2), teacher, 0.9, present)
    torch.testing.assert_close(centre, torch.tensor([1.0, 1.2]))
    # Without padding, every position counts: the mean of the second recording is (4.5, 5.5).
    centre = updated_centre(torch.ones(2), teacher[1:], 0.5)
    torch.testing.assert_close(centre, torch.tensor([2.75, 3.25]))
    nobody = updated_centre(torch.ones(2), teacher, 0.9, torch.zeros_like(present))
    assert (nobody == 1).all()


def test_centre_settles_on_the_mean() -> None:
    torch.manual_seed(0)
    teacher, centre = torch.randn(2, 3, 4, requires_grad=True), torch.zeros(4)
    for _ in range(200):
        centre = updated_centre(centre, teacher)
    assert not centre.requires_grad
    torch.testing.assert_close(centre, teacher.detach().mean(dim=(0, 1)))


def test_momentum_by_hand() -> None:
    assert isclose(teacher_momentum(0, 1000), 0.994)
    assert isclose(teacher_momentum(250, 1000), 1 - 0.003 * (1 + sqrt(0.5)))
    assert isclose(teacher_momentum(500, 1000), 0.997)
    assert teacher_momentum(1000, 1000) == 1
    assert teacher_momentum(1200, 1000) == 1
    assert isclose(teacher_momentum(1, 3, 0.5, 0.9), 0.9 - 0.2 * (1 + cos(pi / 3)))


@given(st.integers(1, 10_000), st.data())
def test_momentum_never_falls(steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, steps - 1))
    now, then = teacher_momentum(step, steps), teacher_momentum(step + 1, steps)
    assert 0.994 <= now <= then <= 1
