"""Training of the towers by the objectives that a recipe names.

One process, on the CPU or a GPU, is enough. Several, on one machine or many, share each batch:

    python -m torch.distributed.run --nproc-per-node 2 -m slap_export.cli train --config FILE

What is trained does not depend on their number, nor on interruptions: a run goes on from the
last step that was saved.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.utils import send_to_device
from torch import Tensor, nn

from slap_export.checkpoint import git_revision, run_folder, save_trained
from slap_export.config import Config, to_dict
from slap_export.evaluation.zero_shot import macro_f1_by_task
from slap_export.features import compute_features, load_features
from slap_export.text import text_files
from slap_export.training.batches import batches, prefetched
from slap_export.training.checkpoints import (
    forget_after,
    origin_of,
    resume,
    save_progress,
    to_go_on_from,
)
from slap_export.training.learner import load_teacher, start
from slap_export.training.lock import held
from slap_export.training.log import Journal
from slap_export.training.losses import Losses, above_floor, refuse_divergence, weighted_sum
from slap_export.training.material import load_material
from slap_export.training.schedule import average_decay, one_cycle

Report = Callable[[str], None]


def train(config: Config, root: Path, report: Report = print, max_steps: int | None = None) -> Path:
    """Trains a bundle's towers, continuing an interrupted run; gives the path of the result.

    Args:
        config: The recipe.
        root: Folder that the recipe's paths are relative to.
        report: Receives a line of progress after every epoch.
        max_steps: Stop after this many steps of each epoch; for trying things out. Such a trial
            is never continued by a whole training, which starts anew.

    Raises:
        ValueError: The folder of the run holds another training, or is in use; or the loss is
            no longer a number.
    """
    settings, objectives = config.train, config.objectives
    accelerator = Accelerator(
        cpu=not torch.cuda.is_available(),
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if not objectives.named:
        raise ValueError("the recipe names no objective; give it [objectives.contrastive]")
    world = accelerator.num_processes
    if settings.batch % world:
        raise ValueError(f"a batch of {settings.batch} cannot be shared by {world} processes")
    if not accelerator.is_main_process:
        report = silent
    folder = run_folder(config, root)
    with held(folder, report) if accelerator.is_main_process else nullcontext():
        return learn(config, root, folder, report, max_steps, accelerator)


def learn(
    config: Config,
    root: Path,
    folder: Path,
    report: Report,
    max_steps: int | None,
    accelerator: Accelerator,
) -> Path:
    """What `train` does once nothing else trains in the run's folder."""
    settings, objectives = config.train, config.objectives
    rank, world = accelerator.process_index, accelerator.num_processes
    main, device = accelerator.is_main_process, accelerator.device
    progress, result = folder / "progress.pt", folder / "trained.pt"
    with accelerator.main_process_first():
        compute_features(config, root, report)
        statistics = load_features(config, root).statistics
        origin = origin_of(config, root, statistics, max_steps)
        left = to_go_on_from(folder, config, origin, report)
        finished = left is not None and left.epoch >= settings.epochs and result.exists()
        if not finished:
            material = load_material(config, root, report)
    if finished:
        return result
    report(f"training {config.bundle.name}")
    per_epoch = len(material.training) // settings.batch
    per_epoch = min(per_epoch, max_steps) if max_steps else per_epoch
    if per_epoch == 0:
        raise ValueError(f"fewer training recordings than one batch of {settings.batch}")
    steps = per_epoch * settings.epochs

    teacher = load_teacher(config, root)
    learner = start(config, material, device, teacher)
    losses: nn.Module = accelerator.prepare(Losses(learner.modules, config, statistics, teacher))
    # Sums over the epoch of each objective's loss, of what is minimised, and of the excess.
    totals = torch.zeros(len(objectives.named) + 2, dtype=torch.float64, device=device)
    if left is not None and left.state is not None:
        resume(learner, totals, left.state, folder)
        report(f"continuing after epoch {learner.epoch}, step {learner.step}")
    if main:
        forget_after(folder / "log.jsonl", learner.epoch)
        if left is None:
            for trial in (progress, result):
                trial.unlink(missing_ok=True)
        if learner.epoch < settings.epochs:
            text = json.dumps({**to_dict(config), "revision": git_revision()}, indent=2)
            (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    accelerator.wait_for_everyone()

    trained = list(learner.trained().values())
    done = learner.epoch * per_epoch + learner.step
    with Journal(folder, report, settings.batch, done, steps, main) as journal:
        for epoch in range(learner.epoch, settings.epochs):
            began, first = time.monotonic(), learner.step
            coming = batches(material, config, epoch, range(first, per_epoch), rank, world)
            for batch in prefetched(coming):
                step = epoch * per_epoch + learner.step
                rate = one_cycle(step, steps, settings)
                for group in learner.optimiser.param_groups:
                    group["lr"] = rate

                batch = send_to_device(batch, device)
                each: dict[str, Tensor] = losses(batch)
                loss = weighted_sum(each, config)
                learner.optimiser.zero_grad()
                accelerator.backward(loss)
                norm = nn.utils.clip_grad_norm_(trained, settings.clip_norm)
                refuse_divergence(each, loss, norm, f"step {step + 1} of {steps}")
                learner.optimiser.step()

                with torch.no_grad():
                    learner.modules.log_scale.clamp_(max=math.log(settings.largest_scale))
                    totals += torch.stack([*each.values(), loss, above_floor(each, batch, config)])
                learner.update_average(average_decay(step, settings))
                if objectives.prototypes is not None:
                    learner.update_teacher(objectives.prototypes, step, steps)
                learner.step += 1
                if learner.step % settings.save_every_steps == 0 and learner.step < per_epoch:
                    totals = mean_of(totals, accelerator)
                    if main:
                        learner.refuse_divergence(f"step {step + 1} of {steps}")
                        save_progress(learner, totals, config, origin, progress)
                journal.step(
                    epoch + 1,
                    step + 1,
                    lambda each=each, loss=loss, norm=norm, rate=rate: {
                        "loss": loss.item(),
                        **{f"loss/{name}": value.item() for name, value in each.items()},
                        "gradient_norm": norm.item(),
                        "learning_rate": rate,
                        "scale": learner.modules.log_scale.exp().item(),
                    },
                )
            totals = mean_of(totals, accelerator)
            learner.epoch, learner.step = epoch + 1, 0
            seconds = time.monotonic() - began
            if main:
                learner.refuse_divergence(f"epoch {epoch + 1}")
                averaged = learner.averaged(config, statistics, origin)
                scores = macro_f1_by_task(
                    averaged,
                    material.features,
                    "validation",
                    text_files(root / config.runs / "text"),
                )
                means = (totals / per_epoch).tolist()
                speed = settings.batch * (per_epoch - first) / seconds
                line: dict[str, Any] = {
                    "epoch": epoch + 1,
                    "loss": round(means[-2], 4),
                    "above_floor": round(means[-1], 4),
                    "losses": {
                        name: round(mean, 4)
                        for name, mean in zip(objectives.named, means, strict=False)
                    },
                    "scale": round(averaged.logit_scale, 2),
                    "seconds": round(seconds, 1),
                    "recordings_per_second": round(speed, 1),
                    "validation": round(float(np.mean(list(scores.values()))), 4)
                    if scores
                    else None,
                    "tasks": {name: round(value, 3) for name, value in scores.items()},
                }
                journal.epoch(line, (epoch + 1) * per_epoch)
                save_trained(averaged, result)
                totals.zero_()
                save_progress(learner, totals, config, origin, progress)
            totals.zero_()
    if main and not result.exists():
        save_trained(learner.averaged(config, statistics, origin), result)
    accelerator.wait_for_everyone()
    return result


def mean_of(totals: Tensor, accelerator: Accelerator) -> Tensor:
    """The mean over all processes, in every one of them."""
    return accelerator.reduce(totals, "mean")


def silent(_: str) -> None:
    """Tells nothing: one process reports for all."""
