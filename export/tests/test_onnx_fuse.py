"""Operators that stand for many: fewer nodes, the same numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import ModelProto
from torch import Tensor, nn

from slap_export.onnx.fuse import OPSET, fused
from slap_export.towers.slap_tower import RmsNorm, rotary_tables, rotate

HEADS, POSITIONS, FEATURES = 3, 5, 8


class Parts(nn.Module):
    """A norm, and a rotation by tables that do not change."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = RmsNorm(FEATURES, epsilon=1e-3)
        nn.init.uniform_(self.norm.gain, 0.5, 2.0)
        cos, sin = rotary_tables(POSITIONS, FEATURES, 100.0)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return rotate(self.norm(x), self.cos, self.sin)


class OtherNorm(nn.Module):
    """Not a norm of the last axis."""

    def forward(self, x: Tensor) -> Tensor:
        square = x.pow(2).mean(dim=1, keepdim=True)
        return x * torch.rsqrt(square + 1e-3) * torch.full((FEATURES,), 2.0)


class MovingRotation(nn.Module):
    """A rotation by tables that come with the input."""

    def forward(self, x: Tensor) -> Tensor:
        angle = x[0, 0, :, : FEATURES // 2]
        return rotate(x, angle.cos(), angle.sin())


def written_out(module: nn.Module) -> ModelProto:
    """The graph as PyTorch writes it."""
    x = torch.zeros(1, HEADS, POSITIONS, FEATURES)
    program = torch.onnx.export(
        module.eval(), (x,), input_names=["x"], opset_version=18, dynamo=True, verbose=False
    )
    assert program is not None
    return program.model_proto


def run(model: ModelProto) -> np.ndarray:
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    x = np.random.default_rng(1).normal(size=(1, HEADS, POSITIONS, FEATURES))
    return session.run(None, {"x": x.astype(np.float32)})[0]


def nodes(model: ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in model.graph.node)


def test_a_norm_and_a_rotation_become_a_node_each() -> None:
    before = written_out(Parts())
    after = fused(before)
    assert nodes(after) == {"RMSNormalization": 1, "RotaryEmbedding": 1}
    assert after.opset_import[0].version == OPSET
    np.testing.assert_allclose(run(after), run(before), atol=1e-6)


@pytest.mark.parametrize("module", [OtherNorm(), MovingRotation()])
def test_what_is_something_else_stays(module: nn.Module) -> None:
    before = written_out(module)
    after = fused(before)
    assert not {"RMSNormalization", "RotaryEmbedding"} & set(nodes(after))
    np.testing.assert_allclose(run(after), run(before), atol=1e-6)


def test_the_same_graph_gives_the_same_bytes() -> None:
    torch.manual_seed(3)
    model = written_out(Parts())
    once = fused(model).SerializeToString(deterministic=True)
    assert fused(model).SerializeToString(deterministic=True) == once
    again = onnx.ModelProto.FromString(once)
    assert nodes(fused(again)) == nodes(again)
