"""Times the step of the default bundle's tower against the same tower on whole windows.

Takes float32 audio at 16 kHz on standard input and prints the microseconds of one call, round by
round: the step graph, then a window of each length. The window graphs have the recipe's sizes and
random weights; how long they take does not depend on the weights. Steps and windows run in ONNX
Runtime by `run`, on one thread.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import harness
import numpy as np
import onnxruntime
import slap_edge
from bundle import Bundle, session
from tower import Plain

from slap_export.checkpoint import attribute_branches
from slap_export.config import load_config
from slap_export.onnx.metadata import About
from slap_export.onnx.stream import graph_interface
from slap_export.onnx.window import export_window
from slap_export.towers.branches import BranchedTower
from slap_export.towers.slap_tower import SlapTower

RECIPE = Path(__file__).parent.parent / "export/configs/slap-voice.toml"

CHUNKS = (8, 21)
"""Windows of 3.84 s and 10.08 s."""

CALLS = 3
"""Windows in a round."""


def random_tower(bundle: Bundle) -> BranchedTower:
    """The bundle's tower before training."""
    recipe = load_config(RECIPE)
    tower = BranchedTower(SlapTower(recipe.tower), attribute_branches(recipe))
    theirs = bundle.manifest["tower"]
    differing = [key for key, value in graph_interface(tower).items() if theirs.get(key) != value]
    if differing:
        sys.exit(f"{RECIPE.name} is not the recipe of {bundle.folder.name}: {differing} differ")
    return tower


def window_sessions(bundle: Bundle) -> list[onnxruntime.InferenceSession]:
    """A session for each length of `CHUNKS`."""
    tower = random_tower(bundle)
    about = About(bundle.folder.name, "Apache-2.0", "random", bundle.manifest["front_end"])
    sessions = []
    # Standard output is for the results.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        for chunks in CHUNKS:
            path = Path(folder) / f"{chunks}.onnx"
            export_window(tower, path, about, chunks)
            sessions.append(session(path))
    return sessions


def windows(graph: onnxruntime.InferenceSession, log_mel: np.ndarray) -> Callable[[], float]:
    """Runs a window graph over log-mel [frames, bands]; gives the seconds of a call."""
    (mel,) = graph.get_inputs()
    inputs = [
        np.ascontiguousarray(log_mel[begin : begin + mel.shape[1]][None])  # [1, frames, bands]
        for begin in range(CALLS)
    ]

    def run() -> float:
        total = 0.0
        start = time.perf_counter()
        for window in inputs:
            (embedding,) = graph.run(["embedding"], {mel.name: window})
            total += float(embedding[0, 0])
        took = time.perf_counter() - start
        assert np.isfinite(total)
        return took / len(inputs)

    return run


def main() -> None:
    samples, _ = harness.audio()
    bundle = Bundle()
    log_mel = slap_edge.FrontEnd(json.dumps(bundle.manifest["front_end"])).log_mel(samples)
    steps, step = bundle.steps(log_mel), Plain(bundle, "float32")
    contestants = {"step": lambda: step(steps) / len(steps)}
    for chunks, graph in zip(CHUNKS, window_sessions(bundle), strict=True):
        contestants[f"{chunks} chunks"] = windows(graph, log_mel)
    harness.take_turns(contestants, 1)


if __name__ == "__main__":
    main()
