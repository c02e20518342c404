"""The step after training: export, calibrate on validation, write the bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slap_export.bundle import check_sizes, sha256
from slap_export.calibrate import calibrate_tasks
from slap_export.checkpoint import Trained, load_trained, run_folder
from slap_export.config import Config, to_dict
from slap_export.corpus import CorpusClip
from slap_export.evaluation.zero_shot import (
    FEWEST,
    embed_with_onnx,
    packed_task,
    prompt_texts,
    truth_of,
)
from slap_export.features import Features, features_for, read_audio
from slap_export.onnx.gate import write_lighter
from slap_export.pack import write_bundle, write_towers
from slap_export.placing import placed
from slap_export.report import add_report, new_report
from slap_export.scoring import PackedTask
from slap_export.space import space_of, teacher_folder
from slap_export.tasks import TASKS
from slap_export.verify import verify_bundle

Array = NDArray[np.float32]
Report = Callable[[str], None]

GOLDEN_SECONDS = 4.0

# With fewer validation recordings, probabilities and the choice of a lighter graph are chance.
FEWEST_VALIDATION = 100


def pack_run(
    config: Config,
    root: Path,
    folder: Path,
    report: Report = print,
    teacher: Path | None = None,
) -> None:
    """Writes the bundle, verifies it, and puts it into a folder, in place of an earlier bundle.

    Its model card has no results yet: those are measured through the runtime (`report`). The
    bundle of a student's teacher is `teacher`, or lies where it is packed to.
    """
    checkpoint = run_folder(config, root) / "trained.pt"
    trained = load_trained(checkpoint, config)
    if said := trained.unfinished():
        report(f"{checkpoint} is {said}")
    taught_by = teacher_folder(trained, root.parent / "models", teacher)
    features = features_for(trained, config, root)
    validation = validation_clips(features)
    with placed(folder) as new:
        report("exporting the towers")
        texts_cache = root / config.runs / "text"
        tower = write_towers(new, trained, texts_cache, text=config.export.text)
        if taught_by is not None:
            space = space_of(trained, taught_by, tower.embed_text)
            tower.facts = replace(tower.facts, space=space)
        interface = tower.facts.tower

        def embed(clips: NDArray[np.int64]) -> Array:
            return embed_with_onnx(new / "audio.onnx", interface, features, clips)

        texts = prompt_texts()
        report(f"calibrating on {len(validation)} recordings")
        for line in scarce([features.clips[int(clip)] for clip in validation]):
            report(line)
        prompts = stored(tower.embed_text(texts))
        tasks = calibrated_tasks(config, features, embed(validation), prompts, trained.logit_scale)
        training = np.random.default_rng(config.train.seed).permutation(features.split("train"))
        lighter = write_lighter(
            new,
            interface,
            [features.frames(int(clip)) for clip in training[: config.export.calibration_clips]],
            [features.frames(int(clip)) for clip in validation],
            prompts,
            tasks,
            trained.logit_scale,
            config.export,
        )
        for found in lighter:
            report(str(found))
        background = embed(background_clips(config, features))
        report(f"background: {len(background)} recordings")
        golden = golden_recording(config, features)
        manifest = write_bundle(new, tower, texts, tasks, background, golden)
        facts = training_facts(trained, checkpoint, features)
        add_report(new, manifest, new_report(facts, [asdict(found) for found in lighter]))
        check_sizes(new)
        for line in verify_bundle(new, checkpoint, called=folder):
            report(line)


def validation_clips(features: Features) -> NDArray[np.int64]:
    """The recordings that tasks are calibrated on; there must be some."""
    found = features.split("validation")
    if not len(found):
        raise ValueError(
            "the corpus has no recordings of the split `validation`, on which tasks are calibrated"
        )
    return found


def scarce(validation: Sequence[CorpusClip]) -> Iterator[str]:
    """Warnings where there are too few recordings to calibrate on."""
    if len(validation) < FEWEST_VALIDATION:
        yield (
            f"warning: fewer than {FEWEST_VALIDATION} recordings of the split `validation`: "
            "probabilities, and what is found of the int8 tower, mean little"
        )
    lacking = int((truth_of(validation, TASKS, FEWEST) < 0).all(axis=0).sum())
    if lacking:
        yield (
            f"warning: {lacking} of {len(TASKS)} tasks have fewer than {FEWEST} validation "
            "recordings of a class: their probabilities mean little"
        )


def stored(embeddings: Array) -> Array:
    """Embeddings as they come back from a prompt pack, where they are float16."""
    return embeddings.astype(np.float16).astype(np.float32)


def calibrated_tasks(
    config: Config, features: Features, embeddings: Array, prompts: Array, scale: float
) -> list[PackedTask]:
    """Every task with temperature, biases and threshold fitted on the validation recordings."""
    rows = {text: row for row, text in enumerate(prompt_texts())}
    clips = [features.clips[int(clip)] for clip in features.split("validation")]
    tasks = [packed_task(task, rows) for task in TASKS]
    truth = truth_of(clips, TASKS)
    precision = config.export.minimum_precision
    return calibrate_tasks(tasks, embeddings, prompts, truth, scale, precision)


def training_facts(trained: Trained, checkpoint: Path, features: Features) -> dict[str, Any]:
    """What the model card says of the training."""
    return {
        "checkpoint": sha256(checkpoint),
        "revision": trained.revision,
        "epochs": trained.epochs,
        "engines": sorted({clip.engine for clip in features.clips if clip.split == "train"}),
        "audio_parameters": sum(weight.numel() for weight in trained.tower.parameters()),
        "recipe": to_dict(trained.config),
    }


def background_clips(config: Config, features: Features) -> NDArray[np.int64]:
    """Validation recordings, filled up with training recordings, in random order."""
    rng = np.random.default_rng(config.train.seed)
    wanted = config.export.background_clips
    validation = rng.permutation(features.split("validation"))[: wanted // 2]
    training = rng.permutation(features.split("train"))[: wanted - len(validation)]
    return rng.permutation(np.concatenate([validation, training]))


def golden_recording(config: Config, features: Features) -> Array:
    """The first validation recording that is long, clean, voiced and of ordinary level."""
    clips = [features.clips[int(clip)] for clip in features.split("validation")]
    wanted = {"phonation": "voiced", "noise": "quiet", "level": "medium"}
    good = [
        clip
        for clip in clips
        if clip.seconds >= GOLDEN_SECONDS and wanted.items() <= clip.attributes.items()
    ]
    return read_audio((good or clips)[0].path, config.front_end.sample_rate)
