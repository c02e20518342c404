"""What an interrupted run goes on from: the same recipe and corpus, the same weights, the same log.

A run is what its recipe, its corpus and its teacher make it. Nothing goes on under another recipe,
and a trial of a few steps an epoch (`--max-steps`) never becomes part of a whole training.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from slap_export.checkpoint import (
    AFTER_TRAINING,
    DAMAGED,
    CheckpointError,
    InputStatistics,
    Origin,
    read_origin,
    read_whole,
    run_folder,
    save_whole,
)
from slap_export.config import Config, ConfigError, build, to_dict
from slap_export.training.learner import Learner

UNTOLD = {"corpus.path", "runs", "tower.recent_chunks", "train.save_every_steps"}
"""Settings that may change while a run is trained: where things are, and how often it is saved."""

SHOWN = 6
"""Settings that a refusal names, at most."""


@dataclass(frozen=True)
class Left:
    """What an earlier call of `train` left in the folder of a run."""

    config: Config
    origin: Origin | None
    """None where an older version trained it."""
    epoch: int
    """Epochs that are whole."""
    state: dict[str, Any] | None
    """What to go on from; None where `progress.pt` is gone."""


def origin_of(
    config: Config, root: Path, statistics: InputStatistics, max_steps: int | None
) -> Origin:
    """Where a training that begins now comes from."""
    clips = root / config.corpus.path / "clips.jsonl"
    corpus = hashlib.sha256(clips.read_bytes() + json.dumps(asdict(statistics)).encode())
    teacher, table = None, config.objectives.distillation
    if table is not None:
        path = run_folder(config, root).parent / table.teacher / "trained.pt"
        teacher = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
    return Origin(corpus.hexdigest(), teacher, max_steps)


def left_behind(folder: Path) -> Left | None:
    """What lies in the folder of a run, if anything was trained there."""
    progress, result = folder / "progress.pt", folder / "trained.pt"
    if not progress.exists() and not result.exists():
        return None
    path = progress if progress.exists() else result
    content = read_whole(path)
    try:
        recipe = content["config"] if "config" in content else older_recipe(folder)
        state = content if path == progress else None
        epoch = content["epochs"] if state is None else content["epoch"]
        return Left(build(Config, recipe), read_origin(content), int(epoch), state)
    except ConfigError as error:
        raise CheckpointError(
            f"{path} was written by another version, {error}; {afresh(folder)}"
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged; {afresh(folder)}") from error


def older_recipe(folder: Path) -> dict[str, Any]:
    """The recipe of a `progress.pt` that does not tell it."""
    if (folder / "trained.pt").exists():
        return read_whole(folder / "trained.pt")["config"]
    content = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return {name: value for name, value in content.items() if name != "revision"}


def to_go_on_from(
    folder: Path, config: Config, origin: Origin, report: Callable[[str], None]
) -> Left | None:
    """What lies in the folder of a run, if this recipe's training can go on from it.

    None if there is nothing, or but a trial that is not the one asked for, which is left behind.

    Raises:
        ValueError: Something else was trained there.
    """
    left = left_behind(folder)
    if left is None:
        return None
    found = differences(left, config, origin)
    tried = left.origin.max_steps if left.origin is not None else None
    if found and tried is not None:
        report(f"{folder} holds a trial with --max-steps {tried}; starting anew")
        return None
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise ValueError(
            f"{folder} was trained by another recipe: {', '.join(found[:SHOWN])}{more}; "
            f"{afresh(folder)}"
        )
    if left.state is None and left.epoch < config.train.epochs:
        raise ValueError(
            f"{folder / 'trained.pt'} has {left.epoch} of {config.train.epochs} epochs, and the "
            f"progress.pt to go on from is gone; {afresh(folder)}"
        )
    return left


def afresh(folder: Path) -> str:
    """How to start over."""
    return f"remove {folder} to start over, or give the recipe another bundle.name"


def differences(left: Left, config: Config, origin: Origin) -> list[str]:
    """What would be trained otherwise than what was left, in words."""
    old, new = told(left.config), told(config)
    found = [
        f"{name} was {old.get(name, 'not given')} and is {new.get(name, 'not given')}"
        for name in [*old, *(new.keys() - old.keys())]
        if old.get(name) != new.get(name)
    ]
    before = left.origin or Origin(origin.corpus, origin.teacher, None)
    if before.max_steps != origin.max_steps:
        was, now = (each.max_steps or "not given" for each in (before, origin))
        found.insert(0, f"--max-steps was {was} and is {now}")
    if before.corpus != origin.corpus:
        found.append("the corpus is another")
    if before.teacher != origin.teacher:
        found.append("the teacher was trained anew")
    return found


def told(config: Config) -> dict[str, Any]:
    """Every setting that training depends on, by its whole name."""
    found: dict[str, Any] = {}

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, each in value.items():
                add(f"{name}.{key}" if name else key, each)
        elif value is not None and name not in UNTOLD:
            found[name] = value

    recipe = to_dict(config)
    add("", {name: table for name, table in recipe.items() if name not in AFTER_TRAINING})
    return found


def save_progress(
    learner: Learner, totals: Tensor, config: Config, origin: Origin, path: Path
) -> None:
    """Writes everything that changes while training, whole or not at all.

    Args:
        learner: What is trained.
        totals: Sums over the steps done of the epoch.
        config: The recipe.
        origin: What it is trained on.
        path: The file.
    """
    kept = {"totals": totals, "config": to_dict(config), "origin": asdict(origin)}
    save_whole({**learner.state(), **kept}, path)


def resume(learner: Learner, totals: Tensor, state: dict[str, Any], folder: Path) -> None:
    """Continues from what `save_progress` wrote."""
    try:
        learner.load_state(state)
        totals.copy_(state["totals"])
    except DAMAGED as error:
        raise CheckpointError(
            f"{folder / 'progress.pt'} is damaged, or of another version; {afresh(folder)}"
        ) from error


def forget_after(log: Path, epoch: int) -> None:
    """Removes the lines of epochs after `epoch`, which are trained again."""
    if epoch == 0:
        log.unlink(missing_ok=True)
    if not log.exists():
        return
    kept = []
    for number, line in enumerate(log.read_text("utf-8").splitlines(keepends=True), start=1):
        if not line.endswith("\n"):  # cut off while it was written
            continue
        try:
            if json.loads(line)["epoch"] <= epoch:
                kept.append(line)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{log}, line {number}: not the line of an epoch") from error
    partial = log.with_suffix(".partial")
    partial.write_text("".join(kept), encoding="utf-8")
    partial.replace(log)
