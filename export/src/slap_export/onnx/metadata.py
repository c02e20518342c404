"""What an ONNX file says of itself: names, shapes and units of its tensors, licence, origin.

The manifest of a bundle says how to run a graph; the file says the same again,
so that one found alone still tells what goes in and what comes out. Everything
is in `metadata_props`; the values of `inputs` and `outputs` are JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

LOG_UNITS = {"ln": "natural logarithm", "log10": "decimal logarithm", "decibel": "decibel"}
"""Of `log` in the manifest's `front_end`; what is not here is called by its own name."""


@dataclass(frozen=True)
class About:
    """Where a tower comes from, and what its input means."""

    name: str
    licence: str
    revision: str
    """Revision of the code that trained the weights, or what else they are."""
    front_end: Mapping[str, Any]
    """The manifest's `front_end`."""


def unit_of_input(about: About, interface: Mapping[str, Any]) -> str:
    """What one value of the tower's input is."""
    front_end = about.front_end
    if interface["input"] == "waveform":
        return f"sound pressure, full scale is {front_end['input_scale']:g}"
    log = LOG_UNITS.get(front_end["log"], front_end["log"])
    unit = f"{log} of the {front_end['spectrum']} in a mel band"
    normalise = front_end["normalise"]
    if normalise["kind"] == "fixed":
        return f"{unit}, less {normalise['mean']:g}, over {normalise['std']:g}"
    return unit if normalise["kind"] == "none" else f"{unit}, normalised by {normalise['kind']}"


UNITS = {
    "global": "part of a vector of length 1, whose cosine with a prompt is the score",
    "recent": "part of a vector as the embedding, of the last recent_chunks steps alone",
    "attribute": "part of a vector of length 1, compared with its own kind by cosine",
    "token": "activation of the last block, normalised",
    "state": "zero before the recording; given back to the next step",
}


SPANS = ("pool_chunks", "recent_chunks")
"""How many steps an embedding looks back on, named as in the manifest."""


def describe(about: About, interface: Mapping[str, Any], precision: str) -> dict[str, str]:
    """The metadata of a tower's graph, from what the manifest says of it."""
    front_end = about.front_end

    def entry(name: str, shape: list[Any], unit: str) -> dict[str, Any]:
        return {"name": name, "type": "float32", "shape": shape, "unit": unit}

    states = interface["states"]
    inputs = [
        entry(interface["input_name"], interface["input_shape"], unit_of_input(about, interface)),
        *(entry(state["input"], state["shape"], UNITS["state"]) for state in states),
    ]
    outputs = [
        *(entry(out["name"], out["shape"], UNITS[out["kind"]]) for out in interface["outputs"]),
        *(entry(state["output"], state["shape"], UNITS["state"]) for state in states),
    ]
    span = {key: str(interface[key]) for key in SPANS if key in interface}
    hop = interface.get("hop_samples") or interface["hop_frames"] * front_end["hop_length"]
    return {
        "name": about.name,
        "licence": about.licence,
        "training_revision": about.revision,
        "precision": precision,
        "mode": interface["mode"],
        "sample_rate_hz": str(front_end["sample_rate"]),
        "frame_hop_samples": str(front_end["hop_length"]),
        "step_hop_samples": str(hop),
        **span,
        "inputs": json.dumps(inputs, ensure_ascii=False),
        "outputs": json.dumps(outputs, ensure_ascii=False),
    }


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of an ONNX file."""
    model = onnx.load(path, load_external_data=False)
    return {entry.key: entry.value for entry in model.metadata_props}
