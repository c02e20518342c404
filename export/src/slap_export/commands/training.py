"""The commands up to a trained run: `corpus synth`, `features` and `train`."""

from __future__ import annotations

import argparse
from dataclasses import replace

from slap_export.commands import Commands, count, log, short, with_recipe
from slap_export.config import Config


def run_synth(arguments: argparse.Namespace) -> None:
    import os

    from slap_export.corpus.synth import refuse_other, synthesise_corpus

    config: Config = arguments.recipe
    corpus = arguments.root / config.corpus.path
    if (corpus / "clips.jsonl").exists():
        refuse_other(corpus, config.corpus)
        log(f"the corpus in {corpus} is there already")
        return
    log(f"synthesising the corpus in {corpus}")
    processes = os.cpu_count() or 1
    clips = synthesise_corpus(corpus, config.corpus, processes, progress=True)
    log(f"{len(clips)} clips, {sum(clip['seconds'] for clip in clips) / 3600:.1f} hours")


def run_features(arguments: argparse.Namespace) -> None:
    from slap_export.features import compute_features

    log(f"features in {compute_features(arguments.recipe, arguments.root, log)}")


def run_train(arguments: argparse.Namespace) -> None:
    from slap_export.training.loop import train

    recipe: Config = arguments.recipe
    if arguments.epochs is not None:
        recipe = replace(recipe, train=replace(recipe.train, epochs=arguments.epochs))
    log(f"trained: {train(recipe, arguments.root, log, arguments.max_steps)}")


def trying(command: argparse.ArgumentParser) -> None:
    """How long `train` trains, where it is not as long as the recipe says."""
    command.add_argument("--epochs", type=count, metavar="N", help="instead of the recipe's number")
    short(command)


def add_corpus(commands: Commands) -> None:
    """Registers `corpus synth`."""
    corpus = commands.add_parser("corpus", help="make a corpus of synthetic voices")
    with_recipe(
        corpus.add_subparsers(required=True, metavar="KIND"),
        "synth",
        run_synth,
        "speak sentences with espeak-ng and flite and change the voices in known ways",
        "Needs the programs espeak-ng and flite. Writes audio/ and clips.jsonl, which states for "
        "every recording what is true of it, to the folder that the recipe names.",
    )


def add_training(commands: Commands) -> None:
    """Registers `features` and `train`."""
    with_recipe(
        commands,
        "features",
        run_features,
        "compute the log-mel frames of the corpus",
        "Computes log-mel frames once, with the same front end that runs on a device (the Python "
        "package slap_edge, built from runtime/python), and keeps them under runs/features.",
    )
    train = with_recipe(
        commands,
        "train",
        run_train,
        "train the towers",
        "Trains on the corpus by the objectives that the recipe names and writes runs/NAME: "
        "trained.pt after every epoch, with a line of losses and validation scores in log.jsonl; "
        "tensorboard/ for `tensorboard --logdir`. Run it again to continue after an interruption, "
        "at the last step that was saved. Under another recipe or on another corpus it does not go "
        "on: remove runs/NAME to start over, or change bundle.name. A trial by --max-steps is "
        "replaced by what is trained next, and replaces nothing. Several processes share each "
        "batch: python -m torch.distributed.run --nproc-per-node N -m slap_export.cli train "
        "--config FILE.",
    )
    trying(train)
