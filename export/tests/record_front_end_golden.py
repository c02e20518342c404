"""Writes what the reference libraries compute to tests/golden/front_end, for the Rust tests.

Run from the repository's root, with the project's Python environment:

    .venv/bin/python export/tests/record_front_end_golden.py [--check]

`--check` compares with what is there instead of writing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from front_end_references import REFERENCES, signals
from safetensors.numpy import load_file, save_file

FOLDER = Path(__file__).parents[2] / "tests" / "golden" / "front_end"
SECONDS = 0.25
# Two builds of the same library differ by rounding alone.
SAME = 1e-4


def main() -> int:
    """Records or checks every reference; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for reference in REFERENCES:
        audio = signals(reference.spec["sample_rate"], SECONDS)
        tensors = {f"{name}.audio": samples for name, samples in audio.items()}
        for name, samples in audio.items():
            log_mel = reference.log_mel(samples)  # [frames, bands]
            tensors[f"{name}.log_mel"] = np.ascontiguousarray(log_mel, np.float32)
        path = FOLDER / f"{reference.name}.safetensors"
        if check:
            recorded = load_file(path)
            same = recorded.keys() == tensors.keys() and all(
                recorded[key].shape == value.shape and np.allclose(recorded[key], value, atol=SAME)
                for key, value in tensors.items()
            )
            stale += [] if same else [path.name]
        else:
            metadata = {"front_end": json.dumps(reference.spec), "natural": str(reference.natural)}
            save_file(tensors, path, metadata)
    if stale:
        print("differ from the libraries of this environment:", *stale, file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
