"""What the scripts share: audio in, contestants by turns, microseconds a hop out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np


def audio() -> tuple[np.ndarray, int]:
    """The float32 samples that standard input begins with, and how many make a hop."""
    hop, length = int(sys.argv[1]), int(sys.argv[2])
    samples = np.frombuffer(sys.stdin.buffer.read(4 * length), dtype="<f4")  # [samples]
    return samples, hop


def take_turns(contestants: dict[str, Callable[[], float]], hops: int) -> None:
    """Runs each once for every further line of input; they return seconds."""
    for _ in iter(sys.stdin.buffer.readline, b""):
        times = [(name, run() * 1e6 / hops) for name, run in contestants.items()]
        print(json.dumps(times), flush=True)
