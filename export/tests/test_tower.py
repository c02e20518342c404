"""The tower: running a recording at once equals running it chunk by chunk."""

import pytest
import torch

from slap_export.config import TowerConfig
from slap_export.towers import SlapTower


def tower_and_mel(chunks: int, seed: int = 0) -> tuple[SlapTower, torch.Tensor]:
    torch.manual_seed(seed)
    tower = SlapTower(TowerConfig(layers=3)).eval()
    return tower, torch.randn(1, chunks * tower.config.chunk_frames, tower.config.bands)


@torch.no_grad()
def test_offline_equals_stepwise_at_every_chunk() -> None:
    tower, mel = tower_and_mel(chunks=13)
    offline = tower(mel)
    state = tower.initial_state()
    for index, chunk in enumerate(mel.split(tower.config.chunk_frames, dim=1)):
        embedding, tokens, state = tower.step(chunk, state)
        start = index * tower.config.chunk_tokens
        expected = offline.tokens[:, start : start + tower.config.chunk_tokens]
        assert (tokens - expected).abs().max() <= 1e-5
        assert (embedding - offline.embeddings[:, index]).abs().max() <= 1e-5


@torch.no_grad()
def test_embeddings_are_unit_and_differ() -> None:
    tower, mel = tower_and_mel(chunks=2)
    embeddings = tower(mel).embeddings[0]  # [2, D]
    assert torch.allclose(embeddings.norm(dim=-1), torch.ones(2), atol=1e-6)
    assert (embeddings[0] - embeddings[1]).abs().max() > 1e-3


@torch.no_grad()
def test_the_future_is_not_seen() -> None:
    tower, mel = tower_and_mel(chunks=4)
    altered = mel.clone()
    altered[:, 3 * tower.config.chunk_frames :] += 1.0
    before, after = tower(mel).embeddings, tower(altered).embeddings
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.equal(before[:, 3], after[:, 3])


@torch.no_grad()
def test_the_past_beyond_reach_is_forgotten() -> None:
    tower, mel = tower_and_mel(chunks=20)
    config = tower.config
    # Pooling looks back pool_chunks - 1 chunks, each layer context_chunks more.
    reach = config.pool_chunks - 1 + config.layers * config.context_chunks
    altered = mel.clone()
    altered[:, : (19 - reach) * config.chunk_frames] += 1.0
    before, after = tower(mel).embeddings, tower(altered).embeddings
    assert (before[:, -1] - after[:, -1]).abs().max() <= 1e-6
    assert (before[:, -2] - after[:, -2]).abs().max() > 1e-6


def test_a_part_of_a_chunk_is_refused() -> None:
    tower, mel = tower_and_mel(chunks=1)
    with pytest.raises(ValueError, match="whole number of chunks of 48 frames, got 47"):
        tower(mel[:, :47])


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk_frames"):
        TowerConfig(chunk_frames=50)
    with pytest.raises(ValueError, match="context_chunks"):
        TowerConfig(context_chunks=8)
