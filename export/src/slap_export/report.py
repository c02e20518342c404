"""`report.json`: what is known of a bundle, and the model card made from it.

Training writes what was trained (`training`), the export what the lighter towers change
(`lighter`), and `evaluation.of_bundle` what was measured (`measured`). The card and the diagram
hold no number that is not in this file or in the manifest.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from slap_export.bundle import MANIFEST, BundleError, write_manifest
from slap_export.card import model_card
from slap_export.evaluation.calibration import Bin, diagram

FORMAT = "slap-edge-report"
VERSION = 1
REPORT, CARD, DIAGRAM = "report.json", "MODEL_CARD.md", "reliability.svg"
# Files that are made from the report, or are it.
PUBLISHED = (REPORT, CARD, DIAGRAM)
DIGITS = 4


def new_report(
    training: dict[str, Any], lighter: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The report of a bundle of which nothing has been measured."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "training": training,
        "lighter": lighter or [],
        "measured": None,
    }


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a bundle."""
    try:
        content: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(
            f"{folder} has no {REPORT}; it was packed by an older version, pack it again"
        ) from None
    if (content.get("format"), content.get("version")) != (FORMAT, VERSION):
        raise BundleError(
            f"expected {FORMAT} version {VERSION} in {folder / REPORT}, got "
            f"{content.get('format')} version {content.get('version')}"
        )
    return content


def publish(folder: Path, report: dict[str, Any]) -> None:
    """Writes the report, the card and the diagram into a bundle, and lists them in its manifest."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    write_report(folder, manifest, report)
    for key in ("format", "version", "files"):
        del manifest[key]
    write_manifest(folder, manifest)


def write_report(folder: Path, manifest: dict[str, Any], report: dict[str, Any]) -> None:
    """Writes the report, and the card and the diagram made from it, into any folder."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = {key: rounded(report[key]) for key in ("lighter", "measured")}
    report = {**report, **measured}
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / REPORT).write_text(text, encoding="utf-8")
    report = json.loads(text)
    (folder / CARD).write_text(model_card(manifest, report), encoding="utf-8")
    (folder / DIAGRAM).unlink(missing_ok=True)
    if report["measured"]:
        svg = diagram(pooled_bins(report), f"{manifest['name']}: is it as sure as it says?")
        (folder / DIAGRAM).write_text(svg, encoding="utf-8")


def pooled_bins(report: dict[str, Any]) -> list[Bin]:
    """The reliability of all tasks and test splits together."""
    return [Bin(**entry) for entry in report["measured"]["reliability"]["bins"]]


def rounded(value: Any) -> Any:
    """A value with numbers as they are written, and None in place of what is no number."""
    if isinstance(value, dict):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0 if math.isfinite(value) else None
    return value
