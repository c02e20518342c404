"""Attribute branches: steps equal the whole recording, layers mix as written, graphs carry them."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from slap_export.config import TowerConfig
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower, LayerMix

SMALL = TowerConfig(layers=3, heads=2, hidden=64, pool_chunks=4, context_chunks=2)


def branched(seed: int = 0) -> BranchedTower:
    torch.manual_seed(seed)
    tower = BranchedTower(
        SlapTower(SMALL),
        {
            "speaker": AttributeBranch(SMALL, 24),
            "semantic": AttributeBranch(SMALL, 16, affine=False, heads=2),
        },
    )
    with torch.no_grad():
        for name, weight in tower.branches.named_parameters():
            if "mix" in name:
                weight.add_(0.3 * torch.randn_like(weight))
    return tower.eval()


def mel_of(chunks: int, recordings: int = 1) -> Tensor:
    torch.manual_seed(7)
    return torch.randn(recordings, chunks * SMALL.chunk_frames, SMALL.bands)


@torch.no_grad()
def test_offline_equals_stepwise_at_every_chunk() -> None:
    tower, mel = branched(), mel_of(9)
    offline = tower(mel)
    state = tower.initial_state()
    for index, chunk in enumerate(mel.split(SMALL.chunk_frames, dim=1)):
        step = tower.step(chunk, state)
        state = step.state
        assert (step.embedding - offline.tower.embeddings[:, index]).abs().max() <= 1e-5
        for name, expected in offline.branches.items():
            assert (step.branches[name] - expected[:, index]).abs().max() <= 1e-5


@torch.no_grad()
def test_branches_leave_the_tower_as_it_is() -> None:
    tower, mel = branched(), mel_of(3, recordings=2)
    offline = tower(mel)
    assert torch.equal(offline.tower.embeddings, tower.tower(mel).embeddings)
    assert offline.branches["speaker"].shape == (2, 3, 24)
    assert offline.branches["semantic"].shape == (2, 3, 16)
    lengths = offline.branches["speaker"].norm(dim=-1)
    assert torch.allclose(lengths, torch.ones(2, 3), atol=1e-6)


@torch.no_grad()
def test_span_of_the_pool_is_the_towers() -> None:
    tower, mel = branched(), mel_of(14)
    reach = SMALL.pool_chunks - 1 + SMALL.layers * SMALL.context_chunks
    altered = mel.clone()
    altered[:, : (13 - reach) * SMALL.chunk_frames] += 1.0
    before, after = tower(mel).branches, tower(altered).branches
    future = mel.clone()
    future[:, 10 * SMALL.chunk_frames :] += 1.0
    causal = tower(future).branches
    for name in before:
        assert (before[name][:, -1] - after[name][:, -1]).abs().max() <= 1e-6
        assert (before[name][:, -2] - after[name][:, -2]).abs().max() > 1e-6
        assert torch.equal(before[name][:, :10], causal[name][:, :10])


def test_the_mix_by_hand() -> None:
    mix = LayerMix(2, 2, affine=True)
    ones, twos = torch.ones(1, 1, 2), torch.full((1, 1, 2), 2.0)
    # Equal weights and identities: the mean.
    assert torch.allclose(mix([ones, twos]), torch.full((1, 1, 2), 1.5))
    with torch.no_grad():
        mix.scores.copy_(torch.tensor([3.0, 1.0]).log())  # weights 3/4 and 1/4
        mix.affine[1].bias.copy_(torch.tensor([0.0, 4.0]))
    # 3/4 · (1, 1) + 1/4 · ((2, 2) + (0, 4)) = (1.25, 2.25)
    assert torch.allclose(mix([ones, twos]), torch.tensor([[[1.25, 2.25]]]))


def test_layer_weights_are_readable() -> None:
    tower = branched()
    weights = tower.layer_weights()
    assert list(weights) == ["speaker", "semantic"]
    for row in weights.values():
        assert len(row) == SMALL.layers
        assert sum(row) == pytest.approx(1.0)
    assert AttributeBranch(SMALL, 8).layer_weights() == pytest.approx([1 / 3] * 3)


def test_a_branch_learns_through_every_layer() -> None:
    tower = branched()
    tower(mel_of(2)).branches["speaker"][..., 0].sum().backward()
    for name, weight in tower.branches["speaker"].named_parameters():
        assert weight.grad is not None and weight.grad.abs().max() > 0, name
    assert tower.tower.patch.weight.grad is not None


def test_names_that_cannot_be_are_refused() -> None:
    for name in ("tokens", "two words"):
        with pytest.raises(ValueError, match="cannot be called"):
            BranchedTower(SlapTower(SMALL), {name: AttributeBranch(SMALL, 8)})
    with pytest.raises(ValueError, match="must divide"):
        AttributeBranch(SMALL, 8, heads=3)


class Graph(nn.Module):
    """The step with its state as separate arguments."""

    def __init__(self, tower: BranchedTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, mel: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        step = self.tower.step(mel, self.tower.state_of(state))
        flat = self.tower.flat_state(step.state)
        return step.embedding, *step.branches.values(), step.tokens, *flat


@torch.no_grad()
def test_the_step_graph_carries_branches(tmp_path: Path) -> None:
    tower, mel = branched(), mel_of(6)
    state = tower.flat_state(tower.initial_state())
    names = tower.state_names()
    assert names[-2:] == ("speaker_pool_cache", "semantic_pool_cache")
    path = tmp_path / "step.onnx"
    torch.onnx.export(
        Graph(tower).eval(),
        (mel[:, : SMALL.chunk_frames], *state),
        path,
        input_names=["mel", *(f"{name}_in" for name in names)],
        output_names=[*tower.output_names(), *(f"{name}_out" for name in names)],
        opset_version=18,
        dynamo=True,
        verbose=False,
    )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feed = {f"{name}_in": tensor.numpy() for name, tensor in zip(names, state, strict=True)}
    outputs = [output.name for output in session.get_outputs()]
    expected = tower(mel)
    for index, chunk in enumerate(mel.split(SMALL.chunk_frames, dim=1)):
        got = dict(zip(outputs, session.run(None, {"mel": chunk.numpy(), **feed}), strict=True))
        feed = {f"{name}_in": got[f"{name}_out"] for name in names}
        for name in ("speaker", "semantic"):
            assert np.abs(got[name] - expected.branches[name][:, index].numpy()).max() <= 1e-4
