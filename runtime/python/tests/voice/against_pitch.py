"""Pitch and voicing beside both oracles, and what those say of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .asked import Asked, asked, collect, smile_seconds, smile_value
from .reading import Array, median, rank_correlation


@dataclass(frozen=True)
class PitchRow:
    """How two tracks of pitch agree on one kind of material."""

    oracle: str
    material: str
    median_worst: float  # percent, over clips, on frames that both find voiced
    median_typical: float  # percent, median over clips
    frames_worst: float  # percent, over clips: median of the frames' ratios
    gross: float  # percent of frames that differ by more than a fifth
    agreement: float  # percent of frames of which both say the same: voiced or not


def pitch_rows() -> list[PitchRow]:
    """Pitch and voicing beside both oracles, and those beside each other."""
    rows = []
    for material, clips in asked().items():
        for oracle in ("praat", "opensmile", "praat and opensmile"):
            medians, ratios, grosses, agreements = [], [], [], []
            for one in clips:
                ours, theirs = pitch_pair(one, oracle)
                voiced = np.isfinite(ours) & np.isfinite(theirs)
                agreements.append(np.isfinite(ours) == np.isfinite(theirs))
                if voiced.any():
                    ratio = ours[voiced] / theirs[voiced]
                    ratios.append(100 * abs(np.median(ratio) - 1))
                    grosses.append(np.abs(ratio - 1) > 0.2)
                    quotient = np.median(ours[voiced]) / np.median(theirs[voiced])
                    medians.append(100 * abs(quotient - 1))
            rows.append(
                PitchRow(
                    oracle,
                    material,
                    float(np.max(medians, initial=np.nan if not medians else 0.0)),
                    median(np.array(medians)),
                    float(np.max(ratios, initial=np.nan if not ratios else 0.0)),
                    float(100 * np.concatenate(grosses).mean()) if grosses else np.nan,
                    float(100 * np.concatenate(agreements).mean()),
                )
            )
        nearer = nearest_worst(clips)
        rows.append(PitchRow("the nearer of both", material, nearer, *[np.nan] * 4))
    return rows


def nearest_worst(clips: list[Asked]) -> float:
    """The greatest distance of a clip's median pitch from the nearer oracle's, in percent."""
    distances = []
    for one in clips:
        ratios = []
        for oracle in ("praat", "opensmile"):
            ours, theirs = pitch_pair(one, oracle)
            voiced = np.isfinite(ours) & np.isfinite(theirs)
            ratios.append(median(ours[voiced]) / median(theirs[voiced]))
        distances.append(100 * np.nanmin(np.abs(np.array(ratios) - 1)))
    return float(np.max(distances))


def pitch_pair(one: Asked, oracle: str) -> tuple[Array, Array]:
    """Two tracks of pitch in Hz at the times of the second. [T] each"""
    if oracle == "praat":
        return one.ours.at("pitch_hz", one.praat.seconds), one.praat.frames["pitch_hz"]
    semitones = one.smile.frames["F0semitoneFrom27.5Hz_sma3nz"]
    theirs = 27.5 * 2 ** (semitones / 12)
    seconds = smile_seconds("F0semitoneFrom27.5Hz", len(theirs))
    ours = one.ours if oracle == "opensmile" else one.praat
    return ours.at("pitch_hz", seconds), theirs


def oracles_among_themselves() -> dict[str, dict[str, float]]:
    """How well Praat's and openSMILE's clips rank alike: measure -> material -> rho."""
    pairs = {
        "jitter.local": ("jitter.local", "jitterLocal_sma3nz_amean"),
        "shimmer.local_db": ("shimmer.local_db", "shimmerLocaldB_sma3nz_amean"),
        "hnr_db": ("hnr_db.mean", "HNRdBACF_sma3nz_amean"),
        **{f"f{n}_hz": (f"f{n}_hz.mean", f"F{n}frequency_sma3nz_amean") for n in (1, 2, 3)},
    }
    return {
        name: {
            material: rank_correlation(
                collect(clips, lambda one, k=first: one.praat.functionals[k]),
                collect(clips, lambda one, k=second: smile_value(one, k)),
            )
            for material, clips in asked().items()
        }
        for name, (first, second) in pairs.items()
    }
