"""The tables of the document: what was measured, beside what is allowed."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slap_edge

from .against_drawn import drawn_rows
from .against_opensmile import opensmile_rows
from .against_pitch import PitchRow, oracles_among_themselves, pitch_rows
from .against_praat import praat_rows
from .against_truth import against_truth
from .asked import Row

DOCUMENT = Path(__file__).parents[4] / "docs" / "voice-measures.md"
TOLERANCES = Path(__file__).with_name("tolerances.toml")


@dataclass(frozen=True)
class Checked:
    """A figure and what it may be."""

    name: str
    value: float
    least: float = -math.inf
    most: float = math.inf

    @property
    def holds(self) -> bool:
        """Whether it is as it should be. What is missing is not."""
        return self.least <= self.value <= self.most

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.4g}, allowed {allowed(self.least, self.most)}"


@dataclass(frozen=True)
class Table:
    """A table: its place in the document, its cells, and the figures with bounds."""

    name: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figures: tuple[int, ...]  # the columns that are measured
    checked: list[Checked]

    def markdown(self) -> str:
        """The table as it stands in the document."""
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)

    def labels(self, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """The cells that are not measured."""
        return [
            tuple(cell for index, cell in enumerate(cells) if index not in self.figures)
            for cells in rows
        ]


def tolerances() -> dict[str, Any]:
    """What is allowed, from the one file that says so."""
    return tomllib.loads(TOLERANCES.read_text())


def allowed(least: float, most: float) -> str:
    """Bounds for people."""
    if math.isinf(least):
        return f"≤ {most:g}"
    if math.isinf(most):
        return f"≥ {least:g}"
    return f"{least:g} to {most:g}"


def shown(value: float) -> str:
    """A figure for people: three digits, no more than needed."""
    if math.isnan(value):
        return ""
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = f"{value:.{digits}f}" if abs(value) >= 0.0995 else f"{value:.2g}"
    return "0" if float(text) == 0 else text


def signed(value: float) -> str:
    """A difference for people, with its sign."""
    return ("+" if value > 0 else "") + shown(value)


def tables() -> list[Table]:
    """All tables, in the order of the document."""
    bounds = tolerances()
    return [
        truth_table(bounds["truth"]),
        drawn_table(bounds["drawn"]),
        pitch_table(bounds["pitch"]),
        oracle_table("praat", praat_rows(), bounds["praat"]),
        oracle_table("opensmile", opensmile_rows(), bounds["opensmile"]),
        among_table(),
        functionals_table(),
    ]


def truth_table(bounds: dict[str, Any]) -> Table:
    """The measures beside the truth."""
    rows, checked = [], []
    for figure in against_truth():
        bound = bounds[figure.key]
        least, most = bound.get("at_least", -math.inf), bound.get("at_most", math.inf)
        checked.append(Checked(f"truth.{figure.key}", figure.value, least, most))
        unit = f" {figure.unit}" if figure.unit else ""
        rows.append(
            (
                f"`{figure.measure}`",
                figure.material,
                figure.what,
                shown(figure.value) + unit,
                allowed(least, most),
            )
        )
    head = ("measure", "material", "what", "measured", "bound")
    return Table("truth", head, rows, (3,), checked)


def drawn_table(bounds: dict[str, Any]) -> Table:
    """How near each program comes to the truth."""
    rows, checked = [], []
    for row in drawn_rows():
        bound = bounds[row.measure]
        low, high = bound["bias"]
        checked.append(Checked(f"drawn.{row.measure}.rank", row.ours.rank, bound["rank"]))
        checked.append(Checked(f"drawn.{row.measure}.bias", row.ours.bias, low, high))
        cells = [f"`{row.measure}`", row.material, row.unit]
        for found in (row.ours, row.praat, row.smile):
            cells += ["", ""] if found is None else [shown(found.rank), signed(found.bias)]
        cells[3] += f" (≥ {bound['rank']:g})"
        cells[4] += f" ({allowed(low, high)})"
        rows.append(tuple(cells))
    head = (
        "measure",
        "vowels",
        "unit of bias",
        "slap-edge: rank",
        "bias",
        "Praat: rank",
        "bias",
        "openSMILE: rank",
        "bias",
    )
    return Table("drawn", head, rows, (3, 4, 5, 6, 7, 8), checked)


def pitch_table(bounds: dict[str, Any]) -> Table:
    """Pitch and voicing beside the oracles, and those beside each other."""
    rows, checked = [], []
    for found in pitch_rows():
        limits = bounds.get(found.oracle, {}).get(found.material, {})
        cells = []
        for name, value in pitch_figures(found).items():
            text = shown(value)
            if name in limits:
                least = limits[name].get("at_least", -math.inf)
                most = limits[name].get("at_most", math.inf)
                key = f"pitch.{found.oracle}.{found.material}.{name}"
                checked.append(Checked(key, value, least, most))
                text += f" ({allowed(least, most)})"
            cells.append(text)
        rows.append((found.oracle, found.material, *cells))
    head = (
        "beside",
        "material",
        "medians, worst clip (%)",
        "typical clip (%)",
        "median ratio of frames, worst clip (%)",
        "frames off by > 20 % (%)",
        "voicing agrees (%)",
    )
    return Table("pitch", head, rows, (2, 3, 4, 5, 6), checked)


def pitch_figures(found: PitchRow) -> dict[str, float]:
    """The figures of a row by the names of their bounds."""
    return {
        "worst": found.median_worst,
        "typical": found.median_typical,
        "frames": found.frames_worst,
        "gross": found.gross,
        "agreement": found.agreement,
    }


def oracle_table(name: str, found: list[Row], bounds: dict[str, Any]) -> Table:
    """All measures that an oracle has, both materials side by side."""
    rows, checked = [], []
    by_measure: dict[str, dict[str, Row]] = {}
    for row in found:
        by_measure.setdefault(row.measure, {})[row.material] = row
    for measure, materials in by_measure.items():
        cells = [f"`{measure}`"]
        unit = next(iter(materials.values())).unit
        for material in ("vowels", "speech"):
            if material not in materials:
                cells += ["", "", ""]
                continue
            row = materials[material]
            bound = bounds[measure].get(material)
            rank = shown(row.rank)
            if bound is not None:
                key = f"{name}.{measure}.{material}"
                low, high = bound["bias"]
                checked.append(Checked(f"{key}.rank", row.rank, bound["rank"]))
                checked.append(Checked(f"{key}.bias", row.bias, low, high))
                rank += f" (≥ {bound['rank']:g})"
            bias = f"×{shown(row.bias)}" if unit == "×" else signed(row.bias)
            cells += [rank, bias, shown(row.frames)]
        cells.insert(1, "ratio" if unit == "×" else unit)
        rows.append(tuple(cells))
    head = (
        "measure",
        "unit of bias",
        "vowels: rank",
        "bias",
        "frames",
        "speech: rank",
        "bias",
        "frames",
    )
    return Table(name, head, rows, (2, 3, 4, 5, 6, 7), checked)


def among_table() -> Table:
    """How well the oracles agree with each other."""
    rows = [
        (f"`{measure}`", shown(found["vowels"]), shown(found["speech"]))
        for measure, found in oracles_among_themselves().items()
    ]
    return Table("among", ("measure", "vowels: rank", "speech: rank"), rows, (1, 2), [])


def functionals_table() -> Table:
    """Every functional: its name, its unit and what it is."""
    rows = [
        (f"`{name}`", entry["unit"], entry["description"])
        for name, entry in slap_edge.FUNCTIONALS.items()
    ]
    return Table("functionals", ("name", "unit", "what it is"), rows, (), [])


def markers(name: str) -> tuple[str, str]:
    """What stands before and after a generated table."""
    return f"<!-- begin {name}: written by `python -m voice` -->", f"<!-- end {name} -->"


def committed(name: str) -> list[tuple[str, ...]]:
    """The rows of a table as the document has them."""
    begin, end = markers(name)
    body = DOCUMENT.read_text().split(begin)[1].split(end)[0].strip().splitlines()
    return [tuple(cell.strip() for cell in line[1:-1].split("|")) for line in body[2:]]


def write(found: list[Table]) -> None:
    """Puts the tables into the document."""
    text = DOCUMENT.read_text()
    for table in found:
        begin, end = markers(table.name)
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        text = pattern.sub(lambda _, t=table, b=begin, e=end: f"{b}\n{t.markdown()}\n{e}", text)
    DOCUMENT.write_text(text)
