"""Drawing what happens to a clip: how it is spoken, how it goes on, and how it is recorded.

Every clip goes through the whole chain (`render`). What a treatment does not want runs at the
depth of a healthy voice or a good microphone, which is small but not nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from slap_export.corpus.effects import fade, noise, overdriven, pauses, room
from slap_export.corpus.manner import Manner, changed
from slap_export.corpus.manner import draw as draw_manner


@dataclass(frozen=True)
class Change:
    """Another manner from some point of the clip on."""

    place: float  # share of the clip; the weakest point nearby is taken
    manner: Manner


@dataclass(frozen=True)
class Treatment:
    """All that is done to one clip. The fields' own defaults do as good as nothing."""

    manner: Manner = field(default_factory=Manner)
    change: Change | None = None
    pauses: pauses.Pauses = field(default_factory=pauses.Pauses)
    fade: fade.Fade = field(default_factory=fade.Fade)  # negative decibels grow
    second_db: float | None = None  # level of a second speaker beside the first; None is nobody
    room: room.Room = field(default_factory=room.Room)
    noise_kind: str = "white"
    noise_db: float = 50.0
    muffle: tuple[float, float] | None = None  # corner in Hz, depth in dB
    overdrive: overdriven.Overdrive = field(default_factory=overdriven.Overdrive)
    telephone_hz: tuple[float, float] | None = None
    low_pass_hz: float = 8000.0
    mu_law: bool = False
    code_bits: int | None = None
    tilt_db: float = 0.0  # per octave
    bumps: tuple[tuple[float, float, float], ...] = ()
    level_dbfs: float = -26.0


_COURSES = (("plain", 0.46), ("change", 0.15), ("pauses", 0.19), ("fading", 0.1), ("growing", 0.1))
"""How a clip goes on. One at a time, so that each can be placed in time."""

SHORTEST_CHANGE = 2.8
"""Seconds that a clip must last for its voice to change in the middle."""


def draw(rng: np.random.Generator, seconds: float, held: bool = False) -> Treatment:
    """A treatment drawn at random for a clip of `seconds`, which is a `held` vowel or speech."""
    names, shares = zip(*_COURSES, strict=True)
    course = str(rng.choice(names, p=shares))
    manner = draw_manner(rng)
    other = changed(manner, rng)
    place = float(rng.uniform(0.4, 0.6))
    change = Change(place, other) if course == "change" and seconds >= SHORTEST_CHANGE else None
    breath_db = float(rng.uniform(14, 22)) if rng.random() < 0.5 else None
    count = 2 if seconds >= 3.2 and rng.random() < 0.6 else 1
    silences = pauses.Pauses(count, 0.45, 0.9, breath_db=breath_db)
    depth = float(rng.uniform(14, 24))
    second = float(rng.uniform(-3, 2)) if rng.random() < 0.075 and not held else None
    return Treatment(
        manner=manner,
        change=change,
        pauses=silences if course == "pauses" and not held else pauses.Pauses(),
        fade=fade.Fade({"fading": depth, "growing": -depth}.get(course, 0.0)),
        second_db=second,
        **_recording(rng),
    )


def _recording(rng: np.random.Generator) -> dict:
    """The fields of a treatment that concern the recording."""
    kind = str(rng.choice(noise.KINDS, p=(0.24, 0.16, 0.15, 0.18, 0.27)))
    place = rng.random()
    ratio = (
        rng.uniform(1, 11)
        if place < 0.22
        else rng.uniform(14, 26)
        if place < 0.32
        else rng.uniform(32, 60)
    )
    space = rng.random()
    if space < 0.23:
        where = room.Room(rng.uniform(0.6, 1.5), rng.uniform(-7, 1), rng.uniform(0.002, 0.015))
    elif space < 0.33:
        where = room.Room(rng.uniform(0.15, 0.35), rng.uniform(3, 12), rng.uniform(0.001, 0.006))
    else:
        where = room.Room(rng.uniform(0.1, 0.2), rng.uniform(20, 45), 0.002)
    device = rng.random()
    muffle = (rng.uniform(500, 900), rng.uniform(24, 36)) if device < 0.075 else None
    drive = overdriven.Overdrive()
    if 0.075 <= device < 0.15:
        drive = overdriven.Overdrive(float(rng.uniform(14, 28)), bool(rng.random() < 0.5))
    bits = int(rng.integers(4, 6)) if 0.15 <= device < 0.22 else None
    phone = rng.random() < 0.25 and muffle is None and bits is None
    loudness = rng.random()
    dbfs = (
        rng.uniform(-44, -37)
        if loudness < 0.18
        else rng.uniform(-19, -14)
        if loudness < 0.36
        else rng.uniform(-33, -22)
    )
    bumps = tuple(
        (float(rng.uniform(150, 6000)), float(rng.normal(0, 2.5)), float(rng.uniform(0.3, 1.0)))
        for _ in range(3)
    )
    return {
        "room": where,
        "noise_kind": kind,
        "noise_db": float(ratio),
        "muffle": muffle,
        "overdrive": drive,
        "telephone_hz": (rng.uniform(250, 360), rng.uniform(3100, 3500)) if phone else None,
        "low_pass_hz": float(rng.uniform(6800, 8000)) if rng.random() < 0.4 else 8000.0,
        "mu_law": bool(rng.random() < (0.5 if phone else 0.1)),
        "code_bits": bits,
        "tilt_db": float(rng.normal(0, 1.0)),
        "bumps": bumps,
        "level_dbfs": float(dbfs),
    }
