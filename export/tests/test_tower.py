"""The tower: running a recording at once equals running it chunk by chunk."""

import pytest
import torch

from slap_export.config import TowerConfig
from slap_export.towers import SlapTower
from slap_export.towers.spans import pool_span


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


@torch.no_grad()
@pytest.mark.parametrize("recent", [1, 3, 8])
def test_the_recent_embedding_is_that_of_the_last_chunks_alone(recent: int) -> None:
    torch.manual_seed(0)
    tower = SlapTower(TowerConfig(layers=3, recent_chunks=recent)).eval()
    config = tower.config
    mel = torch.randn(1, 13 * config.chunk_frames, config.bands)
    tokens = tower(mel).tokens  # [1, N, W]
    offline = tower.recent_offline(tokens)[0]  # [C, D]
    ends = torch.arange(1, 14) * config.chunk_tokens  # [C]
    starts = (ends - recent * config.chunk_tokens).clamp(min=0)  # [C]
    spans = pool_span(tower, tokens.expand(13, -1, -1), starts, ends)  # [C, D]
    assert (offline - spans).abs().max() <= 1e-5
    state = tower.initial_state()
    for index, chunk in enumerate(mel.split(config.chunk_frames, dim=1)):
        step = tower.step_layers(chunk, state)
        state = step.state
        assert step.recent is not None
        assert (step.recent[0] - offline[index]).abs().max() <= 1e-5
        # The two are one as long as no more than these chunks were heard, and then no more.
        apart = (step.recent - step.embedding).abs().max()
        assert apart <= 1e-6 if index < recent or recent == 8 else apart > 1e-3


@torch.no_grad()
def test_the_recent_embedding_sees_one_recording_of_a_row() -> None:
    torch.manual_seed(0)
    tower = SlapTower(TowerConfig(layers=2, recent_chunks=3)).eval()
    mel = torch.randn(1, 4 * tower.config.chunk_frames, tower.config.bands)
    recordings = torch.tensor([[0, 0, 1, 1]])
    found = tower.recent_offline(tower(mel, recordings=recordings).tokens, recordings)
    alone = tower.recent_offline(tower(mel[:, 2 * tower.config.chunk_frames :]).tokens)
    assert (found[:, 2:] - alone).abs().max() <= 1e-5


@torch.no_grad()
def test_a_tower_has_no_recent_embedding_unless_asked_for() -> None:
    tower, mel = tower_and_mel(chunks=1)
    assert tower.step_layers(mel, tower.initial_state()).recent is None
    with pytest.raises(ValueError, match="recent_chunks"):
        tower.recent_offline(tower(mel).tokens)


def test_a_part_of_a_chunk_is_refused() -> None:
    tower, mel = tower_and_mel(chunks=1)
    with pytest.raises(ValueError, match="whole number of chunks of 48 frames, got 47"):
        tower(mel[:, :47])


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk_frames"):
        TowerConfig(chunk_frames=50)
    with pytest.raises(ValueError, match="context_chunks"):
        TowerConfig(context_chunks=8)
    for chunks in (-1, 9):
        with pytest.raises(ValueError, match="recent_chunks"):
            TowerConfig(recent_chunks=chunks)
