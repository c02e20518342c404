"""Writing ONNX files so that the same model gives the same bytes, wherever it is exported."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import ModelProto
from torch import Tensor, nn

OPSET = 18


def trace(
    graph: nn.Module,
    arguments: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
    dynamic: Any = None,
) -> ModelProto:
    """The graph of a module with the given example arguments, its tensors named.

    `dynamic` has an entry for every argument as `torch.export` wants it; without
    it every shape is that of the examples.
    """
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings():
        # The exporter warns of its own internals.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            graph.eval(),
            tuple(arguments),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamic_shapes=dynamic,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def save(
    model: ModelProto, path: Path, name: str, metadata: Mapping[str, str] | None = None
) -> None:
    """Writes a model without traces of where and how it was made, byte for byte repeatable."""
    model.producer_name = "slap-export"
    model.producer_version = ""
    model.doc_string = ""
    del model.metadata_props[:]
    for key, value in sorted((metadata or {}).items()):
        model.metadata_props.add(key=key, value=value)
    model.graph.name = name
    model.graph.doc_string = ""
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for entry in (*model.graph.node, *model.graph.initializer):
        entry.doc_string = ""
        del entry.metadata_props[:]
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.doc_string = ""
        del tensor.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
