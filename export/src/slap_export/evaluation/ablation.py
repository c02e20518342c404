"""What each objective adds: runs that differ in one objective, on the same recordings.

The gain is the difference of two runs on the same resamples of speakers, so what makes a
recording easy for both cancels out. An interval that contains zero shows no gain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slap_export.evaluation.confusions import Answers, confusions, mean_macro_f1
from slap_export.evaluation.intervals import (
    LEVEL,
    RESAMPLES,
    Interval,
    draws,
    percentile_interval,
)


@dataclass(frozen=True)
class Run:
    """A trained model: what it was trained with and what it answered."""

    name: str
    objectives: frozenset[str]
    answers: Answers


@dataclass(frozen=True)
class Gain:
    """What one objective adds to a run that has all the others."""

    objective: str
    without: str
    """Name of the run without it."""
    difference: Interval


@dataclass(frozen=True)
class Row:
    """One run of the table."""

    name: str
    objectives: tuple[str, ...]
    score: Interval
    gains: tuple[Gain, ...]


def table(
    runs: Sequence[Run],
    truth: Answers,
    speakers: Sequence[str],
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> list[Row]:
    """A row for every run: its mean macro-F1, and each objective's gain where that is known.

    A gain is known where another run has the same objectives but for one.
    """
    _, clusters = np.unique(np.asarray(speakers), return_inverse=True)
    counts = draws(int(clusters.max()) + 1, resamples, seed)  # [resamples, clusters]
    by_objectives: dict[frozenset[str], str] = {}
    scores: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for run in runs:
        if run.name in scores or run.objectives in by_objectives:
            raise ValueError(f"the run {run.name!r} or its objectives occur twice")
        by_objectives[run.objectives] = run.name
        found = confusions(truth, run.answers, clusters)
        drawn = np.tensordot(counts, found, axes=1)  # [resamples, tasks, classes, classes]
        # The sample goes along as one more resample, so that it has the same classes.
        every = mean_macro_f1(np.concatenate([found.sum(axis=0)[None], drawn]))
        scores[run.name] = (float(every[0]), every[1:])
    rows = []
    for run in runs:
        value, resampled = scores[run.name]
        gains = []
        for objective in sorted(run.objectives):
            without = by_objectives.get(run.objectives - {objective})
            if without is not None:
                other, others = scores[without]
                difference = percentile_interval(value - other, resampled - others, level)
                gains.append(Gain(objective, without, difference))
        score = percentile_interval(value, resampled, level)
        rows.append(Row(run.name, tuple(sorted(run.objectives)), score, tuple(gains)))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """The table as Markdown; a gain whose interval contains zero is said to be unclear.

    Where nothing could be measured there is a dash.
    """
    lines = ["| run | objectives | mean macro-F1 | what an objective adds |", "|---|---|---|---|"]
    for row in rows:
        gains = []
        for gain in row.gains:
            if not math.isfinite(gain.difference.value):
                gains.append(f"{gain.objective} –")
                continue
            clear = gain.difference.low > 0 or gain.difference.high < 0
            low, high = f"{gain.difference.low:+.3f}", f"{gain.difference.high:+.3f}"
            text = f"{gain.objective} {gain.difference.value:+.3f} [{low}, {high}]"
            gains.append(text if clear else f"{text} (unclear)")
        score = str(row.score) if math.isfinite(row.score.value) else "–"
        cells = (row.name, ", ".join(row.objectives), score, "; ".join(gains) or "–")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
