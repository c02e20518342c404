"""The sound of a recording: its span cut out, one channel, at one rate."""

from __future__ import annotations

import numpy as np
import slap_edge
import soundfile
from numpy.typing import NDArray

from slap_export.data.manifest import Recording

RATE = 16_000
"""Samples per second of everything that is trained on."""

_SLACK = 0.05
"""Seconds that a span may reach beyond its file: tables round."""


class AudioError(ValueError):
    """A recording that cannot be heard."""

    def __init__(self, recording: Recording, problem: str) -> None:
        super().__init__(f"{recording.path}: {problem}")
        self.path = recording.path


def span_of(recording: Recording) -> tuple[int, int, int]:
    """First frame, the frame after the last, and the rate; read from the head of the file."""
    try:
        info = soundfile.info(str(recording.path))
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError(recording, _unreadable(error)) from None
    start = round(recording.start * info.samplerate)
    end = info.frames if recording.end is None else round(recording.end * info.samplerate)
    if info.frames == 0:
        raise AudioError(recording, "expected sound, got a file of no length")
    if start >= info.frames or end > info.frames + _SLACK * info.samplerate or end <= start:
        asked = f"{recording.start} to {'the end' if recording.end is None else recording.end}"
        raise AudioError(
            recording,
            f"expected a span within {info.frames / info.samplerate:.3f} s, got {asked}",
        )
    end = min(end, info.frames)
    seconds = (end - start) / info.samplerate
    if recording.parts and recording.parts[-1].end > seconds + _SLACK:
        raise AudioError(
            recording,
            f"expected parts within {seconds:.3f} s, got one to {recording.parts[-1].end}",
        )
    return start, end, info.samplerate


def seconds_of(recording: Recording) -> float:
    """The length of a recording."""
    start, end, rate = span_of(recording)
    return (end - start) / rate


def read_span(recording: Recording) -> NDArray[np.float32]:
    """The samples of a recording, [n], its channels averaged, at `RATE`."""
    start, end, rate = span_of(recording)
    try:
        samples, _ = soundfile.read(
            str(recording.path), start=start, stop=end, dtype="float32", always_2d=True
        )  # [frames, channels]
    except (OSError, soundfile.LibsndfileError) as error:
        raise AudioError(recording, _unreadable(error)) from None
    if len(samples) != end - start:
        raise AudioError(recording, f"expected {end - start} frames, got {len(samples)}")
    if not np.isfinite(samples).all():
        raise AudioError(recording, "expected finite samples, got some that are not")
    mono = np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32))
    if rate != RATE:
        mono = slap_edge.resample(mono, rate, RATE)
    return mono


def _unreadable(error: Exception) -> str:
    text = str(error).rstrip(".").rsplit(": ", 1)[-1]
    return f"expected audio that can be decoded, got: {text}"
