"""The gate: a lighter graph is written only if it answers as the float32 graph does.

Both run over recordings that nothing was fitted on but the calibration of the
tasks, step by step as on a device, and every task is asked of every recording.
What may change, and how much, is the recipe's `[export.gate]`. A graph beyond
it is not written, and the report says why. Whether it is faster is measured and
told, and refuses nothing: on another machine it may be otherwise.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slap_export.config import ExportConfig, GateConfig
from slap_export.onnx.precision import write_dynamic, write_float16, write_mixed, write_static
from slap_export.runtime import StepRunner
from slap_export.scoring import PackedTask, task_probabilities

Array = NDArray[np.float32]

METHODS = {
    "int8": {"static": write_static, "mixed": write_mixed, "dynamic": write_dynamic},
    "float16": {"float16": write_float16},
}
"""Ways to each precision, the wanted one first; the next is tried when one is refused."""

TIMED_RUNS = 200


@dataclass(frozen=True)
class Change:
    """What a lighter graph changes, over all recordings and tasks."""

    recordings: int
    tasks: int
    changed_winners: float
    """Share of answers, one for each recording and task, in which another class comes out first."""
    probability_99: float
    """Change of a calibrated probability that 99 % of answers stay below."""
    probability_largest: float
    mean_cosine: float
    """Mean cosine of a recording's embedding with that of the float32 graph."""


@dataclass(frozen=True)
class GateReport(Change):
    """What the gate found of one file."""

    precision: str
    method: str
    written: bool
    reasons: tuple[str, ...]
    """Why it was not written."""
    megabytes: float
    milliseconds: float
    """Median time of a step on ONNX Runtime, here and on one thread."""
    milliseconds_float32: float
    """The same of the float32 graph, timed in turns with it."""
    speed: float
    """How many times as fast as the float32 graph."""

    def __str__(self) -> str:
        return (
            f"{self.precision} ({self.method}) {'written' if self.written else 'refused'}: "
            f"{100 * self.changed_winners:.2f} % of answers change, probabilities by "
            f"{self.probability_99:.3f} (99 %) and {self.probability_largest:.3f} (largest), "
            f"cosine {self.mean_cosine:.4f}, {self.speed:.2f} times as fast"
            + "".join(f"; {reason}" for reason in self.reasons)
        )


def change_of(
    full: Array, light: Array, prompts: Array, tasks: Sequence[PackedTask], scale: float
) -> Change:
    """Compares the clip embeddings [n, D] of two graphs of one tower by their answers."""
    moved, changes = [], []
    for task in tasks:
        before = task_probabilities(full, prompts, task, scale)  # [n, classes]
        after = task_probabilities(light, prompts, task, scale)  # [n, classes]
        moved.append(before.argmax(axis=1) != after.argmax(axis=1))  # [n]
        changes.append(np.abs(before - after).max(axis=1))  # [n]
    return Change(
        recordings=len(full),
        tasks=len(tasks),
        changed_winners=round(float(np.mean(moved)), 6),
        probability_99=round(float(np.quantile(changes, 0.99)), 6),
        probability_largest=round(float(np.max(changes)), 6),
        mean_cosine=round(float((full * light).sum(axis=1).mean()), 6),
    )


def refusals(change: Change, budget: GateConfig) -> tuple[str, ...]:
    """What is beyond the budget, in words; what is not a number is beyond any."""
    rules = [
        ("share of changed answers", change.changed_winners, budget.changed_winners),
        ("change of a probability, 99 %", change.probability_99, budget.probability_99),
        ("largest change of a probability", change.probability_largest, budget.probability_largest),
        ("distance by cosine", 1 - change.mean_cosine, 1 - budget.mean_cosine),
    ]
    return tuple(
        f"{what} {value:.4f}, at most {most:.4f} is allowed"
        for what, value, most in rules
        if not value <= most
    )


def embed(path: Path, interface: Mapping[str, Any], recordings: Sequence[Array]) -> Array:
    """Clip embeddings [n, D] of recordings by a graph."""
    runner = StepRunner(path, dict(interface))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(runner.clip, recordings)))


def step_times(
    full: Path, light: Path, interface: Mapping[str, Any], rows: Array
) -> tuple[float, float]:
    """Median milliseconds of a step of two graphs, run in turns so that both meet the same load."""
    runners = [StepRunner(path, dict(interface)) for path in (full, light)]
    feed, _ = list(runners[0].run(rows))[-1]
    times: list[list[float]] = [[], []]
    for _ in range(TIMED_RUNS):
        for runner, spent in zip(runners, times, strict=True):
            start = time.perf_counter()
            runner.session.run(None, feed)
            spent.append(time.perf_counter() - start)
    # The first runs fill caches.
    found = [1000 * float(np.median(spent[TIMED_RUNS // 10 :])) for spent in times]
    return found[0], found[1]


def write_lighter(
    folder: Path,
    interface: Mapping[str, Any],
    calibration: Sequence[Array],
    validation: Sequence[Array],
    prompts: Array,
    tasks: Sequence[PackedTask],
    scale: float,
    export: ExportConfig,
) -> list[GateReport]:
    """Writes `audio.PRECISION.onnx` beside `audio.onnx` for each precision that passes the gate.

    Args:
        folder: Where `audio.onnx` is.
        interface: The manifest's `tower`.
        calibration: Training recordings, normalised log-mel [T, F] or samples [T], in whole
            chunks or windows.
        validation: Recordings to compare answers on, likewise.
        prompts: Prompt embeddings [p, D] as they come out of a pack.
        tasks: Calibrated tasks.
        scale: Logit scale.
        export: The recipe's `[export]`: which precisions, and what may change.

    Returns:
        A report for every attempt; the last one of a precision is the one written, if any.
    """
    float32 = folder / "audio.onnx"
    full = embed(float32, interface, validation)
    reports = []
    for precision in export.precisions:
        for method, write in METHODS[precision].items():
            with tempfile.TemporaryDirectory() as temporary:
                candidate = Path(temporary) / "audio.onnx"
                write(float32, candidate, interface, calibration)
                light = embed(candidate, interface, validation)
                change = change_of(full, light, prompts, tasks, scale)
                reasons = refusals(change, export.gate)
                full_time, light_time = step_times(float32, candidate, interface, validation[0])
                megabytes = round(candidate.stat().st_size / 2**20, 3)
                if not reasons:
                    shutil.copyfile(candidate, folder / f"audio.{precision}.onnx")
            report = GateReport(
                **asdict(change),
                precision=precision,
                method=method,
                written=not reasons,
                reasons=reasons,
                megabytes=megabytes,
                milliseconds=round(light_time, 3),
                milliseconds_float32=round(full_time, 3),
                speed=round(full_time / light_time, 3),
            )
            reports.append(report)
            if report.written:
                break
    return reports
