"""The attributes of a clip: what is true of it, in the words that captions and tasks are made of.

An attribute has a value, or is None where the truth is between two values or cannot be heard. The
thresholds leave a grey zone between neighbouring values, so that a label is never a hair's breadth
from its opposite.

Who speaks and what:

- `sex`: of the speaker's vocal tract, not of the pitch; None for children.
- `register`: the pitch for the speaker's sex; None for children.
- `pitch`: absolute: the median of the clean clip's track. That is what can be said of a voice
  without knowing whose it is. None for whispers and creak, as is `register`.
- `intonation`: standard deviation of pitch in semitones on the clean clip.
- `rate`: syllable nuclei per second of speech, pauses left out.
- `speakers`: where two talk at once, nothing is said of the voice, which is whose?
- `material`: a held vowel has no language, rate, intonation, articulation or fluency.

How the voice sounds, of the manner:

- `tremor`: trembling from 1.2 semitones and 3.5 dB (peak, either way); steady below 0.15 and 0.4.
- `breathiness`, `roughness`, `creak`, `strain`, `breaks`, `doubling`, `nasality`, `effort`,
  `articulation`. None where another quality, loud noise or the channel could hide them.
- `quality`: altered by any of the first six, or clear of them all and of trembling.
- `begin_X`, `end_X`: in the first and in the second part of a clip whose voice changes. In other
  clips both are X; where they differ, X itself is None.

How the clip goes on: `course` of the loudness, `fluency`, and `breathing` in the pauses.

How it is recorded, of the treatment: `noise`, `noise_kind`, `room`, `band`, `level`,
`microphone`, `distortion`, `codec`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from slap_export.corpus import CorpusClip, CorpusError
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.languages import ENGLISH_NAMES
from slap_export.corpus.manner import Manner
from slap_export.corpus.measures import Pitch, longest_gap
from slap_export.corpus.speakers import Speaker
from slap_export.corpus.treatment import Treatment

CHANGING = (
    "phonation",
    "breathiness",
    "roughness",
    "creak",
    "strain",
    "tremor",
    "nasality",
    "effort",
)
"""Attributes that may differ between the parts of a clip."""

_OWN: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "age": ("child", "adult"),
    "phonation": ("whispered", "voiced"),
    "breathiness": ("breathy", "clear"),
    "roughness": ("hoarse", "clear"),
    "creak": ("creaky", "clear"),
    "rate": ("slow", "medium", "fast"),
    "pitch": ("low", "medium", "high"),
    "intonation": ("monotone", "medium", "lively"),
    "tremor": ("trembling", "steady"),
    "noise": ("noisy", "quiet"),
    "noise_kind": ("white", "pink", "rumble", "hum", "babble", "none"),
    "band": ("telephone", "full"),
    "room": ("reverberant", "dry"),
    "level": ("faint", "medium", "loud"),
    "register": ("deep", "light"),
    "speakers": ("one", "two"),
    "english": ("english", "other"),
    "effort": ("murmured", "ordinary", "shouted"),
    "strain": ("strained", "clear"),
    "breaks": ("breaking", "unbroken"),
    "doubling": ("double", "single"),
    "nasality": ("nasal", "oral"),
    "articulation": ("mumbled", "distinct"),
    "fluency": ("hesitant", "fluent"),
    "breathing": ("audible", "silent"),
    "course": ("fading", "even", "growing"),
    "material": ("vowel", "speech"),
    "quality": ("altered", "clear"),
    "microphone": ("muffled", "open"),
    "distortion": ("overdriven", "clean"),
    "codec": ("coded", "clean"),
}

VALUES: dict[str, tuple[str, ...]] = {
    **_OWN,
    **{f"{part}_{name}": _OWN[name] for part in ("begin", "end") for name in CHANGING},
}
"""Every attribute and its values; each may also be None."""

Attributes = dict[str, str | None]


def refuse_unknown(clips: Iterable[CorpusClip]) -> None:
    """Refuses a clip one of whose attributes has a value that there is not."""
    for clip in clips:
        for held in (clip.attributes, *(part.attributes for part in clip.parts)):
            for name, value in held.items():
                known = VALUES.get(name)
                if known is not None and value is not None and value not in known:
                    raise CorpusError(
                        f"{clip.id}: {name}: expected one of {', '.join(known)}, got {value!r:.40}"
                    )


# Whose presence alters the quality of a voice.
_ALTERED = {
    "breathiness": "breathy",
    "roughness": "hoarse",
    "creak": "creaky",
    "strain": "strained",
    "breaks": "breaking",
    "doubling": "double",
}

# Between the two manners of a clip that changes, level differs by so much that it is heard.
_HEARD_DB = 5.0


@dataclass(frozen=True)
class Clip:
    """What is known of the clean clip."""

    pitch_hz: float
    pitch_spread: float  # semitones
    voiced_share: float
    syllable_rate: float  # per second
    longest_gap: float  # seconds of silence inside
    language: str
    held: bool = False  # a vowel


def measured(
    samples: np.ndarray, pitch: Pitch, nuclei: int, seconds: float, language: str, held: bool
) -> Clip:
    """A clean clip with its pitch track, syllable nuclei and seconds of speech."""
    return Clip(
        pitch_hz=pitch.median_hz,
        pitch_spread=pitch.spread_semitones,
        voiced_share=float(pitch.voiced.mean()),
        syllable_rate=nuclei / max(seconds, 0.1),
        longest_gap=longest_gap(samples) / SAMPLE_RATE,
        language=language,
        held=held,
    )


def label(
    speaker: Speaker, clip: Clip, treatment: Treatment, level_dbfs: float, pauses: int
) -> Attributes:
    """The attributes of one rendered clip, in which `pauses` were put."""
    first = of_voice(speaker, clip, treatment, treatment.manner)
    second = first
    if treatment.change is not None:
        second = of_voice(speaker, clip, treatment, treatment.change.manner)
    found: Attributes = dict.fromkeys(VALUES)
    found.update({name: first[name] if first[name] == second[name] else None for name in first})
    for name in CHANGING:
        found[f"begin_{name}"], found[f"end_{name}"] = first[name], second[name]
    found |= of_recording(treatment, level_dbfs) | _in_time(clip, treatment, pauses)
    found["english"] = None if clip.held else _english(clip.language)
    if treatment.second_db is not None:
        found |= dict.fromkeys((*first, "course", "fluency", "breathing"))
        found |= dict.fromkeys(f"{part}_{name}" for part in ("begin", "end") for name in CHANGING)
        found["speakers"], found["material"] = "two", None
    elif found["noise"] != "quiet" and treatment.noise_kind == "babble":
        found["speakers"] = None
    else:
        found["speakers"] = "one"
    return found


def parts(
    speaker: Speaker, clip: Clip, treatment: Treatment, level_dbfs: float
) -> tuple[Attributes, Attributes] | None:
    """The attributes of each part of a clip whose voice changes.

    None for other clips, and where two talk at once or no change could be heard.
    """
    if treatment.change is None or treatment.second_db is not None:
        return None
    recording = {**of_recording(treatment, level_dbfs), "level": None}
    english = None if clip.held else _english(clip.language)
    both = []
    for manner in (treatment.manner, treatment.change.manner):
        found: Attributes = dict.fromkeys(VALUES)
        both.append(found | of_voice(speaker, clip, treatment, manner) | recording)
        both[-1] |= {"english": english, "speakers": "one"}
    first, second = both
    known = ((first[name], second[name]) for name in CHANGING)
    return (first, second) if any(a and b and a != b for a, b in known) else None


def of_voice(speaker: Speaker, clip: Clip, treatment: Treatment, manner: Manner) -> Attributes:
    """What is true of a speaker's voice in one manner, as far as the recording lets it be heard."""
    whispered, creaky, trembling = manner.whispered, manner.creaky, _trembling(manner)
    noise_db = treatment.noise_db
    coded, driven = treatment.code_bits is not None, treatment.overdrive.drive_db > 0.0
    muffled, narrow = treatment.muffle is not None, treatment.telephone_hz is not None
    audible = not whispered and noise_db >= 6.0
    fine = audible and noise_db >= 12.0 and not muffled and not coded
    pitched = not whispered and not creaky and clip.voiced_share >= 0.3
    double = manner.diplophonia.period > 0.0
    strained, shouted = manner.strained.first_db > 0.0, manner.effort.tilt >= 3.0
    murmured = manner.effort.tilt <= -3.5
    deep = {"male": 105.0, "female": 170.0}
    light = {"male": 140.0, "female": 225.0}
    found: Attributes = {
        "sex": speaker.sex,
        # Without pitch a child and a small woman are too close to call.
        "age": None if speaker.age == "child" and whispered else speaker.age,
        "phonation": "whispered" if whispered else "voiced",
        "pitch": _bins(clip.pitch_hz, 128, 150, 190, 215, "low", "medium", "high"),
        "register": None,
        "intonation": _bins(clip.pitch_spread, 0.8, 1.1, 1.8, 2.4, "monotone", "medium", "lively"),
        "rate": _bins(clip.syllable_rate, 3.4, 4.1, 5.7, 6.6, "slow", "medium", "fast"),
        "material": "vowel" if clip.held else "speech",
        "breathiness": _quality("breathy", manner.breath.ratio_db <= 0.0, fine and not driven),
        "roughness": _quality(
            "hoarse", manner.hoarse.jitter >= 0.02, audible and not (coded or driven or double)
        ),
        "creak": _quality("creaky", creaky, audible and not double),
        "tremor": None,
        "strain": _quality("strained", strained, fine and not (driven or shouted or creaky)),
        "breaks": None,
        "doubling": None,
        "nasality": None,
        "effort": None,
        "articulation": None,
        "quality": None,
    }
    if speaker.sex is not None:
        if clip.pitch_hz <= deep[speaker.sex]:
            found["register"] = "deep"
        elif clip.pitch_hz >= light[speaker.sex]:
            found["register"] = "light"
    if not pitched or double:
        found["pitch"] = found["register"] = found["intonation"] = None
    if trembling:
        # A deep tremor is itself a movement of pitch.
        found["intonation"] = None
    if audible and not creaky:
        # Pulses 30 ms apart carry no pitch that could tremble or break.
        steady = manner.tremor.semitones <= 0.15 and manner.tremor.decibels <= 0.4
        found["tremor"] = "trembling" if trembling else "steady" if steady else None
        found["breaks"] = "breaking" if manner.breaks.per_second >= 1.0 else "unbroken"
    if fine and not creaky and not driven:
        rough = manner.hoarse.jitter >= 0.02
        found["doubling"] = "double" if double else None if rough else "single"
    if fine and not narrow and not driven:
        found["nasality"] = "nasal" if manner.nasal.amount >= 0.6 else "oral"
    if audible and not (muffled or driven or strained):
        found["effort"] = "shouted" if shouted else "murmured" if murmured else "ordinary"
    if noise_db >= 12.0 and not muffled:
        found["articulation"] = "mumbled" if manner.mumble.centre >= 0.4 else "distinct"
    if clip.held:
        found |= dict.fromkeys(("rate", "intonation", "articulation"))
    if any(found[name] == value for name, value in _ALTERED.items()):
        found["quality"] = "altered"
    elif not trembling and all(found[name] is not None for name in _ALTERED):
        found["quality"] = "clear"
    return found


def of_recording(treatment: Treatment, level_dbfs: float) -> Attributes:
    """What is true of the recording."""
    noise_db, place = treatment.noise_db, treatment.room
    coded, muffled = treatment.code_bits is not None, treatment.muffle is not None
    narrow = treatment.telephone_hz is not None
    noise = "noisy" if noise_db <= 12 else "quiet" if noise_db >= 30 else None
    if narrow and treatment.noise_kind in ("rumble", "hum") and noise == "noisy":
        # The telephone takes most of such noise away.
        noise = None
    if coded and noise == "quiet":
        # A coarse coder's steps are a noise of their own.
        noise = None
    kind = treatment.noise_kind if noise == "noisy" else "none" if noise == "quiet" else None
    if muffled and kind in ("white", "pink", "babble"):
        kind = None
    return {
        "noise": noise,
        "noise_kind": kind,
        "band": "telephone" if narrow else None if coded or muffled else "full",
        "room": (
            "reverberant"
            if place.direct_db <= 1 and place.t60 >= 0.55
            else "dry"
            if place.direct_db >= 20
            else None
        ),
        "level": _bins(level_dbfs, -36, -33, -22, -19.5, "faint", "medium", "loud"),
        "microphone": "muffled" if muffled else "open",
        "distortion": "overdriven" if treatment.overdrive.drive_db > 0.0 else "clean",
        "codec": "coded" if coded else "clean",
    }


def _in_time(clip: Clip, treatment: Treatment, pauses: int) -> Attributes:
    """How a clip goes on: loudness, pauses, and breaths in them."""
    course: str | None = "even"
    if treatment.fade.decibels != 0.0:
        course = "fading" if treatment.fade.decibels > 0.0 else "growing"
    elif treatment.change is not None:
        step = treatment.change.manner.level_db - treatment.manner.level_db
        course = None if abs(step) >= _HEARD_DB else "even"
    fluency = breathing = None
    if not clip.held and treatment.noise_db >= 6.0:
        fluency = "hesitant" if pauses > 0 else "fluent" if clip.longest_gap < 0.3 else None
    if pauses > 0 and treatment.noise_db >= 30.0 and treatment.code_bits is None:
        breathing = "audible" if treatment.pauses.breath_db is not None else "silent"
    return {"course": course, "fluency": fluency, "breathing": breathing}


def _trembling(manner: Manner) -> bool:
    return manner.tremor.semitones >= 1.2 and manner.tremor.decibels >= 3.5


def _english(language: str) -> str:
    return "english" if language in ENGLISH_NAMES else "other"


def _quality(name: str, present: bool, audible: bool) -> str | None:
    if not audible:
        return None
    return name if present else "clear"


def _bins(
    value: float, a: float, b: float, c: float, d: float, low: str, middle: str, high: str
) -> str | None:
    """`low` up to a, `middle` from b to c, `high` from d; None between."""
    if value <= a:
        return low
    if b <= value <= c:
        return middle
    return high if value >= d else None
