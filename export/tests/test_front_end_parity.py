"""The Rust front end against the libraries that published towers were trained with."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slap_edge
from front_end_references import REFERENCES, Floats, Reference, signals
from hypothesis import given, settings
from hypothesis import strategies as st

TOLERANCE = 1e-3  # natural-log units

SIGNALS = ["noise", "tones", "silence", "clipped", "speech"]

# A single-precision transform is wrong by about 1e-7 of a frame's amplitude in every bin, here as
# in the libraries: 80 dB below the loudest band that is 1e-3 of a bin's amplitude, and further
# below there is no number to agree on.
ROUNDING_DECIBELS = 80.0


def plain_log_mel(reference: Reference, audio: Floats) -> Floats:
    """Natural-log energies [frames, bands], before any normalisation."""
    plain = reference.spec | {"log": "ln", "normalise": {"kind": "none"}}
    return slap_edge.FrontEnd(json.dumps(plain)).log_mel(audio)


def significant(reference: Reference, energy: Floats) -> Floats:
    """Which log energies [frames, bands] stand above the floor and above rounding."""
    floor = np.log(reference.spec["log_floor"]) + TOLERANCE
    per_decibel = np.log(10.0) / (10.0 if reference.spec["spectrum"] == "power" else 20.0)
    rounding = energy.max(axis=1, keepdims=True) - ROUNDING_DECIBELS * per_decibel
    return (energy > floor) & (energy > rounding)


def natural_units(reference: Reference, energy: Floats) -> Floats | float:
    """Natural-log units in one unit of the features; [bands] where each band is rescaled."""
    normalise = reference.spec["normalise"]
    if normalise["kind"] == "per_band":
        return np.sqrt(energy.var(axis=0, ddof=1) + normalise["epsilon"])
    return reference.natural


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("reference", REFERENCES, ids=lambda r: r.name)
def test_log_mel_equals_the_library(reference: Reference, signal: str) -> None:
    audio = signals(reference.spec["sample_rate"], 1.0)[signal]
    want = reference.log_mel(audio)
    got = slap_edge.FrontEnd(json.dumps(reference.spec)).log_mel(audio)[: len(want)]
    assert got.shape == want.shape
    assert len(want) > 30
    assert np.isfinite(got).all()
    energy = plain_log_mel(reference, audio)[: len(want)]
    error = np.abs(got - want) * natural_units(reference, energy)
    above = significant(reference, energy)
    if signal in ("noise", "speech"):
        assert above.mean() > 0.8, "the comparison must cover most of the clip"
    assert error[above].max(initial=0.0) <= TOLERANCE


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(1, 20_000), min_size=1, max_size=30), data=st.data())
def test_stream_equals_whole_clip(cuts: list[int], data: st.DataObject) -> None:
    reference = data.draw(st.sampled_from([r for r in REFERENCES if r.name != "seamless"]))
    if reference.spec["normalise"]["kind"] == "dynamic_range":
        reference = REFERENCES[0]
    front_end = slap_edge.FrontEnd(json.dumps(reference.spec))
    audio = signals(reference.spec["sample_rate"], 1.0)["noise"]
    stream = front_end.stream()
    pieces = []
    begin = 0
    for cut in [*cuts, len(audio)]:
        pieces.append(stream.push(np.ascontiguousarray(audio[begin : begin + cut])))
        begin = min(begin + cut, len(audio))
    pieces.append(stream.finish())
    assert np.array_equal(np.concatenate(pieces), front_end.log_mel(audio))


def test_a_missing_key_is_named() -> None:
    spec = dict(REFERENCES[0].spec)
    del spec["hop_length"]
    with pytest.raises(ValueError, match="hop_length"):
        slap_edge.FrontEnd(json.dumps(spec))


def test_an_impossible_value_is_named() -> None:
    with pytest.raises(ValueError, match="bands"):
        slap_edge.FrontEnd(json.dumps(REFERENCES[0].spec | {"bands": 1_000}))
