"""Sentences about a voice, written from the quantile bins of its measures.

After the captions of ParaCLAP (Jing et al. 2024), with several wordings for each bin. Where an
attribute of `captions` means the same, its wordings are used; a measure adds its own name. Creak
and breath are only ever compared with other voices: a bin tells no more than that.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from slap_export.captions import (
    SETTING,
    VOICE,
    Caption,
    Fact,
    Setting,
    Vocabulary,
    Voicing,
    caption,
)
from slap_export.data.files import whole_file
from slap_export.measures import BIN_NAMES, QUANTITIES, Bins, Table

VALUES: dict[str, tuple[str, ...]] = dict.fromkeys(QUANTITIES, BIN_NAMES)
"""Every measured attribute and its values; each may also be None."""


def _voice(fact: Fact, like: Fact, name: str, weight: float = 1.0) -> Voicing:
    """The wordings of the attribute `like`, and "the `name` is low"."""
    found = next(item for item in VOICE if item.facts == (like,))
    clauses = (*found.clauses, f"the {name} is {fact[1]}")
    return replace(found, facts=(fact,), clauses=clauses, topic=fact[0], also=(), weight=weight)


def _recording(fact: Fact, like: Fact, name: str, weight: float = 0.6) -> Setting:
    """As `_voice`, of the recording. Loudness and level are one topic: they nearly agree."""
    found = next(item for item in SETTING if item.facts == (like,))
    clauses = (*found.clauses, f"the {name} is {fact[1]}")
    return replace(found, facts=(fact,), clauses=clauses, topic="intensity", also=(), weight=weight)


def _named(
    fact: Fact,
    name: str,
    adjectives: tuple[str, ...],
    withs: tuple[str, ...],
    clauses: tuple[str, ...],
    weight: float = 1.0,
) -> Voicing:
    """A measure that has no other everyday word than `name`."""
    said = (f"with {fact[1]} {name}", *withs)
    clauses = (f"the {name} is {fact[1]}", *clauses)
    before = (f"{fact[1]}-{name}", *adjectives)
    return Voicing(
        (fact,),
        "voice",
        before,
        clauses,
        manners=said,
        withs=said,
        weight=weight,
        topic=fact[0],
    )


def _compared(
    fact: Fact, adjectives: tuple[str, ...], withs: tuple[str, ...], clauses: tuple[str, ...]
) -> Voicing:
    return Voicing(
        (fact,),
        "voice",
        adjectives,
        clauses,
        manners=withs,
        withs=withs,
        weight=0.8,
        topic=fact[0],
    )


def _length(
    value: str,
    adjectives: tuple[str, ...],
    places: tuple[str, ...],
    clauses: tuple[str, ...],
    weight: float,
) -> Setting:
    return Setting(
        (("duration", value),),
        "recording",
        adjectives,
        clauses,
        places=places,
        weight=weight,
        topic="duration",
    )


MEASURED: Vocabulary = (
    _voice(("mean_pitch", "low"), ("pitch", "low"), "mean pitch"),
    _voice(("mean_pitch", "normal"), ("pitch", "medium"), "mean pitch", 0.3),
    _voice(("mean_pitch", "high"), ("pitch", "high"), "mean pitch"),
    _voice(("pitch_variation", "low"), ("intonation", "monotone"), "pitch variation"),
    _voice(("pitch_variation", "normal"), ("intonation", "medium"), "pitch variation", 0.3),
    _voice(("pitch_variation", "high"), ("intonation", "lively"), "pitch variation"),
    _recording(("loudness", "low"), ("level", "faint"), "loudness"),
    _recording(("loudness", "normal"), ("level", "medium"), "loudness", 0.2),
    _recording(("loudness", "high"), ("level", "loud"), "loudness"),
    _recording(("sound_level", "low"), ("level", "faint"), "sound level"),
    _recording(("sound_level", "normal"), ("level", "medium"), "sound level", 0.2),
    _recording(("sound_level", "high"), ("level", "loud"), "sound level"),
    _named(
        ("jitter", "low"),
        "jitter",
        ("regular", "periodic"),
        ("with even periods", "with regular cycles"),
        ("the periods of the voice are even", "each cycle is as long as the last"),
    ),
    _named(
        ("jitter", "normal"),
        "jitter",
        (),
        ("with ordinary jitter",),
        ("the periods of the voice are as even as usual",),
        0.3,
    ),
    _named(
        ("jitter", "high"),
        "jitter",
        ("jittery", "irregular"),
        ("with uneven periods", "with irregular cycles", "with a lot of jitter"),
        ("the periods of the voice are uneven", "the cycles differ in length"),
    ),
    _named(
        ("shimmer", "low"),
        "shimmer",
        (),
        ("with cycles of even strength", "with hardly any shimmer"),
        ("each cycle is as strong as the last",),
    ),
    _named(
        ("shimmer", "normal"),
        "shimmer",
        (),
        ("with ordinary shimmer",),
        ("the cycles of the voice are as even in strength as usual",),
        0.3,
    ),
    _named(
        ("shimmer", "high"),
        "shimmer",
        ("shimmery",),
        ("with cycles of uneven strength", "with a lot of shimmer"),
        ("the strength changes from cycle to cycle",),
    ),
    _length(
        "low",
        ("short", "brief"),
        ("for a short time", "in a short take"),
        ("the recording is short", "it is soon over"),
        0.5,
    ),
    _length(
        "normal",
        ("medium-length",),
        ("in a take of ordinary length",),
        ("the recording has an ordinary length",),
        0.15,
    ),
    _length(
        "high",
        ("long", "lengthy"),
        ("for a long time", "in a long take"),
        ("the recording is long", "it goes on for long"),
        0.5,
    ),
    _compared(
        ("creakiness", "low"),
        ("comparatively creak-free",),
        ("with less creak than most", "less creaky than most"),
        ("there is less creak than in most voices",),
    ),
    _compared(
        ("creakiness", "high"),
        ("comparatively creaky",),
        ("with more creak than most", "creakier than most"),
        ("there is more creak than in most voices",),
    ),
    _compared(
        ("airiness", "low"),
        ("comparatively breath-free",),
        ("with less breath than most", "less breathy than most"),
        ("there is less breath in it than in most voices",),
    ),
    _compared(
        ("airiness", "high"),
        ("comparatively breathy",),
        ("with more breath than most", "breathier than most"),
        ("there is more breath in it than in most voices",),
    ),
)
"""All that can be said of bins. A normal amount of creak or breath is not worth saying."""


def measured_caption(
    bins: Mapping[str, str | None], rng: np.random.Generator, most: int = 4
) -> Caption | None:
    """A sentence that says at most `most` of what `Bins.of` found; None if nothing can be said."""
    if not any(bins.get(name) == value for item in MEASURED for name, value in item.facts):
        return None
    return caption(bins, rng, MEASURED, most)


def is_line(values: Mapping[str, object]) -> bool:
    """Whether an object is such as `write_captions` writes."""
    return set(values) == {"id", "split", "measures", "bins", "captions"}


def write_captions(
    file: Path, table: Table, bins: Bins, captions: int, most: int, seed: int
) -> None:
    """Writes a line of JSON for every recording: its quantities, their bins, and captions.

    A file of that name is replaced once all lines are written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as lines:
        for index, recording in enumerate(table.recordings):
            functionals = table.row(index)
            values = {name: bins.quantity(name, functionals) for name in QUANTITIES}
            found = bins.of(functionals)
            # A generator of its own, so that other recordings leave its captions as they are.
            rng = np.random.default_rng((seed, zlib.crc32(recording.id.encode())))
            drawn = [measured_caption(found, rng, most) for _ in range(captions)]
            line = {
                "id": recording.id,
                "split": recording.split,
                "measures": {
                    name: None if np.isnan(value) else float(f"{value:.6g}")
                    for name, value in values.items()
                },
                "bins": found,
                "captions": [said.text for said in drawn if said is not None],
            }
            lines.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
