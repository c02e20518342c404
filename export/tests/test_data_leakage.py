"""Speakers, files and audio that two splits share are found and named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from slap_export.data.leakage import Leak, LeakageError, audio_hash, find_leaks, refuse_leaks
from slap_export.data.manifest import Recording

RATE = 8000


def tone(path: Path, hz: float, seconds: float = 0.5) -> Path:
    at = np.arange(round(seconds * RATE)) / RATE
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * at), RATE, subtype="PCM_16")
    return path


def test_splits_that_are_apart_pass(tmp_path: Path) -> None:
    refuse_leaks(
        [
            Recording(tone(tmp_path / "a.wav", 200), "train", speaker="a"),
            Recording(tone(tmp_path / "b.wav", 201), "train", speaker="a"),
            Recording(tone(tmp_path / "c.wav", 202), "test", speaker="b"),
            Recording(tone(tmp_path / "d.wav", 203), "test"),
            Recording(tone(tmp_path / "e.wav", 204), "train"),
        ]
    )


def test_a_speaker_in_two_splits_is_named() -> None:
    found = [Recording(Path(f"{n}"), s, speaker="vctk/p225") for n, s in enumerate(("test", "dev"))]
    with pytest.raises(LeakageError, match="speaker vctk/p225 in dev and test") as caught:
        refuse_leaks(found, audio=False)
    assert caught.value.leaks == [Leak("speaker", "vctk/p225", ("dev", "test"))]


def test_the_same_audio_in_another_container_is_found(tmp_path: Path) -> None:
    first = tone(tmp_path / "a.wav", 300)
    samples, _ = soundfile.read(first, dtype="int16")
    soundfile.write(tmp_path / "b.flac", samples, RATE, subtype="PCM_16")
    found = [Recording(first, "train"), Recording(tmp_path / "b.flac", "test")]
    assert find_leaks(found, audio=False) == []
    assert find_leaks(found) == [
        Leak("audio", f"{first} = {tmp_path / 'b.flac'}", ("test", "train"))
    ]


def test_only_spans_that_overlap_leak(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 300)
    apart = [Recording(file, "train", end=0.2), Recording(file, "test", start=0.2)]
    assert find_leaks(apart, audio=False) == []
    # The long span of the first split still reaches over the third.
    over = [
        Recording(file, "train", end=0.4),
        Recording(file, "train", start=0.05, end=0.1),
        Recording(file, "test", start=0.3, end=0.5),
    ]
    assert find_leaks(over, audio=False) == [Leak("file", str(file), ("test", "train"))]
    # A recording and a word of it, which may be named twice.
    within = [Recording(file, "train"), Recording(file, "train", start=0.1, end=0.2)]
    refuse_leaks(within)
    refuse_leaks([*within, within[1]])
    other = Recording(file, "test", start=0.4)
    assert find_leaks([*within, other], audio=False) == [Leak("file", str(file), ("test", "train"))]


def test_the_hash_is_of_the_span(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 300)
    samples, _ = soundfile.read(file, dtype="int16")
    soundfile.write(tmp_path / "b.wav", samples[800:1600], RATE, subtype="PCM_16")
    span = audio_hash(Recording(file, "x", start=0.1, end=0.2))
    assert span == audio_hash(Recording(tmp_path / "b.wav", "x"))
    assert span != audio_hash(Recording(file, "x", start=0.1))


def test_long_lists_are_cut_short_in_the_message() -> None:
    found = [Recording(Path(f"{n}{s}"), s, speaker=f"{n}") for n in range(30) for s in "ab"]
    with pytest.raises(LeakageError, match="and 10 more") as caught:
        refuse_leaks(found, audio=False)
    assert len(caught.value.leaks) == 30


def test_a_file_named_in_two_ways_is_one_file(tmp_path: Path) -> None:
    file = tone(tmp_path / "a.wav", 300)
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / ".." / "a.wav"
    (tmp_path / "link.wav").symlink_to(file)
    for name in (other, tmp_path / "link.wav"):
        found = [Recording(file, "train", end=0.3), Recording(name, "test", start=0.2)]
        assert find_leaks(found, audio=False) == [Leak("file", str(file), ("test", "train"))]
