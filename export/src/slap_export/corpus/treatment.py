"""Drawing what happens to a clip, and making it happen.

`draw` chooses a `Treatment` at random; `render` carries it out on a clip taken apart. Every clip
goes through the whole chain. What a treatment does not want runs at the depth of a healthy voice
or a good microphone, which is small but not nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from slap_export.corpus.effects import (
    band,
    breath,
    creak,
    hoarse,
    jitter,
    level,
    noise,
    room,
    shimmer,
    source_filter,
    tremor,
    whisper,
)
from slap_export.corpus.effects.source_filter import Voice, per_sample
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.measures import rms


@dataclass(frozen=True)
class Treatment:
    """All that is done to one clip. The fields' own defaults do as good as nothing."""

    whisper: whisper.Whisper | None = None
    tremor: tremor.Tremor = field(default_factory=tremor.Tremor)
    breath: breath.Breath = field(default_factory=breath.Breath)
    hoarse: hoarse.Hoarse = field(default_factory=hoarse.Hoarse)
    creak: creak.Creak = field(default_factory=creak.Creak)
    room: room.Room = field(default_factory=room.Room)
    noise_kind: str = "white"
    noise_db: float = 50.0
    telephone_hz: tuple[float, float] | None = None
    low_pass_hz: float = 8000.0
    mu_law: bool = False
    tilt_db: float = 0.0  # per octave
    bumps: tuple[tuple[float, float, float], ...] = ()
    level_dbfs: float = -26.0


# How voices are drawn: which of whisper, breath, hoarseness and creak a clip has.
_QUALITIES = (
    ("clear", 0.33),
    ("whisper", 0.14),
    ("breathy", 0.19),
    ("hoarse", 0.15),
    ("creaky", 0.13),
    ("breathy hoarse", 0.03),
    ("creaky hoarse", 0.03),
)


def draw(rng: np.random.Generator) -> Treatment:
    """A treatment drawn at random."""
    names, shares = zip(*_QUALITIES, strict=True)
    quality = str(rng.choice(names, p=shares))
    return Treatment(
        whisper=_whisper(rng) if quality == "whisper" else None,
        tremor=_tremor(rng),
        breath=_breath(rng) if "breathy" in quality else breath.Breath(),
        hoarse=_hoarse(rng, "hoarse" in quality),
        creak=_creak(rng) if "creaky" in quality else creak.Creak(),
        **_recording(rng),
    )


def _whisper(rng: np.random.Generator) -> whisper.Whisper:
    return whisper.Whisper(rng.uniform(6, 14), rng.uniform(400, 900), rng.uniform(4, 14))


def _tremor(rng: np.random.Generator) -> tremor.Tremor:
    """More than a quarter of the voices tremble; the others move by less than is heard."""
    rate, lag, wobble = rng.uniform(4.0, 7.5), rng.uniform(-1.2, 1.2), rng.uniform(0.0, 0.06)
    if rng.random() < 0.28:
        return tremor.Tremor(rate, rng.uniform(1.3, 3.2), rng.uniform(3.5, 8.0), lag, wobble)
    return tremor.Tremor(rate, rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.3), lag, wobble)


def _breath(rng: np.random.Generator) -> breath.Breath:
    return breath.Breath(rng.uniform(-9, 0), rng.uniform(900, 2200), rng.uniform(0.35, 0.9))


def _hoarse(rng: np.random.Generator, ill: bool) -> hoarse.Hoarse:
    if ill:
        return hoarse.Hoarse(rng.uniform(0.025, 0.07), rng.uniform(1.2, 3.5), rng.uniform(1, 8))
    return hoarse.Hoarse(rng.uniform(0.001, 0.008), rng.uniform(0.05, 0.3), rng.uniform(26, 50))


def _creak(rng: np.random.Generator) -> creak.Creak:
    start = rng.uniform(0.05, 0.4) if rng.random() < 0.3 else 0.0
    return creak.Creak(rng.uniform(25, 50), rng.uniform(16, 34), rng.uniform(0.05, 0.25), start)


def _recording(rng: np.random.Generator) -> dict:
    """The fields of a treatment that concern the recording."""
    kind = str(rng.choice(noise.KINDS, p=(0.2, 0.25, 0.15, 0.1, 0.3)))
    place = rng.random()
    ratio = (
        rng.uniform(1, 11)
        if place < 0.28
        else rng.uniform(14, 26)
        if place < 0.40
        else rng.uniform(32, 60)
    )
    space = rng.random()
    if space < 0.25:
        where = room.Room(rng.uniform(0.6, 1.5), rng.uniform(-7, 1), rng.uniform(0.002, 0.015))
    elif space < 0.37:
        where = room.Room(rng.uniform(0.15, 0.35), rng.uniform(3, 12), rng.uniform(0.001, 0.006))
    else:
        where = room.Room(rng.uniform(0.1, 0.2), rng.uniform(20, 45), 0.002)
    phone = rng.random() < 0.25
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
        "telephone_hz": (rng.uniform(250, 360), rng.uniform(3100, 3500)) if phone else None,
        "low_pass_hz": float(rng.uniform(6800, 8000)) if rng.random() < 0.4 else 8000.0,
        "mu_law": bool(rng.random() < (0.5 if phone else 0.1)),
        "tilt_db": float(rng.normal(0, 1.3)),
        "bumps": bumps,
        "level_dbfs": float(dbfs),
    }


def render(
    voice: Voice, treatment: Treatment, background: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Carries out `treatment`; `background` is noise of unit power and the clip's length.

    Returns the samples and the level reached, in dBFS.
    """
    spoken = speak(voice, treatment, rng)
    speech_rms = rms(spoken)
    heard = room.apply(spoken, treatment.room, rng)
    # The room adds energy; the noise is set against the speech as it arrives.
    speech_rms = max(speech_rms, rms(heard))
    heard = noise.add(heard, background, speech_rms, treatment.noise_db)
    heard = band.tilt(heard, treatment.tilt_db, np.asarray(treatment.bumps).reshape(-1, 3))
    if treatment.telephone_hz is not None:
        heard = band.telephone(heard, *treatment.telephone_hz)
    elif treatment.low_pass_hz < 8000.0:
        heard = band.low_pass(heard, treatment.low_pass_hz)
    if treatment.mu_law:
        heard = band.mu_law(heard)
    return level.set_level(heard, treatment.level_dbfs)


def speak(voice: Voice, treatment: Treatment, rng: np.random.Generator) -> np.ndarray:
    """The voice alone, changed as `treatment` says and not yet recorded.  # [n] float32"""
    count = len(voice.excitation)
    angles = tremor.phase(treatment.tremor, count, rng)
    frame_voicing = np.convolve(voice.pitch.voiced.astype(np.float32), np.ones(3) / 3, "same")
    voicing = per_sample(frame_voicing, count)
    if treatment.whisper is not None:
        source = whisper.excitation(count, rng)
        shape = whisper.envelope(voice.envelope, frame_voicing, treatment.whisper)
        return source_filter.synthesise(source, shape)
    marks = voice.marks
    source = voice.excitation * shimmer.gain(marks, count, treatment.hoarse.shimmer_db, rng)
    pulses, places = creak.gain_and_positions(
        treatment.creak, marks, voice.pitch.median_hz, count, rng
    )
    # Creak and jitter belong to the voiced parts; consonants keep their noise as it was.
    source = source * (1 + voicing * (pulses - 1))
    places = np.interp(
        jitter.positions(marks, count, treatment.hoarse.jitter, rng), np.arange(count), places
    )
    places = np.interp(tremor.pitch_positions(treatment.tremor, angles), np.arange(count), places)
    source = source_filter.warp(source, places + 0.37)
    source = hoarse.add_noise(source, voicing, treatment.hoarse, rng)
    source = breath.add(source, voicing, treatment.breath, rng)
    spoken = source_filter.synthesise(source, voice.envelope)
    return spoken * tremor.level_gain(treatment.tremor, angles)


def background_for(
    kind: str, tracks: dict[str, np.ndarray], count: int, rng: np.random.Generator
) -> np.ndarray:
    """A piece of `count` samples from the noise track of `kind`.  # [count] float32"""
    track = tracks[kind]
    start = int(rng.integers(0, len(track) - count))
    return track[start : start + count]


LONGEST = 5 * SAMPLE_RATE
"""Samples of the longest clip."""
