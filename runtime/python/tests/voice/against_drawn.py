"""How near each program comes to the truth: hoarse and noisy voices, and clear ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .asked import Asked, asked, asked_clear, collect
from .material import Clip, clip
from .reading import mean, median, rank_correlation
from .truth import VOWELS
from .truth_of_source import true_perturbation
from .truth_of_spectrum import harmonic_levels


@dataclass(frozen=True)
class Distance:
    """How far one program is from the truth."""

    rank: float  # Spearman's rho over vowels
    bias: float  # median of measured less true


@dataclass(frozen=True)
class DrawnRow:
    """One measure of drawn or clear vowels; a program that lacks it has None."""

    measure: str
    material: str  # "drawn" or "clear"
    unit: str
    ours: Distance
    praat: Distance | None
    smile: Distance | None


# Ours, Praat's and openSMILE's names; unit.
PERTURBATIONS: tuple[tuple[str, str, str, str], ...] = (
    ("jitter.local", "jitter.local", "jitterLocal_sma3nz_amean", "% points"),
    ("jitter.rap", "jitter.rap", "", "% points"),
    ("jitter.ppq5", "jitter.ppq5", "", "% points"),
    ("shimmer.local_db", "shimmer.local_db", "shimmerLocaldB_sma3nz_amean", "dB"),
    ("shimmer.apq3", "shimmer.apq3", "", "% points"),
    ("shimmer.apq5", "shimmer.apq5", "", "% points"),
    ("shimmer.apq11", "shimmer.apq11", "", "% points"),
)


def drawn_rows() -> list[DrawnRow]:
    """All measures whose truth is known."""
    rows = []
    for name, praat, smile, unit in PERTURBATIONS:
        percent = 100 if unit == "% points" else 1
        rows.append(
            drawn_row(
                name,
                unit,
                lambda made, n=name: true_perturbation(made, n),
                lambda one, n=name, p=percent: p * one.ours.functionals[n],
                lambda one, n=praat, p=percent: p * one.praat.functionals[n],
                (lambda one, n=smile, p=percent: p * one.smile.functionals[n]) if smile else None,
            )
        )
    rows.append(
        drawn_row(
            "hnr_db.mean",
            "dB",
            true_hnr,
            lambda one: one.ours.functionals["hnr_db.mean"],
            lambda one: one.praat.functionals["hnr_db.mean"],
            lambda one: one.smile.functionals["HNRdBACF_sma3nz_amean"],
        )
    )
    rows.append(
        drawn_row(
            "h1_h2_db.mean",
            "dB",
            true_h1_h2,
            lambda one: one.ours.functionals["h1_h2_db.mean"],
            None,
            lambda one: one.smile.functionals["logRelF0-H1-H2_sma3nz_amean"],
        )
    )
    for number in (1, 2, 3):
        rows.append(
            drawn_row(
                f"f{number}_hz.mean",
                "Hz",
                lambda made, n=number: true_formant(made, n),
                lambda one, n=number: one.ours.functionals[f"f{n}_hz.mean"],
                lambda one, n=number: mean(one.praat.frames[f"f{n}_hz"]),
                lambda one, n=number: one.smile.functionals[f"F{n}frequency_sma3nz_amean"],
                clear=True,
            )
        )
    return rows


def true_hnr(made: Clip) -> float:
    """The distance of the added noise; irregular cycles are noise on top of it."""
    assert made.voice is not None and made.voice.hnr_db is not None
    return made.voice.hnr_db


def true_h1_h2(made: Clip) -> float:
    """H1-H2 of the same voice without irregularity and noise."""
    assert made.voice is not None
    steady = made.voice.but(
        jitter=0.0, shimmer_db=0.0, glide=1.0, vibrato_depth=0.0, hnr_db=None, seconds=1.0
    )
    first, second = harmonic_levels(clip("steady", steady).audio, steady.pitch, [1, 2])
    return first - second


def true_formant(made: Clip, number: int) -> float:
    """The frequency of the resonator in Hz."""
    assert made.voice is not None
    return VOWELS[made.voice.vowel][number - 1][0] / made.voice.tract


def drawn_row(
    measure: str,
    unit: str,
    truth: Callable[[Clip], float],
    *programs: Callable[[Asked], float] | None,
    clear: bool = False,
) -> DrawnRow:
    """A measure of all vowels of a kind by all programs that have it."""
    clips = asked_clear() if clear else asked()["vowels"]
    true = np.array([truth(one.clip) for one in clips])
    distances = []
    for program in programs:
        if program is None:
            distances.append(None)
            continue
        found = collect(clips, program)
        distances.append(Distance(rank_correlation(found, true), median(found - true)))
    ours, praat, smile = distances
    assert ours is not None
    return DrawnRow(measure, "clear" if clear else "drawn", unit, ours, praat, smile)
