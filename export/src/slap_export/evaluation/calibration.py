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
    weight: float
    """Their share of the weight of all answers."""
    confidence: float
    """Mean probability of the answers; nan if there are none."""
    accuracy: float
    """Share of right answers; nan if there are none."""


def reliability(
    probabilities: NDArray[np.floating],
    truth: NDArray[np.int64],
    bins: int = BINS,
    weights: NDArray[np.floating] | None = None,
) -> list[Bin]:
    """Bins of equal width of the top probability of each answer, from [n, classes].

    Guo et al. 2017, "On calibration of modern neural networks", sec. 2. An answer of probability
    0 falls into the first bin. Of two equal probabilities the first class is the answer. Answers
    count alike unless `weights` [n] say how much each does.
    """
    if weights is None:
        weights = np.ones(len(truth))
    total = weights.sum()
    answer = probabilities.argmax(axis=1)  # [n]
    confidence = probabilities.max(axis=1)  # [n]
    right = answer == truth
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    found = []
    for index in range(bins):
        inside = place == index
        count = int(inside.sum())
        part = weights[inside].sum()
        means = (
            (float(weights[inside] @ values[inside] / part) for values in (confidence, right))
            if part > 0
            else (float("nan"), float("nan"))
        )
        share = float(part / total) if total > 0 else 0.0
        found.append(Bin(float(edges[index]), float(edges[index + 1]), count, share, *means))
    return found


def expected_calibration_error(found: list[Bin]) -> float:
    """ECE = Σ w_b·|accuracy_b − confidence_b| over bins (Guo et al. 2017, eq. 3).

    w_b is the bin's share of the answers' weight; nan if there are no answers.
    """
    used = [entry for entry in found if entry.weight > 0]
    if not used:
        return float("nan")
    return float(sum(entry.weight * abs(entry.accuracy - entry.confidence) for entry in used))


def diagram(found: list[Bin], title: str) -> str:
    """An SVG of the reliability diagram: accuracy by confidence, with the diagonal that is ideal.

    A bar's depth of colour is its share of the answers' weight. The axis of confidence begins at
    the first bin with an answer: of two classes the likelier one has at least 0.5.
    """
    size, left, top = 300, 56, 44
    used = [entry for entry in found if entry.weight > 0]
    least = min((entry.low for entry in used), default=0.0)
    most = max((entry.weight for entry in used), default=1.0)
    width, height = size + left + 24, size + top + 56

    def x(value: float) -> float:
        return round(left + (value - least) / (1 - least) * size, 1)

    def y(value: float) -> float:
        return round(top + (1 - value) * size, 1)

    name = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    middle = left + size / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{name}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{middle}" y="26" text-anchor="middle" font-size="14">{name}</text>',
    ]
    for entry in used:
        depth = round(0.25 + 0.75 * entry.weight / most, 2)
        parts.append(
            f'<rect x="{x(entry.low)}" y="{y(entry.accuracy)}" '
            f'width="{round(x(entry.high) - x(entry.low), 1)}" '
            f'height="{round(entry.accuracy * size, 1)}" fill="#2a6f97" fill-opacity="{depth}" '
            f'stroke="#fff"><title>{entry.answers} answers, {entry.confidence:.2f} sure, '
            f"{entry.accuracy:.2f} right</title></rect>"
        )
    parts += [
        f'<path d="M{x(least)} {y(0)}H{x(1)}V{y(1)}H{x(least)}Z" fill="none" stroke="#444"/>',
        f'<path d="M{x(least)} {y(least)}L{x(1)} {y(1)}" stroke="#c1121f" stroke-width="1.5" '
        'stroke-dasharray="5 4"/>',
    ]
    for tick in (least, (1 + least) / 2, 1):
        parts.append(f'<text x="{x(tick)}" y="{y(0) + 16}" text-anchor="middle">{tick:g}</text>')
    for tick in (0, 0.5, 1):
        parts.append(f'<text x="{left - 6}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    error = expected_calibration_error(found)
    said = f"{error:.3f}" if np.isfinite(error) else "–"
    parts += [
        f'<text x="{middle}" y="{height - 14}" text-anchor="middle">'
        f"probability given (calibration error {said})</text>",
        f'<text transform="translate(18 {top + size / 2}) rotate(-90)" '
        'text-anchor="middle">share of answers that are right</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
