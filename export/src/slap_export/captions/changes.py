"""Wordings of a voice that is one thing at first and another later, or the same throughout."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from slap_export.captions.items import Change, Voicing, Wordings

BEGIN, END = "begin_", "end_"
"""Prefixes of the attributes of the two parts of a clip."""


@dataclass(frozen=True)
class Phase:
    """How one value is named in a sentence about a change."""

    value: str
    adjectives: Wordings
    manners: Wordings
    doing: str  # after "starts off"
    beside: Wordings = ()  # adjectives that say so only beside the other value


PHASES: dict[str, tuple[Phase, ...]] = {
    "phonation": (
        Phase(
            "whispered",
            ("whispered", "whispery", "voiceless"),
            ("in a whisper", "whispering", "without voice"),
            "whispering",
        ),
        Phase(
            "voiced",
            ("voiced", "full-voiced"),
            ("aloud", "out loud", "with full voice"),
            "speaking aloud",
        ),
    ),
    "breathiness": (
        Phase(
            "breathy",
            ("breathy", "airy"),
            ("breathily", "with a lot of air", "in a breathy voice"),
            "sounding breathy",
        ),
        Phase(
            "clear",
            ("breath-free", "airtight"),
            ("without breathiness", "without air in the voice"),
            "sounding free of air",
            ("clear", "clean"),
        ),
    ),
    "roughness": (
        Phase(
            "hoarse",
            ("hoarse", "rough", "raspy"),
            ("hoarsely", "with a rasp", "in a rough voice"),
            "sounding hoarse",
        ),
        Phase(
            "clear",
            ("smooth", "rasp-free"),
            ("smoothly", "without a rasp"),
            "sounding smooth",
            ("clear", "clean"),
        ),
    ),
    "creak": (
        Phase(
            "creaky",
            ("creaky", "croaky"),
            ("with vocal fry", "in a creaky voice"),
            "creaking",
        ),
        Phase(
            "clear",
            ("creak-free", "fry-free"),
            ("without vocal fry", "without a creak"),
            "sounding free of creak",
            ("clear", "clean"),
        ),
    ),
    "strain": (
        Phase(
            "strained",
            ("strained", "pressed", "squeezed", "tight"),
            ("with a tight throat", "in a strained voice", "with great effort"),
            "straining",
        ),
        Phase(
            "clear",
            ("relaxed", "effortless"),
            ("effortlessly", "with a relaxed throat", "without strain"),
            "sounding relaxed",
        ),
    ),
    "tremor": (
        Phase(
            "trembling",
            ("shaky", "trembling", "wobbly"),
            ("shakily", "in a trembling voice", "with a tremor"),
            "trembling",
        ),
        Phase(
            "steady",
            ("steady", "stable"),
            ("steadily", "in a steady voice", "without a tremor"),
            "holding steady",
        ),
    ),
    "nasality": (
        Phase(
            "nasal",
            ("nasal", "twangy"),
            ("through the nose", "nasally", "with a nasal twang"),
            "talking through the nose",
        ),
        Phase(
            "oral",
            ("oral", "twang-free"),
            ("without a nasal twang", "with the nose left out"),
            "leaving the nose out",
        ),
    ),
    "effort": (
        Phase(
            "murmured",
            ("murmuring", "soft-spoken", "muttering"),
            ("in a murmur", "softly under the breath", "murmuring"),
            "murmuring",
        ),
        Phase(
            "ordinary",
            ("conversational", "normally loud"),
            ("in an ordinary speaking voice", "with ordinary effort"),
            "talking normally",
        ),
        Phase(
            "shouted",
            ("shouting", "yelling", "raised"),
            ("in a shout", "at the top of the voice", "shouting"),
            "shouting",
        ),
    ),
}

_MANNERS = (
    "first {0} and then {1}",
    "{0} at first and {1} later",
    "{0} to begin with and {1} in the end",
    "{0} in the first half and {1} in the second",
)
_CLAUSES = (
    "it begins {0} and ends {1}",
    "the beginning is spoken {0}, the end {1}",
    "what starts {0} goes on {1}",
)
_WITHS = (
    "first {0}, then {1}",
    "at first {0}, later {1}",
    "that turns from {0} to {1}",
    "{0} in the beginning and {1} in the end",
)
_STATES = (
    "the voice is {0} at first and {1} later",
    "the voice turns from {0} to {1}",
    "the first part is {0}, the second {1}",
    "the voice is {0} to begin with, then {1}",
)
_HEARD = ("a voice that begins {0} and ends {1}", "a voice going from {0} to {1}")
_DENIED_STATES = (
    "the voice does not stay {0} but turns {1}",
    "the voice is {0} at first but not at the end",
    "the voice is not {1} at first, only at the end",
    "the end is no longer {0}",
)


def _filled(patterns: Wordings, first: Wordings, second: Wordings) -> Wordings:
    return tuple(p.format(a, b) for p in patterns for a in first for b in second)


def _change(name: str, first: Phase, second: Phase) -> Change:
    doing = (
        f"the speaker starts off {first.doing} and ends up {second.doing}",
        f"after {first.doing} the speaker goes over to {second.doing}",
    )
    # Between more than two values, "no longer shouted" does not tell what came instead.
    two = len(PHASES[name]) == 2
    denied = _DENIED_STATES if two else _DENIED_STATES[:1]
    before = (*first.adjectives, *first.beside)
    after = (*second.adjectives, *second.beside)
    return Change(
        ((BEGIN + name, first.value), (END + name, second.value)),
        "voice",
        clauses=(
            *doing,
            *_filled(_CLAUSES, first.manners, second.manners),
            *_filled(_STATES, before, after),
        ),
        heard=(
            f"somebody first {first.doing} and then {second.doing}",
            *_filled(_HEARD, before, after),
        ),
        denials=tuple(dict.fromkeys(_filled(denied, first.adjectives, second.adjectives))),
        topic=name,
        manners=_filled(_MANNERS, first.manners, second.manners),
        withs=_filled(_WITHS, before, after),
    )


def _throughout(name: str, phase: Phase, weight: float) -> Voicing:
    def filled(*patterns: str, words: Wordings = phase.adjectives) -> Wordings:
        return tuple(pattern.format(word) for pattern in patterns for word in words)

    facts = ((name, phase.value), (BEGIN + name, phase.value), (END + name, phase.value))
    return Voicing(
        facts,
        "voice",
        clauses=filled(
            "the voice stays {} throughout",
            "the voice is {} from beginning to end",
            "the voice remains {} until the end",
        ),
        heard=filled("a voice that stays {}"),
        denials=filled("the voice never stops being {}"),
        weight=weight,
        topic=name,
        manners=filled(
            "{} from beginning to end", "{} throughout", "{} all the time", words=phase.manners
        ),
        withs=filled("{} throughout", "{} from start to finish", "{} all the time"),
    )


CHANGES: tuple[Change, ...] = tuple(
    _change(name, first, second)
    for name, phases in PHASES.items()
    for first, second in permutations(phases, 2)
)

# The first of two values is the one worth remarking; of effort, ordinary is not.
THROUGHOUT: tuple[Voicing, ...] = tuple(
    _throughout(name, phase, 0.12 if phase.value == phases[0].value or len(phases) > 2 else 0.04)
    for name, phases in PHASES.items()
    for phase in phases
)
