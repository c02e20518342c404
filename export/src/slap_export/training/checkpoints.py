"""What an interrupted run goes on from: the same weights, the same log."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from slap_export.checkpoint import save_whole
from slap_export.training.learner import Learner


def save_progress(learner: Learner, totals: Tensor, path: Path) -> None:
    """Writes everything that changes while training, whole or not at all.

    Args:
        learner: What is trained.
        totals: Sums over the steps done of the epoch.
        path: The file.
    """
    save_whole({**learner.state(), "totals": totals}, path)


def resume(learner: Learner, path: Path) -> Tensor | None:
    """Continues from a file written by `save_progress`, if there is one; gives its totals."""
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    try:
        learner.load_state(state)
    except (RuntimeError, ValueError, KeyError) as error:
        raise ValueError(
            f"{path} was written by another recipe or version; remove {path.parent} to start over"
        ) from error
    return state["totals"]


def forget_after(log: Path, epoch: int) -> None:
    """Removes the lines of epochs after `epoch`, which are trained again."""
    if not log.exists():
        return
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.endswith("\n") and json.loads(line)["epoch"] <= epoch]
    partial = log.with_suffix(".partial")
    partial.write_text("".join(kept), encoding="utf-8")
    partial.replace(log)
