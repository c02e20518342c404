"""What must never be in two splits: a speaker, a stretch of one file, or the same audio twice.

A model tested on a voice it was trained on is tested on nothing. Speakers are compared by name, so
names must be unique across corpora (the readers put the corpus before the name). Audio is compared
by the samples it decodes to, so that a renamed copy, or one in another lossless container, is
found; a copy that was coded again with loss is not.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import soundfile

from slap_export.data.manifest import Recording

_BLOCK = 1 << 16
_NAMED = 20


@dataclass(frozen=True)
class Leak:
    """One thing heard in more than one split."""

    kind: str  # "speaker", "file" or "audio"
    name: str
    splits: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} in {' and '.join(self.splits)}"


class LeakageError(ValueError):
    """Splits share speakers or audio."""

    def __init__(self, leaks: list[Leak]) -> None:
        named = "; ".join(str(leak) for leak in leaks[:_NAMED])
        more = f"; and {len(leaks) - _NAMED} more" if len(leaks) > _NAMED else ""
        super().__init__(f"splits are not apart: {named}{more}")
        self.leaks = leaks


def refuse_leaks(recordings: Iterable[Recording], *, audio: bool = True) -> None:
    """Raises `LeakageError` that names every leak. `audio` decodes and compares all the files."""
    leaks = find_leaks(recordings, audio=audio)
    if leaks:
        raise LeakageError(leaks)


def find_leaks(recordings: Iterable[Recording], *, audio: bool = True) -> list[Leak]:
    """All leaks: speakers first, then files, then audio, each sorted by name."""
    known = list(recordings)
    leaks = _speakers(known) + _files(known)
    return leaks + _audio(known) if audio else leaks


def audio_hash(recording: Recording) -> str:
    """SHA-256 of rate, channels and 16-bit samples of the recording's span."""
    with soundfile.SoundFile(str(recording.path)) as file:
        rate = file.samplerate
        stop = file.frames if recording.end is None else round(recording.end * rate)
        start = round(recording.start * rate)
        digest = hashlib.sha256(f"{rate} {file.channels} ".encode())
        file.seek(min(start, file.frames))
        left = min(stop, file.frames) - start
        while left > 0:
            block = file.read(
                min(left, _BLOCK), dtype="int16", always_2d=True
            )  # [frames, channels]
            if not len(block):
                break
            digest.update(block.astype("<i2").tobytes())
            left -= len(block)
    return digest.hexdigest()


def _speakers(recordings: list[Recording]) -> list[Leak]:
    splits: dict[str, set[str]] = defaultdict(set)
    for recording in recordings:
        if recording.speaker is not None:
            splits[recording.speaker].add(recording.split)
    return _shared("speaker", splits)


def _files(recordings: list[Recording]) -> list[Leak]:
    """Spans of one file that overlap across splits."""
    spans: dict[Path, list[Recording]] = defaultdict(list)
    for recording in recordings:
        spans[recording.path.resolve()].append(recording)  # however it is named
    splits: dict[str, set[str]] = defaultdict(set)
    for found in spans.values():
        found.sort(key=lambda span: span.start)
        reach: dict[str, float] = {}  # for each split, the end of what was heard so far
        for span in found:
            for split, end in reach.items():
                if split != span.split and end > span.start:
                    splits[str(found[0].path)] |= {split, span.split}
            end = float("inf") if span.end is None else span.end
            reach[span.split] = max(end, reach.get(span.split, 0.0))
    return _shared("file", splits)


def _audio(recordings: list[Recording]) -> list[Leak]:
    splits: dict[str, set[str]] = defaultdict(set)
    names: dict[str, list[str]] = defaultdict(list)
    for recording in recordings:
        key = audio_hash(recording)
        splits[key].add(recording.split)
        names[key].append(str(recording.path))
    shared = {
        " = ".join(sorted(set(names[key]))): found
        for key, found in splits.items()
        if len(found) > 1 and len(set(names[key])) > 1
    }
    return _shared("audio", shared)


def _shared(kind: str, splits: dict[str, set[str]]) -> list[Leak]:
    return [
        Leak(kind, name, tuple(sorted(found)))
        for name, found in sorted(splits.items())
        if len(found) > 1
    ]
