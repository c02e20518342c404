"""What the runtime makes of recordings: the numbers that a device would get.

Everything goes through `slap_edge.Screener`: resampling, front end, tower on tract, quality and
pooling. What was heard once is kept beside the corpus in `heard/`, under a name that depends on
the runtime's code, the tower, the front end and the recordings.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import slap_edge
from numpy.typing import NDArray

from slap_export.corpus import CorpusClip
from slap_export.features import read_audio
from slap_export.runtime import span_of

Array = NDArray[np.float32]


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
    """Embeds recordings, or reads what was heard of them before; of none it hears nothing."""
    if not clips:
        nothing = np.zeros((0, manifest["tower"]["embedding_dim"]), np.float32)
        empty = np.zeros(0)
        return Heard(nothing, empty > 0, np.zeros(1, np.int64), empty, nothing, None, {})
    names = [] if int8 else outputs_of(manifest, "recent", "attribute")
    path = cache / f"{_key(bundle, manifest, clips, int8)}.npz"
    if path.exists():
        with np.load(path) as content:
            return _heard({key: content[key] for key in content})
    content = _listen(bundle, manifest, clips, int8, names, report)
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **content)
    partial.replace(path)
    return _heard(content)


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
