"""What nobody should measure: nothing breaks, what is undefined is absent, quality says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import slap_edge

from .material import bad_input
from .truth import RATE

BAD = bad_input()

# What makes no tone has no pitch, and nothing that takes one.
VOICELESS = (
    "nothing",
    "one sample",
    "silence",
    "constant",
    "one click",
    "white noise",
    "faint noise",
    "a hundredth of a second",
)
NEEDS_VOICE = ("pitch", "jitter", "shimmer", "hnr", "h1_", "f1_", "f2_", "f3_")

# What the verdict must mention.
REASONS = {
    "nothing": "too_short",
    "one sample": "too_short",
    "silence": "silent",
    "constant": "silent",
    "faint noise": "silent",
    "one click": "little_sound",
    "clipped": "clipped",
    "louder than full scale": "clipped",
    "telephone band": "narrow_band",
    "hum": "little_voice",
    "a tenth of a second": "too_short",
    "a hundredth of a second": "too_short",
    "white noise": "little_voice",
}


def measure(name: str) -> dict[str, Any]:
    """What is said of a piece of bad input, frames included."""
    return slap_edge.measure(BAD[name].astype(np.float32), RATE, frames=True)


@pytest.mark.parametrize("name", BAD)
def test_every_number_is_finite_or_absent(name: str) -> None:
    found = measure(name)
    assert set(found["functionals"]) == set(slap_edge.FUNCTIONALS)
    for functional, value in found["functionals"].items():
        assert value is None or np.isfinite(value), functional
    assert len(found["frames"]["seconds"]) == len(BAD[name]) // 160
    for descriptor in slap_edge.DESCRIPTORS:
        track = found["frames"][descriptor]
        assert len(track) == len(found["frames"]["seconds"])
        assert not np.isinf(track).any(), descriptor
    assert np.all(np.diff(found["marks"]) > 0)


@pytest.mark.parametrize("name", VOICELESS)
def test_without_a_voice_its_measures_are_absent(name: str) -> None:
    found = measure(name)
    voiced = np.isfinite(found["frames"]["pitch_hz"])
    # Noise repeats itself now and then, for a moment.
    assert voiced.mean() < 0.02 if len(voiced) else True
    if not voiced.any():
        for functional, value in found["functionals"].items():
            if functional.startswith(NEEDS_VOICE) or ".voiced_" in functional:
                assert value is None, functional


@pytest.mark.parametrize("name", ["nothing", "silence", "constant"])
def test_without_sound_there_is_no_spectrum(name: str) -> None:
    found = measure(name)
    for descriptor in slap_edge.DESCRIPTORS:
        # Beyond the ends lies silence, so that a constant has a step there.
        track = found["frames"][descriptor][6:-6]
        if descriptor in ("loudness", "spectral_flux"):
            assert np.all(track == 0.0), descriptor
        else:
            assert np.isnan(track).all(), descriptor


@pytest.mark.parametrize("name", REASONS)
def test_quality_says_why(name: str) -> None:
    quality = measure(name)["quality"]
    assert quality["grade"] in ("usable", "poor")
    assert REASONS[name] in [it["reason"] for it in quality["reasons"]], quality["reasons"]


@pytest.mark.parametrize("pitch", [300, 400, 500])
def test_children_have_their_pitch(pitch: int) -> None:
    found = measure(f"child at {pitch} Hz")
    assert found["functionals"]["pitch_hz.p50"] == pytest.approx(pitch, rel=0.01)
    assert found["functionals"]["jitter.local"] < 0.03
    assert found["quality"]["grade"] == "good", found["quality"]["reasons"]


def test_creak_is_irregular_not_regular() -> None:
    found = measure("creaky")["functionals"]
    # 45 Hz lies below the floor: a pitch found there is that of something else.
    assert (
        found["creak_share"] is None
        or found["pitch_hz.p50"] is None
        or (found["voiced_share"] < 0.5 or found["jitter.local"] > 0.02)
    )


def test_alternating_cycles_are_not_mistaken_for_clear_voice() -> None:
    found = measure("creaky, every other cycle weak")["functionals"]
    assert found["pitch_hz.p50"] == pytest.approx(70, rel=0.05)
    assert found["jitter.local"] > 0.05
    assert found["shimmer.local_db"] > 1.0


def test_hum_is_below_the_floor() -> None:
    found = measure("hum")["functionals"]
    # 50 Hz is not looked for; its multiples are not its pitch either.
    assert found["voiced_share"] < 0.1, found["pitch_hz.p50"]


def test_two_speakers_give_the_pitch_of_one_or_none() -> None:
    track = measure("two speakers")["frames"]["pitch_hz"]
    found = track[np.isfinite(track)]
    near = np.min(np.abs(found[:, None] / np.array([130.0, 205.0, 65.0]) - 1), axis=1)
    assert np.mean(near < 0.03) > 0.8


def test_clipping_does_not_move_the_pitch() -> None:
    assert measure("clipped")["functionals"]["pitch_hz.p50"] == pytest.approx(130, rel=0.01)


def test_a_telephone_call_does_not_move_the_pitch() -> None:
    found = measure("telephone band")["functionals"]
    assert found["pitch_hz.p50"] == pytest.approx(130, rel=0.01)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_another_rate_gives_much_the_same(rate: int) -> None:
    from scipy import signal

    voice = BAD["child at 300 Hz"]
    other = signal.resample_poly(voice, rate // 50, RATE // 50).astype(np.float32)
    here = slap_edge.measure(voice, RATE)["functionals"]
    there = slap_edge.measure(other, rate)["functionals"]
    assert there["pitch_hz.p50"] == pytest.approx(here["pitch_hz.p50"], rel=0.002)
    assert there["equivalent_level_dbfs"] == pytest.approx(here["equivalent_level_dbfs"], abs=0.5)
