"""Training is the same in one process or two, uninterrupted or killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import small_project

from slap_export.config import Config
from slap_export.training import loop
from slap_export.training.loop import train

STEPS = 4  # of an epoch of 32 recordings, 8 a batch


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """A project whose training was never interrupted, in one process."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("project")
    config = small_project(root)
    train(config, root, lambda _: None)
    return config, root


def beside(root: Path, tmp_path: Path) -> Path:
    """The same project, before training."""
    copy = tmp_path / "project"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("small"))
    return copy


def log_of(root: Path) -> list[dict[str, Any]]:
    """The lines of the log without the times."""
    lines = [json.loads(line) for line in (root / "runs/small/log.jsonl").read_text().splitlines()]
    timed = ("seconds", "recordings_per_second", "validation")
    return [{key: value for key, value in line.items() if key not in timed} for line in lines]


def weights_of(root: Path) -> dict[str, torch.Tensor]:
    """Everything trained, as it was saved at the end."""
    state = torch.load(root / "runs/small/progress.pt", weights_only=True)
    assert (state["epoch"], state["step"]) == (2, 0)
    found = {**state["modules"], **{f"average of {k}": v for k, v in state["average"].items()}}
    # Beside weights there is what the text side can say, which is not trained.
    return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}


def killed(config: Config, root: Path, at: int) -> None:
    """Trains until before step `at`, and kills its own process."""
    real = loop.one_cycle

    def one_cycle(step: int, *rest: Any) -> float:
        if step == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(step, *rest)

    loop.one_cycle = one_cycle  # in this process alone
    train(config, root, lambda _: None)


@pytest.mark.parametrize("at", [STEPS + 3, STEPS])
def test_a_killed_run_goes_on_as_if_nothing_had_been(
    whole: tuple[Config, Path], tmp_path: Path, at: int
) -> None:
    config, root = whole
    copy = beside(root, tmp_path)
    process = get_context("fork").Process(target=killed, args=(config, copy, at))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    # What a run wrote of an epoch that is trained again is told once.
    with (copy / "runs/small/log.jsonl").open("a") as log:
        log.write('{"epoch": 2, "loss": 0')
    lines: list[str] = []
    train(config, copy, lines.append)
    assert f"continuing after epoch 1, step {at - STEPS - (at - STEPS) % 2}" in lines
    assert log_of(copy) == log_of(root)
    expected, found = weights_of(root), weights_of(copy)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


def test_two_processes_train_as_one(whole: tuple[Config, Path], tmp_path: Path) -> None:
    # One recording of eight is captioned, and one has prototypes: one process has none of each.
    _, root = whole
    copy = beside(root, tmp_path)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "slap_export.cli", "train"]
    command += ["--config", str(copy / "configs/small.toml")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    for one, two in zip(log_of(root), log_of(copy), strict=True):
        assert two["losses"] == pytest.approx(one["losses"], abs=1e-4)
    expected, found = weights_of(root), weights_of(copy)
    # Sums are taken in another order; 6e-7 was seen.
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=1e-5, msg=name)
