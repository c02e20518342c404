"""The commands of `slap-export`, by what they are about, and what they share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from slap_export.config import Config

Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def log(line: str) -> None:
    """Progress goes to standard error, at once."""
    print(line, file=sys.stderr, flush=True)


def bundle_folder(config: Config, root: Path) -> Path:
    """Where a bundle is written when nothing else is asked for."""
    return root.parent / "models" / config.bundle.name


def count(text: str) -> int:
    """A whole number from 1 on, as typed."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def with_recipe(
    commands: Commands,
    name: str,
    run: Callable[[argparse.Namespace], None],
    text: str,
    description: str,
) -> argparse.ArgumentParser:
    """Registers a command that is given a recipe."""
    command = commands.add_parser(name, help=text, description=description)
    command.add_argument(
        "--config",
        type=Path,
        required=True,
        metavar="FILE",
        help="recipe in TOML; its paths are relative to the folder above its own, and bundles go "
        "to models/ beside that one",
    )
    command.set_defaults(run=run)
    return command


def limited(command: argparse.ArgumentParser) -> None:
    """How many recordings are measured."""
    command.add_argument(
        "--limit",
        type=count,
        metavar="N",
        help="recordings of a split, at most; a task has a macro-F1 where 8 of each class are "
        "among them: of 100 that is half of the tasks, of 10 none",
    )


def short(command: argparse.ArgumentParser) -> None:
    """How long an epoch is, where it is not whole."""
    command.add_argument(
        "--max-steps", type=count, metavar="N", help="of each epoch, to try a recipe out"
    )
