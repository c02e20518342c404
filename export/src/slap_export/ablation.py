"""What each objective of a recipe adds: captions alone, and with each of the others beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from slap_export.checkpoint import run_folder
from slap_export.config import Config, ConfigError
from slap_export.evaluation.of_run import compare, study, summary
from slap_export.objectives.tables import ObjectivesConfig
from slap_export.training.loop import train

Report = Callable[[str], None]


def each_alone(config: Config) -> list[Config]:
    """The recipe with captions alone, then with each of its other objectives beside them."""
    tables = config.objectives
    others = [name for name in tables.named if name != "contrastive"]
    if tables.contrastive is None or not others:
        raise ConfigError(
            "an ablation needs [objectives.contrastive] and another objective, got "
            f"{', '.join(tables.named) or 'none'}"
        )
    alone = ObjectivesConfig(contrastive=tables.contrastive)
    recipes = {"contrastive": alone}
    recipes |= {name: replace(alone, **{name: getattr(tables, name)}) for name in others}
    return [
        replace(
            config,
            objectives=objectives,
            bundle=replace(config.bundle, name=f"{config.bundle.name}-{name}"),
        )
        for name, objectives in recipes.items()
    ]


def ablation(
    config: Config,
    root: Path,
    report: Report = print,
    limit: int | None = None,
    max_steps: int | None = None,
) -> str:
    """Trains and measures the runs of `each_alone`; gives what they reach and what each adds.

    Runs that are finished are not trained again; those of another recipe are refused, as `train`
    does. The tables are also left as `ablation.md` in the folder of the recipe's runs.

    Args:
        config: The recipe whose objectives are compared.
        root: Folder that its paths are relative to.
        report: Receives lines of progress.
        limit: Recordings of a split that are measured, at most.
        max_steps: Stop after this many steps of each epoch; for trying things out.
    """
    runs = []
    for recipe in each_alone(config):
        train(recipe, root, report, max_steps)
        runs.append(study(recipe, root, report, limit))
    text = "\n".join([compare(runs), *map(summary, runs)])
    folder = run_folder(config, root)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ablation.md").write_text(text, encoding="utf-8")
    return text
