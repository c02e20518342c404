"""Counts what a step of a bundle's tower has to do: multiply-adds, and weights to be read.

    floor.py BUNDLE PRECISION

Prints one line of JSON. Matrix products count, those of the attention included; sums,
normalisations and everything else that is done once for each value do not.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import onnx
from bundle import Bundle
from onnx import numpy_helper

MATRIX_PRODUCTS = {"MatMul", "Gemm", "MatMulInteger"}
OTHER_PRODUCTS = {"QLinearMatMul", "Conv", "ConvInteger", "QLinearConv", "Einsum", "Attention"}


@dataclass
class Work:
    """What a step does.

    Attributes:
        float_products: multiply-adds of float32 values.
        int8_products: multiply-adds of 8-bit values.
        weight_bytes: bytes of all constants in the file, as they are stored.
    """

    float_products: int = 0
    int8_products: int = 0
    weight_bytes: int = 0


def shapes_of(graph: onnx.GraphProto) -> dict[str, list[int]]:
    """The shape of every value and constant of a graph whose shapes were inferred."""
    values = [*graph.input, *graph.value_info, *graph.output]
    shapes = {it.name: [d.dim_value for d in it.type.tensor_type.shape.dim] for it in values}
    return shapes | {it.name: list(it.dims) for it in graph.initializer}


def multiply_adds(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
    """Multiply-adds of a matrix product: values of the result times the length of the sums."""
    transposed = any(it.name == "transA" and it.i for it in node.attribute)
    left, result = shapes[node.input[0]], shapes[node.output[0]]
    count = math.prod(result) * left[0 if transposed else -1]
    if count <= 0:
        sys.exit(f"{node.name}: the shapes {left} and {result} are not known")
    return count


def work_of(model: onnx.ModelProto) -> Work:
    """What one run of the graph does."""
    graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    shapes = shapes_of(graph)
    integers = {name for it in graph.node if it.op_type == "DequantizeLinear" for name in it.output}
    work = Work(weight_bytes=sum(numpy_helper.to_array(it).nbytes for it in graph.initializer))
    for node in graph.node:
        if node.op_type in OTHER_PRODUCTS:
            sys.exit(f"{node.name}: no rule for the multiply-adds of {node.op_type}")
        if node.op_type not in MATRIX_PRODUCTS:
            continue
        # A product of dequantised values is what engines compute from the 8-bit values themselves.
        narrow = node.op_type == "MatMulInteger" or integers.issuperset(node.input[:2])
        if narrow:
            work.int8_products += multiply_adds(node, shapes)
        else:
            work.float_products += multiply_adds(node, shapes)
    return work


def main() -> None:
    bundle = Bundle(Path(sys.argv[1]))
    model = onnx.load(bundle.folder / bundle.manifest["tower"][sys.argv[2]])
    print(json.dumps(asdict(work_of(model))))


if __name__ == "__main__":
    main()
