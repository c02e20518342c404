"""Where training stands: a line of JSON an epoch, TensorBoard, and progress on the terminal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from torch.utils.tensorboard import SummaryWriter

Report = Callable[[str], None]

# Seconds between two lines of progress, on a terminal and where there is none.
TERMINAL_EVERY, PLAIN_EVERY = 1.0, 60.0
# Steps between two points of a drawing.
DRAWN_EVERY = 10


def duration(seconds: float) -> str:
    """A time for people: "42 s", "7 min", "2 h 05 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


class Journal:
    """Keeps the log of a run in its folder; used as a context manager.

    Args:
        folder: The run's folder.
        report: Receives a line after every epoch, and between them where there is no terminal.
        batch: Recordings of a step.
        done: Steps already done, of all epochs.
        steps: Steps of the whole run.
        main: Whether this process writes; the others keep still.
    """

    def __init__(
        self, folder: Path, report: Report, batch: int, done: int, steps: int, main: bool
    ) -> None:
        self.folder, self.report, self.main = folder, report, main
        self.batch, self.first, self.steps = batch, done, steps
        self.began = self.told = time.monotonic()
        self.writer: SummaryWriter | None = None
        self.progress: Progress | None = None
        if not main:
            return
        self.writer = SummaryWriter(str(folder / "tensorboard"), purge_step=done)
        if sys.stderr.isatty():
            self.progress = Progress(
                TextColumn("epoch {task.fields[epoch]}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[state]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self.task = self.progress.add_task("", total=steps, completed=done, epoch=1, state="")

    def __enter__(self) -> Journal:
        if self.progress is not None:
            self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.progress is not None:
            self.progress.stop()
        if self.writer is not None:
            self.writer.close()

    def step(self, epoch: int, done: int, values: Callable[[], Mapping[str, float]]) -> None:
        """Tells of a step; `values` is asked only when somebody looks.

        Args:
            epoch: Number of the epoch, from 1.
            done: Steps done, of all epochs.
            values: Gives what TensorBoard draws, `loss` among it.
        """
        if self.writer is None:
            return
        now = time.monotonic()
        due = now - self.told >= (PLAIN_EVERY if self.progress is None else TERMINAL_EVERY)
        if not (due or done == self.steps or done % DRAWN_EVERY == 0):
            return
        speed = self.batch * (done - self.first) / max(1e-9, now - self.began)
        found = {**values(), "recordings_per_second": speed}
        for name, value in found.items():
            self.writer.add_scalar(name, value, done)
        if not (due or done == self.steps):
            return
        self.told = now
        left = (now - self.began) * (self.steps - done) / max(1, done - self.first)
        state = f"loss {found['loss']:.3f}, {speed:.0f} recordings/s, {duration(left)} left"
        if self.progress is not None:
            self.progress.update(self.task, completed=done, epoch=epoch, state=state)
        else:
            self.report(f"epoch {epoch}, step {done} of {self.steps}: {state}")

    def epoch(self, line: Mapping[str, Any], done: int) -> None:
        """Writes the line of an epoch."""
        if self.writer is None:
            return
        text = json.dumps(line, allow_nan=False)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(text + "\n")
        self.report(text)
        for name, value in line["tasks"].items():
            self.writer.add_scalar(f"validation/{name}", value, done)
        if line["validation"] is not None:
            self.writer.add_scalar("validation", line["validation"], done)
        self.writer.flush()
