"""Synthetic voices with known attributes, for training and evaluation.

`synth` makes a corpus; `attributes` says what is true of each clip; `read_clips` reads it back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


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
    clips: list[CorpusClip] = []
    with (folder / "clips.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if split is None or row["split"] == split:
                clips.append(
                    CorpusClip(
                        id=row["id"],
                        path=folder / row["path"],
                        split=row["split"],
                        engine=row["engine"],
                        speaker=row["speaker"],
                        language=row["language"],
                        text=row["text"],
                        seconds=row["seconds"],
                        attributes=row["attributes"],
                        parts=tuple(Part(**part) for part in row.get("parts", ())),
                        captions=tuple(row.get("captions", ())),
                    )
                )
    return clips
