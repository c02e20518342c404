"""Level, tilt, harmonics, formants and segments beside those that the voices were made with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from .figures import Figure, inner
from .material import clip
from .reading import ask_slap_edge, mean, median, rank_correlation
from .truth import RATE, VOWELS, Voice


def prominence() -> Iterator[Figure]:
    """The peak of the cepstrum must fall as noise rises, whatever its scale."""
    ranks = []
    for index, pitch in enumerate((100.0, 160.0, 230.0)):
        hnrs = np.arange(0.0, 31.0, 5.0)
        voices = [Voice(pitch=pitch, vowel="aiu"[index], hnr_db=float(h)) for h in hnrs]
        found = [ask_slap_edge(clip("", v).audio).functionals["cpp_db.mean"] for v in voices]
        ranks.append(rank_correlation(np.array(found), hnrs))
    yield Figure(
        "cpp.rank",
        "cpp_db",
        "vowels, HNR 0 to 30 dB",
        "rank correlation with HNR, least",
        "",
        float(np.min(ranks)),
    )


def levels() -> Iterator[Figure]:
    """The level of a steady voice."""
    frames, whole = [], []
    for level in (-50.0, -30.0, -12.0):
        made = clip("level", Voice(level_dbfs=level, pitch=200))
        reading = ask_slap_edge(made.audio)
        truth = 10 * np.log10(np.mean(made.audio.astype(float) ** 2))
        frames.append(mean(reading.frames["level_dbfs"][inner(reading, made)]) - level)
        whole.append(reading.functionals["equivalent_level_dbfs"] - truth)
    yield Figure(
        "level.frames",
        "level_dbfs",
        "vowels, -50 to -12 dBFS",
        "greatest error of a mean",
        "dB",
        float(np.abs(frames).max()),
    )
    yield Figure(
        "level.whole",
        "equivalent_level_dbfs",
        "vowels, -50 to -12 dBFS",
        "greatest error",
        "dB",
        float(np.abs(whole).max()),
    )


TILTS = {
    "alpha_ratio_db": -1,
    "hammarberg_db": 1,
    "h1_h2_db": 1,
    "h1_a3_db": 1,
    "slope_0_500_db_per_khz": -1,
}


def tilt() -> Iterator[Figure]:
    """A laxer voice (greater Rd) has a steeper spectrum, by every measure of it."""
    rds = np.arange(0.5, 2.8, 0.2)
    ranks: dict[str, list[float]] = {name: [] for name in TILTS}
    for vowel in "au":
        voices = [Voice(rd=float(rd), vowel=vowel, hnr_db=60.0, seconds=1.0) for rd in rds]
        made = [clip("tilt", voice) for voice in voices]
        readings = [ask_slap_edge(c.audio) for c in made]
        for name, sign in TILTS.items():
            pairs = zip(readings, made, strict=True)
            found = np.array([mean(r.frames[name][inner(r, c)]) for r, c in pairs])
            ranks[name].append(rank_correlation(sign * found, rds))
    for name, sign in TILTS.items():
        way = "rises" if sign > 0 else "falls"
        yield Figure(
            f"tilt.{name}",
            name,
            "vowels, Rd 0.5 to 2.7",
            f"{way} with Rd: rank correlation, least",
            "",
            float(np.min(ranks[name])),
        )


def harmonics() -> Iterator[Figure]:
    """H1-H2 and H1-A3 beside the powers of single frequencies over the whole clip."""
    errors: dict[str, list[float]] = {"h1_h2_db": [], "h1_a3_db": []}
    for pitch in (90.0, 130.0, 190.0, 260.0):
        for rd in (0.6, 1.2, 2.2):
            made = clip("harmonics", Voice(pitch=pitch, rd=rd, vowel="a", seconds=1.0))
            reading = ask_slap_edge(made.audio)
            near = round(VOWELS["a"][2][0] / pitch)
            levels = harmonic_levels(made.audio, pitch, [1, 2, near - 1, near, near + 1])
            truths = {"h1_h2_db": levels[0] - levels[1], "h1_a3_db": levels[0] - max(levels[2:])}
            for name, truth in truths.items():
                found = mean(reading.frames[name][inner(reading, made)])
                errors[name].append(found - truth)
    for name, off in errors.items():
        yield Figure(
            name.removesuffix("_db"),
            name,
            "vowel a, 90 to 260 Hz, Rd 0.6 to 2.2",
            "greatest error of a mean",
            "dB",
            float(np.abs(off).max()),
        )


def harmonic_levels(audio: NDArray[np.float32], pitch: float, numbers: list[int]) -> list[float]:
    """The levels in dB of some harmonics of a steady voice."""
    body = audio[int(0.2 * RATE) : int(0.9 * RATE)].astype(float)
    body *= signal.windows.blackmanharris(len(body))
    angle = 2 * np.pi * pitch * np.arange(len(body)) / RATE
    return [20 * np.log10(abs(np.sum(body * np.exp(-1j * k * angle)))) for k in numbers]


def resonances() -> Iterator[Figure]:
    """Formants of vowels whose resonators are known."""
    errors: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for vowel in "aiu":
        for pitch in (90.0, 115.0, 140.0, 170.0):
            made = clip("formants", Voice(pitch=pitch, vowel=vowel, hnr_db=40.0, seconds=1.0))
            reading = ask_slap_edge(made.audio)
            for number in errors:
                found = median(reading.frames[f"f{number}_hz"][inner(reading, made)])
                errors[number].append(found / VOWELS[vowel][number - 1][0] - 1)
    for number, off in errors.items():
        for key, what, value in (
            ("median", "median absolute error", np.median(np.abs(off))),
            ("worst", "greatest error of a median", np.abs(off).max()),
        ):
            yield Figure(
                f"f{number}.{key}",
                f"f{number}_hz",
                "vowels a, i, u, 90 to 170 Hz",
                what,
                "%",
                float(100 * value),
            )


def segments() -> Iterator[Figure]:
    """Vowels between silences of known length."""
    vowel = clip("segment", Voice(pitch=150, seconds=0.4)).audio  # 0.5 s with its edges
    pause = np.zeros(int(0.3 * RATE), np.float32)
    faint = 1e-4 * np.random.default_rng(5).standard_normal(5 * (len(vowel) + len(pause)))
    audio = np.tile(np.concatenate([vowel, pause]), 5) + faint.astype(np.float32)
    found = ask_slap_edge(audio).functionals
    seconds = len(audio) / RATE
    # There is a stretch without voice before each vowel, and one at the end.
    pauses = (seconds - 5 * 0.4) / 6
    for key, name, unit, truth in (
        ("rate", "voiced_segments_per_second", "1/s", 5 / seconds),
        ("voiced", "voiced_segment_seconds.mean", "s", 0.4),
        ("unvoiced", "unvoiced_segment_seconds.mean", "s", pauses),
    ):
        error = abs(found[name] - truth)
        material = "five vowels of 0.4 s in 4 s"
        yield Figure(f"segments.{key}", name, material, "error", unit, error)
