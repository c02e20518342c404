"""The commands of research: `measures`, `study` and `ablation`."""

from __future__ import annotations

import argparse
from pathlib import Path

from slap_export.commands import Commands, count, limited, log, short, with_recipe
from slap_export.config import load_config


def run_measures(arguments: argparse.Namespace) -> None:
    from slap_export.data.files import refuse_other
    from slap_export.measured_captions import is_line, write_captions
    from slap_export.measures import Bins, fit_bins, measure_recordings, recordings_of

    out: Path = arguments.out
    recordings = recordings_of(arguments.corpus)
    if out.is_dir() or any(out.resolve() == it.path.resolve() for it in recordings):
        raise ValueError(f"the result cannot be written to {out}, a folder or recording")
    refuse_other(out, "result of this command", is_line)
    learnt = out.with_name(f"{out.stem}.bins.json")
    if arguments.bins is None and learnt.exists():
        Bins.read(learnt)  # nothing else is written over
    table = measure_recordings(recordings, out.parent, log)
    if arguments.bins is not None:
        bins = Bins.read(arguments.bins)
    else:
        bins = fit_bins(table, arguments.low, arguments.high)
        bins.write(learnt)
        log(f"quantile bins in {learnt}")
    write_captions(out, table, bins, arguments.captions, arguments.facts, arguments.seed)
    log(f"{len(table.recordings)} recordings in {out}")


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


def add_research(commands: Commands) -> None:
    """Registers `measures`, `study` and `ablation`."""
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
    measures.add_argument(
        "--corpus", type=Path, required=True, metavar="DIR", help="a corpus, or any recordings"
    )
    measures.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help="JSON, a line a recording"
    )
    measures.add_argument("--bins", type=Path, metavar="FILE", help="use these bins, learn none")
    measures.add_argument("--low", type=float, default=0.3, help="rank up to which a value is low")
    measures.add_argument("--high", type=float, default=0.7, help="rank from which it is high")
    measures.add_argument("--captions", type=count, default=1, metavar="N", help="for a recording")
    measures.add_argument(
        "--facts", type=count, default=4, metavar="N", help="at most, in a caption"
    )
    measures.add_argument("--seed", type=count, default=1, help="of the captions' wordings")
    measures.set_defaults(run=run_measures)
    study = commands.add_parser(
        "study",
        help="measure trained runs that are not bundles, and compare them",
        description="Measures what a recipe is for on the test splits, by PyTorch: zero-shot "
        "tasks, speakers, styles, retrieval, localisation, transcripts and captions, whichever it "
        "was trained for. Prints Markdown and writes study.json, and layers.svg with the layer "
        "weights of its branches, to runs/NAME. Of several recipes it also prints what each "
        "objective adds.",
    )
    study.add_argument(
        "recipes", type=Path, nargs="+", metavar="RECIPE", help="recipes that have been trained"
    )
    limited(study)
    study.set_defaults(run=run_study)
    alone = with_recipe(
        commands,
        "ablation",
        run_ablation,
        "say what each objective adds",
        "Trains the recipe with captions alone, and with each of its other objectives beside them, "
        "measures these runs as `study` does and prints what each objective adds. Runs that are "
        "finished are not trained again; those of another recipe are refused, and trials by "
        "--max-steps are trained anew.",
    )
    limited(alone)
    short(alone)
