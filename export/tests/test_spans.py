"""The embedding of a span against the tower's own pooling."""

import torch

from slap_export.config import TowerConfig
from slap_export.towers import SlapTower
from slap_export.towers.spans import pool_span

CONFIG = TowerConfig(
    bands=4, chunk_frames=8, layers=1, heads=2, head_dim=4, hidden=8, embedding_dim=6
)


def test_the_whole_recording_is_the_towers_embedding() -> None:
    torch.manual_seed(0)
    tower = SlapTower(CONFIG)
    heard = tower(torch.randn(3, 5 * 8, 4))
    ends = torch.tensor([1, 3, 5])  # chunks
    spans = pool_span(tower, heard.tokens, torch.zeros(3, dtype=torch.int64), 2 * ends)
    expected = heard.embeddings[torch.arange(3), ends - 1]
    torch.testing.assert_close(spans, expected)


def test_nothing_outside_the_span_counts() -> None:
    torch.manual_seed(0)
    tower = SlapTower(CONFIG)
    tokens = torch.randn(1, 10, 8)
    start, end = torch.tensor([3]), torch.tensor([7])
    found = pool_span(tower, tokens, start, end)
    tokens[:, :3] = 100.0
    tokens[:, 7:] = -100.0
    torch.testing.assert_close(pool_span(tower, tokens, start, end), found)
    alone = pool_span(tower, tokens[:, 3:7], torch.tensor([0]), torch.tensor([4]))
    torch.testing.assert_close(alone, found)
