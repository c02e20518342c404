"""The measures beside those of Praat."""

from __future__ import annotations

import numpy as np

from .asked import Asked, Row, asked, collect, row
from .reading import Array, mean, median, rank_correlation

# Ours, theirs, unit. Both are multiplied by 100 where the unit is percentage points.
PRAAT_FUNCTIONALS = (
    *((f"jitter.{k}", "% points") for k in ("local", "rap", "ppq5")),
    ("shimmer.local_db", "dB"),
    *((f"shimmer.{k}", "% points") for k in ("local", "apq3", "apq5", "apq11")),
)

PRAAT_FRAMES = (
    ("hnr_db", "hnr_db", "dB"),
    ("level_dbfs", "level_db", "dB"),
    *((f"f{n}_hz", f"f{n}_hz", "Hz") for n in (1, 2, 3)),
    *((f"f{n}_bandwidth_hz", f"f{n}_bandwidth_hz", "Hz") for n in (1, 2, 3)),
)

# Praat's levels are relative to 20 µPa, ours to full scale, which it takes for 1 Pa.
FULL_SCALE_DB = 20 * np.log10(1 / 2e-5)


def praat_rows() -> list[Row]:
    """All measures that Praat has as well."""
    rows = []
    for material, clips in asked().items():
        for name, unit in PRAAT_FUNCTIONALS:
            scale = 100 if unit == "% points" else 1
            ours = scale * collect(clips, lambda one, n=name: one.ours.functionals[n])
            theirs = scale * collect(clips, lambda one, n=name: one.praat.functionals[n])
            rows.append(row("praat", name, material, "the same", unit, ours, theirs))
        for name, other, unit in PRAAT_FRAMES:
            offset = FULL_SCALE_DB if name == "level_dbfs" else 0.0
            pairs = [both_voiced(one, name, other) for one in clips]
            ours = np.array([mean(a) for a, _ in pairs])
            theirs = np.array([mean(b) - offset for _, b in pairs])
            within = median(np.array([rank_correlation(a, b) for a, b in pairs]))
            label = "intensity" if name == "level_dbfs" else "the same"
            rows.append(row("praat", name, material, label, unit, ours, theirs, within))
        # Praat's is over all frames, and has no other.
        ours = collect(clips, lambda one: mean(one.ours.frames["cpp_db"]))
        theirs = collect(clips, lambda one: one.praat.functionals["cpp_db"])
        rows.append(row("praat", "cpp_db", material, "CPPS", "dB", ours, theirs))
    return rows


def both_voiced(one: Asked, name: str, theirs: str | None = None) -> tuple[Array, Array]:
    """A descriptor where both find a voice, at Praat's times: ours and theirs. [T] each"""
    ours = one.ours.at(name, one.praat.seconds)
    found = one.praat.frames[theirs or name]
    voiced = np.isfinite(one.ours.at("pitch_hz", one.praat.seconds))
    voiced &= np.isfinite(one.praat.frames["pitch_hz"]) & np.isfinite(ours) & np.isfinite(found)
    return np.where(voiced, ours, np.nan), np.where(voiced, found, np.nan)
