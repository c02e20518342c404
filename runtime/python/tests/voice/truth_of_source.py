"""Pitch, cycles, perturbation and noise beside those that the voices were made with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .figures import EDGE, Figure, inner
from .material import Clip, clip
from .reading import Array, Reading, ask_slap_edge, mean, median
from .truth import RATE, Voice

PITCHES = (60.0, 75.0, 98.7, 120.0, 151.3, 200.0, 261.6, 333.3, 420.0, 500.0, 600.0)


def pitch_errors(reading: Reading, made: Clip) -> Array:
    """Relative errors of pitch within the voice, NaN where none was found. [T]"""
    assert made.cycles is not None
    truth = made.cycles.pitch_at(reading.seconds)
    return (reading.frames["pitch_hz"] / truth - 1)[inner(reading, made)]


def gross(errors: Array) -> float:
    """The share of pitches that are off by more than a fifth, in percent."""
    found = errors[np.isfinite(errors)]
    return float(100 * np.mean(np.abs(found) > 0.2)) if len(found) else np.nan


def steady_pitch() -> Iterator[Figure]:
    """Constant pitch over the whole range: pulses, and the three vowels."""
    errors = []
    for pitch in PITCHES:
        made = [clip("pulses", Voice(pitch=pitch, source="pulse", seconds=1.0))]
        made += [clip(v, Voice(pitch=pitch, vowel=v, seconds=1.0, rd=1.2)) for v in "aiu"]
        errors += [pitch_errors(ask_slap_edge(c.audio), c) for c in made]
    material = "steady, 60 to 600 Hz"
    worst = 100 * max(abs(median(e)) for e in errors)
    voiced = 100 * min(np.isfinite(e).mean() for e in errors)
    yield Figure("pitch.steady", "pitch_hz", material, "greatest error of a median", "%", worst)
    yield Figure(
        "pitch.steady.gross",
        "pitch_hz",
        material,
        "most frames off by more than 20 %",
        "%",
        max(gross(e) for e in errors),
    )
    yield Figure(
        "pitch.steady.voiced", "pitch_hz", material, "fewest frames found voiced", "%", voiced
    )


def moving_pitch() -> Iterator[Figure]:
    """Glides by an octave, and vibrato."""
    voices = [Voice(pitch=110, glide=2.0), Voice(pitch=400, glide=0.5, vowel="i")]
    voices += [
        Voice(pitch=p, vibrato_hz=5.5, vibrato_depth=0.04, vowel=v)
        for p, v in ((100, "a"), (210, "u"), (320, "i"))
    ]
    made = [clip("moving", v) for v in voices]
    errors = [pitch_errors(ask_slap_edge(c.audio), c) for c in made]
    value = 100 * max(np.nanpercentile(np.abs(e), 95) for e in errors)
    yield Figure(
        "pitch.moving",
        "pitch_hz",
        "glides by an octave, vibrato of ±4 %",
        "95th percentile of errors, worst clip",
        "%",
        float(value),
    )


def slopes() -> Iterator[Figure]:
    """How fast the pitch rises and falls: 8 semitones a second, and vibrato."""
    up = ask_slap_edge(clip("up", Voice(pitch=110, glide=2.0)).audio).functionals
    down = ask_slap_edge(clip("down", Voice(pitch=220, glide=0.5)).audio).functionals
    for way, found in (("rising", up), ("falling", down)):
        name = f"pitch_semitones.{way}_slope_mean"
        error = abs(found[name] - 8.0)
        yield Figure(f"slope.{way}", name, f"{way} by 8 st/s", "error", "st/s", error)
    depth, rate = 0.04, 5.0
    swing = 12 * np.log2((1 + depth) / (1 - depth))
    voice = Voice(pitch=150, vibrato_hz=rate, vibrato_depth=depth)
    found = ask_slap_edge(clip("vibrato", voice).audio).functionals
    for way in ("rising", "falling"):
        name = f"pitch_semitones.{way}_slope_mean"
        error = abs(found[name] / (swing * 2 * rate) - 1) * 100
        yield Figure(f"slope.vibrato.{way}", name, "vibrato, 5 Hz, ±4 %", "error", "%", error)


def noisy_pitch() -> Iterator[Figure]:
    """Voices under noise, and noise alone."""
    for hnr in (10.0, 0.0):
        made = [
            clip("noisy", Voice(pitch=p, vowel=v, hnr_db=hnr, seed=int(p)))
            for p, v in ((85, "a"), (120, "i"), (180, "u"), (240, "a"), (350, "i"))
        ]
        errors = np.concatenate([pitch_errors(ask_slap_edge(c.audio), c) for c in made])
        yield Figure(
            f"pitch.noise{hnr:.0f}.gross",
            "pitch_hz",
            f"vowels in white noise, HNR {hnr:.0f} dB",
            "frames off by more than 20 %",
            "%",
            gross(errors),
        )
        yield Figure(
            f"pitch.noise{hnr:.0f}.voiced",
            "pitch_hz",
            f"vowels in white noise, HNR {hnr:.0f} dB",
            "frames found voiced",
            "%",
            float(100 * np.isfinite(errors).mean()),
        )
    noise = 0.05 * np.random.default_rng(3).standard_normal(10 * RATE)
    voiced = np.isfinite(ask_slap_edge(noise.astype(np.float32)).frames["pitch_hz"])
    yield Figure(
        "pitch.noise.voiced",
        "pitch_hz",
        "white noise alone",
        "frames found voiced",
        "%",
        float(100 * voiced.mean()),
    )


def cycles() -> Iterator[Figure]:
    """Whether every cycle gets one mark, and how evenly the marks sit on them."""
    for key, material, source, jitter in (
        ("pulses", "pulses, jitter 1 %", "pulse", 0.01),
        ("vowels", "vowels, jitter 1 %", "lf", 0.01),
    ):
        counts, spreads = [], []
        for index, pitch in enumerate((75.0, 120.0, 200.0, 330.0, 500.0)):
            voice = Voice(pitch=pitch, source=source, jitter=jitter, vowel="aiu"[index % 3])
            made = clip("cycles", voice)
            assert made.cycles is not None
            begin, end = made.cycles.starts[0] + EDGE, made.cycles.end - EDGE
            marks = ask_slap_edge(made.audio).marks
            marks = marks[(marks > begin) & (marks < end)]
            starts = made.cycles.starts
            count = ((starts > begin) & (starts < end)).sum()
            counts.append(abs(len(marks) - count) / count)
            distance = starts[None, :] - marks[:, None]
            period = made.cycles.periods.mean()
            # The mark may sit anywhere on its cycle, but always at the same place.
            phase = np.exp(2j * np.pi * distance[np.arange(len(marks)), nearest(distance)] / period)
            off = np.angle(phase / phase.mean()) / (2 * np.pi) * period
            spreads.append(np.std(off) if len(off) else np.nan)
        yield Figure(
            f"cycles.{key}.count",
            "marks",
            f"{material}, 75 to 500 Hz",
            "cycles missed or made up, at most",
            "%",
            100 * max(counts),
        )
        yield Figure(
            f"cycles.{key}.place",
            "marks",
            f"{material}, 75 to 500 Hz",
            "standard deviation of their places, at most",
            "µs",
            float(1e6 * np.max(spreads)),
        )


def nearest(distance: Array) -> Array:
    """For each row, the column of the smallest absolute value. [rows]"""
    return np.abs(distance).argmin(axis=1)


JITTERS = {"local": 1, "rap": 3, "ppq5": 5}
SHIMMERS = {"local_db": 1, "apq3": 3, "apq5": 5, "apq11": 11}


def true_perturbation(made: Clip, name: str) -> float:
    """The functional `jitter.*` or `shimmer.*` of the drawn cycles; dB, or percent."""
    cycles = made.cycles
    assert cycles is not None
    kind, which = name.split(".")
    if kind == "jitter":
        return 100 * (cycles.jitter if which == "local" else cycles.jitter_over(JITTERS[which]))
    if which == "local_db":
        return cycles.shimmer_db
    return 100 * cycles.shimmer_over(SHIMMERS[which])


def measured_perturbation(reading: Reading, name: str) -> float:
    """The functional as measured; dB, or percent."""
    return reading.functionals[name] * (1 if name.endswith("_db") else 100)


PERTURBATIONS = [f"jitter.{k}" for k in JITTERS] + [f"shimmer.{k}" for k in SHIMMERS]


# Standard deviations of periods (relative) and amplitudes (dB). Cycles that alternate by more
# than the first are no longer jitter: they repeat every other cycle, an octave below.
ALTERNATING = ((0.0, 0.0), (0.0025, 0.1), (0.005, 0.3))
RANDOM = (*ALTERNATING, (0.01, 0.6), (0.02, 1.2))


def perturbation() -> Iterator[Figure]:
    """Pulses whose cycles differ in length and strength, at random or in turn."""
    for key, material, strongest in (
        ("pulses", "pulses, 80 to 320 Hz, jitter to 1.2 %, shimmer to 0.8 dB", 4),
        ("pulses.strong", "the same, to 2.4 % and 1.5 dB", 5),
    ):
        made = []
        for pitch in (80.0, 120.0, 200.0, 320.0):
            for alternating, drawn in ((False, RANDOM[:strongest]), (True, ALTERNATING)):
                for jitter, shimmer in drawn:
                    voice = Voice(pitch=pitch, source="pulse", jitter=jitter, shimmer_db=shimmer)
                    made.append(clip("pulses", voice.but(alternating=alternating, seed=int(pitch))))
        readings = [ask_slap_edge(c.audio) for c in made]
        for name in PERTURBATIONS:
            truth = np.array([true_perturbation(c, name) for c in made])
            found = np.array([measured_perturbation(r, name) for r in readings])
            unit = "dB" if name.endswith("_db") else "% points"
            # A measure that is missing is as wrong as can be.
            error = np.where(np.isfinite(found), np.abs(found - truth), np.inf).max()
            yield Figure(f"{name}.{key}", name, material, "greatest error", unit, float(error))


def harmonicity() -> Iterator[Figure]:
    """Steady voices in white noise of a known level."""
    errors: dict[str, list[float]] = {"5 to 15": [], "20 to 30": []}
    for hnr in (5.0, 10.0, 15.0, 20.0, 25.0, 30.0):
        for index, pitch in enumerate((85.0, 120.0, 170.3, 240.0, 330.0)):
            voice = Voice(pitch=pitch, vowel="aiu"[index % 3], rd=1.2, hnr_db=hnr, seed=index)
            made = clip("noisy", voice)
            reading = ask_slap_edge(made.audio)
            found = mean(reading.frames["hnr_db"][inner(reading, made)])
            errors["5 to 15" if hnr < 18 else "20 to 30"].append(found - hnr)
    for span, off in errors.items():
        key = span.replace(" to ", "_")
        material = f"vowels in white noise, HNR {span} dB"
        yield Figure(
            f"hnr.{key}.worst",
            "hnr_db",
            material,
            "greatest error of a mean",
            "dB",
            float(np.abs(off).max()),
        )
        yield Figure(f"hnr.{key}.bias", "hnr_db", material, "bias", "dB", float(np.mean(off)))
