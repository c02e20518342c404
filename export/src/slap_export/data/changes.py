"""Changes made to a recording each time it is heard, and what they make of its labels.

A change that contradicts what is known of a recording takes that knowledge away: a voice under
loud noise is no longer known to be free of breath. What a change makes certain is stated: with
noise at 5 dB the recording is noisy. The thresholds are those of the synthetic corpus
(`slap_export.corpus.attributes`), by which labels mean the same on every recording.

`TOUCHES` is the one table of which change may alter which attribute. `begin_X`, `end_X` and
`X_words` (a corpus's own words) go with X. A caption that somebody wrote cannot be taken apart, so
it is dropped where a change might contradict any label at all.

The order is that of the world: the speed of the tape, the room, the noise, the band of the
microphone, the coder, the level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from slap_export.corpus.attributes import CHANGING, VALUES
from slap_export.corpus.effects import band, codec, noise, room
from slap_export.corpus.effects.level import PEAK
from slap_export.corpus.measures import rms
from slap_export.data.audio import RATE

Samples = NDArray[np.float32]
Labels = Mapping[str, str | None]
Changed = dict[str, str | None]

SAFE_SPEED = 0.03
"""Share by which speed may change before pitch, rate and the size of the throat are others."""

SPEED_LABELS = ("pitch", "register", "rate", "sex", "age", "pitch_for_sex")
"""What a change of speed beyond `SAFE_SPEED` contradicts."""

HEARD_GAIN = 2.5
"""Decibels that part `faint` from `medium` and `medium` from `loud`."""

_IN_LOUD_NOISE = ("roughness", "creak", "tremor", "breaks", "effort", "fluency")  # below 6 dB
_IN_NOISE = ("breathiness", "strain", "doubling", "nasality", "articulation", "quality")  # 12 dB
_IN_ANY_NOISE = ("breathing",)  # below 30 dB
_CODED = ("breathiness", "roughness", "strain", "doubling", "nasality", "breathing", "quality")

TOUCHES: dict[str, frozenset[str]] = {
    "speed": frozenset(SPEED_LABELS),
    "room": frozenset({"room"}),
    "noise": frozenset(
        {"noise", "noise_kind", *_IN_LOUD_NOISE, *_IN_NOISE, *_IN_ANY_NOISE},
    ),
    "band": frozenset({"band", "nasality", "microphone", "noise", "noise_kind"}),
    "codec": frozenset({"codec", "band", "noise", "noise_kind", *_CODED}),
    "gain": frozenset({"level"}),
}
"""Which change may alter which attribute."""


_ALL_KNOWN = {name: values[-1] for name, values in VALUES.items()}


class Change(Protocol):
    """One change of a recording."""

    @property
    def name(self) -> str:
        """Its row in `TOUCHES`."""

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        """The samples after the change."""

    def relabel(self, labels: Labels) -> Changed:
        """The labels that are others after the change, and their values; None is not known."""


@dataclass(frozen=True)
class Speed:
    """The tape runs faster (above 1) or slower: pitch, rate and formants go with it."""

    factor: float
    name = "speed"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        up, down = 1000, round(1000 * self.factor)
        return resample_poly(samples, up, down).astype(np.float32)

    def relabel(self, labels: Labels) -> Changed:
        return _lost(labels, SPEED_LABELS) if abs(self.factor - 1.0) > SAFE_SPEED + 1e-9 else {}


@dataclass(frozen=True)
class Room:
    """The recording is played in a room."""

    t60: float
    direct_db: float
    name = "room"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        return room.apply(samples, room.Room(self.t60, self.direct_db), rng)

    def relabel(self, labels: Labels) -> Changed:
        if self.direct_db <= 1 and self.t60 >= 0.55:
            return _set(labels, room="reverberant")
        if self.direct_db >= 20 or labels.get("room") == "reverberant":
            return {}
        return _lost(labels, ("room",))


@dataclass(frozen=True)
class Noise:
    """Noise at a ratio to the speech in decibels."""

    kind: str
    ratio_db: float
    name = "noise"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        track = noise.track(self.kind, len(samples) / RATE, rng)
        return noise.add(samples, track, rms(samples), self.ratio_db).astype(np.float32)

    def relabel(self, labels: Labels) -> Changed:
        was_quiet, was_noisy = (labels.get("noise") == it for it in ("quiet", "noisy"))
        # What was there already adds to it; as much again is 3 dB.
        ratio = self.ratio_db - (0.0 if was_quiet else 3.0)
        names = [*(_IN_LOUD_NOISE if ratio < 6 else ()), *(_IN_NOISE if ratio < 12 else ())]
        changed = _lost(labels, (*names, *(_IN_ANY_NOISE if ratio < 30 else ())))
        if self.ratio_db >= 30:
            return changed
        if self.ratio_db <= 12:
            kind = self.kind if was_quiet or labels.get("noise_kind") == self.kind else None
            return changed | _set(labels, noise="noisy", noise_kind=kind)
        if was_noisy:
            return (
                changed
                if labels.get("noise_kind") == self.kind
                else (changed | _lost(labels, ("noise_kind",)))
            )
        return changed | _lost(labels, ("noise", "noise_kind"))


@dataclass(frozen=True)
class Band:
    """Only what lies between two frequencies; without a lower one a poorer microphone."""

    high_hz: float
    low_hz: float | None = None
    name = "band"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        if self.low_hz is None:
            return band.low_pass(samples, self.high_hz)
        return band.telephone(samples, self.low_hz, self.high_hz)

    def relabel(self, labels: Labels) -> Changed:
        if self.low_hz is None:
            narrowed = self.high_hz < 6800 and labels.get("band") == "full"
            return _lost(labels, ("band",)) if narrowed else {}
        changed = _set(labels, band="telephone") | _lost(labels, ("nasality",))
        if labels.get("microphone") == "muffled":
            changed["microphone"] = None
        if labels.get("noise") == "noisy" and labels.get("noise_kind") in ("rumble", "hum", None):
            # The telephone takes most of such noise away.
            changed |= _lost(labels, ("noise", "noise_kind"))
        return changed


@dataclass(frozen=True)
class Codec:
    """Eight thousand samples a second in a few bits each."""

    bits: int
    name = "codec"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        return codec.code(samples, self.bits)

    def relabel(self, labels: Labels) -> Changed:
        changed = _lost(labels, _CODED)
        if labels.get("band") == "full":
            changed["band"] = None
        if labels.get("noise") == "quiet":
            # A coarse coder's steps are a noise of their own.
            changed |= _lost(labels, ("noise", "noise_kind"))
        if self.bits <= 5:
            return changed | _set(labels, codec="coded")
        return changed if labels.get("codec") == "coded" else changed | _lost(labels, ("codec",))


@dataclass(frozen=True)
class Gain:
    """Louder or fainter, never beyond the peak."""

    decibels: float
    name = "gain"

    def hear(self, samples: Samples, rng: np.random.Generator) -> Samples:
        peak = float(np.max(np.abs(samples), initial=1e-9))
        return samples * np.float32(min(10.0 ** (self.decibels / 20.0), PEAK / peak))

    def relabel(self, labels: Labels) -> Changed:
        # How loud it came out is measured by `relabelled`, which hears it.
        return _lost(labels, ("level",)) if abs(self.decibels) >= HEARD_GAIN else {}


def _lost(labels: Labels, names: tuple[str, ...]) -> Changed:
    """Those of the attributes, and what goes with them, that had a value."""
    return {name: None for one in names for name in _with(one) if labels.get(name) is not None}


def _set(labels: Labels, **values: str | None) -> Changed:
    """Those of the values that are new, and the corpus's own words for them lost."""
    new = {name: value for name, value in values.items() if labels.get(name) != value}
    return new | {k: None for n in values if labels.get(k := f"{n}_words") is not None}


def _with(name: str) -> tuple[str, ...]:
    sides = (f"begin_{name}", f"end_{name}") if name in CHANGING else ()
    return (name, *sides, f"{name}_words")


def touched(name: str) -> frozenset[str]:
    """All attributes that the change of this name may alter, with what goes with them."""
    return frozenset(held for one in TOUCHES[name] for held in _with(one))


def heard(samples: Samples, changes: tuple[Change, ...], rng: np.random.Generator) -> Samples:
    """The samples after all changes, in order; never beyond the peak."""
    for change in changes:
        samples = change.hear(samples, rng)
    peak = float(np.max(np.abs(samples), initial=0.0))
    return samples * np.float32(PEAK / peak) if changes and peak > PEAK else samples


def relabelled(
    labels: Labels, changes: tuple[Change, ...], level_dbfs: float | None = None
) -> Changed:
    """All labels after all changes.

    `level_dbfs` is the level of what came out: where it is given, and anything was changed, it
    says what `level` is now.
    """
    result = dict(labels)
    for change in changes:
        result |= change.relabel(result)
    if changes and level_dbfs is not None:
        result["level"] = level_word(level_dbfs)
    return result


def contradict_words(changes: tuple[Change, ...]) -> bool:
    """Whether the changes might contradict what somebody wrote of the recording."""
    return any(change.relabel(_ALL_KNOWN) for change in changes)


def level_word(dbfs: float) -> str | None:
    """Faint, medium or loud, as the synthetic corpus bins it; None between."""
    if dbfs <= -36:
        return "faint"
    if -33 <= dbfs <= -22:
        return "medium"
    return "loud" if dbfs >= -19.5 else None
