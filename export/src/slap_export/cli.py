"""The `slap-export` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

from slap_export.commands import bundle_folder, log, with_recipe
from slap_export.commands.bundles import (
    add_measuring,
    add_packing,
    measuring,
    packing,
    run_pack,
    run_report,
)
from slap_export.commands.data import add_data
from slap_export.commands.research import add_research
from slap_export.commands.training import (
    add_corpus,
    add_training,
    run_synth,
    run_train,
    trying,
)
from slap_export.config import ConfigError, load_config

EPILOG = """\
a bundle from nothing, in order:
  slap-export corpus synth --config RECIPE         synthetic voices with known attributes
  slap-export features     --config RECIPE         log-mel frames, by the device's front end
  slap-export train        --config RECIPE         towers; goes on where it was interrupted
  slap-export pack         --config RECIPE         export to ONNX, calibrate, write the bundle
  slap-export report BUNDLE --corpus CORPUS        measure it as a device runs it: the model card
  slap-export verify BUNDLE                        check it on every engine

all of it but `verify`, in minutes, to see that everything is there:
  slap-export all --config configs/tiny.toml

recordings of your own or of a public corpus:
  slap-export data --help                          manifest, leakage check, shards

research recipes, and what their objectives do:
  slap-export study RECIPE [RECIPE...]             everything a trained run can show, by PyTorch
  slap-export ablation --config RECIPE             each objective beside captions alone

a bundle of weights that others published:
  slap-export import best.pth.tar --config RECIPE  ParaCLAP, run on windows of the waveform

a trained tower as one graph, for work on recordings at rest:
  slap-export graph --config RECIPE -o FILE        whole recordings, or windows with --chunks

captions for recordings of which nothing is known:
  slap-export measures --corpus DIR -o FILE        measures, quantile bins, sentences
"""


def run_all(arguments: argparse.Namespace) -> None:
    run_synth(arguments)
    run_train(arguments)
    run_pack(arguments)
    arguments.bundle = arguments.out or bundle_folder(arguments.recipe, arguments.root)
    arguments.corpus = arguments.root / arguments.recipe.corpus.path
    arguments.out = arguments.text = None
    run_report(arguments)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    main_parser = argparse.ArgumentParser(
        prog="slap-export",
        description="Makes the bundles that slap-edge runs: corpus, training, ONNX, calibration.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = main_parser.add_subparsers(required=True, metavar="COMMAND")
    add_corpus(commands)
    add_data(commands)
    add_training(commands)
    add_packing(commands)
    add_measuring(commands)
    add_research(commands)
    everything = with_recipe(
        commands,
        "all",
        run_all,
        "everything, from nothing to a bundle",
        "Synthesises the corpus if it is missing, then trains, for which features are computed "
        "first, packs and reports.",
    )
    trying(everything)
    measuring(everything)
    packing(everything)
    return main_parser


DAMAGED = (
    ("zipfile", "BadZipFile"),
    ("zlib", "error"),
    ("pickle", "UnpicklingError"),
    ("safetensors", "SafetensorError"),
    ("soundfile", "SoundFileError"),
    ("onnxruntime.capi.onnxruntime_pybind11_state", "InvalidProtobuf"),
    ("google.protobuf.message", "DecodeError"),
)
"""What libraries raise of a file that is not what it should be."""


def damaged() -> tuple[type[Exception], ...]:
    """Those of `DAMAGED` that can have been raised: of the libraries that are loaded."""
    loaded = [(sys.modules.get(module), name) for module, name in DAMAGED]
    return tuple(getattr(module, name) for module, name in loaded if hasattr(module, name))


def failures() -> tuple[type[Exception], ...]:
    """What goes wrong without a mistake in the program; anything else keeps its traceback."""
    engines = sys.modules.get("slap_export.corpus.engines")
    missing = () if engines is None else (engines.EngineError,)
    return (ConfigError, ValueError, OSError, MemoryError, BrokenExecutor, *missing, *damaged())


def sentence(error: Exception) -> str:
    """What went wrong, in one line or as the error itself has it."""
    if isinstance(error, BrokenExecutor):
        return "a process that worked on this was ended, perhaps for want of memory"
    if isinstance(error, MemoryError):
        return f"there is not enough memory: {error}".removesuffix(": ")
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"a file is damaged: {error}" if isinstance(error, damaged()) else str(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command.

    Gives 0 on success, 1 on failure, 2 on a command line that makes no sense, and 130 if it was
    interrupted.
    """
    arguments = parser().parse_args(argv)
    try:
        if getattr(arguments, "config", None) is not None:
            arguments.recipe = load_config(arguments.config)
            arguments.root = arguments.config.resolve().parent.parent
        code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        log("slap-export: interrupted")
        return 130
    except BrokenPipeError:
        # Whoever read the output has enough; Python would complain once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except failures() as error:
        log(f"slap-export: {sentence(error)}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
