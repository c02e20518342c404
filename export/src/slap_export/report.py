"""`report.json`: what is known of a bundle, and the model card made from it.

Training writes what was trained (`training`), the export what the lighter towers change
(`lighter`), and `evaluation.of_bundle` what was measured (`measured`). The card and the diagram
hold no number that is not in this file or in the manifest.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

from slap_export.bundle import (
    CARD,
    DIAGRAM,
    MANIFEST,
    PUBLISHED,
    REPORT,
    BundleError,
    verify_files,
    write_manifest,
)
from slap_export.card import model_card
from slap_export.evaluation.calibration import Bin, diagram
from slap_export.placing import placed

FORMAT = "slap-edge-report"
VERSION = 1
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
    if not (folder / MANIFEST).exists():
        raise BundleError(f"{folder} has no {MANIFEST}, so it is not a bundle")
    try:
        content: dict[str, Any] = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(
            f"{folder} has no {REPORT}; it was packed by an older version, pack it again"
        ) from None
    except ValueError as error:
        raise BundleError(f"{folder / REPORT} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise BundleError(f"{folder / REPORT}: expected an object, got {content!r:.40}")
    if (content.get("format"), content.get("version")) != (FORMAT, VERSION):
        raise BundleError(
            f"expected {FORMAT} version {VERSION} in {folder / REPORT}, got "
            f"{content.get('format')} version {content.get('version')}"
        )
    missing = {"training", "lighter", "measured"} - content.keys()
    if missing:
        raise BundleError(f"{folder / REPORT} says nothing of: {', '.join(sorted(missing))}")
    return content


def publish(folder: Path, report: dict[str, Any]) -> None:
    """Puts the report, the card and the diagram into a bundle, which is whole at every moment."""
    manifest = verify_files(folder)
    with placed(folder) as new:
        for name in manifest["files"].keys() - set(PUBLISHED):
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            linked(folder / name, new / name)
        add_report(new, manifest, report)


def linked(path: Path, to: Path) -> None:
    """The same file under another name, or a copy of it where a file has but one."""
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)


def add_report(folder: Path, manifest: dict[str, Any], report: dict[str, Any]) -> None:
    """Writes the report into the folder of a bundle in the making, and its manifest anew."""
    write_report(folder, manifest, report)
    own = ("format", "version", "files")
    write_manifest(folder, {key: value for key, value in manifest.items() if key not in own})


def write_report(folder: Path, manifest: dict[str, Any], report: dict[str, Any]) -> None:
    """Writes the report, and the card and the diagram made from it, into any folder.

    Nothing is written unless all three can be made.
    """
    measured = {key: rounded(report[key]) for key in ("lighter", "measured")}
    report = {**report, **measured}
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    report = json.loads(text)
    files = {REPORT: text, CARD: model_card(manifest, report)}
    if report["measured"]:
        title = f"{manifest['name']}: is it as sure as it says?"
        files[DIAGRAM] = diagram(pooled_bins(report), title)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        partial = folder / f"{name}.partial"
        partial.write_text(content, encoding="utf-8")
        partial.replace(folder / name)
    if DIAGRAM not in files:
        (folder / DIAGRAM).unlink(missing_ok=True)


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
