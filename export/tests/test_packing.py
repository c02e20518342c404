"""Clips packed into one sequence come out as if each were alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.config import TowerConfig
from slap_export.data.packing import PADDING, Packed, first_fit_decreasing, pack, padding_share
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower

torch.set_num_threads(1)
CONFIG = TowerConfig(
    bands=6,
    patch_frames=2,
    chunk_frames=6,
    context_chunks=2,
    pool_chunks=4,
    layers=2,
    heads=2,
    head_dim=8,
    hidden=24,
    embedding_dim=8,
)


def tower(seed: int = 0) -> BranchedTower:
    torch.manual_seed(seed)
    made = SlapTower(CONFIG)
    return BranchedTower(made, {"speaker": AttributeBranch(CONFIG, 4, heads=2)})


def clips_of(sizes: list[int], seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(size * 6, 6, generator=generator) for size in sizes]


def test_rows_by_hand() -> None:
    assert first_fit_decreasing([3, 7, 2, 5, 1, 4], 10) == [[1, 0], [3, 5, 4], [2]]
    assert first_fit_decreasing([2, 2, 2], 4) == [[0, 1], [2]]
    assert first_fit_decreasing([], 4) == []
    # Two rows of ten hold 22 - 20 too few, so three; two thirds of the third stay empty.
    assert padding_share([3, 7, 2, 5, 1, 4], [[1, 0], [3, 5, 4], [2]]) == pytest.approx(8 / 30)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=40), st.integers(12, 30))
def test_every_clip_lies_in_one_row_that_it_fits(sizes: list[int], capacity: int) -> None:
    rows = first_fit_decreasing(sizes, capacity)
    assert sorted(at for row in rows for at in row) == list(range(len(sizes)))
    fills = [sum(sizes[at] for at in row) for row in rows]
    assert max(fills) <= capacity
    # No two rows could have been one, so at most one is half empty.
    assert sum(2 * fill <= capacity for fill in fills) <= 1
    assert 0.0 <= padding_share(sizes, rows) < 1.0


@pytest.mark.parametrize(("sizes", "told"), [([5], "1 to 4 chunks, got 5"), ([1, 0], "got 0")])
def test_a_clip_that_fits_no_row_is_refused(sizes: list[int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        first_fit_decreasing(sizes, 4)


def test_parts_of_chunks_and_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="clip 1: expected whole chunks of 6 frames, got 7"):
        pack([torch.zeros(6, 6), torch.zeros(7, 6)], 6, 4)
    with pytest.raises(ValueError, match="clip 0: expected whole chunks of 6 frames, got 0"):
        pack([torch.zeros(0, 6)], 6, 4)
    with pytest.raises(ValueError, match="clips: expected at least one"):
        pack([], 6, 4)


def test_where_clips_lie_by_hand() -> None:
    packed = pack(clips_of([1, 3, 2]), 6, 4)
    assert packed.recordings.tolist() == [[1, 1, 1, 0], [2, 2, PADDING, PADDING]]
    assert packed.rows.tolist() == [0, 0, 1]
    assert packed.firsts.tolist() == [3, 0, 0]
    assert packed.lasts.tolist() == [3, 2, 1]
    chunks = torch.tensor([[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]])[..., None]  # [2, 4, 1]
    assert packed.last(chunks).flatten().tolist() == [3.0, 2.0, 5.0]
    assert packed.mean(chunks).flatten().tolist() == [3.0, 1.0, 4.5]
    assert packed.mean(chunks, full=2).flatten().tolist() == [3.0, 1.5, 5.0]
    assert packed.mean(chunks, full=9).flatten().tolist() == [3.0, 2.0, 5.0]


def alone(model: BranchedTower, clips: list[torch.Tensor]) -> list[tuple[torch.Tensor, ...]]:
    found = []
    for clip in clips:
        out = model(clip[None])
        found.append((out.tower.embeddings[0], out.branches["speaker"][0], out.tower.tokens[0]))
    return found


def together(model: BranchedTower, packed: Packed, by_token: bool) -> list[tuple]:
    numbers = packed.recordings
    if by_token:
        numbers = numbers.repeat_interleave(CONFIG.chunk_tokens, dim=1)  # [B, N]
    out = model(packed.mel, recordings=numbers)
    found = []
    size = CONFIG.chunk_tokens
    for row, first, last in zip(packed.rows, packed.firsts, packed.lasts, strict=True):
        held = slice(int(first), int(last) + 1)
        tokens = out.tower.tokens[row, int(first) * size : (int(last) + 1) * size]
        found.append((out.tower.embeddings[row, held], out.branches["speaker"][row, held], tokens))
    return found


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 7), min_size=1, max_size=6),
    st.integers(7, 12),
    st.booleans(),
    st.integers(0, 9),
)
@torch.no_grad()
def test_packed_is_as_if_alone(sizes: list[int], capacity: int, by_token: bool, seed: int) -> None:
    model, clips = tower(seed), clips_of(sizes, seed)
    pairs = zip(
        alone(model, clips), together(model, pack(clips, 6, capacity), by_token), strict=True
    )
    for one, other in pairs:
        for expected, found in zip(one, other, strict=True):
            assert (expected - found).abs().max() <= 1e-5


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=5), st.integers(0, 9))
def test_gradients_are_as_if_alone(sizes: list[int], seed: int) -> None:
    model, clips = tower(seed), clips_of(sizes, seed)
    weights = torch.randn(8, generator=torch.Generator().manual_seed(seed))

    def gradients(parts: list[tuple]) -> list[torch.Tensor]:
        model.zero_grad()
        sum(
            (embedding @ weights).sum() + (branch @ weights[:4]).sum() + tokens.square().sum()
            for embedding, branch, tokens in parts
        ).backward()
        return [p.grad.clone() for p in model.parameters() if p.grad is not None]

    expected = gradients(alone(model, clips))
    found = gradients(together(model, pack(clips, 6, 9), by_token=False))
    assert len(expected) == len(found) > 10
    for one, other in zip(expected, found, strict=True):
        assert (one - other).abs().max() <= 1e-5 * max(1.0, float(one.abs().max()))


@torch.no_grad()
def test_without_borders_neighbours_are_heard() -> None:
    model, packed = tower(), pack(clips_of([3, 2]), 6, 5)
    mixed = model(packed.mel).tower.embeddings
    apart = model(packed.mel, recordings=packed.recordings).tower.embeddings
    assert torch.allclose(mixed[:, :3], apart[:, :3], atol=1e-6)
    assert (mixed[:, 3:] - apart[:, 3:]).abs().max() > 1e-3


@torch.no_grad()
def test_a_place_further_along_changes_nothing() -> None:
    # Rotary angles depend on distances alone, so where in the row a clip lies must not matter.
    model, clip = tower(), clips_of([2])[0]
    for before in (0, 1, 20):
        row = torch.cat((torch.randn(before * 6, 6), clip))[None]
        numbers = torch.tensor([[0] * before + [1] * 2])
        found = model(row, recordings=numbers).tower.embeddings[0, before:]
        assert (found - model(clip[None]).tower.embeddings[0]).abs().max() <= 1e-5


def test_padding_stays_finite_and_learns_nothing() -> None:
    model, packed = tower(), pack(clips_of([4, 1]), 6, 4)
    mel = packed.mel.clone().requires_grad_()
    out = model(mel, recordings=packed.recordings)
    assert out.tower.embeddings.isfinite().all()
    packed.last(out.tower.embeddings).sum().backward()
    held = (packed.recordings != PADDING).repeat_interleave(6, dim=1)
    assert mel.grad is not None
    assert (mel.grad[~held] == 0).all()
    assert mel.grad[0].abs().sum() > 0


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        (torch.zeros(1, 3, dtype=torch.int64), r"\(1, 2\), or for each token, \(1, 6\), got"),
        (torch.zeros(2, 2, dtype=torch.int64), "got"),
        (torch.zeros(1, 2), "whole numbers, got torch.float32"),
        (torch.zeros(1, 2, dtype=torch.bool), "whole numbers, got torch.bool"),
    ],
)
def test_numbers_of_another_shape_are_refused(numbers: torch.Tensor, told: str) -> None:
    with pytest.raises(ValueError, match=f"recordings: expected .*{told}"):
        tower()(torch.zeros(1, 12, 6), recordings=numbers)
