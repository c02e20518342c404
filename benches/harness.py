"""What the scripts share: audio in, contestants by turns, microseconds a hop out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np


def audio() -> tuple[np.ndarray, int]:
    """The float32 samples on standard input, and how many make a hop."""
    samples = np.frombuffer(sys.stdin.buffer.read(), dtype="<f4")  # [samples]
    return samples, int(sys.argv[1])


def take_turns(contestants: dict[str, Callable[[], float]], hops: int) -> None:
    """Runs each in every round; prints what they took for a hop. They return seconds."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for measured in range(-1, int(sys.argv[2])):
        for name, run in contestants.items():
            took = run()
            if measured >= 0:  # the first round warms up
                times[name].append(took * 1e6 / hops)
    json.dump(list(times.items()), sys.stdout)
