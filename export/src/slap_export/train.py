"""Contrastive training of the audio tower against frozen sentence embeddings."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from slap_export.checkpoint import InputStatistics, Trained, git_revision, save_trained
from slap_export.config import AugmentConfig, Config, to_dict
from slap_export.evaluate import macro_f1_by_task
from slap_export.features import Features, load_features
from slap_export.measures import corpus_bins
from slap_export.objectives.multi_positive import multi_positive_info_nce, target_entropy
from slap_export.pairs import CaptionPool, build_pool
from slap_export.text import TextProjection, text_files
from slap_export.towers import SlapTower

Report = Callable[[str], None]

# Natural-log units of one dB of power.
LN_PER_DB = math.log(10) / 10


class Batch(NamedTuple):
    """Recordings cut to one length, each with one caption."""

    mel: Tensor  # [B, T, F] normalised log-mel
    last: Tensor  # [B] chunk in which the recording, or its crop, ends
    earlier: Tensor  # [B] an earlier chunk, to be described by the same caption
    sentences: Tensor  # [B, 384]
    true: Tensor  # [B, B] caption j is true of recording i
    unsure: Tensor  # [B, B] it is not known whether it is


def run_folder(config: Config, root: Path) -> Path:
    """Where the checkpoints, log and recipe of this bundle's training are kept."""
    return root / config.runs / config.bundle.name


def crop(
    features: Features,
    clip: int,
    chunks: int,
    config: Config,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], int]:
    """A stretch of `chunks` chunks [T, F] at a random place, and the last chunk with sound.

    A recording that is shorter is followed by digital silence.
    """
    frames = config.tower.chunk_frames
    start, end = features.starts[clip], features.starts[clip + 1]
    held = int(end - start) // frames
    first = int(rng.integers(0, max(0, held - chunks) + 1))
    taken = min(chunks, held - first)
    begin = start + first * frames
    floor = math.log(config.front_end.log_floor)
    result = np.full((chunks * frames, config.tower.bands), floor, np.float32)
    result[: taken * frames] = features.log_mel[begin : begin + taken * frames]
    return result, taken - 1


def augment(
    mel: NDArray[np.float32],
    settings: AugmentConfig,
    floor: float,
    mean: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Changes level and tilt of log-mel [T, F] and hides a few bands and frames.

    A gain is a constant added to the log-mel; values at the floor stay there.
    Hidden parts get the mean of the corpus (SpecAugment, Park et al., 2019).
    """
    frames, bands = mel.shape
    gain = rng.uniform(-1, 1) * settings.gain_db
    tilt = rng.uniform(-1, 1) * settings.tilt_db
    curve = (gain + tilt * np.linspace(-0.5, 0.5, bands)) * LN_PER_DB  # [F]
    changed = np.where(mel > floor, np.maximum(mel + curve.astype(np.float32), floor), mel)
    for _ in range(settings.band_masks):
        width = int(rng.integers(0, settings.band_mask_width + 1))
        start = int(rng.integers(0, bands - width + 1))
        changed[:, start : start + width] = mean
    for _ in range(settings.time_masks):
        width = int(rng.integers(0, settings.time_mask_width + 1))
        start = int(rng.integers(0, frames - width + 1))
        changed[start : start + width] = mean
    return changed.astype(np.float32)


def batches(
    features: Features,
    pool: CaptionPool,
    config: Config,
    epoch: int,
) -> Iterator[Batch]:
    """One epoch over the training recordings, in an order fixed by seed and epoch."""
    settings = config.train
    rng = np.random.default_rng((settings.seed, epoch))
    order = rng.permutation(features.split("train"))
    statistics = features.statistics
    floor = math.log(config.front_end.log_floor)
    for start in range(0, len(order) - settings.batch + 1, settings.batch):
        clips = order[start : start + settings.batch]
        chunks = int(rng.integers(settings.crop_chunks[0], settings.crop_chunks[1] + 1))
        mel = np.empty((len(clips), chunks * config.tower.chunk_frames, config.tower.bands), "f4")
        last = np.empty(len(clips), np.int64)
        for row, clip in enumerate(clips):
            raw, last[row] = crop(features, int(clip), chunks, config, rng)
            mel[row] = augment(raw, settings.augment, floor, statistics.mean, rng)
        captions = pool.draw(clips, rng)  # [B]
        true, unsure = pool.truth(clips, captions)  # [B, B] each
        yield Batch(
            torch.from_numpy((mel - statistics.mean) / statistics.std),
            torch.from_numpy(last),
            torch.from_numpy(rng.integers(np.minimum(2, last), last + 1)),
            torch.from_numpy(pool.sentences[captions]),
            torch.from_numpy(true),
            torch.from_numpy(unsure),
        )


def one_cycle(step: int, steps: int, settings: Any) -> float:
    """Learning rate: a linear rise, then half a cosine down to zero."""
    rise = max(1, round(settings.warmup_share * steps))
    if step < rise:
        return float(settings.learning_rate * (step + 1) / rise)
    done = (step - rise) / max(1, steps - rise)
    return float(settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


def loss_of(
    batch: Batch, tower: SlapTower, projection: TextProjection, scale: Tensor, bfloat16: bool
) -> tuple[Tensor, Tensor]:
    """Contrastive loss at the end of each crop and at an earlier chunk; and the least possible.

    The earlier chunk teaches the tower to answer before its pool is full.
    """
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        embeddings = tower(batch.mel).embeddings  # [B, C, D]
    embeddings = embeddings.float()
    text = projection(batch.sentences)  # [B, D]
    rows = torch.arange(len(text))
    losses = [
        multi_positive_info_nce(embeddings[rows, at], text, batch.true, scale, batch.unsure)
        for at in (batch.last, batch.earlier)
    ]
    return 0.75 * losses[0] + 0.25 * losses[1], target_entropy(batch.true)


@dataclass
class Learner:
    """Everything that changes while training."""

    tower: SlapTower
    projection: TextProjection
    log_scale: nn.Parameter
    average: dict[str, Tensor]
    """Exponential moving average of every weight; what is exported."""
    optimiser: torch.optim.Optimizer
    epoch: int = 0

    def weights(self) -> dict[str, Tensor]:
        """Every trained weight by name."""
        return {
            **{f"tower.{name}": value for name, value in self.tower.named_parameters()},
            **{f"projection.{name}": value for name, value in self.projection.named_parameters()},
            "log_scale": self.log_scale,
        }

    def update_average(self, decay: float) -> None:
        """`average ← decay · average + (1 − decay) · weights`."""
        for name, value in self.weights().items():
            self.average[name].lerp_(value.detach(), 1 - decay)

    def averaged(self, config: Config, statistics: InputStatistics) -> Trained:
        """The averaged weights as towers of their own."""
        tower, projection = SlapTower(config.tower), TextProjection(config.tower.embedding_dim)
        parts: dict[str, dict[str, Tensor]] = {"tower": {}, "projection": {}}
        for name, value in self.average.items():
            if "." in name:
                part, rest = name.split(".", 1)
                parts[part][rest] = value
        tower.load_state_dict(parts["tower"])
        projection.load_state_dict(parts["projection"])
        scale = float(self.average["log_scale"].exp())
        return Trained(
            tower.eval(),
            projection.eval(),
            scale,
            statistics,
            config,
            git_revision(),
            self.epoch,
        )


def start(config: Config) -> Learner:
    """A learner before its first step."""
    settings = config.train
    torch.manual_seed(settings.seed)
    tower, projection = SlapTower(config.tower), TextProjection(config.tower.embedding_dim)
    log_scale = nn.Parameter(torch.tensor(math.log(settings.initial_scale)))
    matrices = [p for p in (*tower.parameters(), *projection.parameters()) if p.dim() == 2]
    others = [p for p in tower.parameters() if p.dim() < 2]
    optimiser = torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": [*others, log_scale], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
        fused=True,
    )
    learner = Learner(tower, projection, log_scale, {}, optimiser)
    learner.average = {name: value.detach().clone() for name, value in learner.weights().items()}
    return learner


def save_progress(learner: Learner, path: Path) -> None:
    """Writes what is needed to go on after an interruption."""
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "weights": {name: value.detach() for name, value in learner.weights().items()},
            "average": learner.average,
            "optimiser": learner.optimiser.state_dict(),
            "epoch": learner.epoch,
        },
        partial,
    )
    partial.rename(path)


def resume(learner: Learner, path: Path) -> None:
    """Continues from a file written by `save_progress`."""
    content = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, value in learner.weights().items():
            value.copy_(content["weights"][name])
    learner.average = content["average"]
    learner.optimiser.load_state_dict(content["optimiser"])
    learner.epoch = content["epoch"]


def train(config: Config, root: Path, report: Report = print, max_steps: int | None = None) -> Path:
    """Trains a bundle's towers, continuing an interrupted run; gives the path of the result.

    Args:
        config: The recipe.
        root: Folder that the recipe's paths are relative to.
        report: Receives a line of progress after every epoch.
        max_steps: Stop after this many steps of each epoch; for trying things out.
    """
    settings = config.train
    folder = run_folder(config, root)
    folder.mkdir(parents=True, exist_ok=True)
    progress, result = folder / "progress.pt", folder / "trained.pt"
    features = load_features(config, root)
    texts = root / config.runs / "text"
    bins = None
    if config.text.measured_captions:
        bins = corpus_bins(
            root / config.corpus.path, root / config.runs / "measures", folder, report
        )
    pool = build_pool(features.clips, config, texts, bins)
    learner = start(config)
    if progress.exists():
        resume(learner, progress)
        report(f"continuing after epoch {learner.epoch}")
    text = json.dumps({**to_dict(config), "revision": git_revision()}, indent=2)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")

    per_epoch = len(features.split("train")) // settings.batch
    per_epoch = min(per_epoch, max_steps) if max_steps else per_epoch
    if per_epoch == 0:
        raise ValueError(f"fewer training recordings than one batch of {settings.batch}")
    steps = per_epoch * settings.epochs
    parameters = list(learner.weights().values())
    for epoch in range(learner.epoch, settings.epochs):
        began, total, least = time.monotonic(), 0.0, 0.0
        learner.tower.train()
        for index, batch in enumerate(batches(features, pool, config, epoch)):
            if index == per_epoch:
                break
            step = epoch * per_epoch + index
            for group in learner.optimiser.param_groups:
                group["lr"] = one_cycle(step, steps, settings)
            scale = learner.log_scale.exp()
            loss, floor = loss_of(
                batch, learner.tower, learner.projection, scale, settings.bfloat16
            )
            learner.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, settings.clip_norm)
            learner.optimiser.step()
            with torch.no_grad():
                learner.log_scale.clamp_(max=math.log(settings.largest_scale))
            # The average follows closely at first, when the weights move fast.
            learner.update_average(min(settings.ema_decay, (1 + step) / (10 + step)))
            total += loss.item()
            least += floor.item()
        learner.epoch = epoch + 1
        trained = learner.averaged(config, features.statistics)
        scores = macro_f1_by_task(trained, features, "validation", text_files(texts))
        seconds = time.monotonic() - began
        line = {
            "epoch": epoch + 1,
            "loss": round(total / per_epoch, 4),
            "above_floor": round((total - least) / per_epoch, 4),
            "scale": round(float(learner.log_scale.exp().detach()), 2),
            "seconds": round(seconds, 1),
            "recordings_per_second": round(per_epoch * settings.batch / seconds, 1),
            "validation": round(float(np.mean(list(scores.values()) or [np.nan])), 4),
            "tasks": {name: round(value, 3) for name, value in scores.items()},
        }
        with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        report(json.dumps(line))
        save_progress(learner, progress)
        save_trained(trained, result)
    return result
