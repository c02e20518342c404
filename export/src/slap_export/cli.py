"""The `slap-export` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from slap_export.config import Config, ConfigError, load_config
from slap_export.data.commands import add_commands as add_data_commands

EPILOG = """\
a bundle from nothing, in order:
  slap-export corpus synth --config CONFIG         synthetic voices with known attributes
  slap-export features     --config CONFIG         log-mel frames, by the device's front end
  slap-export train        --config CONFIG         contrastive training; continues if interrupted
  slap-export pack         --config CONFIG         export to ONNX, calibrate, write the bundle
  slap-export report BUNDLE --corpus CORPUS        measure it as a device runs it: the model card
  slap-export verify BUNDLE                        check it on every engine

or all of it: slap-export all --config configs/slap-voice-tiny.toml

recordings of your own or of a public corpus:
  slap-export data --help                          manifest, leakage check, shards

research recipes, and what their objectives do:
  slap-export study RECIPE [RECIPE...]             everything a trained run can show, by PyTorch
  slap-export ablation --config CONFIG             each objective beside captions alone

a bundle of weights that others published:
  slap-export import best.pth.tar --config CONFIG  ParaCLAP, run on windows of the waveform

captions for recordings of which nothing is known:
  slap-export measures --corpus DIR -o FILE        measures, quantile bins, sentences
"""


Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def log(line: str) -> None:
    """Progress goes to standard error, at once."""
    print(line, file=sys.stderr, flush=True)


def bundle_folder(config: Config, root: Path) -> Path:
    """Where a bundle is written when nothing else is asked for."""
    return root.parent / "models" / config.bundle.name


def run_features(arguments: argparse.Namespace) -> None:
    from slap_export.features import compute_features

    log(f"features in {compute_features(arguments.recipe, arguments.root, log)}")


def run_train(arguments: argparse.Namespace) -> None:
    from slap_export.training.loop import train

    recipe: Config = arguments.recipe
    if arguments.epochs is not None:
        recipe = replace(recipe, train=replace(recipe.train, epochs=arguments.epochs))
    log(f"trained: {train(recipe, arguments.root, log, arguments.max_steps)}")


def run_pack(arguments: argparse.Namespace) -> None:
    from slap_export.pipeline import pack_run

    folder = arguments.out or bundle_folder(arguments.recipe, arguments.root)
    pack_run(arguments.recipe, arguments.root, folder, log)


def run_import(arguments: argparse.Namespace) -> None:
    from slap_export.importing import ImportConfig, import_paraclap

    settings = ImportConfig(
        arguments.name, arguments.licence, arguments.window_seconds, arguments.hop_seconds
    )
    folder = arguments.out or arguments.root.parent / "models" / arguments.name
    import_paraclap(arguments.checkpoint, arguments.recipe, arguments.root, folder, settings, log)
    log(f"bundle in {folder}")


def run_graph(arguments: argparse.Namespace) -> None:
    from slap_export.checkpoint import load_trained, run_folder
    from slap_export.onnx.window import export_recordings, export_window
    from slap_export.pack import facts_of

    checkpoint = run_folder(arguments.recipe, arguments.root) / "trained.pt"
    trained = load_trained(checkpoint, arguments.recipe)
    tower, about = trained.branched() or trained.tower, facts_of(trained).about(trained.revision)
    if arguments.chunks is None:
        export_recordings(tower, arguments.out, about)
    else:
        export_window(tower, arguments.out, about, arguments.chunks)
    log(f"graph in {arguments.out}")


def run_report(arguments: argparse.Namespace) -> None:
    from slap_export.evaluation.bundle_facts import Effort
    from slap_export.evaluation.of_bundle import report_bundle

    effort = Effort(arguments.limit, arguments.probe, arguments.resamples, arguments.seed)
    report_bundle(arguments.bundle, arguments.corpus, effort, arguments.out, arguments.text, log)


def run_study(arguments: argparse.Namespace) -> None:
    from slap_export.evaluation.of_run import compare, study, summary

    runs = []
    for recipe in arguments.recipes:
        root = recipe.resolve().parent.parent
        runs.append(study(load_config(recipe), root, log, arguments.limit))
        print(summary(runs[-1]), flush=True)
    if len(runs) > 1:
        print(compare(runs), flush=True)


def run_ablation(arguments: argparse.Namespace) -> None:
    from slap_export.ablation import ablation

    found = ablation(arguments.recipe, arguments.root, log, arguments.limit, arguments.max_steps)
    print(found, flush=True)


def run_verify(arguments: argparse.Namespace) -> None:
    from slap_export.verify import verify_bundle

    for line in verify_bundle(arguments.bundle, arguments.checkpoint):
        print(line, flush=True)


def run_synth(arguments: argparse.Namespace) -> None:
    import os

    from slap_export.corpus.synth import synthesise_corpus

    config: Config = arguments.recipe
    corpus = arguments.root / config.corpus.path
    if (corpus / "clips.jsonl").exists():
        log(f"the corpus in {corpus} is there already")
        return
    log(f"synthesising the corpus in {corpus}")
    processes = os.cpu_count() or 1
    clips = synthesise_corpus(corpus, config.corpus, processes, progress=True)
    log(f"{len(clips)} clips, {sum(clip['seconds'] for clip in clips) / 3600:.1f} hours")


def run_measures(arguments: argparse.Namespace) -> None:
    from slap_export.measured_captions import write_captions
    from slap_export.measures import Bins, fit_bins, measure_recordings, recordings_of

    out: Path = arguments.out
    recordings = recordings_of(arguments.corpus)
    if out.is_dir() or any(out.resolve() == it.path.resolve() for it in recordings):
        raise ValueError(f"the result cannot be written to {out}, a folder or recording")
    table = measure_recordings(recordings, out.parent, log)
    if arguments.bins is not None:
        bins = Bins.read(arguments.bins)
    else:
        bins = fit_bins(table, arguments.low, arguments.high)
        file = out.with_name(f"{out.stem}.bins.json")
        bins.write(file)
        log(f"quantile bins in {file}")
    write_captions(out, table, bins, arguments.captions, arguments.facts, arguments.seed)
    log(f"{len(table.recordings)} recordings in {out}")


def count(text: str) -> int:
    """A whole number from 1 on, as typed."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def measuring(command: argparse.ArgumentParser) -> None:
    """How much `report` measures."""
    command.add_argument("--limit", type=count, metavar="N", help="recordings of a split, at most")
    command.add_argument(
        "--probe", type=count, default=6000, metavar="N", help="training recordings of the probe"
    )
    command.add_argument("--resamples", type=count, default=1000, metavar="N")
    command.add_argument("--seed", type=count, default=1)


def trying(command: argparse.ArgumentParser) -> None:
    """How long `train` trains, where it is not as long as the recipe says."""
    command.add_argument("--epochs", type=count, metavar="N", help="instead of the recipe's number")
    command.add_argument(
        "--max-steps", type=count, metavar="N", help="of each epoch, to try a recipe out"
    )


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

    def with_recipe(
        name: str,
        run: Callable[[argparse.Namespace], None],
        text: str,
        description: str,
        among: Commands = commands,
    ) -> argparse.ArgumentParser:
        command = among.add_parser(name, help=text, description=description)
        command.add_argument(
            "--config",
            type=Path,
            required=True,
            metavar="FILE",
            help="recipe in TOML; its paths are relative to the folder above its own",
        )
        command.set_defaults(run=run)
        return command

    corpus = commands.add_parser("corpus", help="make a corpus of synthetic voices")
    with_recipe(
        "synth",
        run_synth,
        "speak sentences with espeak-ng and flite and change the voices in known ways",
        "Needs the programs espeak-ng and flite. Writes audio/ and clips.jsonl, which states for "
        "every recording what is true of it, to the folder that the recipe names.",
        corpus.add_subparsers(required=True, metavar="KIND"),
    )
    add_data_commands(commands)
    with_recipe(
        "features",
        run_features,
        "compute the log-mel frames of the corpus",
        "Computes log-mel frames once, with the same front end that runs on a device (the Python "
        "package slap_edge, built from runtime/python), and keeps them under runs/features.",
    )
    train = with_recipe(
        "train",
        run_train,
        "train the towers",
        "Trains on the corpus by the objectives that the recipe names and writes runs/NAME: "
        "trained.pt after every epoch, with a line of losses and validation scores in log.jsonl; "
        "tensorboard/ for `tensorboard --logdir`. Run it again to continue after an interruption, "
        "at the last step that was saved; remove runs/NAME to start over. Several processes share "
        "each batch: python -m torch.distributed.run --nproc-per-node N -m slap_export.cli train "
        "--config FILE.",
    )
    trying(train)
    pack = with_recipe(
        "pack",
        run_pack,
        "write the bundle",
        "Exports the trained towers to ONNX, fits temperatures, biases and thresholds of the tasks "
        "on the validation split, writes prompts, background, golden files, model card and "
        "manifest, and verifies them. The card has no results before `report`.",
    )
    pack.add_argument("--out", type=Path, metavar="FOLDER", help="default: ../models/NAME")
    graph = with_recipe(
        "graph",
        run_graph,
        "write a graph without states, for work on recordings at rest",
        "Writes the trained tower as one ONNX file that takes whole recordings, log-mel "
        "[recordings, frames, bands] of any number of chunks, and gives the embedding at the end "
        "of every chunk: the step graph's numbers, many recordings at a time. With --chunks it "
        "takes one window of that many chunks and gives the embedding at its end.",
    )
    graph.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    graph.add_argument("--chunks", type=count, metavar="N")
    published = with_recipe(
        "import",
        run_import,
        "write a bundle of a published ParaCLAP checkpoint",
        "Reads best.pth.tar as its authors published it, exports its wav2vec 2.0 tower for windows "
        "of the waveform, embeds the prompts with its BERT, and calibrates the tasks on the "
        "recipe's corpus, of which the features must have been computed. Front end, scoring and "
        "limits of quality are the recipe's.",
    )
    published.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    published.add_argument("--out", type=Path, metavar="FOLDER", help="default: ../models/NAME")
    published.add_argument("--name", default="paraclap")
    published.add_argument(
        "--licence", default="CC-BY-NC-SA-4.0", help="of the weights (default: %(default)s)"
    )
    published.add_argument("--window-seconds", type=float, default=5.0, metavar="S")
    published.add_argument("--hop-seconds", type=float, default=2.5, metavar="S")
    measures = commands.add_parser(
        "measures",
        help="measure the voices of a corpus, and describe them",
        description="Measures every recording of a corpus (a folder with clips.jsonl, or any "
        "folder of recordings) as a device does, and writes a line of JSON for each: pitch and "
        "its variation, loudness, level, jitter, shimmer, duration, creak and breath, the "
        "quantile bin of each, and captions that say them. The bins are learnt from the split "
        "`train` and written beside FILE, as are the measures themselves, so that a second run "
        "need not take them again.",
    )
    measures.add_argument("--corpus", type=Path, required=True, metavar="DIR")
    measures.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    measures.add_argument("--bins", type=Path, metavar="FILE", help="use these bins, learn none")
    measures.add_argument("--low", type=float, default=0.3, help="rank up to which a value is low")
    measures.add_argument("--high", type=float, default=0.7, help="rank from which it is high")
    measures.add_argument("--captions", type=count, default=1, metavar="N", help="for a recording")
    measures.add_argument(
        "--facts", type=count, default=4, metavar="N", help="at most, in a caption"
    )
    measures.add_argument("--seed", type=count, default=1, help="of the captions' wordings")
    measures.set_defaults(run=run_measures)
    report = commands.add_parser(
        "report",
        help="measure a bundle, and write its model card",
        description="Embeds the test splits of a corpus with the bundle as a device does, through "
        "the Rust runtime (float32 and int8), and measures: macro-F1 of every task with intervals "
        "over speakers, calibration, other wordings, a linear probe, speakers, styles, retrieval "
        "and localisation. Writes report.json, MODEL_CARD.md and reliability.svg into the bundle "
        "and lists them in its manifest. Embeddings are kept in CORPUS/heard.",
    )
    report.add_argument("bundle", type=Path, metavar="BUNDLE")
    report.add_argument("--corpus", type=Path, required=True, metavar="CORPUS")
    report.add_argument(
        "-o", "--out", type=Path, metavar="FOLDER", help="write here, leave the bundle as it is"
    )
    report.add_argument(
        "--text",
        type=Path,
        metavar="BUNDLE",
        help="take the text tower of this bundle of the same space, where BUNDLE has none",
    )
    measuring(report)
    report.set_defaults(run=run_report)
    study = commands.add_parser(
        "study",
        help="measure trained runs that are no bundles, and compare them",
        description="Measures what a recipe is for on the test splits, by PyTorch: zero-shot "
        "tasks, speakers, styles, retrieval, localisation, transcripts and captions, whichever it "
        "was trained for. Prints Markdown and writes study.json, and layers.svg with the layer "
        "weights of its branches, to runs/NAME. Of several recipes it also prints what each "
        "objective adds.",
    )
    study.add_argument("recipes", type=Path, nargs="+", metavar="RECIPE")
    study.add_argument("--limit", type=count, metavar="N", help="recordings of a split, at most")
    study.set_defaults(run=run_study)
    alone = with_recipe(
        "ablation",
        run_ablation,
        "say what each objective adds",
        "Trains the recipe with captions alone, and with each of its other objectives beside them, "
        "measures these runs as `study` does and prints what each objective adds. Runs that are "
        "finished are not trained again.",
    )
    alone.add_argument("--limit", type=count, metavar="N", help="recordings of a split, at most")
    alone.add_argument(
        "--max-steps", type=count, metavar="N", help="of each epoch, to try a recipe out"
    )
    verify = commands.add_parser(
        "verify",
        help="check a bundle on every engine",
        description="Checks sizes and hashes, and that the golden files come out again on "
        "PyTorch (where the training's checkpoint is given), ONNX Runtime and tract. Prints the "
        "largest differences; fails if one is too large.",
    )
    verify.add_argument("bundle", type=Path, metavar="BUNDLE")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="runs/NAME/trained.pt")
    verify.set_defaults(run=run_verify)
    everything = with_recipe(
        "all",
        run_all,
        "everything, from nothing to a bundle",
        "Synthesises the corpus if it is missing, then features, train, pack and report.",
    )
    trying(everything)
    measuring(everything)
    everything.add_argument("--out", type=Path, metavar="FOLDER", help="default: ../models/NAME")
    return main_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; 0 on success, 1 on failure, 2 on a command line that makes no sense."""
    arguments = parser().parse_args(argv)
    try:
        if getattr(arguments, "config", None) is not None:
            arguments.recipe = load_config(arguments.config)
            arguments.root = arguments.config.resolve().parent.parent
        return int(arguments.run(arguments) or 0)
    except (ConfigError, ValueError, FileNotFoundError) as error:
        log(f"slap-export: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
