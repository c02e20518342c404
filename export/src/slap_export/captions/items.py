"""The things that can be said of a clip, each with its wordings.

`Voicing` is said of the voice or the way of speaking, `Setting` of the recording, `Who` of the
speaker, `Change` of a voice that is one thing at first and another later. All share the wordings
of `Item`: likenesses, what is heard, and denials, which state the facts by denying the opposite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

Fact = tuple[str, str]
"""An attribute and its value."""

Wordings = tuple[str, ...]

_ABSENT_CLAUSES = (
    "there is no {}",
    "there isn't any {}",
    "no {} can be heard",
    "there is not the least {}",
)
_ABSENT_CLAUSES_OF_MANY = ("there are no {}", "there aren't any {}", "no {} can be heard")
_ABSENT_REPORTS = ("I can't hear any {}", "you won't hear any {}", "I hear no {}")
_ABSENT_PHRASES = ("without any {}", "with no {}", "free of any {}", "with no audible {}")
_DENIED_CLAUSES = (
    "the {noun} is not {word}",
    "the {noun} is not {word} at all",
    "the {noun} isn't {word}",
    "the {noun} is anything but {word}",
    "the {noun} is by no means {word}",
)
_DENIED_PHRASES = ("not {word}", "not {word} at all", "anything but {word}", "by no means {word}")
_DENIED_MANNERS = ("in a voice that is not {word}", "in a voice that isn't {word}")
_CONTRASTS = ("not {word} but {own}", "{own} rather than {word}", "{own} and not {word}")


@dataclass(frozen=True)
class Item:
    """What every thing that can be said has.

    `likenesses` stand after "speaks", after "a voice" and after "sounds"; `heard` after "I can
    hear". `absent` is what a clip with these facts has none of, `denied` what its `noun` is not;
    neither could be said of any other value. `opposites` are denied only beside the truth ("not
    slow but fast"), for where there is something between. `denials` are clauses of their own.

    Two things of one `topic`, or of which one is `also` about the topic of the other, are never
    said together.
    """

    facts: tuple[Fact, ...]
    noun: str
    adjectives: Wordings = ()
    clauses: Wordings = ()
    likenesses: Wordings = ()
    heard: Wordings = ()
    absent: Wordings = ()
    denied: Wordings = ()
    opposites: Wordings = ()
    denials: Wordings = ()
    weight: float = 1.0
    topic: str = ""
    also: tuple[str, ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """The attributes it is about."""
        return frozenset(name for name, _ in self.facts)

    @cached_property
    def topics(self) -> frozenset[str]:
        """The topics it keeps others from."""
        return frozenset((self.topic, *self.also))

    @cached_property
    def contrasts(self) -> Wordings:
        """ "not slow but fast" """
        return tuple(
            pattern.format(word=word, own=own)
            for pattern in _CONTRASTS
            for word in (*self.denied, *self.opposites)
            for own in self.adjectives
            if "," not in own and " and " not in own
        )

    @cached_property
    def denial_clauses(self) -> Wordings:
        """ "there is no tremor", "the voice is not shaky" """
        return (
            *self.denials,
            *_filled(_ABSENT_CLAUSES, tuple(word for word in self.absent if not _many(word))),
            *_filled(_ABSENT_CLAUSES_OF_MANY, tuple(filter(_many, self.absent))),
            *(p.format(noun=self.noun, word=w) for p in _DENIED_CLAUSES for w in self.denied),
            *(f"the {self.noun} is {contrast}" for contrast in self.contrasts),
        )

    @cached_property
    def denial_reports(self) -> Wordings:
        """ "I can't hear any tremor" """
        return _filled(_ABSENT_REPORTS, self.absent)

    @cached_property
    def denial_phrases(self) -> Wordings:
        """ "without any tremor", "anything but shaky" """
        return (
            *_filled(_ABSENT_PHRASES, self.absent),
            *(p.format(word=w) for p in _DENIED_PHRASES for w in self.denied),
            *self.contrasts,
        )

    @cached_property
    def denial_manners(self) -> Wordings:
        """ "without any tremor", "in a voice that is not shaky" """
        spoken = self.denied if self.noun == "voice" else ()
        return (
            *_filled(_ABSENT_PHRASES, self.absent),
            *(p.format(word=w) for p in _DENIED_MANNERS for w in spoken),
        )

    @property
    def extras(self) -> Wordings:
        """Likenesses, what is heard, and denials."""
        return (
            *self.likenesses,
            *self.heard,
            *_filled(("no {}", "any {}"), self.absent),
            *self.denial_clauses,
            *self.denial_reports,
            *self.denial_phrases,
            *self.denial_manners,
        )


@dataclass(frozen=True)
class Voicing(Item):
    """The wordings of one thing that can be said of the voice or the way of speaking.

    `adjectives` stand before `noun` and after "is"; `manners` after "speaks"; `clauses` alone;
    `withs` after "a voice"; `verbs` in the place of "speaks". There are manners or verbs.
    """

    manners: Wordings = ()
    withs: Wordings = ()
    verbs: Wordings = ()

    @property
    def wordings(self) -> Wordings:
        """All of them, adjectives left out."""
        return (*self.manners, *self.clauses, *self.withs, *self.verbs, *self.extras)


@dataclass(frozen=True)
class Change(Voicing):
    """The wordings of a voice that changes: its facts are of the beginning and of the end."""


@dataclass(frozen=True)
class Setting(Item):
    """The wordings of one thing that can be said of the recording; `places` stand after it."""

    places: Wordings = ()

    @property
    def wordings(self) -> Wordings:
        """All of them, adjectives left out."""
        return (*self.places, *self.clauses, *self.extras)


@dataclass(frozen=True)
class Who(Item):
    """The wordings of who is speaking.

    `people` are someone; `voices` are what is heard of them; `subjects` can only begin a sentence.
    """

    people: Wordings = ()
    voices: Wordings = ()
    subjects: Wordings = ()

    @property
    def wordings(self) -> Wordings:
        """All of them."""
        return (*self.people, *self.voices, *self.subjects, *self.clauses, *self.extras)


def facts_of(text: str) -> tuple[Fact, ...]:
    """The facts written as "noise=noisy noise_kind=hum"."""
    pairs = (fact.split("=") for fact in text.split())
    return tuple((name, value) for name, value in pairs)


def wordings_of(text: str) -> dict[str, Wordings]:
    """Wordings by kind, written as lines "kind: this | that".

    A line without a kind goes on with the one before.
    """
    found: dict[str, Wordings] = {}
    kind = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        start, colon, rest = line.partition(":")
        if colon:
            kind, line = start, rest
        said = tuple(part.strip() for part in line.split("|") if part.strip())
        found[kind] = (*found.get(kind, ()), *said)
    return found


def voicing(
    facts: str,
    text: str,
    weight: float = 1.0,
    topic: str = "",
    also: str = "",
    noun: str = "voice",
) -> Voicing:
    """A `Voicing` from facts and wordings in plain text; its topic is its first attribute's."""
    held = facts_of(facts)
    topic = topic or held[0][0]
    return Voicing(
        held, noun, weight=weight, topic=topic, also=tuple(also.split()), **wordings_of(text)
    )


def setting(facts: str, text: str, weight: float = 1.0, topic: str = "") -> Setting:
    """A `Setting` from facts and wordings in plain text."""
    held = facts_of(facts)
    return Setting(held, "recording", weight=weight, topic=topic or held[0][0], **wordings_of(text))


def who(facts: str, text: str, weight: float = 1.0, also: str = "") -> Who:
    """A `Who` from facts and wordings in plain text."""
    return Who(
        facts_of(facts),
        "speaker",
        weight=weight,
        topic="who",
        also=tuple(also.split()),
        **wordings_of(text),
    )


def _many(words: str) -> bool:
    """Whether they name several things: "breaks in the voice", but not "hoarseness"."""
    head = words.split(" in ")[0].split(" between ")[0]
    return head.endswith("s") and not head.endswith("ss")


def _filled(patterns: Wordings, words: Wordings) -> Wordings:
    return tuple(pattern.format(word) for pattern in patterns for word in words)
