"""Operators of ONNX that stand for many: what PyTorch writes out is put together again.

A tower's graph is small, so an engine spends much of a step on getting from one node to the
next. Two of its parts have operators of their own since opset 23: the norm (seven nodes) and the
rotation of queries and keys (eight).
"""

from __future__ import annotations

import onnx
import onnx_ir as ir
from onnx import ModelProto
from onnxscript.rewriter import pattern

OPSET = 23
"""The first with `RMSNormalization` and `RotaryEmbedding`.

ONNX Runtime has them since 1.23, and the quantised operators of that opset since 1.24.
"""

IR_VERSION = 11
"""The one that came with that opset."""


class Norm(pattern.RewriteRuleClassBase):
    """`x / sqrt(mean(x²) + ε) · gain` as `RMSNormalization`."""

    def pattern(self, op, x, two, axes, epsilon, gain):  # type: ignore[no-untyped-def]
        mean_square = op.ReduceMean(op.Pow(x, two), axes)
        return op.Mul(op.Mul(x, op.Reciprocal(op.Sqrt(op.Add(mean_square, epsilon)))), gain)

    def check(self, context, two, axes, epsilon, gain, **_):  # type: ignore[no-untyped-def]
        result = pattern.MatchResult()
        known = all(value.const_value is not None for value in (two, axes, epsilon, gain))
        if not known or len(gain.shape) != 1:
            return result.fail("not a norm with constants")
        if two.const_value.numpy().tolist() != 2.0 or axes.const_value.numpy().tolist() != [-1]:
            return result.fail("not the mean square of the last axis")
        return result

    def rewrite(self, op, x, two, axes, epsilon, gain):  # type: ignore[no-untyped-def]
        epsilon = float(epsilon.const_value.numpy())
        return op.RMSNormalization(x, gain, axis=-1, epsilon=epsilon)


class Rotation(pattern.RewriteRuleClassBase):
    """The rotation of the pairs (i, i + E/2) by tables [positions, E/2] as `RotaryEmbedding`."""

    def pattern(self, op, x, cos, sin):  # type: ignore[no-untyped-def]
        first, second = op.Split(x, _outputs=2)
        return op.Concat(
            op.Sub(op.Mul(first, cos), op.Mul(second, sin)),
            op.Add(op.Mul(second, cos), op.Mul(first, sin)),
        )

    def check(self, context, x, cos, sin):  # type: ignore[no-untyped-def]
        result = pattern.MatchResult()
        if cos.const_value is None or sin.const_value is None or len(cos.shape) != 2:
            return result.fail("not tables of constants")
        if x.shape is None or len(x.shape) != 4 or x.shape[0] != 1:
            return result.fail("not [1, heads, positions, features]")
        return result

    def rewrite(self, op, x, cos, sin):  # type: ignore[no-untyped-def]
        # With an axis for the batch.
        tables = [ir.tensor(table.const_value.numpy()[None]) for table in (cos, sin)]
        return op.RotaryEmbedding(x, *(op.Constant(value=table) for table in tables))


def fused(model: ModelProto) -> ModelProto:
    """The same graph with fewer nodes, in a later opset."""
    shaped = onnx.shape_inference.infer_shapes(model)
    del shaped.opset_import[:]
    shaped.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    shaped.ir_version = IR_VERSION
    graph = ir.serde.deserialize_model(shaped)
    for rule in (Norm.rule(), Rotation.rule()):
        rule.apply_to_model(graph)
    for tidy in (
        ir.passes.common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0),
        ir.passes.common.DeduplicateInitializersPass(),
        ir.passes.common.RemoveUnusedNodesPass(),
    ):
        tidy(graph)
    return ir.serde.serialize_model(graph)
