"""Masking and heads: exact counts, whole spans, repeatable, unit lengths."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.config import TowerConfig
from slap_export.towers import SlapTower
from slap_export.towers.heads import (
    MaskToken,
    ProjectionHead,
    PrototypeHead,
    ReconstructionHead,
    patches_of,
    span_mask,
)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def runs(row: list[bool]) -> list[int]:
    """Lengths of the runs of True."""
    text = "".join("x" if hidden else " " for hidden in row)
    return [len(part) for part in text.split()]


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    ratio=st.floats(0.01, 0.99),
    span=st.integers(1, 12),
    seed=st.integers(0, 1000),
)
def test_counts_are_exact_and_padding_is_left(
    lengths: list[int], ratio: float, span: int, seed: int
) -> None:
    tokens = max(lengths) + 3
    masked = span_mask(torch.tensor(lengths), tokens, ratio, span, seeded(seed))
    assert masked.shape == (len(lengths), tokens)
    for row, length in zip(masked, lengths, strict=True):
        assert not row[length:].any()
        assert 1 <= int(row.sum()) <= max(1, length - 1)
        assert abs(int(row.sum()) - length * ratio) <= 1


def test_spans_are_whole_but_the_last_and_the_edges() -> None:
    masked = span_mask(torch.full((50,), 100), 100, 0.3, 5, seeded(0))
    assert masked.sum(dim=1).tolist() == [30] * 50
    # 30 tokens are at most five whole spans, two cut by the ends and one by the count.
    assert all(len(runs(row)) <= 8 for row in masked.tolist())
    lengths = [length for row in masked.tolist() for length in runs(row)]
    assert sum(length % 5 == 0 for length in lengths) > len(lengths) / 2


def test_the_same_generator_gives_the_same_mask() -> None:
    lengths = torch.tensor([40, 25])
    first = span_mask(lengths, 40, 0.5, 4, seeded(3))
    assert torch.equal(first, span_mask(lengths, 40, 0.5, 4, seeded(3)))
    assert not torch.equal(first, span_mask(lengths, 40, 0.5, 4, seeded(4)))


def test_every_token_is_hidden_equally_often() -> None:
    masked = span_mask(torch.full((4000,), 20), 20, 0.5, 4, seeded(1))
    assert (masked.float().mean(dim=0) - 0.5).abs().max() < 0.06


@pytest.mark.parametrize(("ratio", "span"), [(0.0, 1), (1.0, 1), (0.5, 0)])
def test_impossible_masks_are_refused(ratio: float, span: int) -> None:
    with pytest.raises(ValueError, match="must"):
        span_mask(torch.tensor([4]), 4, ratio, span, seeded(0))


def test_mask_token_replaces_only_what_is_masked() -> None:
    hide = MaskToken(3)
    tokens = torch.arange(12.0).reshape(1, 4, 3)
    out = hide(tokens, torch.tensor([[False, True, False, False]]))
    assert torch.equal(out[0, 1], hide.token)
    assert torch.equal(out[0, [0, 2, 3]], tokens[0, [0, 2, 3]])


def test_tower_takes_masked_tokens() -> None:
    torch.manual_seed(0)
    tower = SlapTower(TowerConfig(layers=2)).eval()
    hide = MaskToken(tower.config.width)
    mel = torch.randn(1, 2 * tower.config.chunk_frames, tower.config.bands)
    masked = torch.zeros(1, 24, dtype=torch.bool)
    masked[0, 5] = True
    altered = mel.clone()
    altered[:, 20:24] += 1.0  # the four frames of token 5
    same, other = (tower(m, masked, hide.token).embeddings for m in (mel, altered))
    assert torch.equal(same, other)  # what is hidden cannot be seen
    assert not torch.equal(tower(mel).embeddings, same)
    tower(mel, masked, hide.token).tokens.sum().backward()
    assert hide.token.grad is not None
    with pytest.raises(ValueError, match="mask_token"):
        tower(mel, masked)


def test_patches_hold_the_frames_of_their_token() -> None:
    mel = torch.arange(16.0).reshape(1, 8, 2)  # 8 frames of 2 bands
    patches = patches_of(mel, 4)
    assert patches.tolist() == [[list(range(8)), list(range(8, 16))]]
    head = ReconstructionHead(6, 8)
    assert head(torch.zeros(1, 2, 6)).shape == patches.shape


def test_prototype_scores_are_cosines_whatever_the_length() -> None:
    torch.manual_seed(0)
    head = PrototypeHead(6, prototypes=10, hidden=8, bottleneck=4)
    tokens = torch.randn(2, 3, 6)
    scores = head(tokens)
    assert scores.shape == (2, 3, 10)
    assert scores.abs().max() <= 1.0 + 1e-6
    with torch.no_grad():
        head.prototypes.mul_(7.0)
    assert torch.allclose(head(tokens), scores, atol=1e-6)


@pytest.mark.parametrize("hidden", [0, 5])
def test_projections_are_unit(hidden: int) -> None:
    rows = ProjectionHead(6, 4, hidden)(torch.randn(3, 6))
    assert torch.allclose(rows.norm(dim=-1), torch.ones(3), atol=1e-6)
