"""Attributes guessed by heads: worked numbers, what is unknown has no say, rare values count."""

import math

import torch

from slap_export.objectives.attributes import attribute_cross_entropy, value_weights

NOTHING = float("-inf")


def test_worked_example() -> None:
    # Two recordings, two attributes; the second attribute has two values of three.
    scores = torch.tensor(
        [[[0.0, math.log(3.0), 0.0], [0.0, 0.0, NOTHING]], [[1.0, 1.0, 1.0], [2.0, 0.0, NOTHING]]]
    )
    codes = torch.tensor([[1, -1], [0, 1]])
    weights = torch.tensor([[2.0, 1.0, 1.0], [1.0, 5.0, 1.0]])
    first = (1.0 * math.log(5 / 3) + 2.0 * math.log(3.0)) / 3.0
    second = math.log(math.exp(2.0) + 1.0)
    loss = attribute_cross_entropy(scores, codes, weights)
    assert torch.isclose(loss, torch.tensor((first + second) / 2))


def test_what_is_unknown_has_no_gradient() -> None:
    scores = torch.zeros(2, 2, 3, requires_grad=True)
    codes = torch.tensor([[0, -1], [-1, -1]])
    attribute_cross_entropy(scores, codes, torch.ones(2, 3)).backward()
    assert scores.grad is not None
    assert scores.grad[0, 0].abs().sum() > 0
    assert scores.grad[0, 1].abs().sum() == 0
    assert scores.grad[1].abs().sum() == 0


def test_a_batch_of_which_nothing_is_known_costs_nothing() -> None:
    scores = torch.zeros(2, 1, 2, requires_grad=True)
    loss = attribute_cross_entropy(scores, torch.full((2, 1), -1), torch.ones(1, 2))
    loss.backward()
    assert loss.item() == 0.0


def test_rare_values_weigh_more_and_the_mean_is_one() -> None:
    codes = torch.tensor([[0]] * 9 + [[1]] + [[-1]] * 5)
    weights = value_weights(codes, torch.tensor([2]))
    assert torch.isclose(weights[0, 1] / weights[0, 0], torch.tensor(3.0))
    assert torch.isclose(weights[0, 0] * 0.9 + weights[0, 1] * 0.1, torch.tensor(1.0))
