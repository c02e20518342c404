"""A small bundle made from nothing, for the tests of what comes after training."""

import dataclasses
import shutil
from pathlib import Path

from slap_export.cli import main
from slap_export.config import Config, CorpusConfig, GateConfig, load_config
from slap_export.corpus.synth import synthesise_corpus
from slap_export.features import compute_features
from slap_export.pipeline import pack_run
from slap_export.training.loop import train

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"


def small(config: Config) -> Config:
    """The shipped recipe with a two-layer tower and next to no training."""
    return dataclasses.replace(
        config,
        corpus=CorpusConfig("corpus", 1, 16, 24, 30, 2, 2, train_renders=1, other_renders=1),
        tower=dataclasses.replace(config.tower, layers=2),
        text=dataclasses.replace(config.text, captions_per_clip=2),
        train=dataclasses.replace(config.train, epochs=2, batch=8, crop_chunks=(3, 4)),
        export=dataclasses.replace(
            config.export,
            background_clips=20,
            calibration_clips=4,
            gate=GateConfig(1.0, 1.0, 1.0, 0.0),
        ),
    )


def make(root: Path) -> Config:
    """A corpus, a finished run and `bundle`, whose `recent` is another than the run's."""
    config = small(load_config(RECIPE))
    synthesise_corpus(root / config.corpus.path, config.corpus, processes=1)
    lines: list[str] = []
    compute_features(config, root, lines.append)
    train(config, root, lines.append)
    config = dataclasses.replace(config, tower=dataclasses.replace(config.tower, recent_chunks=2))
    pack_run(config, root, root / "bundle", lines.append)
    return config


def measure(bundle: Path, corpus: Path, *more: str) -> int:
    """Reports on a bundle with next to no effort; the exit code of the command."""
    sizes = ("--resamples", "20", "--probe", "16")
    return main(["report", str(bundle), "--corpus", str(corpus), *sizes, *more])


def measured(bundle: Path, corpus: Path) -> Path:
    """A copy of a bundle, beside it and measured."""
    copy = bundle.with_name("reported")
    shutil.copytree(bundle, copy)
    assert measure(copy, corpus) == 0
    return copy
