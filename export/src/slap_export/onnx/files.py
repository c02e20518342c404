"""Writing ONNX files so that the same model gives the same bytes, wherever it is exported."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import ModelProto
from torch import Tensor, nn

from slap_export.bundle import MANIFEST
from slap_export.onnx.fuse import fused

TRACED_OPSET = 18
"""What PyTorch writes; `fused` lifts it."""


def trace(
    graph: nn.Module,
    arguments: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
    dynamic: Any = None,
) -> ModelProto:
    """The graph of a module with the given example arguments, its tensors named, its norms and
    rotations in one node each.

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
            opset_version=TRACED_OPSET,
            dynamic_shapes=dynamic,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return fused(program.model_proto)


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
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(model.SerializeToString(deterministic=True))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def check_output(path: Path) -> None:
    """Raises unless a graph may be written to a path: to a new file, or over an earlier graph.

    An ONNX file that lies in a bundle is not replaced: the bundle would no longer be whole.
    """
    if not path.parent.is_dir():
        raise ValueError(f"no folder {path.parent} to write {path.name} into")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; choose a file")
    if (path.parent / MANIFEST).exists():
        raise ValueError(f"{path.parent} is a bundle; choose a file outside of it")
    if path.exists() and not is_graph(path):
        raise ValueError(f"{path} is there and is no ONNX file; choose another")


def is_graph(path: Path) -> bool:
    """Whether a file is an ONNX model."""
    try:
        model = onnx.load(path, load_external_data=False)
    except (DecodeError, OSError, ValueError):
        return False
    return bool(model.graph.node) and bool(model.opset_import)
