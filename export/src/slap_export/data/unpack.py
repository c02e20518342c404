"""Shards as a corpus folder, in the layout that `slap-export corpus synth` writes.

    FOLDER/corpus.json                  what it is made from, written first
    FOLDER/audio/SPLIT/KEY-RENDER.flac
    FOLDER/clips.jsonl                  written last: where it stands, all is there

Training, calibration and evaluation read such a folder. Training recordings may be heard several
times over: as they are, and changed in other ways each time. All other splits are left alone.
A split `test` becomes `test_voices`: its speakers are what is new in it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soundfile

from slap_export.data.audio import RATE
from slap_export.data.augment import WaveformConfig
from slap_export.data.files import whole_file
from slap_export.data.hearing import Hearing, hear
from slap_export.data.shards import Index, Stored, read_shard

CLIPS = "clips.jsonl"
_SPLITS = {"test": "test_voices"}


def unpack(
    index: Index,
    folder: Path,
    *,
    changes: WaveformConfig | None = None,
    renders: int = 1,
    seed: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> int:
    """Writes a corpus folder and returns how many clips it holds; goes on after an interruption.

    Args:
        index: The shards.
        folder: Where to; made if missing. One that holds a corpus is refused.
        changes: What may happen to a training recording from its second render on.
        renders: How often a training recording is heard.
        seed: Of the changes.
        report: Called with a line after every shard.
    """
    if renders < 1 or (renders > 1 and changes is None):
        raise ValueError(f"renders: expected 1, or more and changes to tell them apart: {renders}")
    if seed < 0:
        raise ValueError(f"seed: expected 0 or more, got {seed}")
    if (folder / CLIPS).exists():
        raise ValueError(f"{folder} holds a corpus already; remove it or choose another folder")
    _begin(folder, index, changes, renders, seed)
    lines: list[bytes] = []
    for shard in index.shards:
        split = _SPLITS.get(shard.split, shard.split)
        (folder / "audio" / split).mkdir(parents=True, exist_ok=True)
        for stored in read_shard(index.folder, shard):
            for render in range(renders if split == "train" else 1):
                found = hear(stored, changes if render else None, seed, render)
                path = f"audio/{split}/{stored.key}-{render}.flac"
                if not (folder / path).exists():
                    # In memory first: an encoder that cannot write to a file says nothing of why.
                    held = io.BytesIO()
                    soundfile.write(held, found.samples, RATE, format="FLAC", subtype="PCM_16")
                    with whole_file(folder / path) as out:
                        out.write(held.getbuffer())
                lines.append(_line(path, split, stored, found))
        report(f"{shard.name}: {len(lines)} clips so far")
    with whole_file(folder / CLIPS) as out:
        out.writelines(lines)
    return len(lines)


def _begin(
    folder: Path, index: Index, changes: WaveformConfig | None, renders: int, seed: int
) -> None:
    """Says what the folder is made from; refuses one that was begun with anything else."""
    about = {
        "shards": index.plan,
        "changes": None if changes is None else asdict(changes),
        "renders": renders,
        "seed": seed,
    }
    text = json.dumps(about, indent=1).encode() + b"\n"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "corpus.json"
    if file.exists():
        if file.read_bytes() != text:
            raise ValueError(f"{folder} was begun from other shards or settings; remove it")
        return
    with whole_file(file) as out:
        out.write(text)


def _line(path: str, split: str, stored: Stored, found: Hearing) -> bytes:
    corpus = found.attributes.get("corpus") or "unknown"
    values = {
        "id": Path(path).stem,
        "path": path,
        "split": split,
        "engine": found.attributes.get("engine") or corpus,
        "speaker": stored.speaker or "",
        "language": stored.language or "",
        "text": stored.transcript or "",
        "seconds": round(len(found.samples) / RATE, 3),
        "attributes": found.attributes,
        "parts": [vars(part) for part in found.parts],
        "captions": list(found.captions),
        "changes": [{"name": change.name, **_numbers(vars(change))} for change in found.changes],
    }
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def _numbers(values: dict[str, object]) -> dict[str, object]:
    return {k: round(v, 4) if isinstance(v, float | np.floating) else v for k, v in values.items()}
