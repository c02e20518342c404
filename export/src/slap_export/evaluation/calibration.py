"""Whether a probability means what it says: calibration error and the reliability diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The answers given with a probability above `low` and at most `high`."""

    low: float
    high: float
    answers: int
    confidence: float
    """Mean probability of the answers; nan if there are none."""
    accuracy: float
    """Share of right answers; nan if there are none."""


def reliability(
    probabilities: NDArray[np.floating], truth: NDArray[np.int64], bins: int = BINS
) -> list[Bin]:
    """Bins of equal width of the top probability of each answer, from [n, classes].

    Guo et al. 2017, "On calibration of modern neural networks", sec. 2. An answer of probability
    0 falls into the first bin. Of two equal probabilities the first class is the answer.
    """
    answer = probabilities.argmax(axis=1)  # [n]
    confidence = probabilities.max(axis=1)  # [n]
    right = answer == truth
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    found = []
    for index in range(bins):
        inside = place == index
        count = int(inside.sum())
        means = (
            (float(confidence[inside].mean()), float(right[inside].mean()))
            if count
            else (float("nan"), float("nan"))
        )
        found.append(Bin(float(edges[index]), float(edges[index + 1]), count, *means))
    return found


def expected_calibration_error(found: list[Bin]) -> float:
    """ECE = Σ (n_b / n)·|accuracy_b − confidence_b| over bins (Guo et al. 2017, eq. 3)."""
    total = sum(entry.answers for entry in found)
    if not total:
        return float("nan")
    gaps = (
        entry.answers * abs(entry.accuracy - entry.confidence) for entry in found if entry.answers
    )
    return float(sum(gaps) / total)


def diagram(found: list[Bin], title: str) -> str:
    """An SVG of the reliability diagram: accuracy by confidence, with the diagonal that is ideal.

    A bar's depth of colour is its share of the answers.
    """
    size, margin = 240, 40
    most = max((entry.answers for entry in found), default=0) or 1

    def x(value: float) -> float:
        return round(margin + value * size, 1)

    def y(value: float) -> float:
        return round(margin + (1 - value) * size, 1)

    name = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    whole = size + 2 * margin
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" role="img" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{name}</title>",
        f'<rect width="{whole}" height="{whole}" fill="#fff"/>',
        f'<text x="{whole / 2}" y="22" text-anchor="middle" font-size="13">{name}</text>',
    ]
    for entry in found:
        if not entry.answers:
            continue
        depth = round(0.25 + 0.75 * entry.answers / most, 2)
        parts.append(
            f'<rect x="{x(entry.low)}" y="{y(entry.accuracy)}" '
            f'width="{round((entry.high - entry.low) * size, 1)}" '
            f'height="{round(entry.accuracy * size, 1)}" fill="#2a6f97" fill-opacity="{depth}" '
            f'stroke="#fff"><title>{entry.answers} answers, {entry.confidence:.2f} sure, '
            f"{entry.accuracy:.2f} right</title></rect>"
        )
    parts += [
        f'<path d="M{x(0)} {y(0)}H{x(1)}V{y(1)}H{x(0)}Z" fill="none" stroke="#444"/>',
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#c1121f" stroke-dasharray="4 3"/>',
    ]
    for tick in (0, 0.5, 1):
        parts += [
            f'<text x="{x(tick)}" y="{y(0) + 14}" text-anchor="middle">{tick:g}</text>',
            f'<text x="{x(0) - 5}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>',
        ]
    error = expected_calibration_error(found)
    parts += [
        f'<text x="{whole / 2}" y="{whole - 8}" text-anchor="middle">'
        f"confidence (calibration error {error:.3f})</text>",
        f'<text transform="translate(12 {whole / 2}) rotate(-90)" '
        'text-anchor="middle">share right</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
