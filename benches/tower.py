"""Times the step of a bundle's tower by ONNX Runtime in Python.

    tower.py HOP LENGTH BUNDLE

Takes float32 audio at 16 kHz on standard input and prints the microseconds
that each contestant took for a step, round by round. The log-mel is made beforehand.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import harness
import numpy as np
import onnxruntime
import slap_edge
from bundle import Bundle

PRECISIONS = ("float32", "int8")


class Plain:
    """`run` with arrays: what the documentation of ONNX Runtime shows first."""

    def __init__(self, bundle: Bundle, precision: str) -> None:
        self.session = bundle.session(precision)
        self.input = bundle.manifest["tower"]["input_name"]
        self.states = bundle.states
        self.wanted = ["embedding", *(output for _, output, _ in self.states)]

    def __call__(self, steps: np.ndarray) -> float:
        """The seconds that all steps [steps, 1, frames, bands] take."""
        feeds = {name: np.zeros(shape, np.float32) for name, _, shape in self.states}
        total = 0.0
        start = time.perf_counter()
        for step in steps:
            feeds[self.input] = step
            embedding, *states = self.session.run(self.wanted, feeds)
            for (name, _, _), state in zip(self.states, states, strict=True):
                feeds[name] = state
            total += float(embedding[0, 0])
        took = time.perf_counter() - start
        assert np.isfinite(total)
        return took


class Bound:
    """`run_with_iobinding`: every buffer bound once, the states going back and forth."""

    def __init__(self, bundle: Bundle, precision: str) -> None:
        self.session = bundle.session(precision)
        tower = bundle.manifest["tower"]
        self.mel = np.zeros(tower["input_shape"], np.float32)
        self.embedding = np.zeros((1, tower["embedding_dim"]), np.float32)
        self.buffers = [
            [np.zeros(shape, np.float32) for _, _, shape in bundle.states] for _ in range(2)
        ]
        self.bindings = []
        for read, write in (self.buffers, self.buffers[::-1]):
            binding = self.session.io_binding()
            self.bind(binding.bind_input, tower["input_name"], self.mel)
            self.bind(binding.bind_output, "embedding", self.embedding)
            for (source, target, _), old, new in zip(bundle.states, read, write, strict=True):
                self.bind(binding.bind_input, source, old)
                self.bind(binding.bind_output, target, new)
            self.bindings.append(binding)

    @staticmethod
    def bind(how, name: str, array: np.ndarray) -> None:
        """Lets the graph read or write `name` in the memory of `array`."""
        how(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)

    def __call__(self, steps: np.ndarray) -> float:
        """The seconds that all steps [steps, 1, frames, bands] take."""
        for buffer in self.buffers[0]:
            buffer.fill(0.0)
        total = 0.0
        start = time.perf_counter()
        for number, step in enumerate(steps):
            np.copyto(self.mel, step)
            self.session.run_with_iobinding(self.bindings[number % 2])
            total += float(self.embedding[0, 0])
        took = time.perf_counter() - start
        assert np.isfinite(total)
        return took


def main() -> None:
    samples, _ = harness.audio()
    bundle = Bundle(Path(sys.argv[3]))
    front_end = slap_edge.FrontEnd(json.dumps(bundle.manifest["front_end"]))
    steps = bundle.steps(front_end.log_mel(samples))
    contestants = {}
    for precision in PRECISIONS:
        title = f"onnxruntime {onnxruntime.__version__} in Python, {precision}"
        for how, kind in (("run", Plain), ("I/O binding", Bound)):
            run = kind(bundle, precision)
            contestants[f"{title}, {how}"] = lambda run=run: run(steps)
    harness.take_turns(contestants, len(steps))


if __name__ == "__main__":
    main()
