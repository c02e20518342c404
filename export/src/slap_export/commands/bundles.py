"""The commands about bundles: `pack`, `graph`, `import`, `report` and `verify`."""

from __future__ import annotations

import argparse
from pathlib import Path

from slap_export.commands import Commands, bundle_folder, count, limited, log, with_recipe


def run_pack(arguments: argparse.Namespace) -> None:
    from slap_export.pipeline import pack_run

    folder = arguments.out or bundle_folder(arguments.recipe, arguments.root)
    pack_run(arguments.recipe, arguments.root, folder, log, arguments.teacher)


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
    from slap_export.onnx.files import check_output
    from slap_export.onnx.window import export_recordings, export_window
    from slap_export.pack import facts_of

    check_output(arguments.out)
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


def run_verify(arguments: argparse.Namespace) -> None:
    from slap_export.verify import verify_bundle

    for line in verify_bundle(arguments.bundle, arguments.checkpoint):
        print(line, flush=True)


def packing(command: argparse.ArgumentParser) -> None:
    """Where bundles are."""
    command.add_argument("--out", type=Path, metavar="FOLDER", help="default: ../models/NAME")
    command.add_argument(
        "--teacher",
        type=Path,
        metavar="BUNDLE",
        help="bundle of a student's teacher, whose prompt packs the student takes (default: "
        "../models/ and the teacher's name)",
    )


def measuring(command: argparse.ArgumentParser) -> None:
    """How much `report` measures."""
    limited(command)
    command.add_argument(
        "--probe", type=count, default=6000, metavar="N", help="training recordings of the probe"
    )
    command.add_argument(
        "--resamples",
        type=count,
        default=1000,
        metavar="N",
        help="draws of speakers that an interval is taken from (default: %(default)s)",
    )
    command.add_argument(
        "--seed",
        type=count,
        default=1,
        metavar="N",
        help="of everything that is drawn (default: %(default)s)",
    )


def add_packing(commands: Commands) -> None:
    """Registers `pack`, `graph` and `import`."""
    pack = with_recipe(
        commands,
        "pack",
        run_pack,
        "write the bundle",
        "Exports the trained towers to ONNX, fits temperatures, biases and thresholds of the tasks "
        "on the validation split, writes prompts, background, golden files, model card and "
        "manifest, and verifies them. The card has no results before `report`.",
    )
    packing(pack)
    graph = with_recipe(
        commands,
        "graph",
        run_graph,
        "write a graph without states, for work on recordings at rest",
        "Writes the trained tower as one ONNX file that takes whole recordings, log-mel "
        "[recordings, frames, bands] of any number of chunks, and gives the embedding at the end "
        "of every chunk: the step graph's numbers, many recordings at a time. With --chunks it "
        "takes one window of that many chunks and gives the embedding at its end.",
    )
    graph.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help="the ONNX file to write"
    )
    graph.add_argument(
        "--chunks", type=count, metavar="N", help="of one window, instead of whole recordings"
    )
    published = with_recipe(
        commands,
        "import",
        run_import,
        "write a bundle of a published ParaCLAP checkpoint",
        "Reads best.pth.tar as its authors published it, exports its wav2vec 2.0 tower for windows "
        "of the waveform, embeds the prompts with its BERT, and calibrates the tasks on the "
        "recipe's corpus, of which the features must have been computed. Front end, scoring and "
        "limits of quality are the recipe's.",
    )
    published.add_argument(
        "checkpoint", type=Path, metavar="CHECKPOINT", help="best.pth.tar, fetched by hand"
    )
    published.add_argument("--out", type=Path, metavar="FOLDER", help="default: ../models/NAME")
    published.add_argument(
        "--name", default="paraclap", help="of the bundle (default: %(default)s)"
    )
    published.add_argument(
        "--licence", default="CC-BY-NC-SA-4.0", help="of the weights (default: %(default)s)"
    )
    published.add_argument(
        "--window-seconds",
        type=float,
        default=5.0,
        metavar="S",
        help="heard at a time (default: %(default)s)",
    )
    published.add_argument(
        "--hop-seconds",
        type=float,
        default=2.5,
        metavar="S",
        help="from one window to the next (default: %(default)s)",
    )


def add_measuring(commands: Commands) -> None:
    """Registers `report` and `verify`."""
    report = commands.add_parser(
        "report",
        help="measure a bundle, and write its model card",
        description="Embeds the test splits of a corpus with the bundle as a device does, through "
        "the Rust runtime (float32 and int8), and measures: macro-F1 of every task with intervals "
        "over speakers, calibration, other wordings, a linear probe, speakers, styles, retrieval "
        "and localisation. Writes report.json, MODEL_CARD.md and reliability.svg into the bundle "
        "and lists them in its manifest. Embeddings are kept in CORPUS/heard.",
    )
    report.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    report.add_argument(
        "--corpus",
        type=Path,
        required=True,
        metavar="CORPUS",
        help="folder with a clips.jsonl; its splits test_... are measured",
    )
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
    verify = commands.add_parser(
        "verify",
        help="check a bundle on every engine",
        description="Checks sizes and hashes, and that the golden files come out again on "
        "PyTorch (where the training's checkpoint is given), ONNX Runtime and tract. Prints the "
        "largest differences; fails if one is too large.",
    )
    verify.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder of the bundle")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE", help="runs/NAME/trained.pt")
    verify.set_defaults(run=run_verify)
