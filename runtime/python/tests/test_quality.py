"""Input quality of recordings whose faults are known because they are made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import slap_edge
import soundfile
from numpy.typing import NDArray

Array = NDArray[np.float32]

REPOSITORY = Path(__file__).parents[3]
RECORDINGS = REPOSITORY / "tests" / "recordings"
BUNDLE = REPOSITORY / "models" / "slap-voice-small"
RATE = 16_000


def recording(name: str) -> Array:
    audio, rate = soundfile.read(RECORDINGS / f"{name}.flac", dtype="float32")
    assert rate == RATE
    return np.asarray(audio, dtype=np.float32)


def quality(audio: Array, rate: int = RATE) -> slap_edge.Quality:
    return slap_edge.measure(audio.astype(np.float32), rate)["quality"]


def reasons(found: slap_edge.Quality) -> list[str]:
    return [reason["reason"] for reason in found["reasons"]]


def active_power(audio: Array) -> float:
    """Mean square over the time in which speech is active, by ITU-T P.56."""
    frames = audio[: len(audio) // 160 * 160].reshape(-1, 160).astype(np.float64)
    power = frames.var(axis=1)
    for threshold in 10 ** (np.arange(-95, 0, 0.25) / 10):
        active = power.sum() / max(1, (power > threshold).sum())
        if active / threshold <= 10**1.59:
            return float(active)
    raise AssertionError("no active level")


def noise(kind: str, samples: int, seed: int) -> Array:
    """Noise with a mean square of 1.  # [samples]"""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20.0)
    shaped = np.fft.irfft(spectrum * hertz ** {"white": 0.0, "pink": -0.5, "blue": 0.5}[kind])
    shaped = np.resize(shaped, samples)
    return (shaped / np.sqrt(np.mean(shaped**2))).astype(np.float32)


@pytest.mark.parametrize("kind", ["white", "pink", "blue"])
@pytest.mark.parametrize("snr", [0, 5, 10, 15, 20, 30, 40])
@pytest.mark.parametrize("name", ["woman", "man", "hoarse", "trembling"])
def test_the_ratio_is_that_of_the_mixture(name: str, snr: int, kind: str) -> None:
    voice = recording(name)
    scale = np.sqrt(active_power(voice) * 10 ** (-snr / 10))
    found = quality(voice + noise(kind, len(voice), snr) * scale)
    assert found["snr_db"] == pytest.approx(snr, abs=3.0 if snr >= 10 else 4.0)
    if snr != 20:
        assert ("noisy" in reasons(found)) == (snr < 20)


def linear(call: Array) -> Array:
    return np.interp(np.arange(2 * len(call)) / 2, np.arange(len(call)), call)


@pytest.mark.parametrize(
    "up",
    [
        lambda call: slap_edge.resample(call, 8_000, 16_000),
        linear,
        lambda call: np.repeat(call, 2),
    ],
    ids=["band-limited", "linear", "repeated"],
)
@pytest.mark.parametrize("name", ["woman", "man", "hoarse"])
def test_a_call_of_8_khz_is_no_speech_of_16_khz(name: str, up: object) -> None:
    voice = recording(name)
    assert quality(voice)["bandwidth_hz"] > 6_000
    call = up(slap_edge.resample(voice, RATE, 8_000))  # type: ignore[operator]
    call = np.round(call * 32_768) / 32_768
    found = quality(call)
    assert 3_400 <= found["bandwidth_hz"] <= 4_100
    assert "narrow_band" in reasons(found)
    # The same samples as they came through the telephone.
    at_8_khz = quality(slap_edge.resample(voice, RATE, 8_000), 8_000)
    assert at_8_khz["bandwidth_hz"] == pytest.approx(4_000, abs=300)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_lost_packets_are_counted_at_the_recorded_rate(rate: int) -> None:
    voice = slap_edge.resample(recording("woman"), RATE, rate)
    level = np.abs(voice)
    lost = rate // 50
    loud = [
        at
        for at in range(rate // 4, len(voice) - rate // 4, rate // 3)
        if min(level[at - 40 : at].max(), level[at + lost : at + lost + 40].max()) > 0.05
    ]
    for at in loud:
        voice[at : at + lost] = 0.0
    found = quality(voice, rate)
    assert len(loud) >= 4
    assert found["dropouts"] >= len(loud) - 1
    assert found["dropout_seconds"] == pytest.approx(0.02 * found["dropouts"], abs=0.005)
    assert "dropouts" in reasons(found)


def test_clean_recordings_are_good_and_a_whisper_is_hardly_voiced() -> None:
    for name in ("woman", "man", "hoarse", "trembling"):
        found = quality(recording(name))
        assert found["grade"] == "good", (name, found)
        assert found["voiced_seconds"] > 1.5
    whisper = quality(recording("whisper"))
    assert reasons(whisper) == ["little_voice"]


def test_the_screener_tells_the_same_quality() -> None:
    audio, rate = soundfile.read(RECORDINGS / "telephone.flac", dtype="float32")
    result = slap_edge.Screener(BUNDLE, tasks=["telephone"]).score(audio, rate)
    assert result["poor"] is None
    assert result["quality"] == slap_edge.measure(audio, rate)["quality"]
    assert result["quality"]["grade"] == "usable"
    assert reasons(result["quality"]) == ["narrow_band"]
