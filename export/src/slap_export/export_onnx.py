"""ONNX files of a tower: the float32 step graph and its int8 twin.

The exported graph is `SlapTower.step` with static shapes: one chunk of log-mel
and the states in, the embedding, the tokens and the new states out. Names and
shapes are stated in the bundle's manifest (`graph_interface`).
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnx import ModelProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from slap_export.towers import SlapTower, StepState

OPSET = 18
STATE_NAMES = ("key_cache", "value_cache", "pool_cache", "chunks_seen")


class StepGraph(nn.Module):
    """`SlapTower.step` with its state as separate arguments, for export."""

    def __init__(self, tower: SlapTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, mel: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        embedding, tokens, following = self.tower.step(mel, StepState(*state))
        return embedding, tokens, *following


def graph_interface(tower: SlapTower) -> dict[str, object]:
    """The manifest's description of the step graph: names, shapes, states, outputs."""
    config = tower.config
    states = [
        {"input": f"{name}_in", "output": f"{name}_out", "shape": list(tensor.shape)}
        for name, tensor in zip(STATE_NAMES, tower.initial_state(), strict=True)
    ]
    return {
        "input": "log_mel",
        "mode": "stream",
        "input_name": "mel",
        "input_shape": [1, config.chunk_frames, config.bands],
        "hop_frames": config.chunk_frames,
        "pool_chunks": config.pool_chunks,
        "states": states,
        "outputs": [
            {"name": "embedding", "kind": "global", "shape": [1, config.embedding_dim]},
            {"name": "tokens", "kind": "token", "shape": [1, config.chunk_tokens, config.width]},
        ],
        "embedding_dim": config.embedding_dim,
    }


def export_float32(tower: SlapTower, path: Path) -> None:
    """Writes the float32 step graph."""
    tower = tower.eval().float().cpu()
    config = tower.config
    mel = torch.zeros(1, config.chunk_frames, config.bands)
    names = [f"{name}_in" for name in STATE_NAMES], [f"{name}_out" for name in STATE_NAMES]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings():
        # The exporter warns of its own internals.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            StepGraph(tower).eval(),
            (mel, *tower.initial_state()),
            input_names=["mel", *names[0]],
            output_names=["embedding", "tokens", *names[1]],
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    save(program.model_proto, path, "audio")


def export_int8(float32: Path, path: Path) -> None:
    """Quantises the products with constant weights, per output channel, to int8.

    Activations get their scale at run time (dynamic quantisation), so no
    calibration recording is needed and loud or faint input keeps its precision.
    """
    # Its advice to run shape inference first is for graphs with dynamic shapes.
    advice = logging.getLogger()
    advice.addFilter(not_advice)
    with tempfile.TemporaryDirectory() as folder:
        quantised = Path(folder) / "quantised.onnx"
        quantize_dynamic(
            str(float32),
            str(quantised),
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
        save(onnx.load(quantised), path, "audio")
    advice.removeFilter(not_advice)


def not_advice(record: logging.LogRecord) -> bool:
    """Whether a log record is not the quantiser's advice on pre-processing."""
    return "pre-processing before quantization" not in record.getMessage()


def save(model: ModelProto, path: Path, name: str) -> None:
    """Writes a model without traces of where and how it was made, byte for byte repeatable."""
    model.producer_name = "slap-export"
    model.producer_version = ""
    model.doc_string = ""
    del model.metadata_props[:]
    model.graph.name = name
    model.graph.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for entry in (*model.graph.node, *model.graph.initializer):
        entry.doc_string = ""
        del entry.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output):
        value.doc_string = ""
        del value.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
