"""What training leaves behind: weights, scale, input statistics, recipe and revision."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from slap_export.config import Config, FrontEndConfig, build, to_dict
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower
from slap_export.towers.captioner import Captioner
from slap_export.towers.projections import TextProjection, projection_of

AFTER_TRAINING = ("bundle", "export", "scoring", "quality")
"""Sections of a recipe that only the bundle depends on; `tower.recent_chunks` is another such."""

DAMAGED = (
    *(OSError, EOFError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError),
    *(OverflowError, AssertionError, pickle.UnpicklingError),
)
"""What reading a file of weights raises where bytes are not what they should be."""


class CheckpointError(ValueError):
    """A file of weights that is damaged, or of another kind."""


@dataclass(frozen=True)
class InputStatistics:
    """Mean and standard deviation of log-mel values over the training recordings."""

    mean: float
    std: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.std) and self.std > 0):
            raise ValueError(
                "the training recordings are silent or all alike: their log-mel values have mean "
                f"{self.mean} and standard deviation {self.std}"
            )


@dataclass(frozen=True)
class Origin:
    """What besides its recipe a training comes from."""

    corpus: str
    """SHA-256 of the corpus's `clips.jsonl` and of the input statistics."""
    teacher: str | None
    """SHA-256 of the teacher's `trained.pt`, if there is a teacher."""
    max_steps: int | None
    """Steps of each epoch where it was but a trial of the recipe."""


@dataclass
class Trained:
    """A trained pair of towers, ready to be evaluated or packed."""

    tower: SlapTower
    projection: TextProjection
    logit_scale: float
    statistics: InputStatistics
    config: Config
    revision: str
    """Git revision of the code that trained it."""
    epochs: int
    branches: dict[str, AttributeBranch] = field(default_factory=dict)
    """Branches on the tower by name, such as `speaker`; maybe none."""
    captioner: Captioner | None = None
    """What writes captions from the tower's tokens, if it was trained."""
    origin: Origin | None = None
    """None where an older version trained it."""

    def branched(self) -> BranchedTower | None:
        """The tower and its branches as one, if it has any."""
        return BranchedTower(self.tower, self.branches) if self.branches else None

    def unfinished(self) -> str | None:
        """In what this is not the tower that its recipe makes, if it is not."""
        if self.origin is not None and self.origin.max_steps is not None:
            tried = self.origin.max_steps
            return f"a trial with --max-steps {tried}, not what the recipe makes"
        if self.epochs < self.config.train.epochs:
            return f"trained for {self.epochs} of {self.config.train.epochs} epochs"
        return None

    @property
    def front_end(self) -> dict[str, Any]:
        """The manifest's `front_end`, with normalisation by the training statistics."""
        return front_end_spec(self.config.front_end, self.statistics)


def run_folder(config: Config, root: Path) -> Path:
    """Where the checkpoints, log and recipe of this bundle's training are kept."""
    return root / config.runs / config.bundle.name


def attribute_branches(config: Config) -> dict[str, AttributeBranch]:
    """The branches that the recipe's objectives train, before training."""
    tables = {"speaker": config.objectives.speaker, "semantic": config.objectives.semantic}
    return {
        name: AttributeBranch(config.tower, table.dim, affine=table.affine, heads=table.heads)
        for name, table in tables.items()
        if table is not None
    }


def front_end_spec(
    config: FrontEndConfig, statistics: InputStatistics | None = None
) -> dict[str, Any]:
    """The manifest's `front_end`; without statistics frames are not normalised."""
    normalise: dict[str, Any] = {"kind": "none"}
    if statistics is not None:
        normalise = {"kind": "fixed", "mean": statistics.mean, "std": statistics.std}
    return {**asdict(config), "normalise": normalise}


def save_trained(trained: Trained, path: Path) -> None:
    """Writes the result of training, whole or not at all."""
    captioner = trained.captioner
    save_whole(
        {
            "tower": trained.tower.state_dict(),
            "projection": trained.projection.state_dict(),
            "logit_scale": trained.logit_scale,
            "statistics": asdict(trained.statistics),
            "config": to_dict(trained.config),
            "revision": trained.revision,
            "epochs": trained.epochs,
            "origin": None if trained.origin is None else asdict(trained.origin),
            "branches": {name: branch.state_dict() for name, branch in trained.branches.items()},
            "captioner": None
            if captioner is None
            else {"weights": captioner.state_dict(), "vocabulary": list(captioner.vocabulary)},
        },
        path,
    )


def save_whole(content: dict[str, Any], path: Path) -> None:
    """Writes a file that is either the old one or all of the new one, whenever it is cut off."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_whole(path: Path) -> dict[str, Any]:
    """Reads what `save_whole` wrote."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except DAMAGED as error:
        raise CheckpointError(f"{path} is damaged, or no file of weights") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} is no file that `slap-export train` wrote")
    return content


def read_origin(content: dict[str, Any]) -> Origin | None:
    """Where the training of a file came from; None where an older version wrote it."""
    origin = content.get("origin")
    return None if origin is None else Origin(**origin)


def load_trained(path: Path, recipe: Config) -> Trained:
    """Reads the result of training.

    What training does not depend on, such as the limits of quality, is the recipe's, so
    that it can be changed without training again; the rest is as it was trained. Of a
    tower that is otherwise the recipe's, `recent_chunks` is too.
    """
    if not path.exists():
        raise FileNotFoundError(f"no trained tower at {path}; run `slap-export train` first")
    content = read_whole(path)
    try:
        return restored(content, recipe)
    except DAMAGED as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise CheckpointError(
            f"{path} is damaged, or of another version of slap-export: {said}"
        ) from error


def restored(content: dict[str, Any], recipe: Config) -> Trained:
    """The towers that a file holds."""
    later = {name: to_dict(getattr(recipe, name)) for name in AFTER_TRAINING}
    config = build(Config, {**content["config"], **later})
    trained, wanted = (replace(each.tower, recent_chunks=0) for each in (config, recipe))
    if trained == wanted:  # a teacher may be another tower
        config = replace(config, tower=recipe.tower)
    tower = SlapTower(config.tower)
    tower.load_state_dict(content["tower"])
    branches = attribute_branches(config)
    for name, branch in branches.items():
        branch.load_state_dict(content["branches"][name])
        branch.eval()
    captioner, table = None, config.objectives.captioning
    if table is not None:
        captioner = Captioner(table, config.tower, content["captioner"]["vocabulary"])
        captioner.load_state_dict(content["captioner"]["weights"])
        captioner.eval()
    return Trained(
        tower.eval(),
        projection_of(content["projection"]).eval(),
        content["logit_scale"],
        InputStatistics(**content["statistics"]),
        config,
        content["revision"],
        content["epochs"],
        branches,
        captioner,
        read_origin(content),
    )


def git_revision() -> str:
    """The last commit of this package, with `-dirty` when it holds what is not committed."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        command = ["git", *arguments, "--", "."]
        result = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True)
        return result.stdout.strip()

    try:
        revision = git("log", "-1", "--abbrev=12", "--format=%h")
        return f"{revision}-dirty" if git("status", "--porcelain") else revision
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
