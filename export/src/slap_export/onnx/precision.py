"""Lighter twins of a float32 graph: float16, and int8 in three ways.

Only products with constant weights become int8; the attention, the norms and
everything a state holds stay float32, so a stream of any length drifts no
further than its context reaches. Weights have a scale for every output channel
and seven bits: an x86 processor without VNNI adds two products of 8 bits in 16,
and with one bit less they fit, so every machine gives the numbers that were
judged here.

What goes into a product is rounded to eight bits by a scale of its own:

* `static`: fixed beforehand, from training recordings run step by step with
  their states. Nothing is measured at run time.
* `mixed`: the same, except where the product of two activations goes in, as into
  the last map of a SwiGLU. Few of its values are large, so one scale for all
  recordings is coarse; the scale is that of the step.
* `dynamic`: that of the step everywhere. No recordings are needed.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.onnx_model import ONNXModel
from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel

from slap_export.onnx.files import save
from slap_export.onnx.metadata import read_metadata
from slap_export.runtime import StepRunner

Array = NDArray[np.float32]

# Sums of squares, and roots of them, leave the range of float16.
FLOAT32_IN_FLOAT16 = (
    "RMSNormalization",
    "Pow",
    "ReduceMean",
    "ReduceSum",
    "ReduceL2",
    "Sqrt",
    "Reciprocal",
)


class Steps(CalibrationDataReader):  # type: ignore[misc]
    """Feeds every step of every recording with the states that the steps before left."""

    def __init__(
        self, float32: Path, interface: Mapping[str, Any], recordings: Sequence[Array]
    ) -> None:
        runner = StepRunner(float32, dict(interface))
        self.feeds = (feed for rows in recordings for feed, _ in runner.run(rows))

    def get_next(self) -> dict[str, Array] | None:
        return next(self.feeds, None)


def write_float16(
    float32: Path, path: Path, interface: Mapping[str, Any], recordings: Sequence[Array]
) -> None:
    """Writes a graph with float16 weights and activations; inputs and outputs stay float32."""
    model = convert_float_to_float16(
        onnx.load(float32),
        keep_io_types=True,
        op_block_list=[*DEFAULT_OP_BLOCK_LIST, *FLOAT32_IN_FLOAT16],
    )
    # The converter appends its casts of inputs at the end.
    OnnxModel.graph_topological_sort(model.graph, is_deterministic=True)
    keep(model, float32, path, "float16")


def write_static(
    float32: Path, path: Path, interface: Mapping[str, Any], recordings: Sequence[Array]
) -> None:
    """Writes a graph with every scale fixed beforehand."""
    with quiet_quantiser(), tempfile.TemporaryDirectory() as folder:
        quantised = Path(folder) / "static.onnx"
        quantise_static(float32, quantised, Steps(float32, interface, recordings), [])
        keep(onnx.load(quantised), float32, path, "int8 weights and activations, static")


def write_mixed(
    float32: Path, path: Path, interface: Mapping[str, Any], recordings: Sequence[Array]
) -> None:
    """Writes a graph with fixed scales except for products of activations."""
    apart = [node.name for node in products_of_products(onnx.load(float32))]
    with quiet_quantiser(), tempfile.TemporaryDirectory() as folder:
        partly, quantised = Path(folder) / "partly.onnx", Path(folder) / "mixed.onnx"
        quantise_static(float32, partly, Steps(float32, interface, recordings), apart)
        quantise_dynamic(partly, quantised)
        keep(onnx.load(quantised), float32, path, "int8 weights and activations, mixed")


def write_dynamic(
    float32: Path, path: Path, interface: Mapping[str, Any], recordings: Sequence[Array]
) -> None:
    """Writes a graph that finds every scale at run time; `recordings` are not used."""
    with quiet_quantiser(), tempfile.TemporaryDirectory() as folder:
        quantised = Path(folder) / "dynamic.onnx"
        quantise_dynamic(float32, quantised)
        keep(onnx.load(quantised), float32, path, "int8 weights and activations, dynamic")


def quantise_static(
    float32: Path, path: Path, reader: CalibrationDataReader, excluded: list[str]
) -> None:
    """Static quantisation of products with constant weights, the named nodes excluded."""
    model = ONNXModel(onnx.load(float32))
    # Of a single row they are written in another way.
    model.replace_gemm_with_matmul()
    quantize_static(
        model.model,
        str(path),
        reader,
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=excluded,
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options={
            "MatMulConstBOnly": True,
            # What comes out is added to the residual stream, which stays float32.
            "OpTypesToExcludeOutputQuantization": ["MatMul"],
        },
    )


def quantise_dynamic(float32: Path, path: Path) -> None:
    """Dynamic quantisation of the products with constant weights that are still float32."""
    quantize_dynamic(
        str(float32),
        str(path),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )


def products_of_products(model: ModelProto) -> list[NodeProto]:
    """Products with constant weights of which the input is itself a product of activations."""
    constants = {tensor.name for tensor in model.graph.initializer}
    products = {
        node.output[0]
        for node in model.graph.node
        if node.op_type == "Mul" and not constants.intersection(node.input)
    }
    # A norm ends in a product with its gain, which is constant, and so is not among them.
    return [
        node
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[0] in products and node.input[1] in constants
    ]


def keep(model: ModelProto, float32: Path, path: Path, precision: str) -> None:
    """Writes a twin with what its float32 graph says of itself."""
    save(model, path, "audio", {**read_metadata(float32), "precision": precision})


@contextmanager
def quiet_quantiser() -> Iterator[None]:
    """Keeps back the quantiser's advice on shape inference, which is for dynamic shapes."""
    root = logging.getLogger()

    def wanted(record: logging.LogRecord) -> bool:
        return "pre-processing before quantization" not in record.getMessage()

    root.addFilter(wanted)
    try:
        yield
    finally:
        root.removeFilter(wanted)
