"""How somebody speaks: the voice's qualities and effort, and the mouth's care.

`draw` chooses a `Manner` at random and `changed` one that a speaker might turn to in the middle of
a clip. What a manner does not want runs at the depth of a healthy voice, which is small but not
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from slap_export.corpus.effects import (
    breaks,
    breath,
    creak,
    diplophonia,
    hoarse,
    mumble,
    nasal,
    shout,
    strained,
    tremor,
    whisper,
)


@dataclass(frozen=True)
class Manner:
    """All that a speaker does with the voice. The fields' own defaults do as good as nothing."""

    whisper: whisper.Whisper | None = None
    tremor: tremor.Tremor = field(default_factory=tremor.Tremor)
    breath: breath.Breath = field(default_factory=breath.Breath)
    hoarse: hoarse.Hoarse = field(default_factory=hoarse.Hoarse)
    creak: creak.Creak = field(default_factory=creak.Creak)
    strained: strained.Strained = field(default_factory=strained.Strained)
    breaks: breaks.Breaks = field(default_factory=breaks.Breaks)
    diplophonia: diplophonia.Diplophonia = field(default_factory=diplophonia.Diplophonia)
    nasal: nasal.Nasal = field(default_factory=nasal.Nasal)
    effort: shout.Effort = field(default_factory=shout.Effort)
    mumble: mumble.Mumble = field(default_factory=mumble.Mumble)
    level_db: float = 0.0  # how much louder than an ordinary voice

    @property
    def whispered(self) -> bool:
        """Whether there is no voice at all."""
        return self.whisper is not None

    @property
    def creaky(self) -> bool:
        """Whether the voice falls into single pulses."""
        return self.creak.attenuation_db > 0


# How voices are drawn: what each has of the qualities that would hide one another.
_QUALITIES = (
    ("clear", 0.34),
    ("whisper", 0.12),
    ("breathy", 0.12),
    ("hoarse", 0.11),
    ("creaky", 0.09),
    ("strained", 0.09),
    ("breathy hoarse", 0.05),
    ("creaky hoarse", 0.02),
    ("double", 0.06),
)


def draw(rng: np.random.Generator) -> Manner:
    """A manner drawn at random."""
    names, shares = zip(*_QUALITIES, strict=True)
    quality = str(rng.choice(names, p=shares))
    pressed = quality == "strained"
    raised = rng.random()
    ordinary = rng.random() < 0.35
    if quality == "whisper" or pressed or ordinary:
        effort, level_db = _ordinary(rng), -12.0 if quality == "whisper" else 0.0
    elif raised < 0.24:
        effort, level_db = _shouted(rng), 6.0
    elif raised < 0.46:
        effort, level_db = _murmured(rng), -8.0
    else:
        effort, level_db = _ordinary(rng), 0.0
    return Manner(
        whisper=_whisper(rng) if quality == "whisper" else None,
        tremor=_tremor(rng, rng.random() < 0.22),
        breath=_breath(rng) if "breathy" in quality else breath.Breath(),
        hoarse=_hoarse(rng, "hoarse" in quality),
        creak=_creak(rng) if "creaky" in quality else creak.Creak(),
        strained=_strained(rng) if pressed else strained.Strained(),
        breaks=_breaks(rng) if rng.random() < 0.15 else breaks.Breaks(),
        diplophonia=_double(rng) if quality == "double" else diplophonia.Diplophonia(),
        nasal=_nasal(rng) if rng.random() < 0.22 else nasal.Nasal(),
        effort=effort,
        mumble=_mumble(rng) if rng.random() < 0.17 else mumble.Mumble(),
        level_db=level_db,
    )


def changed(manner: Manner, rng: np.random.Generator) -> Manner:
    """`manner` with one or two of its qualities turned to something else."""
    if manner.whispered:
        after = _voiced(manner, rng)
        return _changed_once(after, rng) if rng.random() < 0.3 else after
    after = _changed_once(manner, rng)
    return _changed_once(after, rng) if rng.random() < 0.2 and not after.whispered else after


def _voiced(manner: Manner, rng: np.random.Generator) -> Manner:
    return replace(manner, whisper=None, effort=_ordinary(rng), level_db=0.0)


def _changed_once(manner: Manner, rng: np.random.Generator) -> Manner:
    """A voiced `manner` with one quality more, or one that it had gone."""
    ways = ["whisper", "tremor", "breath", "hoarse", "strained", "nasal", "effort", "effort"]
    if not manner.creaky:
        ways.append("creak")
    way = ways[int(rng.integers(len(ways)))]
    if way == "whisper":
        return replace(manner, whisper=_whisper(rng), level_db=-12.0)
    if way == "tremor":
        trembles = manner.tremor.semitones < 1.0
        return replace(manner, tremor=_tremor(rng, trembles), creak=creak.Creak())
    if way == "breath":
        airy = manner.breath.ratio_db > 30.0
        return replace(manner, breath=_breath(rng) if airy else breath.Breath())
    if way == "hoarse":
        return replace(manner, hoarse=_hoarse(rng, manner.hoarse.jitter < 0.02))
    if way == "strained":
        pressed = manner.strained.first_db <= 0.0
        after = _strained(rng) if pressed else strained.Strained()
        return replace(manner, strained=after, effort=_ordinary(rng), level_db=0.0)
    if way == "nasal":
        return replace(manner, nasal=_nasal(rng) if manner.nasal.amount <= 0.0 else nasal.Nasal())
    if way == "creak":
        return replace(manner, creak=_creak(rng, throughout=True))
    if manner.level_db > 0.0 or (manner.level_db == 0.0 and rng.random() < 0.5):
        return replace(manner, effort=_murmured(rng), level_db=-8.0)
    return replace(manner, effort=_shouted(rng), level_db=6.0)


def _whisper(rng: np.random.Generator) -> whisper.Whisper:
    return whisper.Whisper(rng.uniform(6, 14), rng.uniform(400, 900), rng.uniform(4, 14))


def _tremor(rng: np.random.Generator, trembles: bool) -> tremor.Tremor:
    """A marked tremor, or one that is less than is heard."""
    rate, lag, wobble = rng.uniform(4.0, 7.5), rng.uniform(-1.2, 1.2), rng.uniform(0.0, 0.06)
    if trembles:
        return tremor.Tremor(rate, rng.uniform(1.3, 3.2), rng.uniform(3.5, 8.0), lag, wobble)
    return tremor.Tremor(rate, rng.uniform(0.0, 0.12), rng.uniform(0.0, 0.3), lag, wobble)


def _breath(rng: np.random.Generator) -> breath.Breath:
    return breath.Breath(rng.uniform(-9, 0), rng.uniform(900, 2200), rng.uniform(0.35, 0.9))


def _hoarse(rng: np.random.Generator, rough: bool) -> hoarse.Hoarse:
    if rough:
        return hoarse.Hoarse(rng.uniform(0.025, 0.07), rng.uniform(1.2, 3.5), rng.uniform(1, 8))
    return hoarse.Hoarse(rng.uniform(0.001, 0.008), rng.uniform(0.05, 0.3), rng.uniform(26, 50))


def _creak(rng: np.random.Generator, throughout: bool = False) -> creak.Creak:
    start = rng.uniform(0.05, 0.4) if rng.random() < 0.3 and not throughout else 0.0
    return creak.Creak(rng.uniform(25, 50), rng.uniform(16, 34), rng.uniform(0.05, 0.25), start)


def _strained(rng: np.random.Generator) -> strained.Strained:
    return strained.Strained(
        rng.uniform(6, 14), rng.uniform(2, 5), rng.uniform(0.5, 1.0), rng.uniform(0.003, 0.01)
    )


def _breaks(rng: np.random.Generator) -> breaks.Breaks:
    return breaks.Breaks(rng.uniform(1.4, 2.8), 0.09, 0.24, octave_share=rng.uniform(0.0, 0.6))


def _double(rng: np.random.Generator) -> diplophonia.Diplophonia:
    return diplophonia.Diplophonia(rng.uniform(0.08, 0.18), rng.uniform(5, 12))


def _nasal(rng: np.random.Generator) -> nasal.Nasal:
    return nasal.Nasal(rng.uniform(0.65, 1.0), rng.uniform(220, 300), zero_hz=rng.uniform(500, 900))


def _mumble(rng: np.random.Generator) -> mumble.Mumble:
    return mumble.Mumble(rng.uniform(0.09, 0.15), rng.uniform(0.45, 0.8))


def _ordinary(rng: np.random.Generator) -> shout.Effort:
    return shout.Effort(rng.uniform(-0.5, 0.5))


def _shouted(rng: np.random.Generator) -> shout.Effort:
    return shout.Effort(rng.uniform(3, 6), rng.uniform(1.15, 1.35), rng.uniform(2, 3))


def _murmured(rng: np.random.Generator) -> shout.Effort:
    return shout.Effort(rng.uniform(-6, -3.5), rng.uniform(0.8, 0.9), 1.0)
