"""From sentence embeddings to the space of the audio."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from slap_export.captions import VOCABULARY, phrases
from slap_export.towers.projections import (
    LinearProjection,
    PhraseMemory,
    project,
    projection_of,
)


def by_hand() -> PhraseMemory:
    keys = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    memory = PhraseMemory(keys, (0, 1, 1), ("it is calm", "it is rough"), 3, 0.5)
    with torch.no_grad():
        memory.values.copy_(torch.tensor([[2.0, 0.0, 0.0], [0.0, 3.0, 0.0]]))
        memory.base.copy_(torch.tensor([0.0, 0.0, 1.0]))
    return memory


def test_a_memory_by_hand() -> None:
    memory = by_hand()
    weights = [math.exp(cosine / 0.5) for cosine in (1.0, 0.6, 0.0)]
    calm = weights[0] / sum(weights)
    sentence = torch.tensor([1.0, 0.0])
    # Keys are kept in 8 bits.
    assert memory.shares(sentence).tolist() == pytest.approx([calm, 1 - calm], abs=2e-3)
    expected = np.array([2 * calm, 3 * (1 - calm), 1.0])
    expected /= np.linalg.norm(expected)
    assert memory(sentence).tolist() == pytest.approx(expected.tolist(), abs=2e-3)


def test_shares_of_any_batch_sum_to_one() -> None:
    sentences = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0))
    memory = by_hand()
    assert memory.shares(sentences).shape == (2, 5, 2)
    assert torch.allclose(memory.shares(sentences).sum(-1), torch.ones(2, 5))
    assert torch.allclose(memory(sentences).norm(dim=-1), torch.ones(2, 5))
    assert torch.equal(memory(sentences)[1, 3], memory(sentences[1, 3]))


@pytest.mark.parametrize("projection", [LinearProjection(2, 3), by_hand()])
def test_a_projection_comes_back_from_its_state(
    projection: LinearProjection | PhraseMemory,
) -> None:
    again = projection_of(projection.state_dict())
    sentences = np.random.default_rng(0).standard_normal((4, 2), np.float32)
    assert np.array_equal(project(again, sentences), project(projection, sentences))
    if isinstance(projection, PhraseMemory):
        assert again.names == projection.names
        assert again.temperature == projection.temperature


def test_every_thing_that_can_be_said_has_its_phrases() -> None:
    found = phrases(8)
    assert len(found.names) == len(VOCABULARY) == len(set(found.names))
    assert np.bincount(found.meanings).tolist() == [8] * len(VOCABULARY)
    assert len(set(found.texts)) == len(found.texts)
    assert found == phrases(8)
    assert phrases(0).texts == ()


def test_more_phrases_keep_those_there_were() -> None:
    few, many = phrases(4), phrases(6)
    assert set(few.texts) <= set(many.texts)
