"""Measures from Python: what comes in, what comes out, and what is refused."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import numpy as np
import pytest
import slap_edge
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

RECORDINGS = Path(__file__).parents[3] / "tests" / "recordings"


def vowel(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    """Harmonics of `hz` that fall by 6 dB an octave up to 4 kHz, float32 [samples]."""
    time = np.arange(int(rate * seconds)) / rate
    numbers = np.arange(1, int(min(4_000, 0.45 * rate) / hz) + 1)
    waves = (
        np.sin(2 * np.pi * hz * numbers[:, None] * time + numbers[:, None] ** 2) / numbers[:, None]
    )
    return (0.2 * waves.sum(axis=0)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 192_000])
@pytest.mark.parametrize("hz", [90.0, 220.0])
def test_a_steady_vowel_has_its_pitch_at_any_rate(hz: float, rate: int) -> None:
    found = slap_edge.measure(vowel(hz, rate), rate, frames=True)
    pitch = found["frames"]["pitch_hz"]
    assert np.nanmedian(pitch) == pytest.approx(hz, rel=1e-3)
    assert found["functionals"]["pitch_semitones.p50"] == pytest.approx(
        12 * np.log2(hz / 27.5), abs=0.02
    )
    assert found["functionals"]["jitter.local"] < 0.002
    marks = found["marks"]
    assert np.median(np.diff(marks)) == pytest.approx(1 / hz, rel=1e-3)
    assert marks[0] >= 0
    assert marks[-1] <= 1.0


def test_frames_are_columns_of_equal_length() -> None:
    audio, rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    found = slap_edge.measure(audio, rate, frames=True)
    frames = found["frames"]
    length = int(len(audio) * 16_000 / rate) // 160
    assert set(frames) == {"seconds", *slap_edge.DESCRIPTORS}
    seconds = frames.pop("seconds")
    assert seconds.dtype == np.float64
    np.testing.assert_allclose(seconds, (np.arange(length) + 0.5) * 0.01)
    for name, values in frames.items():
        assert values.shape == (length,), name
        assert values.dtype == np.float32, name
        assert not np.isinf(values).any(), name
    voiced = ~np.isnan(frames["pitch_hz"])
    assert 0.2 < voiced.mean() < 0.95
    assert np.array_equal(voiced, ~np.isnan(frames["pitch_semitones"]))


def test_without_frames_there_is_only_the_summary() -> None:
    audio, rate = soundfile.read(RECORDINGS / "man.flac", dtype="float32")
    found = slap_edge.measure(audio, rate)
    assert set(found) == {"seconds", "functionals", "marks", "quality"}
    assert set(found["functionals"]) == set(slap_edge.FUNCTIONALS)
    assert found["marks"].dtype == np.float64
    assert np.all(np.diff(found["marks"]) > 0)
    with_frames = slap_edge.measure(audio, rate, frames=True)
    assert with_frames["functionals"] == found["functionals"]
    assert with_frames["quality"] == found["quality"]


def test_a_mean_is_the_mean_of_its_frames() -> None:
    audio, rate = soundfile.read(RECORDINGS / "man.flac", dtype="float32")
    found = slap_edge.measure(audio, rate, frames=True)
    for name in ("pitch_semitones", "loudness"):
        want = np.nanmean(found["frames"][name].astype(np.float64))
        assert found["functionals"][f"{name}.mean"] == pytest.approx(want, rel=1e-4)


def test_silence_has_a_level_and_no_voice() -> None:
    found = slap_edge.measure(np.zeros(32_000, np.float32), 16_000, frames=True)
    assert found["functionals"]["pitch_semitones.mean"] is None
    assert found["functionals"]["jitter.local"] is None
    assert np.isnan(found["frames"]["pitch_hz"]).all()
    assert len(found["marks"]) == 0
    assert found["quality"]["grade"] == "poor"
    reason = found["quality"]["reasons"][0]
    assert set(reason) == {"reason", "explanation"}
    assert reason["reason"] == "silent"
    assert "silent" in reason["explanation"]


def test_a_good_recording_is_said_to_be_one() -> None:
    audio, rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    found = slap_edge.measure(audio, rate)
    assert found["quality"]["grade"] == "good"
    assert found["quality"]["reasons"] == []
    assert found["seconds"] == pytest.approx(len(audio) / rate, abs=0.001)


def test_quality_has_the_names_of_the_json() -> None:
    """Those that docs/score-a-recording.md lists."""
    document = RECORDINGS.parents[1] / "docs" / "score-a-recording.md"
    text = document.read_text(encoding="utf-8").split("In JSON all of it is under `quality`")[1]
    names = set(text.split(".")[0].split("`")[1::2])
    quality = slap_edge.measure(vowel(150.0, 16_000), 16_000)["quality"]
    assert len(names) > 10
    assert set(quality) == {"grade", "reasons"} | names


def test_broken_samples_are_counted_and_said() -> None:
    audio = vowel(150.0, 16_000)
    audio[[10, 4_000]] = np.nan, np.inf
    found = slap_edge.measure(audio, 16_000)
    assert found["quality"]["non_finite_samples"] == 2
    assert found["quality"]["grade"] == "poor"
    assert found["functionals"]["pitch_semitones.p50"] == pytest.approx(
        12 * np.log2(150.0 / 27.5), abs=0.05
    )


def test_a_channel_of_a_stereo_recording_can_be_given_as_it_is() -> None:
    one = vowel(150.0, 16_000)
    both = np.stack([one, -one], axis=1)  # [samples, 2]
    assert not both[:, 0].flags.c_contiguous
    apart = slap_edge.measure(both[:, 0], 16_000)
    assert apart["functionals"] == slap_edge.measure(one, 16_000)["functionals"]


def test_a_read_only_array_is_taken_and_left_as_it_is() -> None:
    audio = vowel(150.0, 16_000)
    audio.flags.writeable = False
    before = audio.copy()
    slap_edge.measure(audio, 16_000)
    assert np.array_equal(audio, before)


def test_the_tables_tell_what_there_is() -> None:
    assert slap_edge.DESCRIPTORS["pitch_hz"]["unit"] == "Hz"
    assert slap_edge.FUNCTIONALS["shimmer.apq11"]["unit"] == ""
    assert len(slap_edge.FUNCTIONALS) >= 88
    for table in (slap_edge.DESCRIPTORS, slap_edge.FUNCTIONALS):
        for name, entry in table.items():
            assert set(entry) == {"unit", "description"}, name
            assert len(entry["description"]) >= 10, name


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros((2, 100), np.float32), r"float32 \[2, 100\]"),
        (np.zeros(100, np.float64), r"float64 \[100\]"),
        (np.zeros(100, np.int16), "int16"),
        (np.float32(1.0), "float32"),
        ([0.0] * 100, "list"),
        (None, "NoneType"),
    ],
)
def test_other_than_one_channel_of_float32_is_refused(audio: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"one-dimensional array of float32, got .*{words}"):
        slap_edge.measure(audio, 16_000)


@pytest.mark.parametrize("rate", [0, -1, 3_999, 384_001, 2**40, 44_100.5, "16k", None])
def test_an_impossible_rate_is_refused(rate: object) -> None:
    with pytest.raises(ValueError, match=f"sample rate must be .*4000.*384000.* got {rate}"):
        slap_edge.measure(vowel(150.0, 16_000), rate)


def test_flags_are_named() -> None:
    with pytest.raises(TypeError):
        slap_edge.measure(vowel(150.0, 16_000), 16_000, True)


def test_several_threads_measure_at_once() -> None:
    """Each gets what it gets alone; the lock of the interpreter is released meanwhile."""
    clips = [vowel(hz, 16_000, 0.5) for hz in (90.0, 130.0, 180.0, 250.0)]
    alone = [slap_edge.measure(clip, 16_000)["functionals"] for clip in clips]
    together: list[dict[str, float | None] | None] = [None] * len(clips)

    def work(index: int) -> None:
        together[index] = slap_edge.measure(clips[index], 16_000)["functionals"]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(clips))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def check_no_number_is_infinite(audio: np.ndarray, rate: int) -> None:
    found = slap_edge.measure(audio, rate, frames=True)
    for name, value in found["functionals"].items():
        assert value is None or math.isfinite(value), name
    for name, values in found["frames"].items():
        assert not np.isinf(values).any(), name
    for name, value in found["quality"].items():
        if isinstance(value, float):
            assert math.isfinite(value), name
    assert np.isfinite(found["marks"]).all()


EXTREMES = [0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 1e-20, 1e19]


@settings(max_examples=60, deadline=None)
@given(
    audio=arrays.arrays(
        np.float32,
        st.one_of(st.integers(0, 3), st.integers(0, 4_000)),
        elements=st.one_of(
            st.sampled_from([np.float32(value) for value in EXTREMES]),
            st.floats(width=32, allow_nan=True, allow_infinity=True),
        ),
    ),
    rate=st.integers(8_000, 192_000),
)
def test_any_samples_give_numbers_or_nothing(audio: np.ndarray, rate: int) -> None:
    check_no_number_is_infinite(audio, rate)


@settings(max_examples=40, deadline=None)
@given(
    hz=st.floats(20, 1_500),
    gain=st.sampled_from([1e-38, 1e-12, 1e-4, 1.0, 100.0, 1e20]),
    noise=st.sampled_from([0.0, 1e-6, 0.1, 10.0]),
    offset=st.sampled_from([0.0, 0.5, -1e6]),
    wounds=st.lists(
        st.tuples(st.integers(0, 3_999), st.sampled_from([np.nan, np.inf, 3e38])), max_size=4
    ),
    rate=st.sampled_from([8_000, 16_000, 48_000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_voice_gives_numbers_or_nothing(
    hz: float,
    gain: float,
    noise: float,
    offset: float,
    wounds: list[tuple[int, float]],
    rate: int,
    seed: int,
) -> None:
    """Periodic sound goes deeper into the measures than what hypothesis draws by itself."""
    rng = np.random.default_rng(seed)
    time = np.arange(4_000) / rate
    with np.errstate(over="ignore"):
        voice = np.sign(np.sin(2 * np.pi * hz * time)) + noise * rng.standard_normal(4_000)
        audio = (gain * voice + offset).astype(np.float32)
    for place, value in wounds:
        audio[place] = value
    check_no_number_is_infinite(audio, rate)
