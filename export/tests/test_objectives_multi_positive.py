"""The multi-positive contrastive loss against numbers worked out by hand."""

import math

import torch

from slap_export.objectives.multi_positive import multi_positive_info_nce, target_entropy

UNIT = torch.eye(2)


def test_matched_pairs_by_hand() -> None:
    # logits = [[2, 0], [0, 2]]: every row and column gives log(1 + e^-2).
    loss = multi_positive_info_nce(UNIT, UNIT, torch.eye(2), torch.tensor(2.0))
    assert math.isclose(loss.item(), math.log(1 + math.exp(-2)), rel_tol=1e-6)


def test_shared_positive_by_hand() -> None:
    # Caption 0 is also true of recording 1: y = [[1, 0], [1, 1]].
    true = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    loss = multi_positive_info_nce(UNIT, UNIT, true, torch.tensor(2.0))
    near, far = math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))
    rows = (near + 0.5 * (far + near)) / 2
    columns = (0.5 * (near + far) + near) / 2
    assert math.isclose(loss.item(), 0.5 * (rows + columns), rel_tol=1e-6)


def test_more_captions_than_recordings_by_hand() -> None:
    # Recordings (1, 0) and (0, 1); of three captions the first two are of recording 0:
    # logits [[2, 2, 0], [0, 0, 2]].
    true = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    text = UNIT[[0, 0, 1]]
    loss = multi_positive_info_nce(UNIT, text, true, torch.tensor(2.0))
    rows = (math.log(2 + math.exp(-2)) + math.log(1 + 2 * math.exp(-2))) / 2
    columns = math.log(1 + math.exp(-2))
    assert math.isclose(loss.item(), 0.5 * (rows + columns), rel_tol=1e-6)
    # Three like captions are true of two like recordings: log 3 a row, log 2 a column.
    same = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    text = torch.tensor([[1.0, 0.0]] * 3)
    loss = multi_positive_info_nce(same, text, torch.ones(2, 3), torch.tensor(2.0))
    assert math.isclose(loss.item(), 0.5 * (math.log(3) + math.log(2)), rel_tol=1e-6)
    floor = target_entropy(torch.ones(2, 3)).item()
    assert math.isclose(loss.item(), floor, rel_tol=1e-6)


def test_unsure_pairs_take_no_part() -> None:
    # With the one wrong pair of row 0 left out, that row costs nothing.
    unsure = torch.tensor([[False, True], [False, False]])
    loss = multi_positive_info_nce(UNIT, UNIT, torch.eye(2), torch.tensor(2.0), unsure)
    near = math.log(1 + math.exp(-2))
    assert math.isclose(loss.item(), 0.5 * (near / 2 + near / 2), rel_tol=1e-6)


def test_entropy_is_the_floor() -> None:
    # Two recordings, both captions true of both: uniform targets, reached by equal logits.
    same = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    true = torch.ones(2, 2)
    loss = multi_positive_info_nce(same, same, true, torch.tensor(5.0))
    assert math.isclose(loss.item(), math.log(2), rel_tol=1e-6)
    assert math.isclose(target_entropy(true).item(), math.log(2), rel_tol=1e-6)


def test_gradient_pulls_true_pairs_together() -> None:
    torch.manual_seed(0)
    audio = torch.nn.functional.normalize(torch.randn(4, 8), dim=-1).requires_grad_()
    text = torch.nn.functional.normalize(torch.randn(4, 8), dim=-1)
    true = torch.eye(4)
    multi_positive_info_nce(audio, text, true, torch.tensor(10.0)).backward()
    moved = audio.detach() - 0.01 * audio.grad
    before, after = (audio.detach() * text).sum(-1), (moved * text).sum(-1)
    assert (after > before).all()


def test_order_of_the_batch_does_not_matter() -> None:
    torch.manual_seed(0)
    audio, text = torch.nn.functional.normalize(torch.randn(2, 5, 8), dim=-1)
    true = torch.eye(5).bool() | (torch.rand(5, 5) < 0.3)
    unsure = ~true & (torch.rand(5, 5) < 0.3)
    order, scale = torch.tensor([3, 0, 4, 2, 1]), torch.tensor(6.0)
    torch.testing.assert_close(
        multi_positive_info_nce(
            audio[order], text[order], true[order][:, order], scale, unsure[order][:, order]
        ),
        multi_positive_info_nce(audio, text, true, scale, unsure),
    )


def test_gradients() -> None:
    torch.manual_seed(0)
    audio, text = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    scale = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    true = torch.eye(3).bool()
    assert torch.autograd.gradcheck(
        multi_positive_info_nce, (audio, text, true, scale, true.roll(1, 0))
    )
