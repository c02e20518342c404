"""What the runtime makes of recordings: the numbers that a device would get.

Everything goes through `slap_edge.Screener`: resampling, front end, tower on tract, quality and
pooling. What was heard once is kept beside the corpus in `heard/`, under a name that depends on
the runtime's code, the tower, the front end and the recordings. A file there that is damaged is
made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slap_edge
from numpy.typing import NDArray

from slap_export.corpus import CorpusClip
from slap_export.data.files import clear_partial, whole_file
from slap_export.features import read_audio
from slap_export.runtime import span_of

Array = NDArray[np.float32]

_DAMAGED = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile)


@dataclass(frozen=True)
class Heard:
    """What the runtime made of n recordings, C steps in all."""

    clips: Array  # [n, D] unit embeddings
    poor: NDArray[np.bool_]  # [n] whether a device would not score the recording
    first: NDArray[np.int64]  # [n + 1] first step of each recording
    ends: NDArray[np.float64]  # [C] seconds up to which a step has heard
    steps: Array  # [C, D]
    recent: Array | None  # [C, D] of what was heard lately alone, if the tower tells
    outputs: dict[str, Array]  # name: [n, values] embeddings of other spaces, pooled as the clip's

    def of_clip(self, clip: int) -> slice:
        """The steps of a recording."""
        return slice(int(self.first[clip]), int(self.first[clip + 1]))


def pooled(values: Array, scored: NDArray[np.bool_], span: int) -> Array:
    """One unit vector [d] of those of the steps [C, d], by the rule of the runtime's clip.

    The mean of the steps that have a full span behind them and may be scored; without any, the
    last that may be scored, or the last.
    """
    full = scored & (np.arange(len(scored)) >= span - 1)
    if full.any():
        found = values[full].mean(axis=0, dtype=np.float64)
    else:
        found = values[np.flatnonzero(scored)[-1] if scored.any() else -1].astype(np.float64)
    return (found / np.linalg.norm(found)).astype(np.float32)


def outputs_of(manifest: dict[str, Any], *kinds: str) -> list[str]:
    """Names of a tower's outputs of some kinds."""
    return [o["name"] for o in manifest["tower"]["outputs"] if o["kind"] in kinds]


def listen(
    bundle: Path,
    manifest: dict[str, Any],
    clips: Sequence[CorpusClip],
    cache: Path,
    int8: bool = False,
    report: Callable[[str], None] = print,
) -> Heard:
    """Embeds recordings, or reads what was heard of them before; of none it hears nothing.

    `report` is told how far it is, and of a file of `cache` that is damaged.
    """
    if not clips:
        nothing = np.zeros((0, manifest["tower"]["embedding_dim"]), np.float32)
        empty = np.zeros(0)
        return Heard(nothing, empty > 0, np.zeros(1, np.int64), empty, nothing, None, {})
    names = [] if int8 else outputs_of(manifest, "recent", "attribute")
    path = cache / f"{_key(bundle, manifest, clips, int8)}.npz"
    if path.exists():
        try:
            return _heard(_read(path, manifest, names, len(clips)))
        except _DAMAGED as error:
            report(f"{path} is damaged ({error}); listening anew")
    content = _listen(bundle, manifest, clips, int8, names, report)
    cache.mkdir(parents=True, exist_ok=True)
    clear_partial(path)
    with whole_file(path) as out:
        np.savez(out, **content)
    return _heard(content)


def _read(
    path: Path, manifest: dict[str, Any], names: list[str], count: int
) -> dict[str, NDArray[Any]]:
    """What was kept of `count` recordings; raises one of `_DAMAGED` unless all of it can be."""
    with np.load(path) as kept:  # which compares the checksum of each array
        content = {key: kept[key] for key in kept}
    width = manifest["tower"]["embedding_dim"]
    first = content["first"]
    shapes = {"first": (count + 1,), "clips": (count, width), "poor": (count,)}
    shapes |= {"ends": (int(first[-1]),), "steps": (int(first[-1]), width)}
    recent = outputs_of(manifest, "recent")
    for name in names:
        if name in recent:
            shapes["recent"] = shapes["steps"]
        else:
            key = f"outputs.{name}"
            shapes[key] = (count, *content[key].shape[1:])
    if content.keys() != shapes.keys():
        raise ValueError(f"expected {', '.join(shapes)}, got {', '.join(content)}")
    for key, shape in shapes.items():
        if content[key].shape != shape:
            raise ValueError(f"{key}: expected {shape}, got {content[key].shape}")
        if not np.isfinite(content[key]).all():
            raise ValueError(f"{key}: expected finite numbers, got some that are not")
    if first[0] != 0 or (np.diff(first) < 0).any():
        raise ValueError("first: expected steps from 0 on, in order")
    return content


def _listen(
    bundle: Path,
    manifest: dict[str, Any],
    clips: Sequence[CorpusClip],
    int8: bool,
    names: list[str],
    report: Callable[[str], None],
) -> dict[str, NDArray[Any]]:
    rate = manifest["front_end"]["sample_rate"]
    span = span_of(manifest["tower"])
    recent = outputs_of(manifest, "recent")
    mine = threading.local()  # a screener is one stream: each thread has its own

    def hear(clip: CorpusClip) -> dict[str, NDArray[Any]]:
        if not hasattr(mine, "screener"):
            mine.screener = slap_edge.Screener(bundle, int8=int8, outputs=names)
        result = mine.screener.score(read_audio(clip.path, rate), rate, steps=True)
        steps = result["steps"]
        scored = np.array(steps["scored"], bool)
        found = {
            "clips": result["embedding"],
            "poor": np.array(result["poor"] is not None),
            "ends": steps["ends"],
            "steps": steps["embeddings"],
        }
        for name, values in steps["outputs"].items():
            if name in recent:
                found["recent"] = values
            else:
                found[f"outputs.{name}"] = pooled(values, scored, span)
        return found

    found = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, heard in enumerate(pool.map(hear, clips), start=1):
            found.append(heard)
            if done % 1000 == 0:
                report(f"  {done} of {len(clips)}")
    counts = [len(heard["ends"]) for heard in found]
    content = {"first": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)}
    for key in found[0]:
        join = np.concatenate if key in ("ends", "steps", "recent") else np.stack
        content[key] = join([heard[key] for heard in found])
    return content


def _heard(content: dict[str, NDArray[Any]]) -> Heard:
    plain = {key: content[key] for key in ("clips", "poor", "first", "ends", "steps")}
    prefix = "outputs."
    outputs = {
        key.removeprefix(prefix): values
        for key, values in content.items()
        if key.startswith(prefix)
    }
    return Heard(**plain, recent=content.get("recent"), outputs=outputs)


def _key(bundle: Path, manifest: dict[str, Any], clips: Sequence[CorpusClip], int8: bool) -> str:
    graph = manifest["tower"]["int8" if int8 else "float32"]
    module = Path(slap_edge.__file__).parent
    code = [path for path in sorted(module.glob("slap_edge*")) if path.suffix in (".so", ".pyd")]
    about = {
        "runtime": [hashlib.sha256(path.read_bytes()).hexdigest() for path in code],
        "graph": manifest["files"][graph]["sha256"],
        "settings": [manifest[key] for key in ("front_end", "tower", "quality")],
        "clips": [
            (clip.id, clip.seconds, clip.path.stat().st_size, sorted(clip.attributes.items()))
            for clip in clips
        ],
    }
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:24]
