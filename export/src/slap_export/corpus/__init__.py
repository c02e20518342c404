"""Synthetic voices with known attributes, for training and evaluation.

`synth` makes a corpus; `attributes` says what is true of each clip; `read_clips` reads it back.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIPS = "clips.jsonl"
"""The file of a corpus that names its clips."""

_TEXTS = ("id", "path", "split", "engine", "speaker", "language", "text")
_SLACK = 0.1
"""Seconds that a part may reach beyond its clip: both are rounded, and so is a change of speed."""


class CorpusError(ValueError):
    """A corpus that is not as it should be; says in which line."""


@dataclass(frozen=True)
class Part:
    """A stretch of a clip in which the voice stays as it is."""

    start: float  # seconds
    end: float
    attributes: dict[str, str | None]


@dataclass(frozen=True)
class CorpusClip:
    """One line of a corpus's `clips.jsonl`."""

    id: str
    path: Path
    split: str
    engine: str
    speaker: str
    language: str
    text: str
    """What is said; empty for a held vowel."""
    seconds: float
    attributes: dict[str, str | None]
    parts: tuple[Part, ...]
    """None, or two: the voice changes once."""
    captions: tuple[str, ...] = ()
    """Sentences about the clip that came with its corpus."""


def read_clips(folder: Path, split: str | None = None) -> list[CorpusClip]:
    """The clips of the corpus in `folder`, or of one of its splits; paths are complete."""
    file = folder / CLIPS
    clips: list[CorpusClip] = []
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                clip = _clip(_object(raw), folder)
            except CorpusError as error:
                raise CorpusError(f"{file}, line {number}: {error}") from None
            if split is None or clip.split == split:
                clips.append(clip)
    return clips


def _object(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
        row = json.loads(text)
        if "\\ud" in text.lower():  # half of a surrogate pair is no text that can be written
            json.dumps(row, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise CorpusError(f"expected text that UTF-8 can hold: {error.reason}") from None
    except (json.JSONDecodeError, RecursionError) as error:
        problem = f"{error.msg} at {error.pos}" if isinstance(error, ValueError) else "too deep"
        raise CorpusError(f"expected one JSON object: {problem}") from None
    if not isinstance(row, dict):
        raise CorpusError(f"expected one JSON object, got {row!r:.40}")
    return row


def _clip(row: dict[str, Any], folder: Path) -> CorpusClip:
    for name in _TEXTS:
        if not isinstance(row.get(name), str):
            raise CorpusError(f"{name}: expected a text, got {row.get(name)!r:.40}")
    for name in ("id", "path", "split"):
        if not row[name] or "\0" in row[name]:
            raise CorpusError(f"{name}: expected a name, got {row[name]!r:.40}")
    seconds = _seconds(row.get("seconds"), "seconds")
    captions = row.get("captions", [])
    if not isinstance(captions, list) or not all(isinstance(said, str) for said in captions):
        raise CorpusError(f"captions: expected a list of texts, got {captions!r:.40}")
    return CorpusClip(
        id=row["id"],
        path=folder / row["path"],
        split=row["split"],
        engine=row["engine"],
        speaker=row["speaker"],
        language=row["language"],
        text=row["text"],
        seconds=seconds,
        attributes=_attributes(row.get("attributes"), "attributes"),
        parts=_parts(row.get("parts", []), seconds),
        captions=tuple(captions),
    )


def _seconds(value: object, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise CorpusError(f"{name}: expected seconds from 0 up, got {value!r:.40}")
    return value


def _attributes(value: object, name: str) -> dict[str, str | None]:
    if not isinstance(value, dict):
        raise CorpusError(f"{name}: expected an object, got {value!r:.40}")
    for key, held in value.items():
        if held is not None and not isinstance(held, str):
            raise CorpusError(f"{name}.{key}: expected a text or null, got {held!r:.40}")
    return value


def _parts(value: object, seconds: float) -> tuple[Part, ...]:
    if not isinstance(value, list) or len(value) > 2:
        raise CorpusError(f"parts: expected a list of at most two, got {value!r:.40}")
    found: list[Part] = []
    for at, held in enumerate(value):
        name = f"parts[{at}]"
        if not isinstance(held, dict) or set(held) != {"start", "end", "attributes"}:
            raise CorpusError(f"{name}: expected start, end and attributes, got {held!r:.40}")
        start, end = (_seconds(held[edge], f"{name}.{edge}") for edge in ("start", "end"))
        first = found[-1].end if found else 0.0
        if not first <= start < end <= seconds + _SLACK:
            raise CorpusError(
                f"{name}: expected a stretch from {first:g} s on that ends by {seconds:g} s,"
                f" got {start:g} to {end:g}"
            )
        found.append(Part(start, end, _attributes(held["attributes"], f"{name}.attributes")))
    return tuple(found)
