"""A bundle opened to be measured, and the facts about it and its corpus that a report states."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256 as digest_of
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from slap_edge import Screener

from slap_export.bundle import PUBLISHED, BundleError, read_prompt_pack, sha256, verify_files
from slap_export.corpus import CorpusClip
from slap_export.evaluation.intervals import RESAMPLES
from slap_export.scoring import PackedTask
from slap_export.space import SAME_SPACE
from slap_export.tasks import GROUPS, PROTOCOL, TASKS, Task

Array = NDArray[np.float32]
WEAKEST = 10


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    limit: int | None = None
    """Recordings of a split, drawn at random; all if None."""
    probe: int = 6000
    """Training recordings that the linear probe learns from, at most."""
    resamples: int = RESAMPLES
    seed: int = 1


@dataclass(frozen=True)
class Opened:
    """A bundle, read."""

    folder: Path
    manifest: dict[str, Any]
    prompts: Array  # [p, D]
    texts: list[str]
    packed: list[PackedTask]
    """The tasks of the pack that are known here, calibrated."""
    tasks: list[Task]
    """The same with their rules."""

    @property
    def scale(self) -> float:
        """Factor on cosines."""
        return float(self.manifest["tower"]["logit_scale"])


def open_bundle(folder: Path) -> Opened:
    """Reads a bundle after checking its files."""
    manifest = verify_files(folder)
    Screener(folder)  # its reader wants every key of the manifest to make sense
    embeddings, texts, packed, _ = read_prompt_pack(folder / manifest["prompts"])
    rules = {task.name: task for task in TASKS}
    known = [
        (task, rules[task.name])
        for task in packed
        if task.name in rules
        and [c.name for c in task.classes] == [c.name for c in rules[task.name].classes]
    ]
    names = {task.name for task, _ in known}
    for task, _ in known:
        # What other tasks answer is not known here.
        task.needs = [need for need in task.needs if names.issuperset(n.task for n in need)]
    return Opened(
        folder,
        manifest,
        embeddings.astype(np.float32),
        texts,
        [task for task, _ in known],
        [rule for _, rule in known],
    )


def check_same_space(bundle: Opened, other: Opened) -> None:
    """Raises unless the prompts that two bundles share have the same embeddings."""
    rows = {text: row for row, text in enumerate(other.texts)}
    shared = [(i, rows[text]) for i, text in enumerate(bundle.texts) if text in rows]
    if bundle.prompts.shape[1] != other.prompts.shape[1] or not shared:
        raise BundleError(f"{bundle.folder} and {other.folder} have no space in common")
    some, others = (np.array(column) for column in zip(*shared, strict=True))
    difference = float(np.abs(bundle.prompts[some] - other.prompts[others]).max())
    if difference > SAME_SPACE:
        raise BundleError(
            f"{bundle.folder} and {other.folder} are of different spaces: the embeddings of the "
            f"same prompts differ by {difference:.3f}"
        )


def weakest(splits: Mapping[str, Any], count: int = WEAKEST) -> list[dict[str, Any]]:
    """The tasks of the protocol that are told worst, by their mean over the splits."""
    found: dict[str, dict[str, float]] = {}
    for split, content in splits.items():
        for name, entry in content["tasks"].items():
            found.setdefault(name, {})[split] = entry["averaged"]["value"]
    protocol = {task.name for task in TASKS if task.group in PROTOCOL}
    rows = [
        {"task": name, "mean": float(np.mean(list(values.values()))), "splits": values}
        for name, values in found.items()
        if name in protocol
    ]
    return sorted(rows, key=lambda row: row["mean"])[:count]


def corpus_facts(clips: Sequence[CorpusClip]) -> dict[str, Any]:
    """Sizes of the splits."""
    facts = {}
    for split in dict.fromkeys(clip.split for clip in clips):
        members = [clip for clip in clips if clip.split == split]
        facts[split] = {
            "recordings": len(members),
            "hours": sum(clip.seconds for clip in members) / 3600,
            "shortest": min(clip.seconds for clip in members),
            "longest": max(clip.seconds for clip in members),
            "speakers": len({clip.speaker for clip in members if clip.speaker}),
            "languages": len({clip.language for clip in members}),
            "engines": sorted({clip.engine for clip in members}),
        }
    return facts


def task_facts(bundle: Opened) -> list[dict[str, Any]]:
    """Every task as the bundle asks it."""
    return [
        {
            "name": task.name,
            "title": task.title,
            "group": task.group,
            "group_title": GROUPS[task.group],
            "temperature": packed.temperature,
            "minimum_probability": packed.minimum_probability,
            "needs": [[{"task": n.task, "class": n.option} for n in need] for need in packed.needs],
            "classes": [
                {"name": c.name, "bias": c.bias, "prompts": [bundle.texts[i] for i in c.prompts]}
                for c in packed.classes
            ],
        }
        for task, packed in zip(bundle.tasks, bundle.packed, strict=True)
    ]


def provenance(bundle: Opened, corpus: Path, effort: Effort, text: Path | None) -> dict[str, Any]:
    """From what, with what and where the numbers were made."""
    files = bundle.manifest["files"]
    listing = "".join(
        f"{name} {entry['sha256']}\n"
        for name, entry in sorted(files.items())
        if name not in PUBLISHED
    )
    return {
        "bundle": digest_of(listing.encode()).hexdigest(),
        "corpus": sha256(corpus / "clips.jsonl"),
        "effort": asdict(effort),
        "text": text and text.resolve().name,
        "engine": "tract",
        "versions": {name: version(name) for name in ("slap-edge", "slap-export", "numpy")},
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
    }


def processor() -> str:
    """What the processor calls itself."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
