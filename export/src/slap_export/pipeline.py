"""The steps after training: evaluate, calibrate, pack, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from slap_edge import FrontEnd

from slap_export.bundle import BundleError, read_prompt_pack, sha256, verify_files
from slap_export.calibrate import calibrate
from slap_export.card import Results, model_card
from slap_export.checkpoint import Trained, load_trained
from slap_export.config import Config
from slap_export.evaluate import (
    TEST_SPLITS,
    TaskScore,
    embed_with_onnx,
    evaluate_split,
    labelled,
    mean_of,
    packed_task,
    prompt_texts,
)
from slap_export.features import Features, load_features, read_audio
from slap_export.pack import write_bundle, write_towers
from slap_export.runtime import StepRunner, clip_embedding, pad_to_chunks
from slap_export.scoring import PackedClass, PackedTask, class_cosines, task_probabilities
from slap_export.tasks import TASKS
from slap_export.train import run_folder

Array = NDArray[np.float32]
Report = Callable[[str], None]

PRECISIONS = {"float32": "audio.onnx", "int8": "audio.int8.onnx"}
GOLDEN_SECONDS = 4.0


def evaluate_run(config: Config, root: Path, report: Report = print) -> None:
    """Exports the trained towers, calibrates on validation, scores every test split.

    Leaves the exported files in `towers/` and everything measured in
    `evaluation.json`, both in the run's folder.
    """
    run = run_folder(config, root)
    trained = load_trained(run / "trained.pt", config)
    features = load_features(config, root)
    report("exporting the towers")
    tower = write_towers(run / "towers", trained, root / config.runs / "text")
    prompts = stored(tower.embed_text(prompt_texts()))

    results: Results = {}
    tasks: list[PackedTask] = []
    for precision, file in PRECISIONS.items():
        found = {}
        for split in ("validation", *TEST_SPLITS):
            clips = features.split(split)
            if len(clips) == 0:
                continue
            report(f"embedding {len(clips)} recordings of {split} ({precision})")
            found[split] = embed_with_onnx(run / "towers" / file, trained, features, clips)
        if not tasks:
            tasks = calibrated_tasks(config, features, found["validation"], prompts, trained)
        by_name = {task.name: task for task in tasks}
        results[precision] = {
            split: evaluate_split(
                features, split, embeddings, prompts, by_name, trained.logit_scale
            )
            for split, embeddings in found.items()
        }
        for split, scores in results[precision].items():
            report(
                f"{precision}, {split}: mean macro-F1 {mean_of(scores):.3f}, "
                f"calibrated {mean_of(scores, 'calibrated'):.3f}"
            )
    content = {
        "trained": sha256(run / "trained.pt"),
        "tasks": [asdict(task) for task in tasks],
        "results": {
            precision: {
                split: {name: asdict(score) for name, score in scores.items()}
                for split, scores in splits.items()
            }
            for precision, splits in results.items()
        },
    }
    text = json.dumps(content, indent=1) + "\n"
    (run / "evaluation.json").write_text(text, encoding="utf-8")


def stored(embeddings: Array) -> Array:
    """Embeddings as they come back from a prompt pack, where they are float16."""
    return embeddings.astype(np.float16).astype(np.float32)


def calibrated_tasks(
    config: Config, features: Features, embeddings: Array, prompts: Array, trained: Trained
) -> list[PackedTask]:
    """Every task with temperature, biases and threshold fitted on the validation recordings."""
    rows = {text: row for row, text in enumerate(prompt_texts())}
    clips = features.split("validation")
    tasks = []
    for task in TASKS:
        packed = packed_task(task, rows)
        chosen, truth = labelled(task, features, clips)
        if np.bincount(truth, minlength=len(task.classes)).min() > 0:
            cosines = class_cosines(embeddings[chosen], prompts, packed)
            others = np.setdiff1d(np.arange(len(clips)), chosen)
            unclear = class_cosines(embeddings[others], prompts, packed)
            fitted = calibrate(
                cosines, truth, unclear, trained.logit_scale, config.export.minimum_precision
            )
            packed.temperature = fitted.temperature
            packed.minimum_probability = fitted.minimum_probability
            for option, bias in zip(packed.classes, fitted.biases, strict=True):
                option.bias = bias
        tasks.append(packed)
    return tasks


def load_evaluation(path: Path) -> tuple[Results, list[PackedTask], str]:
    """Results, calibrated tasks and the hash of the checkpoint they belong to."""
    content = json.loads(path.read_text(encoding="utf-8"))
    results = {
        precision: {
            split: {
                name: TaskScore(**{**score, "wordings": tuple(score["wordings"])})
                for name, score in scores.items()
            }
            for split, scores in splits.items()
        }
        for precision, splits in content["results"].items()
    }
    tasks = []
    for entry in content["tasks"]:
        classes = [PackedClass(**option) for option in entry.pop("classes")]
        tasks.append(PackedTask(**entry, classes=classes))
    return results, tasks, content["trained"]


def pack_run(config: Config, root: Path, folder: Path, report: Report = print) -> None:
    """Writes the bundle into a folder, which must not hold anything but an earlier bundle."""
    run = run_folder(config, root)
    evaluation = run / "evaluation.json"
    if not evaluation.exists():
        raise FileNotFoundError(f"no {evaluation}; run `slap-export evaluate` first")
    results, tasks, digest = load_evaluation(evaluation)
    if digest != sha256(run / "trained.pt"):
        raise BundleError("the towers changed after they were evaluated; evaluate them again")
    clear(folder)
    trained = load_trained(run / "trained.pt", config)
    features = load_features(config, root)
    tower = write_towers(folder, trained, root / config.runs / "text")
    background = background_embeddings(config, trained, features, folder / "audio.onnx")
    report(f"background: {len(background)} recordings")
    golden = golden_recording(config, features)
    card = model_card(trained, features, results, tasks)
    write_bundle(folder, tower, prompt_texts(), tasks, background, golden, card)
    report(verify_bundle(folder))


def clear(folder: Path) -> None:
    """Removes the files of an earlier bundle; refuses a folder that holds anything else."""
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / "manifest.json").exists():
        raise BundleError(f"{folder} is not empty and not a bundle; choose another folder")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()


def background_embeddings(
    config: Config, trained: Trained, features: Features, audio: Path
) -> Array:
    """Embeddings of validation recordings, filled up with training recordings, in random order."""
    rng = np.random.default_rng(config.train.seed)
    wanted = config.export.background_clips
    validation = rng.permutation(features.split("validation"))[: wanted // 2]
    training = rng.permutation(features.split("train"))[: wanted - len(validation)]
    clips = rng.permutation(np.concatenate([validation, training]))
    return embed_with_onnx(audio, trained, features, clips)


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


def verify_bundle(folder: Path) -> str:
    """Checks files, hashes and sizes, then recomputes the golden files; gives a one-line report."""
    manifest = verify_files(folder)
    golden, tolerance = manifest["golden"], manifest["golden"]["tolerance"]
    tower, front_end = manifest["tower"], manifest["front_end"]
    digest = sha256(folder / tower["float32"])
    embeddings, texts, tasks, made_for = read_prompt_pack(folder / manifest["prompts"])
    if made_for != digest:
        raise BundleError(f"prompts were made for tower {made_for}, but this tower is {digest}")
    audio = read_audio(folder / golden["audio"], front_end["sample_rate"])
    log_mel = FrontEnd(json.dumps(front_end)).log_mel(
        pad_to_chunks(audio, front_end, tower["hop_frames"])
    )
    frames = load_file(folder / golden["log_mel"])["log_mel"]
    check("log-mel", log_mel, frames, tolerance["log_mel"])
    steps = StepRunner(folder / tower["float32"], tower).steps(log_mel)
    clip = clip_embedding(steps, tower["pool_chunks"])
    expected = load_file(folder / golden["embeddings"])
    check("step embeddings", steps, expected["steps"], tolerance["embedding"])
    check("clip embedding", clip, expected["clip"], tolerance["embedding"])
    scores = json.loads((folder / golden["scores"]).read_text(encoding="utf-8"))
    prompts = embeddings.astype(np.float32)
    for task in tasks:
        found = task_probabilities(clip[None], prompts, task, tower["logit_scale"])[0]
        wanted = np.array([scores["tasks"][task.name][option.name] for option in task.classes])
        check(f"task {task.name}", found, wanted, tolerance["probability"])
    total = sum(entry["bytes"] for entry in manifest["files"].values())
    return (
        f"{folder}: {len(manifest['files'])} files, {total / 2**20:.2f} MiB, "
        f"{len(tasks)} tasks, {len(texts)} prompts; golden files agree"
    )


def check(what: str, found: NDArray[Any], expected: NDArray[Any], tolerance: float) -> None:
    """Raises when two arrays differ in shape or by more than the tolerance."""
    if found.shape != expected.shape:
        raise BundleError(f"{what}: expected shape {expected.shape}, got {found.shape}")
    difference = float(np.abs(found - expected).max())
    if not difference <= tolerance:
        raise BundleError(f"{what}: differs by {difference:.2e}, at most {tolerance:g} is allowed")
