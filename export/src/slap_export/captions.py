"""Sentences about a voice, written from the attributes of a clip.

`caption` says one to four things that are true of a clip, in random order, in one of several
sentence shapes and with one of many wordings for each thing, and returns with the sentence the
facts it states. What can be said is a vocabulary: `VOCABULARY` unless another is given. Two
captions that state the same facts are the same description (`caption_key`); `consistent` tells
whether a caption is also true of another clip, so that a trainer need not push apart a clip and
a sentence that describes it by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

Fact = tuple[str, str]
"""An attribute and its value."""


class Caption(NamedTuple):
    """A sentence and the facts it states."""

    text: str
    facts: frozenset[Fact]


@dataclass(frozen=True)
class Voicing:
    """The wordings of one thing that can be said of the voice or the way of speaking.

    `adjectives` stand before `noun` and after "is"; `manners` after "speaks"; `clauses` alone;
    `withs` after "a voice".
    """

    facts: tuple[Fact, ...]
    noun: str  # "voice", "speech" or "intonation"
    adjectives: tuple[str, ...]
    manners: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    withs: tuple[str, ...] = ()
    weight: float = 1.0
    topic: str = ""


@dataclass(frozen=True)
class Setting:
    """The wordings of one thing that can be said of the recording."""

    facts: tuple[Fact, ...]
    adjectives: tuple[str, ...]
    places: tuple[str, ...]
    clauses: tuple[str, ...]
    weight: float = 1.0
    topic: str = ""


@dataclass(frozen=True)
class Who:
    """The wordings of who is speaking."""

    facts: tuple[Fact, ...]
    people: tuple[str, ...]
    voices: tuple[str, ...]
    clauses: tuple[str, ...]
    weight: float = 1.0
    topic: str = field(default="who")


_CLEAR = (
    ("phonation", "voiced"),
    ("breathiness", "clear"),
    ("roughness", "clear"),
    ("creak", "clear"),
)

WHO: tuple[Who, ...] = (
    Who(
        (("sex", "female"),),
        ("a woman", "a female speaker", "a lady", "a female talker", "an adult woman"),
        (
            "female voice",
            "woman's voice",
            "female speaking voice",
            "feminine voice",
            "lady's voice",
        ),
        ("the speaker is female", "the speaker is a woman", "it is a woman", "a woman is talking"),
        1.4,
    ),
    Who(
        (("sex", "male"),),
        ("a man", "a male speaker", "a gentleman", "a male talker", "an adult man"),
        ("male voice", "man's voice", "male speaking voice", "masculine voice", "guy's voice"),
        ("the speaker is male", "the speaker is a man", "it is a man", "a man is talking"),
        1.4,
    ),
    Who(
        (("age", "child"),),
        ("a child", "a kid", "a young child", "a little kid", "a very young speaker"),
        ("child's voice", "childlike voice", "kid's voice", "very young voice", "childish voice"),
        ("the speaker is a child", "it is a kid", "a child is talking", "the voice is childlike"),
        1.8,
    ),
    Who(
        (("age", "adult"),),
        ("an adult", "an adult speaker", "a grown-up", "a grown person"),
        ("adult voice", "grown-up voice", "mature voice"),
        ("the speaker is an adult", "it is a grown-up", "the voice is grown-up"),
        0.6,
    ),
)

VOICE: tuple[Voicing, ...] = (
    Voicing(
        (("phonation", "whispered"),),
        "voice",
        ("whispered", "whispery", "whispering", "voiceless", "hushed and unvoiced"),
        ("in a whisper", "under the breath in a whisper", "in hushed whispers", "without voice"),
        ("it is whispered", "the words are whispered", "someone whispers"),
        ("that is only a whisper", "reduced to a whisper"),
        2.2,
        "phonation",
    ),
    Voicing(
        (("phonation", "voiced"),),
        "voice",
        ("voiced", "normal, full", "fully voiced", "sounding"),
        ("aloud", "out loud", "with full voice", "in a normal voice, not a whisper"),
        ("it is not whispered", "the words are voiced", "the vocal folds are sounding"),
        ("that is voiced", "not whispered"),
        0.45,
        "phonation",
    ),
    Voicing(
        (("breathiness", "breathy"),),
        "voice",
        ("breathy", "airy", "breathy and soft", "leaky, breathy", "husky and airy", "air-filled"),
        ("in a breathy voice", "breathily", "with audible air", "with a lot of breath"),
        ("air escapes with the voice", "breath is heard in the voice", "the voice sounds airy"),
        ("with air leaking through it", "with a lot of breath in it", "with audible breath"),
        1.6,
        "breathiness",
    ),
    Voicing(
        (("roughness", "hoarse"),),
        "voice",
        ("hoarse", "rough", "raspy", "harsh", "gravelly", "rough and raspy", "scratchy"),
        ("in a hoarse voice", "hoarsely", "with a rasp", "in a rough voice"),
        ("the voice rasps", "hoarseness is heard", "the voice sounds rough and uneven"),
        ("with a rasp in it", "with a rough edge", "that is hoarse"),
        1.6,
        "roughness",
    ),
    Voicing(
        (("creak", "creaky"),),
        "voice",
        ("creaky", "croaky", "creaking", "fry-like", "croaking and creaky"),
        ("in a creaky voice", "with vocal fry", "with a creak", "in vocal fry"),
        ("the voice creaks", "vocal fry is heard", "single creaky pulses are heard"),
        ("with vocal fry", "with a creak in it", "that creaks"),
        1.8,
        "creak",
    ),
    Voicing(
        _CLEAR,
        "voice",
        ("clear", "clean", "smooth", "clear and smooth", "healthy-sounding", "clear and firm"),
        ("in a clear voice", "clearly and smoothly", "in a clean voice", "with a smooth tone"),
        ("the voice has a clear tone", "nothing is rough or breathy", "the voice sounds clean"),
        ("without roughness or breath", "with a clean tone", "free of hoarseness"),
        1.3,
        "clear",
    ),
    Voicing(
        (("tremor", "trembling"),),
        "voice",
        ("trembling", "shaky", "quavering", "tremulous", "unsteady", "wavering", "shaking"),
        ("in a trembling voice", "shakily", "with a tremor", "in a quavering voice"),
        ("the voice trembles", "the voice shakes", "a tremor is heard", "the voice quavers"),
        ("with a tremor in it", "that wavers", "that shakes", "that quavers"),
        1.8,
        "tremor",
    ),
    Voicing(
        (("tremor", "steady"),),
        "voice",
        ("steady", "stable", "even and steady", "firm and steady", "unwavering"),
        ("in a steady voice", "steadily", "without a tremor", "in a stable voice"),
        ("the voice holds steady", "there is no tremor", "the voice does not shake"),
        ("without a tremor", "that holds steady", "that does not shake"),
        0.7,
        "tremor",
    ),
    Voicing(
        (("pitch", "high"),),
        "voice",
        ("high", "high-pitched", "high-toned", "shrill and high"),
        ("at a high pitch", "in a high voice", "in a high register", "high up"),
        ("the pitch is high", "the pitch lies high", "it sounds high"),
        ("high in pitch", "with a high pitch", "in a high register"),
        1.1,
        "pitch",
    ),
    Voicing(
        (("pitch", "low"),),
        "voice",
        ("low", "deep", "low-pitched", "low-toned", "deep, bass", "bass"),
        ("at a low pitch", "in a deep voice", "in a low register", "low down"),
        ("the pitch is low", "the pitch lies low", "it sounds deep"),
        ("low in pitch", "with a low pitch", "in a low register"),
        1.1,
        "pitch",
    ),
    Voicing(
        (("pitch", "medium"),),
        "voice",
        ("mid-pitched", "medium-pitched", "average-pitched"),
        ("at a medium pitch", "in a middle register"),
        ("the pitch is neither high nor low", "the pitch is average"),
        ("of average pitch", "in the middle register"),
        0.3,
        "pitch",
    ),
    Voicing(
        (("intonation", "monotone"),),
        "intonation",
        ("monotone", "monotonous", "flat", "droning", "level", "unchanging", "expressionless"),
        ("in a monotone", "monotonously", "flatly", "on one note", "without inflection"),
        ("the pitch hardly moves", "the melody is flat", "it drones on one note"),
        ("that stays on one note", "without inflection", "with flat intonation"),
        1.3,
        "intonation",
    ),
    Voicing(
        (("intonation", "lively"),),
        "intonation",
        ("lively", "animated", "expressive", "sing-song", "melodic", "varied", "excited"),
        ("expressively", "with lively intonation", "in a sing-song way", "animatedly"),
        ("the pitch goes up and down a lot", "the melody is lively", "the pitch swings widely"),
        ("with wide swings of pitch", "with lively intonation", "with a sing-song melody"),
        1.3,
        "intonation",
    ),
    Voicing(
        (("intonation", "medium"),),
        "intonation",
        ("ordinary", "moderately varied", "natural"),
        ("with ordinary intonation", "with moderate inflection"),
        ("the intonation is moderate", "the melody is ordinary"),
        ("with ordinary intonation", "with some inflection"),
        0.3,
        "intonation",
    ),
    Voicing(
        (("rate", "fast"),),
        "speech",
        ("fast", "quick", "rapid", "hurried", "very fast", "rushed", "speedy"),
        ("fast", "quickly", "rapidly", "in a hurry", "at high speed", "hastily", "at a fast pace"),
        ("the pace is fast", "the words come quickly", "the talking is hurried"),
        ("speaking fast", "in a hurry", "at a rapid pace"),
        1.2,
        "rate",
    ),
    Voicing(
        (("rate", "slow"),),
        "speech",
        ("slow", "unhurried", "drawn-out", "leisurely", "very slow", "sluggish", "dragging"),
        ("slowly", "without haste", "at a slow pace", "at low speed", "sluggishly", "leisurely"),
        ("the pace is slow", "the words come slowly", "the talking is drawn out"),
        ("speaking slowly", "without haste", "at a slow pace"),
        1.2,
        "rate",
    ),
    Voicing(
        (("rate", "medium"),),
        "speech",
        ("moderately paced", "normally paced", "ordinary-paced"),
        ("at a normal pace", "at a moderate speed", "neither fast nor slow"),
        ("the pace is moderate", "the pace is normal"),
        ("at a moderate pace", "at an ordinary speed"),
        0.3,
        "rate",
    ),
)


def _noise(kind: str, *places: str) -> Setting:
    clauses = tuple(f"it comes {place}" for place in places)
    return Setting((("noise", "noisy"), ("noise_kind", kind)), (), places, clauses, 0.6, "noise")


SETTING: tuple[Setting, ...] = (
    Setting(
        (("noise", "noisy"),),
        ("noisy", "noise-filled", "very noisy"),
        ("in a noisy place", "with loud background noise", "with noise behind", "amid noise"),
        ("the background is noisy", "there is loud noise", "noise covers the voice"),
        1.1,
        "noise",
    ),
    _noise("white", "with a loud hiss", "with hissing static behind", "with white noise behind"),
    _noise("pink", "with a steady rushing noise", "with a noise like a waterfall behind"),
    _noise("rumble", "with a low rumble", "with deep rumbling behind", "amid traffic noise"),
    _noise("hum", "with a mains hum", "with an electric buzz", "with a humming tone behind"),
    _noise("babble", "with people talking behind", "amid a crowd", "with babble of other voices"),
    Setting(
        (("noise", "quiet"),),
        ("clean", "noise-free", "quiet-background"),
        ("in a quiet place", "without background noise", "with silence behind", "free of noise"),
        ("the background is quiet", "there is hardly any noise", "no noise disturbs the voice"),
        0.5,
        "noise",
    ),
    Setting(
        (("band", "telephone"),),
        ("telephone-quality", "narrow-band", "phone-line", "tinny telephone"),
        ("over the telephone", "on a phone line", "through a telephone", "on a phone call"),
        ("it is a phone line", "the bandwidth is narrow", "it sounds like a telephone"),
        1.1,
        "band",
    ),
    Setting(
        (("band", "full"),),
        ("full-bandwidth", "wide-band", "hi-fi"),
        ("in full bandwidth", "with a good microphone", "not over the telephone"),
        ("the bandwidth is full", "it is not a telephone line", "the treble is all there"),
        0.4,
        "band",
    ),
    Setting(
        (("room", "reverberant"),),
        ("echoing", "reverberant", "echoey", "reverberating"),
        ("in an echoing room", "in a big hall", "with long reverberation", "far off in a hall"),
        ("the room echoes", "there is a lot of reverberation", "the sound echoes"),
        1.1,
        "room",
    ),
    Setting(
        (("room", "dry"),),
        ("dry", "close-up", "echo-free"),
        ("close to the microphone", "in a dry room", "without echo", "with no reverberation"),
        ("the room is dry", "there is no echo", "the sound is close and dry"),
        0.5,
        "room",
    ),
    Setting(
        (("level", "faint"),),
        ("faint", "very faint", "barely audible", "low-level", "weak"),
        ("at a very low level", "faintly", "with the volume turned down"),
        ("the level is very low", "it can hardly be heard", "the volume is low"),
        0.9,
        "level",
    ),
    Setting(
        (("level", "loud"),),
        ("loud", "high-level", "strong, loud"),
        ("at a high level", "with the volume turned up", "at full volume"),
        ("the level is high", "the volume is high", "it is recorded loud"),
        0.9,
        "level",
    ),
    Setting(
        (("level", "medium"),),
        ("normal-level", "medium-level"),
        ("at a normal level", "at a medium volume"),
        ("the level is normal", "the volume is average"),
        0.2,
        "level",
    ),
)

Vocabulary = tuple[Who | Voicing | Setting, ...]

VOCABULARY: Vocabulary = (*WHO, *VOICE, *SETTING)
"""All that can be said of a clip from its known attributes."""

_VERBS = ("speaks", "is speaking", "talks", "is talking")
_PARTICIPLES = ("speaking", "talking")
_SOMEONE = ("someone", "a speaker", "a person", "the speaker", "somebody")
_RECORDING = ("recording", "audio clip", "clip", "audio", "sound")
_COUNTS = (0.26, 0.32, 0.26, 0.16)


def caption(
    attributes: Mapping[str, str | None],
    rng: np.random.Generator,
    vocabulary: Vocabulary = VOCABULARY,
    most: int = len(_COUNTS),
) -> Caption:
    """A sentence that is true of a clip with `attributes`, and the facts it states.

    It says at most `most` things, and never more than four.

    Raises `ValueError` if the vocabulary has no word for any of the attributes.
    """
    if most < 1:
        raise ValueError(f"a caption says at least 1 thing, not {most}")
    usable = [item for item in vocabulary if _holds(item.facts, attributes)]
    if not usable:
        raise ValueError("a clip without a single known attribute cannot be described")
    count = min(1 + int(np.searchsorted(np.cumsum(_COUNTS), rng.random())), most)
    chosen: list[Who | Voicing | Setting] = []
    while usable and len(chosen) < count:
        weights = np.cumsum([item.weight for item in usable])
        place = min(int(np.searchsorted(weights, rng.random() * weights[-1])), len(usable) - 1)
        item = usable[place]
        chosen.append(item)
        taken = {name for name, _ in item.facts}
        usable = [
            other
            for other in usable
            if other.topic != item.topic and not taken & {name for name, _ in other.facts}
        ]
    facts = frozenset(fact for item in chosen for fact in item.facts)
    return Caption(_sentence(chosen, rng), facts)


def caption_key(facts: Iterable[Fact]) -> str:
    """One string for a set of facts, whatever the wording: equal for equal descriptions."""
    return ";".join(f"{name}={value}" for name, value in sorted(facts))


def consistent(facts: Iterable[Fact], attributes: Mapping[str, str | None]) -> bool | None:
    """Whether a caption that states `facts` is true of a clip with `attributes`.

    False if a fact contradicts a known attribute; otherwise None if a fact is about an attribute
    that is not known; otherwise True.
    """
    unknown = False
    for name, value in facts:
        actual = attributes.get(name)
        if actual is None:
            unknown = True
        elif actual != value:
            return False
    return None if unknown else True


def _holds(facts: tuple[Fact, ...], attributes: Mapping[str, str | None]) -> bool:
    return all(attributes.get(name) == value for name, value in facts)


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.random() * len(options))]


def _sentence(items: list[Who | Voicing | Setting], rng: np.random.Generator) -> str:
    who = next((item for item in items if isinstance(item, Who)), None)
    voices = [item for item in items if isinstance(item, Voicing)]
    settings = [item for item in items if isinstance(item, Setting)]
    shape = rng.random()
    # A recording is of someone speaking, not of someone speaks.
    inside = rng.random() < 0.4
    if shape < 0.30:
        text = _as_person(who, voices, inside, rng)
    elif shape < 0.68:
        text = _as_voice(who, voices, rng)
    elif shape < 0.90:
        return _as_clauses(items, rng)
    else:
        return _as_keywords(items, rng)
    return _recorded(text, settings, inside or shape >= 0.30, rng)


def _as_person(
    who: Who | None, voices: list[Voicing], inside: bool, rng: np.random.Generator
) -> str:
    """ "a woman speaks slowly, in a breathy voice" """
    subject = _pick(who.people if who else _SOMEONE, rng)
    verbs = _PARTICIPLES if inside else _VERBS
    manners = [_pick(item.manners, rng) for item in voices]
    return f"{subject} {_pick(verbs, rng)} {_joined(manners, rng)}".rstrip()


def _as_voice(who: Who | None, voices: list[Voicing], rng: np.random.Generator) -> str:
    """ "a breathy female voice speaking slowly" """
    before: list[str] = []
    after: list[str] = []
    noun = "voice"
    if voices and who is None and all(item.noun != "voice" for item in voices):
        noun = voices[0].noun
    for item in voices:
        fits = noun == item.noun or item.noun == "voice"
        if fits and len(before) < 2 and rng.random() < 0.75:
            before.append(_pick(item.adjectives, rng))
        elif item.withs and noun == "voice":
            after.append(_pick(item.withs, rng))
        else:
            after.append(_pick(item.clauses, rng))
    owner = ""
    if who is not None:
        if rng.random() < 0.65:
            noun = _pick(who.voices, rng)
        else:
            owner = f" of {_pick(who.people, rng)}"
    phrase = f"{', '.join(before)} {noun}".strip()
    if noun not in ("speech", "intonation"):
        phrase = f"{_article(phrase)} {phrase}"
    text = phrase + owner
    return f"{text}, {', '.join(after)}" if after else text


def _recorded(text: str, settings: list[Setting], inside: bool, rng: np.random.Generator) -> str:
    """`text` with what is said of the recording, after it or, where it fits `inside`, before."""
    before: list[str] = []
    after: list[str] = []
    for item in settings:
        if inside and item.adjectives and len(before) < 2 and rng.random() < 0.5:
            before.append(_pick(item.adjectives, rng))
        else:
            after.append(_pick(item.places, rng))
    if before or (inside and rng.random() < 0.15):
        phrase = f"{', '.join(before)} {_pick(_RECORDING, rng)}".strip()
        article = "" if phrase.endswith(("audio", "sound")) else f"{_article(phrase)} "
        text = f"{article}{phrase} of {text}"
    if after:
        link = ", recorded " if rng.random() < 0.3 else ", " if rng.random() < 0.5 else " "
        text = f"{text}{link}{_joined(after, rng)}"
    return text


def _as_clauses(items: list[Who | Voicing | Setting], rng: np.random.Generator) -> str:
    """ "the voice trembles, the pace is slow and there is no echo" """
    clauses: list[str] = []
    for item in items:
        if isinstance(item, Voicing) and rng.random() < 0.5:
            verb = "is" if rng.random() < 0.75 else "sounds"
            clauses.append(f"the {item.noun} {verb} {_pick(item.adjectives, rng)}")
        elif isinstance(item, Setting) and item.adjectives and rng.random() < 0.35:
            clauses.append(f"the {_pick(_RECORDING, rng)} is {_pick(item.adjectives, rng)}")
        else:
            clauses.append(_pick(item.clauses, rng))
    return _joined(clauses, rng)


def _as_keywords(items: list[Who | Voicing | Setting], rng: np.random.Generator) -> str:
    """ "whispered, slow speech, telephone-quality" """
    words: list[str] = []
    for item in items:
        if isinstance(item, Who):
            words.append(_pick(item.voices, rng))
        elif isinstance(item, Voicing):
            word = _pick(item.adjectives, rng)
            words.append(f"{word} {item.noun}" if rng.random() < 0.6 else word)
        else:
            options = item.adjectives or item.places
            word = _pick(options, rng)
            named = bool(item.adjectives) and rng.random() < 0.6
            words.append(f"{word} {_pick(_RECORDING, rng)}" if named else word)
    return ", ".join(words)


def _joined(parts: list[str], rng: np.random.Generator) -> str:
    """Parts joined by commas, the last perhaps by "and"."""
    if len(parts) < 2:
        return "".join(parts)
    last = " and " if rng.random() < 0.6 else ", "
    return ", ".join(parts[:-1]) + last + parts[-1]


def _article(phrase: str) -> str:
    return "an" if phrase[0] in "aeiou" and not phrase.startswith("un ") else "a"
