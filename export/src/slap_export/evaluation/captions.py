"""What written captions state, against what is known of the recordings.

A caption is read back into facts by the wordings it could have been written with. A fact about
an attribute that is not known of the recording is neither right nor wrong and is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from slap_export.captions import VOCABULARY, Fact, Setting, Vocabulary, Voicing, Who

Attributes = Mapping[str, str | None]
Phrases = dict[tuple[str, ...], frozenset[Fact] | None]
"""What a run of words states; None where the same words are said of different things."""

_RECORDINGS = ("recording", "audio clip", "clip", "audio", "sound")


@dataclass(frozen=True)
class StatedAttributes:
    """How true and how complete captions are."""

    precision: float
    """Of the facts stated about known attributes, the share that is right."""
    recall: float
    """Of the known facts, the share that is stated."""
    judged: int
    """Facts stated about known attributes."""
    unjudged: int
    """Facts stated about attributes that are not known."""
    known: int


@dataclass(frozen=True)
class AgainstChance:
    """A precision, and what captions dealt out to the wrong recordings reach."""

    precision: float
    chance: float
    """Mean precision when the captions are shuffled among the recordings."""
    spread: float
    """Standard deviation of that."""
    p_value: float
    """(1 + shuffles at least as precise) / (1 + shuffles)."""


def score(stated: Sequence[frozenset[Fact]], known: Sequence[Attributes]) -> StatedAttributes:
    """Precision and recall of facts, pooled over recordings; nan where nothing was counted."""
    right = judged = unjudged = total = 0
    for facts, attributes in zip(stated, known, strict=True):
        for name, value in facts:
            actual = attributes.get(name)
            judged += actual is not None
            unjudged += actual is None
            right += actual == value
        total += sum(value is not None for value in attributes.values())
    return StatedAttributes(_share(right, judged), _share(right, total), judged, unjudged, total)


def against_chance(
    stated: Sequence[frozenset[Fact]],
    known: Sequence[Attributes],
    shuffles: int = 200,
    seed: int = 0,
) -> AgainstChance:
    """A permutation test of the precision (Fisher 1935; p as in Phipson and Smyth 2010).

    Shuffling keeps how often each fact is stated: a decoder that always says the commonest
    thing is no better than its own chance level.
    """
    rng = np.random.default_rng(seed)
    precision = score(stated, known).precision
    found = np.array(
        [
            score([stated[i] for i in rng.permutation(len(stated))], known).precision
            for _ in range(shuffles)
        ]
    )
    found = found[np.isfinite(found)]
    if not len(found) or np.isnan(precision):
        return AgainstChance(precision, float("nan"), float("nan"), 1.0)
    # A shuffle that reaches the same share by another sum is still a tie.
    as_good = int(np.sum(found >= precision - 1e-12))
    return AgainstChance(
        precision, float(found.mean()), float(found.std()), (1 + as_good) / (1 + len(found))
    )


def phrases(vocabulary: Vocabulary = VOCABULARY) -> Phrases:
    """Every wording of the vocabulary and what it states."""
    said: dict[tuple[str, ...], set[frozenset[Fact]]] = {}
    for item in vocabulary:
        for text in _wordings(item):
            said.setdefault(_words(text), set()).add(frozenset(item.facts))
    return {text: next(iter(f)) if len(f) == 1 else None for text, f in said.items()}


def facts_in(text: str, known_phrases: Phrases) -> frozenset[Fact]:
    """The facts a sentence states.

    From left to right the longest known wording is taken, so "not whispered" is not read as
    "whispered". Words that belong to no wording are passed over. Where the same attribute is
    given two values, both are kept: a caption that contradicts itself is half wrong.
    """
    words = _words(text)
    longest = max((len(phrase) for phrase in known_phrases), default=0)
    facts: set[Fact] = set()
    start = 0
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            phrase = words[start : start + length]
            if phrase in known_phrases:
                facts |= known_phrases[phrase] or frozenset()
                start += length
                break
        else:
            start += 1
    return frozenset(facts)


def _wordings(item: Who | Voicing | Setting) -> list[str]:
    found = [*item.adjectives, *item.wordings]
    nouns = _RECORDINGS if isinstance(item, Setting) else (item.noun, "voice")
    for adjective in item.adjectives:
        for noun in nouns:
            found += [f"{adjective} {noun}", f"{noun} is {adjective}", f"{noun} sounds {adjective}"]
    return found


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z'-]+", text.lower()))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
