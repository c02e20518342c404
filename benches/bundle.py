"""The default bundle, as a Python program would use it without this project's runtime."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from safetensors import safe_open

DEFAULT = Path(__file__).parent.parent / "models" / "slap-voice-small"


def session(path: Path) -> onnxruntime.InferenceSession:
    """A graph on one thread of the processor, with ONNX Runtime's own defaults otherwise."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Bundle:
    """What stands in a bundle's folder.

    Attributes:
        folder: where it is.
    """

    folder: Path = DEFAULT

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest, unchecked."""
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))

    @property
    def states(self) -> list[tuple[str, str, tuple[int, ...]]]:
        """Input, output and shape of each state of the step graph."""
        return [
            (it["input"], it["output"], tuple(it["shape"]))
            for it in self.manifest["tower"]["states"]
        ]

    def session(self, precision: str) -> onnxruntime.InferenceSession:
        """The step graph on one thread."""
        return session(self.folder / self.manifest["tower"][precision])

    def steps(self, log_mel: np.ndarray) -> np.ndarray:
        """Log-mel [frames, bands] as inputs of the step graph [steps, 1, frames, bands]."""
        frames = (shape := self.manifest["tower"]["input_shape"])[1]
        whole = len(log_mel) // frames
        return np.ascontiguousarray(log_mel[: whole * frames], np.float32).reshape(whole, *shape)

    def prompts(self) -> tuple[np.ndarray, list[dict[str, Any]]]:
        """The prompts' embeddings, float32 [prompts, dim], and the tasks."""
        with safe_open(self.folder / self.manifest["prompts"], "numpy") as pack:
            embeddings = pack.get_tensor("embeddings").astype(np.float32)
            return embeddings, json.loads(pack.metadata()["tasks"])
