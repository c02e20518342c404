"""Carrying out a treatment on a clip taken apart.

The order is that of the world: the voice, what becomes of it in time, a second voice beside it,
the room, the noise, the microphone, the line, the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slap_export.corpus.effects import (
    band,
    breaks,
    breath,
    codec,
    creak,
    diplophonia,
    fade,
    hoarse,
    jitter,
    level,
    muffled,
    mumble,
    nasal,
    noise,
    overdriven,
    pauses,
    room,
    shimmer,
    shout,
    source_filter,
    strained,
    tremor,
    whisper,
)
from slap_export.corpus.effects.source_filter import Voice, per_sample
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.manner import Manner
from slap_export.corpus.measures import rms
from slap_export.corpus.treatment import Treatment

LONGEST = round(5.28 * SAMPLE_RATE)
"""Samples of the longest clip."""

SHORTEST_PAUSE = 0.5
"""Seconds that must be free in a clip for each pause put into it."""


@dataclass(frozen=True)
class Rendered:
    """A recording and what came of its treatment."""

    samples: np.ndarray  # [n] float32
    level_dbfs: float
    changed_at: int | None  # sample from which the second manner is heard
    pauses: int  # that fitted


def render(
    voice: Voice,
    treatment: Treatment,
    tracks: dict[str, np.ndarray],
    second: np.ndarray | None,
    rng: np.random.Generator,
) -> Rendered:
    """Carries out `treatment` on `voice`.

    Args:
        voice: The clip taken apart.
        treatment: What to do.
        tracks: Noise of unit power, longer than `LONGEST`, of every kind.
        second: What a second speaker says, [m] float32; needed if the treatment has one.
        rng: Source of chance.
    """
    spoken = speak(voice, treatment.manner, rng)
    changed_at = None
    if treatment.change is not None:
        other = speak(voice, treatment.change.manner, rng)
        changed_at = weakest_near(spoken, treatment.change.place)
        spoken = joined(spoken, other, changed_at)
    free = (LONGEST - len(spoken)) / SAMPLE_RATE
    count = min(treatment.pauses.count, int(free / SHORTEST_PAUSE))
    if count > 0:
        longest = min(treatment.pauses.longest, free / count)
        spoken, spans = pauses.insert(spoken, _held_to(treatment.pauses, count, longest), rng)
        count = len(spans)
    if treatment.fade.decibels != 0.0:
        spoken = spoken * fade.gain(spoken, treatment.fade)
    if treatment.second_db is not None:
        if second is None:
            raise ValueError("the treatment wants a second speaker, and there is none")
        spoken = beside(spoken, second, treatment.second_db)
    samples, level_dbfs = recorded(spoken, treatment, tracks, rng)
    return Rendered(samples, level_dbfs, changed_at, count)


def _held_to(wanted: pauses.Pauses, count: int, longest: float) -> pauses.Pauses:
    shortest = min(wanted.shortest, longest)
    return pauses.Pauses(count, shortest, longest, wanted.apart, wanted.breath_db)


def weakest_near(samples: np.ndarray, place: float) -> int:
    """The middle of the weakest 20 ms within a tenth of the clip of `place`, a share of it."""
    window = round(0.02 * SAMPLE_RATE)
    energy = np.convolve(np.square(samples, dtype=np.float64), np.ones(window), "same")
    first, last = (round((place + side) * len(samples)) for side in (-0.1, 0.1))
    return first + int(np.argmin(energy[first:last]))


def joined(before: np.ndarray, after: np.ndarray, at: int) -> np.ndarray:
    """`before` up to the sample `at`, `after` from there on, faded over 10 ms.  # [n] float32"""
    half = round(0.005 * SAMPLE_RATE)
    weight = np.interp(np.arange(len(before)), (at - half, at + half), (0.0, 1.0))
    return (before * (1.0 - weight) + after * weight).astype(np.float32)


def beside(first: np.ndarray, second: np.ndarray, decibels: float) -> np.ndarray:
    """`first` with `second` at `decibels` relative to it, as long as `first`.  # [n] float32"""
    other = np.resize(second, len(first))
    gain = 10.0 ** (decibels / 20.0) * rms(first) / max(rms(other), 1e-9)
    return (first + other * np.float32(gain)).astype(np.float32)


def recorded(
    spoken: np.ndarray,
    treatment: Treatment,
    tracks: dict[str, np.ndarray],
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """`spoken` as the recording has it, [n] float32, and its level in dBFS."""
    speech_rms = rms(spoken)
    heard = room.apply(spoken, treatment.room, rng)
    # The room adds energy; the noise is set against the speech as it arrives.
    speech_rms = max(speech_rms, rms(heard))
    background = piece(tracks[treatment.noise_kind], len(heard), rng)
    heard = noise.add(heard, background, speech_rms, treatment.noise_db)
    heard = band.tilt(heard, treatment.tilt_db, np.asarray(treatment.bumps).reshape(-1, 3))
    if treatment.muffle is not None:
        heard = muffled.muffle(heard, *treatment.muffle)
    if treatment.overdrive.drive_db > 0.0:
        heard = overdriven.overdrive(heard, treatment.overdrive)
    if treatment.telephone_hz is not None:
        heard = band.telephone(heard, *treatment.telephone_hz)
    elif treatment.low_pass_hz < 8000.0:
        heard = band.low_pass(heard, treatment.low_pass_hz)
    if treatment.code_bits is not None:
        heard = codec.code(heard, treatment.code_bits)
    elif treatment.mu_law:
        heard = band.mu_law(heard)
    return level.set_level(heard, treatment.level_dbfs)


def speak(voice: Voice, manner: Manner, rng: np.random.Generator) -> np.ndarray:
    """The voice alone, spoken in `manner` and not yet recorded.  # [n] float32"""
    count = len(voice.excitation)
    angles = tremor.phase(manner.tremor, count, rng)
    frame_voicing = np.convolve(voice.pitch.voiced.astype(np.float32), np.ones(3) / 3, "same")
    gain = np.float32(10.0 ** (manner.level_db / 20.0))
    if manner.whisper is not None:
        source = whisper.excitation(count, rng)
        shape = whisper.envelope(voice.envelope, frame_voicing, manner.whisper)
        return source_filter.synthesise(source, mumbled(shape, manner)) * gain
    source = voiced_source(voice, manner, angles, frame_voicing, rng)
    shape = mumbled(voice.envelope, manner)
    if manner.strained.first_db > 0.0:
        shape = strained.envelope(shape, frame_voicing, voice.pitch.filled(), manner.strained)
    if manner.nasal.amount > 0.0:
        shape = nasal.envelope(shape, frame_voicing, manner.nasal)
    if manner.effort != shout.Effort():
        shape = shout.envelope(shape, frame_voicing, manner.effort)
    spoken = source_filter.synthesise(source, shape)
    return spoken * tremor.level_gain(manner.tremor, angles) * gain


def mumbled(envelope: np.ndarray, manner: Manner) -> np.ndarray:
    """The envelope of the mouth that `manner` moves.  # [frames, bins] float32"""
    if manner.mumble == mumble.Mumble():
        return envelope
    return mumble.envelope(envelope, manner.mumble)


def voiced_source(
    voice: Voice,
    manner: Manner,
    angles: np.ndarray,
    frame_voicing: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """The excitation of a voice that sounds.  # [n] float32

    `angles` is the tremor's phase at each sample, `frame_voicing` 0 to 1 by frame.
    """
    count, marks = len(voice.excitation), voice.marks
    voicing = per_sample(frame_voicing, count)
    source = voice.excitation
    if manner.strained.first_db > 0.0:
        hz = voice.pitch.filled()
        source = strained.source(source, marks, voicing, hz, manner.strained, rng)
    source = source * shimmer.gain(marks, count, manner.hoarse.shimmer_db, rng)
    pulses, places = creak.gain_and_positions(
        manner.creak, marks, voice.pitch.median_hz, count, rng
    )
    pulses = pulses * diplophonia.gain(marks, count, manner.diplophonia)
    if manner.breaks.per_second > 0.0:
        spans = breaks.spans(voicing, manner.breaks, rng)
        pulses = pulses * breaks.gain(spans, marks, count, manner.breaks)
    # Creak and jitter belong to the voiced parts; consonants keep their noise as it was.
    source = source * (1 + voicing * (pulses - 1))
    still = np.arange(count)
    for moved in (
        diplophonia.positions(marks, count, manner.diplophonia),
        jitter.positions(marks, count, manner.hoarse.jitter, rng),
        tremor.pitch_positions(manner.tremor, angles),
    ):
        places = np.interp(moved, still, places)
    source = source_filter.warp(source, places + 0.37)
    source = hoarse.add_noise(source, voicing, manner.hoarse, rng)
    return breath.add(source, voicing, manner.breath, rng)


def piece(track: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` samples from anywhere in `track`.  # [count] float32"""
    start = int(rng.integers(0, len(track) - count))
    return track[start : start + count]
